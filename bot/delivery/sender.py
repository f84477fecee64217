"""The sender: claims what is due, hands it to the courier, writes down what became of it. Any number may run."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from telegram.ext import ExtBot

from bot.clock import real_now as real_time
from bot.delivery.courier import LEASE, Courier
from bot.delivery.ledger import Ledger, Shown
from bot.delivery.letter import Letter, Moot
from bot.delivery.pace import Pace
from bot.tally import Tally
from storage import claiming
from storage.claiming import Restraint
from storage.database import Database
from storage.records import Message
from storage.sending import Outcome

IN_FLIGHT: Final = 16
IDLE_SECONDS: Final = 0.5
_AFTER_A_BUG = timedelta(seconds=10)
_WRITE_AGAIN_AFTER: tuple[float, ...] = (0.2, 1, 3, 10)
"""Seconds between tries to write an outcome down while the database is away; then the lease must do."""

log = logging.getLogger(__name__)


class Sender:
    """Sends what is due until stopped.

    `word` reads the facts again and words them in the reader's language, or says why the message is moot.
    `is_critical` tells of a kind whether a seat depends on it: sent again when nobody knows if it arrived.
    `restraint` says what keeps messages back at a business moment; without it nothing does.
    `now` is business time; `real_now` and `pace` live in real time. `bot` sends through a gate on the same `pace`.
    """

    def __init__(
        self,
        *,
        database: Database,
        bot: ExtBot[str],
        pace: Pace,
        word: Callable[[Message], Awaitable[Letter | Moot]],
        is_critical: Callable[[str], bool],
        now: Callable[[], datetime],
        real_now: Callable[[], datetime] = real_time,
        idle_seconds: float = IDLE_SECONDS,
        tally: Tally | None = None,
        restraint: Callable[[datetime], Restraint] | None = None,
    ) -> None:
        self._tally = tally or Tally()
        self._restraint = restraint
        self._database = database
        self._now = now
        self._real_now = real_now
        self._pace = pace
        self._idle_seconds = idle_seconds
        self._ledger = Ledger(database, pace=pace, now=now)
        self._courier = Courier(
            bot=bot,
            ledger=self._ledger,
            pace=pace,
            word=word,
            is_critical=is_critical,
            now=now,
            real_now=real_now,
        )
        self._woken = asyncio.Event()
        self._in_hand: set[asyncio.Task[None]] = set()
        self._running: asyncio.Task[None] | None = None
        self._stopping = False

    @property
    def token_refused(self) -> bool:
        """Telegram refused the bot's token: nothing is sent until the process starts with another one."""
        return self._courier.token_refused

    def start(self) -> None:
        """Begin to send; what a dead process left is taken up as its leases run out."""
        self._running = asyncio.create_task(self._run())

    async def stop(self, *, within: float) -> None:
        """Claim nothing more, send what is in hand within so many seconds, write down what it came to.

        A call that takes longer is cut off: its row stays in sending and is judged when its lease has run out.
        """
        self._stopping = True
        self.wake()
        if self._running is not None:
            await self._running
        if self._in_hand:
            _, late = await asyncio.wait(self._in_hand, timeout=within)
            for task in late:
                task.cancel()
            if late:
                log.warning("stopped with %d messages in mid-send", len(late))
                await asyncio.wait(late)
        await self._ledger.close()

    def wake(self) -> None:
        """Look into the outbox now rather than at the next half second."""
        self._woken.set()

    def settle_tap(self, token: str, message_id: int) -> asyncio.Future[bool]:
        """Mark the message that a tap leased and has shown as sent; the tap need not wait for it.

        The future says False when the lease had passed to delivery: then the message comes once more.
        """
        return self._ledger.note(Shown(token=token, message_id=message_id))

    async def _run(self) -> None:
        while not self._stopping and not self.token_refused:
            self._woken.clear()
            if not await self._take_more():
                with suppress(TimeoutError):
                    async with asyncio.timeout(self._idle_seconds):
                        await self._woken.wait()

    async def _take_more(self) -> bool:
        """Claim for the places that are free, once half of them are; say whether there was anything."""
        free = IN_FLIGHT - len(self._in_hand)
        if free < IN_FLIGHT // 2 or self._pace.held_for() > 0 or not await self._courier.telegram_answers():
            return False
        now = self._now()
        try:
            messages = await self._database.run(
                claiming.claim,
                now=now,
                real_now=self._real_now(),
                limit=free,
                lease_seconds=LEASE.total_seconds(),
                token=secrets.token_hex(8),
                restraint=None if self._restraint is None else self._restraint(now),
            )
        except Exception:
            log.exception("the outbox cannot be read; asked again soon")
            return False
        for message in messages:
            task = asyncio.create_task(self._deliver(message))
            self._in_hand.add(task)
            task.add_done_callback(self._done)
        return bool(messages)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._in_hand.discard(task)
        self.wake()

    async def _deliver(self, message: Message) -> None:
        try:
            outcome = await self._courier.carry(message)
        except Exception as error:
            log.exception("message %d (%s) could not be worded or marked", message.id, message.kind)
            outcome = self._courier.given_back(message, wait=_AFTER_A_BUG, reason=type(error).__name__)
        if outcome is not None:
            self._tally.messages[message.kind, outcome.state] += 1
            await self._write_down(outcome)

    async def _write_down(self, outcome: Outcome) -> None:
        for wait in (*_WRITE_AGAIN_AFTER, None):
            try:
                if not await self._ledger.write(outcome):
                    log.warning("message %d had been taken over; it may arrive twice", outcome.id)
                return
            except Exception:
                log.exception("what became of message %d could not be written down", outcome.id)
            if wait is not None:
                await asyncio.sleep(wait)
