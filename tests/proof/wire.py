"""The wire between the bot and Telegram: it can be watched at named moments, cut, and made to swallow what it is given.

Telegram's servers live on behind it: people go on tapping, and what they send waits for the bot there.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Literal

import aiohttp
from aiohttp import web

Moment = Literal["asked", "done", "answered"]
"""The call has left the bot and not reached Telegram; it has had its effect; the bot has been told."""
Watch = Callable[[Moment, str], bool]


class Wire:
    """Passes calls on to the Bot API server at `target`. `url` is where the bot is to call.

    `watch` hears of each moment of each call, (moment, method), and says whether the call gets any further.
    """

    def __init__(self, target: str, *, session: aiohttp.ClientSession) -> None:
        self.url = ""
        self.watch: Watch = lambda moment, method: True
        self._target = target
        self._session = session
        self._whole = asyncio.Event()
        self._whole.set()
        self._runner = web.ServerRunner(
            web.Server(self._pass, handler_cancellation=True, access_log=None), shutdown_timeout=0.1
        )
        self._site: web.TCPSite | None = None
        self._port = 0

    async def connect(self) -> None:
        """Carry calls, again at the same address after a cut."""
        self._whole.set()
        if self._site is None:
            await self._runner.setup()
            self._site = web.TCPSite(self._runner, "127.0.0.1", self._port)
            await self._site.start()
            self._port = self._runner.addresses[0][1]
            self.url = f"http://127.0.0.1:{self._port}"

    async def cut(self) -> None:
        """Drop every connection and refuse new ones."""
        if self._site is not None:
            self._site = None
            await self._runner.cleanup()

    def swallow(self) -> None:
        """Take calls, pass none on, and answer none until connected again."""
        self._whole.clear()

    async def _pass(self, request: web.BaseRequest) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        body = await request.read()
        await self._whole.wait()
        if not self.watch("asked", method):
            return _hang_up(request)
        headers = {"Content-Type": request.headers.get("Content-Type", "application/json")}
        async with self._session.request(
            request.method, self._target + request.raw_path, data=body, headers=headers
        ) as answer:
            content = await answer.read()
        await self._whole.wait()
        if not self.watch("done", method):
            return _hang_up(request)
        response = web.Response(status=answer.status, body=content, content_type="application/json")
        await response.prepare(request)
        await response.write_eof()
        self.watch("answered", method)
        return response


def _hang_up(request: web.BaseRequest) -> web.Response:
    if request.transport is not None:
        request.transport.close()
    return web.Response()


@asynccontextmanager
async def wire(target: str, *, session: aiohttp.ClientSession) -> AsyncIterator[Wire]:
    """A wire to this server for as long as the block lasts."""
    carried = Wire(target, session=session)
    await carried.connect()
    try:
        yield carried
    finally:
        await carried.cut()
