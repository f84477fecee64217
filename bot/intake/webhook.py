"""The public door: takes updates from whoever knows the secret, stores them, and says nothing else to anybody.

The order is the defence: the secret is compared before a byte of the body is asked for, the length before it is
read, and 200 is said once the update is stored. Telegram brings again whatever is not answered with 2xx, after pauses
that double, and nothing else of that chat meanwhile; so what nobody could ever read is counted and answered 200.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from hmac import compare_digest
from typing import Any, Final

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.intake.arrivals import id_of
from bot.intake.failures import type_and_place
from bot.intake.together import Together
from bot.tally import Tally
from bot.web import bare, bare_app

MOST_BYTES: Final = 1024 * 1024
_BODY_SECONDS: Final = 10.0
_STORE_SECONDS: Final = 25.0
"""Telegram hangs up after 60 s; it may know before that the store is away."""
_SECRET_HEADER: Final = b"x-telegram-bot-api-secret-token"

log = logging.getLogger(__name__)


class _Refused(Exception):
    """Not one of Telegram's requests, or not one that can be taken: answered with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Webhook:
    """The door at one path. `store` has written the updates down when it returns, and raises when it cannot."""

    def __init__(
        self, *, path: str, secret: str, store: Callable[[Sequence[Any]], Awaitable[None]], tally: Tally
    ) -> None:
        self._path = path
        self._secret = secret.encode()
        self._store = Together(store)
        self._tally = tally
        self._is_away = False

    def app(self) -> Starlette:
        """Return the application: this one route, and a bare 404 or 405 for all else."""
        return bare_app([Route(self._path, self._take, methods=["POST"])])

    async def _take(self, request: Request) -> Response:
        try:
            self._check_head(request)
            status = await self._keep(await _body_of(request))
        except _Refused as refusal:
            status = refusal.status
        except ClientDisconnect:
            status = 400  # nobody hears it
        except asyncio.CancelledError:
            status = 503  # the process stops, and this one took too long: it comes again
        self._tally.webhook[status] += 1
        return bare(status)

    def _check_head(self, request: Request) -> None:
        """Raise _Refused unless the head is Telegram's. Nothing of the body has been asked for yet."""
        headers: list[tuple[bytes, bytes]] = request.scope["headers"]
        secrets = [value for name, value in headers if name == _SECRET_HEADER]
        if not compare_digest(secrets[0] if len(secrets) == 1 else b"", self._secret):
            raise _Refused(403)
        # Two lengths that a proxy and this server may read differently: the one trick to smuggle a request in.
        if "transfer-encoding" in request.headers and "content-length" in request.headers:
            raise _Refused(400)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
            raise _Refused(415)
        if int(request.headers.get("content-length", "0")) > MOST_BYTES:
            raise _Refused(413)

    async def _keep(self, body: bytes) -> int:
        """Store the update; return 200 once that is done or can never be, 503 while the store is away."""
        update = _read(body)
        if update is None:
            log.error("an update cannot be read and is left out")
            self._tally.updates["unreadable"] += 1
            return 200
        try:
            async with asyncio.timeout(_STORE_SECONDS):
                await self._store(update)
        except Exception as error:  # noqa: BLE001 - unstored is unconfirmed: Telegram brings it again
            if not self._is_away:
                log.error("updates cannot be stored, Telegram is told to come again: %s", type_and_place(error))
            self._is_away = True
            return 503
        if self._is_away:
            log.info("updates can be stored again")
        self._is_away = False
        return 200


def _read(body: bytes) -> Any:
    """Return the update, or None where nobody could ever read or store it: no JSON, no id, nested without end."""
    try:
        update = json.loads(body)
        json.dumps(update)
    except (ValueError, RecursionError):
        return None
    return update if id_of(update) is not None else None


async def _body_of(request: Request) -> bytes:
    """Read the body; raise _Refused where it grows beyond the limit or takes too long."""
    body = bytearray()
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            async for piece in request.stream():
                body += piece
                if len(body) > MOST_BYTES:
                    raise _Refused(413)
    except TimeoutError:
        raise _Refused(408) from None
    return bytes(body)
