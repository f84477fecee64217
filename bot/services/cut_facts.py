"""The facts behind what passengers of a bus hear that gets smaller or is another one, at the moment it is sent."""

from dataclasses import dataclass
from datetime import datetime

from bot.services.booking import Ticket
from bot.services.cutting import ASKED, CUT, KEPT, LOST
from bot.services.standing import Offered, Wait, read_standing, wait_of
from bot.services.swapping import OTHER_BUS
from storage import Tx, bookings, cuts, visits
from storage.records import Booking, BookingState, Delegate, Message, Visit, VisitState

_RUNS = (VisitState.OPEN, VisitState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatAsked:
    """To somebody on the bus: would they go elsewhere? `offered` is held for them there."""

    reader: Delegate
    ticket: Ticket
    offered: Offered
    until: datetime
    is_last: bool
    """They are among those who leave by the rule, if too few others go."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatKept:
    """To somebody who was asked and did not go: they travel as they signed up."""

    reader: Delegate
    ticket: Ticket


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatLost:
    """To somebody who left by the rule: what they are held or wait for instead; None for nothing, or no more."""

    reader: Delegate
    visit: Visit
    booking: Booking
    follows: Offered | Wait | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherBus:
    """To somebody whose bus is another one now, or stands elsewhere."""

    reader: Delegate
    ticket: Ticket
    was: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn:
    """To somebody who was offered a seat that is not there any more."""

    reader: Delegate
    wait: Wait


CutFacts = SeatAsked | SeatKept | SeatLost | OtherBus | OfferWithdrawn


def cut_facts(tx: Tx, message: Message, reader: Delegate, *, now: datetime) -> CutFacts | str:
    """Look at the facts again; a string says why the message must not go any more."""
    booking = None if message.booking_id is None else bookings.read(tx, message.booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None or booking.delegate_id != reader.id:
        return "the booking is not the reader's any more"
    if visit.state not in _RUNS:
        return "the visit does not run any more"
    if message.kind == LOST:
        if booking.reason != CUT:
            return "the seat was not taken away"
        follows = message.slots["next"]
        standing = None if follows is None else wait_of(tx, booking_id=follows, delegate_id=reader.id)
        return SeatLost(reader=reader, visit=visit, booking=booking, follows=standing)
    if now >= visit.leaves_at:
        return "the departure has passed"
    if message.kind not in (ASKED, KEPT, OTHER_BUS):
        wait = read_standing(tx, booking.id)
        return (
            OfferWithdrawn(reader=reader, wait=wait) if isinstance(wait, Wait) else "the party does not wait any more"
        )
    if booking.state is not BookingState.BOOKED:
        return "the seat is not the reader's any more"
    ticket = Ticket(booking=booking, visit=visit, bus=visit.bus(booking.bus_id))
    if message.kind == KEPT:
        return SeatKept(reader=reader, ticket=ticket)
    if message.kind == OTHER_BUS:
        if booking.bus_id != message.slots["bus"]:
            return "the reader sits on yet another bus"
        return OtherBus(reader=reader, ticket=ticket, was=message.slots["was"])
    ask = cuts.of_hold(tx, message.slots["hold"])
    offered = None if ask is None else read_standing(tx, ask.hold.id)
    if ask is None or ask.stays or not isinstance(offered, Offered):
        return "the reader is not asked any more"
    until = cuts.read(tx, ask.cut_id).asks_until
    return SeatAsked(reader=reader, ticket=ticket, offered=offered, until=until, is_last=ask.is_last)
