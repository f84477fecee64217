"""Who sends what: rows claimed by lease and token, the most urgent first. Any number of senders.

`now` is business time, `real_now` and everything about leases and pauses is real time. Claims come one after the other,
so that each sees whom the others are writing to, and how often.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Integer, Row, and_, bindparam, case, func, or_, select, update

from storage import pace
from storage.records import Message, MessageClass, MessageState
from storage.sending import HELD, ended
from storage.tables import delegates, outbox

READER_GAP: Final = timedelta(seconds=1.1)
"""From one turn to the next for the same reader: a second, and what one call may take longer than the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restraint:
    """What keeps messages back although they are due.

    `heard_from` says of (kind, class, number its reader has heard since `day_began`, expiry) when it may be sent.
    `uncounted` kinds are in no number, nor is what is urgent or edits a message.
    """

    day_began: datetime
    uncounted: frozenset[str]
    heard_from: Callable[[str, MessageClass, int, datetime], datetime]


_CLAIMS: Final = 0x636C61696D
"""PostgreSQL's advisory lock for claims: "claim" in ASCII."""

_other = outbox.alias("other")
_READER_IS_BUSY = (
    select(_other.c.id)
    .where(
        _other.c.delegate_id == outbox.c.delegate_id,
        or_(
            # One in doubt waits for its second try in `sending`, with a pause: it keeps nobody from the reader.
            and_(
                _other.c.state.in_(HELD),
                _other.c.lease_until > bindparam("real_now"),
                _other.c.not_before.is_(None),
            ),
            _other.c.begun_at > bindparam("rested"),
        ),
    )
    .exists()
)
_FREE = (
    select(outbox, delegates.c.telegram_id, delegates.c.unreachable_since)
    .join_from(outbox, delegates, outbox.c.delegate_id == delegates.c.id)
    .where(outbox.c.delegate_id.not_in(bindparam("taken", expanding=True)), ~_READER_IS_BUSY)
    .order_by(outbox.c.message_class, outbox.c.departs_at.nulls_last(), outbox.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(of=outbox, skip_locked=True)
)
_STRANDED = _FREE.where(outbox.c.state.in_(HELD), outbox.c.lease_until <= bindparam("real_now"))
_DUE = _FREE.where(
    outbox.c.state == MessageState.DUE,
    outbox.c.due_at <= bindparam("now"),
    or_(outbox.c.not_before.is_(None), outbox.c.not_before <= bindparam("real_now")),
)
_HEARD = (
    select(outbox.c.delegate_id, func.count().label("number"))
    .where(
        outbox.c.delegate_id.in_(bindparam("readers", expanding=True)),
        outbox.c.message_class != MessageClass.URGENT,
        outbox.c.kind.not_in(bindparam("uncounted", expanding=True)),
        outbox.c.edits.is_(None),
        or_(
            outbox.c.state == MessageState.SENDING,
            and_(
                outbox.c.state.in_((MessageState.SENT, MessageState.UNKNOWN)),
                outbox.c.settled_at >= bindparam("day_began", type_=outbox.c.settled_at.type),
            ),
        ),
    )
    .group_by(outbox.c.delegate_id)
)


def claim(
    tx: Connection,
    *,
    now: datetime,
    real_now: datetime,
    limit: int,
    lease_seconds: float,
    token: str,
    restraint: Restraint | None = None,
) -> list[Message]:
    """Lease at most `limit` messages that may be sent now, one for each reader, the most urgent first.

    Takes what is due, and what a dead sender left: a leased row was never sent, a row in sending may have been
    (`resumed`). Nobody gets a second message while one is on its way to them, whichever sender has it, nor within a
    second of the last; nothing is claimed while Telegram wants nothing. What is past its expiry, or goes to somebody
    who cannot be reached, is ended on the way, visibly; what the `restraint` keeps back becomes due later, or is ended
    when that is past its expiry.
    """
    _alone(tx)
    found = pace.read(tx)
    if found.held_seconds > 0:
        return []
    taken: dict[int, Row[Any]] = {}
    readers: set[int] = set()
    moments = {"now": now, "real_now": real_now, "rested": found.now - READER_GAP}
    for query in (_STRANDED, _DUE):
        while len(taken) < limit:
            rows = tx.execute(query, {**moments, "taken": sorted(readers), "limit": limit - len(taken)}).all()
            if not rows:
                break
            later = {} if restraint is None else _kept_back(tx, rows, restraint, now=now)
            for row in rows:
                ending = _ending(row, now) or _too_late(row, later)
                if ending is not None:
                    state, reason = ending
                    tx.execute(update(outbox).where(outbox.c.id == row.id).values(ended(state, reason, now)))
                elif row.id in later:
                    wait = {"state": MessageState.DUE, "due_at": later[row.id], "token": None, "lease_until": None}
                    tx.execute(update(outbox).where(outbox.c.id == row.id).values(wait))
                elif row.delegate_id not in readers:
                    readers.add(row.delegate_id)
                    taken[row.id] = row
    if taken:
        lease = {
            # What may have arrived stays in doubt: who claims it now may die too, before anything is written.
            "state": case((outbox.c.state == MessageState.SENDING, MessageState.SENDING), else_=MessageState.LEASED),
            "token": token,
            "lease_until": real_now + timedelta(seconds=lease_seconds),
        }
        tx.execute(update(outbox).where(outbox.c.id.in_(taken)).values(**lease, not_before=None))
    return [_message(row, token) for row in taken.values()]


def _alone(tx: Connection) -> None:
    """Wait for other claims to commit: not for the pace's row, it is too busy. SQLite has one writer anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(select(func.pg_advisory_xact_lock(_CLAIMS)))


def _ending(row: Row[Any], now: datetime) -> tuple[MessageState, str] | None:
    """Say why a row must not be sent any more, without asking anybody."""
    if row.expires_at <= now:
        if row.state == MessageState.SENDING:
            return MessageState.UNKNOWN, "it may have arrived, and it is too late to send again"
        return MessageState.EXPIRED, "not sent in time"
    if row.telegram_id is None:
        return MessageState.UNREACHABLE, "no Telegram account"
    if row.unreachable_since is not None:
        return MessageState.UNREACHABLE, "the reader could not be reached before"
    return None


def _kept_back(tx: Connection, rows: Sequence[Row[Any]], restraint: Restraint, *, now: datetime) -> dict[int, datetime]:
    """Return the ids of rows that may not be sent yet, with the moment from which they may."""
    pushes = [row for row in rows if row.edits is None and row.state != MessageState.SENDING]
    numbers = _heard(tx, {row.delegate_id for row in pushes if row.message_class != MessageClass.URGENT}, restraint)
    moments = {
        row.id: restraint.heard_from(
            row.kind, MessageClass(row.message_class), numbers.get(row.delegate_id, 0), row.expires_at
        )
        for row in pushes
    }
    return {row_id: moment for row_id, moment in moments.items() if moment > now}


def _heard(tx: Connection, readers: set[int], restraint: Restraint) -> dict[int, int]:
    if not readers:
        return {}
    found = tx.execute(
        _HEARD, {"readers": sorted(readers), "day_began": restraint.day_began, "uncounted": sorted(restraint.uncounted)}
    )
    return {row.delegate_id: row.number for row in found}


def _too_late(row: Row[Any], later: dict[int, datetime]) -> tuple[MessageState, str] | None:
    if row.id in later and later[row.id] >= row.expires_at:
        return MessageState.EXPIRED, "kept back by the quiet hours or the day's number until it was too late"
    return None


def _message(row: Row[Any], token: str) -> Message:
    return Message(
        id=row.id,
        key=row.key,
        kind=row.kind,
        slots=row.slots,
        delegate_id=row.delegate_id,
        telegram_id=row.telegram_id,
        booking_id=row.booking_id,
        announcement_id=row.announcement_id,
        due_at=row.due_at,
        expires_at=row.expires_at,
        departs_at=row.departs_at,
        token=token,
        tries=row.tries,
        edits=row.edits,
        resumed=row.state == MessageState.SENDING,
    )
