"""The organizers' list of registered people: numbers, names, and whose number is whose. Sealed at rest.

A number is looked for in its bucket, eight bits of its digest: a few rows are opened instead of all, and a stolen
backup tells no numbers.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, delete, exists, func, insert, select, update

from storage.records import Registered, RegisteredRow
from storage.tables import registered


def read_all(tx: Connection) -> tuple[RegisteredRow, ...]:
    """Return the whole list in the order in which it came."""
    return tuple(map(_row, tx.execute(select(registered).order_by(registered.c.id))))


def is_joined(tx: Connection, delegate_id: int) -> bool:
    """Say whether a number of the list is this person's."""
    return bool(tx.scalar(select(exists().where(registered.c.delegate_id == delegate_id))))


def of_delegate(tx: Connection, delegate_id: int) -> RegisteredRow | None:
    """Return this person's line of the list."""
    row = tx.execute(select(registered).where(registered.c.delegate_id == delegate_id)).one_or_none()
    return None if row is None else _row(row)


def in_bucket(tx: Connection, key: str, *, lock: bool = True) -> tuple[RegisteredRow, ...]:
    """Return the few lines among which the number with this key is, if it is listed; locked unless only looked at."""
    query = select(registered).where(registered.c.bucket == _bucket(key)).order_by(registered.c.id)
    return tuple(map(_row, tx.execute(query.with_for_update() if lock else query)))


def join(tx: Connection, row_id: int, *, delegate_id: int, now: datetime) -> bool:
    """Make the number this person's, unless somebody has it; say whether it is."""
    free = (registered.c.id == row_id) & registered.c.delegate_id.is_(None)
    return tx.execute(update(registered).where(free).values(delegate_id=delegate_id, joined_at=now)).rowcount == 1


def pass_on(tx: Connection, *, giver_id: int, taker_id: int) -> None:
    """Let the number of one person, whose rows both are locked, be another's from now on."""
    tx.execute(update(registered).where(registered.c.delegate_id == giver_id).values(delegate_id=taker_id))


def add(tx: Connection, people: Mapping[str, Registered], *, now: datetime) -> None:
    """Add people to the list, by the keys of their numbers."""
    rows = [{**_columns(each), "bucket": _bucket(key), "listed_at": now} for key, each in people.items()]
    if rows:
        tx.execute(insert(registered), rows)


def change(tx: Connection, row_id: int, person: Registered) -> None:
    """Write a person's line anew; whose number it is stays."""
    tx.execute(update(registered).where(registered.c.id == row_id).values(**_columns(person)))


def remove(tx: Connection, row_ids: Iterable[int]) -> None:
    """Take lines off the list."""
    gone = list(row_ids)
    for start in range(0, len(gone), 500):
        tx.execute(delete(registered).where(registered.c.id.in_(gone[start : start + 500])))


def count(tx: Connection) -> int:
    """Count the list."""
    return int(tx.scalar(select(func.count()).select_from(registered)) or 0)


def _bucket(key: str) -> int:
    return sha256(key.encode()).digest()[0]


def _columns(person: Registered) -> dict[str, Any]:
    return {
        "number": person.number,
        "name": person.name,
        "language": person.language,
        "city": person.city,
        "notes": person.notes,
    }


def _row(row: Any) -> RegisteredRow:
    person = Registered(number=row.number, name=row.name, language=row.language, city=row.city, notes=row.notes)
    return RegisteredRow(id=row.id, person=person, delegate_id=row.delegate_id)
