"""May an organizer move a party to another visit, or to another bus? Facts in, a reason why not or None out."""

from collections.abc import Iterable
from datetime import datetime

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    Changed,
    NoSeats,
    NoWheelchairPlace,
    Refusal,
    VisitCancelled,
    find_clashes,
    refuse_release,
    refuse_visit,
)
from bot.rules.seats import has_room, is_walk, seats_left
from storage.records import Booking, BookingRules, BookingState, Bus, HeldSeat, Visit


def refuse_move(
    booking: Booking,
    here: Visit,
    *,
    to: Visit,
    bus: Bus | None,
    held: Iterable[HeldSeat],
    rules: BookingRules,
    now: datetime,
) -> Refusal | None:
    """Say why this party may not go to that bus of that visit; or None. An organizer may where sign-up is closed.

    `held` are all seats of the person, this one too. Nobody's seat, host limit or held-back seat is passed.
    """
    closed = refuse_visit(to, rules=rules, now=now)
    if isinstance(closed, VisitCancelled | AlreadyLeft):
        return closed
    kept = refuse_release(booking, here, version=booking.version, now=now)
    if kept is not None:
        return kept
    if booking.state is not BookingState.BOOKED:
        return Changed()
    if to.id == here.id and (bus is None or bus.id == booking.bus_id):
        return AlreadyBooked(booking)
    if to.id != here.id:
        others = [seat for seat in held if seat.booking.id != booking.id]
        there = next((seat.booking for seat in others if seat.visit.id == to.id), None)
        if there is not None:
            return AlreadyBooked(there)
        clashes = find_clashes(to, others, rules=rules)
        if clashes is not None:
            return clashes
        if booking.party > seats_left(to):
            return NoSeats(left=seats_left(to), largest=seats_left(to))
    if is_walk(to):
        return None
    if bus is None or not has_room(bus, party=booking.party, wheelchairs=0):
        largest = max(0, bus.seats - bus.seats_taken) if bus is not None else 0
        return NoSeats(left=largest, largest=largest)
    return None if has_room(bus, party=booking.party, wheelchairs=booking.wheelchairs) else NoWheelchairPlace()
