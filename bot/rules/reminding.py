"""When reminders are due, and whether one still holds at the moment it is sent.

Nothing is planned ahead: what is due is computed anew from the present departures, so that a bus that moved, a
seat given back or an hour of downtime needs no repair. One shortly before departure is urgent and comes in the
quiet hours too; the evening's names its own clock time, before them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from enum import StrEnum

from storage.records import BookingState, Bus, ReminderRule, Visit, VisitState

AGAIN_WHEN_MOVED_BY = timedelta(minutes=30)
"""A reminder shortly before departure is repeated only for a move this large; the change notice tells the rest."""
COUNTED_AFTER = timedelta(hours=3)
"""So long after the evening's question the owners are told what was answered: late, and before the quiet hours."""
_REMINDED = (VisitState.OPEN, VisitState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DueMoment:
    """A reminder that is due now to all who travel with this bus of the visit, or on no bus."""

    rule_id: str
    visit_id: int
    bus_id: int | None
    due_at: datetime
    departs_at: datetime
    expires_at: datetime
    evening: bool
    """The evening before: told once for a booking, however its departure moves."""


class Stale(StrEnum):
    """Why a reminder that was made must not be sent."""

    GIVEN_BACK = "the seat was given back"
    NOT_RUNNING = "the visit does not run"
    RULE_GONE = "the programme has no such reminder any more"
    MOVED = "the departure moved, the reminder is due later"
    DEPARTED = "the departure has passed"


def departure(visit: Visit, bus: Bus | None) -> datetime:
    """Return when a traveller leaves: the bus's own time, the visit's for a walk or a transfer elsewhere."""
    return visit.leaves_at if bus is None or bus.transfer else bus.departs_at


def moments_due(
    visits: Iterable[Visit], rules: Iterable[ReminderRule], *, now: datetime, zone: tzinfo
) -> list[DueMoment]:
    """Return what is due: its moment has come, its grace has not passed, and neither has the departure.

    One for each rule and departure; those who hold a seat on no bus depart with the visit itself. `zone` is the
    congress's. Visits that are open or closed for booking only.
    """
    rules = tuple(rules)
    moments = []
    for visit in visits:
        if visit.state not in _REMINDED:
            continue
        for bus in (*visit.buses, None):
            departs_at = departure(visit, bus)
            for rule in rules:
                due_at = due_moment(rule, departs_at, zone=zone)
                expires_at = min(due_at + rule.grace, departs_at)
                if due_at <= now < expires_at:
                    moments.append(
                        DueMoment(
                            rule_id=rule.id,
                            visit_id=visit.id,
                            bus_id=None if bus is None else bus.id,
                            due_at=due_at,
                            departs_at=departs_at,
                            expires_at=expires_at,
                            evening=rule.evening_at is not None,
                        )
                    )
    return moments


def due_moment(rule: ReminderRule, departs_at: datetime, *, zone: tzinfo) -> datetime:
    """Return when the rule reminds of this departure, in UTC."""
    if rule.evening_at is not None:
        eve = departs_at.astimezone(zone).date() - timedelta(days=1)
        return datetime.combine(eve, rule.evening_at, tzinfo=zone).astimezone(UTC)
    assert rule.minutes_before is not None
    return departs_at - timedelta(minutes=rule.minutes_before)


def asked_at(visit: Visit, rules: Iterable[ReminderRule], *, zone: tzinfo) -> datetime | None:
    """Return when the visit's passengers are asked whether they come: the evening before; None: nobody asks them."""
    evenings = [due_moment(rule, visit.leaves_at, zone=zone) for rule in rules if rule.evening_at is not None]
    return min(evenings, default=None)


def counts_due(
    visits: Iterable[Visit], rules: Iterable[ReminderRule], *, now: datetime, zone: tzinfo
) -> dict[datetime, tuple[Visit, ...]]:
    """Return the visits whose answers are to be told to the owners now, by the moment when they were asked.

    From `COUNTED_AFTER` the question until the first of them departs.
    """
    rules = tuple(rules)
    asked: dict[datetime, list[Visit]] = {}
    for visit in visits:
        moment = asked_at(visit, rules, zone=zone)
        if moment is not None and visit.state in _REMINDED:
            asked.setdefault(moment, []).append(visit)
    return {
        moment: tuple(together)
        for moment, together in asked.items()
        if moment + COUNTED_AFTER <= now < min(visit.leaves_at for visit in together)
    }


class Silence(StrEnum):
    """Why there is no reminder to somebody who had a seat at its moment."""

    LATE = "signed up after its moment"
    NO_TELEGRAM = "the person has no Telegram"
    UNREACHABLE = "the person cannot be reached"
    STOPPED = "the person wants only what their seats depend on"
    MISSED = "the bot did not run in time, or the person could not be reached then"


def why_silent(
    rule: ReminderRule, *, due_at: datetime, given_at: datetime, has_telegram: bool, unreachable: bool, stopped: bool
) -> Silence:
    """Say why somebody got no reminder by this rule, as far as it can be known afterwards."""
    if given_at > due_at:
        return Silence.LATE
    if not has_telegram:
        return Silence.NO_TELEGRAM
    if unreachable:
        return Silence.UNREACHABLE
    if stopped and rule.evening_at is not None:
        return Silence.STOPPED
    return Silence.MISSED


def why_stale(
    rule: ReminderRule | None,
    *,
    visit: Visit,
    bus: Bus | None,
    state: BookingState,
    now: datetime,
    zone: tzinfo,
) -> Stale | None:
    """Say why a reminder made by this rule must not be sent now, or None when it still holds.

    One that was due earlier than it would be now (the departure moved forward) holds until the departure.
    """
    if state is not BookingState.BOOKED:
        return Stale.GIVEN_BACK
    if visit.state not in _REMINDED:
        return Stale.NOT_RUNNING
    if rule is None:
        return Stale.RULE_GONE
    departs_at = departure(visit, bus)
    if now >= departs_at:
        return Stale.DEPARTED
    if now < due_moment(rule, departs_at, zone=zone):
        return Stale.MOVED
    return None
