"""What passengers say after a visit: one score a booking, and a line of words where they like."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Connection, Text, bindparam, cast, delete, insert, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.records import BookingState, Feedback, MessageClass
from storage.tables import bookings, delegates, feedback, outbox

KIND = "feedback"
_COLUMNS = ("key", "kind", "delegate_id", "booking_id", "slots", "message_class", "due_at", "expires_at")


def plan(tx: Connection, *, visit_id: int, due_at: datetime, expires_at: datetime) -> int:
    """Write the question for the owner of each seat of the visit, once a booking; return how many are new.

    Not to those who cannot be reached or want nothing but the needful.
    """
    asked = {"visit_id": visit_id, "due_at": due_at, "expires_at": expires_at, "slots": {}}
    return int(tx.execute(_plan(tx.dialect.name), asked).rowcount)


@cache
def _plan(dialect: str) -> Any:
    owners = (
        select(
            literal(f"{KIND}/", Text) + cast(bookings.c.id, Text),
            literal(KIND, Text),
            bookings.c.delegate_id,
            bookings.c.id,
            bindparam("slots", type_=outbox.c.slots.type),
            literal(MessageClass.NORMAL.value, Text),
            bindparam("due_at", type_=outbox.c.due_at.type),
            bindparam("expires_at", type_=outbox.c.expires_at.type),
        )
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .where(
            bookings.c.visit_id == bindparam("visit_id"),
            bookings.c.state == BookingState.BOOKED,
            delegates.c.telegram_id.is_not(None),
            delegates.c.consent.is_not(None),
            delegates.c.unreachable_since.is_(None),
            delegates.c.stopped_at.is_(None),
        )
        .order_by(bookings.c.id)
    )
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    return build(outbox).from_select(_COLUMNS, owners).on_conflict_do_nothing(index_elements=["key"])


def read(tx: Connection, booking_id: int) -> Feedback | None:
    """Return what was said about this booking's visit, or None."""
    row = tx.execute(select(feedback).where(feedback.c.booking_id == booking_id)).one_or_none()
    return None if row is None else Feedback(score=row.score, comment=row.comment)


def rate(tx: Connection, booking_id: int, *, score: int, now: datetime) -> None:
    """Store the score in place of one given before; a comment stays."""
    known = read(tx, booking_id)
    tx.execute(delete(feedback).where(feedback.c.booking_id == booking_id))
    comment = None if known is None else known.comment
    tx.execute(insert(feedback).values(booking_id=booking_id, score=score, comment=comment, given_at=now))


def comment(tx: Connection, booking_id: int, *, text: str) -> None:
    """Store the line of words beside the score."""
    tx.execute(update(feedback).where(feedback.c.booking_id == booking_id).values(comment=text))


def of_visits(tx: Connection, visit_ids: Collection[int]) -> dict[int, tuple[Feedback, ...]]:
    """Return all that was said about each of these visits, without who said it."""
    query = (
        select(bookings.c.visit_id, feedback.c.score, feedback.c.comment)
        .join_from(feedback, bookings, feedback.c.booking_id == bookings.c.id)
        .where(bookings.c.visit_id.in_(visit_ids))
        .order_by(feedback.c.given_at)
    )
    said: dict[int, list[Feedback]] = {visit_id: [] for visit_id in visit_ids}
    for row in tx.execute(query):
        said[row.visit_id].append(Feedback(score=row.score, comment=row.comment))
    return {visit_id: tuple(each) for visit_id, each in said.items()}
