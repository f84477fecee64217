"""Reminders: made when they are due, looked at again when they are sent."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.reminding import AGAIN_WHEN_MOVED_BY, Stale, moments_due, why_stale
from storage import Tx, bookings, congress, reminders, visits
from storage.records import Booking, Bus, Congress, Message, MessageClass, ReminderRule, Visit

KIND = reminders.KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Reminder:
    """A reminder that holds, with the facts of this moment."""

    rule: ReminderRule
    booking: Booking
    visit: Visit
    bus: Bus | None


def plan_due_reminders(tx: Tx, *, now: datetime) -> int:
    """Write every reminder that is due now and not yet written; return how many are new.

    Called at each tick. Missing some is harmless: within its grace a reminder is made late, after it never.
    """
    meeting = congress.read(tx)
    due = moments_due(visits.read_all(tx), meeting.reminders, now=now, zone=ZoneInfo(meeting.zone))
    return sum(
        reminders.plan(
            tx,
            rule_id=moment.rule_id,
            visit_id=moment.visit_id,
            bus_id=moment.bus_id,
            due_at=moment.due_at,
            departs_at=moment.departs_at,
            expires_at=moment.expires_at,
            message_class=MessageClass.NORMAL if moment.evening else MessageClass.URGENT,
            again_when_moved_by=None if moment.evening else AGAIN_WHEN_MOVED_BY,
            to_stopped=not moment.evening,
        )
        for moment in due
    )


def still_holds(tx: Tx, message: Message, *, meeting: Congress, now: datetime) -> Reminder | Stale:
    """Look at the facts again at the moment of sending: what the reminder says now, or why it must not go."""
    assert message.kind == KIND
    assert message.booking_id is not None
    booking = bookings.read(tx, message.booking_id)
    if booking is None:
        return Stale.GIVEN_BACK
    visit = visits.read(tx, booking.visit_id)
    if visit is None:
        return Stale.NOT_RUNNING
    rule = next((rule for rule in meeting.reminders if rule.id == message.slots["rule"]), None)
    bus = visit.bus(booking.bus_id)
    zone = ZoneInfo(meeting.zone)
    stale = why_stale(rule, visit=visit, bus=bus, state=booking.state, now=now, zone=zone)
    if stale is not None:
        return stale
    assert rule is not None
    return Reminder(
        rule=rule,
        booking=booking,
        visit=visit,
        bus=bus,
    )
