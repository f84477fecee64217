"""Every kind of message that must arrive: whether a seat depends on it, who goes first, how late is too late.

Whatever is not sent by then ends as `expired`, visibly (/undelivered): nothing is dropped in silence.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.records import MessageClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of message. It expires when what it tells of is over (`ends_at`), and so long after it was due.

    `longest` None: however late, while it is still true. `shortest`: but never sooner after it was due.
    """

    critical: bool
    """A seat depends on it: sent again when nobody knows whether it arrived (it reads well twice), and due again when
    a reader who could not be reached is back."""
    message_class: MessageClass
    is_push: bool = True
    """It comes by itself: it waits for the end of the quiet hours and counts for its reader's day (rules/pushes.py)."""
    after_stop: bool = True
    """It still comes to who wants only what their seats depend on (/stop)."""
    longest: timedelta | None = None
    shortest: timedelta = timedelta()

    def expires_at(self, due_at: datetime, *, ends_at: datetime | None = None) -> datetime:
        """Return the moment from which a message of this kind must not be sent any more."""
        assert ends_at is not None or self.longest is not None
        ends = [] if ends_at is None else [ends_at]
        if self.longest is not None:
            ends.append(due_at + self.longest)
        return max(min(ends), due_at + self.shortest)


KINDS: Mapping[str, Kind] = {
    # A ticket is worth having until the visit is over; who signs up on the way gets it too.
    "ticket": Kind(critical=True, message_class=MessageClass.NORMAL, is_push=False, shortest=timedelta(hours=1)),
    # An edit of the ticket's card, which rings nowhere; after what people wait for. While the ticket is worth having.
    "card": Kind(critical=True, message_class=MessageClass.BULK, is_push=False, shortest=timedelta(hours=1)),
    # An edit of a card that another has taken the place of.
    "old-card": Kind(critical=False, message_class=MessageClass.BULK, is_push=False, longest=timedelta(hours=12)),
    # Until the departure. A newer change makes an unsent one moot.
    "moved": Kind(critical=True, message_class=MessageClass.URGENT),
    # The same to hosts and leaders.
    "moved-crew": Kind(critical=True, message_class=MessageClass.URGENT, is_push=False),
    # Until the departure, at most the rule's own grace_minutes (rules/reminding.py). Before departure it is urgent.
    "reminder": Kind(critical=True, message_class=MessageClass.NORMAL),
    # While the offer stands; it is urgent once so little time is left that its party has half an hour (promotion.py).
    "offer": Kind(critical=True, message_class=MessageClass.NORMAL),
    # Until the departure: who slept over an offer may join the line again.
    "offer-over": Kind(critical=True, message_class=MessageClass.NORMAL),
    # Until the visit is over: a wait has ended without a seat, and what else is free.
    "line-over": Kind(critical=True, message_class=MessageClass.NORMAL, shortest=timedelta(hours=1)),
    # Until the departure: the party may still wish for fewer seats.
    "passed": Kind(critical=True, message_class=MessageClass.NORMAL),
    # Until the visit is over: that somebody else has the seat now.
    "given": Kind(critical=True, message_class=MessageClass.NORMAL, shortest=timedelta(hours=1)),
    # Until the visit would have been back: who comes to the bus all the same must learn why.
    "cancelled": Kind(critical=True, message_class=MessageClass.URGENT),
    "cancelled-wait": Kind(critical=True, message_class=MessageClass.NORMAL),
    # To hosts and leaders, and to the other organizers: the same.
    "cancelled-crew": Kind(critical=True, message_class=MessageClass.URGENT, is_push=False),
    "cancelled-team": Kind(critical=True, message_class=MessageClass.URGENT, is_push=False),
    # To passengers of a bus that gets smaller: would they go elsewhere? While they are asked.
    "seat-asked": Kind(critical=True, message_class=MessageClass.URGENT),
    # Until the departure: that they stay after all, and that their seat was taken. Or on which bus they sit now.
    "seat-kept": Kind(critical=True, message_class=MessageClass.NORMAL),
    "seat-lost": Kind(critical=True, message_class=MessageClass.URGENT),
    "other-bus": Kind(critical=True, message_class=MessageClass.URGENT),
    # To leaders of two buses that became one: until the departure.
    "merged-crew": Kind(critical=True, message_class=MessageClass.URGENT, is_push=False),
    # To somebody who was offered a seat that is not there any more.
    "offer-withdrawn": Kind(critical=True, message_class=MessageClass.NORMAL),
    # Past this an organizer's words are old news.
    "announcement": Kind(
        critical=False, message_class=MessageClass.BULK, after_stop=False, longest=timedelta(hours=12)
    ),
    # To its author, who has not confirmed an announcement that asks for it: while somebody may still be told.
    "unheard": Kind(critical=False, message_class=MessageClass.URGENT, is_push=False, longest=timedelta(hours=2)),
    # To the owners, what was answered the evening before: until the first departure, at most half a day.
    "answers": Kind(critical=False, message_class=MessageClass.NORMAL, longest=timedelta(hours=12)),
    # To a bus's leaders, its passenger list as a file, and what changed on it since: until the departure.
    "roster": Kind(critical=True, message_class=MessageClass.NORMAL),
    "roster-news": Kind(critical=True, message_class=MessageClass.NORMAL),
    # To a visit's hosts, how many come: until the departure.
    "host-counts": Kind(critical=False, message_class=MessageClass.NORMAL),
    # How was it? Until a day after it was due (rules/feedback.py).
    "feedback": Kind(critical=False, message_class=MessageClass.NORMAL, after_stop=False),
    # The reminder's own limits, so that it meets what the reminders meet.
    "canary": Kind(critical=True, message_class=MessageClass.NORMAL, is_push=False),
    # That a canary's copy did not arrive: as long as an owner may still do something about it.
    "alarm": Kind(critical=True, message_class=MessageClass.URGENT, is_push=False, longest=timedelta(hours=12)),
}

AFTER_STOP = frozenset(name for name, kind in KINDS.items() if kind.after_stop)
CRITICAL = frozenset(name for name, kind in KINDS.items() if kind.critical)
