"""The living card: the one message on which a person sees a ticket, edited whenever its facts change.

Whoever changes what a ticket says calls one of the `renew_…` in the same transaction. That writes an outbox row, so an
edit survives a crash and keeps the pace; several changes become one edit, since one that waits says what is true when
it is sent. An edit rings nowhere: what people must hear of at once has a message of its own (`moved`).
"""

from collections.abc import Iterable
from datetime import datetime
from secrets import token_hex

from bot.rules.lateness import KINDS
from storage import Tx, bookings, cards, outbox, visits
from storage.records import Booking, BookingState, NewMessage, Visit

CARD = "card"
OLD_CARD = "old-card"


def renew_visit(tx: Tx, visit: Visit, *, now: datetime) -> None:
    """Let the cards of all who hold a seat on this visit be edited: its times, its buses or its place have changed."""
    passengers = bookings.passengers(tx, visit_id=visit.id)
    _renew(tx, [(holder.booking, visit) for holder in passengers if holder.telegram_id is not None], now=now)


def renew_booking(tx: Tx, booking: Booking, visit: Visit, *, now: datetime) -> None:
    """Let the card of this booking be edited: its seats, its bus or its travellers have changed, or it has ended."""
    _renew(tx, [(booking, visit)], now=now)


def renew_ended(tx: Tx, ended: Iterable[Booking], visit: Visit, *, now: datetime) -> None:
    """Let the cards of these bookings of one visit be edited: they have ended together."""
    _renew(tx, [(booking, visit) for booking in ended], now=now)


def renew_own(tx: Tx, delegate_id: int, *, now: datetime) -> None:
    """Let all cards of this person be edited: their language or their name has changed."""
    held = [seat for seat in bookings.held_by(tx, delegate_id) if seat.booking.state is BookingState.BOOKED]
    _renew(tx, [(seat.booking, seat.visit) for seat in held], now=now)


def renew_bus(tx: Tx, label: str, *, now: datetime) -> None:
    """Let the cards of all who ride this bus be edited: who leads it has changed."""
    bus = visits.bus_by_label(tx, label)
    visit = None if bus is None else visits.read(tx, bus.visit_id)
    if bus is None or visit is None:
        return
    riding = [
        holder.booking
        for holder in bookings.passengers(tx, visit_id=visit.id)
        if holder.booking.bus_id == bus.id and holder.telegram_id is not None
    ]
    _renew(tx, [(booking, visit) for booking in riding], now=now)


def card_of(tx: Tx, *, booking_id: int, delegate_id: int) -> int | None:
    """Return the message on which the person sees this ticket; None where none is known."""
    return cards.read(tx, delegate_id=delegate_id, booking_id=booking_id)


def move_card(tx: Tx, booking: Booking, visit: Visit, *, message_id: int, now: datetime, cause: str) -> None:
    """Let this message be the ticket's card, as the person sees booking and visit on it; the former one retires."""
    former = cards.read(tx, delegate_id=booking.delegate_id, booking_id=booking.id)
    cards.put(tx, delegate_id=booking.delegate_id, booking_id=booking.id, message_id=message_id)
    cards.leave(tx, delegate_id=booking.delegate_id, message_id=message_id, but=booking.id)
    if former not in (None, message_id):
        outbox.add(
            tx,
            NewMessage(
                key=f"{OLD_CARD}/{former}/{cause}",
                kind=OLD_CARD,
                delegate_id=booking.delegate_id,
                booking_id=booking.id,
                slots={"message": former},
                message_class=KINDS[OLD_CARD].message_class,
                due_at=now,
                expires_at=KINDS[OLD_CARD].expires_at(now),
            ),
        )
    now_booked, now_planned = bookings.read(tx, booking.id), visits.read(tx, visit.id)
    if now_booked is not None and now_planned is not None and (now_booked, now_planned) != (booking, visit):
        renew_booking(tx, now_booked, now_planned, now=now)  # something has changed while it was being shown


def leave_card(tx: Tx, *, delegate_id: int, message_id: int) -> None:
    """Forget that a ticket stood on this message: it is about to show something else."""
    cards.leave(tx, delegate_id=delegate_id, message_id=message_id)


def _renew(tx: Tx, changed: Iterable[tuple[Booking, Visit]], *, now: datetime) -> None:
    messages = [
        NewMessage(
            key=f"{CARD}/{booking.id}/{token_hex(4)}",
            kind=CARD,
            delegate_id=booking.delegate_id,
            booking_id=booking.id,
            message_class=KINDS[CARD].message_class,
            due_at=now,
            expires_at=KINDS[CARD].expires_at(now, ends_at=visit.returns_at),
            departs_at=visit.leaves_at,
        )
        for booking, visit in changed
    ]
    outbox.add_unless_waiting(tx, messages)
