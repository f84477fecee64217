"""Who sends what: rows claimed by lease and token, the most urgent first. Any number of senders.

`now` is business time, `real_now` and everything about leases and pauses is real time. Who claims holds the one pace
for all (storage/pace.py), so that each sees whom the others are writing to.
"""

from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Integer, Row, and_, bindparam, or_, select, update

from storage import pace
from storage.records import Message, MessageState
from storage.sending import HELD, ended
from storage.tables import delegates, outbox

READER_GAP: Final = timedelta(seconds=1.1)
"""From one turn to the next for the same reader: a second, and what one call may take longer than the other."""

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


def claim(
    tx: Connection,
    *,
    now: datetime,
    real_now: datetime,
    limit: int,
    lease_seconds: float,
    token: str,
) -> list[Message]:
    """Lease at most `limit` messages that may be sent now, one for each reader, the most urgent first.

    Takes what is due, and what a dead sender left: a leased row was never sent, a row in sending may have been
    (`resumed`). Nobody gets a second message while one is on its way to them, whichever sender has it, nor within a
    second of the last; nothing is claimed while Telegram wants nothing. What is past its expiry, or goes to somebody
    who cannot be reached, is ended on the way, visibly.
    """
    found = pace.lock(tx)
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
            for row in rows:
                ending = _ending(row, now)
                if ending is not None:
                    state, reason = ending
                    tx.execute(update(outbox).where(outbox.c.id == row.id).values(ended(state, reason, now)))
                elif row.delegate_id not in readers:
                    readers.add(row.delegate_id)
                    taken[row.id] = row
    if taken:
        lease = {
            "state": MessageState.LEASED,
            "token": token,
            "lease_until": real_now + timedelta(seconds=lease_seconds),
        }
        tx.execute(update(outbox).where(outbox.c.id.in_(taken)).values(**lease, not_before=None))
    return [_message(row, token) for row in taken.values()]


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
