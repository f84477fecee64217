"""Where transactions run: one service, one transaction, on SQLite or PostgreSQL.

Services are plain synchronous functions over a Core connection. On SQLite they run in the one writer thread,
several waiting ones behind one commit; on PostgreSQL in a greenlet on asyncpg (`postgresql.py`), where what is one
statement goes by itself (`singles.py`) and those who ask for seats on one visit share a transaction (`grouped.py`).
Reads for screens go to a read connection.
"""

import asyncio
import functools
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from sqlalchemy import URL, Connection, make_url, select
from sqlalchemy.ext.asyncio import AsyncEngine

from storage import postgresql, schema
from storage.grouped import Grouped
from storage.records import SeatAsked
from storage.seal import Seal, is_sealed
from storage.singles import Singles
from storage.sqlite import Reader, WriterThread, claim_file, look_into
from storage.tables import log as log_table

P = ParamSpec("P")
T = TypeVar("T")


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

    On PostgreSQL a transaction that lost a race for locks is run again, whole, at most 5 times, and one that lost
    its connection for 8 seconds. The lost one may have been committed: a service must therefore know its own repeat
    (its `cause`), or be harmless when it runs twice.
    """

    def __init__(self, url: URL, seal: Seal) -> None:
        self.url = url
        self._seal = seal
        self._engine: AsyncEngine | None = None
        self._reading: AsyncEngine | None = None
        self._singles: Singles | None = None
        self._grouped: Grouped | None = None
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

    @classmethod
    async def open_beside(cls, url: str) -> "Database":
        """Open for reading alone, beside a running bot: takes no lock, makes no file, opens no seal.

        Raise UnknownDatabase, NoDatabase or storage.schema.NewerSchema.
        """
        database = cls(parse_url(url), Seal(()))
        if database.url.get_backend_name() == "sqlite":
            await asyncio.to_thread(_look_at_file, database.url)
            database._reader = Reader(database.url, database._seal)
        else:
            await database._open_postgresql(migrate=False)
        try:
            revision = await database.read(schema.revision_of)
            if revision is None:
                address = database.url.render_as_string(hide_password=True)
                raise NoDatabase(f"{address} holds no tables of this bot; mend BOT_DATABASE_URL")
            if not schema.is_known(revision):
                raise schema.NewerSchema(f"the database is at revision {revision}, which this version does not know")
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
        self._engine = postgresql.make_engine(self.url, self._seal)
        # As on SQLite: the questions of one reading see the facts of one moment, and nothing can be written.
        self._reading = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        singles = postgresql.make_engine_of_singles(self.url, self._seal)
        self._singles = Singles(singles, connections=postgresql.SINGLES)
        self._grouped = Grouped(functools.partial(postgresql.run_whole, self._engine), is_away=postgresql.is_away)
        try:
            await postgresql.meet(self._engine)
            if migrate:
                await postgresql.run_whole(self._engine, schema.upgrade)
        except postgresql.CannotBeUsed as problem:
            await self._engine.dispose()
            raise NoDatabase(f"{self.url.render_as_string(hide_password=True)} {problem}") from None
        except BaseException:
            await self._engine.dispose()
            raise

    async def run(self, service: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run the service in one transaction and return its answer once that is committed."""
        if self._writer is not None:
            return await self._writer.run(lambda tx: service(tx, *args, **kwargs))
        assert self._engine is not None
        return await postgresql.run_whole(self._engine, lambda tx: service(tx, *args, **kwargs))

    async def run_grouped(
        self,
        seat: SeatAsked,
        service: Callable[Concatenate[Connection, P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Run a service as `run` does; those that ask for seats on one visit at one moment share a transaction.

        The service begins by locking this person, then this visit, and locks no other person or visit.
        """
        if self._grouped is None:
            return await self.run(service, *args, **kwargs)
        return await self._grouped.run(seat, lambda tx: service(tx, *args, **kwargs))

    async def run_one(self, service: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a service that is one statement; on PostgreSQL that commits itself, in one way there and back, not three.

        What `run` says of repeats is true here too.
        """
        if self._singles is None:
            return await self.run(service, *args, **kwargs)
        return await postgresql.run_again(self._singles.do, lambda tx: service(tx, *args, **kwargs))

    async def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer a question from the committed facts of one moment; the function cannot write."""
        if self._reader is not None:
            await asyncio.sleep(0)  # whoever asks again and again lets others run in between
            return self._reader.ask(lambda tx: query(tx, *args, **kwargs))
        assert self._reading is not None
        return await postgresql.run_whole(self._reading, lambda tx: query(tx, *args, **kwargs))

    async def look_up(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Answer a question that is one statement; on PostgreSQL it costs one way there and back instead of three.

        One statement sees one moment without a transaction around it. What writes is not for here.
        """
        if self._singles is None:
            return await self.read(query, *args, **kwargs)
        return await postgresql.run_again(self._singles.ask, lambda tx: query(tx, *args, **kwargs))

    async def close(self) -> None:
        if self._grouped is not None:
            await self._grouped.close()
        if self._engine is not None:
            await self._engine.dispose()
        if self._singles is not None:
            await self._singles.close()
        if self._writer is not None:
            await asyncio.to_thread(self._writer.close)
        if self._reader is not None:
            self._reader.close()


def _look_at_file(url: URL) -> None:
    if not Path(str(url.database)).is_file():
        raise NoDatabase(_no_file(url, "no such file"))
    try:
        with closing(sqlite3.connect(str(url.database), timeout=10)) as connection:
            connection.execute("PRAGMA schema_version")
    except sqlite3.Error as error:
        raise NoDatabase(_no_file(url, error)) from None


def _no_file(url: URL, reason: object) -> str:
    return f"{url.database} cannot be used ({reason}); mend BOT_DATABASE_URL"


def _open_some_seals(tx: Connection) -> None:
    """Open the oldest and the newest line of the log that is sealed; raise UnreadableSeal when no key does."""
    sealed = select(log_table.c.after).where(is_sealed(log_table.c.after)).limit(1)
    for order in (log_table.c.id, log_table.c.id.desc()):
        tx.execute(sealed.order_by(order)).all()
