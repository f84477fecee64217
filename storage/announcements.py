"""Announcements: what organizers say to many, and how far its delivery is."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, insert, select, update

from storage.records import Announcement, BookingState
from storage.tables import announcements, bookings, delegates


def audience(tx: Connection, *, visit_id: int | None) -> tuple[tuple[int, str | None, bool], ...]:
    """Return (delegate id, language, unreachable) of everybody booked on the visit, or of all who agreed.

    Without those who want nothing but the needful.
    """
    query = select(delegates.c.id, delegates.c.language, delegates.c.unreachable_since).where(
        *_who(visit_id), delegates.c.stopped_at.is_(None)
    )
    rows = tx.execute(query.order_by(delegates.c.id))
    return tuple((row.id, row.language, row.unreachable_since is not None) for row in rows)


def count_opted_out(tx: Connection, *, visit_id: int | None) -> int:
    """Count those who would be in this audience, had they not stopped such messages."""
    query = select(func.count()).select_from(delegates).where(*_who(visit_id), delegates.c.stopped_at.is_not(None))
    return int(tx.scalar(query) or 0)


def _who(visit_id: int | None) -> list[ColumnElement[bool]]:
    who: list[ColumnElement[bool]] = [delegates.c.telegram_id.is_not(None), delegates.c.consent.is_not(None)]
    if visit_id is not None:
        booked = bookings.c.visit_id == visit_id, bookings.c.state == BookingState.BOOKED
        who.append(delegates.c.id.in_(select(bookings.c.delegate_id).where(*booked)))
    return who


def add(
    tx: Connection, *, author_id: int, visit_id: int | None, text: str, message_id: int | None, now: datetime
) -> int:
    """Insert an announcement; `message_id` is the organizer's progress card."""
    row = insert(announcements).values(
        author_id=author_id, visit_id=visit_id, text=text, message_id=message_id, made_at=now
    )
    return int(tx.execute(row.returning(announcements.c.id)).scalar_one())


def read(tx: Connection, announcement_id: int) -> Announcement | None:
    """Return one announcement, or None."""
    row = tx.execute(select(announcements).where(announcements.c.id == announcement_id)).one_or_none()
    return None if row is None else _announcement(row)


def on_card(tx: Connection, *, author_id: int, message_id: int) -> Announcement | None:
    """Return the announcement whose progress this message of the author's chat shows, or None."""
    shown = announcements.c.author_id == author_id, announcements.c.message_id == message_id
    row = tx.execute(select(announcements).where(*shown).order_by(announcements.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _announcement(row)


def unreported(tx: Connection) -> tuple[Announcement, ...]:
    """Return the announcements whose final result the organizer has not seen."""
    rows = tx.execute(select(announcements).where(announcements.c.reported_at.is_(None)).order_by(announcements.c.id))
    return tuple(_announcement(row) for row in rows)


def mark_reported(tx: Connection, announcement_id: int, *, now: datetime) -> None:
    """The organizer has been shown the final counts."""
    tx.execute(update(announcements).where(announcements.c.id == announcement_id).values(reported_at=now))


def _announcement(row: Any) -> Announcement:
    return Announcement(
        id=row.id, author_id=row.author_id, visit_id=row.visit_id, text=row.text, message_id=row.message_id
    )
