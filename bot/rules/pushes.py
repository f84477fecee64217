"""When a message may be heard: not in the quiet hours and not past the day's number, but for what is urgent.

Urgent is a departure that moved, the reminder before it, an offer with little time, an alarm (their class says so), and
what a seat depends on as soon as the day's number would let it expire. The answers to one's own taps are not
pushes at all, nor is an edit, which makes no sound.
"""

from datetime import datetime, time, timedelta, tzinfo

from bot.rules.hours import heard_at
from bot.rules.lateness import KINDS
from storage.records import ClockSpan, MessageClass

NO_PUSH = frozenset(name for name, kind in KINDS.items() if not kind.is_push)
"""Kinds that are heard at any hour and count for nobody's day."""


def heard_from(
    kind: str,
    message_class: MessageClass,
    *,
    heard_today: int,
    most_a_day: int,
    quiet: ClockSpan,
    expires_at: datetime,
    now: datetime,
    zone: tzinfo,
) -> datetime:
    """Return the moment from which this message may be sent: `now`, or later. One past its expiry is never.

    `heard_today` counts what its reader has been sent since the local midnight, urgent news aside.
    """
    if kind in NO_PUSH or message_class is MessageClass.URGENT:
        return now
    if heard_today >= most_a_day:
        tomorrow = heard_at(day_began(now, zone=zone) + timedelta(days=1), quiet=quiet, zone=zone)
        if tomorrow < expires_at or not (kind in KINDS and KINDS[kind].critical):
            return tomorrow
    return heard_at(now, quiet=quiet, zone=zone)


def day_began(now: datetime, *, zone: tzinfo) -> datetime:
    """Return the local midnight before this moment."""
    return datetime.combine(now.astimezone(zone).date(), time(), tzinfo=zone)
