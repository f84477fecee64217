"""The watch at a port of its own: GET /health says whether the bot is well, GET /metrics how it fares.

Neither tells a person's name, a secret or an address. One reading of the database serves all who ask within some
seconds, also while the database is away: a storm of scrapes costs no more than one.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.clock import real_now
from bot.metrics import CONTENT_TYPE, Metrics
from bot.services.numbers import Numbers
from bot.tally import Tally
from bot.ticker import Ticker
from bot.web import bare_app

READING_LASTS: Final = 3.0
_READING_TAKES: Final = 2.0
"""Seconds; a database that does not answer within them is away."""
_LATE_SECONDS: Final = 30.0

log = logging.getLogger(__name__)


class Vitals:
    """What /health and /metrics show. `read` asks the database; `ticker` is None until the bot has started."""

    def __init__(
        self,
        *,
        read: Callable[[], Awaitable[Numbers]],
        token_refused: Callable[[], bool],
        tally: Tally,
        real_now: Callable[[], datetime] = real_now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.ticker: Ticker | None = None
        self._read = read
        self._token_refused = token_refused
        self._tally = tally
        self._real_now = real_now
        self._monotonic = monotonic
        self._numbers: Numbers | None = None
        self._read_at: float | None = None
        self._one_at_a_time = asyncio.Lock()

    def app(self) -> Starlette:
        """Return the application of the two pages."""
        return bare_app([Route("/health", self._health), Route("/metrics", self._metrics)])

    async def trouble(self) -> str | None:
        """Say in one word what ails the bot, or None while it is well."""
        if self._token_refused():
            return "token"
        if self.ticker is None:
            return "starting"
        if await self.numbers() is None:
            return "database"
        return "ticks" if self.ticker.is_late(by=_LATE_SECONDS) else None

    async def numbers(self) -> Numbers | None:
        """Return the numbers as they stood at most three seconds ago, None where the database was away then."""
        async with self._one_at_a_time:
            if self._read_at is None or self._monotonic() - self._read_at >= READING_LASTS:
                self._numbers = await self._numbers_now()
                self._read_at = self._monotonic()
            return self._numbers

    async def _numbers_now(self) -> Numbers | None:
        try:
            async with asyncio.timeout(_READING_TAKES):
                return await self._read()
        except Exception as error:  # noqa: BLE001 - whatever it is, the watch goes on and shows it
            if self._numbers is not None or self._read_at is None:
                log.warning("the numbers cannot be read: %s", type(error).__name__)
            return None

    async def _health(self, _: Request) -> Response:
        trouble = await self.trouble()
        return PlainTextResponse(trouble or "well", status_code=200 if trouble is None else 503)

    async def _metrics(self, _: Request) -> Response:
        metrics = Metrics(
            tally=self._tally,
            numbers=await self.numbers(),
            ticks={} if self.ticker is None else self.ticker.ages(),
            real_now=self._real_now(),
        )
        return Response(metrics.text(), headers={"content-type": CONTENT_TYPE})
