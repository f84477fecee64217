"""Delivery on a simulated day: the real courier, ledger and wording, one message after the other, time held still.

Here alone the day touches bot/delivery: claim, carry, settle.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

from bot.clock import Clock
from bot.delivery.courier import LEASE, Courier
from bot.delivery.ledger import Ledger, Shown
from bot.delivery.letter import Letter, Moot
from bot.delivery.wording import Wording
from bot.language import Languages
from storage import outbox
from storage.records import Congress, Message
from tests.proof.day.desk import MemoryDesk
from tests.proof.day.phones import Died, Phones


class StillClock(Clock):
    """Tells the moment of the day."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._moment = now

    def now(self) -> datetime:
        return self._moment()


class Pause:
    """The pace of a day whose messages never hurry: only Telegram's own pauses count."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.until = now()

    async def turn(self, reader: int) -> bool:
        return self.until <= self._now()

    def halt(self, seconds: float) -> None:
        self.until = max(self.until, self._now() + timedelta(seconds=seconds))


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
        bot: Any = phones
        self._desk, self._phones, self._now, self._random, self._reached = desk, phones, now, random, reached
        self._look = look
        self._wording = Wording(db=database, clock=StillClock(now), languages=languages, congress=congress)
        self._ledger = Ledger(database, now=now)
        self._pause = Pause(now)
        pacer: Any = self._pause
        self._courier = Courier(
            bot=bot,
            ledger=self._ledger,
            pacer=pacer,
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
        if self._pause.until > self._now():
            return []
        self._claims += 1
        claimed: list[Message] = self._desk.do(
            outbox.claim,
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
