"""How the buses stand, counted for all of them at once: one question for each thing that may be wrong."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from storage import reminders
from storage.records import BookingState, MessageState
from storage.tables import bookings, delegates, given_rosters, log, outbox
from storage.undelivered import LOST

_EDITS = ("card", "old-card")
_UNSENT = (MessageState.DUE, MessageState.LEASED, MessageState.SENDING)

ByBus = dict[int, int]


def coming(tx: Connection) -> ByBus:
    """Count the seats of those who said that they come, by bus."""
    return _seats(tx, bookings.c.coming_at.is_not(None))


def unreachable(tx: Connection) -> ByBus:
    """Count the seats of those who blocked the bot or have no Telegram, by bus."""
    gone = or_(delegates.c.telegram_id.is_(None), delegates.c.unreachable_since.is_not(None))
    return _seats(tx, gone & delegates.c.erased_at.is_(None))


def untold(tx: Connection) -> ByBus:
    """Count the messages about seats that failed, came too late or may not have arrived, by bus."""
    return _messages(tx, outbox.c.state.in_(LOST) & outbox.c.kind.not_in(_EDITS))


def unreminded(tx: Connection, *, due_before: datetime) -> ByBus:
    """Count the reminders that were due before this moment and are not out, by bus."""
    late = outbox.c.state.in_(_UNSENT) & (outbox.c.due_at <= due_before)
    return _messages(tx, late & (outbox.c.kind == reminders.KIND))


def listed(tx: Connection) -> frozenset[tuple[str, int]]:
    """Return (list, Telegram id) of who has which list, in any version."""
    query = select(given_rosters.c.list, delegates.c.telegram_id).distinct()
    rows = tx.execute(query.join_from(given_rosters, delegates).where(delegates.c.telegram_id.is_not(None)))
    return frozenset((row.list, row.telegram_id) for row in rows)


def planned(tx: Connection) -> dict[str, datetime]:
    """Return when visits, and buses alone, were to leave before they were moved first, by the subject of the log."""
    rows = tx.execute(select(log.c.subject, log.c.before).where(log.c.action == "delay").order_by(log.c.id.desc()))
    return {row.subject: datetime.fromisoformat(row.before["leaves_at"]) for row in rows if row.before}


def _seats(tx: Connection, condition: ColumnElement[bool]) -> ByBus:
    query = (
        select(bookings.c.bus_id, func.sum(bookings.c.party).label("people"))
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .where(bookings.c.state == BookingState.BOOKED, bookings.c.bus_id.is_not(None), condition)
    )
    return _by_bus(tx.execute(query.group_by(bookings.c.bus_id)))


def _messages(tx: Connection, condition: ColumnElement[bool]) -> ByBus:
    query = (
        select(bookings.c.bus_id, func.count())
        .join_from(outbox, bookings, outbox.c.booking_id == bookings.c.id)
        .where(bookings.c.state == BookingState.BOOKED, bookings.c.bus_id.is_not(None), condition)
    )
    return _by_bus(tx.execute(query.group_by(bookings.c.bus_id)))


def _by_bus(rows: Any) -> ByBus:
    return {bus_id: int(number) for bus_id, number in rows}
