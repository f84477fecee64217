"""Announcements that go out later: they begin at their moment, to whoever is in the audience by then."""

from datetime import datetime

from bot.rules.authority import Right
from bot.services.authority import NoAuthority, refusal
from bot.services.broadcasts import Planned, Progress, planned_of, progress_of, refusal_to, write_out
from storage import Tx, announcements, delegates, log
from storage.records import Announcement, Congress

WITHDRAWN = "withdraw announcement"


def planned_announcements(tx: Tx, *, actor: int) -> tuple[Planned, ...] | NoAuthority:
    """Return what is still to go out and is this person's to write, the next first."""
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    every = announcements.planned(tx)
    return tuple(planned_of(tx, each) for each in every if _refusal(tx, actor, each) is None)


def withdraw_announcement(
    tx: Tx, *, actor: int, announcement_id: int, now: datetime, cause: str
) -> Planned | Progress | NoAuthority | None:
    """Let it not go out; when it has begun, say how far it is. None when there is no such announcement."""
    if (refused := refusal(tx, actor, Right.ANNOUNCE)) is not None:
        return refused
    announcement = announcements.lock(tx, announcement_id)
    if announcement is None:
        return None
    if (refused := _refusal(tx, actor, announcement)) is not None:
        return refused
    if announcement.due_at is None or announcement.begun_at is not None:
        return progress_of(tx, announcement)
    if announcement.is_planned:
        announcements.withdraw(tx, announcement_id, now=now)
        log.write(
            tx,
            at=now,
            actor=actor,
            action=WITHDRAWN,
            subject=f"announcement:{announcement_id}",
            after={"audience": announcement.who},
            outcome={"announcement": announcement_id},
            cause=cause,
        )
    withdrawn = announcements.read(tx, announcement_id)
    assert withdrawn is not None
    return planned_of(tx, withdrawn)


def begin_due(tx: Tx, *, congress: Congress, now: datetime) -> bool:
    """Begin one announcement whose moment has come; say whether there was one.

    Called at each tick by every process: the announcement is claimed in this transaction, so one of them begins it. It
    does not go out when its author may not write to its audience any more.
    """
    announcement = announcements.claim_due(tx, now=now)
    if announcement is None:
        return False
    author = delegates.read(tx, announcement.author_id).telegram_id
    if author is None or _refusal(tx, author, announcement) is not None:
        announcements.withdraw(tx, announcement.id, now=now)
        action, after = WITHDRAWN, {}
    else:
        announcements.begin(tx, announcement.id, now=now)
        action, after = "announce", {"people": write_out(tx, announcement, congress=congress, now=now)}
    log.write(
        tx,
        at=now,
        actor=author,
        action=action,
        subject=f"announcement:{announcement.id}",
        after={"audience": announcement.who, **after},
        outcome={"announcement": announcement.id},
        cause=f"announcement/{announcement.id}/begins",
    )
    return True


def _refusal(tx: Tx, actor: int, announcement: Announcement) -> NoAuthority | None:
    return refusal(tx, actor, Right.ANNOUNCE) or refusal_to(tx, actor, announcement.groups, who=announcement.who)
