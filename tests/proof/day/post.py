"""Delivery on a simulated day: the real courier, ledger and wording, one message after the other, time held still.

Here alone the day touches bot/delivery: claim, carry, settle.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import datetime
from random import Random
from typing import Any

from telegram.error import RetryAfter

from bot.clock import Clock
from bot.delivery.courier import LEASE, Courier
from bot.delivery.ledger import Ledger, Shown
from bot.delivery.letter import Letter, Moot
from bot.delivery.pace import Pace
from bot.delivery.wording import Wording
from bot.language import Languages
from bot.transport import seconds_of
from storage import claiming
from storage.records import Congress, Message
from tests.proof.day.desk import MemoryDesk
from tests.proof.day.phones import Died, Phones, Sent


class StillClock(Clock):
    """Tells the moment of the day."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._moment = now

    def now(self) -> datetime:
        return self._moment()


class Line:
    """The phones behind what the gate does for a bot: whoever is told to wait tells everybody."""

    def __init__(self, phones: Phones, pace: Pace) -> None:
        self._phones = phones
        self._pace = pace

    async def send_message(self, *args: Any, **kwargs: Any) -> Sent:
        return await self._call(self._phones.send_message, *args, **kwargs)

    async def edit_message_text(self, *args: Any, **kwargs: Any) -> Sent:
        return await self._call(self._phones.edit_message_text, *args, **kwargs)

    async def _call(self, method: Callable[..., Awaitable[Sent]], *args: Any, **kwargs: Any) -> Sent:
        try:
            return await method(*args, **kwargs)
        except RetryAfter as error:
            await self._pace.hold(seconds_of(error))
            raise


class Post:
    """Sends what is due."""

    def __init__(
        self,
        *,
        desk: MemoryDesk,
        phones: Phones,
        languages: Languages,
        congress: Congress,
        now: Callable[[], datetime],
        random: Random,
        reached: Counter[str],
        look: Callable[[Message, Letter], None],
    ) -> None:
        logging.getLogger("bot.delivery").setLevel(logging.CRITICAL)  # each fault is warned of; here they are wanted
        database: Any = desk
        desk.tell_time(now)
        pace = Pace(database, monotonic=lambda: now().timestamp(), sleep=_no_time)
        bot: Any = Line(phones, pace)
        self._desk, self._phones, self._now, self._random, self._reached = desk, phones, now, random, reached
        self._look = look
        self._wording = Wording(db=database, clock=StillClock(now), languages=languages, congress=lambda: congress)
        self._ledger = Ledger(database, pace=pace, now=now)
        self._courier = Courier(
            bot=bot,
            ledger=self._ledger,
            pace=pace,
            word=self._word,
            is_critical=Wording.is_critical,
            now=now,
            real_now=now,
        )
        self._claims = 0
        self._loop = asyncio.Runner()

    def close(self) -> None:
        self._loop.close()

    def claim(self, limit: int) -> list[Message]:
        """Lease what is due now."""
        self._claims += 1
        claimed: list[Message] = self._desk.do(
            claiming.claim,
            now=self._now(),
            real_now=self._now(),
            limit=limit,
            lease_seconds=LEASE.total_seconds(),
            token=f"claim-{self._claims}",
        )
        return claimed

    def send(self, limit: int) -> int:
        """Claim and send; raise Died where the seed ends the process. Returns how many were claimed."""
        messages = self.claim(limit)
        for message in messages:
            if not self._phones.calm and self._random.random() < 0.01:
                self._reached["died before the mark"] += 1
                raise Died
            self._phones.about = message.key
            outcome = self._loop.run(self._courier.carry(message))
            if outcome is not None:
                self._reached[f"{message.kind} {outcome.state}"] += 1
                self._loop.run(self._ledger.write(outcome))
        return len(messages)

    def shown(self, token: str, message_id: int) -> None:
        """A tap has shown the ticket that it leased."""
        self._loop.run(self._ledger.write(Shown(token=token, message_id=message_id)))

    async def _word(self, message: Message) -> Letter | Moot:
        letter = await self._wording.word(message)
        if isinstance(letter, Letter):
            self._look(message, letter)
        return letter


async def _no_time(seconds: float) -> None:
    """A turn takes none of the day's time: the messages of one step go at once."""
