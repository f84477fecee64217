"""A Bot API server that answers as the test says, and remembers what it was asked."""

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.transport import Transport

Answer = Callable[[web.Request, dict[str, Any]], Awaitable[web.StreamResponse]]

TOKEN = f"1234567890:{'sEcReT_-x' * 4}"
SHORT = 0.1
"""Seconds of real time, soon over where no answer comes."""
PATIENCE = 10.0
"""Seconds of real time after which a test that waits in vain fails."""


class Call(dict[str, Any]):
    """The parameters of one call, and what it was."""

    method: str


class TelegramServer:
    """Answers each call with the next of `script`, then with success. getMe is no call: it says who the bot is."""

    def __init__(self) -> None:
        self.answers = True
        """False: it is away, getMe gets a 502 too."""
        self.probes = 0
        self.on_probe: Callable[[], object] = lambda: None
        self.script: deque[Answer] = deque()
        self.calls: list[Call] = []
        self.released = asyncio.Event()
        self.on_call: Callable[[Call], object] = lambda call: None
        self._changed = asyncio.Condition()
        application = web.Application()
        application.router.add_route("*", "/{rest:.*}", self._handle)
        self.http = TestServer(application)

    @property
    def root(self) -> str:
        return str(self.http.make_url("")).rstrip("/")

    def texts(self) -> list[str]:
        return [call["text"] for call in self.calls]

    def chats(self) -> list[int]:
        return [call["chat_id"] for call in self.calls]

    async def called(self, times: int) -> None:
        """Wait until so many calls have come."""
        async with asyncio.timeout(PATIENCE), self._changed:
            await self._changed.wait_for(lambda: len(self.calls) >= times)

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        call = Call(json.loads(await request.read() or "{}"))
        call.method = request.path.rpartition("/")[2]
        if call.method == "getMe":
            self.probes += 1
            self.on_probe()
            return await (knows_the_bot if self.answers else says(502, "<html>Bad Gateway</html>"))(request, call)
        self.calls.append(call)
        self.on_call(call)
        answer = self.script.popleft() if self.script else done
        async with self._changed:
            self._changed.notify_all()
        return await answer(request, call)

    async def hangs(self, request: web.Request, call: dict[str, Any]) -> web.StreamResponse:
        await self.released.wait()
        return await done(request, call)


async def done(request: web.Request, call: dict[str, Any]) -> web.StreamResponse:
    message_id = call.get("message_id", 1000 + call["chat_id"])
    sent = {"message_id": message_id, "date": 1_787_200_000, "chat": {"id": call["chat_id"], "type": "private"}}
    return web.json_response({"ok": True, "result": sent})


async def knows_the_bot(request: web.Request, call: dict[str, Any]) -> web.StreamResponse:
    bot = {"id": 1234567890, "is_bot": True, "first_name": "Visits", "username": "visits_bot"}
    return web.json_response({"ok": True, "result": bot})


async def drops(request: web.Request, call: dict[str, Any]) -> web.StreamResponse:
    """Do what was asked and lose the answer."""
    assert isinstance(request.transport, asyncio.Transport)
    request.transport.abort()
    return web.Response()


def says(status: int, body: str) -> Answer:
    async def answer(request: web.Request, call: dict[str, Any]) -> web.StreamResponse:
        return web.Response(status=status, text=body)

    return answer


def refuses(status: int, description: str, **parameters: int) -> Answer:
    refusal: dict[str, Any] = {"ok": False, "error_code": status, "description": description}
    return says(status, json.dumps(refusal | ({"parameters": parameters} if parameters else {})))


class FaultyTransport(Transport):
    """Raises the next of `faults` instead of sending, while there are any."""

    __slots__ = ("faults",)

    def __init__(self, **timeouts: Any) -> None:
        super().__init__(**timeouts)
        self.faults: deque[Exception] = deque()

    def be_impatient(self) -> None:
        """Give up on answers that do not come at once."""
        self._timeouts = (SHORT, *self._timeouts[1:])

    def be_patient(self) -> None:
        """Wait for slow answers."""
        self._timeouts = (PATIENCE, *self._timeouts[1:])

    async def do_request(self, url: str, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        if self.faults and not url.endswith("/getMe"):
            raise self.faults.popleft()
        return await super().do_request(url, *args, **kwargs)
