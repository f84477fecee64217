"""All rows that name one person, table by table: what /mydata sends. A new table with people in it belongs here too."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Table, Text, cast, literal, or_, select

from storage.tables import (
    acknowledgements,
    acts,
    announcements,
    boards,
    bookings,
    cards,
    delegates,
    drafts,
    feedback,
    gifts,
    given_rosters,
    grants,
    inbox,
    log,
    outbox,
    registered,
    riders,
)

LEFT_OUT: Final[Mapping[str, str]] = {
    "riders.out_by": "the leader who noted it is another person",
    "riders.back_by": "the leader who noted it is another person",
    "gifts.digest": "what is kept of a link's secret, and says nothing",
    "given_rosters.listed": "the seats on a list are other people's",
    "registered.bucket": "eight bits that follow from the number, and say nothing",
    "outbox.token": "a process's mark, while it sends",
    "lines.line": "the Telegram id, while one of the person's messages is being handled, and nothing else",
}
"""Columns of people's rows that are not told, and why."""
ONESELF: Final = "you"
SOMEBODY_ELSE: Final = "somebody else"
_PEOPLE: Final = ("delegate", "person", "booking")

Rows = Mapping[str, list[dict[str, Any]]]


def rows_about(tx: Connection, *, delegate_id: int, telegram_id: int) -> Rows:
    """Return every row about this person by table, as it is read, without what belongs to somebody else.

    In the log others are "somebody else"; of what the person did for others it says what and when.
    """
    theirs = select(bookings.c.id).where(bookings.c.delegate_id == delegate_id)
    mine: dict[Table, ColumnElement[bool]] = {
        delegates: delegates.c.id == delegate_id,
        bookings: bookings.c.delegate_id == delegate_id,
        riders: riders.c.booking_id.in_(theirs),
        drafts: drafts.c.delegate_id == delegate_id,
        feedback: feedback.c.booking_id.in_(theirs),
        gifts: gifts.c.delegate_id == delegate_id,
        registered: registered.c.delegate_id == delegate_id,
        cards: cards.c.delegate_id == delegate_id,
        boards: boards.c.delegate_id == delegate_id,
        given_rosters: given_rosters.c.delegate_id == delegate_id,
        outbox: outbox.c.delegate_id == delegate_id,
        announcements: announcements.c.author_id == delegate_id,
        acknowledgements: acknowledgements.c.delegate_id == delegate_id,
        acts: acts.c.author_id == delegate_id,
        grants: grants.c.telegram_id == telegram_id,
        inbox: inbox.c.person == telegram_id,
    }
    found = {table.name: _read(tx, table, condition) for table, condition in mine.items()}
    return {**found, log.name: _lines(tx, delegate_id=delegate_id, telegram_id=telegram_id)}


def _read(tx: Connection, table: Table, condition: ColumnElement[bool]) -> list[dict[str, Any]]:
    told = [column for column in table.columns if f"{table.name}.{column.name}" not in LEFT_OUT]
    rows = tx.execute(select(*told).where(condition).order_by(*table.primary_key.columns))
    return [dict(row) for row in rows.mappings()]


def _lines(tx: Connection, *, delegate_id: int, telegram_id: int) -> list[dict[str, Any]]:
    own = select(literal("booking:", Text) + cast(bookings.c.id, Text)).where(bookings.c.delegate_id == delegate_id)
    about = or_(log.c.subject.in_([f"delegate:{delegate_id}", f"person:{telegram_id}"]), log.c.subject.in_(own))
    query = select(log, about.label("about")).where(or_(about, log.c.actor == telegram_id)).order_by(log.c.id)
    lines = []
    for row in tx.execute(query).mappings():
        line = dict(row)
        if line["actor"] is not None:
            line["actor"] = ONESELF if line["actor"] == telegram_id else SOMEBODY_ELSE
        if not line.pop("about"):
            kind, _, _ = line["subject"].partition(":")
            line |= {"before": None, "after": None, "outcome": None}
            line["subject"] = kind if kind in _PEOPLE else line["subject"]
        lines.append(line)
    return lines
