"""Two people with something of theirs in every column that can hold it, marked with whose it is."""

from datetime import timedelta
from typing import Any

from sqlalchemy import BigInteger, Table, insert, select, update

from storage import Tx
from storage.seal import Sealed, SealedJSON
from storage.tables import metadata
from tests.makers import OPEN
from tests.storage.rows import put_booking, put_bus, put_delegate, put_visit

MINE, THEIRS = 77_001_001, 88_002_002
"""Their Telegram ids."""
NOT_PEOPLE = {"message_id", "edits", "update_id"}
"""Numbers of Telegram's that name a message or an update, in a chat that nobody knows without its person's id."""


def personal(table: Table) -> set[str]:
    """Columns that name a person or hold what somebody typed: read off the tables, so that a new one counts."""
    return {
        column.name
        for column in table.columns
        if any(key.column.table.name == "delegates" for key in column.foreign_keys)
        or isinstance(column.type, Sealed | SealedJSON)
        or (isinstance(column.type, BigInteger) and column.name not in NOT_PEOPLE)
    }


def put_two(tx: Tx) -> tuple[int, int]:
    """Fill every table; return both delegates' ids."""
    visit = put_visit(tx, leaves_at=OPEN + timedelta(days=2))
    bus = put_bus(tx, visit, departs_at=OPEN + timedelta(days=2))
    both = put_delegate(tx, MINE, now=OPEN), put_delegate(tx, THEIRS, now=OPEN)
    for number, (person, telegram_id, whose) in enumerate(zip(both, (MINE, THEIRS), ("mine", "theirs"), strict=True)):
        _fill(tx, person, telegram_id, whose, number, visit=visit, bus=bus, other=both[1 - number])
    # What the one did for the other: who it was and what it says belongs to one of them alone.
    for actor, about, words in ((MINE, both[1], "theirs/after"), (THEIRS, both[0], "mine/after")):
        line = {"actor": actor, "subject": f"delegate:{about}", "after": {"name": words}, "at": OPEN, "action": "help"}
        tx.execute(insert(metadata.tables["log"]).values(line))
    return both


def _fill(tx: Tx, person: int, telegram_id: int, whose: str, number: int, *, visit: int, bus: int, other: int) -> None:
    booking = put_booking(tx, visit, bus, person, given_at=OPEN)
    facts: dict[str, dict[str, Any]] = {
        "feedback": {"booking_id": booking, "score": 3, "given_at": OPEN},
        "riders": {
            "id": 1 + number,
            "booking_id": booking,
            "position": 0,
            "is_owner": False,
            "out_by": other,
            "back_by": other,
        },
        "gifts": {
            "booking_id": booking,
            "rider_id": 1 + number,
            "delegate_id": person,
            "digest": whose,
            "made_at": OPEN,
            "ends_at": OPEN + timedelta(hours=1),
        },
        "registered": {"bucket": number, "delegate_id": person, "language": "kk", "listed_at": OPEN, "joined_at": OPEN},
        "drafts": {"delegate_id": person, "kind": "name", "expires_at": OPEN + timedelta(hours=1)},
        "given_rosters": {"list": "riders/bus:1", "version": 1, "delegate_id": person, "listed": [], "given_at": OPEN},
        "boards": {"delegate_id": person, "city": "astana", "message_id": 6, "shown": "", "edited_at": OPEN},
        "cards": {"delegate_id": person, "kind": "menu", "message_id": 5},
        "inbox": {"update_id": 50 + number, "person": telegram_id, "state": "parked", "received_at": OPEN},
        "lines": {"line": telegram_id, "holder": "process"},
        "announcements": {"author_id": person, "made_at": OPEN},
        "acknowledgements": {"announcement_id": 1 + number, "delegate_id": person, "at": OPEN},
        "acts": {
            "kind": "cancelvisit",
            "subject": f"visit:{visit}",
            "author_id": person,
            "preview": {},
            "seen": 0,
            "made_at": OPEN,
            "cause": whose,
        },
        "outbox": {
            "key": f"note/{number}",
            "kind": "note",
            "delegate_id": person,
            "booking_id": booking,
            "token": whose,
            "message_class": "2-normal",
            "due_at": OPEN,
            "expires_at": OPEN + timedelta(days=1),
            "error": whose,
        },
        "log": {"at": OPEN, "actor": telegram_id, "action": "book", "subject": f"booking:{booking}"},
        "grants": {"telegram_id": telegram_id, "role": "owner", "source": "command", "granted_at": OPEN},
    }
    for name, row in facts.items():
        tx.execute(insert(metadata.tables[name]).values({**_words(metadata.tables[name], whose), **row}))
    theirs = update(metadata.tables["delegates"]).where(metadata.tables["delegates"].c.id == person)
    tx.execute(theirs.values(_words(metadata.tables["delegates"], whose) | {"language": "kk", "consent_at": OPEN}))


def _words(table: Table, whose: str) -> dict[str, Any]:
    """A value of its own for each sealed column."""
    words: dict[str, Any] = {}
    for column in table.columns:
        mark = f"{whose}/{table.name}.{column.name}"
        if isinstance(column.type, Sealed):
            words[column.name] = mark
        elif isinstance(column.type, SealedJSON):
            words[column.name] = {"name": mark}
    return words


def rows_of(tx: Tx) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table as it is read."""
    return {
        table.name: [dict(row) for row in tx.execute(select(table).order_by(*table.primary_key.columns)).mappings()]
        for table in metadata.sorted_tables
    }
