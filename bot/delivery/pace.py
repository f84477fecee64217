"""Telegram's pace: so many messages a second in all, one a second to each reader, and a halt when it asks for one.

Limits: about 30 a second in all and 1 a second in one chat (core.telegram.org/bots/faq). Measured: where the
server counts by sliding window and arrivals jitter by 50 ms, 28 a second are never refused, 30 lose a third.
Answers to taps and edits by handlers do not ask here; the rest of the 30 is theirs.
"""

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from typing import Final

PER_SECOND: Final = 27.0
READER_GAP: Final = 1.0


class Pacer:
    """Gives turns to send, evenly spaced. Seconds of `monotonic`; `sleep` must wait in the same time."""

    def __init__(
        self,
        *,
        per_second: float = PER_SECOND,
        reader_gap: float = READER_GAP,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._gap = 1 / per_second
        self._reader_gap = reader_gap
        self._monotonic = monotonic
        self._sleep = sleep
        self._next = -math.inf
        self._resting: dict[int, float] = {}
        self._held_until = -math.inf
        self._halts = 0

    async def turn(self, reader: int) -> bool:
        """Wait until a message may go to this reader; False when sending was halted: give the row back.

        A turn given is used at once. The waiting is short (a second for the same reader), so a lease outlives it.
        """
        halts = self._halts
        if self.held_for() > 0:
            return False
        await self._until(lambda: self._resting.get(reader, -math.inf))
        # From here to the next await nobody else runs: the turn is taken before the wait for it.
        turn = max(self._monotonic(), self._next)
        self._next = turn + self._gap
        self._resting[reader] = turn + self._reader_gap
        await self._until(lambda: turn)
        return self._halts == halts

    def halt(self, seconds: float) -> None:
        """Let nobody send for so long (Telegram's retry_after); who waits for a turn is sent away."""
        self._held_until = max(self._held_until, self._monotonic() + seconds)
        self._halts += 1

    def held_for(self) -> float:
        """Return for how many seconds nobody may send; 0 when sending goes on."""
        return max(0.0, self._held_until - self._monotonic())

    def resting(self) -> set[int]:
        """Return the readers who were written to within the last second."""
        now = self._monotonic()
        self._resting = {reader: until for reader, until in self._resting.items() if until > now}
        return set(self._resting)

    async def _until(self, moment: Callable[[], float]) -> None:
        while (left := moment() - self._monotonic()) > 0:
            await self._sleep(left)
