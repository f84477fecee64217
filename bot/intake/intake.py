"""How updates get in: whoever brings them, they are stored in one transaction and then queued by person."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NoReturn

from telegram import Bot
from telegram.request import BaseRequest

from bot.clock import real_now
from bot.intake.alone import Alone
from bot.intake.arrivals import Arrival, read_arrival
from bot.intake.failures import type_and_place
from bot.intake.floods import Floods, OnFlood
from bot.intake.life import Life
from bot.intake.marks import DoneMarks
from bot.intake.poller import Poller
from bot.intake.queues import Queues
from bot.intake.shared import Shared
from bot.intake.workers import AT_ONCE, Handle, Workers
from bot.tally import Tally
from storage.database import Database

_SECONDS_FOR_LAST_WORDS = 1.0

log = logging.getLogger(__name__)


class Intake:
    """Brings each update to its handler: in order for one person, and again if need be until it is handled.

    `handle` raises when it fails, and knows a repeat: after a crash, or when the database was away, an update comes
    again that was handled before. It may try five times, then the update is parked; after RetryAfter it tries again
    when the pause is over. `on_flood` answers a person of whom more than 20 updates wait; the surplus is dropped.

    `api_url` is the root of the Bot API server. `now` is real time and `pause` waits for seconds: no business clock.
    `tally` and `in_hand` are for whoever watches.
    """

    def __init__(
        self,
        *,
        database: Database,
        request: BaseRequest,
        bot: Bot,
        api_url: str,
        token: str,
        handle: Handle,
        on_flood: OnFlood,
        now: Callable[[], datetime] = real_now,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
        at_once: int = AT_ONCE,
        tally: Tally | None = None,
    ) -> None:
        self.tally = tally or Tally()
        self._now = now
        self._queues = Queues(turn_away=self._turn_away)
        self._source: Alone | Shared
        if database.is_shared:
            life = Life(database=database, now=now, on_new=self._queues.drop_waiting)
            self._source = Shared(database=database, queues=self._queues, life=life)
        else:
            self._source = Alone(database=database, queues=self._queues)
        self._marks = DoneMarks(finish=self._source.finish, pause=pause)
        self._floods = Floods(bot=bot, on_flood=on_flood, now=now)
        self._workers = Workers(
            database=database,
            bot=bot,
            queues=self._queues,
            handle=handle,
            done=self._marks.add,
            may_handle=self._source.may_handle,
            tally=self.tally,
            now=now,
            pause=pause,
            at_once=at_once,
        )
        self._poller = Poller(
            request=request,
            api_url=api_url,
            token=token,
            store=self.stored,
            may_poll=self._source.may_poll,
            polls=lambda: self._source.polls,
            pause=pause,
        )
        self._beside: list[asyncio.Task[NoReturn]] = []

    @property
    def in_hand(self) -> int:
        """How many updates this process has taken on and not yet finished."""
        return self._queues.in_hand

    async def start(self) -> None:
        """Begin to handle, first what was left unfinished. To be called before updates are brought."""
        await self._source.begin()
        self._beside = [
            asyncio.create_task(self._marks.write_as_they_come(), name="marks"),
            asyncio.create_task(self._source.work(), name="inbox"),
        ]
        self._workers.start()

    async def run(self) -> NoReturn:
        """Poll Telegram until cancelled, whenever it is this process's turn among its replicas.

        Nothing is lost then: what is not stored is not confirmed.
        """
        await self._poller.run()

    async def stop(self, *, deadline_seconds: float) -> None:
        """Stop handling: what runs may end until the deadline, what waits is others' at once, or the next start's.

        Whoever brings updates is to be stopped before: what is brought later is stored, and waits. Returns at most
        four seconds after the deadline, even if a handler refuses to be cancelled.
        """
        self._workers.close()
        await self._last("what waits could not be given back", self._source.withdraw)
        await self._workers.end(deadline_seconds=deadline_seconds)
        await self._last("the last done updates could not be marked", self._marks.write)
        await self._last("what is left could not be given back", self._source.end)
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        if self._queues.in_hand:
            log.info("%d updates are left unfinished", self._queues.in_hand)

    async def stored(self, updates: Sequence[Any]) -> None:
        """Store the updates, parsed JSON each, and queue what is new. Once this returns they may be confirmed.

        Raise what the database raises; then they may come again. One without a usable id cannot be stored and is
        left out. One person's updates are to be brought one call after the other: the order of calls is the order
        of handling.
        """
        received_at = self._now()
        arrivals = [
            arrival
            for arrival in (read_arrival(content, received_at=received_at) for content in updates)
            if arrival is not None
        ]
        if len(arrivals) < len(updates):
            log.error("%d updates have no usable id and are left out", len(updates) - len(arrivals))
            self.tally.updates["unreadable"] += len(updates) - len(arrivals)
        if arrivals:
            await self._source.store(arrivals, received_at=received_at)
            self.tally.updates["received"] += len(arrivals)

    def _turn_away(self, arrival: Arrival) -> None:
        self.tally.updates["turned_away"] += 1
        self._marks.add(arrival.update_id)
        if self._floods.is_to_be_told(arrival):
            self._workers.begin_aside(self._floods.tell(arrival))

    @staticmethod
    async def _last(trouble: str, act: Callable[[], Awaitable[None]]) -> None:
        """Do one of the last things, in a second; unmarked is handled again, and a lease runs out: nothing is lost."""
        try:
            async with asyncio.timeout(_SECONDS_FOR_LAST_WORDS):
                await act()
        except Exception as error:  # noqa: BLE001 - the process ends all the same
            log.warning("%s: %s", trouble, type_and_place(error))
