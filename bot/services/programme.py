"""The event file comes into the database: whole at first, later only where no booking is harmed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.services.cards import renew_visit
from storage import Tx, bookings, congress, log, visits
from storage.congress import Document
from storage.programme_file import ProgrammeFile
from storage.records import Visit, VisitState


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The file is the one applied last."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The file is in the database; `first` when it was empty before."""

    first: bool


@dataclass(frozen=True, slots=True)
class Harm:
    """A change that would harm booked people: what, which change, and how many seats hang on it."""

    subject: str
    change: str
    seats: int


@dataclass(frozen=True, slots=True)
class Harmful:
    """Nothing was applied."""

    harms: tuple[Harm, ...]


_MOVES_TRAVELLERS = ("city", "start", "end", "meeting_point", "stops", "mode", "slot", "price_eur")
_MOVES_PASSENGERS = ("visit", "boarding", "departs", "bay", "transfer")


def apply_programme(tx: Tx, *, file: ProgrammeFile, digest: str, now: datetime) -> Unchanged | Applied | Harmful:
    """Bring the event file into the database, or say what it would harm.

    `digest` identifies the file's text: the one applied last does nothing. Of a changed file only what changed
    against the last one is applied, so what organizers set meanwhile (a delay, other seats) stays.
    """
    document = file.model_dump(mode="json")
    previous = congress.applied(tx)
    if previous is None:
        for position, table in enumerate(document["visits"]):
            _add_visit(tx, document, table, position)
        _write(tx, document, digest=digest, now=now)
        return Applied(first=True)
    if previous[0] == digest:
        return Unchanged()
    old = previous[1]
    current = {visit.key: visit for visit in visits.lock(tx, [visit.id for visit in visits.read_all(tx)]).values()}
    harms = tuple(_harms(tx, old, document, current))
    if harms:
        return Harmful(harms)
    _apply_changes(tx, old, document, current)
    _renew_tickets(tx, current, all_of_them=old["meeting_points"] != document["meeting_points"], now=now)
    _write(tx, document, digest=digest, now=now)
    return Applied(first=False)


def _write(tx: Tx, document: Document, *, digest: str, now: datetime) -> None:
    congress.put(tx, document, digest=digest, now=now)
    log.write(
        tx,
        at=now,
        actor=None,
        action="programme",
        subject=f"congress:{document['event']['id']}",
        after={"digest": digest},
    )


def _harms(tx: Tx, old: Document, new: Document, current: Mapping[str, Visit]) -> Iterator[Harm]:
    if old["event"]["id"] != new["event"]["id"]:
        taken = sum(visit.seats_taken for visit in current.values())
        yield Harm(f"event {new['event']['id']}", f"this database belongs to {old['event']['id']}", taken)
        return
    wanted, before = _by_id(new["visits"]), _by_id(old["visits"])
    for key, visit in current.items():
        if key not in wanted:
            if visit.seats_taken or bookings.count_ever(tx, visit.id):
                yield Harm(f"visit {key}", "is removed", visit.seats_taken)
            continue
        if not visit.seats_taken:
            continue
        for field in _MOVES_TRAVELLERS:
            if wanted[key][field] != before[key][field]:
                yield Harm(f"visit {key}", f"{field} changes", visit.seats_taken)
        offered = wanted[key]["capacity"] - wanted[key]["held_back"]
        if _changed(before[key], wanted[key], "capacity", "held_back") and offered < visit.seats_taken:
            yield Harm(f"visit {key}", f"has {offered} seats left for delegates", visit.seats_taken)
    wanted_buses, old_buses = _by_id(new["buses"]), _by_id(old["buses"])
    for bus in (bus for visit in current.values() for bus in visit.buses if bus.seats_taken):
        table, previous = wanted_buses.get(bus.label), old_buses.get(bus.label)
        if table is None or previous is None:
            yield Harm(f"bus {bus.label}", "is removed", bus.seats_taken)
            continue
        for field in _MOVES_PASSENGERS:
            if table[field] != previous[field]:
                yield Harm(f"bus {bus.label}", f"{field} changes", bus.seats_taken)
        if table["seats"] != previous["seats"] and table["seats"] < bus.seats_taken:
            yield Harm(f"bus {bus.label}", f"has {table['seats']} seats", bus.seats_taken)
        places = table["wheelchair_places"]
        if places != previous["wheelchair_places"] and places < bus.wheelchairs_taken:
            yield Harm(f"bus {bus.label}", f"has {places} wheelchair places", bus.wheelchairs_taken)


def _apply_changes(tx: Tx, old: Document, new: Document, current: Mapping[str, Visit]) -> None:
    before, wanted = _by_id(old["visits"]), _by_id(new["visits"])
    for key, visit in current.items():  # what goes, first: a bus's label may stand on another visit now
        if key in wanted:
            _take_buses_out(tx, new, visit)
        else:
            visits.remove_visit(tx, visit.id)
    for position, table in enumerate(new["visits"]):
        known = current.get(table["id"])
        if known is None:
            _add_visit(tx, new, table, position)
            continue
        _apply_buses(tx, old, new, known)
        previous = before[known.key]
        columns = _differences(
            _visit_columns(old, previous, old["visits"].index(previous)), _visit_columns(new, table, position)
        )
        _apply_visit(tx, known, columns, must_hear=_changed(previous, table, *_MOVES_TRAVELLERS))


def _renew_tickets(tx: Tx, before: Mapping[str, Visit], *, all_of_them: bool, now: datetime) -> None:
    """Let the tickets of what has changed say so: other words, or a bus whose passengers are not harmed."""
    for visit in visits.read_some(tx, [visit.id for visit in before.values() if visit.seats_taken]).values():
        if all_of_them or visit != before[visit.key]:
            renew_visit(tx, visit, now=now)


def _take_buses_out(tx: Tx, new: Document, visit: Visit) -> None:
    staying = {table["id"] for table in new["buses"] if table["visit"] == visit.key}
    for bus in visit.buses:
        if bus.label not in staying:
            visits.remove_bus(tx, bus.id)


def _apply_buses(tx: Tx, old: Document, new: Document, visit: Visit) -> None:
    before = _by_id(old["buses"])
    known = {bus.label: bus for bus in visit.buses}
    for table in new["buses"]:
        if table["visit"] != visit.key:
            continue
        bus, columns = known.get(table["id"]), _bus_columns(table)
        if bus is None:
            visits.add_bus(tx, {"visit_id": visit.id, "label": table["id"], **columns})
        elif changed := _differences(_bus_columns(before[bus.label]), columns):
            visits.change_bus(tx, bus.id, roster_up=True, **changed)


def _apply_visit(tx: Tx, known: Visit, columns: dict[str, Any], *, must_hear: bool) -> None:
    """Set what differs. A visit leaves with its earliest bus as that stands by now, delayed or not.

    Its version rises only with what travellers must hear of: a message about a move would be taken for outdated.
    """
    fresh = visits.read(tx, known.id)
    assert fresh is not None
    departures = [bus.departs_at for bus in fresh.buses if not bus.transfer]
    leaves_at = min(departures, default=columns.get("leaves_at", known.leaves_at))
    must_hear = must_hear or leaves_at != known.leaves_at
    columns = {**columns, "leaves_at": leaves_at}
    visits.change_visit(tx, known.id, version_up=must_hear, **columns)


def _add_visit(tx: Tx, document: Document, table: Document, position: int) -> None:
    visit_id = visits.add_visit(
        tx, {"key": table["id"], "state": VisitState.OPEN, **_visit_columns(document, table, position)}
    )
    for bus in document["buses"]:
        if bus["visit"] == table["id"]:
            visits.add_bus(tx, {"visit_id": visit_id, "label": bus["id"], **_bus_columns(bus)})


def _visit_columns(document: Document, table: Document, position: int) -> dict[str, Any]:
    """The columns of a visit. It leaves with its earliest bus that is no transfer, else at its own start."""
    libraries = _by_id(document["libraries"])
    departures = [
        _moment(bus["departs"]) for bus in document["buses"] if bus["visit"] == table["id"] and not bus["transfer"]
    ]
    details = {
        **{key: table[key] for key in ("slot", "mode", "title", "about", "bring", "payment", "stops", "tags")},
        **{key: table[key] for key in ("meeting_point", "guide_languages", "price_eur")},
        "needs_id": table["needs_passport"] or any(libraries[stop]["needs_passport"] for stop in table["stops"]),
        "lunch": table["lunch_included"],
        "tentative": table["status"] == "tentative",
        "names_final": table["names_final"],
    }
    return {
        "position": position,
        "city": table["city"],
        "leaves_at": min(departures, default=_moment(table["start"])),
        "returns_at": _moment(table["end"]),
        "opens_at": _moment(table["booking_opens"]) if table["booking_opens"] else None,
        "closes_at": _moment(table["booking_closes"]) if table["booking_closes"] else None,
        "host_limit": table["capacity"],
        "held_back": table["held_back"],
        "details": details,
    }


def _bus_columns(table: Document) -> dict[str, Any]:
    return {
        "kind": table["kind"],
        "seats": table["seats"],
        "wheelchair_places": table["wheelchair_places"],
        "boards_at": _moment(table["boarding"]),
        "departs_at": _moment(table["departs"]),
        "bay": table["bay"],
        "plate": table["plate"],
        "transfer": table["transfer"],
    }


def _by_id(tables: list[Document]) -> dict[str, Document]:
    return {table["id"]: table for table in tables}


def _changed(before: Document, after: Document, *fields: str) -> bool:
    return any(before[field] != after[field] for field in fields)


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in after.items() if before[key] != value}


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
