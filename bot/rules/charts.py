"""What the pictures of /stats show: how full each visit and bus is, and how the sign-ups grew."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.seats import seats_offered
from storage.records import Visit

MOST_POINTS = 48
"""So many points in time a phone can show side by side."""
_STEPS = tuple(timedelta(hours=hours) for hours in (1, 2, 3, 6, 12, 24, 48, 168))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One visit or bus: how many of its seats are taken. `visit` is True for the visit above its buses."""

    label: str
    taken: int
    offered: int
    is_visit: bool

    @property
    def share(self) -> float:
        return min(1.0, self.taken / self.offered) if self.offered else 1.0


def bars(visits: Iterable[Visit]) -> tuple[Bar, ...]:
    """Return a bar for each visit, and one for each of its buses where it has several."""
    found = []
    for visit in visits:
        found.append(Bar(label=visit.key, taken=visit.seats_taken, offered=seats_offered(visit), is_visit=True))
        found += [
            Bar(label=bus.label, taken=bus.seats_taken, offered=bus.seats, is_visit=False)
            for bus in (visit.buses if len(visit.buses) > 1 else ())
        ]
    return tuple(found)


def growth(given: Sequence[tuple[datetime, int]], *, now: datetime) -> tuple[tuple[datetime, int], ...]:
    """Return (moment, seats taken by then), evenly spaced from the first sign-up to now; nothing without one.

    `given` are moments and the seats that were given or, below zero, given back.
    """
    if not given:
        return ()
    first = min(moment for moment, _ in given)
    span = max(now - first, timedelta(hours=1))
    step = next((step for step in _STEPS if span / step <= MOST_POINTS), _STEPS[-1])
    ordered = sorted(given)
    points, total, at = [], 0, 0
    moment = first
    while True:
        while at < len(ordered) and ordered[at][0] <= moment:
            total += ordered[at][1]
            at += 1
        points.append((moment, total))
        if moment >= now:
            return tuple(points)
        moment = min(moment + step, now)
