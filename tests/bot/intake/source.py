"""Where the updates of these tests come from: their raw JSON, a server that gives them out, and who handles them."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Update

TOKEN = f"1234567890:{'sEcReT_-x' * 4}"
NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)

Raw = dict[str, Any]


def message(update_id: int, person: int, text: str = "salem") -> Raw:
    """What Telegram sends when a person writes to the bot."""
    return {
        "update_id": update_id,
        "message": {
            "message_id": update_id,
            "date": 1_787_200_000,
            "chat": {"id": person, "type": "private", "first_name": "Aigerim"},
            "from": {"id": person, "is_bot": False, "first_name": "Aigerim"},
            "text": text,
        },
    }


def tap(update_id: int, person: int, data: str = "v/7/1") -> Raw:
    """What Telegram sends when a person taps a button of the bot."""
    card = message(update_id, person, "a card")["message"] | {"from": {"id": 1, "is_bot": True, "first_name": "Bot"}}
    return {
        "update_id": update_id,
        "callback_query": {
            "id": str(update_id),
            "from": {"id": person, "is_bot": False, "first_name": "Aigerim"},
            "message": card,
            "chat_instance": "1",
            "data": data,
        },
    }


def person_of(update: Update) -> int | None:
    return update.effective_user.id if update.effective_user else None


class Handler:
    """Writes down which updates it was given; does first what the test says."""

    def __init__(self, act: Callable[[Update], Any] | None = None) -> None:
        self._act = act
        self._changed = asyncio.Condition()
        self.seen: list[tuple[int | None, int]] = []
        """(person, update id), each try."""
        self.received: list[datetime] = []

    async def __call__(self, update: Update, *, received_at: datetime) -> None:
        self.seen.append((person_of(update), update.update_id))
        self.received.append(received_at)
        async with self._changed:
            self._changed.notify_all()
        done = self._act(update) if self._act is not None else None
        if done is not None:
            await done

    async def has_seen(self, count: int) -> None:
        """Wait until so many updates were given."""
        await self.when(lambda: len(self.seen) >= count)

    async def when(self, reached: Callable[[], bool]) -> None:
        """Wait until what was given is as the test waits for."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(reached)

    def ids_of(self, person: int) -> list[int]:
        return [update_id for who, update_id in self.seen if who == person]


class Pauses:
    """A pause that takes no time but is written down."""

    def __init__(self) -> None:
        self.made: list[float] = []
        self._changed = asyncio.Condition()

    async def __call__(self, seconds: float) -> None:
        self.made.append(seconds)
        await asyncio.sleep(0)  # a pause lets others run, however short it is
        async with self._changed:
            self._changed.notify_all()

    async def reach(self, count: int) -> None:
        """Wait until so many pauses were made."""
        async with asyncio.timeout(10), self._changed:
            await self._changed.wait_for(lambda: len(self.made) >= count)


class Telegram:
    """Gives out updates as Telegram does: the same ones until a higher offset confirms them."""

    def __init__(self) -> None:
        self.waiting: dict[int, Any] = {}
        self.questions: list[dict[str, str]] = []
        self.refusals: deque[web.Response] = deque()
        self.ignores_offset = False
        self.held = 0
        """How many polls wait for updates."""
        self._news = asyncio.Condition()
        self._closed = False
        application = web.Application()
        application.router.add_post(f"/bot{TOKEN}/getUpdates", self._get_updates)
        self.http = TestServer(application)

    @property
    def root(self) -> str:
        return str(self.http.make_url("")).rstrip("/")

    @property
    def offset(self) -> int:
        """What the last question confirmed."""
        return int(self.questions[-1].get("offset", 0)) if self.questions else 0

    async def put(self, updates: Sequence[Any]) -> None:
        """Let these wait; what carries no id is kept behind the last that did."""
        async with self._news:
            for update in updates:
                update_id = update.get("update_id") if isinstance(update, dict) else None
                last = max(self.waiting, default=0)
                place = update_id if type(update_id) is int and last < update_id < 2**53 else last + 1
                self.waiting[place] = update
            self._news.notify_all()

    async def asked(self, times: int) -> None:
        """Wait until so many questions came."""
        await self._when(lambda: len(self.questions) >= times)

    async def idle(self) -> None:
        """Wait until all is confirmed and a poll waits for more."""
        await self._when(lambda: self.held > 0 and not self.waiting)

    async def _when(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(reached)

    async def close(self) -> None:
        async with self._news:
            self._closed = True
            self._news.notify_all()
        await self.http.close()

    async def _get_updates(self, request: web.Request) -> web.Response:
        async with self._news:
            self.questions.append(dict(request.query))
            self._news.notify_all()
        if self.refusals:
            return self.refusals.popleft()
        if not self.ignores_offset:
            self.waiting = {number: update for number, update in self.waiting.items() if number >= self.offset}
        async with self._news:
            self.held += 1
            self._news.notify_all()
            await self._news.wait_for(lambda: self.waiting or self._closed)
            self.held -= 1
        return web.json_response({"ok": True, "result": list(self.waiting.values())[:100]})


@asynccontextmanager
async def running_telegram() -> AsyncIterator[Telegram]:
    server = Telegram()
    await server.http.start_server()
    try:
        yield server
    finally:
        await server.close()
