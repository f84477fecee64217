"""The people the bot knows, by their numeric Telegram id."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, bindparam, insert, select, update

from storage.prepared import Prepared
from storage.records import BookingState, Delegate, Draft, Role
from storage.tables import bookings, delegates, drafts, grants, riders

_COLUMNS = (
    delegates.c.id,
    delegates.c.telegram_id,
    delegates.c.name,
    delegates.c.language,
    delegates.c.consent,
    delegates.c.unreachable_since,
    delegates.c.wheelchair,
    delegates.c.stopped_at,
    delegates.c.contact,
)
_ASKED = select(bindparam("telegram_id", type_=BigInteger).label("asked")).subquery()
_MEET = Prepared(
    select(*_COLUMNS, grants.c.role, drafts.c.kind, drafts.c.fields, drafts.c.message_id, drafts.c.expires_at)
    .select_from(_ASKED)
    .outerjoin(delegates, delegates.c.telegram_id == _ASKED.c.asked)
    .outerjoin(drafts, drafts.c.delegate_id == delegates.c.id)
    .outerjoin(grants, grants.c.telegram_id == _ASKED.c.asked)
)
_BY_TELEGRAM_ID = Prepared(select(*_COLUMNS).where(delegates.c.telegram_id == bindparam("telegram_id")))
_ONE = select(*_COLUMNS).where(delegates.c.id == bindparam("delegate_id"))
_BY_ID = Prepared(_ONE)
# No stronger lock: a row that names this person must not wait for it. While a booking waits for its visit, whoever
# moves that visit writes to its passengers, and PostgreSQL would break one of the two off (40P01).
_LOCKED = Prepared(_ONE.with_for_update(key_share=True))
_ALL = select(*_COLUMNS).where(delegates.c.id.in_(bindparam("ids", expanding=True))).order_by(delegates.c.id)
_ALL_LOCKED = _ALL.with_for_update(key_share=True)


def by_telegram_id(tx: Connection, telegram_id: int) -> Delegate | None:
    """Return the delegate with this Telegram id, if the bot knows one."""
    row = _BY_TELEGRAM_ID.first(tx, telegram_id=telegram_id)
    return None if row is None else delegate_from(row)


def by_telegram_ids(tx: Connection, telegram_ids: Iterable[int]) -> dict[int, Delegate]:
    """Return those of these whom the bot knows, by Telegram id, in the order asked for."""
    wanted = list(dict.fromkeys(telegram_ids))
    query = select(*_COLUMNS).where(delegates.c.telegram_id.in_(wanted))
    found = {row.telegram_id: delegate_from(row) for row in tx.execute(query)} if wanted else {}
    return {telegram_id: found[telegram_id] for telegram_id in wanted if telegram_id in found}


def meet(tx: Connection, telegram_id: int, *, now: datetime) -> tuple[Delegate | None, frozenset[Role], Draft | None]:
    """Return in one question who this is, what they may do, and what they have begun to type."""
    rows = _MEET.all(tx, telegram_id=telegram_id)
    first = rows[0]
    roles = frozenset(Role(row.role) for row in rows if row.role is not None)
    if first.id is None:
        return None, roles, None
    draft = None
    if first.kind is not None and first.expires_at > now:
        draft = Draft(
            delegate_id=first.id,
            kind=first.kind,
            fields=first.fields,
            message_id=first.message_id,
            expires_at=first.expires_at,
        )
    return delegate_from(first), roles, draft


def read(tx: Connection, delegate_id: int) -> Delegate:
    """Return the delegate; the id must exist."""
    return delegate_from(_BY_ID.one(tx, delegate_id=delegate_id))


def lock(tx: Connection, delegate_id: int) -> Delegate:
    """Lock one person's own facts until the transaction ends: the first lock of every change to their seats."""
    return delegate_from(_LOCKED.one(tx, delegate_id=delegate_id))


def lock_all(tx: Connection, delegate_ids: Iterable[int]) -> dict[int, Delegate]:
    """Lock several people as `lock` does, in the order of their ids, and return them by id."""
    return {row.id: delegate_from(row) for row in tx.execute(_ALL_LOCKED, {"ids": sorted(set(delegate_ids))})}


def read_all(tx: Connection, delegate_ids: Iterable[int]) -> dict[int, Delegate]:
    """Return these people by id."""
    return {row.id: delegate_from(row) for row in tx.execute(_ALL, {"ids": sorted(set(delegate_ids))})}


def add(tx: Connection, *, telegram_id: int, now: datetime) -> int:
    """Insert a person of whom nothing but the id is known; return the new row's id."""
    row = insert(delegates).values(telegram_id=telegram_id, created_at=now).returning(delegates.c.id)
    return int(tx.execute(row).scalar_one())


def add_without_account(
    tx: Connection, *, name: str, language: str | None, wheelchair: bool, contact: str | None, now: datetime
) -> int:
    """Insert a person who has no Telegram, as the desk writes them down; return the new row's id."""
    row = insert(delegates).values(name=name, language=language, wheelchair=wheelchair, contact=contact, created_at=now)
    return int(tx.execute(row.returning(delegates.c.id)).scalar_one())


def some_after(
    tx: Connection, delegate_id: int, *, visit_ids: Collection[int] | None, most: int
) -> tuple[Delegate, ...]:
    """Return the next people by id whose names are kept; with `visit_ids` those who have or had a booking there."""
    query = select(*_COLUMNS).where(delegates.c.id > delegate_id, delegates.c.erased_at.is_(None))
    if visit_ids is not None:
        there = select(bookings.c.delegate_id).where(bookings.c.visit_id.in_(visit_ids))
        query = query.where(delegates.c.id.in_(there))
    return tuple(map(delegate_from, tx.execute(query.order_by(delegates.c.id).limit(most))))


def change(tx: Connection, delegate_id: int, **columns: Any) -> None:
    """Set columns of a person."""
    tx.execute(update(delegates).where(delegates.c.id == delegate_id).values(**columns))


def rename_rider(tx: Connection, delegate_id: int, *, name: str) -> None:
    """Write the owner's name on the seats they hold; released bookings keep what they said."""
    live = select(bookings.c.id).where(bookings.c.delegate_id == delegate_id, bookings.c.state != BookingState.RELEASED)
    tx.execute(update(riders).where(riders.c.is_owner, riders.c.booking_id.in_(live)).values(name=name))


def delegate_columns() -> tuple[Column[Any], ...]:
    """Return the columns that `delegate_from` reads."""
    return _COLUMNS


def delegate_from(row: Any, *, prefix: str = "") -> Delegate:
    """Build the record of a row that holds `delegate_columns`, each name after the prefix."""
    cells = {column.name: getattr(row, prefix + column.name) for column in _COLUMNS}
    cells["unreachable"] = cells.pop("unreachable_since") is not None
    cells["stopped"] = cells.pop("stopped_at") is not None
    return Delegate(**cells)
