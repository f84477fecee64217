"""Single statements on PostgreSQL: each is a transaction of its own, on connections that are held open for them.

SQLAlchemy's pool and connection cost twice what the driver takes for a small question (tests/benchmarks/README.md). So
SQLAlchemy connects, words what is said, and makes its own errors of the driver's; the driver is told directly.

Questions that differ in their values alone, and come in the same moment, go together, in one way there and back: what
is stored as a group is handled as one, and 32 people who tap at once are looked up at once.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import await_only, greenlet_spawn

from storage.prepared import Single, Worded

T = TypeVar("T")

_MOST_TOGETHER: Final = 16


@dataclass(slots=True, kw_only=True, eq=False)
class _Asked:
    """The values of a question that somebody waits for the answer of."""

    parameters: tuple[Any, ...]
    answer: asyncio.Future[Sequence[Any]]
    goes_with: Sequence["_Asked"] = ()
    """Those in one statement with it, and the task that says it, once that has begun."""
    task: asyncio.Task[None] | None = None


class Singles:
    """Says single statements on so many connections of an engine that is in AUTOCOMMIT.

    A job says its statement by a `storage.prepared` one, and gets rows. Errors are SQLAlchemy's, or the OSError of a
    server that is not there. Who is cancelled breaks off a statement that nobody else waits for.
    """

    def __init__(self, engine: AsyncEngine, *, connections: int) -> None:
        self._engine = engine
        self._places = asyncio.Semaphore(connections)
        self._free = [_Held(engine) for _ in range(connections)]
        self._waiting: dict[Worded, list[_Asked]] = {}  # by question, what is to be said next
        self._saying: set[asyncio.Task[None]] = set()

    async def do(self, job: Callable[[Connection], T]) -> T:
        """Return the answer of a job whose statement does something; it goes by itself."""
        return await self._run(job, self._say)

    async def ask(self, job: Callable[[Connection], T]) -> T:
        """Return the answer of a job that asks; its question may go together with others of the moment."""
        return await self._run(job, self._ask)

    async def close(self) -> None:
        """Close the connections once what is being said is answered."""
        await asyncio.gather(*self._saying, return_exceptions=True)
        for held in self._free:
            await held.close()
        await self._engine.dispose()

    async def _run(
        self, job: Callable[[Connection], T], say: Callable[[Worded, tuple[Any, ...]], Awaitable[Sequence[Any]]]
    ) -> T:
        single = Single(self._engine.dialect, lambda worded, parameters: await_only(say(worded, parameters)))
        return await greenlet_spawn(job, cast(Connection, single))

    async def _say(self, worded: Worded, parameters: Sequence[Any]) -> Sequence[Any]:
        async with self._places:
            held = self._free.pop()
            try:
                return await held.fetch(worded.text, parameters)
            finally:
                self._free.append(held)

    async def _ask(self, worded: Worded, parameters: tuple[Any, ...]) -> Sequence[Any]:
        asked = _Asked(parameters=parameters, answer=asyncio.get_running_loop().create_future())
        if worded in self._waiting:
            self._waiting[worded].append(asked)
        else:
            self._waiting[worded] = [asked]
            self._begin_to_say(worded)  # once all that runs in this moment has asked
        try:
            return await asked.answer
        except asyncio.CancelledError:
            if asked.task is not None and all(each.answer.done() for each in asked.goes_with):
                asked.task.cancel()
            raise

    def _begin_to_say(self, worded: Worded) -> None:
        task = asyncio.create_task(self._say_together(worded))
        self._saying.add(task)
        task.add_done_callback(self._saying.discard)

    async def _say_together(self, worded: Worded) -> None:
        """Say what waits of this question: as much as goes together, when there is a place for it."""
        async with self._places:
            waiting = [asked for asked in self._waiting.pop(worded) if not asked.answer.done()]  # else they have left
            # A power of two: so a question is worded, and planned by the server, for five numbers at most.
            size = min(_MOST_TOGETHER, 1 << (len(waiting).bit_length() - 1)) if waiting else 0
            group, rest = waiting[:size], waiting[size:]
            if rest:
                self._waiting[worded] = rest
                self._begin_to_say(worded)
            if not group:
                return
            for asked in group:
                asked.goes_with, asked.task = group, asyncio.current_task()
            held = self._free.pop()
            try:
                await _answer(held, worded, group)
            finally:
                self._free.append(held)


async def _answer(held: "_Held", worded: Worded, group: Sequence[_Asked]) -> None:
    size = len(group)
    text = worded.text if size == 1 else worded.times(size).text
    try:
        found = await held.fetch(text, [value for asked in group for value in asked.parameters])
        answers = [found] if size == 1 else worded.apart(found, size)
    except Exception as error:  # noqa: BLE001 - handed to whoever waits
        if size > 1 and held.is_open:  # what one of them provokes is not to meet the others
            for asked in group:
                await _answer(held, worded, [asked])
            return
        for asked in group:
            if not asked.answer.done():
                asked.answer.set_exception(error)
        return
    for asked, answer in zip(group, answers, strict=True):
        if not asked.answer.done():
            asked.answer.set_result(answer)


class _Held:
    """One connection: made when it is first wanted, and again when it is lost."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._connection: AsyncConnection | None = None
        self._driver: Any = None

    @property
    def is_open(self) -> bool:
        return self._driver is not None and not self._driver.is_closed()

    async def fetch(self, text: str, parameters: Sequence[Any]) -> Sequence[Any]:
        """Return the rows; raise what SQLAlchemy would."""
        if not self.is_open:
            await self._connect()
        assert self._connection is not None
        try:
            rows: Sequence[Any] = await self._driver.fetch(text, *parameters)
        except Exception as error:
            await self._connection.run_sync(_raise_as_sqlalchemy, error)
            raise
        return rows

    async def close(self) -> None:
        connection, self._connection, self._driver = self._connection, None, None
        if connection is not None:
            await connection.close()

    async def _connect(self) -> None:
        lost = self._connection
        if lost is not None and not lost.closed and not lost.invalidated:
            with suppress(Exception):
                await lost.invalidate()
        await self.close()
        self._connection = await self._engine.connect()
        self._driver = (await self._connection.get_raw_connection()).driver_connection


def _raise_as_sqlalchemy(connection: Connection, error: Exception) -> None:
    """Raise what SQLAlchemy makes of the driver's error, and have it give the connection up where it is gone."""
    adapted: Any = connection.connection.dbapi_connection
    try:
        adapted._handle_exception(error)
    except Exception as translated:  # noqa: BLE001
        connection._handle_dbapi_exception(translated, None, None, None, None)
