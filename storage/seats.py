"""The only file that changes the counters of seats; `python -m bot audit` recounts them from riders."""

from sqlalchemy import Connection, bindparam, update

from storage.prepared import Prepared
from storage.tables import buses, visits

_ON_BUS = Prepared(
    update(buses)
    .where(buses.c.id == bindparam("counted"))
    .values(
        seats_taken=buses.c.seats_taken + bindparam("change"),
        wheelchairs_taken=buses.c.wheelchairs_taken + bindparam("wheelchairs"),
        roster_version=buses.c.roster_version + 1,
    )
)
_ON_VISIT = Prepared(
    update(visits)
    .where(visits.c.id == bindparam("counted"))
    .values(seats_taken=visits.c.seats_taken + bindparam("change"))
)


def take(tx: Connection, *, visit_id: int, bus_id: int | None, riders: int, wheelchairs: int) -> None:
    """Count seats as taken, so many of them with a wheelchair place.

    The checks `bus_holds_its_seats` and `bus_holds_its_wheelchairs` fail the transaction past what a bus has, on
    PostgreSQL as late as its commit.
    """
    _count(tx, visit_id, bus_id, riders, wheelchairs)


def give_back(tx: Connection, *, visit_id: int, bus_id: int | None, riders: int, wheelchairs: int) -> None:
    """Count seats as free again."""
    _count(tx, visit_id, bus_id, -riders, -wheelchairs)


def change_riders(tx: Connection, *, visit_id: int, bus_id: int | None, wheelchairs: int) -> None:
    """Let other people, or the same with other needs, sit on the same seats: the roster is another one.

    `wheelchairs` is by how many more (or, below 0, fewer) wheelchair places they need.
    """
    _count(tx, visit_id, bus_id, 0, wheelchairs)


def _count(tx: Connection, visit_id: int, bus_id: int | None, change: int, wheelchairs: int) -> None:
    if bus_id is not None:
        _ON_BUS.later(tx, counted=bus_id, change=change, wheelchairs=wheelchairs)
    if change:
        _ON_VISIT.later(tx, counted=visit_id, change=change)
