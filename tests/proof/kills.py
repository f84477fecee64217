"""What the bars of kills share: leases of the dead are aged, and all is waited for until it has come to an end."""

import asyncio
import sqlite3
import time
from contextlib import closing

import asyncpg

from storage.database import parse_url
from tests.proof.ledger import ask

_LONG_AGO = "'2000-01-01 00:00:00.000000'"
_UNDER_WAY = (
    "SELECT (SELECT COUNT(*) FROM inbox WHERE state = 'received'),"
    " (SELECT COUNT(*) FROM outbox WHERE state IN ('due', 'leased', 'sending'))"
)
_LOOK_SECONDS = 0.5


async def bury(database_url: str) -> None:
    """Let the leases by which processes know each other have run out. Only while no bot runs."""
    await change(database_url, f"UPDATE leases SET until = {_LONG_AGO}")


async def age_messages(database_url: str) -> None:
    """Let the leases of messages have run out, as if a minute and a half had passed. Only while no bot runs.

    A dead process holds its messages for 90 real seconds: after hundreds of kills nobody wants to wait for that.
    """
    await change(database_url, f"UPDATE outbox SET lease_until = {_LONG_AGO} WHERE state IN ('leased', 'sending')")


async def change(database_url: str, *statements: str) -> None:
    """Run these statements in one transaction, past all code of ours."""
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(url.database))) as file, file:
            for sql in statements:
                file.execute(sql)
        return
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        async with connection.transaction():
            for sql in statements:
                await connection.execute(sql)
    finally:
        await connection.close()


async def under_way(database_url: str) -> tuple[int, int]:
    """Return how many updates wait to be handled and how many messages have not come to an end."""
    [(updates, messages)] = await ask(database_url, _UNDER_WAY)
    return updates, messages


async def settled(database_url: str, *, within: float, messages: bool = True) -> bool:
    """Wait until no update is under way, nor a message; False when some still are after so many seconds.

    Without `messages` those may be: one that a dead tap was to show is held for 20 seconds.
    """
    ends = time.monotonic() + within
    while True:
        updates, unsent = await under_way(database_url)
        if not updates and not (messages and unsent):
            return True
        if time.monotonic() > ends:
            return False
        await asyncio.sleep(_LOOK_SECONDS)
