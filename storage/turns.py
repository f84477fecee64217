"""Turns: what only one process may do at a time when several start at once. Held until the transaction ends.

Migrations, the first programme and the owners' grants look first and write then; two that look at once would both
write. On SQLite there is one writer anyway.
"""

from sqlalchemy import Connection, text

_GUARD = 7_226_822
"""One PostgreSQL advisory lock for all of them: they follow each other at a start. No delegate's
tap takes it; a list that is given out or an invitation that is opened does, now and then."""


def take_turn(tx: Connection, *, patiently: bool = False) -> None:
    """Wait until no other process has the turn, then have it. What was read before may be stale.

    The wait ends as any wait for a lock does (55P03, then the transaction runs again); `patiently` outwaits a long
    migration of somebody else, and lets this transaction's own statements take their time.
    """
    if tx.dialect.name != "postgresql":
        return
    if patiently:
        tx.execute(text("SET LOCAL lock_timeout = '10min'"))
        tx.execute(text("SET LOCAL statement_timeout = 0"))
    tx.execute(text("SELECT pg_advisory_xact_lock(:guard)"), {"guard": _GUARD})
