"""Who has confirmed an announcement that asks for it; who has not is named to its author, who may remind them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.rules.authority import Right
from bot.rules.hours import heard_at
from bot.rules.lateness import KINDS
from bot.services.authority import NoAuthority, refusal
from bot.services.broadcasts import message_to, refusal_to
from storage import Tx, acknowledgements, announcements, log, outbox, visits
from storage.acknowledgements import Unheard
from storage.records import Announcement, Congress, NewMessage

LISTED_AFTER = timedelta(minutes=5)
"""So long after its last message was sent, its author is told who has not confirmed."""
UNHEARD = "unheard"
REMINDED = "remind"


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """An announcement as somebody reads it who has confirmed it."""

    announcement: Announcement
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Silence:
    """Who has not confirmed."""

    announcement: Announcement
    confirmed: int
    people: tuple[Unheard, ...]
    reminded: int = 0
    """So many have just been asked once more."""


def acknowledge(tx: Tx, *, delegate_id: int, announcement_id: int, now: datetime) -> Heard | None:
    """Note that this person has read it; None where it was not written to them."""
    announcement = announcements.read(tx, announcement_id)
    if announcement is None or not acknowledgements.is_reader(
        tx, announcement_id=announcement_id, delegate_id=delegate_id
    ):
        return None
    acknowledgements.add(tx, announcement_id=announcement_id, delegate_id=delegate_id, now=now)
    at = acknowledgements.read(tx, announcement_id=announcement_id, delegate_id=delegate_id)
    assert at is not None
    return Heard(announcement=announcement, at=at)


def heard_by(tx: Tx, *, delegate_id: int, announcement_id: int) -> Heard | None:
    """Return it as somebody who has confirmed reads it; None when they have not."""
    announcement = announcements.read(tx, announcement_id)
    at = acknowledgements.read(tx, announcement_id=announcement_id, delegate_id=delegate_id)
    return None if announcement is None or at is None else Heard(announcement=announcement, at=at)


def list_unheard(tx: Tx, *, now: datetime) -> bool:
    """Write the author of one announcement who has not confirmed, five minutes after it was sent.

    Called at each tick by every process: claimed in this transaction, so it is written once.
    """
    announcement = announcements.claim_unlisted(tx, reported_by=now - LISTED_AFTER)
    if announcement is None:
        return False
    announcements.mark_listed(tx, announcement.id, now=now)
    outbox.add(
        tx,
        NewMessage(
            key=f"{UNHEARD}/{announcement.id}",
            kind=UNHEARD,
            delegate_id=announcement.author_id,
            announcement_id=None,
            slots={"announcement": announcement.id},
            message_class=KINDS[UNHEARD].message_class,
            due_at=now,
            expires_at=KINDS[UNHEARD].expires_at(now),
        ),
    )
    return True


def silence_about(tx: Tx, announcement_id: int) -> Silence | None:
    """Return who has not confirmed by now."""
    announcement = announcements.read(tx, announcement_id)
    if announcement is None:
        return None
    return Silence(
        announcement=announcement,
        confirmed=acknowledgements.count(tx, announcement_id),
        people=acknowledgements.unheard(tx, announcement_id),
    )


def silence_of(tx: Tx, *, actor: int, announcement_id: int) -> Silence | NoAuthority | None:
    """Return who has not confirmed, to somebody who may write to this audience."""
    return _refusal(tx, actor, announcement_id) or silence_about(tx, announcement_id)


def remind_unheard(
    tx: Tx, *, actor: int, announcement_id: int, congress: Congress, now: datetime, cause: str
) -> Silence | NoAuthority | None:
    """Send it once more to who has not confirmed, once; then say who they are."""
    if (refused := _refusal(tx, actor, announcement_id)) is not None:
        return refused
    announcement = announcements.lock(tx, announcement_id)
    found = silence_about(tx, announcement_id)
    if announcement is None or found is None:
        return None
    if log.outcome_of(tx, cause) is not None:
        return found
    visit = None if announcement.visit_id is None else visits.read(tx, announcement.visit_id)
    due_at = heard_at(now, quiet=congress.quiet_hours, zone=ZoneInfo(congress.zone))
    departs_at = visit.leaves_at if visit else None
    messages = [
        message_to(each.delegate_id, announcement, due_at=due_at, departs_at=departs_at, again=True)
        for each in found.people
    ]
    reminded = outbox.add_many(tx, messages)
    if reminded:
        announcements.reopen(tx, announcement_id)
    log.write(
        tx,
        at=now,
        actor=actor,
        action=REMINDED,
        subject=f"announcement:{announcement_id}",
        after={"audience": announcement.who, "people": reminded},
        outcome={"announcement": announcement_id},
        cause=cause,
    )
    return Silence(announcement=found.announcement, confirmed=found.confirmed, people=found.people, reminded=reminded)


def _refusal(tx: Tx, actor: int, announcement_id: int) -> NoAuthority | None:
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    announcement = announcements.read(tx, announcement_id)
    return None if announcement is None else refusal_to(tx, actor, announcement.groups, who=announcement.who)
