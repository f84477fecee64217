"""When passengers are asked how a visit was, after its return; never in the quiet hours."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo

from bot.rules.hours import heard_at
from storage.records import ClockSpan, Visit, VisitState

SCORES = range(1, 6)
LONGEST_COMMENT = 300
_ASKED_WITHIN = timedelta(hours=12)
"""So long after its moment the question is still written, as when the bot was down."""
_WORTH = timedelta(hours=24)
"""So long after its moment it is still sent."""
_NEVER_WENT = (VisitState.DRAFT, VisitState.CANCELLED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A visit whose passengers are to be asked now."""

    visit_id: int
    due_at: datetime
    expires_at: datetime


def questions_due(
    visits: Iterable[Visit],
    *,
    after: timedelta | None,
    quiet: ClockSpan,
    now: datetime,
    zone: tzinfo,
) -> list[Question]:
    """Return the visits to ask about now: so long `after` their return, in the morning where that is at night.

    Nobody is asked where the event file names no time (`after` is None).
    """
    if after is None:
        return []
    asked = ((visit, heard_at(visit.returns_at + after, quiet=quiet, zone=zone)) for visit in visits)
    return [
        Question(visit_id=visit.id, due_at=due_at, expires_at=due_at + _WORTH)
        for visit, due_at in asked
        if visit.state not in _NEVER_WENT and due_at <= now < due_at + _ASKED_WITHIN
    ]
