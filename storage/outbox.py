"""The outbox: one row per message that must arrive, claimed by lease and token, ended with a stated outcome.

A row is due, leased (claimed, not sent), sending (a call may be under way) or ended. `now` is business time,
`real_now` and everything about leases and pauses is real time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Integer, Row, bindparam, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.records import DeliveryCounts, Lease, Message, MessageState, NewMessage
from storage.tables import delegates, outbox

_LONGEST_REASON = 300
_UNDER_WAY = (MessageState.DUE, MessageState.LEASED, MessageState.SENDING)
_HELD = (MessageState.LEASED, MessageState.SENDING)

_FREE = (
    select(outbox, delegates.c.telegram_id, delegates.c.unreachable_since)
    .join_from(outbox, delegates, outbox.c.delegate_id == delegates.c.id)
    .where(outbox.c.delegate_id.not_in(bindparam("busy", expanding=True)))
    .order_by(outbox.c.message_class, outbox.c.departs_at.nulls_last(), outbox.c.id)
    .limit(bindparam("limit", type_=Integer))
    .with_for_update(of=outbox, skip_locked=True)
)
_STRANDED = _FREE.where(outbox.c.state.in_(_HELD), outbox.c.lease_until <= bindparam("real_now"))
_DUE = _FREE.where(
    outbox.c.state == MessageState.DUE,
    outbox.c.due_at <= bindparam("now"),
    or_(outbox.c.not_before.is_(None), outbox.c.not_before <= bindparam("real_now")),
)

_NEW = {
    dialect: build(outbox).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
    for dialect, build in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a claimed row. State `due` gives it back, not to be sent before real time `not_before`."""

    id: int
    token: str
    state: MessageState
    message_id: int | None = None
    reason: str | None = None
    not_before: datetime | None = None


def add(tx: Connection, message: NewMessage, *, lease: Lease | None = None) -> int | None:
    """Write a message that must arrive; return its id, or None when its key stood already.

    With a `lease` the row belongs to the tap that caused it until the lease runs out.
    """
    values = _values(message)
    if lease is not None:
        values |= {
            "state": MessageState.LEASED,
            "token": lease.token,
            "lease_until": lease.until,
            "edits": lease.edits,
        }
    return tx.execute(_NEW[tx.dialect.name], values).scalar_one_or_none()


def add_many(tx: Connection, messages: Iterable[NewMessage]) -> int:
    """Write several messages; return how many were new. Those whose key stood already are left as they are."""
    rows = [_values(message) for message in messages]
    if not rows:
        return 0
    return len(tx.execute(_NEW[tx.dialect.name], rows).all())


def claim(
    tx: Connection,
    *,
    now: datetime,
    real_now: datetime,
    limit: int,
    lease_seconds: float,
    token: str,
    busy: Iterable[int] = (),
) -> list[Message]:
    """Lease at most `limit` messages that may be sent now, one for each reader, the most urgent first.

    Takes what is due, and what a dead sender left: a leased row was never sent, a row in sending may have been
    (`resumed`). Rows locked by another sender are skipped, and so are readers in `busy` (delegate ids). What is
    past its expiry, or goes to somebody who cannot be reached, is ended on the way, visibly.
    """
    taken: dict[int, Row[Any]] = {}
    readers = set(busy)
    moments = {"now": now, "real_now": real_now}
    for query, asked in ((_STRANDED, {"real_now": real_now}), (_DUE, moments)):
        while len(taken) < limit:
            rows = tx.execute(query, {**asked, "busy": sorted(readers), "limit": limit - len(taken)}).all()
            if not rows:
                break
            for row in rows:
                ending = _ending(row, now)
                if ending is not None:
                    state, reason = ending
                    tx.execute(update(outbox).where(outbox.c.id == row.id).values(_ended(state, reason, now)))
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


def start_sending(tx: Connection, ids: Sequence[int], *, token: str, lease_until: datetime) -> set[int]:
    """Mark leased rows as being sent, to be committed before the call; return those still held by this token."""
    mark = (
        update(outbox)
        .where(outbox.c.id.in_(ids), outbox.c.token == token, outbox.c.state.in_(_HELD))
        .values(state=MessageState.SENDING, lease_until=lease_until, tries=outbox.c.tries + 1)
    )
    return set(tx.scalars(mark.returning(outbox.c.id)))


def settle(tx: Connection, outcomes: Iterable[Outcome], *, now: datetime) -> set[int]:
    """Write down what became of claimed rows; return the ids of those their token still held.

    `unreachable` also marks the reader, so that nobody writes to them until they come back.
    """
    settled = set()
    for outcome in outcomes:
        if outcome.state is MessageState.DUE:
            values = {**_given_back(outcome), "error": _short(outcome.reason)}
        else:
            values = _ended(outcome.state, outcome.reason, now)
        if outcome.message_id is not None:
            values["message_id"] = outcome.message_id
        held = update(outbox).where(outbox.c.id == outcome.id, outbox.c.token == outcome.token)
        reader = tx.scalar(held.values(values).returning(outbox.c.delegate_id))
        if reader is None:
            continue
        settled.add(outcome.id)
        if outcome.state is MessageState.UNREACHABLE:
            gone = update(delegates).where(delegates.c.id == reader, delegates.c.unreachable_since.is_(None))
            tx.execute(gone.values(unreachable_since=now))
    return settled


def settle_leased(tx: Connection, *, token: str, message_id: int, now: datetime) -> bool:
    """Mark what a tap leased as sent with this message; False when its lease had passed to a sender."""
    held = update(outbox).where(outbox.c.state == MessageState.LEASED, outbox.c.token == token)
    sent = held.values({**_ended(MessageState.SENT, None, now), "message_id": message_id})
    return bool(tx.scalars(sent.returning(outbox.c.id)).all())


def pass_on(tx: Connection, *, key: str, lease: Lease) -> bool:
    """Let the repeat of a tap hold the message its first run leased; False when it has been settled meanwhile."""
    held = update(outbox).where(outbox.c.key == key, outbox.c.state.in_((MessageState.DUE, MessageState.LEASED)))
    hold = {"state": MessageState.LEASED, "token": lease.token, "lease_until": lease.until, "edits": lease.edits}
    return bool(tx.scalars(held.values(**hold).returning(outbox.c.id)).all())


def counts(tx: Connection, announcement_id: int) -> DeliveryCounts:
    """Count where the messages of an announcement stand; cancelled ones are in no count, expired ones failed."""
    query = select(outbox.c.state, func.count().label("number")).where(outbox.c.announcement_id == announcement_id)
    by_state = {row.state: row.number for row in tx.execute(query.group_by(outbox.c.state))}
    return DeliveryCounts(
        total=sum(number for state, number in by_state.items() if state != MessageState.CANCELLED),
        waiting=sum(by_state.get(state, 0) for state in _UNDER_WAY),
        sent=by_state.get(MessageState.SENT, 0),
        unreachable=by_state.get(MessageState.UNREACHABLE, 0),
        failed=by_state.get(MessageState.FAILED, 0) + by_state.get(MessageState.EXPIRED, 0),
        unknown=by_state.get(MessageState.UNKNOWN, 0),
    )


def _values(message: NewMessage) -> dict[str, Any]:
    return {
        "key": message.key,
        "kind": message.kind,
        "delegate_id": message.delegate_id,
        "booking_id": message.booking_id,
        "announcement_id": message.announcement_id,
        "slots": dict(message.slots),
        "message_class": message.message_class,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "departs_at": message.departs_at,
    }


def _ending(row: Row[Any], now: datetime) -> tuple[MessageState, str] | None:
    """Say why a row must not be sent any more, without asking anybody."""
    if row.expires_at <= now:
        if row.state == MessageState.SENDING:
            return MessageState.UNKNOWN, "the sender died in mid-send, and it is too late to send again"
        return MessageState.EXPIRED, "not sent in time"
    if row.telegram_id is None:
        return MessageState.UNREACHABLE, "no Telegram account"
    if row.unreachable_since is not None:
        return MessageState.UNREACHABLE, "the reader could not be reached before"
    return None


def _ended(state: MessageState, reason: str | None, now: datetime) -> dict[str, Any]:
    # The token stays: a transaction that is run again after a lost connection finds its own row.
    ending: dict[str, Any] = {"state": state, "settled_at": now, "lease_until": None}
    return ending if reason is None else ending | {"error": _short(reason)}


def _given_back(outcome: Outcome) -> dict[str, Any]:
    return {"state": MessageState.DUE, "token": None, "lease_until": None, "not_before": outcome.not_before}


def _short(reason: str | None) -> str | None:
    return None if reason is None else reason[:_LONGEST_REASON]


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
