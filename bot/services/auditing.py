"""An audit: seats recounted from riders, the queue, the ledger of messages, the inbox. Reads and judges, mends nothing.

Each check is a function from facts to deviations, and a test plants each of them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations

from storage import Tx, audit
from storage.audit import AuditedBooking, AuditedBus, AuditedMessage, AuditedUpdate, AuditedVisit
from storage.records import BookingState, MessageState, VisitState

_HOLDING = (BookingState.BOOKED, BookingState.OFFERED)
_QUEUED = (BookingState.WAITING, BookingState.OFFERED)
_OVER = (VisitState.DEPARTED, VisitState.RETURNED, VisitState.CANCELLED)
_UNSENT = (MessageState.DUE, MessageState.LEASED)
_CLAIMED = (MessageState.LEASED, MessageState.SENDING)
_SLACK = timedelta(minutes=10)
"""What a running bot sees to within moments has gone wrong when it has not been seen to for so long."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deviation:
    """Something that is not as it must be: where, and what."""

    where: str
    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    visits: dict[int, AuditedVisit]
    buses: dict[int, AuditedBus]
    bookings: dict[int, AuditedBooking]
    messages: list[AuditedMessage]
    updates: list[AuditedUpdate]
    orphans: list[tuple[str, str, int]]

    @property
    def holding(self) -> list[AuditedBooking]:
        return [booking for booking in self.bookings.values() if booking.state in _HOLDING]

    def visit_of(self, booking: AuditedBooking) -> str:
        visit = self.visits.get(booking.visit_id)
        return f"visit {visit.key if visit else booking.visit_id}"


def find_deviations(tx: Tx, *, now: datetime, real_now: datetime) -> tuple[Deviation, ...]:
    """Return all that is not as it must be, in this one snapshot. `now` is business time."""
    facts = _Facts(
        visits={visit.id: visit for visit in audit.read_visits(tx)},
        buses={bus.id: bus for bus in audit.read_buses(tx)},
        bookings={booking.id: booking for booking in audit.read_bookings(tx)},
        messages=audit.read_messages(tx),
        updates=audit.read_unfinished(tx),
        orphans=audit.count_orphans(tx),
    )
    return (
        *_seats(facts),
        *_parties(facts),
        *_buses(facts),
        *_queue(facts, now),
        *_overlaps(facts),
        *_tickets(facts),
        *_messages(facts, now, real_now),
        *_updates(facts, real_now),
        *(
            Deviation(where=f"table {table}", what=f"{number} rows point nowhere by {column}")
            for table, column, number in facts.orphans
        ),
    )


def _seats(facts: _Facts) -> Iterator[Deviation]:
    on_bus: Counter[int | None] = Counter()
    on_visit: Counter[int] = Counter()
    on_wheels: Counter[int | None] = Counter()
    for booking in facts.holding:
        on_wheels[booking.bus_id] += booking.on_wheels
        on_bus[booking.bus_id] += booking.riders
        on_visit[booking.visit_id] += booking.riders
    for bus in facts.buses.values():
        if bus.seats_taken != on_bus[bus.id]:
            yield Deviation(where=f"bus {bus.label}", what=_miscounted(bus.seats_taken, on_bus[bus.id]))
        if bus.wheelchairs_taken != on_wheels[bus.id]:
            places = f"{bus.wheelchairs_taken} wheelchair places are counted as taken"
            what = f"{places}, but {on_wheels[bus.id]} riders hold one"
            yield Deviation(where=f"bus {bus.label}", what=what)
    for visit in facts.visits.values():
        if visit.seats_taken != on_visit[visit.id]:
            yield Deviation(where=f"visit {visit.key}", what=_miscounted(visit.seats_taken, on_visit[visit.id]))

    waiting = Counter(each.visit_id for each in facts.bookings.values() if each.state == BookingState.WAITING)
    for visit in facts.visits.values():
        if visit.waiting != waiting[visit.id]:
            what = f"{visit.waiting} sign-ups are counted as waiting, but {waiting[visit.id]} wait"
            yield Deviation(where=f"visit {visit.key}", what=what)


def _miscounted(counter: int, riders: int) -> str:
    return f"{counter} seats are counted as taken, but {riders} riders hold one"


def _parties(facts: _Facts) -> Iterator[Deviation]:
    for booking in facts.holding:
        if booking.riders != booking.party:
            yield Deviation(
                where=f"booking {booking.code}", what=f"a party of {booking.party} with {booking.riders} riders"
            )

    for booking in facts.bookings.values():
        if booking.wheelchairs != booking.on_wheels:
            what = f"needs {booking.wheelchairs} wheelchair places, but {booking.on_wheels} of its riders do"
            yield Deviation(where=f"booking {booking.code}", what=what)


def _buses(facts: _Facts) -> Iterator[Deviation]:
    driven = {bus.visit_id for bus in facts.buses.values() if bus.active}
    for booking in facts.holding:
        where, bus = f"booking {booking.code}", facts.buses.get(booking.bus_id or 0)
        if booking.bus_id is None:
            visit = facts.visits.get(booking.visit_id)
            if visit is not None and not visit.walk and visit.id in driven:
                yield Deviation(where=where, what=f"holds seats of {facts.visit_of(booking)}, but of no bus")
        elif bus is not None and bus.visit_id != booking.visit_id:
            yield Deviation(where=where, what=f"{facts.visit_of(booking)}, but its bus {bus.label} goes elsewhere")
        elif bus is not None and not bus.active:
            yield Deviation(where=where, what=f"holds seats of bus {bus.label}, which is out of service")


def _queue(facts: _Facts, now: datetime) -> Iterator[Deviation]:
    numbers: dict[tuple[int, int], list[str]] = defaultdict(list)
    for booking in facts.bookings.values():
        if booking.state not in _QUEUED:
            continue
        where, visit = f"booking {booking.code}", facts.visits.get(booking.visit_id)
        if booking.queue_no is not None and booking.rest_of is None:  # the rest of a party keeps its place
            numbers[booking.visit_id, booking.queue_no].append(booking.code)
        if booking.state == BookingState.WAITING and booking.bus_id is not None:
            yield Deviation(where=where, what="waits, and has a bus")
        if visit is not None and (visit.state in _OVER or visit.returns_at <= now):
            yield Deviation(where=where, what=f"is still {booking.state} for {facts.visit_of(booking)}, which is over")
    for (visit_id, number), codes in numbers.items():
        if len(codes) > 1:
            where = f"visit {facts.visits[visit_id].key if visit_id in facts.visits else visit_id}"
            yield Deviation(where=where, what=f"number {number} of the queue is given to {', '.join(codes)}")


def _overlaps(facts: _Facts) -> Iterator[Deviation]:
    held: dict[int, list[AuditedBooking]] = defaultdict(list)
    for booking in facts.holding:
        held[booking.delegate_id].append(booking)
    for person, several in held.items():
        for one, other in combinations(several, 2):
            if one.id in (other.replaces, other.rest_of) or other.id in (one.replaces, one.rest_of):
                continue  # the one is kept until the other is real, or they are parts of one party
            first, second = facts.visits.get(one.visit_id), facts.visits.get(other.visit_id)
            if first is None or second is None:
                continue
            if first.leaves_at < second.returns_at and second.leaves_at < first.returns_at:
                yield Deviation(
                    where=f"delegate {person}",
                    what=f"holds seats at the same time: {one.code} on {first.key} and {other.code} on {second.key}",
                )


def _tickets(facts: _Facts) -> Iterator[Deviation]:
    told = set()
    for message in facts.messages:
        if message.kind != "ticket":
            continue
        where = f"message {message.key}"
        booking = facts.bookings.get(message.booking_id or 0)
        if booking is None or message.key.split("/")[:2] != ["ticket", str(booking.id)]:
            yield Deviation(where=where, what="is the ticket of a booking that does not exist")
            continue
        told.add(booking.id)
        if booking.delegate_id != message.delegate_id:
            yield Deviation(where=where, what=f"is the ticket {booking.code}, but goes to somebody else")
    for booking in facts.bookings.values():
        if booking.state == BookingState.BOOKED and booking.has_telegram and booking.id not in told:
            yield Deviation(where=f"booking {booking.code}", what="has no message with its ticket")


def _messages(facts: _Facts, now: datetime, real_now: datetime) -> Iterator[Deviation]:
    for key, number in Counter(message.key for message in facts.messages).items():
        if number > 1:
            yield Deviation(where=f"message {key}", what=f"is there {number} times")
    for message in facts.messages:
        where = f"message {message.key}"
        if message.state == MessageState.SENT and message.message_id is None:
            yield Deviation(where=where, what="was sent, but nobody knows as which message")
        if message.state in _UNSENT and message.expires_at + _SLACK <= now:
            yield Deviation(where=where, what=f"still waits, and expired at {message.expires_at:%Y-%m-%d %H:%M} UTC")
        if message.state in _CLAIMED and (message.lease_until is None or message.lease_until + _SLACK <= real_now):
            yield Deviation(where=where, what=f"is stuck in {message.state}: nobody took it up as its lease ran out")


def _updates(facts: _Facts, real_now: datetime) -> Iterator[Deviation]:
    for update in facts.updates:
        where = f"update {update.update_id}"
        if update.state == "parked" and update.kept:
            yield Deviation(where=where, what="could not be handled and is parked; its content is kept for a day")
        elif update.state == "received" and update.received_at + _SLACK <= real_now:
            yield Deviation(where=where, what=f"waits to be handled since {update.received_at:%Y-%m-%d %H:%M} UTC")
