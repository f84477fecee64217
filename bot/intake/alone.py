"""The inbox of the only process, on SQLite: no more statements than it takes to store an update and to mark it done.

What is stored is queued at once, as long as there is room. When there is none, what comes stays in the inbox, and so
does everything after it: from then on the inbox is read in Telegram's order as room comes, until nothing is left in
it. So nobody's update overtakes an earlier one, and 20,000 that waited are never in memory together.
"""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Final, NoReturn

from bot.intake.arrivals import Arrival, from_store, to_store
from bot.intake.failures import type_and_place
from bot.intake.queues import Queues
from storage import inbox
from storage.database import Database

MOST_IN_HAND: Final = 1_000  # updates, some 10 MB

_SECONDS_TO_NEXT_TRY: Final = 1.0

log = logging.getLogger(__name__)


class Alone:
    """Stores and finishes updates for a process that shares its inbox with nobody."""

    def __init__(self, *, database: Database, queues: Queues, most_in_hand: int = MOST_IN_HAND) -> None:
        self._database = database
        self._queues = queues
        self._most_in_hand = most_in_hand
        self._is_behind = True  # some of what waits may stand in the inbox alone
        self._has_room = asyncio.Event()

    async def begin(self) -> None:
        """Take what was left unfinished, as far as there is room."""
        left = (await self._database.read(inbox.count)).received
        if left:
            log.info("%d updates were left unfinished and come first", left)
        await self.fetch()

    async def store(self, arrivals: Sequence[Arrival], *, received_at: datetime) -> None:
        """Store the updates and queue what waits of them, or leave it for `fetch`."""
        new = [to_store(arrival) for arrival in arrivals]
        waiting = await self._database.run(inbox.store_updates, new, received_at=received_at)
        for arrival in arrivals:
            self._is_behind = self._is_behind or self._queues.in_hand >= self._most_in_hand
            if self._is_behind:
                return
            if arrival.update_id in waiting:
                self._queues.add(arrival)

    async def finish(self, update_ids: list[int]) -> None:
        """Mark the updates done."""
        await self._database.run(inbox.mark_done, update_ids)
        self._queues.let_go(update_ids)
        if self._is_behind and self._queues.in_hand <= self._most_in_hand // 2:
            self._has_room.set()

    async def fetch(self) -> None:
        """Queue what waits in the inbox, in Telegram's order, as far as there is room."""
        room = self._most_in_hand - self._queues.in_hand
        if room <= 0:
            return
        found = await self._database.read(inbox.unfinished, besides=self._queues.ids(), most=room)
        self._is_behind = len(found) == room
        for stored in found:
            self._queues.add(from_store(stored))

    async def work(self) -> NoReturn:
        """Fetch as room comes, until cancelled."""
        while True:
            await self._has_room.wait()
            self._has_room.clear()
            try:
                await self.fetch()
            except Exception as error:  # noqa: BLE001 - it is tried again
                log.warning("waiting updates cannot be read, trying on: %s", type_and_place(error))
                await asyncio.sleep(_SECONDS_TO_NEXT_TRY)
                self._has_room.set()

    async def may_handle(self) -> None:
        """Return at once: what is in hand is nobody else's."""

    async def may_poll(self) -> None:
        """Return at once: nobody else polls."""

    @property
    def polls(self) -> bool:
        """Whether the updates are this process's to ask for."""
        return True

    async def withdraw(self) -> None:
        """Nobody waits for what this process has in hand."""

    async def end(self) -> None:
        """Nobody waits for this process."""
