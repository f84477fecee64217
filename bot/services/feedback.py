"""How a visit was: asked of those who had a seat, answered by a tap and a line, read by organizers without names."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.authority import Right
from bot.rules.feedback import LONGEST_COMMENT, SCORES, questions_due
from bot.rules.naming import one_line
from bot.services.authority import NoAuthority, refusal, visits_of
from bot.services.drafts import DRAFT_LIFE, FEEDBACK
from bot.services.organizers import UnknownName
from storage import Tx, bookings, delegates, drafts, feedback, log, visits
from storage.records import BookingState, Congress, Feedback, Visit

KIND = feedback.KIND


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What the owner of a booking has said of its visit so far; `said` is None before the first tap."""

    booking_id: int
    visit: Visit
    said: Feedback | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinions:
    """All that was said of a visit, nobody named."""

    visit: Visit
    said: tuple[Feedback, ...]

    @property
    def average(self) -> float:
        return sum(each.score for each in self.said) / len(self.said)


def ask_passengers(tx: Tx, *, congress: Congress, now: datetime) -> int:
    """Write the question of every visit that is back long enough; return how many are new. Called at each tick."""
    due = questions_due(
        visits.read_all(tx),
        after=congress.feedback_after,
        quiet=congress.quiet_hours,
        now=now,
        zone=ZoneInfo(congress.zone),
    )
    return sum(
        feedback.plan(tx, visit_id=each.visit_id, due_at=each.due_at, expires_at=each.expires_at) for each in due
    )


def said_of(tx: Tx, *, delegate_id: int, booking_id: int, now: datetime) -> Said | None:
    """Return what the person has said of a visit; None unless they had a seat on it and it is back."""
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id or booking.state is not BookingState.BOOKED:
        return None
    visit = visits.read(tx, booking.visit_id)
    if visit is None or now < visit.returns_at:
        return None
    return Said(booking_id=booking_id, visit=visit, said=feedback.read(tx, booking_id))


def rate_visit(tx: Tx, *, delegate_id: int, booking_id: int, score: int, now: datetime) -> Said | None:
    """Store the score (1 to 5), the last one counts; None for what is not theirs to rate. A repeat changes nothing."""
    delegates.lock(tx, delegate_id)
    known = said_of(tx, delegate_id=delegate_id, booking_id=booking_id, now=now)
    if known is None or score not in SCORES:
        return None
    feedback.rate(tx, booking_id, score=score, now=now)
    return said_of(tx, delegate_id=delegate_id, booking_id=booking_id, now=now)


def begin_comment(tx: Tx, *, delegate_id: int, booking_id: int, message_id: int | None, now: datetime) -> Said | None:
    """Begin to ask for a line of words beside the score; None where there is no score."""
    known = said_of(tx, delegate_id=delegate_id, booking_id=booking_id, now=now)
    if known is None or known.said is None:
        return None
    drafts.put(
        tx,
        delegate_id,
        kind=FEEDBACK,
        fields={"booking": booking_id},
        message_id=message_id,
        expires_at=now + DRAFT_LIFE,
    )
    return known


def take_comment(tx: Tx, *, delegate_id: int, typed: str, now: datetime, cause: str) -> Said | None:
    """Store the typed words as one line; None where none were asked for or nothing of them can be read.

    A repeat of `cause` answers what the first run came to.
    """
    person = delegates.lock(tx, delegate_id)
    done = log.outcome_of(tx, cause)
    if done is not None:
        return said_of(tx, delegate_id=delegate_id, booking_id=done["booking"], now=now)
    draft, text = drafts.read(tx, delegate_id, now=now), one_line(typed, longest=LONGEST_COMMENT)
    if draft is None or draft.kind != FEEDBACK or text is None:
        return None
    booking_id = draft.fields["booking"]
    feedback.comment(tx, booking_id, text=text)
    drafts.end(tx, delegate_id)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="comment",
        subject=f"booking:{booking_id}",
        outcome={"booking": booking_id},
        cause=cause,
    )
    return said_of(tx, delegate_id=delegate_id, booking_id=booking_id, now=now)


def opinions(tx: Tx, *, actor: int, name: str | None) -> tuple[Opinions, ...] | NoAuthority | UnknownName:
    """Return what was said of this visit; without a name of each visit of which anything was said."""
    every = visits_of(tx, actor, Right.FEEDBACK, visits.read_all(tx))
    if isinstance(every, NoAuthority):
        return every
    if name is None:
        said = feedback.of_visits(tx, [visit.id for visit in every])
        return tuple(Opinions(visit=visit, said=said[visit.id]) for visit in every if said[visit.id])
    visit_id = visits.by_key(tx, name)
    visit = None if visit_id is None else visits.read(tx, visit_id)
    if visit is None:
        return UnknownName(name)
    if (refused := refusal(tx, actor, Right.FEEDBACK, visit=visit)) is not None:
        return refused
    return (Opinions(visit=visit, said=feedback.of_visits(tx, [visit.id])[visit.id]),)
