"""The people the bot knows, by their numeric Telegram id."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from storage.records import BookingState, Delegate
from storage.tables import bookings, delegates, riders

_COLUMNS = (
    delegates.c.id,
    delegates.c.telegram_id,
    delegates.c.name,
    delegates.c.language,
    delegates.c.consent,
    delegates.c.unreachable_since,
)
_BY_TELEGRAM_ID = select(*_COLUMNS).where(delegates.c.telegram_id == bindparam("telegram_id"))
_LOCKED = select(*_COLUMNS).where(delegates.c.id == bindparam("delegate_id")).with_for_update()
_BY_ID = select(*_COLUMNS).where(delegates.c.id == bindparam("delegate_id"))


def by_telegram_id(tx: Connection, telegram_id: int) -> Delegate | None:
    """Return the delegate with this Telegram id, if the bot knows one."""
    row = tx.execute(_BY_TELEGRAM_ID, {"telegram_id": telegram_id}).one_or_none()
    return None if row is None else _delegate(row)


def read(tx: Connection, delegate_id: int) -> Delegate:
    """Return the delegate; the id must exist."""
    return _delegate(tx.execute(_BY_ID, {"delegate_id": delegate_id}).one())


def lock(tx: Connection, delegate_id: int) -> Delegate:
    """Lock one person's own facts until the transaction ends: the first lock of every change to their seats."""
    return _delegate(tx.execute(_LOCKED, {"delegate_id": delegate_id}).one())


def add(tx: Connection, *, telegram_id: int, now: datetime) -> int:
    """Insert a person of whom nothing but the id is known; return the new row's id."""
    row = insert(delegates).values(telegram_id=telegram_id, created_at=now).returning(delegates.c.id)
    return int(tx.execute(row).scalar_one())


def change(tx: Connection, delegate_id: int, **columns: Any) -> None:
    """Set columns of a person."""
    tx.execute(update(delegates).where(delegates.c.id == delegate_id).values(**columns))


def rename_rider(tx: Connection, delegate_id: int, *, name: str) -> None:
    """Write the owner's name on the seats they hold; released bookings keep what they said."""
    live = select(bookings.c.id).where(bookings.c.delegate_id == delegate_id, bookings.c.state != BookingState.RELEASED)
    tx.execute(update(riders).where(riders.c.is_owner, riders.c.booking_id.in_(live)).values(name=name))


def _delegate(row: Any) -> Delegate:
    return Delegate(
        id=row.id,
        telegram_id=row.telegram_id,
        name=row.name,
        language=row.language,
        consent=row.consent,
        unreachable=row.unreachable_since is not None,
    )
