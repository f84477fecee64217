"""The facts behind the news that a visit is off, at the moment it is sent to each of its four audiences."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.services.alternatives import alternatives_to
from bot.services.cancelling import CANCELLED_CREW, CANCELLED_SEAT, CANCELLED_WAIT
from bot.services.standing import Offered, Wait, wait_of
from storage import Tx, bookings, delegates, grants, visits
from storage.records import Booking, BookingState, Congress, Delegate, Message, Visit, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledSeat:
    """To somebody who had seats: what they are held or wait for instead; None for nothing, or no more."""

    reader: Delegate
    visit: Visit
    booking: Booking
    follows: Offered | Wait | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledWait:
    """To somebody who waited for seats, or was asked."""

    reader: Delegate
    visit: Visit
    booking: Booking


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledCrew:
    """To the visit's hosts and leaders: so many people do not come."""

    reader: Delegate
    visit: Visit
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelledTeam:
    """To the other organizers: who called it off, and what becomes of its people."""

    reader: Delegate
    visit: Visit
    author: str
    counts: Mapping[str, int]


Cancelled = CancelledSeat | CancelledWait | CancelledCrew | CancelledTeam


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """Where a person whose visit is off could sign up now, the nearest first; `booking` is their seat of before."""

    visit: Visit
    booking: Booking
    visits: tuple[Visit, ...]


def cancelled_facts(tx: Tx, message: Message, reader: Delegate) -> Cancelled | str:
    """Look at the facts again; a string says why the news must not go any more."""
    if message.kind in (CANCELLED_SEAT, CANCELLED_WAIT):
        booking = None if message.booking_id is None else bookings.read(tx, message.booking_id)
        visit = None if booking is None else visits.read(tx, booking.visit_id)
        if booking is None or visit is None or visit.state is not VisitState.CANCELLED:
            return "the visit is not cancelled any more"
        if message.kind == CANCELLED_WAIT:
            return CancelledWait(reader=reader, visit=visit, booking=booking)
        follows = message.slots["next"]
        standing = None if follows is None else wait_of(tx, booking_id=follows, delegate_id=reader.id)
        return CancelledSeat(reader=reader, visit=visit, booking=booking, follows=standing)
    visit = visits.read(tx, message.slots["visit"])
    if visit is None or visit.state is not VisitState.CANCELLED:
        return "the visit is not cancelled any more"
    if reader.telegram_id is None or not grants.roles_of(tx, reader.telegram_id):
        return "the reader is no longer of the crew"
    counts = message.slots["counts"]
    if message.kind == CANCELLED_CREW:
        return CancelledCrew(reader=reader, visit=visit, people=counts["people"])
    author = delegates.read(tx, message.slots["by"])
    return CancelledTeam(reader=reader, visit=visit, author=author.name, counts=counts)


def others_for(tx: Tx, *, delegate_id: int, booking_id: int, congress: Congress, now: datetime) -> Others | None:
    """Return where somebody whose visit is off could sign up now in place of what is held for them.

    None when the booking is not theirs.
    """
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.read(tx, booking.visit_id)
    assert visit is not None
    held = [seat for seat in bookings.held_by(tx, delegate_id) if not _is_held_for(seat.booking, booking_id)]
    found = alternatives_to(
        tx,
        visit,
        held=held,
        party=booking.party,
        wheelchairs=booking.wheelchairs,
        congress=congress,
        now=now,
        most=6,
    )
    return Others(visit=visit, booking=booking, visits=found)


def _is_held_for(booking: Booking, former: int) -> bool:
    return booking.state is BookingState.OFFERED and booking.replaces == former
