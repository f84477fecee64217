"""Delivery of updates to the bot's own address.

Unlike Telegram it takes plain http and any port, and only addresses on loopback. The rest follows
tdlib/telegram-bot-api: one update at a time in each lane, the same one again after 1, 2, 4 ... s (at most
a random 60-120 s, or the answer's Retry-After) until it expires, anything but 2xx being a failure.
"""

import asyncio
import json
import logging
import random
import re
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable
from urllib.parse import urlsplit

import aiohttp

from bot.simulator.errors import bad_request
from bot.simulator.updates import Update, Updates
from bot.simulator.wire import Json

LOOPBACK = frozenset(("127.0.0.1", "localhost", "::1"))
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"
PATIENCE = aiohttp.ClientTimeout(total=60)  # seconds for an answer [tdlib/telegram-bot-api issue 211]
LONGEST_RETRY_AFTER = 3600.0  # seconds
DEFAULT_CONNECTIONS = 40

log = logging.getLogger(__name__)


class Webhook:
    """Pushes updates while an address is set. `call` performs a method named in the bot's answer."""

    def __init__(self, updates: Updates, *, redelivery_seconds: float) -> None:
        self.url = ""
        self.secret = ""
        self.max_connections = DEFAULT_CONNECTIONS
        self.last_error: tuple[int, str] | None = None
        self.call: Callable[[str, Json], Awaitable[None]] | None = None
        self._redelivery_seconds = redelivery_seconds
        self._updates = updates
        self._lanes: dict[Hashable, deque[Update]] = {}
        self._workers: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._places = asyncio.Semaphore(DEFAULT_CONNECTIONS)
        updates.on_arrival.append(self._arrived)

    async def set(self, url: str, *, secret: str, max_connections: int) -> None:
        """Push to this address from now on, beginning with what waits; "" ends pushing.

        Refuses an address that is not on loopback and a secret with other letters than A-Za-z0-9_-.
        """
        if url:
            parts = urlsplit(url)
            if parts.scheme not in ("http", "https") or parts.hostname not in LOOPBACK:
                raise bad_request("bad webhook: the simulator reaches addresses on loopback only")
            if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", secret):
                raise bad_request("secret token contains unallowed characters")
        await self.stop()
        self.url, self.secret = url, secret
        self.max_connections = min(max(max_connections, 1), 100) if max_connections else DEFAULT_CONNECTIONS
        self.last_error = None
        if url:
            self._places = asyncio.Semaphore(self.max_connections)
            self._session = aiohttp.ClientSession(timeout=PATIENCE, connector=aiohttp.TCPConnector(limit=0))
            for update in self._updates:
                self._arrived(update)

    async def stop(self) -> None:
        """End pushing; what was not taken stays in the queue."""
        self.url = ""
        workers, self._workers = self._workers, set()
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
        self._lanes.clear()
        if self._session is not None:
            session, self._session = self._session, None
            await session.close()

    def _arrived(self, update: Update) -> None:
        if not self.url:
            return
        lane = self._lanes.get(update.lane)
        if lane is not None:
            lane.append(update)
            return
        self._lanes[update.lane] = lane = deque([update])
        worker = asyncio.get_running_loop().create_task(self._work(update.lane, lane))
        self._workers.add(worker)
        worker.add_done_callback(self._workers.discard)

    async def _work(self, name: Hashable, lane: deque[Update]) -> None:
        """Push one lane until it is empty."""
        delay = self._redelivery_seconds
        while lane:
            update = lane[0]
            if update.expires < time.monotonic():
                self._updates.drop(lane.popleft())
                continue
            retry_after = await self._push(update)
            if retry_after is None:
                delay = self._redelivery_seconds
                self._updates.drop(lane.popleft())
                continue
            await asyncio.sleep(retry_after or delay)
            delay = min(delay * 2, random.uniform(60, 120))
        del self._lanes[name]

    async def _push(self, update: Update) -> float | None:
        """Nothing when the bot took it, else the seconds its answer asks to wait (0: as usual)."""
        session = self._session
        if session is None:
            return 0.0
        headers = {"Content-Type": "application/json"}
        if self.secret:
            headers[SECRET_HEADER] = self.secret
        try:
            async with (
                self._places,
                session.post(self.url, data=update.wire.encode(), headers=headers, allow_redirects=False) as response,
            ):
                if 200 <= response.status < 300:
                    await self._perform(await response.read())
                    return None
                self._failed(f"Wrong response from the webhook: {response.status} {response.reason}")
                asked = response.headers.get("Retry-After", "")
                return min(float(asked), LONGEST_RETRY_AFTER) if asked.isdecimal() else 0.0
        except (aiohttp.ClientError, TimeoutError) as error:
            self._failed(f"Connection failed: {type(error).__name__}")
            return 0.0

    async def _perform(self, answer: bytes) -> None:
        """The method the bot named in its answer, if any; its result is not reported."""
        if not answer.startswith(b"{") or self.call is None:
            return
        try:
            arguments = json.loads(answer)
        except ValueError:
            return
        method = arguments.pop("method", None)
        if isinstance(method, str) and not method.lower().startswith(("get", "setwebhook", "deletewebhook")):
            await self.call(method, arguments)

    def _failed(self, words: str) -> None:
        self.last_error = (int(time.time()), words)
        log.debug("webhook: %s", words)
