"""Announcements: preview, confirm, delivery by the outbox, and a result that counts."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.authority import may_organize
from bot.rules.hours import heard_at
from bot.rules.lateness import KINDS
from bot.services.drafts import ANNOUNCEMENT, DRAFT_LIFE
from bot.services.organizers import NoAuthority, UnknownName
from storage import Tx, announcements, drafts, grants, log, outbox, visits
from storage.records import Announcement, Congress, DeliveryCounts, NewMessage, Visit

EVERYBODY = "all"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be sent, and to how many: `languages` counts readers by language."""

    visit: Visit | None
    text: str
    languages: Mapping[str, int]
    unreachable: int
    opted_out: int = 0
    """So many more have stopped such messages."""
    waits_until: datetime | None = None
    """It is night: it would go out then."""

    @property
    def people(self) -> int:
        return sum(self.languages.values())


@dataclass(frozen=True, slots=True)
class NobodyListens:
    """The audience is empty."""

    visit: Visit | None


@dataclass(frozen=True, slots=True)
class DraftGone:
    """The preview is older than an hour, was cancelled, or has been sent already."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an announcement is; `finished` when every message has come to an end."""

    announcement: Announcement
    visit: Visit | None
    counts: DeliveryCounts
    opted_out: int = 0

    @property
    def finished(self) -> bool:
        return self.counts.waiting == 0


def preview_announcement(
    tx: Tx, *, actor: int, delegate_id: int, name: str, text: str, draft_key: int, congress: Congress, now: datetime
) -> Preview | NobodyListens | NoAuthority | UnknownName:
    """Keep the text as a draft under `draft_key` and say whom it would reach. Sends nothing."""
    if not may_organize(grants.roles_of(tx, actor)):
        return NoAuthority()
    visit_id = None if name.lower() == EVERYBODY else visits.by_key(tx, name)
    if visit_id is None and name.lower() != EVERYBODY:
        return UnknownName(name)
    visit = None if visit_id is None else visits.read(tx, visit_id)
    audience = announcements.audience(tx, visit_id=visit_id)
    opted_out = announcements.count_opted_out(tx, visit_id=visit_id)
    if not audience and not opted_out:
        return NobodyListens(visit)
    drafts.put(
        tx,
        delegate_id,
        kind=ANNOUNCEMENT,
        fields={"visit": visit_id, "text": text, "key": draft_key},
        message_id=None,
        expires_at=now + DRAFT_LIFE,
    )
    return _preview(visit, text, audience, opted_out=opted_out, congress=congress, now=now)


def announcement_of_card(
    tx: Tx, *, actor: int, delegate_id: int, draft_key: int, message_id: int, congress: Congress, now: datetime
) -> Preview | Progress | DraftGone | NoAuthority:
    """Return what became of the preview on this card: sent and how far, or still to be confirmed, or gone."""
    if not may_organize(grants.roles_of(tx, actor)):
        return NoAuthority()
    sent = announcements.on_card(tx, author_id=delegate_id, message_id=message_id)
    if sent is not None:
        return _progress(tx, sent)
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != ANNOUNCEMENT or draft.fields["key"] != draft_key:
        return DraftGone()
    visit_id = draft.fields["visit"]
    visit = None if visit_id is None else visits.read(tx, visit_id)
    audience = announcements.audience(tx, visit_id=visit_id)
    opted_out = announcements.count_opted_out(tx, visit_id=visit_id)
    return _preview(visit, draft.fields["text"], audience, opted_out=opted_out, congress=congress, now=now)


def send_announcement(
    tx: Tx,
    *,
    actor: int,
    delegate_id: int,
    draft_key: int,
    message_id: int,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Progress | DraftGone | NoAuthority:
    """Write one message for each person of the audience; `message_id` is the card that shows the progress.

    In the quiet hours they are due when those end.

    A second press on that card sends nothing and answers how far it is.
    """
    if not may_organize(grants.roles_of(tx, actor)):
        return NoAuthority()
    done = log.outcome_of(tx, cause)
    if done is not None:
        return _progress(tx, _existing(tx, done["announcement"]))
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != ANNOUNCEMENT or draft.fields["key"] != draft_key:
        sent = announcements.on_card(tx, author_id=delegate_id, message_id=message_id)
        return DraftGone() if sent is None else _progress(tx, sent)
    visit_id, text = draft.fields["visit"], draft.fields["text"]
    announcement_id = announcements.add(
        tx, author_id=delegate_id, visit_id=visit_id, text=text, message_id=message_id, now=now
    )
    visit = None if visit_id is None else visits.read(tx, visit_id)
    audience = announcements.audience(tx, visit_id=visit_id)
    due_at = heard_at(now, quiet=congress.quiet_hours, zone=ZoneInfo(congress.zone))
    outbox.add_many(
        tx,
        [
            NewMessage(
                key=f"announcement/{announcement_id}/{reader_id}",
                kind="announcement",
                delegate_id=reader_id,
                announcement_id=announcement_id,
                message_class=KINDS["announcement"].message_class,
                due_at=due_at,
                expires_at=KINDS["announcement"].expires_at(due_at),
                departs_at=visit.leaves_at if visit else None,
            )
            for reader_id, _, _ in audience
        ],
    )
    drafts.end(tx, delegate_id)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="announce",
        subject=f"announcement:{announcement_id}",
        after={"audience": visit.key if visit else EVERYBODY, "people": len(audience)},
        outcome={"announcement": announcement_id},
        cause=cause,
    )
    return _progress(tx, _existing(tx, announcement_id))


def open_progress(tx: Tx) -> tuple[Progress, ...]:
    """Return how far each announcement is whose final result has not been shown."""
    return tuple(_progress(tx, announcement) for announcement in announcements.unreported(tx))


def close_announcement(tx: Tx, *, announcement_id: int, now: datetime) -> None:
    """The organizer has seen the final result."""
    announcements.mark_reported(tx, announcement_id, now=now)


def _preview(
    visit: Visit | None,
    text: str,
    audience: Sequence[tuple[int, str | None, bool]],
    *,
    opted_out: int,
    congress: Congress,
    now: datetime,
) -> Preview:
    heard = heard_at(now, quiet=congress.quiet_hours, zone=ZoneInfo(congress.zone))
    return Preview(
        visit=visit,
        text=text,
        languages=Counter(language or "en" for _, language, _ in audience),
        unreachable=sum(unreachable for _, _, unreachable in audience),
        opted_out=opted_out,
        waits_until=heard if heard > now else None,
    )


def _existing(tx: Tx, announcement_id: int) -> Announcement:
    announcement = announcements.read(tx, announcement_id)
    assert announcement is not None
    return announcement


def _progress(tx: Tx, announcement: Announcement) -> Progress:
    visit = None if announcement.visit_id is None else visits.read(tx, announcement.visit_id)
    return Progress(
        announcement=announcement,
        visit=visit,
        counts=outbox.counts(tx, announcement.id),
        opted_out=announcements.count_opted_out(tx, visit_id=announcement.visit_id),
    )
