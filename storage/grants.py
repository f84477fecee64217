"""Who may do what: grants by numeric id. Those with source `env` follow BOT_OWNER_IDS at each start."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection, bindparam, delete, insert, select

from storage.records import Grant, Role
from storage.tables import grants
from storage.turns import take_turn

_ENV = "env"
_ROLES = select(grants.c.role).where(grants.c.telegram_id == bindparam("telegram_id"))


def roles_of(tx: Connection, telegram_id: int) -> frozenset[Role]:
    """Return the roles of this numeric id; nothing else gives authority."""
    return frozenset(Role(role) for role in tx.scalars(_ROLES, {"telegram_id": telegram_id}))


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
