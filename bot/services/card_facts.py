"""What a card says at the moment it is edited, or why it need not be."""

from dataclasses import dataclass

from bot.services.booking import Ticket, ticket_for
from bot.services.cards import OLD_CARD
from storage import Tx, bookings, calendars, cards, visits
from storage.records import BookingState, Delegate, Message, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFacts:
    """A ticket as its card says it now. Its seats may have been given back since."""

    reader: Delegate
    ticket: Ticket
    message_id: int
    in_calendar: bool
    """The person has taken a calendar file of it."""

    @property
    def is_over(self) -> bool:
        return self.ticket.booking.state is BookingState.RELEASED


@dataclass(frozen=True, slots=True, kw_only=True)
class OldCardFacts:
    """A message on which a ticket stood that another shows now."""

    reader: Delegate
    visit: Visit
    message_id: int


def card_facts(tx: Tx, message: Message, reader: Delegate) -> CardFacts | OldCardFacts | str:
    """Return what a card says now, or why it need not be edited."""
    assert message.booking_id is not None
    booking = bookings.read(tx, message.booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None:
        return "there is no such booking"
    on = cards.read(tx, delegate_id=reader.id, booking_id=booking.id)
    if message.kind == OLD_CARD:
        old = message.slots["message"]
        return "it shows the ticket again" if on == old else OldCardFacts(reader=reader, visit=visit, message_id=old)
    if on is None:
        return "there is no card"
    return CardFacts(
        reader=reader,
        ticket=ticket_for(tx, booking, visit),
        message_id=on,
        in_calendar=calendars.is_given(tx, booking.id),
    )
