"""Changing one's mind: one seat of a party given back, a minute in which to undo it, where else one could go."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.booking import Changed, refuse_release
from bot.rules.changing import GIVEN_BACK, UNDO, UndoRefusal, bus_again, refuse_undo
from bot.services.alternatives import alternatives_to
from bot.services.booking import (
    Booked,
    Refused,
    Released,
    Ticket,
    free_seats,
    repeated,
    ticket_for,
    ticket_message,
    ticket_of,
)
from bot.services.cards import renew_booking
from bot.services.promotion import promote
from bot.services.standing import visits_to_wait_for
from storage import Tx, bookings, delegates, log, outbox, seats, visits
from storage.records import Booking, BookingState, Congress, Lease, Visit

_MOST_MOVES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class NotUndone:
    """The seats are not the person's again; `visit` is fresh."""

    refusal: UndoRefusal
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Where a sign-up could go: `free` at once, `full` when a seat is free there. The nearest first."""

    ticket: Ticket
    free: tuple[Visit, ...]
    full: tuple[Visit, ...]


def moves_of(tx: Tx, *, delegate_id: int, booking_id: int, congress: Congress, now: datetime) -> Moves | Refused | None:
    """Return where the person's sign-up could go, with all who travel on it; as `ticket_of` where it is no ticket."""
    ticket = ticket_of(tx, booking_id=booking_id, delegate_id=delegate_id)
    if not isinstance(ticket, Ticket):
        return ticket
    booking, visit = ticket.booking, ticket.visit
    free = alternatives_to(
        tx,
        visit,
        held=[seat for seat in bookings.held_by(tx, delegate_id) if seat.booking.id != booking_id],
        party=booking.party,
        wheelchairs=booking.wheelchairs,
        congress=congress,
        now=now,
        most=_MOST_MOVES,
    )
    full = visits_to_wait_for(tx, booking, near=visit, replaces=booking_id, congress=congress, now=now)
    return Moves(ticket=ticket, free=free, full=full[:_MOST_MOVES])


def release_rider(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    rider_id: int,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Released | Refused | None:
    """Give one seat of a party back, its owner's too; the others travel on. Or say why not.

    `Released` holds the seat's own booking, which can be undone like any other. None for a booking that is not this
    person's, or has no such rider.
    """
    delegate = delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.lock(tx, [booking.visit_id])[booking.visit_id]
    done = log.outcome_of(tx, cause)
    if done is not None:
        part = bookings.read(tx, done["booking"])
        return None if part is None else Released(booking=part, visit=visit)
    refusal = refuse_release(booking, visit, version=booking_version, now=now)
    if refusal is None and booking.state is not BookingState.BOOKED:
        refusal = Changed()
    if refusal is not None:
        return Refused(refusal=refusal, visit=visit)
    rider = next((each for each in booking.riders if each.id == rider_id), None)
    if rider is None or booking.party == 1:
        return None
    part = bookings.split_off(tx, booking, rider, now=now)
    free_seats(tx, part, reason=GIVEN_BACK, now=now, has_card=False)
    # The tap shows the card with the way back; an edit takes that off when it leads nowhere any more.
    renew_booking(tx, booking, visit, now=now + UNDO)
    log.write(
        tx,
        at=now,
        actor=delegate.telegram_id,
        action="release one",
        subject=f"booking:{booking.id}",
        before={"visit": visit.key, "party": booking.party, "code": booking.code},
        after={"party": booking.party - 1},
        outcome={"booking": part.id},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress, now=now)
    released = bookings.read(tx, part.id)
    assert released is not None
    return Released(booking=released, visit=visit)


def undo_release(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    congress: Congress,
    now: datetime,
    cause: str,
    lease: Lease | None = None,
) -> Booked | NotUndone | None:
    """Take seats back that the person has just given back, as long as they are free; or say why not.

    A single rider goes back to the party. A repeat of `cause` answers what the first run came to. With a `lease` the
    ticket's message is the caller's to show. None for a booking that is not this person's.
    """
    delegate = delegates.lock(tx, delegate_id)
    done = log.outcome_of(tx, cause)
    if done is not None:
        return repeated(tx, done, lease=lease)
    released = bookings.read(tx, booking_id)
    if released is None or released.delegate_id != delegate_id:
        return None
    visit = visits.lock(tx, [released.visit_id])[released.visit_id]
    main = _party_of(tx, released)
    refusal = refuse_undo(
        released,
        visit,
        version=booking_version,
        main=main,
        held=bookings.held_by(tx, delegate_id),
        rules=congress.rules,
        now=now,
    )
    if refusal is not None:
        return NotUndone(refusal=refusal, visit=visit)
    bus = bus_again(released, visit, main=main)
    seats.take(
        tx,
        visit_id=visit.id,
        bus_id=bus.id if bus else None,
        riders=released.party,
        wheelchairs=released.wheelchairs,
    )
    if main is None:
        bookings.revive(tx, released.id, bus_id=bus.id if bus else None)
    else:
        bookings.unite(tx, main, released)
    again = bookings.read(tx, released.id if main is None else main.id)
    assert again is not None
    # An edit that is under way may tell of the party as it was: this one comes after it.
    renew_booking(tx, again, visit, now=now)
    message = ticket_message(again, visit, now=now, again=True)
    outbox.add(tx, message, lease=lease)
    log.write(
        tx,
        at=now,
        actor=delegate.telegram_id,
        action="undo",
        subject=f"booking:{again.id}",
        after={"visit": visit.key, "bus": bus.label if bus else None, "party": again.party, "code": again.code},
        outcome={"booking": again.id, "given_up": [], "message": message.key},
        cause=cause,
    )
    return Booked(ticket=ticket_for(tx, again, visit), given_up=())


def _party_of(tx: Tx, part: Booking) -> Booking | None:
    """The party that a part was split from, while it holds its seats."""
    main = None if part.rest_of is None else bookings.read(tx, part.rest_of)
    return main if main is not None and main.state is BookingState.BOOKED else None
