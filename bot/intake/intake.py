"""How updates get in: whoever brings them, they are stored in one transaction and then queued by person."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, NoReturn

from telegram import Bot
from telegram.request import BaseRequest

from bot.clock import real_now
from bot.intake.arrivals import from_store, read_arrival, to_store
from bot.intake.poller import Poller
from bot.intake.queues import Handle, OnFlood, Queues
from bot.tally import Tally
from storage import inbox
from storage.database import Database

log = logging.getLogger(__name__)


class Intake:
    """Brings each update to its handler: in order for one person, and again if need be until it is handled.

    `handle` raises when it fails, and knows a repeat: after a crash, or when the database was away, an update comes
    again that was handled before. It may try five times, then the update is parked. `on_flood` answers a person of
    whom more than 20 updates wait; the surplus is dropped.

    `api_url` is the root of the Bot API server. `now` is real time and `pause` waits for seconds: no business clock.
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
        tally: Tally | None = None,
    ) -> None:
        self._tally = tally or Tally()
        self._database = database
        self._now = now
        self._queues = Queues(
            database=database, bot=bot, handle=handle, on_flood=on_flood, now=now, pause=pause, tally=self._tally
        )
        self._poller = Poller(
            request=request,
            api_url=api_url,
            token=token,
            store=self.stored,
            room=self._queues.room,
            pause=pause,
        )

    async def start(self) -> None:
        """Begin to handle, first what was left unfinished. To be called before updates are brought."""
        left = await self._database.read(inbox.unfinished)
        if left:
            log.info("%d updates were left unfinished and come first", len(left))
        for update in left:
            self._queues.add(from_store(update))
        self._queues.start()

    async def run(self) -> NoReturn:
        """Poll Telegram until cancelled. Nothing is lost then: what is not stored is not confirmed."""
        await self._poller.run()

    async def stop(self, *, deadline_seconds: float) -> None:
        """Stop handling: what runs may end until the deadline, what waits comes back at the next start.

        Whoever brings updates is to be stopped before: what is brought later is stored, and waits for the next start.
        """
        await self._queues.stop(deadline_seconds=deadline_seconds)

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
            self._tally.updates["unreadable"] += len(updates) - len(arrivals)
        if not arrivals:
            return
        waiting = await self._database.run(
            inbox.store_updates, [to_store(arrival) for arrival in arrivals], received_at=received_at
        )
        self._tally.updates["received"] += len(waiting)
        for arrival in arrivals:
            if arrival.update_id in waiting:
                self._queues.add(arrival)
