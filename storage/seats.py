"""The only file that changes the counters of seats; `python -m bot audit` recounts them from riders."""

from sqlalchemy import Connection, bindparam, update

from storage.tables import buses, visits

_ON_BUS = (
    update(buses)
    .where(buses.c.id == bindparam("counted"))
    .values(seats_taken=buses.c.seats_taken + bindparam("change"), roster_version=buses.c.roster_version + 1)
)
_ON_VISIT = (
    update(visits)
    .where(visits.c.id == bindparam("counted"))
    .values(seats_taken=visits.c.seats_taken + bindparam("change"))
)


def take(tx: Connection, *, visit_id: int, bus_id: int | None, riders: int) -> None:
    """Count seats as taken. The check `bus_holds_its_seats` fails the transaction past a bus's seats."""
    _count(tx, visit_id, bus_id, riders)


def give_back(tx: Connection, *, visit_id: int, bus_id: int | None, riders: int) -> None:
    """Count seats as free again."""
    _count(tx, visit_id, bus_id, -riders)


def _count(tx: Connection, visit_id: int, bus_id: int | None, change: int) -> None:
    if bus_id is not None:
        tx.execute(_ON_BUS, {"counted": bus_id, "change": change})
    tx.execute(_ON_VISIT, {"counted": visit_id, "change": change})
