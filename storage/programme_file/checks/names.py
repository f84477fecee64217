"""Ids: each is there once, and what is named exists."""

from collections.abc import Iterator
from difflib import get_close_matches

from storage.programme_file.faults import Finding, key_path
from storage.programme_file.lines import Path
from storage.programme_file.written import Table

_LISTS = ("cities", "library_kinds", "libraries", "meeting_points", "tags", "visits", "buses")

# (list, key, the list whose ids it names, what one of them is called)
_NAMES_ONE = (
    ("libraries", "city", "cities", "city"),
    ("libraries", "kind", "library_kinds", "library kind"),
    ("visits", "city", "cities", "city"),
    ("visits", "meeting_point", "meeting_points", "meeting point"),
    ("buses", "visit", "visits", "visit"),
)
_NAMES_MANY = (
    ("visits", "stops", "libraries", "library"),
    ("visits", "tags", "tags", "tag"),
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
            yield table.finding("id", f'"{table.id}" is already the id of {where}', mend="give one of them another id")
        elif table.id:
            first[table.id] = table.path


def _repeated(table: Table, key: str) -> Iterator[Finding]:
    seen: set[str] = set()
    for position, name in table.texts(key):
        if name in seen:
            yield table.finding(key, f'"{name}" is named twice', mend="take one of them out", at=position)
        seen.add(name)


def _unknown(file: Table) -> Iterator[Finding]:
    for listed, key, target, noun in _NAMES_ONE:
        for table in file.tables(listed):
            yield from _names_nothing(file, table, key, table.text(key), target, noun, at=None)
    venue = file.table("venue")
    yield from _names_nothing(file, venue, "city", venue.text("city"), "cities", "city", at=None)
    for listed, key, target, noun in _NAMES_MANY:
        for table in file.tables(listed):
            for position, name in table.texts(key):
                yield from _names_nothing(file, table, key, name, target, noun, at=position)


def _names_nothing(
    file: Table, table: Table, key: str, name: str | None, target: str, noun: str, *, at: int | None
) -> Iterator[Finding]:
    known = [each.id for each in file.tables(target)]
    if name is None or name in known or not known:  # a missing list is one fault, not one for each name
        return
    nearest = get_close_matches(name, known, n=1, cutoff=0.7)
    mend = f"write {nearest[0]}" if nearest else f"add it to [[{target}]], or write one of {', '.join(known)}"
    yield table.finding(key, f'there is no {noun} "{name}"', mend=mend, at=at)


def _default_language(event: Table) -> Iterator[Finding]:
    languages = [code for _, code in event.texts("languages")]
    default = event.text("default_language")
    if default is not None and languages and default not in languages:
        problem = f'"{default}" is not one of the event\'s languages'
        yield event.finding("default_language", problem, mend=f"write one of {', '.join(languages)}")
