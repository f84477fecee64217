"""Who would wait for a visit's lock in turn goes through it together: one transaction, and one commit for all of them.

So it is with all that writes on SQLite. On PostgreSQL each booking of a visit that everybody wants waited for the whole
transaction of the one before it, with a way there and back for each statement and the flush of its commit.
"""

import asyncio
import logging
from collections.abc import Callable, Collection, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import Connection

from storage import delegates
from storage.records import SeatAsked

T = TypeVar("T")

_MOST_TOGETHER: Final = 32
_LAST_SECONDS: Final = 1.0

log = logging.getLogger(__name__)


class Run(Protocol):
    """Runs a job in a transaction of its own, and again where that may help; raises what the last run raised."""

    def __call__(self, job: Callable[[Connection], T], /) -> Coroutine[Any, Any, T]: ...


@dataclass(slots=True, kw_only=True, eq=False)
class _Asked:
    """A job, and the future of whoever waits for it, unless they have left."""

    seat: SeatAsked
    job: Callable[[Connection], Any]
    answer: asyncio.Future[Any]

    def succeed(self, answer: Any) -> None:
        if not self.answer.done():
            self.answer.set_result(answer)

    def fail(self, error: Exception) -> None:
        if not self.answer.done():
            self.answer.set_exception(error)


class Grouped:
    """Runs jobs that begin with the locks of a person and of a visit. Who is alone waits for nobody.

    What comes while jobs of the same visit run goes with the next group, in the order it came. A group locks its
    people first, by their ids, as every transaction does that locks several; the first job has the visit locked for
    all. Where one of them fails nothing of the group has happened, and each is run alone.
    """

    def __init__(self, run: Run, *, is_away: Callable[[Exception], bool]) -> None:
        self._run = run
        self._is_away = is_away
        self._waiting: dict[int, list[_Asked]] = {}  # by visit, while jobs of it run
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self, seat: SeatAsked, job: Callable[[Connection], T]) -> T:
        """Return the job's answer once its transaction is committed; a cancelled caller does not stop the job."""
        asked = _Asked(seat=seat, job=job, answer=asyncio.get_running_loop().create_future())
        if seat.visit_id in self._waiting:
            self._waiting[seat.visit_id].append(asked)
        else:
            self._waiting[seat.visit_id] = []
            task = asyncio.create_task(self._run_all(seat.visit_id, [asked]))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        answer: T = await asked.answer
        return answer

    async def close(self) -> None:
        """Let what runs end; what has not ended in a second is broken off, and its callers are cancelled."""
        _, late = await _ended(self._tasks)
        for task in late:
            task.cancel()
        await _ended(late)

    async def _run_all(self, visit_id: int, group: Sequence[_Asked]) -> None:
        try:
            while group:
                await self._run_group(group)
                waiting = self._waiting[visit_id]
                group, self._waiting[visit_id] = waiting[:_MOST_TOGETHER], waiting[_MOST_TOGETHER:]
        finally:
            for asked in (*group, *self._waiting.pop(visit_id)):  # where it was broken off
                asked.answer.cancel()

    async def _run_group(self, group: Sequence[_Asked]) -> None:
        if len(group) == 1:
            await self._run_alone(group[0])
            return
        try:
            answers = await self._run(lambda tx: _run_in_turn(tx, group))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            if self._is_away(error):
                for asked in group:
                    asked.fail(error)
                return
            log.info("%d jobs are run one by one: %s", len(group), type(error).__name__)
            for asked in group:
                await self._run_alone(asked)
            return
        for asked, answer in zip(group, answers, strict=True):
            asked.succeed(answer)

    async def _run_alone(self, asked: _Asked) -> None:
        try:
            asked.succeed(await self._run(asked.job))
        except Exception as error:  # noqa: BLE001 - handed to whoever waits
            asked.fail(error)


async def _ended(tasks: Collection[asyncio.Task[None]]) -> tuple[set[asyncio.Task[None]], set[asyncio.Task[None]]]:
    """Return those that have ended within a second, and the others."""
    return await asyncio.wait(tasks, timeout=_LAST_SECONDS) if tasks else (set(), set())


def _run_in_turn(tx: Connection, group: Sequence[_Asked]) -> list[Any]:
    delegates.lock_all(tx, [asked.seat.delegate_id for asked in group])
    return [asked.job(tx) for asked in group]
