"""Single statements on PostgreSQL: each is a transaction of its own, on connections that are held open for them.

SQLAlchemy's pool and connection cost twice what the driver takes for a small question (tests/benchmarks/README.md). So
SQLAlchemy connects, words what is said, and makes its own errors of the driver's; the driver is told directly.

Questions that differ in their values alone, and come in the same moment, go together, in one way there and back: what
is stored as a group is handled as one, and 32 people who tap at once are looked up at once.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar, cast

from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine
from sqlalchemy.util import await_only, greenlet_spawn

from storage.prepared import Single, Worded

T = TypeVar("T")

_MOST_TOGETHER: Final = 16


@dataclass(slots=True, kw_only=True, eq=False)
class _Asked:
    """One statement that somebody waits for; `goes_with` are those in one statement with it, once it is said."""

    worded: Worded
    parameters: tuple[Any, ...]
    is_question: bool
    answer: asyncio.Future[Sequence[Any]]
    goes_with: Sequence["_Asked"] = field(default=(), repr=False)
    task: asyncio.Task[None] | None = None

    def is_like(self, other: "_Asked") -> bool:
        """Say whether both are one question, for different values."""
        return self.worded is other.worded and self.is_question and not self.answer.done()


class Singles:
    """Says single statements on so many connections of an engine that is in AUTOCOMMIT.

    A job says its statement by a `storage.prepared` one, and gets rows. Errors are SQLAlchemy's, or the OSError of a
    server that is not there. Who is cancelled breaks off a statement that nobody else waits for.
    """

    def __init__(self, engine: AsyncEngine, *, connections: int) -> None:
        self._engine = engine
        self._free = [_Held(engine) for _ in range(connections)]
        self._waiting: deque[_Asked] = deque()
        self._will_send = False
        self._sending: set[asyncio.Task[None]] = set()

    async def ask(self, job: Callable[[Connection], T]) -> T:
        """Return the answer of a job that asks; its question may go together with others of the moment."""
        return await self._run(job, is_question=True)

    async def do(self, job: Callable[[Connection], T]) -> T:
        """Return the answer of a job whose statement does something; it goes by itself."""
        return await self._run(job, is_question=False)

    async def close(self) -> None:
        """Close the connections once what is being said is answered."""
        await asyncio.gather(*self._sending, return_exceptions=True)
        for held in self._free:
            await held.close()
        await self._engine.dispose()

    async def _run(self, job: Callable[[Connection], T], *, is_question: bool) -> T:
        def tell(worded: Worded, parameters: tuple[Any, ...]) -> Sequence[Any]:
            return await_only(self._tell(worded, parameters, is_question))

        return await greenlet_spawn(job, cast(Connection, Single(self._engine.dialect, tell)))

    async def _tell(self, worded: Worded, parameters: tuple[Any, ...], is_question: bool) -> Sequence[Any]:
        loop = asyncio.get_running_loop()
        asked = _Asked(worded=worded, parameters=parameters, is_question=is_question, answer=loop.create_future())
        self._waiting.append(asked)
        if not self._will_send:  # once all that runs in this moment has asked
            self._will_send = True
            loop.call_soon(self._send)
        try:
            return await asked.answer
        except asyncio.CancelledError:
            if asked.task is not None and all(each.answer.done() for each in asked.goes_with):
                asked.task.cancel()
            raise

    def _send(self) -> None:
        self._will_send = False
        while self._free and (group := self._next_group()):
            task = asyncio.create_task(self._send_group(self._free.pop(), group))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
            for asked in group:
                asked.goes_with, asked.task = group, task

    def _next_group(self) -> Sequence[_Asked]:
        """Take what waits longest, and what may go with it.

        How many go together is a power of two: so each question is worded, and planned by the server, five times at
        most.
        """
        while self._waiting and self._waiting[0].answer.done():  # its asker has left
            self._waiting.popleft()
        if not self._waiting:
            return []
        first = self._waiting[0]
        like_it = [each for each in self._waiting if each is first or (first.is_question and each.is_like(first))]
        group = like_it[: min(_MOST_TOGETHER, 1 << (len(like_it).bit_length() - 1))]
        if len(group) == 1:
            self._waiting.popleft()
        else:
            taken = set(group)
            self._waiting = deque(each for each in self._waiting if each not in taken)
        return group

    async def _send_group(self, held: "_Held", group: Sequence[_Asked]) -> None:
        try:
            await _answer(held, group)
        finally:
            self._free.append(held)
            self._send()


async def _answer(held: "_Held", group: Sequence[_Asked]) -> None:
    worded, size = group[0].worded, len(group)
    text = worded.text if size == 1 else worded.times(size).text
    try:
        found = await held.fetch(text, [value for asked in group for value in asked.parameters])
        answers = [found] if size == 1 else worded.apart(found, size)
    except Exception as error:  # noqa: BLE001 - handed to whoever waits
        if size > 1 and held.is_open:  # what one of them provokes is not to meet the others
            for asked in group:
                await _answer(held, [asked])
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
