"""The evening's question: who says that they come, and how many come, are silent and gave up their seats."""

from collections.abc import Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.booking import AlreadyLeft, AlreadyReleased, Changed, Refusal
from bot.rules.lateness import KINDS
from bot.rules.reminding import COUNTED_AFTER, asked_at, counts_due
from bot.services.booking import Refused, Ticket, ticket_for
from storage import Tx, answers, bookings, delegates, grants, outbox, visits
from storage.records import Answers, BookingState, Congress, NewMessage, Visit

KIND = "answers"
ByBus = Mapping[int | None, Answers]


def say_coming(
    tx: Tx, *, delegate_id: int, booking_id: int, booking_version: int, coming: bool, now: datetime
) -> Ticket | Refused | None:
    """Store that the person comes, or is not sure any more; or say why that is no question now.

    A repeat changes nothing. None for a booking that is not this person's: they learn nothing about it.
    """
    delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.read(tx, booking.visit_id)
    assert visit is not None
    refusal: Refusal | None = None
    if booking.state is BookingState.RELEASED:
        refusal = AlreadyReleased()
    elif booking.state is not BookingState.BOOKED or booking.version != booking_version:
        refusal = Changed()
    elif now >= visit.leaves_at:
        refusal = AlreadyLeft()
    if refusal is not None:
        return Refused(refusal=refusal, visit=visit)
    if coming is (booking.coming_at is None):
        answers.write(tx, booking_id, coming_at=now if coming else None)
    fresh = bookings.read(tx, booking_id)
    assert fresh is not None
    return ticket_for(tx, fresh, visit)


def tell_owners(tx: Tx, *, congress: Congress, now: datetime) -> int:
    """Write each owner, once an evening, what was answered to the evening's question; return how many messages.

    Called at each tick. Nobody is told of an evening without passengers.
    """
    due = counts_due(visits.read_all(tx), congress.reminders, now=now, zone=ZoneInfo(congress.zone))
    messages = []
    for asked, asked_of in due.items():
        if not any(visit.seats_taken for visit in asked_of):
            continue
        due_at, first = asked + COUNTED_AFTER, min(visit.leaves_at for visit in asked_of)
        messages += [
            NewMessage(
                key=f"{KIND}/{asked.isoformat()}/{owner}",
                kind=KIND,
                delegate_id=owner,
                slots={"asked_at": asked.isoformat()},
                message_class=KINDS[KIND].message_class,
                due_at=due_at,
                expires_at=KINDS[KIND].expires_at(due_at, ends_at=first),
                departs_at=first,
            )
            for owner in _owners(tx)
        ]
    return outbox.add_many(tx, messages)


def _owners(tx: Tx) -> list[int]:
    known = (delegates.by_telegram_id(tx, telegram_id) for telegram_id in grants.owners(tx))
    return [person.id for person in known if person is not None and person.consent is not None]


def counts_of_evening(
    tx: Tx, *, asked: datetime, congress: Congress, now: datetime
) -> tuple[tuple[Visit, Answers], ...]:
    """Return the visits asked about at this moment that have or had people, with what these answered."""
    zone = ZoneInfo(congress.zone)
    asked_of = [visit for visit in visits.read_all(tx) if asked_at(visit, congress.reminders, zone=zone) == asked]
    counted = ((visit, answers_on(tx, visit, congress=congress, now=now)) for visit in asked_of)
    return tuple((visit, together(by_bus)) for visit, by_bus in counted if by_bus)


def answers_on(tx: Tx, visit: Visit, *, congress: Congress, now: datetime) -> ByBus | None:
    """Count the answers of a visit's people by bus (None: on no bus); None before they were asked."""
    asked = asked_at(visit, congress.reminders, zone=ZoneInfo(congress.zone))
    if asked is None or now < asked:
        return None
    return answers.count(tx, visit_id=visit.id, asked_at=asked)


def together(counted: ByBus) -> Answers:
    """Add up the buses."""
    return sum(counted.values(), Answers())
