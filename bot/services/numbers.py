"""The numbers of one moment that stand in the database: seats, and what waits."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.seats import seats_left
from storage import Tx, visits
from storage.backlog import Backlog, count_backlog


@dataclass(frozen=True, slots=True, kw_only=True)
class Seats:
    """Seats taken and free: of a visit, or of one bus of it. Held-back seats are neither."""

    visit: str
    bus: str | None
    taken: int
    free: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """All of it, from one reading. `at` is business time."""

    at: datetime
    seats: tuple[Seats, ...]
    backlog: Backlog


def read_numbers(tx: Tx, *, now: datetime) -> Numbers:
    """Count seats and backlog."""
    seats = []
    for visit in visits.read_all(tx):
        seats.append(Seats(visit=visit.key, bus=None, taken=visit.seats_taken, free=seats_left(visit)))
        seats += [
            Seats(visit=visit.key, bus=bus.label, taken=bus.seats_taken, free=max(0, bus.seats - bus.seats_taken))
            for bus in visit.buses
        ]
    return Numbers(at=now, seats=tuple(seats), backlog=count_backlog(tx, now=now))
