"""What waits, and since when: inbox and outbox counted for the watch, from indexes, without reading what they say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, func, select

from storage.records import MessageState
from storage.tables import inbox, outbox

_UPDATES = (
    select(inbox.c.state, func.count().label("number"), func.min(inbox.c.received_at).label("oldest"))
    .where(inbox.c.state.in_(("received", "parked")))
    .group_by(inbox.c.state)
)
_MESSAGES = select(outbox.c.state, func.count().label("number")).group_by(outbox.c.state)
_OLDEST_DUE = select(func.min(outbox.c.due_at)).where(
    outbox.c.state == MessageState.DUE, outbox.c.due_at <= bindparam("now")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backlog:
    """Updates that wait to be handled or are parked, and messages by state.

    `oldest_update` is real time, since when the oldest update waits; `oldest_due` is business time, when the oldest
    message that waits should have left.
    """

    waiting: int
    parked: int
    oldest_update: datetime | None
    messages: Mapping[MessageState, int]
    oldest_due: datetime | None


def count_backlog(tx: Connection, *, now: datetime) -> Backlog:
    """Count what waits; `now` is business time: what is not due yet is not late."""
    updates = {row.state: row for row in tx.execute(_UPDATES)}
    waiting, parked = updates.get("received"), updates.get("parked")
    return Backlog(
        waiting=0 if waiting is None else waiting.number,
        parked=0 if parked is None else parked.number,
        oldest_update=None if waiting is None else waiting.oldest,
        messages={MessageState(row.state): row.number for row in tx.execute(_MESSAGES)},
        oldest_due=tx.scalar(_OLDEST_DUE, {"now": now}),
    )
