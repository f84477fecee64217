"""Wheelchair places: who needs one, given on the seats they hold where a bus has one free, and waited for in lines."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules.seats import choose_bus, has_room, is_walk
from bot.services.booking import Ticket, tickets_of
from bot.services.cards import renew_booking
from bot.services.promotion import promote, take_back
from storage import Tx, bookings, delegates, log, queue, seats, visits
from storage.records import Booking, Congress, HeldSeat, Rider, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """What a person needs, and their tickets: which riders have a wheelchair place stands on each."""

    needed: bool
    tickets: tuple[Ticket, ...]
    lacking: tuple[int, ...] = ()
    """Riders for whom a place was asked for just now and no bus of the visit has one."""

    def lacks(self, rider: Rider) -> bool:
        """Say whether this rider needs a place and has none."""
        return not rider.wheelchair and (rider.id in self.lacking or (rider.is_owner and self.needed))


def places_of(tx: Tx, *, delegate_id: int) -> Places:
    """Return the person's need and their tickets."""
    tickets = tickets_of(tx, delegate_id=delegate_id)
    return Places(needed=delegates.read(tx, delegate_id).wheelchair, tickets=tickets)


def set_wheelchair(
    tx: Tx,
    *,
    delegate_id: int,
    rider_id: int | None,
    wanted: bool,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Places | None:
    """Write down who needs a wheelchair place, and give it on each seat where a bus of the visit has one free.

    `rider_id` None is the person, on all they hold and wait for and will hold; else one rider of theirs, None is
    returned where there is none such. A party moves to another bus of its visit for it. A repeat of `cause` changes
    nothing: a place that was given back, and asked for again since, is not given to others by it.
    """
    person = delegates.lock(tx, delegate_id)
    if (done := log.outcome_of(tx, cause)) is not None:
        return replace(places_of(tx, delegate_id=delegate_id), lacking=tuple(done.get("lacking", ())))
    waits = queue.waits_of(tx, delegate_id)
    live: list[HeldSeat] = [*bookings.held_by(tx, delegate_id), *waits]
    riders = bookings.riders_of(tx, [seat.booking.id for seat in live])
    chosen = [
        (seat.booking, rider)
        for seat in live
        for rider in riders.get(seat.booking.id, ())
        if (rider.is_owner if rider_id is None else rider.id == rider_id)
    ]
    if rider_id is not None and not chosen:
        return None
    if rider_id is None:
        delegates.change(tx, delegate_id, wheelchair=wanted)
    visits.lock(tx, {booking.visit_id for booking, _ in chosen})
    lacking = tuple(rider.id for booking, rider in chosen if not _set(tx, booking, rider, wanted=wanted, now=now))
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="wheelchair",
        subject=f"delegate:{delegate_id}",
        after={"wanted": wanted, "lacking": len(lacking)},
        outcome={"lacking": lacking},
        cause=cause,
    )
    for visit_id in sorted({booking.visit_id for booking, _ in chosen}):
        promote(tx, visit_id, congress=congress, now=now)
    return replace(places_of(tx, delegate_id=delegate_id), lacking=lacking)


def _set(tx: Tx, booking: Booking, rider: Rider, *, wanted: bool, now: datetime) -> bool:
    """Give or take the place of one rider; False where no bus of the visit has one free. The visit is locked."""
    fresh = bookings.read(tx, booking.id)
    visit = visits.read(tx, booking.visit_id)
    assert fresh is not None
    assert visit is not None
    if rider.wheelchair == wanted:
        return True
    if fresh.holds_seat and not _make_room(tx, fresh, visit, wanted=wanted, now=now):
        return False
    bookings.set_wheelchair(tx, fresh, rider, wanted=wanted)
    return True


def _make_room(tx: Tx, booking: Booking, visit: Visit, *, wanted: bool, now: datetime) -> bool:
    """Count the place on the party's bus; or move the party to a bus that has one."""
    bus, needed = visit.bus(booking.bus_id), booking.wheelchairs + 1
    if not wanted or is_walk(visit) or (bus is not None and has_room(bus, wheelchairs=1)):
        seats.change_riders(tx, visit_id=visit.id, bus_id=booking.bus_id, wheelchairs=1 if wanted else -1)
        return True
    other = choose_bus(visit, party=booking.party, wheelchairs=needed)
    if other is None:
        return False
    take_back(tx, booking)
    seats.take(tx, visit_id=visit.id, bus_id=other.id, riders=booking.party, wheelchairs=needed)
    bookings.move_to_bus(tx, booking.id, bus_id=other.id)
    renew_booking(tx, booking, visit, now=now)
    return True
