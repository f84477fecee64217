"""One queue per person: in order for one, many persons at once, nobody delayed by somebody else's flood.

A queue stands in line for one of the places with its first update only, and after it goes to the end of the line;
while a failed update waits for its next try, its queue takes no place at all. (With a place held by each update that
waits for its turn, one person's 2,000 kept another waiting for 22.7 s.)
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from telegram import Bot, Update

from bot.intake.arrivals import Arrival
from bot.intake.failures import type_and_place
from bot.intake.marks import DoneMarks
from bot.tally import Tally
from storage import inbox
from storage.database import Database

AT_ONCE: Final = 32
MOST_PER_PERSON: Final = 20  # with the one that is being handled
MOST_IN_HAND: Final = 10_000
MOST_REMEMBERED: Final = 10_000
MOST_TRIES: Final = 5

_FIRST_PAUSE: Final = 1.0  # seconds; then 2, 4 and 8: five tries in a quarter of a minute
_PAUSE_WITHOUT_DATABASE: Final = 5.0
_HANDLER_SECONDS: Final = 120.0  # a handler that hangs holds a place
_SECONDS_TO_GIVE_IN: Final = 1.0
_NEXT_WORD_TO_A_FLOODER: Final = timedelta(minutes=1)

log = logging.getLogger(__name__)


class Handle(Protocol):
    """Handles one update to the end, or raises. May be called again for an update that it handled before."""

    def __call__(self, update: Update, *, received_at: datetime) -> Awaitable[None]: ...


OnFlood = Callable[[Update], Awaitable[None]]
"""Answers the update that was turned away because its person sent too many at once."""


class Queues:
    """The updates in hand, each until the inbox says it is done or parked.

    `now` is real time; `pause` waits for seconds. `at_once` counts persons.
    """

    def __init__(
        self,
        *,
        database: Database,
        bot: Bot,
        handle: Handle,
        on_flood: OnFlood,
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]],
        at_once: int = AT_ONCE,
        most_in_hand: int = MOST_IN_HAND,
        tally: Tally | None = None,
    ) -> None:
        self._tally = tally or Tally()
        self._database = database
        self._bot = bot
        self._handle = handle
        self._on_flood = on_flood
        self._now = now
        self._pause = pause
        self._at_once = at_once
        self._most_in_hand = most_in_hand

        self._in_hand: set[int] = set()
        self._finished: dict[int, None] = {}  # the latest ids, oldest first
        self._has_room = asyncio.Event()
        self._has_room.set()
        self._queues: dict[tuple[int | None, int], deque[Arrival]] = {}
        self._line: asyncio.Queue[deque[Arrival] | None] = asyncio.Queue()
        self._warned: dict[int | None, datetime] = {}
        self._marks = DoneMarks(database=database, on_written=self._let_go, pause=pause)
        self._workers: set[asyncio.Task[None]] = set()
        self._writer: set[asyncio.Task[None]] = set()
        self._aside: set[asyncio.Task[None]] = set()  # waits for a retry, words to flooders
        self._stopping = False

    def start(self) -> None:
        """Begin to hand updates out."""
        self._writer = {asyncio.create_task(self._marks.write_as_they_come())}
        self._workers = {asyncio.create_task(self._work()) for _ in range(self._at_once)}

    async def stop(self, *, deadline_seconds: float) -> None:
        """Begin nothing more; let running handlers end, and cancel them at the deadline.

        What is not done by then is left 'received' and comes back at the next start. Returns at most two seconds
        after the deadline, even if a handler refuses to be cancelled.
        """
        self._stopping = True
        for _ in self._workers:
            self._line.put_nowait(None)
        _cancel(self._aside)
        hanging = await _ended(self._workers, within=deadline_seconds)
        _cancel(hanging | self._aside)
        await _ended(hanging | self._aside, within=_SECONDS_TO_GIVE_IN)
        try:
            async with asyncio.timeout(_SECONDS_TO_GIVE_IN):
                await self._marks.write()
        except Exception as error:  # noqa: BLE001 - unmarked is handled again, and that has no second effect
            log.warning("the last done updates could not be marked: %s", type_and_place(error))
        _cancel(self._writer)
        await asyncio.gather(*self._writer, return_exceptions=True)
        if self._in_hand:
            log.info("%d updates are left for the next start", len(self._in_hand))

    async def room(self) -> None:
        """Return once more updates may come."""
        await self._has_room.wait()

    def add(self, arrival: Arrival) -> None:
        """Queue an update that waits in the inbox, or turn it away when its person has too many waiting.

        One that is in hand, or was until just now, is left alone: who brings an update twice at once may hear that
        it waits after it is done.
        """
        if self._stopping or arrival.update_id in self._in_hand or arrival.update_id in self._finished:
            return
        self._in_hand.add(arrival.update_id)
        if len(self._in_hand) >= self._most_in_hand:
            self._has_room.clear()
        queue = self._queues.get(_key(arrival))
        if queue is None:
            queue = self._queues[_key(arrival)] = deque([arrival])
            self._line.put_nowait(queue)
        elif len(queue) < MOST_PER_PERSON:
            queue.append(arrival)
        else:
            self._turn_away(arrival)

    async def _work(self) -> None:
        while not self._stopping:
            queue = await self._line.get()
            if queue is None or self._stopping:
                return
            seconds = await self._try(queue[0])
            if seconds is not None:
                self._begin_aside(self._line_up_after(seconds, queue))
                continue
            arrival = queue.popleft()
            if queue:
                self._line.put_nowait(queue)
            else:
                del self._queues[_key(arrival)]

    async def _try(self, arrival: Arrival) -> float | None:
        """Handle the update; return the seconds until its next try, or None when it is off the queue."""
        try:
            update = Update.de_json(arrival.content, self._bot)
        except Exception as error:  # noqa: BLE001 - python-telegram-bot may raise anything, and would raise it again
            return await self._after_failure(arrival, error, most_tries=1)
        try:
            async with asyncio.timeout(_HANDLER_SECONDS):
                await self._handle(update, received_at=arrival.received_at)
        except Exception as error:  # noqa: BLE001 - logged in full by the application's error handler
            return await self._after_failure(arrival, error, most_tries=MOST_TRIES)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Not this task was cancelled but something the handler waited for.
            return await self._after_failure(arrival, error, most_tries=MOST_TRIES)
        self._marks.add(arrival.update_id)
        self._tally.updates["handled"] += 1
        return None

    async def _after_failure(self, arrival: Arrival, error: BaseException, *, most_tries: int) -> float | None:
        why = type_and_place(error)
        self._tally.updates["failed"] += 1
        try:
            tries = await self._database.run(inbox.note_failure, arrival.update_id, error=why, most_tries=most_tries)
        except Exception as failure:  # noqa: BLE001 - nobody's update is lost because the database is away
            log.warning("update %d failed (%s), which cannot be noted: %s", arrival.update_id, why, type(failure))
            return _PAUSE_WITHOUT_DATABASE
        if tries is not None and tries < most_tries:
            log.warning("update %d failed (%s), try %d of %d", arrival.update_id, why, tries, most_tries)
            return float(_FIRST_PAUSE * 2 ** (tries - 1))
        log.error("update %d is parked (%s)", arrival.update_id, why)
        self._tally.updates["parked"] += 1
        self._let_go([arrival.update_id])
        return None

    async def _line_up_after(self, seconds: float, queue: deque[Arrival]) -> None:
        await self._pause(seconds)
        self._line.put_nowait(queue)

    def _turn_away(self, arrival: Arrival) -> None:
        self._marks.add(arrival.update_id)
        self._tally.updates["turned_away"] += 1
        now = self._now()
        while self._warned and now - next(iter(self._warned.values())) >= _NEXT_WORD_TO_A_FLOODER:
            del self._warned[next(iter(self._warned))]
        if arrival.person not in self._warned:
            self._warned[arrival.person] = now
            self._begin_aside(self._warn(arrival))

    async def _warn(self, arrival: Arrival) -> None:
        try:
            await self._on_flood(Update.de_json(arrival.content, self._bot))
        except Exception as error:  # noqa: BLE001 - a courtesy, no more
            log.warning("a flood went unanswered: %s", type_and_place(error))

    def _let_go(self, update_ids: Collection[int]) -> None:
        self._in_hand.difference_update(update_ids)
        self._finished.update(dict.fromkeys(update_ids))
        while len(self._finished) > MOST_REMEMBERED:
            del self._finished[next(iter(self._finished))]
        if len(self._in_hand) < self._most_in_hand:
            self._has_room.set()

    def _begin_aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)


def _key(arrival: Arrival) -> tuple[int | None, int]:
    """What nobody sent waits for nobody."""
    return (arrival.person, arrival.update_id if arrival.person is None else 0)


def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


async def _ended(tasks: Collection[asyncio.Task[None]], *, within: float) -> set[asyncio.Task[None]]:
    """Wait for the tasks; return those that have not ended in these seconds."""
    return (await asyncio.wait(tasks, timeout=within))[1] if tasks else set()
