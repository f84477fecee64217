"""Canaries: people who get a copy of each reminder, so that somebody notices when reminders do not arrive."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.rules.reminding import DueMoment
from storage.records import MessageState

PATIENCE = timedelta(minutes=5)
"""A copy that has not been sent so long after it was due is an alarm (business time)."""
_WELL = (MessageState.SENT, MessageState.CANCELLED)


def copies_due(moments: Iterable[DueMoment]) -> list[DueMoment]:
    """Return the moments whose reminder a canary gets: of each rule and due moment the earliest departure alone."""
    earliest: dict[tuple[str, datetime], DueMoment] = {}
    for moment in moments:
        held = earliest.get((moment.rule_id, moment.due_at))
        if held is None or moment.departs_at < held.departs_at:
            earliest[moment.rule_id, moment.due_at] = moment
    return list(earliest.values())


def is_alarming(state: MessageState, *, due_at: datetime, now: datetime) -> bool:
    """Say whether the owners must hear of this copy. One that turned out moot is none."""
    return state not in _WELL and now >= due_at + PATIENCE
