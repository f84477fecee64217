"""Announcements: preview, confirm, delivery by the outbox, and a result that counts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.audience import EVERYBODY, UnknownWord, names_of, only_visit, read_audience
from bot.rules.authority import EVERYTHING, Right, Subject, about, may
from bot.rules.hours import heard_at
from bot.rules.lateness import KINDS
from bot.services.authority import NoAuthority, refusal
from bot.services.drafts import ANNOUNCEMENT, DRAFT_LIFE
from bot.services.organizers import UnknownName
from storage import Tx, announcements, drafts, grants, log, outbox, visits
from storage.records import Announcement, Congress, DeliveryCounts, NewMessage, Visit, Who


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """What would be sent, and to how many: `languages` counts readers by language."""

    visit: Visit | None
    """The one visit whose passengers it is for."""
    text: str
    who: str = EVERYBODY
    """The audience as it was written."""
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
    """The audience is empty; `who` as it was written."""

    visit: Visit | None
    who: str = EVERYBODY


@dataclass(frozen=True, slots=True)
class NoText:
    """There is an audience, and nothing to tell it."""


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
) -> Preview | NobodyListens | NoAuthority | UnknownName | NoText:
    """Keep the text as a draft under `draft_key` and say whom it would reach. Sends nothing.

    `name` begins the audience, which may go on at the beginning of `text`.
    """
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    addressed = read_audience(f"{name} {text}", names=names_of(visits.read_all(tx), congress.cities))
    if isinstance(addressed, UnknownWord):
        return UnknownName(addressed.word)
    if (refused := _refusal(tx, actor, addressed.groups, who=addressed.who)) is not None:
        return refused
    if not addressed.text:
        return NoText()
    visit_id = only_visit(addressed.groups)
    visit = None if visit_id is None else visits.read(tx, visit_id)
    draft = Draft(who=addressed.who, groups=addressed.groups, text=addressed.text, visit=visit)
    shown = _preview(tx, draft, congress=congress, now=now)
    if not shown.people and not shown.opted_out:
        return NobodyListens(visit, addressed.who)
    fields = {"who": draft.who, "groups": [asdict(group) for group in draft.groups], "text": draft.text}
    drafts.put(
        tx,
        delegate_id,
        kind=ANNOUNCEMENT,
        fields=fields | {"key": draft_key},
        message_id=None,
        expires_at=now + DRAFT_LIFE,
    )
    return shown


def announcement_of_card(
    tx: Tx, *, actor: int, delegate_id: int, draft_key: int, message_id: int, congress: Congress, now: datetime
) -> Preview | Progress | DraftGone | NoAuthority:
    """Return what became of the preview on this card: sent and how far, or still to be confirmed, or gone."""
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    sent = announcements.on_card(tx, author_id=delegate_id, message_id=message_id)
    if sent is not None:
        return _progress(tx, sent)
    draft = _draft(tx, delegate_id, key=draft_key, now=now)
    return DraftGone() if draft is None else _preview(tx, draft, congress=congress, now=now)


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
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    done = log.outcome_of(tx, cause)
    if done is not None:
        return _progress(tx, _existing(tx, done["announcement"]))
    draft = _draft(tx, delegate_id, key=draft_key, now=now)
    if draft is None:
        sent = announcements.on_card(tx, author_id=delegate_id, message_id=message_id)
        return DraftGone() if sent is None else _progress(tx, sent)
    if (refused := _refusal(tx, actor, draft.groups, who=draft.who)) is not None:
        return refused
    visit = draft.visit
    announcement_id = announcements.add(
        tx,
        author_id=delegate_id,
        visit_id=visit.id if visit else None,
        text=draft.text,
        message_id=message_id,
        now=now,
        who=draft.who,
        groups=draft.groups,
    )
    audience = announcements.audience(tx, draft.groups)
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
        after={"audience": draft.who, "people": len(audience)},
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An announcement that has not been confirmed."""

    who: str
    groups: tuple[Who, ...]
    text: str
    visit: Visit | None


def _refusal(tx: Tx, actor: int, groups: tuple[Who, ...], *, who: str) -> NoAuthority | None:
    """Say why this person may not write to such an audience: a part of it lies outside of what is theirs.

    A part is theirs where one of its places is: all of it must apply to whom it reaches.
    """
    held = grants.of(tx, actor)
    known = {visit.id: visit for visit in visits.read_all(tx)}
    on_bus = {bus.id: visit for visit in known.values() for bus in visit.buses}

    def is_theirs(group: Who) -> bool:
        places = (
            EVERYTHING,
            *(about(known[each]) for each in group.visits if each in known),
            *(about(on_bus[each]) for each in group.buses if each in on_bus),
            *(Subject(city=city) for city in group.cities),
        )
        return any(may(held, Right.ANNOUNCE, place) for place in places)

    return None if all(map(is_theirs, groups)) else NoAuthority(who)


def _draft(tx: Tx, delegate_id: int, *, key: int, now: datetime) -> Draft | None:
    """The person's draft of this key; None when it is older than an hour, was cancelled or sent."""
    kept = drafts.read(tx, delegate_id, now=now)
    if kept is None or kept.kind != ANNOUNCEMENT or kept.fields["key"] != key or "groups" not in kept.fields:
        return None
    groups = announcements.groups_from(kept.fields["groups"])
    visit_id = only_visit(groups)
    visit = None if visit_id is None else visits.read(tx, visit_id)
    return Draft(who=kept.fields["who"], groups=groups, text=kept.fields["text"], visit=visit)


def _preview(tx: Tx, draft: Draft, *, congress: Congress, now: datetime) -> Preview:
    audience = announcements.audience(tx, draft.groups)
    heard = heard_at(now, quiet=congress.quiet_hours, zone=ZoneInfo(congress.zone))
    return Preview(
        visit=draft.visit,
        text=draft.text,
        who=draft.who,
        languages=Counter(language or "en" for _, language, _ in audience),
        unreachable=sum(unreachable for _, _, unreachable in audience),
        opted_out=announcements.count_opted_out(tx, draft.groups),
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
        opted_out=announcements.count_opted_out(tx, announcement.groups),
    )
