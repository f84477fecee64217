"""What another event file would change, and what of it would harm booked people. Nothing is written here."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any

from bot.services.programme_now import rewritten_texts
from bot.services.programme_rows import by_id
from storage import Tx, bookings
from storage.congress import Document
from storage.records import Visit

MOVES_TRAVELLERS = ("city", "start", "end", "meeting_point", "stops", "mode", "slot", "price_eur")
_MOVES_PASSENGERS = ("visit", "boarding", "departs", "bay", "transfer")
_WORDS = ("title", "about", "bring", "payment")
_SECTIONS = (
    *("event", "venue", "contacts", "privacy", "attribution", "cities", "library_kinds", "libraries"),
    *("meeting_points", "tags", "rules"),
)
REMOVED = "removed"
SEATS = "seats"
"""Of a bus."""
ROOM = "room"
"""The seats that a visit has for delegates."""
CONGRESS = "id"
"""The file is of another congress."""


@dataclass(frozen=True, slots=True)
class Harm:
    """A change that would harm booked people: of which visit or bus, which change, and how many seats hang on it.

    `field` is the file's key, REMOVED, ROOM or CONGRESS; `value` is what it would come to, of a bus that leaves at
    another time or place its visit.
    """

    kind: str
    name: str
    field: str
    seats: int
    value: Any = None

    @property
    def subject(self) -> str:
        """Say for a terminal what would change."""
        return f"{self.kind} {self.name}"

    @property
    def change(self) -> str:
        """Say for a terminal how."""
        match self.field:
            case "removed":
                return "is removed"
            case "room":
                return f"has {self.value} seats left for delegates"
            case "seats":
                return f"has {self.value} seats"
            case "wheelchair_places":
                return f"has {self.value} wheelchair places"
            case "id":
                return f"this database belongs to {self.value}"
            case field:
                return f"{field} changes"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of a visit or a bus: what it is, what it would be."""

    kind: str
    name: str
    field: str
    was: Any
    now: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """What a file would change: ids of visits and buses that come and go, fields, visits with other words, the rest."""

    new_visits: tuple[str, ...]
    new_buses: tuple[str, ...]
    gone_visits: tuple[str, ...]
    gone_buses: tuple[str, ...]
    changes: tuple[Change, ...]
    words: tuple[str, ...]
    sections: tuple[str, ...]
    """Other tables of the file, and "order" where visits stand in another order."""
    rewritten: tuple[str, ...]
    """Texts that organizers have written since the last file and that would be others, such as "nab-am title kk"."""
    asks_again: bool
    """The privacy notice is a new one: everybody is asked for consent again."""
    harms: tuple[Harm, ...]

    @property
    def is_empty(self) -> bool:
        """Whether the file says nothing but what stands."""
        lists = (self.new_visits, self.new_buses, self.gone_visits, self.gone_buses, self.changes, self.words)
        return not any((*lists, self.sections, self.harms))

    @property
    def fingerprint(self) -> str:
        """Return 12 hexadecimal digits that are others as soon as anything is that the file changes.

        Whom it harms is not in it: that is another with every sign-up.
        """
        return sha256(repr(replace(self, harms=())).encode()).hexdigest()[:12]

    @property
    def smaller(self) -> tuple[str, ...]:
        """Return the labels of the buses that would have fewer seats than are taken on them."""
        return tuple(harm.name for harm in self.harms if harm.kind == "bus" and harm.field == SEATS)

    @property
    def can_be_planned(self) -> bool:
        """Say whether it harms nobody but by smaller buses: who leaves those can be planned (services/import_acts.py).

        A visit with too little room may have enough once they have left.
        """
        return bool(self.smaller) and all(harm.field in (SEATS, ROOM) for harm in self.harms)


def compare(tx: Tx, last: Document, standing: Document, new: Document, current: Mapping[str, Visit]) -> Comparison:
    """Compare what stands with the new file, merged with it; `last` is the file applied last, `current` the visits."""
    visits, former_visits = by_id(new["visits"]), by_id(standing["visits"])
    buses, former_buses = by_id(new["buses"]), by_id(standing["buses"])
    staying = [key for key in visits if key in former_visits]
    sections = [name for name in _SECTIONS if standing[name] != new[name]]
    if staying != [key for key in former_visits if key in visits]:
        sections.append("order")
    return Comparison(
        new_visits=tuple(key for key in visits if key not in former_visits),
        new_buses=tuple(key for key in buses if key not in former_buses),
        gone_visits=tuple(key for key in former_visits if key not in visits),
        gone_buses=tuple(key for key in former_buses if key not in buses),
        changes=tuple(
            Change(kind, key, field, before[key][field], value)
            for kind, wanted, before in (("visit", visits, former_visits), ("bus", buses, former_buses))
            for key, table in wanted.items()
            if key in before
            for field, value in table.items()
            if field not in _WORDS and value != before[key][field]
        ),
        words=tuple(key for key in staying if any(visits[key][word] != former_visits[key][word] for word in _WORDS)),
        sections=tuple(sections),
        rewritten=tuple(rewritten_texts(last, standing, new)),
        asks_again=last["privacy"]["version"] != new["privacy"]["version"],
        harms=tuple(_harms(tx, standing, new, current)),
    )


def moves_clocks(standing: Document, new: Document) -> bool:
    """Whether the file's clock times are those of another zone; that takes a start with it, which checks the zone."""
    event, other = standing["event"], new["event"]
    same_congress = event["id"] == other["id"]
    return same_congress and any(event[field] != other[field] for field in ("timezone", "utc_offset"))


def _harms(tx: Tx, standing: Document, new: Document, current: Mapping[str, Visit]) -> Iterator[Harm]:
    if standing["event"]["id"] != new["event"]["id"]:
        taken = sum(visit.seats_taken for visit in current.values())
        yield Harm("event", new["event"]["id"], CONGRESS, taken, standing["event"]["id"])
        return
    wanted, before = by_id(new["visits"]), by_id(standing["visits"])
    for key, visit in current.items():
        if key not in wanted:
            if visit.seats_taken or bookings.count_ever(tx, visit.id):
                yield Harm("visit", key, REMOVED, visit.seats_taken)
            continue
        if not visit.seats_taken:
            continue
        for field in MOVES_TRAVELLERS:
            if wanted[key][field] != before[key][field]:
                yield Harm("visit", key, field, visit.seats_taken)
        limits, former = ((each["capacity"], each["held_back"]) for each in (wanted[key], before[key]))
        if limits != former and limits[0] - limits[1] < visit.seats_taken:
            yield Harm("visit", key, ROOM, visit.seats_taken, limits[0] - limits[1])
    wanted, before = by_id(new["buses"]), by_id(standing["buses"])
    carrying = [(key, bus) for key, visit in current.items() for bus in visit.buses if bus.seats_taken]
    for key, bus in carrying:
        table = wanted.get(bus.label)
        if table is None:
            yield Harm("bus", bus.label, REMOVED, bus.seats_taken)
            continue
        for field in _MOVES_PASSENGERS:
            if table[field] != before[bus.label][field]:
                yield Harm("bus", bus.label, field, bus.seats_taken, key)
        if table["seats"] < bus.seats_taken:
            yield Harm("bus", bus.label, SEATS, bus.seats_taken, table["seats"])
        if table["wheelchair_places"] < bus.wheelchairs_taken:
            yield Harm("bus", bus.label, "wheelchair_places", bus.wheelchairs_taken, table["wheelchair_places"])
