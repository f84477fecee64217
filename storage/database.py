"""Where transactions run: one service, one transaction, on SQLite or PostgreSQL.

Services are plain synchronous functions over a Core connection. On SQLite they run in the one writer thread,
several waiting ones behind one commit; on PostgreSQL through `run_sync` on asyncpg. Reads for screens go to a read
connection.
"""

import asyncio
import logging
import random
import sqlite3
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, make_url, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from storage import schema
from storage.seal import Seal, is_sealed, seal_with
from storage.sqlite import Reader, WriterThread, claim_file, look_into
from storage.tables import log as log_table

P = ParamSpec("P")
T = TypeVar("T")

_TRIES = 6
_RETRIED_STATES = {"40001", "40P01", "55P03"}
"""Serialization failure, deadlock, lock not available: the whole transaction is run again."""

_POSTGRESQL_SETTINGS = {
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

log = logging.getLogger(__name__)


class UnknownDatabase(ValueError):
    """The URL names neither SQLite nor PostgreSQL."""


class NoDatabase(Exception):
    """Nothing answers at the URL, or it lets nobody in; the message says why, in one line."""


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
        options = dict(url.query)
        if "sslmode" in options:  # so hosted databases write it; asyncpg calls it ssl
            options["ssl"] = options.pop("sslmode")
        return url.set(drivername="postgresql+asyncpg", query=options)
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
        self._reading: AsyncEngine | None = None
        self._writer: WriterThread | None = None
        self._reader: Reader | None = None

    @property
    def is_shared(self) -> bool:
        """Whether other processes may write here too: PostgreSQL. SQLite's lock file keeps them out."""
        return self.url.get_backend_name() == "postgresql"

    @classmethod
    async def open(cls, url: str, *, keys: tuple[str, ...] = (), migrate: bool = True) -> "Database":
        """Open the database and bring its tables to this version.

        Raise UnknownDatabase, NoDatabase, storage.sqlite.FileInUse (another process writes this file),
        storage.schema.NewerSchema (a newer bot has been here) or storage.seal.UnreadableSeal (none of the keys
        opens what it holds).
        """
        database = cls(parse_url(url), Seal(keys))
        if database.url.get_backend_name() == "sqlite":
            await asyncio.to_thread(database._open_sqlite, migrate)
        else:
            await database._open_postgresql(migrate)
        if migrate:
            try:
                await database.read(_open_some_seals)
            except BaseException:
                await database.close()
                raise
        return database

    def _open_sqlite(self, migrate: bool) -> None:
        try:
            lock = claim_file(self.url)
        except OSError as error:
            raise NoDatabase(_no_file(self.url, error.strerror)) from None
        try:
            try:
                look_into(self.url)
            except sqlite3.Error as error:
                raise NoDatabase(_no_file(self.url, error)) from None
            if migrate:
                schema.upgrade_sqlite(self.url)
            self._writer = WriterThread(self.url, self._seal, lock)
        except BaseException:
            lock.close()
            raise
        self._reader = Reader(self.url, self._seal)

    async def _open_postgresql(self, migrate: bool) -> None:
        self._engine = create_async_engine(
            self.url,
            pool_size=_POOL_SIZE,
            max_overflow=0,
            pool_pre_ping=False,
            hide_parameters=True,
            connect_args={"server_settings": _POSTGRESQL_SETTINGS, "timeout": 10},
        )
        seal_with(self._engine.sync_engine.dialect, self._seal)
        # As on SQLite: the questions of one reading see the facts of one moment, and nothing can be written.
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        try:
            await self._meet_postgresql()
            if migrate:
                async with self._engine.begin() as connection:
                    await connection.run_sync(schema.upgrade)
        except BaseException:
            await self._engine.dispose()
            raise

    async def _meet_postgresql(self) -> None:
        assert self._engine is not None
        try:
            async with self._engine.connect():
                pass
        except (OSError, DBAPIError, TypeError) as error:  # TypeError: an option of the URL that asyncpg does not know
            reason = str(getattr(error, "orig", error)).splitlines()[0]
            address = self.url.render_as_string(hide_password=True)
            raise NoDatabase(f"{address} cannot be used ({reason}); start it, or mend BOT_DATABASE_URL") from None

    async def run(self, service: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the service in one transaction and return its answer once that is committed."""
        if self._writer is not None:
            return await self._writer.run(lambda tx: service(tx, *args, **kwargs))
        assert self._engine is not None
        return await _on_postgresql(self._engine, lambda tx: service(tx, *args, **kwargs))

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer a question from the committed facts of one moment; the function cannot write."""
        if self._reader is not None:
            await asyncio.sleep(0)  # whoever asks again and again lets others run in between
            return self._reader.ask(lambda tx: query(tx, *args, **kwargs))
        assert self._reading is not None
        return await _on_postgresql(self._reading, lambda tx: query(tx, *args, **kwargs))

    async def close(self) -> None:
        if self._engine is not None:
            await self._engine.dispose()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close)
        if self._reader is not None:
            self._reader.close()


async def _on_postgresql(engine: AsyncEngine, job: Callable[[Connection], T]) -> T:
    tries = 0
    while True:
        try:
            async with engine.begin() as connection:
                return await connection.run_sync(job)
        except (DBAPIError, OSError) as error:
            tries += 1
            if tries == _TRIES or not _may_run_again(error):
                raise
            log.info("transaction runs again: %s", type(error).__name__)
        await asyncio.sleep(random.uniform(0.01, 0.05) * tries)


def _no_file(url: URL, reason: object) -> str:
    return f"{url.database} cannot be used ({reason}); mend BOT_DATABASE_URL"


def _open_some_seals(tx: Connection) -> None:
    """Open the oldest and the newest line of the log that is sealed; raise UnreadableSeal when no key does."""
    sealed = select(log_table.c.after).where(is_sealed(log_table.c.after)).limit(1)
    for order in (log_table.c.id, log_table.c.id.desc()):
        tx.execute(sealed.order_by(order)).all()


def _may_run_again(error: Exception) -> bool:
    if isinstance(error, OSError):  # asyncpg lets refused and reset connections through unwrapped
        return True
    assert isinstance(error, DBAPIError)
    state: Any = getattr(error.orig, "sqlstate", None)
    return bool(error.connection_invalidated) or state in _RETRIED_STATES
