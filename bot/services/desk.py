"""A seat at the desk: its slip is printed, it is taken back, and who has no Telegram is forgotten there."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.authority import Right
from bot.services.authority import NoAuthority, refusal
from bot.services.booking import Refused, Released, Ticket, release_seat, ticket_for, tickets_of
from bot.services.forgetting import forget_without_account
from bot.services.seating_draft import Deed
from storage import Tx, bookings, delegates, log, visits
from storage.records import BookingState, Congress, Delegate


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskSeat:
    """A seat with its person, as the desk sees it. `is_ended`: it has been given back."""

    ticket: Ticket
    person: Delegate
    may_take_back: bool
    """The person has no Telegram, or somebody of the crew has seated them."""
    is_ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsOf:
    """The people who may be meant, each with their seats."""

    typed: str
    people: tuple[tuple[Delegate, tuple[Ticket, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenBack:
    """The seat is free for others; `seat` says whose it was."""

    seat: DeskSeat
    released: Released


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgottenAtDesk:
    """Nothing of the person is kept but counts; so many seats are free for others."""

    seats: int


def desk_seat(tx: Tx, *, actor: int, booking_id: int) -> DeskSeat | NoAuthority | None:
    """Return a seat as the desk sees it; None where there is none, or the party only waits."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    booking = bookings.read(tx, booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None:
        return None
    if (refused := refusal(tx, actor, Right.DESK, visit=visit)) is not None:
        return refused
    if booking.state not in (BookingState.BOOKED, BookingState.RELEASED):
        return None
    person = delegates.read(tx, booking.delegate_id)
    by_crew = any(line.action in list(Deed) for line in log.about(tx, [f"booking:{booking.id}"]))
    return DeskSeat(
        ticket=ticket_for(tx, booking, visit),
        person=person,
        may_take_back=person.telegram_id is None or by_crew,
        is_ended=booking.state is BookingState.RELEASED,
    )


def seats_of(tx: Tx, *, actor: int, typed: str, people: tuple[int, ...]) -> SeatsOf | NoAuthority:
    """Return the seats of these people that the reader sees."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    known = delegates.read_all(tx, people)
    return SeatsOf(
        typed=typed,
        people=tuple(
            (
                known[each],
                tuple(
                    ticket
                    for ticket in tickets_of(tx, delegate_id=each)
                    if refusal(tx, actor, Right.DESK, visit=ticket.visit) is None
                ),
            )
            for each in people
            if each in known
        ),
    )


def take_back(
    tx: Tx, *, actor: int, booking_id: int, version: int, congress: Congress, now: datetime, cause: str
) -> TakenBack | DeskSeat | Refused | NoAuthority | None:
    """Give the seat back for the person; DeskSeat where it is theirs alone to give back. Who waits is offered it."""
    seat = desk_seat(tx, actor=actor, booking_id=booking_id)
    if not isinstance(seat, DeskSeat) or not seat.may_take_back:
        return seat
    done = release_seat(
        tx,
        delegate_id=seat.person.id,
        booking_id=booking_id,
        booking_version=version,
        congress=congress,
        now=now,
        cause=cause,
        by=actor,
    )
    return TakenBack(seat=seat, released=done) if isinstance(done, Released) else done


def forget_at_desk(
    tx: Tx, *, actor: int, booking_id: int, version: int, congress: Congress, now: datetime, cause: str
) -> ForgottenAtDesk | DeskSeat | NoAuthority | None:
    """Free the seats of somebody without Telegram and erase what tells who they are.

    DeskSeat where they have Telegram and can do so themselves, or the booking is another one by now.
    """
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    if (done := log.outcome_of(tx, cause)) is not None:
        return ForgottenAtDesk(seats=done["seats"])
    seat = desk_seat(tx, actor=actor, booking_id=booking_id)
    if not isinstance(seat, DeskSeat):
        return seat
    if seat.person.telegram_id is not None or seat.ticket.booking.version != version:
        return seat
    freed = forget_without_account(tx, delegate_id=seat.person.id, by=actor, congress=congress, now=now, cause=cause)
    return None if freed is None else ForgottenAtDesk(seats=freed)
