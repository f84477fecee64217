"""A change of mind: how long a seat that was given back can be taken back as if nothing had been."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    Changed,
    Clashes,
    NoSeats,
    VisitCancelled,
    find_clashes,
)
from bot.rules.seats import choose_bus, has_room, is_walk, largest_party, seats_left
from storage.records import Booking, BookingRules, BookingState, Bus, HeldSeat, Visit, VisitState

UNDO = timedelta(seconds=60)
"""As long as a slip of the thumb takes to notice."""
GIVEN_BACK = "given back"
"""Why a booking ended that its owner gave back: nothing else can be undone."""


@dataclass(frozen=True, slots=True)
class UndoIsOver:
    """The seat was given back too long ago; it can be taken like any other."""


UndoRefusal = UndoIsOver | Changed | VisitCancelled | AlreadyLeft | AlreadyBooked | Clashes | NoSeats
"""Why a seat that was given back cannot be taken back."""


def refuse_undo(
    released: Booking,
    visit: Visit,
    *,
    version: int,
    main: Booking | None,
    held: Sequence[HeldSeat],
    rules: BookingRules,
    now: datetime,
) -> UndoRefusal | None:
    """Say why the seats of this booking cannot be taken back now, or None; also after sign-up has closed.

    `main` is the party that a single seat was split from, while it travels. Free seats may be kept for the head of the
    waiting list: who has not been asked loses nothing when the owner is back within a minute.
    """
    if released.state is not BookingState.RELEASED or released.reason != GIVEN_BACK or released.version != version:
        return Changed()
    if released.rest_of is not None and main is None:
        return Changed()
    if visit.state is VisitState.CANCELLED:
        return VisitCancelled()
    if now >= visit.leaves_at:
        return AlreadyLeft()
    assert released.released_at is not None
    if now > released.released_at + UNDO:
        return UndoIsOver()
    others = [seat for seat in held if main is None or seat.booking.id != main.id]
    for seat in others:
        if seat.visit.id == visit.id:
            return AlreadyBooked(seat.booking)
    clashes = find_clashes(visit, others, rules=rules)
    if clashes is not None:
        return clashes
    if seats_left(visit) < released.party or (not is_walk(visit) and bus_again(released, visit, main=main) is None):
        return NoSeats(left=seats_left(visit), largest=largest_party(visit))
    return None


def bus_again(released: Booking, visit: Visit, *, main: Booking | None) -> Bus | None:
    """Return the bus on which the seats can be had again: the party's own; else the one they were on, else another."""
    wanted = visit.bus(released.bus_id if main is None else main.bus_id)
    if wanted is not None and has_room(wanted, party=released.party, wheelchairs=released.wheelchairs):
        return wanted
    return None if main is not None else choose_bus(visit, party=released.party, wheelchairs=released.wheelchairs)
