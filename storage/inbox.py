"""Telegram's updates as they came: received, then done or parked. One row per update, whoever brings it how often.

The raw JSON holds what people wrote: it goes when the update is done, and a day after it was parked; so does whose
it was.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, case, delete, func, select, update
from sqlalchemy.dialects.sqlite import insert

from storage.prepared import Prepared
from storage.records import StoredUpdate
from storage.tables import inbox

_RECEIVED, _DONE, _PARKED = "received", "done", "parked"

_STORE = insert(inbox).on_conflict_do_nothing().returning(inbox.c.update_id)
_STORE_ONE = Prepared(_STORE)
_UNFINISHED = (
    select(inbox.c.update_id, inbox.c.person, inbox.c.raw, inbox.c.tries, inbox.c.received_at)
    .where(inbox.c.state == _RECEIVED)
    .order_by(inbox.c.update_id)
)
_UNFINISHED_OF = select(inbox.c.update_id).where(
    inbox.c.state == _RECEIVED, inbox.c.update_id.in_(bindparam("ids", expanding=True))
)
_THIS = (inbox.c.update_id == bindparam("id"), inbox.c.state == _RECEIVED)
_MARK_DONE = Prepared(update(inbox).where(*_THIS).values(state=_DONE, raw=None, person=None))
_NOTE_FAILURE = (
    update(inbox)
    .where(*_THIS)
    .values(
        tries=inbox.c.tries + 1,
        error=bindparam("why"),
        state=case((inbox.c.tries + 1 >= bindparam("most_tries"), _PARKED), else_=_RECEIVED),
    )
    .returning(inbox.c.tries)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewUpdate:
    """One Telegram update as it is stored. `person` is whose it is, where that can be told; `raw` its JSON text."""

    update_id: int
    person: int | None
    raw: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxCounts:
    """How many updates stand where."""

    received: int
    done: int
    parked: int


def store_updates(tx: Connection, updates: Sequence[NewUpdate], *, received_at: datetime) -> set[int]:
    """Store those that are new; return the ids of all that still wait to be handled, be they new or not.

    On SQLite; processes that share a PostgreSQL store and mark by `storage.lines`. A row of an earlier delivery counts
    too while it is not finished: when the answer to an earlier commit was lost, nobody else knows of it. `received_at`
    is real time.
    """
    if not updates:
        return set()
    rows = [
        {"update_id": new.update_id, "person": new.person, "raw": new.raw, "received_at": received_at}
        for new in updates
    ]
    if len(rows) == 1:
        waiting = {row.update_id for row in _STORE_ONE.all(tx, **rows[0])}
    else:
        waiting = set(tx.execute(_STORE, rows).scalars())
    if len(waiting) < len(rows):
        known = [new.update_id for new in updates if new.update_id not in waiting]
        waiting.update(tx.execute(_UNFINISHED_OF, {"ids": known}).scalars())
    return waiting


def mark_done(tx: Connection, update_ids: Iterable[int]) -> None:
    """End these updates and forget what they said. Parked ones stay parked."""
    _MARK_DONE.do_many(tx, [{"id": update_id} for update_id in sorted(update_ids)])


def note_failure(tx: Connection, update_id: int, *, error: str, most_tries: int) -> int | None:
    """Count a failed try and return how many there were; at `most_tries` the update is parked.

    None when the update does not wait any more. `error` holds no personal data.
    """
    tries: int | None = tx.scalar(_NOTE_FAILURE, {"id": update_id, "why": error, "most_tries": most_tries})
    return tries


def unfinished(tx: Connection, *, besides: Collection[int] = (), most: int | None = None) -> list[StoredUpdate]:
    """Return what waits to be handled besides these, in Telegram's order: the first `most`, or all."""
    query = _UNFINISHED.where(inbox.c.update_id.not_in(besides)) if besides else _UNFINISHED
    return [as_stored(row) for row in tx.execute(query.limit(most))]


def as_stored(row: Any) -> StoredUpdate:
    """Return a row's record."""
    return StoredUpdate(
        update_id=row.update_id,
        person=row.person,
        raw=row.raw,
        tries=row.tries,
        received_at=row.received_at,
    )


def forget_parked(tx: Connection, *, before: datetime) -> int:
    """Empty the raw JSON of parked updates received before this real moment; return how many."""
    old = (inbox.c.state == _PARKED, inbox.c.raw.is_not(None), inbox.c.received_at < before)
    return tx.execute(update(inbox).where(*old).values(raw=None, person=None)).rowcount


def forget_person(tx: Connection, telegram_id: int, *, besides: int) -> None:
    """Let nothing that this person sent before the update `besides` take effect again, and empty what is parked.

    One person's updates are handled in order: what came before has had its effect, and after a crash would have it
    again where that has not been written down yet.
    """
    before = (inbox.c.person == telegram_id, inbox.c.state == _RECEIVED, inbox.c.update_id < besides)
    tx.execute(update(inbox).where(*before).values(state=_DONE, raw=None, person=None))
    empty_parked(tx, telegram_id)


def empty_parked(tx: Connection, telegram_id: int) -> None:
    """Empty what this person sent and nobody could handle."""
    parked = (inbox.c.state == _PARKED, inbox.c.person == telegram_id)
    tx.execute(update(inbox).where(*parked).values(raw=None, person=None))


def delete_done(tx: Connection, *, before: datetime) -> int:
    """Delete the rows of done updates received before this real moment; return how many.

    Telegram may bring an update again for 24 hours; a row deleted earlier would let it take effect twice.
    """
    return tx.execute(delete(inbox).where(inbox.c.state == _DONE, inbox.c.received_at < before)).rowcount


def count(tx: Connection) -> InboxCounts:
    """Count the updates by state."""
    rows = tx.execute(select(inbox.c.state, func.count().label("updates")).group_by(inbox.c.state))
    states: dict[str, int] = {row.state: row.updates for row in rows}
    return InboxCounts(received=states.get(_RECEIVED, 0), done=states.get(_DONE, 0), parked=states.get(_PARKED, 0))
