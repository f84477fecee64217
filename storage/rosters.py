"""Lists that were given out: who has which version, and which riders stood on it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.tables import given_rosters, riders

Listed = tuple[int, int, int]
"""A rider's id, the bus's (0: none), and a mark that changes with the name or the needs, and says neither."""

_GIVE: dict[str, Any] = {
    dialect: build(given_rosters).on_conflict_do_nothing(index_elements=["list", "version", "delegate_id"])
    for dialect, build in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenRoster:
    """One version of a list as one person has it."""

    version: int
    listed: tuple[Listed, ...]
    given_at: datetime


def newest(tx: Connection, name: str) -> GivenRoster | None:
    """Return the newest version of this list that anybody has."""
    return _first(tx, _of(name))


def before(tx: Connection, name: str, *, version: int, delegate_id: int | None) -> GivenRoster | None:
    """Return what this version replaces: the newest older one that the person has, else the newest of all."""
    older = _of(name).where(given_rosters.c.version < version)
    own = None if delegate_id is None else _first(tx, older.where(given_rosters.c.delegate_id == delegate_id))
    return own or _first(tx, older)


def had_by(tx: Connection, name: str, *, delegate_id: int) -> GivenRoster | None:
    """Return the newest version of this list that this person has."""
    return _first(tx, _of(name).where(given_rosters.c.delegate_id == delegate_id))


def give(tx: Connection, name: str, *, version: int, delegate_id: int, listed: Sequence[Listed], now: datetime) -> None:
    """Write down that the person has this version; once is enough."""
    row = {"list": name, "version": version, "delegate_id": delegate_id, "listed": listed, "given_at": now}
    tx.execute(_GIVE[tx.dialect.name], row)


def given_of(tx: Connection, name: str) -> tuple[tuple[int, int | None, datetime], ...]:
    """Return of this list (version, delegate's id, when it was given), oldest first."""
    query = select(given_rosters.c.version, given_rosters.c.delegate_id, given_rosters.c.given_at)
    rows = tx.execute(query.where(given_rosters.c.list == name).order_by(given_rosters.c.id))
    return tuple((row.version, row.delegate_id, row.given_at) for row in rows)


def names_of(tx: Connection, rider_ids: Collection[int]) -> dict[int, str]:
    """Return the names of these riders, those too who have given their seats back."""
    if not rider_ids:
        return {}
    rows = tx.execute(select(riders.c.id, riders.c.name).where(riders.c.id.in_(rider_ids)))
    return {row.id: row.name for row in rows}


def _of(name: str) -> Select[Any]:
    return (
        select(given_rosters)
        .where(given_rosters.c.list == name)
        .order_by(given_rosters.c.version.desc(), given_rosters.c.id.desc())
    )


def _first(tx: Connection, query: Select[Any]) -> GivenRoster | None:
    row = tx.execute(query.limit(1)).first()
    if row is None:
        return None
    listed = tuple((rider, bus, mark) for rider, bus, mark in row.listed)
    return GivenRoster(version=row.version, listed=listed, given_at=row.given_at)
