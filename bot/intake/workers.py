"""The places where updates are handled, and what becomes of those that fail: tried again, five times, then parked.

An answer that Telegram wants to have within two minutes is no failure: the update is handled again then.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Coroutine
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from telegram import Bot, Update
from telegram.error import RetryAfter

from bot.intake.arrivals import Arrival
from bot.intake.failures import type_and_place
from bot.intake.queues import Queue, Queues
from bot.tally import Tally
from bot.transport import seconds_of
from storage import inbox
from storage.database import Database

AT_ONCE: Final = 32
MOST_TRIES: Final = 5

_FIRST_PAUSE: Final = 1.0  # seconds; then 2, 4 and 8: five tries in a quarter of a minute
_PAUSE_WITHOUT_DATABASE: Final = 5.0
_HANDLER_SECONDS: Final = 120.0  # a handler that hangs holds a place
_SECONDS_TO_GIVE_IN: Final = 1.0
_LONGEST_PAUSE: Final = 120.0  # what the person sends next is not kept waiting for longer
_LONGEST_WAIT_FOR_PAUSES: Final = timedelta(minutes=15)  # who still asks for one then refuses this very answer

log = logging.getLogger(__name__)


class Handle(Protocol):
    """Handles one update to the end, or raises. May be called again for an update that it handled before."""

    def __call__(self, update: Update, *, received_at: datetime) -> Awaitable[None]: ...


class Workers:
    """So many persons' updates at once, each through its handler. `done` hears of what is off its queue.

    `may_handle` returns once this process may: it waits while the updates in hand may be another's by now. `now` is
    real time.
    """

    def __init__(
        self,
        *,
        database: Database,
        bot: Bot,
        queues: Queues,
        handle: Handle,
        done: Callable[[int], None],
        may_handle: Callable[[], Awaitable[None]],
        tally: Tally,
        now: Callable[[], datetime],
        pause: Callable[[float], Awaitable[None]],
        at_once: int = AT_ONCE,
    ) -> None:
        self._database = database
        self._bot = bot
        self._queues = queues
        self._handle = handle
        self._done = done
        self._may_handle = may_handle
        self._tally = tally
        self._now = now
        self._pause = pause
        self._at_once = at_once
        self._workers: set[asyncio.Task[None]] = set()
        self._aside: set[asyncio.Task[None]] = set()  # waits for a retry, words to flooders

    def start(self) -> None:
        """Begin to hand updates out."""
        self._workers = {asyncio.create_task(self._work()) for _ in range(self._at_once)}

    def begin_aside(self, work: Coroutine[Any, Any, None]) -> None:
        """Do something beside the places, until the stop."""
        task = asyncio.create_task(work)
        self._aside.add(task)
        task.add_done_callback(self._aside.discard)

    def close(self) -> None:
        """Begin nothing more."""
        self._queues.close(workers=len(self._workers))
        _cancel(self._aside)

    async def end(self, *, deadline_seconds: float) -> None:
        """Let running handlers end, and cancel them at the deadline.

        Returns at most a second after the deadline, even if a handler refuses to be cancelled.
        """
        hanging = await _ended(self._workers, within=deadline_seconds)
        _cancel(hanging | self._aside)
        await _ended(hanging | self._aside, within=_SECONDS_TO_GIVE_IN)

    async def _work(self) -> None:
        while (queue := await self._queues.take()) is not None:
            await self._may_handle()
            if self._queues.is_closed:
                return
            if not queue.arrivals:  # it was dropped while it stood in line
                continue
            queue.is_handled = True
            try:
                seconds = await self._try(queue.arrivals[0])
            finally:
                queue.is_handled = False
            if seconds is None:
                self._queues.next_of(queue)
            elif queue.is_dropped:  # its next try is another process's
                self._queues.give_up(queue)
            else:
                self.begin_aside(self._line_up_after(seconds, queue))

    async def _try(self, arrival: Arrival) -> float | None:
        """Handle the update; return the seconds until its next try, or None when it is off the queue."""
        try:
            update = Update.de_json(arrival.content, self._bot)
        except Exception as error:  # noqa: BLE001 - python-telegram-bot may raise anything, and would raise it again
            return await self._after_failure(arrival, error, most_tries=1)
        try:
            async with asyncio.timeout(_HANDLER_SECONDS):
                await self._handle(update, received_at=arrival.received_at)
        except RetryAfter as error:
            seconds, waited = seconds_of(error), self._now() - arrival.received_at
            if seconds <= _LONGEST_PAUSE and waited < _LONGEST_WAIT_FOR_PAUSES:
                return seconds
            return await self._after_failure(arrival, error, most_tries=MOST_TRIES)
        except Exception as error:  # noqa: BLE001 - logged in full by the application's error handler
            return await self._after_failure(arrival, error, most_tries=MOST_TRIES)
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # Not this task was cancelled but something the handler waited for.
            return await self._after_failure(arrival, error, most_tries=MOST_TRIES)
        self._done(arrival.update_id)
        self._tally.updates["handled"] += 1
        return None

    async def _after_failure(self, arrival: Arrival, error: BaseException, *, most_tries: int) -> float | None:
        self._tally.updates["failed"] += 1
        why = type_and_place(error)
        try:
            tries = await self._database.run(inbox.note_failure, arrival.update_id, error=why, most_tries=most_tries)
        except Exception as failure:  # noqa: BLE001 - nobody's update is lost because the database is away
            log.warning("update %d failed (%s), which cannot be noted: %s", arrival.update_id, why, type(failure))
            return _PAUSE_WITHOUT_DATABASE
        if tries is not None and tries < most_tries:
            log.warning("update %d failed (%s), try %d of %d", arrival.update_id, why, tries, most_tries)
            return float(_FIRST_PAUSE * 2 ** (tries - 1))
        if tries is not None:  # else another process has handled or parked it meanwhile
            self._tally.updates["parked"] += 1
            log.error("update %d is parked (%s)", arrival.update_id, why)
        self._done(arrival.update_id)
        return None

    async def _line_up_after(self, seconds: float, queue: Queue) -> None:
        await self._pause(seconds)
        self._queues.line_up(queue)


def _cancel(tasks: Collection[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()


async def _ended(tasks: Collection[asyncio.Task[None]], *, within: float) -> set[asyncio.Task[None]]:
    """Wait for the tasks; return those that have not ended in these seconds."""
    return (await asyncio.wait(tasks, timeout=within))[1] if tasks else set()
