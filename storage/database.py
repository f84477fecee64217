"""Where transactions run: one service, one transaction, on SQLite or PostgreSQL.

Services are plain synchronous functions over a Core connection. On SQLite they run in the one writer thread,
several waiting ones behind one commit; on PostgreSQL through `run_sync` on asyncpg. Reads for screens go the
same way on a read connection.
"""

import asyncio
import logging
import random
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import schema
from storage.seal import Seal, seal_with
from storage.sqlite import ReaderThreads, WriterThread, claim_file

P = ParamSpec("P")
T = TypeVar("T")

_TRIES = 6
_RETRIED_STATES = {"40001", "40P01", "55P03"}
"""Serialization failure, deadlock, lock not available: the whole transaction is run again."""

_POSTGRESQL_SETTINGS = {
    "application_name": "library-visit-bot",
    "timezone": "UTC",
    "statement_timeout": "15s",
    "lock_timeout": "5s",
    "idle_in_transaction_session_timeout": "15s",
}
_POOL_SIZE = 8
"""Measured: on one hot bus 64 tasks over 8 connections do twice the bookings of 64 over 64."""

log = logging.getLogger(__name__)


class UnknownDatabase(ValueError):
    """The URL names neither SQLite nor PostgreSQL."""


def parse_url(text: str) -> URL:
    """Return the URL with the driver this bot uses. Raise UnknownDatabase for other databases."""
    try:
        url = make_url(text)
    except Exception:  # noqa: BLE001  make_url raises whatever the text provokes
        raise UnknownDatabase("not a database URL; write sqlite:///FILE or postgresql://USER@HOST/NAME") from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        if not url.database or url.database == ":memory:":
            raise UnknownDatabase("SQLite needs a file here; write sqlite:///data/visits.sqlite")
        return url.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+asyncpg")
    raise UnknownDatabase(f"{backend} is not supported; write sqlite:///FILE or postgresql://USER@HOST/NAME")


class Database:
    """One open database. `run` for what writes, `read` for screens; both take a plain function and its arguments.

    On PostgreSQL a transaction that lost a race for locks or its connection is run again, whole, at most 5
    times; a service must therefore know its own repeat (its `cause`).
    """

    def __init__(self, url: URL, seal: Seal) -> None:
        self.url = url
        self._seal = seal
        self._engine: AsyncEngine | None = None
        self._writer: WriterThread | None = None
        self._readers: ReaderThreads | None = None

    @classmethod
    async def open(cls, url: str, *, keys: tuple[str, ...] = (), migrate: bool = True) -> "Database":
        """Open the database and bring its tables to this version.

        Raise UnknownDatabase, storage.sqlite.FileInUse (another process writes this file) or
        storage.schema.NewerSchema (a newer bot has been here).
        """
        database = cls(parse_url(url), Seal(keys))
        if database.url.get_backend_name() == "sqlite":
            await asyncio.to_thread(database._open_sqlite, migrate)
        else:
            await database._open_postgresql(migrate)
        return database

    def _open_sqlite(self, migrate: bool) -> None:
        lock = claim_file(self.url)
        try:
            if migrate:
                schema.upgrade_sqlite(self.url)
            self._writer = WriterThread(self.url, self._seal, lock)
        except BaseException:
            lock.close()
            raise
        self._readers = ReaderThreads(self.url, self._seal)

    async def _open_postgresql(self, migrate: bool) -> None:
        self._engine = create_async_engine(
            self.url,
            pool_size=_POOL_SIZE,
            max_overflow=0,
            pool_pre_ping=False,
            connect_args={"server_settings": _POSTGRESQL_SETTINGS, "timeout": 10},
        )
        seal_with(self._engine.sync_engine.dialect, self._seal)
        if migrate:
            async with self._engine.begin() as connection:
                await connection.run_sync(schema.upgrade)

    @property
    def is_sqlite(self) -> bool:
        return self._engine is None

    async def run(self, service: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the service in one transaction and return its answer once that is committed."""
        if self._writer is not None:
            return await self._writer.run(lambda tx: service(tx, *args, **kwargs))
        return await self._on_postgresql(lambda tx: service(tx, *args, **kwargs))

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer a question from committed facts; the function must not write."""
        if self._readers is not None:
            return await self._readers.run(lambda tx: query(tx, *args, **kwargs))
        return await self._on_postgresql(lambda tx: query(tx, *args, **kwargs))

    async def _on_postgresql(self, job: Callable[[Connection], T]) -> T:
        assert self._engine is not None
        for left in range(_TRIES - 1, -1, -1):
            try:
                async with self._engine.begin() as connection:
                    return await connection.run_sync(job)
            except (DBAPIError, OSError) as error:
                if not left or not _may_run_again(error):
                    raise
                log.info("transaction runs again: %s", type(error).__name__)
                await asyncio.sleep(random.uniform(0.01, 0.05) * (_TRIES - left))
        raise AssertionError("unreachable")

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close)
        if self._readers is not None:
            await asyncio.to_thread(self._readers.close)


def _may_run_again(error: Exception) -> bool:
    if isinstance(error, OSError):  # asyncpg lets refused and reset connections through unwrapped
        return True
    assert isinstance(error, DBAPIError)
    state: Any = getattr(error.orig, "sqlstate", None)
    return bool(error.connection_invalidated) or state in _RETRIED_STATES
