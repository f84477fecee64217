"""Telegram's pace as this process knows it: how far apart messages leave, who took a turn, what is on hold.

The pace itself is one row for all processes (storage/pace.py). Limits: about 30 a second in all and 1 a second in one
chat (core.telegram.org/bots/faq). Measured: where the server counts by sliding window and arrivals jitter by 50 ms, 28
a second are never refused, 30 lose a third.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final

from storage import pace
from storage.database import Database

PER_SECOND: Final = 27.0
FRESH: Final = 0.25
"""Answers to taps look this many seconds apart whether another process was told to wait."""
_COUNTED: Final = 1.0
"""Telegram counts by the second: older answers have had their turn."""
_GATHER: Final = 0.1

log = logging.getLogger(__name__)


class Pace:
    """What this process knows of the pace, and what it tells the others. Seconds of `monotonic`."""

    def __init__(
        self,
        database: Database,
        *,
        per_second: float = PER_SECOND,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.gap = timedelta(seconds=1 / per_second)
        self.monotonic = monotonic
        self.sleep = sleep
        self._database = database
        # On SQLite there is no other process: what this one knows is all there is to know.
        self._is_shared = database.url.get_backend_name() != "sqlite"
        self._held_until = -math.inf
        self._looked_at = -math.inf
        self._resumes_at = -math.inf
        self._answers: deque[float] = deque()
        self._telling: asyncio.Task[None] | None = None

    def held_for(self) -> float:
        """Return for how many seconds nobody may send, as far as this process knows; 0 when sending goes on."""
        return max(0.0, self._held_until - self.monotonic())

    async def look(self) -> float:
        """Return for how many seconds nobody may send, asking what the other processes have written."""
        if self._is_shared:
            self._looked_at = self.monotonic()
            try:
                found = await self._database.look_up(pace.read)
            except Exception as error:  # noqa: BLE001 - the database is away; what is known must do
                log.warning("the pace cannot be read: %s", type(error).__name__)
            else:
                self._learn(found.held_seconds)
        return self.held_for()

    async def glance(self) -> float:
        """Like `look`, but what was read a moment ago is good enough: a tap does not wait for the database."""
        if self._is_shared and self.monotonic() - self._looked_at > FRESH:
            return await self.look()
        return self.held_for()

    async def hold(self, seconds: float) -> None:
        """Let nobody send for so long (Telegram's retry_after): here at once, elsewhere as soon as it is written."""
        self._learn(seconds)
        log.warning("Telegram asks for a pause of %g s; nothing is sent until then", seconds)
        try:
            await self._database.run(pace.hold, seconds=seconds)
        except Exception as error:  # noqa: BLE001 - this process keeps still all the same
            log.warning("the pause could not be written down for the others: %s", type(error).__name__)

    async def sit_out(self) -> None:
        """Wait until sending goes on; those who wait leave one after the other, not all at once."""
        turn = max(self._held_until, self._resumes_at)
        self._resumes_at = turn + self.gap.total_seconds()
        await self.sleep(max(0.0, turn - self.monotonic()))

    def note_answer(self) -> None:
        """An answer to a tap leaves now: it waits for nobody, and takes a turn from the messages to come."""
        self._answers.append(self.monotonic())
        if self._is_shared and self._telling is None:
            self._telling = asyncio.create_task(self._tell_others())

    def take_answers(self) -> int:
        """Return how many answers of the last second have not been counted yet; now they are."""
        since = self.monotonic() - _COUNTED
        fresh = sum(at > since for at in self._answers)
        self._answers.clear()
        return fresh

    async def close(self) -> None:
        """Stop telling the others."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.gather(self._telling, return_exceptions=True)

    async def _tell_others(self) -> None:
        """Let the answers of a moment push the turns of every process; this one's next message may do so before."""
        try:
            await self.sleep(_GATHER)
            answers = self.take_answers()
            if answers:
                found = await self._database.run(pace.make_room, answers=answers, gap=self.gap)
                self._looked_at = self.monotonic()
                self._learn(found.held_seconds)
        except Exception as error:  # noqa: BLE001 - the next ones are told again
            log.warning("answers could not be counted: %s", type(error).__name__)
        finally:
            self._telling = None

    def _learn(self, held_seconds: float) -> None:
        if held_seconds > 0:
            self._held_until = max(self._held_until, self.monotonic() + held_seconds)
