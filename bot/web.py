"""A small HTTP server inside our own event loop: what the public door and the watch at the other port share."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from uvicorn import Config, Server
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

_HEAD_SECONDS: Final = 10.0
"""So long may the head of a request take; h11 itself waits for ever."""
_MOST_CONNECTIONS: Final = 256
"""Telegram uses at most 100 at once (setWebhook, max_connections); beyond this uvicorn answers 503."""


class HttpServer:
    """Serves one application at one address from `start` to `stop`.

    The address is taken at once, so that a port in use is told before anything else begins: OSError. Who connects
    before `start` waits. Behind it stands uvicorn without its own signal handlers, log set-up and headers.
    """

    def __init__(self, app: Starlette, address: tuple[str, int]) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._socket = socket.create_server(address, family=family, backlog=512)
        self.port: int = self._socket.getsockname()[1]
        """What is listened at, also where port 0 left the choice to the system."""
        self._app = app
        self._server: _Server | None = None
        self._serving: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to answer, on the running event loop."""
        self._server = _Server(
            Config(
                self._app,
                http=_Impatient,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                proxy_headers=False,
                server_header=False,
                limit_concurrency=_MOST_CONNECTIONS,
            )
        )
        self._serving = asyncio.create_task(self._server.serve(sockets=[self._socket]), name="http")

    async def stop(self, *, within: int) -> None:
        """Take nothing new, let requests under way end within so many seconds, cut off the rest."""
        if self._server is None or self._serving is None:
            self._socket.close()
            return
        self._server.config.timeout_graceful_shutdown = within
        self._server.should_exit = True
        await self._serving


def bare_app(routes: list[BaseRoute]) -> Starlette:
    """Return an application of these routes that says nothing else: other paths and methods get a bare status."""
    app = Starlette(routes=routes, exception_handlers={HTTPException: _refuse})
    app.router.redirect_slashes = False
    return app


def bare(status: int) -> Response:
    """Return an answer without a word. After a refusal the connection ends: what follows on it is not read."""
    return Response(status_code=status, headers={"connection": "close"} if 400 <= status < 500 else None)


async def _refuse(_: Request, refusal: Exception) -> Response:
    assert isinstance(refusal, HTTPException)
    return bare(refusal.status_code)


class _Server(Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the signals to bot/running.py: uvicorn would take them over, and raise them again as it ends."""
        yield


class _Impatient(H11Protocol):
    """Hangs up on whoever does not bring a whole head in time, or brings none: at most two times the wait."""

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        self._watch = self.loop.call_later(_HEAD_SECONDS, self._look, None)

    def connection_lost(self, exc: Exception | None) -> None:
        self._watch.cancel()
        super().connection_lost(exc)

    def _look(self, before: RequestResponseCycle | None) -> None:
        if self.cycle is before and getattr(before, "response_complete", True):
            self.transport.close()
        else:
            self._watch = self.loop.call_later(_HEAD_SECONDS, self._look, self.cycle)
