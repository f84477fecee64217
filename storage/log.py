"""Who did what, when, before and after. Append only; a `cause` has one row, which answers its own repeat."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select

from storage.prepared import Prepared
from storage.records import LogLine
from storage.tables import log

OUTCOME = select(log.c.outcome).where(log.c.cause == bindparam("cause"))
_OUTCOME = Prepared(OUTCOME)
_WRITE = Prepared(insert(log))
_LINES = select(log.c.id, log.c.at, log.c.actor, log.c.action, log.c.subject, log.c.before, log.c.after)


def outcome_of(tx: Connection, cause: str) -> Any | None:
    """Return what the command with this cause came to, or None when it has not run."""
    return _OUTCOME.value(tx, cause=cause)


def last(tx: Connection, *, action: str, actor: int | None) -> Mapping[str, Any] | None:
    """Return what the newest line of this action and actor left behind (`after`), or None where there is none."""
    by = log.c.actor.is_(None) if actor is None else log.c.actor == actor
    return tx.scalar(select(log.c.after).where(log.c.action == action, by).order_by(log.c.id.desc()).limit(1))


def count(tx: Connection, *, action: str, actor: int, since: datetime) -> int:
    """Count the lines of this action and actor after that moment."""
    query = select(func.count()).where(log.c.action == action, log.c.actor == actor, log.c.at > since)
    return int(tx.scalar(query) or 0)


def about(tx: Connection, subjects: Collection[str]) -> tuple[LogLine, ...]:
    """Return every line about these things, oldest first."""
    if not subjects:
        return ()
    return tuple(map(_line, tx.execute(_LINES.where(log.c.subject.in_(subjects)).order_by(log.c.id))))


def of_action(tx: Connection, action: str) -> tuple[LogLine, ...]:
    """Return every line of this action, oldest first."""
    return tuple(map(_line, tx.execute(_LINES.where(log.c.action == action).order_by(log.c.id))))


def page(
    tx: Connection,
    *,
    actors: Collection[int | None] | None,
    actions: Collection[str] | None,
    subjects: Collection[str] | None,
    since: datetime | None,
    before: int | None,
    most: int,
) -> tuple[LogLine, ...]:
    """Return the newest lines, oldest first, for which all of this is true: the last `most` of them.

    None asks for nothing. A subject that ends with a colon is every thing of that kind. `before` is a line's id.
    """
    query = _LINES
    if actors is not None:
        of_people = log.c.actor.in_([actor for actor in actors if actor is not None])
        query = query.where(or_(of_people, log.c.actor.is_(None)) if None in actors else of_people)
    if actions is not None:
        query = query.where(log.c.action.in_(actions))
    if subjects is not None:
        whole = [subject for subject in subjects if not subject.endswith(":")]
        kinds = [subject for subject in subjects if subject.endswith(":")]
        query = query.where(or_(log.c.subject.in_(whole), *(log.c.subject.startswith(kind) for kind in kinds)))
    if since is not None:
        query = query.where(log.c.at >= since)
    if before is not None:
        query = query.where(log.c.id < before)
    newest = tx.execute(query.order_by(log.c.id.desc()).limit(most)).all()
    return tuple(map(_line, reversed(newest)))


def actors(tx: Connection, *, actions: Collection[str]) -> tuple[int, ...]:
    """Return the Telegram ids of all who did any of this."""
    query = select(log.c.actor).where(log.c.action.in_(actions), log.c.actor.is_not(None)).distinct()
    return tuple(tx.scalars(query.order_by(log.c.actor)))


def _line(row: Any) -> LogLine:
    return LogLine(
        id=row.id,
        at=row.at,
        actor=row.actor,
        action=row.action,
        subject=row.subject,
        before=row.before or {},
        after=row.after or {},
    )


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
    _WRITE.later(
        tx,
        at=at,
        actor=actor,
        action=action,
        subject=subject,
        before=None if before is None else dict(before),
        after=None if after is None else dict(after),
        outcome=outcome,
        cause=cause,
    )
