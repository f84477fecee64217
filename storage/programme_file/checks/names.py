"""Ids: each is there once, and what is named exists."""

from collections.abc import Iterator
from difflib import get_close_matches

from storage.programme_file.faults import Finding, Said, key_path, said
from storage.programme_file.lines import Path
from storage.programme_file.written import Table

_LISTS = ("cities", "library_kinds", "libraries", "meeting_points", "tags", "visits", "buses")

# (list, key, the list whose ids it names)
_NAMES_ONE = (
    ("libraries", "city", "cities"),
    ("libraries", "kind", "library_kinds"),
    ("visits", "city", "cities"),
    ("visits", "meeting_point", "meeting_points"),
    ("buses", "visit", "visits"),
)
_NAMES_MANY = (
    ("visits", "stops", "libraries"),
    ("visits", "tags", "tags"),
)


def name_findings(file: Table) -> Iterator[Finding]:
    """Ids that stand twice, and names of nothing."""
    for listed in _LISTS:
        yield from _twice(file, list(file.tables(listed)))
    yield from _twice(file, list(file.table("rules").tables("reminders")))
    for visit in file.tables("visits"):
        for key in ("stops", "tags", "guide_languages"):
            yield from _repeated(visit, key)
    yield from _repeated(file.table("event"), "languages")
    yield from _unknown(file)
    yield from _default_language(file.table("event"))


def _twice(file: Table, tables: list[Table]) -> Iterator[Finding]:
    first: dict[str, Path] = {}
    for table in tables:
        if table.id in first:
            where = key_path(first[table.id][:-1], file.raw) + f"[{first[table.id][-1]}]"
            problem = said("“{id}” is already the id of {other}", id=table.id, other=where)
            yield table.finding("id", problem, mend=said("give one of them another id"))
        elif table.id:
            first[table.id] = table.path


def _repeated(table: Table, key: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, name in table.texts(key):
        if name in seen:
            problem = said("“{name}” is named twice", name=name)
            yield table.finding(key, problem, mend=said("take one of them out"), at=position)
        seen.add(name)


def _unknown(file: Table) -> Iterator[Finding]:
    for listed, key, target in _NAMES_ONE:
        for table in file.tables(listed):
            yield from _names_nothing(file, table, key, table.text(key), target, at=None)
    venue = file.table("venue")
    yield from _names_nothing(file, venue, "city", venue.text("city"), "cities", at=None)
    for listed, key, target in _NAMES_MANY:
        for table in file.tables(listed):
            for position, name in table.texts(key):
                yield from _names_nothing(file, table, key, name, target, at=position)


def _names_nothing(
    file: Table, table: Table, key: str, name: str | None, target: str, *, at: int | None
) -> Iterator[Finding]:
    known = [each.id for each in file.tables(target)]
    if name is None or name in known or not known:  # a missing list is one fault, not one for each name
        return
    nearest = get_close_matches(name, known, n=1, cutoff=0.7)
    if nearest:
        mend = said("write {value}", value=nearest[0])
    else:
        mend = said("add it to {table}, or write one of {known}", table=f"[[{target}]]", known=", ".join(known))
    yield table.finding(key, _no_such(target, name), mend=mend, at=at)


def _no_such(target: str, name: str) -> Said:
    match target:
        case "cities":
            return said("there is no city “{name}”", name=name)
        case "library_kinds":
            return said("there is no library kind “{name}”", name=name)
        case "libraries":
            return said("there is no library “{name}”", name=name)
        case "meeting_points":
            return said("there is no meeting point “{name}”", name=name)
        case "tags":
            return said("there is no tag “{name}”", name=name)
        case _:
            return said("there is no visit “{name}”", name=name)


def _default_language(event: Table) -> Iterator[Finding]:
    languages = [code for _, code in event.texts("languages")]
    default = event.text("default_language")
    if default is not None and languages and default not in languages:
        problem = said("“{language}” is not one of the event’s languages", language=default)
        mend = said("write one of {known}", known=", ".join(languages))
        yield event.finding("default_language", problem, mend=mend)
