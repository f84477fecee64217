"""Which updates are done, written down in groups: nobody waits for a mark, and it waits for those that come soon."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import NoReturn

from bot.intake.failures import type_and_place

_SECONDS_TO_NEXT_TRY = 2.0
_GATHERS_FOR = 0.02
"""Seconds in which marks become one transaction. Updates that a crash in them leaves unmarked are handled again."""

log = logging.getLogger(__name__)


class DoneMarks:
    """Collects the ids of done updates for `finish`. A group that cannot be written stays and goes with the next."""

    def __init__(
        self, *, finish: Callable[[list[int]], Awaitable[None]], pause: Callable[[float], Awaitable[None]]
    ) -> None:
        self._finish = finish
        self._pause = pause
        self._waiting: list[int] = []
        self._some = asyncio.Event()
        self._one_at_a_time = asyncio.Lock()

    def add(self, update_id: int) -> None:
        self._waiting.append(update_id)
        self._some.set()

    async def write_as_they_come(self) -> NoReturn:
        """Write until cancelled; a group that cannot be written is tried again."""
        troubled = False
        while True:
            await self._some.wait()
            await asyncio.sleep(_GATHERS_FOR)
            try:
                await self.write()
                troubled = False
            except Exception as error:  # noqa: BLE001 - whatever ails the database, the marks must be kept
                if not troubled:
                    log.warning("done updates cannot be marked, trying on: %s", type_and_place(error))
                troubled = True
                await self._pause(_SECONDS_TO_NEXT_TRY)

    async def write(self) -> None:
        """Write what waits, in one transaction, after any that is being written; raise what the database raises."""
        async with self._one_at_a_time:
            group, self._waiting = self._waiting, []
            self._some.clear()
            if not group:
                return
            try:
                await self._finish(group)
            except BaseException:  # a cancelled write too: a mark that is written twice does no harm
                self._waiting[:0] = group
                self._some.set()
                raise
