"""Who may do what: grants by numeric id. Those with source `env` follow BOT_OWNER_IDS at each start."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from storage.prepared import Prepared
from storage.records import Grant, Role
from storage.tables import delegates, grants
from storage.turns import take_turn

_ENV = "env"
_INVITED = "invitation"
_LEADERS = (
    select(grants.c.scope, delegates.c.name)
    .join(delegates, delegates.c.telegram_id == grants.c.telegram_id)
    .where(grants.c.role == Role.LEADER)
    .order_by(grants.c.id)
)
_LEADERS_OF_ONE = Prepared(_LEADERS.where(grants.c.scope == bindparam("label")))
_LEADERS_OF_SOME = _LEADERS.where(grants.c.scope.in_(bindparam("labels", expanding=True)))
_ROLES = Prepared(select(grants.c.role).where(grants.c.telegram_id == bindparam("telegram_id")))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A grant that somebody has: since when, and whether the settings give it."""

    id: int
    telegram_id: int
    grant: Grant
    by_settings: bool
    since: datetime


def roles_of(tx: Connection, telegram_id: int) -> frozenset[Role]:
    """Return the roles of this numeric id; nothing else gives authority."""
    return frozenset(Role(row.role) for row in _ROLES.all(tx, telegram_id=telegram_id))


def of(tx: Connection, telegram_id: int) -> frozenset[Grant]:
    """Return the grants of this numeric id: roles with their scopes."""
    rows = tx.execute(select(grants.c.role, grants.c.scope).where(grants.c.telegram_id == telegram_id))
    return frozenset(Grant(Role(row.role), row.scope) for row in rows)


def holders(tx: Connection, role: Role, scope: str = "") -> tuple[int, ...]:
    """Return the Telegram ids of those who have this role for this scope."""
    asked = select(grants.c.telegram_id).where(grants.c.role == role, grants.c.scope == scope)
    return tuple(tx.scalars(asked.order_by(grants.c.id)))


def by_scope(tx: Connection, role: Role) -> dict[str, tuple[int, ...]]:
    """Return the Telegram ids of all who have this role, by its scope."""
    asked = select(grants.c.scope, grants.c.telegram_id).where(grants.c.role == role).order_by(grants.c.id)
    found: dict[str, tuple[int, ...]] = {}
    for row in tx.execute(asked):
        found[row.scope] = (*found.get(row.scope, ()), row.telegram_id)
    return found


def leaders(tx: Connection, labels: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the names of those who lead these buses, by the bus's label, the one who was named first before others."""
    found: dict[str, tuple[str, ...]] = {}
    named = sorted(labels)
    rows = (
        _LEADERS_OF_ONE.all(tx, label=named[0]) if len(named) == 1 else tx.execute(_LEADERS_OF_SOME, {"labels": named})
    )
    for row in rows:
        found[row.scope] = (*found.get(row.scope, ()), row.name)
    return found


def led_by(tx: Connection, telegram_id: int | None) -> tuple[str, ...]:
    """Return the labels of the buses that this person leads."""
    asked = select(grants.c.scope).where(grants.c.telegram_id == telegram_id, grants.c.role == Role.LEADER)
    return tuple(tx.scalars(asked.order_by(grants.c.scope)))


def everybody(tx: Connection, *, lock: bool = False) -> tuple[Held, ...]:
    """Return every grant, the widest role first, then by scope and age; locked for who will take one back."""
    asked = select(grants).order_by(grants.c.id)
    rows = [_held(row) for row in tx.execute(asked.with_for_update() if lock else asked)]
    return tuple(sorted(rows, key=lambda held: (list(Role).index(held.grant.role), held.grant.scope)))


def give(tx: Connection, telegram_id: int, grant: Grant, *, now: datetime) -> bool:
    """Give a role by invitation; False for who has it."""
    if grant in of(tx, telegram_id):
        return False
    row = insert(grants).values(
        telegram_id=telegram_id, role=grant.role, scope=grant.scope, source=_INVITED, granted_at=now
    )
    tx.execute(row)
    return True


def take_back(tx: Connection, grant_id: int) -> None:
    """End one grant."""
    tx.execute(delete(grants).where(grants.c.id == grant_id))


def _held(row: Any) -> Held:
    return Held(
        id=row.id,
        telegram_id=row.telegram_id,
        grant=Grant(Role(row.role), row.scope),
        by_settings=row.source == _ENV,
        since=row.granted_at,
    )


def owners(tx: Connection) -> tuple[int, ...]:
    """Return the Telegram ids of all owners."""
    return holders(tx, Role.OWNER)


def follow_settings(tx: Connection, owner_ids: Iterable[int], *, now: datetime) -> tuple[list[int], list[int]]:
    """Make the owners from the environment those of the settings; return (added, removed) ids.

    One start at a time does so: two that look at once would both grant.
    """
    take_turn(tx)
    wanted = set(owner_ids)
    held = set(tx.scalars(select(grants.c.telegram_id).where(grants.c.source == _ENV)))
    lost = sorted(held - wanted)
    if lost:
        tx.execute(delete(grants).where(grants.c.source == _ENV, grants.c.telegram_id.in_(lost)))
    granted = set(tx.scalars(select(grants.c.telegram_id).where(grants.c.role == Role.OWNER)))
    added = sorted(wanted - granted)
    for telegram_id in added:
        tx.execute(insert(grants).values(telegram_id=telegram_id, role=Role.OWNER, source=_ENV, granted_at=now))
    return added, lost
