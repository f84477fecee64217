"""PostgreSQL's own rules: READ COMMITTED whatever the server prefers, time limits, and transactions that run again.

A transaction runs again whole: soon after it lost a race for locks, and for some seconds while the server is away.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

import asyncpg
from sqlalchemy import URL, Connection, Engine, ExceptionContext, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import greenlet_spawn

from storage.prepared import forget_what_waits, say_what_waits
from storage.seal import Seal, seal_with

T = TypeVar("T")

_TRIES = 6
_LOST_RACES = {"40001", "40P01", "55P03"}
"""Serialization failure, deadlock, lock not available: the whole transaction is run again, soon."""
_AWAY = {"57P01", "57P02", "57P03", "53300"}
"""The server shuts down, has crashed, starts up, or has no place left: it may be back in a moment."""
_AWAY_SECONDS = 8.0
"""So long a transaction goes on trying while the server is away: a restart takes two to five seconds, and a stop of the
bot may take ten. Then the caller is told, and what must not be lost is tried again from the inbox or the outbox."""
_START_SECONDS = 30.0
"""So long a start waits for a server that says it is starting up. One that is not there at all is a wrong address."""
_LONGEST_PAUSE = 0.5
_OLDEST = (15,)

_SETTINGS = {
    "application_name": "library-visit-bot",
    "timezone": "UTC",
    # Whatever the server's default is: a snapshot older than the lock oversells (measured: 79 of 50 seats).
    "default_transaction_isolation": "read committed",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}
_POOL_SIZE = 8
"""Measured: on one hot bus 64 tasks over 8 connections do twice the bookings of 64 over 64."""
SINGLES = 4
"""For statements that commit themselves: while bookings wait for one visit, taps are stored and people looked up."""

log = logging.getLogger(__name__)


class CannotBeUsed(Exception):
    """The server does not answer, lets nobody in, or is too old; the message says which, without the address."""


def make_engine(url: URL, seal: Seal) -> AsyncEngine:
    """Return an engine with the settings that the transactions of this bot rely on."""
    return _make_engine(url, seal, pool_size=_POOL_SIZE)


def make_engine_of_singles(url: URL, seal: Seal) -> AsyncEngine:
    """Return an engine of SINGLES connections, on each of which a statement is a transaction of its own."""
    return _make_engine(
        url,
        seal,
        # So many questions in one statement are planned once on a connection, not at each of its first five runs.
        settings={**_SETTINGS, "plan_cache_mode": "force_generic_plan"},
        pool_size=SINGLES,
        pool_reset_on_return=None,
        isolation_level="AUTOCOMMIT",
    )


def _make_engine(url: URL, seal: Seal, *, settings: Mapping[str, str] = _SETTINGS, **options: Any) -> AsyncEngine:
    engine = create_async_engine(
        url,
        **options,
        max_overflow=0,
        pool_pre_ping=False,
        hide_parameters=True,
        # 0: the driver remembers statements of any length; sixteen questions in one are long.
        connect_args={"server_settings": settings, "timeout": 10, "max_cacheable_statement_size": 0},
    )
    seal_with(engine.sync_engine.dialect, seal)

    @event.listens_for(engine.sync_engine, "handle_error")
    def give_up_outlived(context: ExceptionContext) -> None:
        """What was prepared before somebody migrated is no use on any connection: let them all be new ones."""
        if isinstance(context.original_exception.__cause__, asyncpg.InvalidCachedStatementError):
            context.is_disconnect = True

    # What was put off goes before whatever SQLAlchemy executes itself, and before the commit.
    event.listen(engine.sync_engine, "before_cursor_execute", lambda tx, *_: say_what_waits(tx))
    event.listen(engine.sync_engine, "commit", say_what_waits)
    event.listen(engine.sync_engine, "rollback", forget_what_waits)
    event.listen(engine.sync_engine, "rollback_savepoint", lambda tx, *_: forget_what_waits(tx))
    return engine


async def meet(engine: AsyncEngine) -> None:
    """Connect once, so that a wrong address is told in one line; wait for a server that is starting up.

    Raise CannotBeUsed.
    """
    give_up_at = _seconds_now() + _START_SECONDS
    while True:
        try:
            async with engine.connect() as connection:
                version = connection.dialect.server_version_info or ()
            break
        except (OSError, DBAPIError, TypeError) as error:  # TypeError: an option that asyncpg does not know
            if _state_of(error) in _AWAY and _seconds_now() < give_up_at:
                await asyncio.sleep(_LONGEST_PAUSE)
                continue
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            raise CannotBeUsed(f"cannot be used ({reason}); start it, or mend BOT_DATABASE_URL") from None
    if version < _OLDEST:
        found, oldest = (".".join(str(part) for part in each) for each in (version, _OLDEST))
        raise CannotBeUsed(f"is PostgreSQL {found}; this bot needs {oldest} or newer")


async def run_whole(engine: AsyncEngine, job: Callable[[Connection], T]) -> T:
    """Return the job's answer once its transaction is committed; run it again where that may help.

    Raise what the last run raised. After a lost connection an earlier run may have been committed.
    """
    return await run_again(lambda whole: greenlet_spawn(_in_transaction, engine.sync_engine, whole), job)


async def run_again(run: Callable[[Callable[[Connection], T]], Awaitable[T]], job: Callable[[Connection], T]) -> T:
    """Return the job's answer as `run` brings it; run it again where that may help. Raise what the last run raised."""
    races = absences = 0
    give_up_at: float | None = None
    while True:
        try:
            return await run(job)
        except (DBAPIError, OSError) as error:
            if _state_of(error) in _LOST_RACES:
                races += 1
                if races == _TRIES:
                    raise
                pause = random.uniform(0.01, 0.05) * races
            elif is_away(error):
                absences += 1
                give_up_at = give_up_at or _seconds_now() + _AWAY_SECONDS
                if _seconds_now() > give_up_at:
                    raise
                pause = min(_LONGEST_PAUSE, random.uniform(0.02, 0.04) * 2**absences)
            else:
                raise
            log.info("transaction runs again: %s", type(error).__name__)
        await asyncio.sleep(pause)


def _in_transaction(engine: Engine, job: Callable[[Connection], T]) -> T:
    """Begin, run and commit in one greenlet: AsyncEngine takes one for each step, and twice the time for a lookup."""
    with engine.begin() as tx:
        return job(tx)


def _state_of(error: Exception) -> Any:
    return getattr(getattr(error, "orig", None), "sqlstate", None)


def is_away(error: Exception) -> bool:
    """Say whether the connection is gone, or none can be had at the moment."""
    if isinstance(error, OSError):  # asyncpg lets refused and reset connections through unwrapped
        return True
    return _state_of(error) in _AWAY or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _seconds_now() -> float:
    return asyncio.get_running_loop().time()
