"""The facts behind news of a waiting list at the moment they are sent; or why they must not go any more."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.alternatives import alternatives_to
from bot.services.lines import LINE_OVER, OFFER_OVER
from bot.services.standing import Offered, wait_of
from storage import Tx, bookings, queue, visits
from storage.records import Booking, BookingState, Congress, Delegate, Message, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferFacts:
    """An offer that stands."""

    reader: Delegate
    offered: Offered


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferOverFacts:
    """An offer that ran out without an answer."""

    reader: Delegate
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class PassedFacts:
    """A waiting party that the free seats are too few for; those behind it are asked."""

    reader: Delegate
    visit: Visit
    booking: Booking


@dataclass(frozen=True, slots=True, kw_only=True)
class LineOverFacts:
    """A wait that has ended without a seat, and what the person has and could have instead."""

    reader: Delegate
    visit: Visit
    booking: Booking
    travels: bool
    """A part of the party has seats on the visit; this is the rest."""
    still: tuple[Visit, ...]
    """The visits of the same wish for which they wait on."""
    kept: Visit | None
    """The visit whose seat would have been given up for this one."""
    alternatives: tuple[Visit, ...]


LineFacts = OfferFacts | OfferOverFacts | PassedFacts | LineOverFacts


def line_facts(tx: Tx, message: Message, reader: Delegate, *, congress: Congress, now: datetime) -> LineFacts | str:
    """Look at the facts again; a string says why the message is moot."""
    assert message.booking_id is not None
    if message.kind == "offer":
        return _offer(tx, message.booking_id, reader, version=message.slots["version"])
    booking = bookings.read(tx, message.booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None:
        return "there is no such wait any more"
    if message.kind == LINE_OVER:
        return _line_over(tx, booking, visit, reader, congress=congress, now=now)
    if now >= visit.leaves_at:
        return "the departure has passed"
    if message.kind == OFFER_OVER:
        live = bookings.live_on(tx, visit_id=visit.id, delegate_id=reader.id)
        return "the reader has joined the line again" if live else OfferOverFacts(reader=reader, visit=visit)
    if not booking.is_waiting:
        return "the party does not wait any more"
    return PassedFacts(reader=reader, visit=visit, booking=booking)


def _offer(tx: Tx, booking_id: int, reader: Delegate, *, version: int) -> LineFacts | str:
    found = wait_of(tx, booking_id=booking_id, delegate_id=reader.id)
    if not isinstance(found, Offered) or found.ticket.booking.version != version:
        return "the offer is over"
    return OfferFacts(reader=reader, offered=found)


def _line_over(
    tx: Tx, booking: Booking, visit: Visit, reader: Delegate, *, congress: Congress, now: datetime
) -> LineFacts | str:
    live = bookings.live_on(tx, visit_id=visit.id, delegate_id=reader.id)
    travels = live is not None and live.id == booking.rest_of and live.state is BookingState.BOOKED
    if live is not None and not travels:
        return "the reader has joined the line again, or has a seat"
    held = bookings.held_by(tx, reader.id)
    others = [each.visit_id for each in queue.wish_of(tx, booking.wish or 0) if each.is_waiting]
    kept = next((seat.visit for seat in held if seat.booking.id == booking.replaces), None)
    near = alternatives_to(
        tx, visit, held=held, party=booking.party, wheelchairs=booking.wheelchairs, congress=congress, now=now
    )
    return LineOverFacts(
        reader=reader,
        visit=visit,
        booking=booking,
        travels=travels,
        still=tuple(visits.read_some(tx, others).values()),
        kept=kept,
        alternatives=() if travels else near,
    )
