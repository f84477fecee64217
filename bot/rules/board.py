"""What is wrong with a bus, and which bus an organizer looks at first: the order of the morning's board."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum, auto
from typing import Final

from bot.rules.reminding import departure
from storage.records import Bus, Visit, VisitState

EDIT_EVERY: Final = timedelta(seconds=20)
"""A board is edited by itself no more often: who reads it is not to lose the line (issue 5)."""
NEAR: Final = timedelta(hours=1)
"""From now on what a leader or a telephone has to settle cannot wait."""


class Trouble(IntEnum):
    """In the order of what leaves people standing outside: first what nobody else settles, last what is only news."""

    OVER = auto()
    """More people than seats."""
    LEADERLESS_NOW = auto()
    """Nobody leads it, and it leaves within the hour."""
    UNTOLD = auto()
    """Messages to its passengers did not arrive: somebody does not know of a change."""
    FEW = auto()
    """It leaves within the hour, and under half of its passengers have said that they come."""
    UNREMINDED = auto()
    UNREACHABLE = auto()
    LISTLESS = auto()
    """Its leader should have the list by now."""
    FREE = auto()
    """Somebody waits for the visit, and seats are free."""
    MOVED = auto()
    LEADERLESS = auto()
    UNDER = auto()
    """It leaves within the hour with under half of its seats taken."""
    CANCELLED = auto()
    """Everybody was told; somebody may stand at the bay all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BusFacts:
    """A bus on its visit as it stands. People are seats."""

    visit: Visit
    bus: Bus
    is_led: bool
    coming: int
    """Who said that they come; the others are "maybe"."""
    unreachable: int
    untold: int
    """Messages about its seats that did not arrive."""
    unreminded: int
    """Reminders that should be out and are not."""
    is_listed: bool
    """Its leader has a list, or none is due yet."""
    moved: timedelta
    """How much later it leaves than was planned; less than nothing is earlier."""

    @property
    def departs_at(self) -> datetime:
        return departure(self.visit, self.bus)

    @property
    def maybe(self) -> int:
        return max(0, self.bus.seats_taken - self.coming)

    @property
    def free(self) -> int:
        return max(0, self.bus.seats - self.bus.seats_taken)

    def has_left(self, *, now: datetime) -> bool:
        return now >= self.departs_at


def troubles(facts: BusFacts, *, now: datetime) -> tuple[Trouble, ...]:
    """Return what is wrong with a bus, the worst first; nothing once it has left."""
    if facts.has_left(now=now):
        return ()
    if facts.visit.state is VisitState.CANCELLED:
        return (Trouble.CANCELLED,)
    taken, is_near = facts.bus.seats_taken, now >= facts.departs_at - NEAR
    found = {
        Trouble.OVER: taken > facts.bus.seats,
        Trouble.LEADERLESS_NOW: not facts.is_led and is_near,
        Trouble.UNTOLD: facts.untold > 0,
        Trouble.FEW: is_near and taken > 2 * facts.coming,
        Trouble.UNREMINDED: facts.unreminded > 0,
        Trouble.UNREACHABLE: facts.unreachable > 0,
        Trouble.LISTLESS: facts.is_led and not facts.is_listed,
        Trouble.FREE: facts.visit.waiting > 0 and facts.free > 0,
        Trouble.MOVED: bool(facts.moved),
        Trouble.LEADERLESS: not facts.is_led and not is_near,
        Trouble.UNDER: is_near and facts.bus.seats > 2 * taken,
    }
    return tuple(trouble for trouble in Trouble if found.get(trouble))


def by_trouble(fleet: Iterable[BusFacts], *, now: datetime) -> tuple[BusFacts, ...]:
    """Return the buses in the order in which to look at them: the worst trouble, then the earliest departure."""

    def place(facts: BusFacts) -> tuple[int, datetime, str]:
        worst = next(iter(troubles(facts, now=now)), len(Trouble) + 1 + facts.has_left(now=now))
        return int(worst), facts.departs_at, facts.bus.label

    return tuple(sorted(fleet, key=place))


def has_ended(fleet: Iterable[BusFacts], *, now: datetime) -> bool:
    """A board ends when the last visit that runs has returned, and with nothing to show it has, too."""
    running = [facts for facts in fleet if facts.visit.state is not VisitState.CANCELLED]
    return all(now >= facts.visit.returns_at for facts in running)


def is_rested(edited_at: datetime, *, now: datetime) -> bool:
    """Say whether a board may be edited again; a clock that was turned far back holds nobody up."""
    return abs(now - edited_at) >= EDIT_EVERY
