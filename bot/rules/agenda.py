"""How a visit goes with the seats somebody holds: it is theirs, it clashes, or how long lies between."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.booking import Clashes, find_clashes
from storage.records import Booking, BookingRules, HeldSeat, Visit, VisitState

_NOT_COMING = (VisitState.DRAFT, VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)


@dataclass(frozen=True, slots=True)
class OwnSeat:
    """The person has a seat on this very visit, or is offered one."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class Fits:
    """There is room beside the seat that lies nearest: so long before it, or after it."""

    seat: HeldSeat
    between: timedelta
    is_after: bool
    """The visit comes after the seat."""


def relation(visit: Visit, held: Sequence[HeldSeat], *, rules: BookingRules) -> OwnSeat | Clashes | Fits | None:
    """Say how the visit goes with these seats; None for who holds none."""
    own = next((seat.booking for seat in held if seat.visit.id == visit.id), None)
    if own is not None:
        return OwnSeat(own)
    clashes = find_clashes(visit, held, rules=rules)
    if clashes is not None:
        return clashes
    around = [
        Fits(seat, visit.leaves_at - seat.visit.returns_at, is_after=True)
        if seat.visit.leaves_at < visit.leaves_at
        else Fits(seat, seat.visit.leaves_at - visit.returns_at, is_after=False)
        for seat in held
    ]
    return min(around, key=lambda fits: fits.between, default=None)


def is_coming(visit: Visit, *, now: datetime) -> bool:
    """Say whether the visit has yet to leave: neither called off nor gone."""
    return visit.state not in _NOT_COMING and visit.leaves_at > now


def is_over(visit: Visit, *, now: datetime) -> bool:
    """Say whether nobody needs to know about the visit any more: it was called off, or has come back."""
    return visit.state in (VisitState.CANCELLED, VisitState.RETURNED) or visit.returns_at <= now
