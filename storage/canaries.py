"""Canaries' copies of reminders, as they stand in the outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select

from storage.records import BookingState, Canary, MessageState
from storage.tables import bookings, outbox

KIND, ALARM = "canary", "alarm"


def has_passengers(tx: Connection, *, visit_id: int, bus_id: int | None, due_at: datetime) -> bool:
    """Say whether somebody is to be reminded at this moment: who held a seat on this bus (None: on no bus) by then."""
    held = select(bookings.c.id).where(
        bookings.c.visit_id == visit_id,
        bookings.c.bus_id.is_(None) if bus_id is None else bookings.c.bus_id == bus_id,
        bookings.c.state == BookingState.BOOKED,
        bookings.c.given_at <= due_at,
    )
    return tx.execute(held.limit(1)).first() is not None


def not_sent(tx: Connection, *, before: datetime) -> tuple[Canary, ...]:
    """Return the copies that were due by this moment and have not been sent, unless they turned out moot."""
    query = _COPIES.where(
        outbox.c.due_at <= before, outbox.c.state.not_in((MessageState.SENT, MessageState.CANCELLED))
    ).order_by(outbox.c.id)
    return tuple(_canary(row) for row in tx.execute(query))


def read(tx: Connection, outbox_id: int) -> Canary:
    """Return one copy; the id must exist."""
    return _canary(tx.execute(_COPIES.where(outbox.c.id == outbox_id)).one())


_COPIES: Select[Any] = select(
    outbox.c.id, outbox.c.delegate_id, outbox.c.slots, outbox.c.due_at, outbox.c.state, outbox.c.error
).where(outbox.c.kind == KIND)


def _canary(row: Any) -> Canary:
    return Canary(
        id=row.id,
        delegate_id=row.delegate_id,
        rule_id=row.slots.get("rule", ""),  # of an erased person nothing is known
        due_at=row.due_at,
        state=MessageState(row.state),
        error=row.error,
    )
