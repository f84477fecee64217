"""Who sends more at once than may wait hears it once a minute; the surplus is done with."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final

from telegram import Bot, Update

from bot.intake.arrivals import Arrival
from bot.intake.failures import type_and_place

_NEXT_WORD: Final = timedelta(minutes=1)

OnFlood = Callable[[Update], Awaitable[None]]
"""Answers the update that was turned away because its person sent too many at once."""

log = logging.getLogger(__name__)


class Floods:
    """Remembers who was told when. Each process does so for the lines it holds."""

    def __init__(self, *, bot: Bot, on_flood: OnFlood, now: Callable[[], datetime]) -> None:
        self._bot = bot
        self._on_flood = on_flood
        self._now = now
        self._told: dict[int, datetime] = {}

    def is_to_be_told(self, arrival: Arrival) -> bool:
        """Say whether its person has heard nothing for a minute; it counts as told then."""
        now = self._now()
        while self._told and now - next(iter(self._told.values())) >= _NEXT_WORD:
            del self._told[next(iter(self._told))]
        if arrival.line in self._told:
            return False
        self._told[arrival.line] = now
        return True

    async def tell(self, arrival: Arrival) -> None:
        """Say it. A courtesy, no more: it may fail."""
        try:
            await self._on_flood(Update.de_json(arrival.content, self._bot))
        except Exception as error:  # noqa: BLE001 - whatever ails the answer, nothing is lost
            log.warning("a flood went unanswered: %s", type_and_place(error))
