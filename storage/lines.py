"""Lines: one person's updates stand in line with one process at a time, where several share one PostgreSQL.

A row of `lines` says with whom. The holder lives while its lease `process/<holder>` does (leases.py); a line without
a row, or with a dead holder, is anybody's. Whoever may have a line gets what waits in it in Telegram's order, without
gaps, so that nothing overtakes. Everything here may be run again: what is a repeat finds its own rows.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Connection,
    String,
    all_,
    any_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

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


_wanted = func.unnest(_ids("lines"), type_=BigInteger).column_valued("wanted")
_claimed = insert(lines).from_select(["line", "holder"], select(_wanted, _ME).order_by(_wanted))
_CLAIM = Prepared(
    _claimed.on_conflict_do_update(
        index_elements=["line"],
        set_={"holder": _claimed.excluded.holder},
        where=or_(lines.c.holder == _ME, ~_lives(literal_column("lines.holder"))),
    ).returning(lines.c.line)
)

_WAITING = select(updates.c.update_id, updates.c.person, updates.c.raw, updates.c.tries, updates.c.received_at)
_WAITING_IN = Prepared(
    _WAITING.where(_RECEIVED, line_of_update == any_(_ids("lines")), updates.c.update_id != all_(_ids("besides")))
    .order_by(updates.c.update_id)
    .limit(bindparam("most"))
)
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
    .limit(bindparam("most"))
)  # fmt: skip
_MINE = (lines.c.line == any_(_ids("lines")), lines.c.holder == _ME)
_LOCK = Prepared(select(lines.c.line).where(*_MINE).order_by(lines.c.line).with_for_update())
_RELEASE = Prepared(
    delete(lines)
    .where(*_MINE, ~exists().where(_RECEIVED, line_of_update == lines.c.line).correlate(lines))
    .returning(lines.c.line)
)


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
    """Store the updates, then take what waits in the wanted lines, as far as these are the holder's now.

    In somebody else's line nothing is taken: its holder looks for more when it is done with what it has (finish).
    The rows that others stored before into a line of the holder come with it: nothing overtakes them.
    """
    inbox.store_updates(tx, new, received_at=received_at)
    return take(tx, wanted, holder=holder, besides=besides, most=most)


def take_free(tx: Connection, *, room: int, holder: str, besides: Collection[int], most: int) -> list[StoredUpdate]:
    """Take up to `room` lines in which something waits that nobody alive has in hand, the longest waiting first.

    `besides` is what the holder has in hand. Of its own lines those count too in which something else waits: the
    answer to a commit was lost, or there was too much to take at once.
    """
    found = tx.execute(_FREE, {"me": holder, "besides": list(besides), "most": most}).scalars()
    first = list(dict.fromkeys(found))[:room]
    return take(tx, first, holder=holder, besides=besides, most=most)


def take(
    tx: Connection, wanted: Collection[int], *, holder: str, besides: Collection[int], most: int
) -> list[StoredUpdate]:
    """Claim these lines, as far as they may be had, and return what waits in them; keep none in which nothing does.

    What waited when somebody looked may be done by now and its line given back: a line claimed after that would
    stand with this holder for as long as it lives.
    """
    mine = claim(tx, wanted, holder=holder)
    waiting = waiting_in(tx, mine, besides=besides, most=most)
    if len({stored.person or -stored.update_id for stored in waiting}) < len(mine):
        give_back(tx, mine, holder=holder)
    return waiting


def finish(
    tx: Connection, update_ids: Collection[int], *, ended: Collection[int], holder: str, most: int
) -> list[StoredUpdate]:
    """Mark the updates done and give back those of the `ended` lines in which nothing waits; return what does.

    A replica that has just stored an update and seen this line held leaves it to the holder. It locked the line's
    row as it looked; so lock the row first, and then look into the inbox in a statement of its own, which sees all
    that was committed before the lock was had.
    """
    inbox.mark_done(tx, update_ids)
    mine = lock(tx, ended, holder=holder)
    if not mine:
        return []
    return waiting_in(tx, mine - give_back(tx, mine, holder=holder), besides=(), most=most)


def give_back(tx: Connection, mine: Collection[int], *, holder: str) -> set[int]:
    """Give back those of the holder's lines, whose rows it has locked, in which nothing waits; return them."""
    return {row.line for row in _RELEASE.all(tx, lines=list(mine), me=holder)}


def leave(tx: Connection, left: Collection[int], *, holder: str) -> None:
    """Give these lines back with all that waits in them."""
    tx.execute(delete(lines).where(*_MINE), {"lines": list(left), "me": holder})


def claim(tx: Connection, wanted: Collection[int], *, holder: str) -> set[int]:
    """Take the lines that are nobody's, or a dead one's; return those that are the holder's now, old ones too."""
    if not wanted:
        return set()
    return {row.line for row in _CLAIM.all(tx, lines=list(wanted), me=holder)}


def lock(tx: Connection, wanted: Collection[int], *, holder: str) -> set[int]:
    """Lock the rows of the lines that are still the holder's, and return them."""
    return {row.line for row in _LOCK.all(tx, lines=list(wanted), me=holder)} if wanted else set()


def waiting_in(tx: Connection, some: Collection[int], *, besides: Collection[int], most: int) -> list[StoredUpdate]:
    """Return what waits in these lines and is not known yet, in Telegram's order: the first `most`."""
    if not some:
        return []
    found = _WAITING_IN.all(tx, lines=list(some), besides=list(besides), most=most)
    return [inbox.as_stored(row) for row in found]
