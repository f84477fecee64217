"""The outbox: one row per message that must arrive, written in the transaction of the change that causes it.

A row is due, leased (claimed, not sent), sending (a call may be under way) or ended; `storage/sending.py` has its way
from there on.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared
from storage.records import DeliveryCounts, Lease, MessageState, NewMessage, Posted
from storage.tables import outbox

_UNDER_WAY = (MessageState.DUE, MessageState.LEASED, MessageState.SENDING)

_BUILD: tuple[tuple[str, Any], ...] = (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
_NEW = {
    dialect: build(outbox).on_conflict_do_nothing(index_elements=["key"]).returning(outbox.c.id)
    for dialect, build in _BUILD
}
_NEW_ONE = {
    dialect: Prepared(build(outbox).on_conflict_do_nothing(index_elements=["key"])) for dialect, build in _BUILD
}


def add(tx: Connection, message: NewMessage, *, lease: Lease | None = None) -> None:
    """Write a message that must arrive, unless its key stands already.

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
    _NEW_ONE[tx.dialect.name].later(tx, **values)


def add_many(tx: Connection, messages: Iterable[NewMessage]) -> int:
    """Write several messages; return how many were new. Those whose key stood already are left as they are."""
    rows = [_values(message) for message in messages]
    if not rows:
        return 0
    return len(tx.execute(_NEW[tx.dialect.name], rows).all())


def add_unless_waiting(tx: Connection, messages: Iterable[NewMessage]) -> int:
    """Write these messages of one kind, but where one about the same booking waits unclaimed; return how many.

    That one says what is true when it is sent; one that is due later than the new ones does not count. It is locked
    until this transaction ends, so that whoever claims it sees what the transaction has changed; one that a sender has
    already may have been worded before, and does not count.
    """
    new = {message.booking_id: message for message in messages}
    if not new:
        return 0
    (kind,) = {message.kind for message in new.values()}
    waiting = (
        select(outbox.c.booking_id)
        .where(
            outbox.c.kind == kind,
            outbox.c.booking_id.in_(new),
            outbox.c.state == MessageState.DUE,
            outbox.c.due_at <= max(message.due_at for message in new.values()),
        )
        .order_by(outbox.c.id)
        .with_for_update()
    )
    for booking_id in tx.scalars(waiting).all():
        new.pop(booking_id, None)
    return add_many(tx, new.values())


def known(tx: Connection, keys: Collection[str]) -> set[str]:
    """Return those of these keys under which a message was ever written."""
    return set(tx.scalars(select(outbox.c.key).where(outbox.c.key.in_(keys)))) if keys else set()


def of_bookings(tx: Connection, booking_ids: Collection[int], *, but: Collection[str]) -> tuple[Posted, ...]:
    """Return the messages about these bookings and what became of each, oldest first, without those kinds."""
    told = outbox.c.key, outbox.c.kind, outbox.c.booking_id, outbox.c.state, outbox.c.error
    query = (
        select(*told, func.coalesce(outbox.c.settled_at, outbox.c.due_at).label("at"))
        .where(outbox.c.booking_id.in_(booking_ids), outbox.c.kind.not_in(but))
        .order_by(outbox.c.id)
    )
    return tuple(
        Posted(
            key=row.key,
            kind=row.kind,
            booking_id=row.booking_id,
            state=MessageState(row.state),
            error=row.error,
            at=row.at,
        )
        for row in tx.execute(query)
    )


def pass_on(tx: Connection, *, key: str, lease: Lease) -> bool:
    """Let the repeat of a tap hold the message its first run leased; False when it has been settled meanwhile."""
    held = update(outbox).where(outbox.c.key == key, outbox.c.state.in_((MessageState.DUE, MessageState.LEASED)))
    hold = {"state": MessageState.LEASED, "token": lease.token, "lease_until": lease.until, "edits": lease.edits}
    return bool(tx.scalars(held.values(**hold).returning(outbox.c.id)).all())


def revive(tx: Connection, *, delegate_id: int, kinds: Collection[str], now: datetime) -> int:
    """Make due again what could not reach this person and has not expired; return how many. Facts are checked anew."""
    back = update(outbox).where(
        outbox.c.delegate_id == delegate_id,
        outbox.c.state == MessageState.UNREACHABLE,
        outbox.c.kind.in_(kinds),
        outbox.c.expires_at > now,
    )
    due = {"state": MessageState.DUE, "token": None, "not_before": None, "settled_at": None, "error": None}
    return len(tx.scalars(back.values(due).returning(outbox.c.id)).all())


def counts(tx: Connection, announcement_id: int) -> DeliveryCounts:
    """Count where the messages of an announcement stand; cancelled ones are in no count, expired ones failed."""
    return _counts(tx, outbox.c.announcement_id == announcement_id)


def counts_of_act(tx: Connection, act_id: int) -> DeliveryCounts:
    """Count where the messages of an act stand, as `counts` does."""
    return _counts(tx, outbox.c.act_id == act_id)


def _counts(tx: Connection, those: ColumnElement[bool]) -> DeliveryCounts:
    query = select(outbox.c.state, func.count().label("number")).where(those)
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
        "act_id": message.act_id,
        "slots": dict(message.slots),
        "message_class": message.message_class,
        "due_at": message.due_at,
        "expires_at": message.expires_at,
        "departs_at": message.departs_at,
    }
