"""Seats given and given back: book, replace, release. The promises of DESIGN section 4 are kept here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyReleased,
    Changed,
    NoSeats,
    PeopleWait,
    Refusal,
    refuse_booking,
    refuse_release,
)
from bot.rules.changing import GIVEN_BACK
from bot.rules.finding import nearest_alternatives
from bot.rules.lateness import KINDS
from bot.rules.registered import is_for_registered
from bot.rules.seats import choose_bus
from bot.services.alternatives import alternatives_to
from bot.services.cards import leave_card, renew_booking
from bot.services.drafts import COMPANIONS
from bot.services.listed import may_be_seated
from bot.services.promotion import overtakes, promote, take_back
from storage import Tx, bookings, calendars, delegates, drafts, grants, log, outbox, queue, requests, seats, visits
from storage.records import Booking, BookingState, Bus, Congress, Delegate, Lease, NewMessage, Rider, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticket:
    """A booking with all that its card says."""

    booking: Booking
    visit: Visit
    bus: Bus | None
    leaders: tuple[str, ...] = ()
    """The names of those who lead the bus."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Booked:
    """The seats are the person's; `given_up` are the visits they left for them."""

    ticket: Ticket
    given_up: tuple[Visit, ...]
    may_wait: bool = True
    """The person may wait for other visits; False where the transaction has seen that they do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """Nothing has changed. `visit` is fresh; `alternatives` can be booked right now."""

    refusal: Refusal
    visit: Visit
    alternatives: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Released:
    """The seats are free for others."""

    booking: Booking
    visit: Visit
    in_calendar: bool = False
    """The person has taken a calendar file of the visit."""


def book_seat(
    tx: Tx,
    *,
    delegate_id: int,
    visit_id: int,
    visit_version: int,
    party: int = 1,
    giving_up: tuple[tuple[int, int], ...] = (),
    moving: bool = False,
    congress: Congress,
    now: datetime,
    cause: str,
    lease: Lease | None = None,
) -> Booked | Refused | None:
    """Give the delegate seats on the visit, or say why not; all at once or nothing.

    `party` counts the delegate; the companions' names are taken from the person's draft. `giving_up` names (booking
    id, version) of seats that end in the same transaction; when `moving`, there is one, and those who travel on it
    come along, whoever they are. A repeat of `cause` answers what the first run came to. With a `lease` the
    ticket's message is the caller's to show. None when there is no such visit.
    """
    asked = requests.lock(tx, delegate_id=delegate_id, visit_id=visit_id, cause=cause, leaving=dict(giving_up))
    if asked is None:
        return None
    if asked.outcome is not None:
        return repeated(tx, asked.outcome, lease=lease)
    delegate, visit = asked.delegate, asked.visits[visit_id]
    held = tuple(seat for seat in asked.live if not seat.booking.is_waiting)
    ended = {seat.booking.id: seat for seat in held if seat.booking.id in dict(giving_up)}
    if visit.version != visit_version or any(
        booking_id not in ended or ended[booking_id].booking.version != version for booking_id, version in giving_up
    ):
        own = next((seat.booking for seat in held if seat.visit.id == visit_id), None)
        return Refused(refusal=Changed() if own is None else AlreadyBooked(own), visit=visit)
    for seat in ended.values():
        given = asked.visits[seat.visit.id]
        kept = refuse_release(seat.booking, given, version=seat.booking.version, now=now)
        if kept is not None:
            return Refused(refusal=kept, visit=given)
    riders: list[Rider] | None = None
    if moving:
        (left,) = ended
        riders = list(bookings.riders_of(tx, [left])[left])
        party = len(riders)
    wheelchairs = int(delegate.wheelchair) if riders is None else bookings.wheelchairs_of(riders)
    refusal = refuse_booking(
        visit,
        party=party,
        wheelchairs=wheelchairs,
        held=held,
        giving_up=ended,
        rules=congress.rules,
        now=now,
        listed=may_be_seated(tx, delegate_id, visit, rules=congress.rules),
    )
    if refusal is None and overtakes(tx, visit, congress=congress, now=now):
        refusal = PeopleWait(visit.waiting)
    if refusal is not None:
        others = alternatives_to(tx, visit, held=held, party=party, wheelchairs=wheelchairs, congress=congress, now=now)
        return Refused(refusal=refusal, visit=visit, alternatives=others)
    riders = riders or party_of(tx, delegate, visit_id=visit_id, party=party, now=now)
    if riders is None:
        return Refused(refusal=Changed(), visit=visit)
    if ended and lease is not None and lease.edits is not None:
        leave_card(tx, delegate_id=delegate_id, message_id=lease.edits)
    for seat in ended.values():
        free_seats(tx, seat.booking, reason="replaced", now=now)
    bus = choose_bus(visit, party=party, wheelchairs=wheelchairs)
    seats.take(tx, visit_id=visit_id, bus_id=bus.id if bus else None, riders=party, wheelchairs=wheelchairs)
    booking = bookings.add_booked(
        tx,
        visit_id=visit_id,
        bus_id=bus.id if bus else None,
        delegate_id=delegate_id,
        party=riders,
        now=now,
        place=asked.place,
    )
    message = ticket_message(booking, visit, now=now)
    outbox.add(tx, message, lease=lease)
    if party > 1 and not moving:
        drafts.end(tx, delegate_id)
    log.write(
        tx,
        at=now,
        actor=delegate.telegram_id,
        action="book",
        subject=f"booking:{booking.id}",
        before={"given_up": sorted(ended)} if ended else None,
        after={"visit": visit.key, "bus": bus.label if bus else None, "party": party, "code": booking.code},
        outcome={
            "booking": booking.id,
            "given_up": [seat.visit.id for seat in ended.values()],
            "message": message.key,
        },
        cause=cause,
    )
    for freed in sorted({seat.visit.id for seat in ended.values()}):
        promote(tx, freed, congress=congress, now=now)
    return Booked(
        ticket=ticket_for(tx, booking, visit),
        given_up=tuple(seat.visit for seat in ended.values()),
        may_wait=len(held) < len(asked.live),
    )


def look_for_room(
    tx: Tx, *, delegate: Delegate, visit_id: int, visit_version: int, party: int, congress: Congress, now: datetime
) -> Refused | None:
    """Say that there are no seats for the party, as `book_seat` would; None for all that only it can say.

    One statement, and no locks: when more people tap than there are seats, those that come too late wait for nobody.
    """
    every, held = bookings.visits_beside_held(tx, delegate_id=delegate.id)
    visit = next((each for each in every if each.id == visit_id), None)
    if visit is None or visit.version != visit_version or is_for_registered(visit, rules=congress.rules):
        return None
    wheelchairs = int(delegate.wheelchair)
    refusal = refuse_booking(visit, party=party, wheelchairs=wheelchairs, held=held, rules=congress.rules, now=now)
    if not isinstance(refusal, NoSeats):
        return None
    others = nearest_alternatives(
        visit,
        visits=every,
        libraries=dict(congress.libraries),
        held=held,
        party=party,
        wheelchairs=wheelchairs,
        rules=congress.rules,
        now=now,
    )
    return Refused(refusal=refusal, visit=visit, alternatives=others)


def release_seat(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    congress: Congress,
    now: datetime,
    cause: str,
    shown_on: int | None = None,
    by: int | None = None,
) -> Released | Refused | None:
    """Give a booking's seats back, offered to the next in line or free for others in the same instant; or say why not.

    `shown_on` is the message that will say so: where the ticket stood on it, it is the ticket's card no more. `by` is
    who of the crew does it at the desk.
    None for a booking that is not this person's: they learn nothing about it.
    """
    delegate = delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.lock(tx, [booking.visit_id])[booking.visit_id]
    if log.outcome_of(tx, cause) is not None:
        return Released(booking=booking, visit=visit, in_calendar=calendars.is_given(tx, booking.id))
    refusal = refuse_release(booking, visit, version=booking_version, now=now)
    if refusal is None and booking.state is not BookingState.BOOKED:
        refusal = Changed()
    if refusal is not None:
        return Refused(refusal=refusal, visit=visit)
    if shown_on is not None:
        leave_card(tx, delegate_id=delegate_id, message_id=shown_on)
    free_seats(tx, booking, reason=GIVEN_BACK, now=now)
    log.write(
        tx,
        at=now,
        actor=delegate.telegram_id if by is None else by,
        action="release" if by is None else "desk release",
        subject=f"booking:{booking.id}",
        before={"visit": visit.key, "party": booking.party, "code": booking.code},
        outcome={"booking": booking.id},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress, now=now)
    released = bookings.read(tx, booking_id)
    assert released is not None
    return Released(booking=released, visit=visit, in_calendar=calendars.is_given(tx, booking_id))


def ticket_of(tx: Tx, *, booking_id: int, delegate_id: int) -> Ticket | Refused | None:
    """Return the person's own ticket; Refused when the seat was given back, None when it is not theirs."""
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.read(tx, booking.visit_id)
    assert visit is not None
    if booking.state is BookingState.RELEASED:
        return Refused(refusal=AlreadyReleased(), visit=visit)
    if booking.state is not BookingState.BOOKED:
        return None
    return ticket_for(tx, booking, visit)


def tickets_of(tx: Tx, *, delegate_id: int) -> tuple[Ticket, ...]:
    """Return the person's own tickets, earliest first."""
    held = [seat for seat in bookings.held_by(tx, delegate_id) if seat.booking.state is BookingState.BOOKED]
    fresh = visits.read_some(tx, {seat.visit.id for seat in held})
    riders = bookings.riders_of(tx, [seat.booking.id for seat in held])
    buses = {seat.booking.id: fresh[seat.visit.id].bus(seat.booking.bus_id) for seat in held}
    leaders = grants.leaders(tx, {bus.label for bus in buses.values() if bus is not None})
    return tuple(
        Ticket(
            booking=seat.booking.with_riders(riders.get(seat.booking.id, ())),
            visit=fresh[seat.visit.id],
            bus=bus,
            leaders=leaders.get(bus.label, ()) if bus is not None else (),
        )
        for seat, bus in ((seat, buses[seat.booking.id]) for seat in held)
    )


def ticket_for(tx: Tx, booking: Booking, visit: Visit) -> Ticket:
    """Return what the card of this booking says: its bus, and who leads it."""
    bus = visit.bus(booking.bus_id)
    leaders = grants.leaders(tx, [bus.label]).get(bus.label, ()) if bus is not None else ()
    return Ticket(booking=booking, visit=visit, bus=bus, leaders=leaders)


def ticket_message(booking: Booking, visit: Visit, *, now: datetime, again: bool = False) -> NewMessage:
    """Return the message that must tell of this booking, until the visit is over; `again` for one it had before."""
    return NewMessage(
        key=f"ticket/{booking.id}/{booking.version}" if again else f"ticket/{booking.id}",
        kind="ticket",
        delegate_id=booking.delegate_id,
        booking_id=booking.id,
        due_at=now,
        message_class=KINDS["ticket"].message_class,
        expires_at=KINDS["ticket"].expires_at(now, ends_at=visit.returns_at),
        departs_at=visit.leaves_at,
    )


def free_seats(tx: Tx, booking: Booking, *, reason: str, now: datetime, has_card: bool = True) -> None:
    """End a booking that holds seats, and the wait of those of its party who got none; its visit is locked.

    Its card says so from then on; a part that was split off just now has none.
    """
    rest = queue.rest_of(tx, booking.id)
    if rest is not None:
        queue.end(tx, rest, reason=reason, now=now)
    bookings.release(tx, booking.id, reason=reason, now=now)
    take_back(tx, booking)
    if has_card:
        visit = visits.read(tx, booking.visit_id)
        assert visit is not None
        renew_booking(tx, booking, visit, now=now)


def party_of(tx: Tx, delegate: Delegate, *, visit_id: int, party: int, now: datetime) -> list[Rider] | None:
    """Return the delegate and the companions of their draft for this visit; None when it does not hold that many.

    None too for somebody erased meanwhile: a seat is a rider with a name.
    """
    if not delegate.name:
        return None
    riders = [Rider(name=delegate.name, is_owner=True, wheelchair=delegate.wheelchair)]
    if party > 1:
        draft = drafts.read(tx, delegate.id, now=now)
        if draft is None or draft.kind != COMPANIONS or draft.fields["visit"] != visit_id:
            return None
        riders += [Rider(name=name, is_owner=False) for name in draft.fields["names"]]
    return riders if len(riders) == party else None


def repeated(tx: Tx, outcome: Any, *, lease: Lease | None) -> Booked:
    """Return what the first run came to; its ticket passes to this caller unless it has been delivered meanwhile."""
    booking = bookings.read(tx, outcome["booking"])
    assert booking is not None
    if lease is not None:
        outbox.pass_on(tx, key=outcome["message"], lease=lease)
    fresh = visits.read_some(tx, {booking.visit_id, *outcome["given_up"]})
    visit = fresh[booking.visit_id]
    return Booked(
        ticket=ticket_for(tx, booking, visit),
        given_up=tuple(fresh[visit_id] for visit_id in outcome["given_up"]),
    )
