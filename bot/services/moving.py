"""An organizer moves a party to another visit or another bus: shown first, done in one transaction, told with whose."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules.authority import Right
from bot.rules.booking import Refusal
from bot.rules.moving import refuse_move
from bot.rules.seats import choose_bus
from bot.services.authority import NoAuthority, refusal
from bot.services.booking import Ticket, free_seats, ticket_for, ticket_message
from bot.services.cards import renew_booking
from bot.services.deeds import BeingCut
from bot.services.organizers import UnknownName
from bot.services.promotion import overtakes, promote
from storage import Tx, bookings, cuts, delegates, log, outbox, queue, seats, visits
from storage.records import Booking, Bus, Congress, Delegate, Visit

MOVE = "move"
"""What the log calls it."""


@dataclass(frozen=True, slots=True)
class UnknownCode:
    """No booking has this code."""

    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveShown:
    """What a move would come to: nothing has changed. `changed` where something has since the last preview."""

    ticket: Ticket
    """As it would be, under the code that it has now."""
    former: Ticket
    person: Delegate
    author: str
    passed: int
    """So many parties in the line there would be passed."""
    changed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NotMoved:
    """Nothing has changed. `clashing` is said of the person's other seats by the reason."""

    former: Ticket
    visit: Visit
    bus: Bus | None
    refusal: Refusal


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """The party sits there now. `told`: the person has Telegram, and a message is on its way."""

    ticket: Ticket
    former: Ticket
    person: Delegate
    passed: int
    told: bool


def show_move(
    tx: Tx, *, actor: int, code: str, name: str, congress: Congress, now: datetime
) -> MoveShown | NotMoved | NoAuthority | UnknownCode | UnknownName | BeingCut:
    """Say what moving the booking of this code to the visit or bus of this name would come to."""
    if (refused := refusal(tx, actor, Right.MOVE)) is not None:
        return refused
    visit_id, bus = visits.by_key(tx, name), None
    if visit_id is None:
        bus = visits.bus_by_label(tx, name)
        if bus is None:
            return UnknownName(name)
        visit_id = bus.visit_id
    to = visits.read_some(tx, [visit_id])[visit_id]
    if (refused := refusal(tx, actor, Right.MOVE, visit=to)) is not None:
        return refused
    booking = bookings.by_code(tx, code.upper())
    here = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or here is None:
        return UnknownCode(code)
    if bus is None:
        bus = choose_bus(to, party=booking.party, wheelchairs=booking.wheelchairs)
        if bus is None and to.buses:  # full: said by the bus that has most
            bus = max(to.buses, key=lambda each: each.seats - each.seats_taken)
        if to.id == booking.visit_id:  # already there: another bus of it is asked for by its own name
            bus = to.bus(booking.bus_id)
    return _looked_at(tx, actor, booking, here, to=to, bus=bus, congress=congress, now=now)


def move_of(
    tx: Tx, *, actor: int, booking_id: int, visit_id: int, bus_id: int, congress: Congress, now: datetime
) -> MoveShown | NotMoved | NoAuthority | BeingCut | None:
    """Say what a move that was shown before would come to now; None when there is no such booking or visit any more."""
    booking = bookings.read(tx, booking_id)
    to = visits.read(tx, visit_id)
    here = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or to is None or here is None:
        return None
    return _looked_at(tx, actor, booking, here, to=to, bus=to.bus(bus_id or None), congress=congress, now=now)


def move_booking(
    tx: Tx,
    *,
    actor: int,
    booking_id: int,
    booking_version: int,
    visit_id: int,
    visit_version: int,
    bus_id: int,
    passed: int,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Moved | MoveShown | NotMoved | NoAuthority | BeingCut | None:
    """Move the party as it was shown, or show it again where something is otherwise. `bus_id` 0 is on foot.

    The line of the freed visit moves up in the same transaction. A repeat of `cause` answers what the first run came
    to. None when there is no such booking or visit any more.
    """
    known = bookings.read(tx, booking_id)
    if known is None:
        return None
    person = delegates.lock(tx, known.delegate_id)
    done = log.outcome_of(tx, cause)
    if done is not None:
        return _repeated(tx, done, person)
    fresh = visits.lock(tx, {known.visit_id, visit_id})
    booking = bookings.read(tx, booking_id)
    to = fresh.get(visit_id)
    if booking is None or to is None or booking.visit_id not in fresh:
        return None
    here, bus = fresh[booking.visit_id], to.bus(bus_id or None)
    looked = _looked_at(tx, actor, booking, here, to=to, bus=bus, congress=congress, now=now)
    if not isinstance(looked, MoveShown):
        return looked
    if (booking.version, to.version, looked.passed) != (booking_version, visit_version, passed):
        return replace(looked, changed=True)
    moved = _move(tx, booking, here, to, bus, now=now)
    author = delegates.by_telegram_ids(tx, [actor]).get(actor)
    again = moved.id == booking.id
    slots = {"by": author and author.id, "was_visit": here.id, "was_bus": booking.bus_id}
    message = replace(ticket_message(moved, to, now=now, again=again), slots=slots)
    told = person.telegram_id is not None
    if told:
        outbox.add(tx, message)
    log.write(
        tx,
        at=now,
        actor=actor,
        action=MOVE,
        subject=f"booking:{moved.id}",
        before={"visit": here.key, "bus": _label(here, booking.bus_id), "code": booking.code},
        after={"visit": to.key, "bus": _label(to, moved.bus_id), "party": moved.party, "passed": looked.passed},
        outcome={"booking": moved.id, "was": booking.id, "bus": booking.bus_id, "visit": here.id, "passed": passed},
        cause=cause,
    )
    for each in sorted(fresh):
        promote(tx, each, congress=congress, now=now)
    return Moved(
        ticket=ticket_for(tx, moved, to),
        former=looked.former,
        person=person,
        passed=looked.passed,
        told=told,
    )


def _looked_at(
    tx: Tx, actor: int, booking: Booking, here: Visit, *, to: Visit, bus: Bus | None, congress: Congress, now: datetime
) -> MoveShown | NotMoved | NoAuthority | BeingCut:
    for visit in (here, to):
        if (refused := refusal(tx, actor, Right.MOVE, visit=visit)) is not None:
            return refused
    sits_on = here.bus(booking.bus_id)
    for each in (sits_on, bus):
        if each is not None and each.closing:
            (cut, *_) = cuts.open_on(tx, [each.id])
            return BeingCut(bus=each, until=cut.asks_until)
    booking = booking.with_riders(bookings.riders_of(tx, [booking.id]).get(booking.id, ()))
    former = ticket_for(tx, booking, here)
    held = bookings.held_by(tx, booking.delegate_id)
    why = refuse_move(booking, here, to=to, bus=bus, held=held, rules=congress.rules, now=now)
    if why is not None:
        return NotMoved(former=former, visit=to, bus=bus, refusal=why)
    passes = to.id != here.id and overtakes(tx, to, congress=congress, now=now)
    author = delegates.by_telegram_ids(tx, [actor]).get(actor)
    as_it_would_be = replace(booking, visit_id=to.id, bus_id=None if bus is None else bus.id)
    return MoveShown(
        ticket=ticket_for(tx, as_it_would_be, to),
        former=former,
        person=delegates.read(tx, booking.delegate_id),
        author="" if author is None else author.name,
        passed=_others_waiting(tx, to, booking.delegate_id) if passes else 0,
    )


def _others_waiting(tx: Tx, to: Visit, person: int) -> int:
    return sum(each.booking.delegate_id != person for each in queue.line_of(tx, to.id))


def _move(tx: Tx, booking: Booking, here: Visit, to: Visit, bus: Bus | None, *, now: datetime) -> Booking:
    """Let the party sit there: on another bus it is the same booking, on another visit a new one in its place."""
    counted = {"riders": booking.party, "wheelchairs": booking.wheelchairs}
    if to.id == here.id:
        assert bus is not None
        seats.give_back(tx, visit_id=here.id, bus_id=booking.bus_id, **counted)
        seats.take(tx, visit_id=here.id, bus_id=bus.id, **counted)
        bookings.move_to_bus(tx, booking.id, bus_id=bus.id)
        moved = bookings.read(tx, booking.id)
        assert moved is not None
        renew_booking(tx, moved, here, now=now)
        return moved
    for wait in queue.waits_of(tx, booking.delegate_id):
        if wait.visit.id == to.id:
            queue.end(tx, wait.booking, reason="replaced", now=now)
    riders = bookings.riders_of(tx, [booking.id])[booking.id]
    free_seats(tx, booking, reason="replaced", now=now)
    seats.take(tx, visit_id=to.id, bus_id=None if bus is None else bus.id, **counted)
    return bookings.add_booked(
        tx,
        visit_id=to.id,
        bus_id=None if bus is None else bus.id,
        delegate_id=booking.delegate_id,
        party=riders,
        now=now,
    )


def _repeated(tx: Tx, done: dict[str, int], person: Delegate) -> Moved | None:
    moved, was = bookings.read(tx, done["booking"]), bookings.read(tx, done["was"])
    if moved is None or was is None:
        return None
    fresh = visits.read_some(tx, {moved.visit_id, done["visit"]})
    former = replace(was, bus_id=done["bus"])
    return Moved(
        ticket=ticket_for(tx, moved, fresh[moved.visit_id]),
        former=ticket_for(tx, former, fresh[done["visit"]]),
        person=person,
        passed=done["passed"],
        told=person.telegram_id is not None,
    )


def _label(visit: Visit, bus_id: int | None) -> str | None:
    bus = visit.bus(bus_id)
    return None if bus is None else bus.label
