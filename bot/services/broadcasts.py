"""Announcements: preview, confirm, delivery by the outbox, and a result that counts."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.audience import EVERYBODY, UnknownWord, names_of, only_visit, read_audience
from bot.rules.authority import EVERYTHING, Right, Subject, about, may
from bot.rules.hours import heard_at
from bot.rules.lateness import KINDS
from bot.rules.phrasing import BadGap, TooMuch, UnknownPhrase, is_phrased, read_phrases, written
from bot.rules.scheduling import NotAMoment, TooFar, TooLate, Wishes, read_wishes
from bot.services.authority import NoAuthority, refusal
from bot.services.drafts import ANNOUNCEMENT, DRAFT_LIFE
from bot.services.organizers import UnknownName
from storage import Tx, acknowledgements, announcements, delegates, drafts, grants, log, outbox, visits
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
    due_at: datetime | None = None
    """It is to go out then, not at once."""
    asks: bool = False
    """Its readers would be asked to confirm."""

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
    confirmed: int = 0
    """So many have confirmed, where the announcement asks for it."""
    untold: tuple[str, ...] = ()
    """Once it is finished: who is in the audience and has no Telegram, so that somebody must tell them."""

    @property
    def finished(self) -> bool:
        return self.counts.waiting == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """An announcement that is to go out later, or was until it was withdrawn; `people` as things are now."""

    announcement: Announcement
    visit: Visit | None
    people: int
    author: str


PLANNED = "plan announcement"
"""What the log calls an announcement that is to go out later."""
BadMoment = NotAMoment | TooLate | TooFar
BadPhrase = UnknownPhrase | BadGap | TooMuch


def preview_announcement(
    tx: Tx, *, actor: int, delegate_id: int, name: str, text: str, draft_key: int, congress: Congress, now: datetime
) -> Preview | NobodyListens | NoAuthority | UnknownName | NoText | BadMoment | BadPhrase:
    """Keep the text as a draft under `draft_key` and say whom it would reach. Sends nothing.

    `name` begins the audience, which may go on at the beginning of `text`. Then a moment and `!ok` may follow, in any
    order; the rest is the text, or phrases of the phrasebook.
    """
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    every = visits.read_all(tx)
    addressed = read_audience(f"{name} {text}", names=names_of(every, congress.cities))
    if isinstance(addressed, UnknownWord):
        return UnknownName(addressed.word)
    if (refused := refusal_to(tx, actor, addressed.groups, who=addressed.who)) is not None:
        return refused
    told = read_wishes(addressed.text, now=now, zone=ZoneInfo(congress.zone))
    if not isinstance(told, Wishes):
        return told
    if not told.text:
        return NoText()
    said = told.text
    if is_phrased(said):
        labels = {bus.label.lower(): bus.label for each in every for bus in each.buses}
        phrases = read_phrases(said, buses=labels)
        if not isinstance(phrases, tuple):
            return phrases
        said = written(phrases)
    visit_id = only_visit(addressed.groups)
    visit = None if visit_id is None else visits.read(tx, visit_id)
    draft = Draft(
        who=addressed.who, groups=addressed.groups, text=said, visit=visit, due_at=told.due_at, asks=told.asks
    )
    shown = _preview(tx, draft, congress=congress, now=now)
    if not shown.people and not shown.opted_out:
        return NobodyListens(visit, addressed.who)
    _keep(tx, delegate_id, draft, key=draft_key, now=now)
    return shown


def ask_for_answers(
    tx: Tx, *, actor: int, delegate_id: int, draft_key: int, congress: Congress, now: datetime, asks: bool
) -> Preview | DraftGone | NoAuthority:
    """Let the announcement that is being prepared ask its readers to confirm, or not; show it again."""
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    draft = _draft(tx, delegate_id, key=draft_key, now=now)
    if draft is None:
        return DraftGone()
    draft = replace(draft, asks=asks)
    _keep(tx, delegate_id, draft, key=draft_key, now=now)
    return _preview(tx, draft, congress=congress, now=now)


def announcement_of_card(
    tx: Tx, *, actor: int, delegate_id: int, draft_key: int, message_id: int, congress: Congress, now: datetime
) -> Preview | Progress | Planned | DraftGone | NoAuthority:
    """Return what became of the preview on this card: sent and how far, or still to be confirmed, or gone."""
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    sent = announcements.on_card(tx, author_id=delegate_id, message_id=message_id)
    if sent is not None:
        return _shown(tx, sent)
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
) -> Progress | Planned | DraftGone | NoAuthority:
    """Write one message for each person of the audience; `message_id` is the card that shows the progress.

    In the quiet hours they are due when those end. What is to go out later is kept until then, and its audience looked
    up then. A second press on that card sends nothing and answers how far it is.
    """
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    done = log.outcome_of(tx, cause)
    if done is not None:
        return _shown(tx, _existing(tx, done["announcement"]))
    draft = _draft(tx, delegate_id, key=draft_key, now=now)
    if draft is None:
        sent = announcements.on_card(tx, author_id=delegate_id, message_id=message_id)
        return DraftGone() if sent is None else _shown(tx, sent)
    if (refused := refusal_to(tx, actor, draft.groups, who=draft.who)) is not None:
        return refused
    announcement_id = announcements.add(
        tx,
        author_id=delegate_id,
        visit_id=draft.visit.id if draft.visit else None,
        text=draft.text,
        message_id=message_id,
        now=now,
        who=draft.who,
        groups=draft.groups,
        asks=draft.asks,
        due_at=draft.due_at if draft.due_at is not None and draft.due_at > now else None,
    )
    announcement = _existing(tx, announcement_id)
    drafts.end(tx, delegate_id)
    if announcement.due_at is not None:
        action = PLANNED
        outcome: dict[str, object] = {"due_at": announcement.due_at.isoformat()}
    else:
        action = "announce"
        outcome = {"people": write_out(tx, announcement, congress=congress, now=now)}
    log.write(
        tx,
        at=now,
        actor=actor,
        action=action,
        subject=f"announcement:{announcement_id}",
        after={"audience": draft.who, **outcome},
        outcome={"announcement": announcement_id},
        cause=cause,
    )
    return _shown(tx, announcement)


def write_out(tx: Tx, announcement: Announcement, *, congress: Congress, now: datetime) -> int:
    """Write one message for each person of the audience as it is now; return how many."""
    audience = announcements.audience(tx, announcement.groups)
    visit = None if announcement.visit_id is None else visits.read(tx, announcement.visit_id)
    due_at = heard_at(announcement.due_at or now, quiet=congress.quiet_hours, zone=ZoneInfo(congress.zone))
    outbox.add_many(
        tx,
        [
            message_to(reader_id, announcement, due_at=due_at, departs_at=visit.leaves_at if visit else None)
            for reader_id, _, _ in audience
        ],
    )
    return len(audience)


def message_to(
    reader_id: int, announcement: Announcement, *, due_at: datetime, departs_at: datetime | None, again: bool = False
) -> NewMessage:
    """Return what one reader gets; `again` for who has not confirmed."""
    return NewMessage(
        key=f"announcement/{announcement.id}/{reader_id}{'/again' if again else ''}",
        kind="announcement",
        delegate_id=reader_id,
        announcement_id=announcement.id,
        message_class=KINDS["announcement"].message_class,
        due_at=due_at,
        expires_at=KINDS["announcement"].expires_at(due_at),
        departs_at=departs_at,
    )


def open_progress(tx: Tx) -> tuple[Progress, ...]:
    """Return how far each announcement is whose final result has not been shown."""
    return tuple(progress_of(tx, announcement) for announcement in announcements.unreported(tx))


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
    due_at: datetime | None = None
    asks: bool = False


def _keep(tx: Tx, delegate_id: int, draft: Draft, *, key: int, now: datetime) -> None:
    fields = {
        "key": key,
        "who": draft.who,
        "groups": [asdict(group) for group in draft.groups],
        "text": draft.text,
        "due_at": draft.due_at.isoformat() if draft.due_at else None,
        "asks": draft.asks,
    }
    expires_at = now + DRAFT_LIFE
    drafts.put(tx, delegate_id, kind=ANNOUNCEMENT, fields=fields, message_id=None, expires_at=expires_at)


def refusal_to(tx: Tx, actor: int, groups: tuple[Who, ...], *, who: str) -> NoAuthority | None:
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
    due_at = kept.fields.get("due_at")
    return Draft(
        who=kept.fields["who"],
        groups=groups,
        text=kept.fields["text"],
        visit=visit,
        due_at=datetime.fromisoformat(due_at) if due_at else None,
        asks=kept.fields.get("asks", False),
    )


def _preview(tx: Tx, draft: Draft, *, congress: Congress, now: datetime) -> Preview:
    audience = announcements.audience(tx, draft.groups)
    goes_out = max(draft.due_at or now, now)
    heard = heard_at(goes_out, quiet=congress.quiet_hours, zone=ZoneInfo(congress.zone))
    return Preview(
        visit=draft.visit,
        text=draft.text,
        who=draft.who,
        languages=Counter(language or "en" for _, language, _ in audience),
        unreachable=sum(unreachable for _, _, unreachable in audience),
        opted_out=announcements.count_opted_out(tx, draft.groups),
        waits_until=heard if heard > goes_out else None,
        due_at=draft.due_at if goes_out > now else None,
        asks=draft.asks,
    )


def _existing(tx: Tx, announcement_id: int) -> Announcement:
    announcement = announcements.read(tx, announcement_id)
    assert announcement is not None
    return announcement


def _shown(tx: Tx, announcement: Announcement) -> Progress | Planned:
    """Return how far it is, or when it goes out."""
    if announcement.due_at is None or announcement.begun_at is not None:
        return progress_of(tx, announcement)
    return planned_of(tx, announcement)


def planned_of(tx: Tx, announcement: Announcement) -> Planned:
    """Return when it goes out, to how many as things are."""
    visit = None if announcement.visit_id is None else visits.read(tx, announcement.visit_id)
    return Planned(
        announcement=announcement,
        visit=visit,
        people=len(announcements.audience(tx, announcement.groups)),
        author=delegates.read(tx, announcement.author_id).name,
    )


def progress_of(tx: Tx, announcement: Announcement) -> Progress:
    """Return how far it is."""
    visit = None if announcement.visit_id is None else visits.read(tx, announcement.visit_id)
    counts = outbox.counts(tx, announcement.id)
    return Progress(
        announcement=announcement,
        visit=visit,
        counts=counts,
        untold=announcements.without_telegram(tx, announcement.groups) if counts.waiting == 0 else (),
        opted_out=announcements.count_opted_out(tx, announcement.groups),
        confirmed=acknowledgements.count(tx, announcement.id) if announcement.asks else 0,
    )
