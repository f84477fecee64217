"""Leases: what only one process may do at a time, and which processes are alive. Real time, by the database's clock.

The clocks of two machines differ; the database's is the one that all processes share. A lease is held again before it
runs out, or it passes to whoever asks next.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, func, literal, or_, type_coerce
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import Moment, leases

_BUILD: dict[str, Any] = {"postgresql": postgresql.insert, "sqlite": sqlite.insert}


def real_time(tx: Connection, *, ahead: float = 0.0) -> ColumnElement[datetime]:
    """Return the expression for the database's real time, so many seconds ahead; it moves within a transaction."""
    return real_time_on(tx.dialect.name, ahead=ahead)


def real_time_on(dialect: str, *, ahead: float = 0.0) -> ColumnElement[datetime]:
    """Like `real_time`, for statements that are made before there is a transaction."""
    if dialect == "postgresql":
        clock = func.clock_timestamp() + func.make_interval(0, 0, 0, 0, 0, 0, literal(ahead))
    else:
        clock = func.strftime("%Y-%m-%d %H:%M:%f000", "now", literal(f"{ahead:+.3f} seconds"))
    return type_coerce(clock, Moment())


def hold(tx: Connection, name: str, *, holder: str, seconds: float) -> bool:
    """Take the lease, or hold it for so many seconds from now on; False while somebody else has it."""
    new = _BUILD[tx.dialect.name](leases).values(name=name, holder=holder, until=real_time(tx, ahead=seconds))
    mine_or_over = or_(leases.c.holder == holder, leases.c.until <= real_time(tx))
    taken = new.on_conflict_do_update(
        index_elements=["name"],
        set_={"holder": new.excluded.holder, "until": new.excluded.until},
        where=mine_or_over,
    )
    return tx.execute(taken.returning(leases.c.name)).first() is not None


def let_go(tx: Connection, *, holder: str, name: str | None = None) -> None:
    """Give back this holder's lease of that name, or all it has, so that nobody waits for them to run out."""
    held = delete(leases).where(leases.c.holder == holder)
    tx.execute(held if name is None else held.where(leases.c.name == name))
