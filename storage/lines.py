"""Lines: one person's updates stand in line with one process at a time, where several share one PostgreSQL.

A row of `lines` says with whom. The holder lives while its lease `process/<holder>` does (leases.py); a line without
a row, or with a dead holder, is anybody's. Whoever may have a line gets what waits in it in Telegram's order, without
gaps, so that nothing overtakes. Everything here may be run again: what is a repeat finds its own rows.

What every update goes through are functions in the database (migrations/versions/0019_lines_in_one_call.py): each of
their statements sees what was committed before it began, and all of them are one way there and back.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    String,
    any_,
    bindparam,
    column,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from storage import inbox, leases
from storage.inbox import NewUpdate
from storage.prepared import Prepared
from storage.records import StoredUpdate
from storage.tables import inbox as updates
from storage.tables import leases as lease_rows
from storage.tables import line_of_update, lines

LEASE_SECONDS: Final = 15.0
SLACK_SECONDS: Final = 5.0
"""A lease with less than this left is not renewed any more: somebody may have seen its end already, in a statement
that has waited for a lock since (database.py lets it wait so long)."""
_TIDY: Final = timedelta(hours=1)

_PREFIX: Final = "process/"
_RECEIVED = updates.c.state == literal_column("'received'")  # no parameter: so ix_inbox_line is seen to fit
_NOW: ColumnElement[datetime] = func.clock_timestamp()
_ME = bindparam("me", type_=String)


def _ids(name: str) -> Any:
    return bindparam(name, type_=ARRAY(BigInteger))


def _lives(holder: Any) -> Any:
    """Whether the lease of this holder has not run out."""
    return exists().where(lease_rows.c.name == literal(_PREFIX) + holder, lease_rows.c.until > _NOW)


_MOST = bindparam("most", type_=Integer)
_FREE = (
    select(line_of_update.label("line"))
    .where(
        _RECEIVED,
        ~exists().where(
            lines.c.line == line_of_update,
            or_(lines.c.holder != _ME, updates.c.update_id == any_(_ids("besides"))),
            _lives(lines.c.holder).correlate(lines),
        ).correlate(updates),
    )
    .order_by(updates.c.update_id)
    .limit(_MOST)
)  # fmt: skip


def _finding(function: Any) -> Prepared:
    """Return the question for what a function of the database finds waiting."""
    own = (updates.c.update_id, updates.c.person, updates.c.raw, updates.c.tries, updates.c.received_at)
    found = function.table_valued(*[column(each.name, each.type) for each in own])
    return Prepared(select(found).order_by(found.c.update_id))


_STORE = _finding(
    func.store_updates(
        _ids("ids"),
        _ids("persons"),
        bindparam("raws", type_=ARRAY(updates.c.raw.type)),
        bindparam("received_at", type_=updates.c.received_at.type),
        _ids("wanted"),
        _ME,
        _ids("besides"),
        _MOST,
    )
)
_TAKE = _finding(func.take_updates(_ids("wanted"), _ME, _ids("besides"), _MOST))
_FINISH = _finding(func.finish_updates(_ids("ids"), _ids("ended"), _ME, _MOST))


def be_born(tx: Connection, *, holder: str) -> None:
    """Let the holder live from now on; forget the leases of those long dead."""
    leases.hold(tx, _PREFIX + holder, holder=holder, seconds=LEASE_SECONDS)
    tx.execute(delete(lease_rows).where(lease_rows.c.name.startswith(_PREFIX), lease_rows.c.until < _NOW - _TIDY))


def renew(tx: Connection, *, holder: str) -> bool:
    """Let the holder live on; False when it is too late: its lines may be others' by now, and it never comes back."""
    in_time = lease_rows.c.until > leases.real_time(tx, ahead=SLACK_SECONDS)
    longer = update(lease_rows).where(lease_rows.c.name == _PREFIX + holder, in_time)
    return tx.execute(longer.values(until=leases.real_time(tx, ahead=LEASE_SECONDS))).rowcount == 1


def die(tx: Connection, *, holder: str) -> None:
    """Give back the holder's lines and leases, so that nobody waits for them to run out."""
    tx.execute(delete(lines).where(lines.c.holder == holder))
    leases.let_go(tx, holder=holder)


def store(
    tx: Connection,
    new: Sequence[NewUpdate],
    *,
    received_at: datetime,
    wanted: Collection[int],
    holder: str,
    besides: Collection[int],
    most: int,
) -> list[StoredUpdate]:
    """Store the updates, then take what waits in the wanted lines, as far as these are the holder's now: one statement.

    In somebody else's line nothing is taken: its holder looks for more when it is done with what it has (finish).
    The rows that others stored before into a line of the holder come with it: nothing overtakes them.
    """
    found = _STORE.all(
        tx,
        ids=[update.update_id for update in new],
        persons=[update.person for update in new],
        raws=[update.raw for update in new],
        received_at=received_at,
        wanted=list(wanted),
        me=holder,
        besides=list(besides),
        most=most,
    )
    return [inbox.as_stored(row) for row in found]


def take_free(tx: Connection, *, room: int, holder: str, besides: Collection[int], most: int) -> list[StoredUpdate]:
    """Take up to `room` lines in which something waits that nobody alive has in hand, the longest waiting first.

    `besides` is what the holder has in hand. Of its own lines those count too in which something else waits: the
    answer to a commit was lost, or there was too much to take at once.
    """
    found = tx.execute(_FREE, {"me": holder, "besides": list(besides), "most": most}).scalars()
    first = list(dict.fromkeys(found))[:room]
    return take(tx, first, holder=holder, besides=besides, most=most) if first else []


def take(
    tx: Connection, wanted: Collection[int], *, holder: str, besides: Collection[int], most: int
) -> list[StoredUpdate]:
    """Claim these lines, as far as they may be had, and return what waits in them; keep none in which nothing does.

    What waited when somebody looked may be done by now and its line given back: a line claimed after that would
    stand with this holder for as long as it lives.
    """
    found = _TAKE.all(tx, wanted=list(wanted), me=holder, besides=list(besides), most=most)
    return [inbox.as_stored(row) for row in found]


def finish(
    tx: Connection, update_ids: Collection[int], *, ended: Collection[int], holder: str, most: int
) -> list[StoredUpdate]:
    """Mark the updates done and give back those of the `ended` lines in which nothing waits; return what does.

    One statement. A replica that has just stored an update and seen this line held leaves it to the holder. It locked
    the line's row as it looked; so the row is locked first, and the look into the inbox sees all that was committed
    before the lock was had.
    """
    found = _FINISH.all(tx, ids=list(update_ids), ended=list(ended), me=holder, most=most)
    return [inbox.as_stored(row) for row in found]


def leave(tx: Connection, left: Collection[int], *, holder: str) -> None:
    """Give these lines back with all that waits in them."""
    mine = (lines.c.line == any_(_ids("lines")), lines.c.holder == _ME)
    tx.execute(delete(lines).where(*mine), {"lines": list(left), "me": holder})
