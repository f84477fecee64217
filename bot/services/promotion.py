"""The waiting list moves: freed seats are offered in order, at the end of every transaction that can free one."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.hours import asks_no_more, heard_at, offer_deadline
from bot.rules.lateness import KINDS
from bot.rules.reminding import departure
from bot.rules.seats import choose_bus
from bot.rules.waiting import Candidate, Offer, next_step, still_promotes, would_overtake
from storage import Tx, log, outbox, queue, seats, visits
from storage.records import Booking, Bus, Congress, MessageClass, NewMessage, Visit

OFFER = "offer"
PASSED = "passed"


def promote(tx: Tx, visit_id: int, *, congress: Congress, now: datetime) -> int:
    """Offer what is free on a visit, which is locked, to those who wait for it, in their order; return how many."""
    zone = ZoneInfo(congress.zone)
    known: set[int] = set()
    busy: set[int] = set()
    offered = 0
    while True:
        visit = visits.read(tx, visit_id)
        if visit is None or not visit.waiting or not still_promotes(visit, congress=congress, now=now, zone=zone):
            return offered
        step = next_step(visit, _line(tx, visit_id, busy=busy), congress=congress, now=now, zone=zone)
        if not isinstance(step, Offer):
            return offered
        person = step.booking.delegate_id
        if person not in known:  # their own facts may have changed since they were read: read again under their lock
            (known if queue.try_lock_delegate(tx, person) else busy).add(person)
            continue
        _offer(tx, step, visit, congress=congress, now=now)
        offered += 1


def overtakes(tx: Tx, visit: Visit, *, congress: Congress, now: datetime) -> bool:
    """Say whether a direct sign-up on this visit, which is locked, would pass somebody in its waiting list."""
    if not visit.waiting:
        return False
    zone = ZoneInfo(congress.zone)
    return would_overtake(visit, _line(tx, visit.id), congress=congress, now=now, zone=zone)


def offer_key(booking: Booking) -> str:
    """Return the key of the message that asks about this offer."""
    return f"{OFFER}/{booking.id}/{booking.version}"


def take_back(tx: Tx, booking: Booking) -> None:
    """Count the seats that a booking holds as free again; the caller ends it, moves it, or lets it wait."""
    seats.give_back(
        tx,
        visit_id=booking.visit_id,
        bus_id=booking.bus_id,
        riders=booking.party,
        wheelchairs=booking.wheelchairs,
    )


def _line(tx: Tx, visit_id: int, *, busy: set[int] | frozenset[int] = frozenset()) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            booking=each.booking,
            held=each.held,
            reachable=each.reachable,
            part_is_offered=each.part_is_offered,
            busy=each.booking.delegate_id in busy,
        )
        for each in queue.line_of(tx, visit_id)
    )


def _offer(tx: Tx, step: Offer, visit: Visit, *, congress: Congress, now: datetime) -> None:
    zone = ZoneInfo(congress.zone)
    booking = step.booking
    if step.seats < booking.party:
        queue.split(tx, booking, keep=step.seats)
    bus = choose_bus(visit, party=step.seats, wheelchairs=booking.wheelchairs)
    until = offer_deadline(visit.leaves_at, congress.offers, quiet=congress.quiet_hours, now=now, zone=zone)
    assert until is not None, "a line that still moves has time for an answer"
    seats.take(
        tx,
        visit_id=visit.id,
        bus_id=bus.id if bus else None,
        riders=step.seats,
        wheelchairs=booking.wheelchairs,
    )
    offered = queue.offer(tx, booking, bus_id=bus.id if bus else None, until=until)
    if not (booking.any_time and now >= asks_no_more(visit.leaves_at, congress.offers, zone=zone)):
        outbox.add(tx, line_message(OFFER, offered, visit, bus, congress=congress, now=now, until=until))
    for passed in step.passed:
        outbox.add(tx, line_message(PASSED, passed, visit, congress=congress, now=now, until=visit.leaves_at))
    log.write(
        tx,
        at=now,
        actor=None,
        action="offer",
        subject=f"booking:{booking.id}",
        after={"visit": visit.key, "seats": step.seats, "of": booking.party, "until": until.isoformat()},
    )


def line_message(
    kind: str,
    booking: Booking,
    visit: Visit,
    bus: Bus | None = None,
    *,
    congress: Congress,
    now: datetime,
    until: datetime,
) -> NewMessage:
    """Return a message about a place in a line, due when it may be heard; it is moot after `until`."""
    zone = ZoneInfo(congress.zone)
    due_at = heard_at(now, quiet=congress.quiet_hours, zone=zone)
    pressing = kind == OFFER and asks_no_more(visit.leaves_at, congress.offers, zone=zone) <= now
    return NewMessage(
        key=offer_key(booking) if kind == OFFER else f"{kind}/{booking.id}",
        kind=kind,
        delegate_id=booking.delegate_id,
        booking_id=booking.id,
        slots={"version": booking.version},
        message_class=MessageClass.URGENT if pressing else KINDS[kind].message_class,
        due_at=due_at,
        expires_at=KINDS[kind].expires_at(due_at, ends_at=until),
        departs_at=departure(visit, bus),
    )
