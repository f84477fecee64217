"""What did not arrive, and who cannot be reached: read from the outbox and the bookings, nothing kept beside them."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from storage.records import Absent, BookingState, Lost, MessageState
from storage.tables import announcements, bookings, buses, delegates, outbox

_EDITS = ("card", "old-card")
"""A card that could not be edited tells nobody news: what is new has a message of its own."""
LOST = (MessageState.FAILED, MessageState.EXPIRED, MessageState.UNKNOWN)


def absent(
    tx: Connection, *, visit_ids: Collection[int] | None, bus_id: int | None, taken: Collection[str] = ()
) -> tuple[Absent, ...]:
    """Return the booked seats of those who blocked the bot, or have no Telegram, by visit, bus and age.

    And what was taken, for one of these reasons, from somebody without Telegram who has no seat instead: nobody has
    told them.
    """
    instead = select(bookings.c.delegate_id).where(bookings.c.state == BookingState.BOOKED)
    untold = and_(
        bookings.c.state == BookingState.RELEASED,
        bookings.c.reason.in_(taken),
        delegates.c.telegram_id.is_(None),
        delegates.c.id.not_in(instead),
    )
    seated = and_(
        bookings.c.state == BookingState.BOOKED,
        or_(delegates.c.telegram_id.is_(None), delegates.c.unreachable_since.is_not(None)),
    )
    query = (
        select(
            delegates.c.name, delegates.c.contact, bookings.c.code, bookings.c.visit_id, bookings.c.state, buses.c.label
        )
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .outerjoin(buses, bookings.c.bus_id == buses.c.id)
        .where(or_(seated, untold), delegates.c.erased_at.is_(None))
        .order_by(bookings.c.visit_id, buses.c.label, bookings.c.given_at, bookings.c.id)
    )
    if bus_id is not None:
        query = query.where(bookings.c.bus_id == bus_id)
    elif visit_ids is not None:
        query = query.where(bookings.c.visit_id.in_(visit_ids))
    rows = tx.execute(query)
    return tuple(
        Absent(
            name=row.name,
            code=row.code,
            visit_id=row.visit_id,
            bus=row.label,
            contact=row.contact,
            is_lost=row.state == BookingState.RELEASED,
        )
        for row in rows
    )


def lost(tx: Connection, *, visit_ids: Collection[int] | None, bus_id: int | None) -> tuple[Lost, ...]:
    """Return the messages that failed, expired or may not have arrived, by kind, the newest first."""
    told = outbox.c.kind, outbox.c.state, outbox.c.error, outbox.c.settled_at
    query = _messages(delegates.c.name, *told, bookings.c.code, visit_ids=visit_ids, bus_id=bus_id)
    rows = tx.execute(
        query.where(outbox.c.state.in_(LOST), delegates.c.erased_at.is_(None)).order_by(
            outbox.c.kind, outbox.c.settled_at.desc(), outbox.c.id
        )
    )
    return tuple(
        Lost(
            name=row.name,
            kind=row.kind,
            state=MessageState(row.state),
            error=row.error,
            at=row.settled_at,
            code=row.code,
        )
        for row in rows
    )


def count_unreachable(tx: Connection, *, visit_ids: Collection[int] | None, bus_id: int | None) -> int:
    """Count the messages that were not sent because their reader cannot be reached."""
    query = _messages(func.count(), visit_ids=visit_ids, bus_id=bus_id)
    return int(tx.scalar(query.where(outbox.c.state == MessageState.UNREACHABLE)) or 0)


def _messages(*columns: Any, visit_ids: Collection[int] | None, bus_id: int | None) -> Any:
    """Ask for columns of messages about these visits or this bus; an announcement is about its visit, about no bus."""
    query = (
        select(*columns)
        .join_from(outbox, delegates, outbox.c.delegate_id == delegates.c.id)
        .outerjoin(bookings, outbox.c.booking_id == bookings.c.id)
        .outerjoin(announcements, outbox.c.announcement_id == announcements.c.id)
        .where(outbox.c.kind.not_in(_EDITS))
    )
    if bus_id is not None:
        return query.where(bookings.c.bus_id == bus_id)
    if visit_ids is not None:
        return query.where(or_(bookings.c.visit_id.in_(visit_ids), announcements.c.visit_id.in_(visit_ids)))
    return query
