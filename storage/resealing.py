"""Sealed columns are sealed anew: with another key, for the first time, or opened for good.

In short transactions, each value for itself: killed at any moment, some values lie the old way and some the new, both
are read, and the next run goes on with those that are left. Beside a bot on PostgreSQL it never overwrites what that
writes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Column, Connection, Table, Text, and_, column, literal, select, table, update

from storage.database import Database
from storage.seal import Seal, Sealed, SealedJSON, UnreadableSeal, is_sealed
from storage.tables import delegates, metadata, riders

_AT_ONCE: Final = 500


class CannotReseal(Exception):
    """A value cannot be opened; the message says which and the mend. What was sealed anew before stays so."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far one column is: values looked at, and sealed anew."""

    name: str
    seen: int = 0
    renewed: int = 0


async def reseal(
    database: Database, *, opens: Seal, closes: Seal, tell: Callable[[Progress], object]
) -> tuple[int, int]:
    """Let every sealed column lie as `closes` closes it; return how many values were seen and renewed.

    `tell` hears of each batch. Raise CannotReseal for a value that `opens` does not open.
    """
    seen = renewed = 0
    for sealed in sealed_columns():
        progress, last = Progress(f"{sealed.table.name}.{sealed.name}"), None
        while True:
            batch = await database.run(_reseal_some, sealed, after=last, opens=opens, closes=closes)
            if batch.last is None:
                break
            last = batch.last
            progress = Progress(progress.name, progress.seen + batch.seen, progress.renewed + batch.renewed)
            tell(progress)
        seen, renewed = seen + progress.seen, renewed + progress.renewed
    return seen, renewed


def sealed_columns() -> list[Column[Any]]:
    """Return every column that is encrypted at rest."""
    return [
        each for one in metadata.sorted_tables for each in one.columns if isinstance(each.type, Sealed | SealedJSON)
    ]


def some_lie_readable(tx: Connection) -> bool:
    """Say whether names lie there that no key sealed: written before there was one. Cheap enough for each start."""
    for name in (delegates.c.name, riders.c.name):
        if tx.execute(select(literal(1)).where(~is_sealed(name)).limit(1)).first() is not None:
            return True
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class _Batch:
    last: int | None
    """The key of its last row; None when there was none."""
    seen: int
    renewed: int


def _reseal_some(tx: Connection, sealed: Column[Any], *, after: int | None, opens: Seal, closes: Seal) -> _Batch:
    assert isinstance(sealed.table, Table)
    (key,) = sealed.table.primary_key.columns
    # The values as they lie: no type that opens them on the way.
    lying = table(sealed.table.name, column(key.name, key.type), column(sealed.name, Text))
    mine, value = lying.c[key.name], lying.c[sealed.name]
    query = select(mine, value).where(value.is_not(None)).order_by(mine).limit(_AT_ONCE)
    rows = tx.execute(query if after is None else query.where(mine > after)).all()
    renewed = 0
    for number, stored in rows:
        if closes.closed(stored):
            continue
        try:
            fresh = closes.close(opens.open(stored))
        except UnreadableSeal as problem:
            raise CannotReseal(
                f"row {number} of {sealed.table.name}, column {sealed.name}, cannot be opened: {problem}. Give the key "
                "that sealed it as the second (BOT_DATA_KEY=new,old) and run it again; it goes on from here"
            ) from None
        # Unless somebody else has written it meanwhile, with the newest key.
        same = and_(mine == number, value == stored)
        renewed += tx.execute(update(lying).where(same).values({value: fresh})).rowcount
    return _Batch(last=rows[-1][0] if rows else None, seen=len(rows), renewed=renewed)
