"""Waits that are passed over for a seat their owner has, and what can be done about it."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.booking import Changed
from bot.rules.overlapping import seat_to_keep, seats_in_the_way
from bot.rules.waiting import OfferGone
from bot.services.promotion import promote
from bot.services.standing import Offered, Wait, read_standing
from bot.services.waiting import NotTaken
from storage import Tx, bookings, delegates, log, queue, visits
from storage.records import Booking, BookingRules, Congress, HeldSeat, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """A wait that is passed over while its owner holds seats that do not go with its visit."""

    wait: Booking
    visit: Visit
    seats: tuple[HeldSeat, ...]
    keep: Booking | None
    """The one seat that the wait could keep until it is real, so that it is passed over no more."""


def blocked_waits(tx: Tx, *, delegate_id: int, rules: BookingRules) -> tuple[Blocked, ...]:
    """Return the person's waits that are passed over for seats they hold, earliest visit first."""
    waits = queue.waits_of(tx, delegate_id)
    if not waits:
        return ()
    held = bookings.held_by(tx, delegate_id)
    found = [
        Blocked(
            wait=each.booking,
            visit=each.visit,
            seats=seats_in_the_way(each.booking, each.visit, held=held, rules=rules),
            keep=seat_to_keep(each.booking, each.visit, held=held, rules=rules),
        )
        for each in waits
    ]
    return tuple(each for each in found if each.seats)


def keep_until_real(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    seat_id: int,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Wait | Offered | NotTaken | None:
    """Let a wait keep the one seat in its way until it is real: it is asked again, and the seat goes when it is taken.

    None when the wait is not this person's; refused when the wait or the seats have changed since.
    """
    person = delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.lock(tx, [booking.visit_id])[booking.visit_id]
    if log.outcome_of(tx, cause) is not None:
        return read_standing(tx, booking_id)
    booking = bookings.read(tx, booking_id)
    assert booking is not None
    if not booking.is_waiting:
        return NotTaken(refusal=OfferGone(), visit=visit)
    keep = seat_to_keep(booking, visit, held=bookings.held_by(tx, delegate_id), rules=congress.rules)
    if booking.version != booking_version or keep is None or keep.id != seat_id:
        return NotTaken(refusal=Changed(), visit=visit)
    queue.change(tx, booking_id, replaces=seat_id)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="keep until",
        subject=f"booking:{booking_id}",
        before={"replaces": booking.replaces},
        after={"visit": visit.key, "replaces": seat_id},
        outcome={"booking": booking_id},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress, now=now)
    return read_standing(tx, booking_id)
