"""Who did what, when, before and after. Append only; a `cause` has one row, which answers its own repeat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select

from storage.tables import log

_OUTCOME = select(log.c.outcome).where(log.c.cause == bindparam("cause"))
_WRITE = insert(log)


def outcome_of(tx: Connection, cause: str) -> Any | None:
    """Return what the command with this cause came to, or None when it has not run."""
    return tx.scalar(_OUTCOME, {"cause": cause})


def last(tx: Connection, *, action: str, actor: int | None) -> Mapping[str, Any] | None:
    """Return what the newest line of this action and actor left behind (`after`), or None where there is none."""
    by = log.c.actor.is_(None) if actor is None else log.c.actor == actor
    return tx.scalar(select(log.c.after).where(log.c.action == action, by).order_by(log.c.id.desc()).limit(1))


def count(tx: Connection, *, action: str, actor: int, since: datetime) -> int:
    """Count the lines of this action and actor after that moment."""
    query = select(func.count()).where(log.c.action == action, log.c.actor == actor, log.c.at > since)
    return int(tx.scalar(query) or 0)


def write(
    tx: Connection,
    *,
    at: datetime,
    actor: int | None,
    action: str,
    subject: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    outcome: Any = None,
    cause: str | None = None,
) -> None:
    """Add a line. `actor` is a Telegram id, None for the bot itself; `outcome` is kept for the repeat of `cause`."""
    line = {
        "at": at,
        "actor": actor,
        "action": action,
        "subject": subject,
        "before": None if before is None else dict(before),
        "after": None if after is None else dict(after),
        "outcome": outcome,
        "cause": cause,
    }
    tx.execute(_WRITE, line)
