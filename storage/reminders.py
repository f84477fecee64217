"""Reminders as outbox rows: made for everybody booked at once, in one statement, never twice."""

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Text, and_, bindparam, cast, func, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.records import BookingState, MessageClass, MessageState
from storage.tables import bookings, delegates, outbox

KIND = "reminder"
_NEVER_TOLD = (MessageState.CANCELLED, MessageState.EXPIRED)
_COLUMNS = (
    "key",
    "kind",
    "delegate_id",
    "booking_id",
    "slots",
    "message_class",
    "due_at",
    "expires_at",
    "departs_at",
)


def plan(
    tx: Connection,
    *,
    rule_id: str,
    visit_id: int,
    bus_id: int | None,
    due_at: datetime,
    departs_at: datetime,
    expires_at: datetime,
    message_class: MessageClass,
    again_when_moved_by: timedelta | None,
    to_stopped: bool = True,
) -> int:
    """Write the reminder of this moment for everybody it is due to; return how many are new.

    Due to the owner of each booking that held its seat by `due_at` on this bus (None: on no bus) and can be reached;
    only with `to_stopped` to who wants nothing but the needful. Who has been given one by this rule gets no other,
    unless the departure is `again_when_moved_by` or more away from the one told then; None is never. A reminder that
    was cancelled or expired told nobody. One cancelled for the very same moment is made due again: its key stands for
    ever.
    """
    planned = _plan(
        tx.dialect.name, has_bus=bus_id is not None, repeats=again_when_moved_by is not None, to_stopped=to_stopped
    )
    asked = {
        "prefix": f"{rule_id}/",
        "moment": due_at.isoformat(),
        "slots": {"rule": rule_id, "due_at": due_at.isoformat()},
        "class": message_class,
        "due_at": due_at,
        "expires_at": expires_at,
        "departs_at": departs_at,
        "visit_id": visit_id,
    }
    if bus_id is not None:
        asked["bus_id"] = bus_id
    if again_when_moved_by is not None:
        asked |= {"after": departs_at - again_when_moved_by, "before": departs_at + again_when_moved_by}
    return int(tx.execute(planned, asked).rowcount)


@cache
def _plan(dialect: str, *, has_bus: bool, repeats: bool, to_stopped: bool) -> Any:
    # Made once: putting it together takes ten times as long as running it, and a tick runs it for each departure.
    prefix = bindparam("prefix", type_=Text) + cast(bookings.c.id, Text) + literal("/", Text)
    told = outbox.alias("told")
    already = and_(
        told.c.booking_id == bookings.c.id,
        told.c.kind == KIND,
        func.substr(told.c.key, 1, func.length(prefix)) == prefix,
        told.c.state.not_in(_NEVER_TOLD),
    )
    if repeats:
        already = and_(already, told.c.departs_at > bindparam("after"), told.c.departs_at < bindparam("before"))
    readers = (
        select(
            prefix + bindparam("moment", type_=Text),
            literal(KIND, Text),
            bookings.c.delegate_id,
            bookings.c.id,
            bindparam("slots", type_=outbox.c.slots.type),
            bindparam("class", type_=Text),
            bindparam("due_at", type_=outbox.c.due_at.type),
            bindparam("expires_at", type_=outbox.c.expires_at.type),
            bindparam("departs_at", type_=outbox.c.departs_at.type),
        )
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .where(
            bookings.c.visit_id == bindparam("visit_id"),
            bookings.c.bus_id == bindparam("bus_id") if has_bus else bookings.c.bus_id.is_(None),
            bookings.c.state == BookingState.BOOKED,
            bookings.c.given_at <= bindparam("due_at", type_=outbox.c.due_at.type),
            delegates.c.telegram_id.is_not(None),
            delegates.c.consent.is_not(None),
            delegates.c.unreachable_since.is_(None),
            ~select(told.c.id).where(already).exists(),
        )
        .order_by(bookings.c.id)
    )
    if not to_stopped:
        readers = readers.where(delegates.c.stopped_at.is_(None))
    build = postgresql.insert if dialect == "postgresql" else sqlite.insert
    new: Any = build(outbox).from_select(_COLUMNS, readers)
    revived = {"state": MessageState.DUE, "expires_at": new.excluded.expires_at, "departs_at": new.excluded.departs_at}
    return new.on_conflict_do_update(
        index_elements=["key"], set_=revived, where=outbox.c.state == MessageState.CANCELLED
    )
