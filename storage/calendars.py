"""Calendar files given out: of which booking, what the last one said, and its number in the row of changes."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from storage.tables import calendars


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenCalendar:
    """The file given out last: its SEQUENCE, and the facts in it as the caller writes them."""

    sequence: int
    facts: str


def read(tx: Connection, booking_id: int) -> GivenCalendar | None:
    """Return what was given out of this booking; None where nothing was."""
    row = tx.execute(select(calendars).where(calendars.c.booking_id == booking_id)).one_or_none()
    return None if row is None else GivenCalendar(sequence=row.sequence, facts=row.facts)


def is_given(tx: Connection, booking_id: int) -> bool:
    """Say whether a file of this booking was ever given out."""
    return read(tx, booking_id) is not None


def put(tx: Connection, booking_id: int, *, sequence: int, facts: str, now: datetime) -> None:
    """Remember what is given out now."""
    given = {"sequence": sequence, "facts": facts, "given_at": now}
    if not tx.execute(update(calendars).where(calendars.c.booking_id == booking_id).values(**given)).rowcount:
        tx.execute(insert(calendars).values(booking_id=booking_id, **given))
