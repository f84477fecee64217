"""The log as organizers read it: who did what to which bus or visit since when, a page or a whole file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.authority import Right
from bot.rules.logbook import BOT, BY_CREW, CSV, EVERYTHING, WORDS, Filters, acts_of, read_since
from bot.rules.spelling import closest, keys
from bot.services.authority import NoAuthority, refusal
from bot.services.entries import Entry, entries_of
from storage import Tx, announcements, bookings, delegates, grants, log, visits
from storage.records import Congress

PAGE = 12
MOST_ROWS = 5_000
"""The newest lines that one file holds: reading them must not keep taps waiting."""
LOG_FILE = "log file"
_NAMED = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What was asked for, understood; `as_file` for all of it as a file."""

    filters: Filters
    as_file: bool = False


@dataclass(frozen=True, slots=True)
class NotUnderstood:
    """A word that names nobody and nothing, and no moment."""

    word: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPage:
    """Lines of the log, oldest first; `earlier` is before which line to go on, None where there are none."""

    filters: Filters
    entries: tuple[Entry, ...]
    about: str = ""
    """The bus or visit asked for, by its name."""
    who: str = ""
    """The name of the person asked for."""
    earlier: int | None = None


def read_words(
    tx: Tx, *, actor: int, words: Sequence[str], congress: Congress, now: datetime
) -> Asked | NotUnderstood | NoAuthority:
    """Understand what follows /log, in any order: acts, a bus or a visit, a moment, a name of the crew, csv."""
    if (refused := refusal(tx, actor, Right.LOG)) is not None:
        return refused
    names = {written.lower(): subject for written, subject in _names(tx).items()}
    what, about, since, as_file = "", "", None, False
    name: list[str] = []
    for word in words:
        written = word.lower().removeprefix("/")
        moment = read_since(written, now=now, zone=ZoneInfo(congress.zone))
        if written == CSV:
            as_file = True
        elif written in WORDS or written == EVERYTHING:
            what = written
        elif written in names:
            about = names[written]
        elif moment is not None:
            since = moment
        else:
            name.append(word)
    who = "" if not name else BOT if " ".join(name).lower() == BOT else _person(tx, " ".join(name))
    if name and not who:
        return NotUnderstood(" ".join(name))
    return Asked(filters=Filters(who=who, what=what, about=about, since=since), as_file=as_file)


def read_page(tx: Tx, *, actor: int, filters: Filters, before: int | None) -> LogPage | NoAuthority:
    """Return the newest lines that are asked for, or those before a line."""
    if (refused := refusal(tx, actor, Right.LOG)) is not None:
        return refused
    return _page(tx, filters, before=before, most=PAGE)


def give_file(tx: Tx, *, actor: int, filters: Filters, now: datetime, cause: str) -> LogPage | NoAuthority:
    """Return every line that is asked for, and write down that they were given out."""
    if (refused := refusal(tx, actor, Right.LOG)) is not None:
        return refused
    page = _page(tx, filters, before=None, most=MOST_ROWS)
    if log.outcome_of(tx, cause) is None:
        log.write(
            tx,
            at=now,
            actor=actor,
            action=LOG_FILE,
            subject="log:file",
            after={"rows": len(page.entries)},
            outcome={"rows": len(page.entries)},
            cause=cause,
        )
    return page


def _page(tx: Tx, filters: Filters, *, before: int | None, most: int) -> LogPage:
    actions = acts_of(filters.what, by_somebody=bool(filters.who))
    lines = log.page(
        tx,
        actors=None if not filters.who else [None] if filters.who == BOT else [int(filters.who)],
        actions=actions,
        subjects=_subjects(tx, filters.about, with_bookings=actions is None or not actions <= BY_CREW),
        since=filters.since,
        before=before,
        most=most + 1,
    )
    shown = lines[-most:]
    people = {} if filters.who in ("", BOT) else delegates.by_telegram_ids(tx, [int(filters.who)])
    return LogPage(
        filters=filters,
        entries=entries_of(tx, shown),
        about=next((name for name, subject in _names(tx).items() if subject == filters.about), ""),
        who=next((person.name for person in people.values()), ""),
        earlier=shown[0].id if len(lines) > most else None,
    )


def _names(tx: Tx) -> dict[str, str]:
    every = visits.read_all(tx)
    named = {visit.key: f"visit:{visit.id}" for visit in every}
    return named | {bus.label: f"bus:{bus.id}" for visit in every for bus in visit.buses}


def _subjects(tx: Tx, about: str, *, with_bookings: bool) -> tuple[str, ...] | None:
    """Return a bus or a visit with its buses as the log names them, with who leads or hosts, and their bookings."""
    if not about:
        return None
    if about not in _names(tx).values():
        return ()  # gone from the programme
    visit = visits.read(tx, visits.of_subject(tx, about))
    assert visit is not None
    of_visit = about.startswith("visit:")
    fleet = [bus for bus in visit.buses if of_visit or about == f"bus:{bus.id}"]
    subjects = [about, *(f"bus:{bus.id}" for bus in fleet), *(f"crew:leader:{bus.label}" for bus in fleet)]
    if of_visit:
        subjects.append(f"crew:host:{visit.key}")
        subjects += [f"announcement:{each}" for each in announcements.ids_of_visit(tx, visit.id)]
    if with_bookings:
        bus_id = None if of_visit else fleet[0].id
        subjects += [f"booking:{each}" for each in bookings.ids_on(tx, visit_id=visit.id, bus_id=bus_id)]
    return tuple(subjects)


def _person(tx: Tx, typed: str) -> str:
    """Return the Telegram id of whom of the crew, now or once, a name or a number means; nothing for nobody."""
    if typed.isascii() and typed.isdigit() and len(typed) > 4:
        return typed if int(typed) < 2**53 else ""
    ids = {*(held.telegram_id for held in grants.everybody(tx)), *log.actors(tx, actions=BY_CREW)}
    people = tuple(delegates.by_telegram_ids(tx, sorted(ids)).items())
    found = closest(keys(typed), [frozenset(keys(person.name)) for _, person in people], least=_NAMED, most=1)
    return str(people[found[0]][0]) if found else ""
