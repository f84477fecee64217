"""People leave the database: every table that names a person, in one place. What stays of them is counted, not named.

A row that others point to stays and says nothing any more. Bookings keep visit, bus, state and party, so seats still
add up; messages keep kind and state, so an announcement still knows how many it reached.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, Connection, Text, cast, delete, func, literal, or_, select, update

from storage.records import MessageState
from storage.tables import (
    acknowledgements,
    announcements,
    boards,
    bookings,
    cards,
    delegates,
    drafts,
    feedback,
    gifts,
    given_rosters,
    grants,
    log,
    outbox,
    registered,
    riders,
)

SOMEBODY: Final = 0
"""The actor of a line of the log whose person is erased; None is the bot itself."""
NAMELESS: Final = ""
BY_SETTINGS: Final = "env"
"""The source of grants that BOT_OWNER_IDS gives."""

_UNSENT = (MessageState.DUE, MessageState.LEASED, MessageState.SENDING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What went, in counts. `companions` are names that these people typed."""

    people: int = 0
    companions: int = 0
    bookings: int = 0
    messages: int = 0
    lines: int = 0
    """Of the log."""


@dataclass(frozen=True, slots=True)
class Someone:
    """A row of a person, and the Telegram id they are still known by."""

    id: int
    telegram_id: int | None


def erase(tx: Connection, people: Sequence[Someone], *, now: datetime) -> Erased:
    """Take everything from these people's rows that tells who they are, what they typed or what they need.

    Their seats are the caller's concern: nothing is freed here. Rights that follow the settings stay, for the settings
    would give them again. So do announcements: they were said to others, and may be on their way (`erase_words`).
    """
    ids = [person.id for person in people]
    known = [person.telegram_id for person in people if person.telegram_id is not None]
    companions = unlist(tx, ids, now=now).companions
    theirs = bookings.c.delegate_id.in_(ids)
    lines = _erase_log(tx, ids, known)
    # Whoever finds an old ticket cannot look up where its owner has been.
    code = literal("gone-", Text) + cast(bookings.c.id, Text)
    kept = tx.execute(update(bookings).where(theirs).values(code=code)).rowcount
    messages = _erase_messages(tx, ids, now=now)
    tx.execute(delete(cards).where(cards.c.delegate_id.in_(ids)))
    tx.execute(delete(acknowledgements).where(acknowledgements.c.delegate_id.in_(ids)))
    tx.execute(delete(boards).where(boards.c.delegate_id.in_(ids)))
    # The row stays, so that a list's versions go on counting.
    tx.execute(update(given_rosters).where(given_rosters.c.delegate_id.in_(ids)).values(delegate_id=None))
    tx.execute(delete(grants).where(grants.c.telegram_id.in_(known), grants.c.source != BY_SETTINGS))
    tx.execute(
        update(feedback).where(feedback.c.booking_id.in_(select(bookings.c.id).where(theirs))).values(comment=None)
    )
    blank = dict.fromkeys(("telegram_id", "language", "consent", "consent_at", "unreachable_since", "stopped_at"))
    gone = (
        update(delegates).where(delegates.c.id.in_(ids)).values(**blank, name=NAMELESS, wheelchair=False, erased_at=now)
    )
    number = tx.execute(gone).rowcount
    return Erased(people=number, companions=companions, bookings=kept, messages=messages, lines=lines)


def unlist(tx: Connection, delegate_ids: Collection[int], *, now: datetime) -> Erased:
    """Take the names and needs of these people and their companions off every list, and what was typed half-way.

    They themselves stay known to the bot: id, name, language, visits.
    """
    listed = select(bookings.c.id).where(bookings.c.delegate_id.in_(delegate_ids))
    named = (
        select(func.count())
        .select_from(riders)
        .join(bookings, riders.c.booking_id == bookings.c.id)
        .join(delegates, bookings.c.delegate_id == delegates.c.id)
        .where(delegates.c.id.in_(delegate_ids), delegates.c.unlisted_at.is_(None), riders.c.is_owner.is_(False))
    )
    companions = int(tx.scalar(named) or 0)
    tx.execute(update(riders).where(riders.c.booking_id.in_(listed)).values(name=NAMELESS, needs=None))
    tx.execute(delete(drafts).where(drafts.c.delegate_id.in_(delegate_ids)))
    given = gifts.c.delegate_id.in_(delegate_ids)
    tx.execute(update(gifts).where(given, gifts.c.state == "open").values(state="withdrawn"))
    tx.execute(update(gifts).where(given).values(name=NAMELESS))
    # The next list that organizers bring may have them again; until then nothing is kept.
    tx.execute(delete(registered).where(registered.c.delegate_id.in_(delegate_ids)))
    mine = delegates.c.id.in_(delegate_ids)
    tx.execute(update(delegates).where(mine).values(registration=None, needs=None, contact=None, unlisted_at=now))
    return Erased(people=len(delegate_ids), companions=companions)


def erase_registered(tx: Connection) -> None:
    """Take the whole list of registered people away, of those too whom the bot has never met."""
    tx.execute(delete(registered))


def erase_words(tx: Connection, delegate_ids: Collection[int]) -> None:
    """Empty what these people announced."""
    tx.execute(update(announcements).where(announcements.c.author_id.in_(delegate_ids)).values(text=NAMELESS))


def to_unlist(tx: Connection, *, most: int) -> list[Someone]:
    """Return people whose names still stand on lists, and lock them; those that another process has are left to it."""
    return _some(tx, delegates.c.unlisted_at.is_(None), most=most)


def to_erase(tx: Connection, *, most: int) -> list[Someone]:
    """Return people of whom something is still kept, and lock them; those that another process has are left to it."""
    return _some(tx, delegates.c.erased_at.is_(None), most=most)


def _some(tx: Connection, kept: ColumnElement[bool], *, most: int) -> list[Someone]:
    query = select(delegates.c.id, delegates.c.telegram_id).where(kept).order_by(delegates.c.id).limit(most)
    rows = tx.execute(query.with_for_update(key_share=True, skip_locked=True))
    return [Someone(row.id, row.telegram_id) for row in rows]


def _erase_log(tx: Connection, ids: Collection[int], known: Collection[int]) -> int:
    """Empty the lines about these people; in the lines of what they did for others only who it was goes."""
    own = select(literal("booking:", Text) + cast(bookings.c.id, Text)).where(bookings.c.delegate_id.in_(ids))
    people = [f"delegate:{each}" for each in ids] + [f"person:{each}" for each in known]
    about = or_(log.c.subject.in_(people), log.c.subject.in_(own))
    number = tx.execute(update(log).where(about).values(before=None, after=None, outcome=None)).rowcount
    tx.execute(update(log).where(log.c.actor.in_(known)).values(actor=SOMEBODY))
    tx.execute(
        update(log).where(log.c.subject.in_([f"person:{each}" for each in known])).values(subject=f"person:{SOMEBODY}")
    )
    return number


def _erase_messages(tx: Connection, ids: Collection[int], *, now: datetime) -> int:
    """Empty these people's messages and end what is not sent: a sender that is at it finds its token gone."""
    theirs = outbox.c.delegate_id.in_(ids)
    # A check copy that did not arrive alarms the owners until it does: of who is gone none will.
    moot = or_(outbox.c.state.in_(_UNSENT), (outbox.c.kind == "canary") & (outbox.c.state != MessageState.SENT))
    ended = {"state": MessageState.CANCELLED, "settled_at": now, "lease_until": None, "not_before": None}
    tx.execute(update(outbox).where(theirs, moot).values(ended))
    blank: dict[str, object] = {"slots": {}, "token": None, "edits": None, "error": None}
    return tx.execute(update(outbox).where(theirs).values(blank)).rowcount
