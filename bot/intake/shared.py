"""The inbox that several processes share, on PostgreSQL: who handles whose updates stands in `lines`.

Whoever stores an update takes its person's line where that is free; in another's line it leaves it to the holder,
who looks for more when it is done with what it has. What stands in no line (its holder died, or nobody had room) is
taken by whoever looks first, each half second. So a process has only so many persons in hand; the rest stays in the
inbox for those that have room.
"""

import asyncio
import contextlib
import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final, NoReturn

from bot.intake.arrivals import Arrival, from_store, to_store
from bot.intake.failures import type_and_place
from bot.intake.life import Life
from bot.intake.queues import Queues
from storage import inbox, lines
from storage.database import Database
from storage.records import StoredUpdate

MOST_PERSONS: Final = 64  # twice as many as there are places
_MOST_TAKEN: Final = 500  # updates at once
_LOOKS_EACH: Final = 0.5

log = logging.getLogger(__name__)


class Shared:
    """Stores and finishes updates for a process among others."""

    def __init__(self, *, database: Database, queues: Queues, life: Life, most_persons: int = MOST_PERSONS) -> None:
        self._database = database
        self._queues = queues
        self._life = life
        self._most_persons = most_persons
        self._is_full = False  # something may have been left for want of room
        self._look = asyncio.Event()

    async def begin(self) -> None:
        """Take part, and take what nobody has in hand."""
        await self._life.begin()
        left = (await self._database.read(inbox.count)).received
        if left:
            log.info("%d updates were left unfinished", left)
        await self.fetch()

    async def store(self, arrivals: Sequence[Arrival], *, received_at: datetime) -> None:
        """Store the updates and queue what waits in their lines, as far as these are ours and there is room."""
        holder = self._life.holder
        wanted = self._wanted(arrivals)
        found = await self._database.run_one(
            lines.store,
            [to_store(arrival) for arrival in arrivals],
            received_at=received_at,
            wanted=wanted,
            holder=holder,
            besides=self._queues.ids_of(wanted),
            most=_MOST_TAKEN,
        )
        self._queue(found, holder)
        if len(found) == _MOST_TAKEN:
            self._look.set()

    def _wanted(self, arrivals: Sequence[Arrival]) -> list[int]:
        """The lines in hand and, of the others, as many as there is room for."""
        if self._queues.is_closed:
            return []
        room = self._most_persons - self._queues.lines_in_hand
        wanted: list[int] = []
        for line in dict.fromkeys(arrival.line for arrival in arrivals):
            if self._queues.has(line):
                wanted.append(line)
            elif room > 0:
                room -= 1
                wanted.append(line)
            else:
                self._is_full = True
        return wanted

    async def finish(self, update_ids: list[int]) -> None:
        """Mark the updates done; give back the lines that are at their end, queue what was left in them meanwhile."""
        holder = self._life.holder
        found = await self._database.run_one(
            lines.finish, update_ids, ended=self._queues.ended_by(update_ids), holder=holder, most=_MOST_TAKEN
        )
        self._queues.let_go(update_ids)
        self._queue(found, holder)
        if self._is_full and self._queues.lines_in_hand < self._most_persons:
            self._look.set()

    async def fetch(self) -> None:
        """Queue what nobody has in hand, the longest waiting first, as far as there is room."""
        while not self._queues.is_closed:
            room = self._most_persons - self._queues.lines_in_hand
            self._is_full = room <= 0
            if self._is_full:
                return
            holder = self._life.holder
            found = await self._database.run(
                lines.take_free, room=room, holder=holder, besides=self._queues.ids(), most=_MOST_TAKEN
            )
            if not self._queue(found, holder):
                return

    def _queue(self, found: Iterable[StoredUpdate], holder: str) -> int:
        """Queue what was found, unless it was taken in a life that is over; return how many are new."""
        if holder != self._life.holder:
            return 0
        return sum(self._queues.add(from_store(stored)) for stored in found)

    async def work(self) -> NoReturn:
        """Renew the leases, and look for what nobody has in hand, until cancelled."""
        async with asyncio.TaskGroup() as group:
            group.create_task(self._life.keep_renewing())
            group.create_task(self._keep_looking())
        raise AssertionError("both run until they are cancelled")

    async def _keep_looking(self) -> NoReturn:
        troubled = False
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOKS_EACH):
                    await self._look.wait()
            self._look.clear()
            try:
                await self._life.sure()
                await self.fetch()
                troubled = False
            except Exception as error:  # noqa: BLE001 - it is tried again
                if not troubled:
                    log.warning("waiting updates cannot be read, trying on: %s", type_and_place(error))
                troubled = True

    async def may_handle(self) -> None:
        """Return once what is in hand is surely nobody else's."""
        if not self._life.is_sure:
            await self._life.sure()

    async def may_poll(self) -> None:
        """Return once this process is the one that polls."""
        await self._life.turn_to_poll()

    @property
    def polls(self) -> bool:
        """Whether the updates are this process's to ask for."""
        return self._life.polls

    async def withdraw(self) -> None:
        """Let others poll, and handle what is not being handled here: they need not wait for the end."""
        await self._life.poll_no_more()
        left = self._queues.drop_waiting()
        if left:
            await self._database.run(lines.leave, left, holder=self._life.holder)

    async def end(self) -> None:
        """Give back all that is left."""
        await self._life.end()
