"""A wait and the seats of the same person that do not go with it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from bot.rules.booking import find_clashes
from storage.records import Booking, BookingRules, BookingState, HeldSeat, Visit


def seats_in_the_way(
    booking: Booking, visit: Visit, *, held: Iterable[HeldSeat], rules: BookingRules
) -> tuple[HeldSeat, ...]:
    """Return the seats a waiting person holds that do not go with the visit they wait for.

    While they hold them they are passed over there and keep their place. The seat that the wait replaces is none.
    """
    others = [seat for seat in held if seat.booking.id not in (booking.replaces, booking.rest_of)]
    clashes = find_clashes(visit, others, rules=rules)  # a seat on the visit itself overlaps with it
    return () if clashes is None else clashes.seats


def seat_to_keep(booking: Booking, visit: Visit, *, held: Sequence[HeldSeat], rules: BookingRules) -> Booking | None:
    """Return the one seat that a wait could keep until it is real, so that it is passed over no more; or None.

    A wait replaces one seat: with another one in its way, naming either would change nothing.
    """
    every = seats_in_the_way(replace(booking, replaces=None), visit, held=held, rules=rules)
    booked = [seat.booking for seat in every if seat.booking.state is BookingState.BOOKED]
    (only,) = booked if len(booked) == len(every) == 1 else (None,)
    return only if only is not None and only.visit_id != visit.id and only.id != booking.replaces else None
