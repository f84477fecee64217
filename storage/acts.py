"""Dangerous acts and where they stand: shown, planned, recalled, done, or changed before they were due."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from storage.records import Act, ActMessage, ActState, MessageState
from storage.tables import acts, delegates, log, outbox

PLANNED, RECALLED = "plan", "recall"
"""What the log calls an organizer's word that changes nothing yet, and its withdrawal."""

_ACTS = select(acts).order_by(acts.c.id)


def add(
    tx: Connection,
    *,
    kind: str,
    subject: str,
    arguments: Mapping[str, Any],
    author_id: int,
    preview: Mapping[str, int],
    now: datetime,
    cause: str,
) -> int:
    """Insert an act that has been shown, under what its preview counts now; return its id."""
    row = insert(acts).values(
        kind=kind,
        subject=subject,
        arguments=dict(arguments),
        author_id=author_id,
        preview=dict(preview),
        seen=last_line(tx),
        made_at=now,
        cause=cause,
    )
    return int(tx.execute(row.returning(acts.c.id)).scalar_one())


def read(tx: Connection, act_id: int) -> Act | None:
    """Return one act, or None."""
    row = tx.execute(_ACTS.where(acts.c.id == act_id)).one_or_none()
    return None if row is None else _act(row)


def lock(tx: Connection, act_id: int) -> Act | None:
    """Lock an act, before persons and visits, and return it; None when there is none."""
    row = tx.execute(_ACTS.where(acts.c.id == act_id).with_for_update()).one_or_none()
    return None if row is None else _act(row)


def of_cause(tx: Connection, cause: str) -> Act | None:
    """Return the act that this cause has shown before."""
    row = tx.execute(_ACTS.where(acts.c.cause == cause)).one_or_none()
    return None if row is None else _act(row)


def planned(tx: Connection, *, kind: str, subject: str) -> Act | None:
    """Return the act of this kind and subject that waits out its recall, or None."""
    query = _ACTS.where(acts.c.kind == kind, acts.c.subject == subject, acts.c.state == ActState.PLANNED)
    row = tx.execute(query.limit(1)).one_or_none()
    return None if row is None else _act(row)


def claim_due(tx: Connection, *, now: datetime) -> Act | None:
    """Lock an act that is due and that no other process is at, until the transaction ends; None: there is none."""
    due = _ACTS.where(acts.c.state == ActState.PLANNED, acts.c.due_at <= now)
    row = tx.execute(due.limit(1).with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else _act(row)


def change(tx: Connection, act_id: int, **columns: Any) -> Act:
    """Set columns of an act and return it."""
    return _act(tx.execute(update(acts).where(acts.c.id == act_id).values(**columns).returning(*acts.c)).one())


def see_again(tx: Connection, act: Act, *, preview: Mapping[str, int]) -> Act:
    """Give an act the preview of this moment, to be confirmed anew; return it."""
    return change(
        tx,
        act.id,
        state=ActState.CHANGED,
        preview=dict(preview),
        before=dict(act.preview),
        revision=act.revision + 1,
        due_at=None,
        reported_at=None,
    )


def changes_since(tx: Connection, line: int) -> tuple[tuple[int, str, str, Mapping[str, Any] | None], ...]:
    """Return (actor, action, subject, after) of what people changed of visits and buses after this line of the log."""
    about = or_(log.c.subject.startswith("visit:"), log.c.subject.startswith("bus:"))
    query = select(log.c.actor, log.c.action, log.c.subject, log.c.after).where(
        log.c.id > line, log.c.actor.is_not(None), about, log.c.action.not_in((PLANNED, RECALLED))
    )
    return tuple((row.actor, row.action, row.subject, row.after) for row in tx.execute(query.order_by(log.c.id)))


def untold(tx: Connection, act: Act) -> tuple[str, ...]:
    """Return the names of those whom a message of this act could not reach for certain."""
    lost = outbox.c.state.in_(
        (MessageState.UNREACHABLE, MessageState.FAILED, MessageState.EXPIRED, MessageState.UNKNOWN)
    )
    query = (
        select(delegates.c.id, delegates.c.name)
        .join_from(outbox, delegates, outbox.c.delegate_id == delegates.c.id)
        .where(outbox.c.act_id == act.id, lost)
        .order_by(delegates.c.id)
    )
    return tuple({row.id: row.name for row in tx.execute(query)}.values())


def messages(tx: Connection, act: Act) -> tuple[ActMessage, ...]:
    """Return the messages of this act, in the order of the bookings that they are about; those about none come last."""
    query = (
        select(outbox.c.booking_id, outbox.c.kind, outbox.c.state, outbox.c.error, outbox.c.slots, delegates.c.name)
        .join_from(outbox, delegates, outbox.c.delegate_id == delegates.c.id)
        .where(outbox.c.act_id == act.id)
        .order_by(outbox.c.booking_id.is_(None), outbox.c.booking_id, outbox.c.id)
    )
    return tuple(
        ActMessage(
            name=row.name,
            booking_id=row.booking_id,
            follows_id=(row.slots or {}).get("next", (row.slots or {}).get("hold")),
            kind=row.kind,
            state=MessageState(row.state),
            error=row.error,
        )
        for row in tx.execute(query)
    )


def unreported(tx: Connection) -> tuple[Act, ...]:
    """Return the acts that ended by the clock and whose author has not seen how."""
    ended = acts.c.state.in_((ActState.DONE, ActState.CHANGED))
    return tuple(_act(row) for row in tx.execute(_ACTS.where(ended, acts.c.reported_at.is_(None))))


def last_line(tx: Connection) -> int:
    """Return the number of the log's last line."""
    return int(tx.scalar(select(func.max(log.c.id))) or 0)


def _act(row: Any) -> Act:
    return Act(
        id=row.id,
        kind=row.kind,
        subject=row.subject,
        arguments=row.arguments or {},
        author_id=row.author_id,
        preview=row.preview,
        before=row.before,
        seen=row.seen,
        revision=row.revision,
        state=ActState(row.state),
        message_id=row.message_id,
        due_at=row.due_at,
    )
