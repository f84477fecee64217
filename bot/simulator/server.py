"""The HTTP server: the Bot API at /bot<TOKEN>/, phones and tests at /sim, the demo page at /."""

import asyncio
import ipaddress
import mimetypes
from pathlib import Path
from typing import Any, Self
from urllib.parse import unquote, urlsplit

from aiohttp import web

from bot.simulator import routes
from bot.simulator.arguments import Arguments, read_arguments
from bot.simulator.errors import Refused
from bot.simulator.methods import Answer, perform, refuse
from bot.simulator.profile import Profile
from bot.simulator.queries import Queries
from bot.simulator.receiving import dismiss_poller
from bot.simulator.updates import Updates
from bot.simulator.webhook import LOOPBACK, Webhook
from bot.simulator.wire import Json
from bot.simulator.world import World

PAGE = Path(__file__).parent / "page"
LARGEST_BODY = 60 * 1024 * 1024  # bytes; a document may take 50 MB of them
DEMO_TOKEN = "123456:DEMO-opens-nothing-outside-the-simulator"
BOT_NAME, BOT_USERNAME = "Library visits", "library_visits_demo_bot"


class Simulator:
    """One running stand-in. `url` is its root, for BOT_API_URL and for the browser; `world` is its memory."""

    def __init__(self, *, world: World, page: bool, clock: str | None) -> None:
        self.world = world
        self.url = ""
        self._page = page
        self._clock = clock
        self._known_hosts: set[str] = set()
        self._stopping = asyncio.Event()
        self._runner = web.ServerRunner(
            web.Server(self._answer, request_factory=_request, handler_cancellation=True, access_log=None),
            shutdown_timeout=0.1,
        )

    @classmethod
    async def start(
        cls,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        token: str = DEMO_TOKEN,
        page: bool = True,
        clock: str | None = None,
        query_seconds: float = 15.0,
        tap_seconds: float = 150.0,
        redelivery_seconds: float = 1.0,
    ) -> Self:
        """Listen on loopback; port 0 takes a free one.

        `query_seconds`: how long a tap may be answered. `tap_seconds`: how long a tap waits for the bot to
        fetch it. `redelivery_seconds`: the webhook's first pause after a failure. `clock`: address of the
        bot's clock, shown at /sim/clock. Raises ValueError for a host that is not on loopback and for a
        token that is none; OSError when the port is taken.
        """
        if host != "localhost" and not ipaddress.ip_address(host).is_loopback:
            raise ValueError("the simulator listens on loopback only")
        bot_id, _, secret = token.partition(":")
        if not (bot_id.isdecimal() and secret):
            raise ValueError("a token looks like 123456:letters")
        updates = Updates(tap_seconds=tap_seconds)
        world = World(
            token=token,
            profile=Profile(bot_id=int(bot_id), username=BOT_USERNAME, first_name=BOT_NAME),
            updates=updates,
            queries=Queries(query_seconds=query_seconds),
            webhook=Webhook(updates, redelivery_seconds=redelivery_seconds),
        )
        simulator = cls(world=world, page=page, clock=clock)
        world.webhook.call = simulator._call
        await simulator._runner.setup()
        site = web.TCPSite(simulator._runner, host, port, backlog=1024)
        await site.start()
        place = simulator._runner.addresses[0]
        simulator.url = f"http://{f'[{place[0]}]' if ':' in place[0] else place[0]}:{place[1]}"
        return simulator

    async def stop(self) -> None:
        """Answer nobody any more; open questions are cut off."""
        self._stopping.set()
        await self.world.webhook.stop()
        dismiss_poller(self.world, "Conflict: the simulator stops")
        for chat in self.world.chats.values():
            chat.close()
        await self._runner.cleanup()

    async def _call(self, method: str, arguments: Json) -> None:
        await perform(self.world, method, Arguments(arguments))

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        if not self._is_loopback(request.headers.get("Host", "")):
            return web.Response(status=403, text="The simulator answers on loopback only.")
        path, _, query = request.raw_path.partition("?")
        if path.startswith("/bot"):
            return await self._bot(request, path=path[4:], query=query)
        if path.startswith("/sim/"):
            return await routes.answer(self.world, request, path=path[5:], query=query, clock=self._clock)
        if path.startswith("/file/bot"):
            return self._file(unquote(path[9:]))
        if self._page and (path == "/" or path.startswith("/page/")):
            return await _page_file(unquote(path).removeprefix("/page/") if path != "/" else "index.html")
        return web.json_response({"ok": False, "error_code": 404, "description": "Not Found"}, status=404)

    def _is_loopback(self, host: str) -> bool:
        """Whether the browser or bot meant this machine: other names may be tricks to reach it from a page."""
        if host not in self._known_hosts:
            if urlsplit(f"//{host}").hostname not in LOOPBACK:
                return False
            self._known_hosts.add(host)
        return True

    async def _bot(self, request: web.BaseRequest, *, path: str, query: str) -> web.StreamResponse:
        if "%" in path:
            path = unquote(path)
        token, _, method = path.partition("/")
        if token != self.world.token:
            return _json(refuse(Refused(401, "Unauthorized")))
        try:
            answer = await perform(self.world, method, await read_arguments(request, query=query))
        except web.HTTPRequestEntityTooLarge:
            return _json(refuse(Refused(413, "Request Entity Too Large")))
        except Refused as refused:  # arguments that cannot be read
            return _json(refuse(refused))
        if answer.fault is not None:
            return await self._break(request, answer)
        return _json(answer)

    async def _break(self, request: web.BaseRequest, answer: Answer) -> web.StreamResponse:
        """Spoil the way back, as an ordered fault says."""
        kind = answer.fault.kind if answer.fault is not None else ""
        whole = answer.body.encode()
        if kind in ("hang", "hang_before"):
            await self._stopping.wait()
        if kind in ("bad_json", "502_after"):
            page = b"<html><body>Bad Gateway</body></html>"
            return web.Response(status=502 if kind == "502_after" else 200, body=page, content_type="text/html")
        response = web.StreamResponse(status=answer.status or 200)
        if kind == "partial_json":
            response.content_type = "application/json"
            response.content_length = len(whole)
            await response.prepare(request)
            await response.write(whole[: len(whole) // 2])
        if request.transport is not None:
            request.transport.close()
        return response

    def _file(self, path: str) -> web.Response:
        token, _, place = path.partition("/")
        file = self.world.files.find(place.rpartition("/")[2]) if token == self.world.token else None
        if file is None or file.path != place:
            return _json(refuse(Refused(404, "Not Found")))
        return web.Response(body=file.content, content_type="application/octet-stream")


def _json(answer: Answer) -> web.Response:
    headers = None if answer.retry_after is None else {"Retry-After": str(answer.retry_after)}
    return web.Response(
        status=answer.status, body=answer.body.encode(), headers=headers, content_type="application/json"
    )


async def _page_file(name: str) -> web.Response:
    file = (PAGE / name).resolve()
    if not file.is_relative_to(PAGE.resolve()) or not file.is_file():
        return web.Response(status=404, text="Not Found")
    content = await asyncio.to_thread(file.read_bytes)
    kind = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    charset = "utf-8" if kind.startswith("text/") else None
    headers = {"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}
    return web.Response(body=content, content_type=kind, charset=charset, headers=headers)


def _request(message: Any, payload: Any, protocol: Any, writer: Any, task: Any) -> web.BaseRequest:
    """A request whose body may hold a document; aiohttp's own stops at 1 MB."""
    loop = asyncio.get_running_loop()
    return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=LARGEST_BODY)
