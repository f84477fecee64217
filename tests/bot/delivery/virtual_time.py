"""Time that passes only when everybody waits for it: pace is tested in no time at all."""

import asyncio
import heapq
from collections.abc import Coroutine
from itertools import count
from typing import Any

_ENOUGH_TURNS = 10
"""Turns of the event loop after which every task under test has come to its next wait."""


class VirtualTime:
    """A monotonic clock and the sleep that belongs to it."""

    def __init__(self) -> None:
        self.now = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._order = count()

    def monotonic(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now + seconds, next(self._order), waiter))
        await waiter

    async def settle(self) -> None:
        """Let everybody run until they wait again; no time passes."""
        for _ in range(_ENOUGH_TURNS):
            await asyncio.sleep(0)

    async def pass_until(self, moment: float) -> None:
        """Wake the sleepers in order up to this moment."""
        await self.settle()
        while self._sleepers and self._sleepers[0][0] <= moment:
            self.now, _, waiter = heapq.heappop(self._sleepers)
            if not waiter.done():
                waiter.set_result(None)
            await self.settle()
        self.now = moment

    async def run(self, *works: Coroutine[Any, Any, Any]) -> list[Any]:
        """Run these to their end, letting time pass whenever all of them wait."""
        tasks = [asyncio.create_task(work) for work in works]
        await self.settle()
        while not all(task.done() for task in tasks):
            await self.pass_until(self._sleepers[0][0])
        return [task.result() for task in tasks]
