"""Boards: on which message an organizer sees a city, what it says, and when it was edited last. One a city."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from storage.tables import boards


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board that lives. `shown` is a digest of what it says; no message: it is on its way."""

    id: int
    delegate_id: int
    city: str
    message_id: int | None
    shown: str
    edited_at: datetime


def begin(tx: Connection, *, delegate_id: int, city: str, now: datetime) -> tuple[int, int | None]:
    """Begin the person's board of a city anew; return its id and the message on which the former one stands."""
    mine = boards.c.delegate_id == delegate_id, boards.c.city == city
    former = tx.execute(select(boards.c.message_id).where(*mine)).scalar_one_or_none()
    tx.execute(delete(boards).where(*mine))
    row = insert(boards).values(delegate_id=delegate_id, city=city, shown="", edited_at=now)
    return int(tx.execute(row.returning(boards.c.id)).scalar_one()), former


def put(tx: Connection, board_id: int, *, message_id: int, shown: str, now: datetime) -> None:
    """Write down on which message the board stands and what it says."""
    columns = {"message_id": message_id, "shown": shown, "edited_at": now}
    tx.execute(update(boards).where(boards.c.id == board_id).values(columns))


def read(tx: Connection, board_id: int) -> Board | None:
    """Return a board that lives, or None."""
    row = tx.execute(select(boards).where(boards.c.id == board_id)).one_or_none()
    return None if row is None else _board(row)


def living(tx: Connection) -> tuple[Board, ...]:
    """Return every board that stands on a message."""
    rows = tx.execute(select(boards).where(boards.c.message_id.is_not(None)).order_by(boards.c.id))
    return tuple(map(_board, rows))


def claim(tx: Connection, board: Board, *, now: datetime) -> bool:
    """Take the next edit of a board; False where it was edited or begun anew since it was read.

    Of several processes that come at once one writes its moment, and the others find it.
    """
    same = boards.c.id == board.id, boards.c.message_id == board.message_id, boards.c.edited_at == board.edited_at
    return tx.execute(update(boards).where(*same).values(edited_at=now)).rowcount == 1


def note_shown(tx: Connection, board: Board, *, shown: str) -> None:
    """Write down what the board says now; one that has begun anew meanwhile keeps its own."""
    same = boards.c.id == board.id, boards.c.message_id == board.message_id
    tx.execute(update(boards).where(*same).values(shown=shown))


def end(tx: Connection, board_id: int) -> None:
    """Forget a board: nobody edits its message any more."""
    tx.execute(delete(boards).where(boards.c.id == board_id))


def _board(row: Any) -> Board:
    return Board(
        id=row.id,
        delegate_id=row.delegate_id,
        city=row.city,
        message_id=row.message_id,
        shown=row.shown,
        edited_at=row.edited_at,
    )
