"""What a person has and waits for: tickets, offers, places in lines, and where else they could wait. Reads only."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.overlapping import seats_in_the_way
from bot.rules.waiting import refuse_joining
from bot.services.booking import Ticket, tickets_of
from storage import Tx, bookings, queue, visits
from storage.records import Booking, BookingRules, BookingState, Congress, HeldSeat, Visit

MOST_WISHES = 6
"""So many lines one person may stand in at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait:
    """A party in a line. `place` is 1 for the head; `others` are the visits of the same wish."""

    booking: Booking
    visit: Visit
    place: int
    others: tuple[Visit, ...] = ()
    replaces: Visit | None = None
    """The visit whose seat is kept until this one is real."""

    @property
    def booking_id(self) -> int:
        return self.booking.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """Seats kept for a party until its offer runs out. `waiting` of the party would wait on."""

    ticket: Ticket
    waiting: int
    given_up: Visit | None
    """The visit whose seat is given up for this one."""

    @property
    def booking_id(self) -> int:
        return self.ticket.booking.id


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """All that a person has and waits for, each earliest first."""

    tickets: tuple[Ticket, ...]
    standing: "tuple[Wait | Offered, ...]"

    def is_blocked(self, wait: Wait, *, rules: BookingRules) -> bool:
        """Say whether a wait is passed over for what the person holds."""
        held = [*self.tickets, *(each.ticket for each in self.standing if isinstance(each, Offered))]
        seats = [HeldSeat(booking=each.booking, visit=each.visit) for each in held]
        return bool(seats_in_the_way(wait.booking, wait.visit, held=seats, rules=rules))


def own_of(tx: Tx, *, delegate_id: int) -> Own:
    """Return the person's tickets, offers and waits."""
    return Own(tickets=tickets_of(tx, delegate_id=delegate_id), standing=standing_of(tx, delegate_id=delegate_id))


def standing_of(tx: Tx, *, delegate_id: int) -> tuple[Wait | Offered, ...]:
    """Return what a person waits for or is offered, earliest visit first."""
    offered = [each for each in bookings.held_by(tx, delegate_id) if each.booking.state is BookingState.OFFERED]
    seats = sorted([*offered, *queue.waits_of(tx, delegate_id)], key=lambda seat: seat.visit.leaves_at)
    found = (read_standing(tx, seat.booking.id) for seat in seats)
    return tuple(each for each in found if each is not None)


def wait_of(tx: Tx, *, booking_id: int, delegate_id: int) -> Wait | Offered | None:
    """Return the person's own wait or open offer; None when it is not theirs, or neither any more."""
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    return read_standing(tx, booking_id)


def visits_beside(
    tx: Tx, *, booking_id: int, delegate_id: int, congress: Congress, now: datetime
) -> tuple[Wait, tuple[Visit, ...]] | None:
    """Return the person's wait, and the visits they could wait for as well, the nearest in time first."""
    shown = wait_of(tx, booking_id=booking_id, delegate_id=delegate_id)
    if not isinstance(shown, Wait):
        return None
    booking = shown.booking
    others = visits_to_wait_for(tx, booking, near=shown.visit, replaces=booking.replaces, congress=congress, now=now)
    return shown, others[:MOST_WISHES]


def visits_to_wait_for(
    tx: Tx, booking: Booking, *, near: Visit, replaces: int | None, congress: Congress, now: datetime
) -> tuple[Visit, ...]:
    """Return the full visits whose lines the party of this booking could join, the nearest in time to `near` first.

    `replaces` is the seat that its owner would keep until then.
    """
    held, waiting = bookings.held_by(tx, booking.delegate_id), queue.waits_of(tx, booking.delegate_id)
    others = [
        visit
        for visit in visits.read_all(tx)
        if refuse_joining(
            visit,
            party=booking.party,
            wheelchairs=booking.wheelchairs,
            held=held,
            waiting=waiting,
            replaces=replaces,
            overtakes=bool(visit.waiting),
            most_wishes=MOST_WISHES,
            rules=congress.rules,
            now=now,
        )
        is None
    ]
    return tuple(sorted(others, key=lambda visit: (abs(visit.leaves_at - near.leaves_at), visit.id)))


def read_standing(tx: Tx, booking_id: int) -> Wait | Offered | None:
    """Return what a booking is while it waits or is offered; None when it is neither."""
    booking = bookings.read(tx, booking_id)
    assert booking is not None
    replaced = None if booking.replaces is None else bookings.read(tx, booking.replaces)
    siblings = [each for each in queue.wish_of(tx, booking.wish or 0) if each.id != booking_id]
    fresh = visits.read_some(
        tx, {booking.visit_id, *(each.visit_id for each in siblings), *([replaced.visit_id] if replaced else [])}
    )
    visit = fresh[booking.visit_id]
    kept = fresh[replaced.visit_id] if replaced is not None and replaced.holds_seat else None
    match booking.state:
        case BookingState.WAITING:
            return Wait(
                booking=booking,
                visit=visit,
                place=queue.place_of(tx, booking),
                others=tuple(fresh[each.visit_id] for each in siblings),
                replaces=kept,
            )
        case BookingState.OFFERED:
            rest = queue.rest_of(tx, booking_id)
            return Offered(
                ticket=Ticket(booking=booking, visit=visit, bus=visit.bus(booking.bus_id)),
                waiting=0 if rest is None else rest.party,
                given_up=kept,
            )
        case _:
            return None
