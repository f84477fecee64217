"""Visits and their buses: read whole, locked in one order, changed by name."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, delete, insert, select, update

from storage.prepared import Prepared, Together
from storage.records import Bus, Visit, VisitState, Words
from storage.tables import buses, visits

_VISITS = select(visits).order_by(visits.c.id)
_BUSES = select(buses).where(buses.c.state == "active").order_by(buses.c.id)
_ONE = _VISITS.where(visits.c.id == bindparam("visit_id")), _BUSES.where(buses.c.visit_id == bindparam("visit_id"))
_SOME = (
    _VISITS.where(visits.c.id.in_(bindparam("ids", expanding=True))),
    _BUSES.where(buses.c.visit_id.in_(bindparam("ids", expanding=True))),
)
_READING = tuple(map(Prepared, _ONE)), _SOME
QUESTIONS_OF_ONE, QUESTIONS_OF_ALL = _ONE, (_VISITS, _BUSES)
"""What `visits_from` reads: the visits and then their buses."""
_ALL = Together(*QUESTIONS_OF_ALL)
_LOCKING = (
    tuple(Prepared(query.with_for_update()) for query in _ONE),
    tuple(query.with_for_update() for query in _SOME),
)


def read_all(tx: Connection) -> tuple[Visit, ...]:
    """Return every visit with its active buses, in the order of the programme."""
    return visits_from(*_ALL.all(tx))


def read(tx: Connection, visit_id: int) -> Visit | None:
    """Return one visit, or None when there is none of this id."""
    return next(iter(_found(tx, [visit_id], _READING)), None)


def read_some(tx: Connection, visit_ids: Iterable[int]) -> dict[int, Visit]:
    """Return the visits of these ids that exist."""
    return {visit.id: visit for visit in _found(tx, visit_ids, _READING)}


def lock(tx: Connection, visit_ids: Iterable[int]) -> dict[int, Visit]:
    """Lock these visits and their buses until the transaction ends, then read them.

    Called once per transaction, after the delegate's own lock: visits in id order, buses after, so that two
    transactions never wait for each other in a ring. Facts read before the lock are stale.
    """
    return {visit.id: visit for visit in _found(tx, visit_ids, _LOCKING)}


def _found(
    tx: Connection, visit_ids: Iterable[int], queries: tuple[Sequence[Prepared], Sequence[Select[Any]]]
) -> list[Visit]:
    """Almost every tap needs one visit, and asks by a prepared statement; a list is spelled out at each execution."""
    ids = sorted(set(visit_ids))
    if len(ids) == 1:
        visit, fleet = (query.all(tx, visit_id=ids[0]) for query in queries[0])
        return _build(visit, fleet)
    if ids:
        some, fleets = (tx.execute(query, {"ids": ids}).all() for query in queries[1])
        return _build(some, fleets)
    return []


def by_key(tx: Connection, key: str) -> int | None:
    """Return the id of the visit with this key of the event file, such as nab-am, upper or lower case."""
    return tx.scalar(select(visits.c.id).where(visits.c.key == key.lower()))


def bus_by_label(tx: Connection, label: str) -> Bus | None:
    """Return the active bus with this label, such as B01, upper or lower case."""
    row = next((row for row in tx.execute(_BUSES) if row.label.lower() == label.lower()), None)
    return None if row is None else bus_from(row)


def bus_labels(tx: Connection) -> dict[int, str]:
    """Return the label of every bus there ever was, by id."""
    return {row.id: row.label.partition(" (removed ")[0] for row in tx.execute(select(buses.c.id, buses.c.label))}


def of_subject(tx: Connection, subject: str) -> int:
    """Return the id of the visit that a subject of the log is about: visit:17, or bus:3, which belongs to one."""
    kind, _, number = subject.partition(":")
    if kind == "visit":
        return int(number)
    return int(tx.execute(select(buses.c.visit_id).where(buses.c.id == int(number))).scalar_one())


def change_visit(tx: Connection, visit_id: int, *, version_up: bool = False, **columns: Any) -> None:
    """Set columns of a visit; `version_up` where travellers must hear of it."""
    if version_up:
        columns["version"] = visits.c.version + 1
    tx.execute(update(visits).where(visits.c.id == visit_id).values(**columns))


def set_words(tx: Connection, visit_id: int, field: str, words: Words | None) -> None:
    """Let a text of a locked visit say this in each language; None where it says nothing any more."""
    details = tx.execute(select(visits.c.details).where(visits.c.id == visit_id)).scalar_one()
    kept = None if words is None else dict(words)
    tx.execute(update(visits).where(visits.c.id == visit_id).values(details={**details, field: kept}))


def change_bus(tx: Connection, bus_id: int, *, roster_up: bool = False, **columns: Any) -> None:
    """Set columns of a bus; its version always rises, its roster's where the list changes.

    A new number of seats ends what it was closing to.
    """
    if "seats" in columns:
        columns["closing_to"] = None
    if roster_up:
        columns["roster_version"] = buses.c.roster_version + 1
    tx.execute(update(buses).where(buses.c.id == bus_id).values(version=buses.c.version + 1, **columns))


def shift_buses(tx: Connection, times: Iterable[tuple[int, datetime, datetime]]) -> None:
    """Set (bus id, boards at, departs at) for several buses."""
    for bus_id, boards_at, departs_at in times:
        change_bus(tx, bus_id, boards_at=boards_at, departs_at=departs_at)


def add_visit(tx: Connection, columns: Mapping[str, Any]) -> int:
    """Insert a visit and return its id."""
    return int(tx.execute(insert(visits).values(**columns).returning(visits.c.id)).scalar_one())


def add_bus(tx: Connection, columns: Mapping[str, Any]) -> int:
    """Insert a bus and return its id."""
    return int(tx.execute(insert(buses).values(**columns).returning(buses.c.id)).scalar_one())


def remove_bus(tx: Connection, bus_id: int) -> None:
    """Take a bus out of service; its row stays, since bookings of the past name it."""
    row = tx.execute(select(buses.c.label).where(buses.c.id == bus_id)).one()
    tx.execute(
        update(buses).where(buses.c.id == bus_id).values(state="removed", label=f"{row.label} (removed {bus_id})")
    )


def remove_visit(tx: Connection, visit_id: int) -> None:
    """Delete a visit that nobody ever booked, with its buses."""
    tx.execute(delete(buses).where(buses.c.visit_id == visit_id))
    tx.execute(delete(visits).where(visits.c.id == visit_id))


def visits_from(visit_rows: Iterable[Any], bus_rows: Iterable[Any]) -> tuple[Visit, ...]:
    """Build the visits of these rows with their buses, in the order of the programme."""
    return tuple(sorted(_build(visit_rows, bus_rows), key=lambda visit: (visit.leaves_at, visit.id)))


def _build(visit_rows: Iterable[Any], bus_rows: Iterable[Any]) -> list[Visit]:
    fleet: dict[int, list[Bus]] = {}
    for row in bus_rows:
        fleet.setdefault(row.visit_id, []).append(bus_from(row))
    return [visit_from(row, tuple(fleet.get(row.id, ()))) for row in visit_rows]


def bus_from(row: Any) -> Bus:
    """Build the record of a row that holds all columns of `buses`."""
    return Bus(
        id=row.id,
        visit_id=row.visit_id,
        label=row.label,
        kind=row.kind,
        seats=row.seats if row.closing_to is None else min(row.seats, row.closing_to),
        wheelchair_places=row.wheelchair_places,
        wheelchairs_taken=row.wheelchairs_taken,
        boards_at=row.boards_at,
        departs_at=row.departs_at,
        bay=row.bay,
        plate=row.plate,
        transfer=row.transfer,
        version=row.version,
        roster_version=row.roster_version,
        seats_taken=row.seats_taken,
        closing=row.closing_to is not None,
    )


def visit_from(row: Any, fleet: tuple[Bus, ...]) -> Visit:
    """Build the record of a row that holds all columns of `visits`."""
    details = row.details
    return Visit(
        id=row.id,
        key=row.key,
        city=row.city,
        slot=details["slot"],
        mode=details["mode"],
        title=details["title"],
        about=details["about"],
        bring=details["bring"],
        payment=details["payment"],
        stops=tuple(details["stops"]),
        tags=tuple(details["tags"]),
        meeting_point=details["meeting_point"],
        leaves_at=row.leaves_at,
        returns_at=row.returns_at,
        guide_languages=tuple(details["guide_languages"]),
        host_limit=row.host_limit,
        held_back=row.held_back,
        price_eur=details["price_eur"],
        needs_id=details["needs_id"],
        lunch=details["lunch"],
        tentative=details["tentative"],
        names_final=details["names_final"],
        registered_only=details.get("registered_only"),
        queue_paused=row.queue_paused,
        state=VisitState(row.state),
        opens_at=row.opens_at,
        closes_at=row.closes_at,
        version=row.version,
        seats_taken=row.seats_taken,
        waiting=row.waiting,
        buses=fleet,
    )
