"""The pace: one row says when the next message may leave, whichever process sends it, and until when none may.

Real time, by the database's clock. All processes wait for this row: whoever takes it commits at once. Reading it takes
no lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.leases import real_time, real_time_on
from storage.prepared import Prepared
from storage.tables import pace

MOST_FOR_ANSWERS: Final = timedelta(seconds=1)
"""So far ahead answers push the next turn at most: a crowd of taps slows messages down, it never stops them."""

_BUILD: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_ROW = {name: select(pace.c.next_at, pace.c.held_until, real_time_on(name).label("now")) for name in _BUILD}
_READ = {name: Prepared(row) for name, row in _ROW.items()}
_NOW = {name: Prepared(select(real_time_on(name))) for name in _BUILD}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """The pace as it is at `now`."""

    now: datetime
    next_at: datetime
    held_until: datetime

    @property
    def held_seconds(self) -> float:
        """For how long nobody may send; 0 when sending goes on."""
        return max(0.0, (self.held_until - self.now).total_seconds())

    def next_turn(self, *, gap: timedelta, answers: int = 0) -> datetime:
        """Return when the next message may leave, so many answers to taps having gone before it."""
        turn = max(self.now, self.next_at)
        return max(turn, min(turn + answers * gap, self.now + MOST_FOR_ANSWERS))


def read(tx: Connection) -> Pace:
    """Return the pace as it is committed: one statement, but for the very first time."""
    row = _READ[tx.dialect.name].first(tx)
    if row is not None:
        return _pace(row)
    now = _NOW[tx.dialect.name].value(tx)
    assert now is not None
    return Pace(now=now, next_at=now, held_until=now)


def take_turns(tx: Connection, number: int, *, gap: timedelta, answers: int = 0) -> list[float] | None:
    """Return in how many seconds each of so many messages may leave, a gap apart; None while nobody may send.

    So many `answers` to taps, sent just now, go before them.
    """
    found = _lock(tx)
    if found.held_seconds > 0:
        return None
    first = found.next_turn(gap=gap, answers=answers)
    tx.execute(update(pace).values(next_at=first + number * gap))
    return [(first - found.now + position * gap).total_seconds() for position in range(number)]


def make_room(tx: Connection, *, answers: int, gap: timedelta) -> Pace:
    """Let so many answers to taps, sent just now, go before the next message; return the pace that was found."""
    found = _lock(tx)
    tx.execute(update(pace).values(next_at=found.next_turn(gap=gap, answers=answers)))
    return found


def hold(tx: Connection, *, seconds: float) -> None:
    """Let nobody send for so long. A shorter hold does not end a longer one."""
    if tx.dialect.name == "postgresql":
        # The others must see it now; that a server which loses its power forgets it costs one more refusal.
        tx.execute(text("SET LOCAL synchronous_commit TO off"))
    found = _lock(tx)
    until = max(found.held_until, found.now + timedelta(seconds=seconds))
    tx.execute(update(pace).values(held_until=until))


def _lock(tx: Connection) -> Pace:
    """Take the row until the transaction ends; the moment is that at which it was taken."""
    row = tx.execute(_ROW[tx.dialect.name].with_for_update()).one_or_none()
    if row is None:
        first = _BUILD[tx.dialect.name](pace).values(id=1, next_at=real_time(tx), held_until=real_time(tx))
        tx.execute(first.on_conflict_do_nothing(index_elements=["id"]))
        row = tx.execute(_ROW[tx.dialect.name].with_for_update()).one()
    return _pace(row)


def _pace(row: Any) -> Pace:
    return Pace(now=row.now, next_at=row.next_at, held_until=row.held_until)
