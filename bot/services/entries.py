"""Lines of the log with the names that stand behind their numbers: who did it, and to what."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from storage import Tx, bookings, delegates, erasing, visits
from storage.records import Delegate, LogLine


class Doer(StrEnum):
    """Who did something, where that is nobody with a name."""

    BOT = "the bot"
    ERASED = "somebody whose data is deleted"
    UNKNOWN = "somebody the bot does not know"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A line of the log, to be read."""

    line: LogLine
    who: str | Doer
    """A name."""
    kind: str
    """What it is about: visit, bus, booking, delegate, crew, command …"""
    what: str
    """Its name: a visit's key, a bus's label, a booking's code, a person's name, a role with its scope."""
    visit: str = ""
    """Of a booking, the visit's key."""
    owner: str = ""
    """Of a booking, whose it is."""


def entries_of(tx: Tx, lines: Iterable[LogLine]) -> tuple[Entry, ...]:
    """Return the lines with their names; each kind of name is looked up once."""
    lines = tuple(lines)
    subjects = [line.subject.partition(":")[::2] for line in lines]
    names = _Names(
        people=delegates.by_telegram_ids(
            tx,
            {
                *(line.actor for line in lines if line.actor),
                *(int(name) for kind, name in subjects if kind == "person" and name.isdigit()),
            },
        ),
        delegates=delegates.read_all(tx, _ids(subjects, "delegate")),
        bookings=bookings.owners_of(tx, _ids(subjects, "booking")),
        visits={visit.id: visit.key for visit in visits.read_all(tx)},
        buses=visits.bus_labels(tx),
    )
    return tuple(_entry(line, kind, name, names) for line, (kind, name) in zip(lines, subjects, strict=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    people: Mapping[int, Delegate]
    delegates: Mapping[int, Delegate]
    bookings: Mapping[int, tuple[str, str, str]]
    visits: Mapping[int, str]
    buses: Mapping[int, str]


def _ids(subjects: Iterable[tuple[str, str]], wanted: str) -> set[int]:
    return {int(name) for kind, name in subjects if kind == wanted and name.isdigit()}


def _entry(line: LogLine, kind: str, name: str, names: _Names) -> Entry:
    what, owner, visit = name, "", ""
    match kind:
        case "visit":
            what = names.visits.get(int(name), "")
        case "bus":
            what = names.buses.get(int(name), "")
        case "booking":
            what, owner, visit = names.bookings.get(int(name), ("", "", ""))
        case "delegate":
            known = names.delegates.get(int(name))
            what = "" if known is None else known.name
        case "person":
            person = names.people.get(int(name))
            what = "" if person is None else person.name
        case _:
            pass
    return Entry(line=line, who=_who(line.actor, names), kind=kind, what=what, visit=visit, owner=owner)


def _who(actor: int | None, names: _Names) -> str | Doer:
    if actor is None:
        return Doer.BOT
    if actor == erasing.SOMEBODY:
        return Doer.ERASED
    return names.people[actor].name if actor in names.people else Doer.UNKNOWN
