"""The pace: one row says when the next message may leave, whichever process sends it, and until when none may.

Whoever holds the row (`lock`) until the transaction ends is alone in deciding who sends what, and when. Real time, by
the database's clock. Reading it takes no lock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.leases import real_time
from storage.tables import pace

MOST_FOR_ANSWERS: Final = timedelta(seconds=1)
"""So far ahead answers push the next turn at most: a crowd of taps slows messages down, it never stops them."""

_BUILD: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}
_READ = select(pace.c.next_at, pace.c.held_until)
_LOCK = _READ.with_for_update()


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
    """Return the pace as it is committed."""
    row = tx.execute(_READ).one_or_none()
    now = _now(tx)
    return Pace(now=now, next_at=row.next_at if row else now, held_until=row.held_until if row else now)


def lock(tx: Connection) -> Pace:
    """Take the row until the transaction ends; the moment is that at which it was taken."""
    row = tx.execute(_LOCK).one_or_none()
    if row is None:
        now = _now(tx)
        first = _BUILD[tx.dialect.name](pace).values(id=1, next_at=now, held_until=now)
        tx.execute(first.on_conflict_do_nothing(index_elements=["id"]))
        row = tx.execute(_LOCK).one()
    return Pace(now=_now(tx), next_at=row.next_at, held_until=row.held_until)


def move(tx: Connection, *, next_at: datetime) -> None:
    """Let nobody else send before this moment; the row is locked."""
    tx.execute(update(pace).values(next_at=next_at))


def make_room(tx: Connection, *, answers: int, gap: timedelta) -> Pace:
    """Let so many answers to taps, sent just now, go before the next message; return the pace that was found."""
    found = lock(tx)
    move(tx, next_at=found.next_turn(gap=gap, answers=answers))
    return found


def hold(tx: Connection, *, seconds: float) -> None:
    """Let nobody send for so long. A shorter hold does not end a longer one."""
    found = lock(tx)
    until = max(found.held_until, found.now + timedelta(seconds=seconds))
    tx.execute(update(pace).values(held_until=until))


def _now(tx: Connection) -> datetime:
    now: datetime = tx.execute(select(real_time(tx))).scalar_one()
    return now
