"""How calls travel to Telegram: PTB's BaseRequest over aiohttp, and what a failed call proves.

One session with a bounded pool of kept-alive connections, several times as fast under load as PTB's own request
over httpx (`tests/benchmarks/README.md`). Nothing it raises or hands on holds the bot's token.
Over 200 lines in one file: what a failure proves stands beside what raises it.
"""

import asyncio
import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final, Literal
from urllib.request import getproxies, proxy_bypass

import aiohttp
from aiohttp.abc import AbstractStreamWriter
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest, RequestData
from yarl import URL

from bot.logs import hide_tokens

CONNECTIONS: Final = 64  # Telegram's server itself slows a bot down that has a thousand requests open.
REFUSALS: Final = (BadRequest, ChatMigrated, Conflict, Forbidden, InvalidToken, RetryAfter)

_DONE = b'{"ok":true'
_JUST_DONE = b'{"ok":true,"result":true}'
"""What an edit is answered with, as Telegram does for inline messages: nobody reads the edited Message that it sends
back otherwise, and building that costs a tenth of a tap."""


class NotSentError(NetworkError):
    """The call failed before a byte of it was written: Telegram cannot have acted on it."""


class NotSentInTimeError(NotSentError, TimedOut):
    """No free connection, or no connection made, within the time allowed: nothing was written."""


def was_sent(error: BaseException) -> Literal[False] | None:
    """Say what a failed Bot API call proves: False, it certainly had no effect; None, nobody can know.

    False stands for a call that never left (NotSentError) and for one that Telegram refused in so many words
    (400, 401, 403, 404, 409, 429, a migrated group). None stands for all else: a timeout while waiting, a
    connection lost, 5xx, an answer that cannot be read (the KeyError of a missing field too), a cancelled task.
    Sending again after None can show the reader the same message twice.
    """
    return False if isinstance(error, (NotSentError, *REFUSALS)) else None


def seconds_of(error: RetryAfter) -> float:
    """Return the pause that Telegram asks for; PTB gives an int today, a timedelta with PTB_TIMEDELTA=1 and in 23."""
    pause = error.retry_after
    return pause.total_seconds() if isinstance(pause, timedelta) else float(pause)


class Transport(BaseRequest):
    """Carry Bot API calls over aiohttp, at most `connections` at once, with PTB's own default timeouts.

    Seconds; None waits for ever. `pool_timeout` is the wait for one of the connections; `connect_timeout` covers
    name, TCP, TLS and proxy; `write_timeout` a whole upload (parameters alone fit a socket's buffer);
    `read_timeout` the silence before and between the pieces of the answer. HTTPS_PROXY and NO_PROXY are obeyed
    for https addresses; plain http is for a server nearby and goes through no proxy.

    `on_call` hears of each call that has left, once it is over: its address (which holds the token), the HTTP status
    or 0 where no answer came, its parameters.
    """

    __slots__ = ("_on_call", "_places", "_proxies", "_session", "_timeouts")

    def __init__(
        self,
        *,
        connections: int = CONNECTIONS,
        read_timeout: float | None = 5.0,
        write_timeout: float | None = 20.0,
        connect_timeout: float | None = 5.0,
        pool_timeout: float | None = 1.0,
        on_call: Callable[[str, int, dict[str, Any]], None] | None = None,
    ) -> None:
        self._on_call = on_call
        self._timeouts = (read_timeout, write_timeout, connect_timeout, pool_timeout)
        self._places = asyncio.Semaphore(connections)
        self._session: aiohttp.ClientSession | None = None
        self._proxies: dict[str, URL | None] = {}

    @property
    def read_timeout(self) -> float | None:
        """The default read timeout, seconds."""
        return self._timeouts[0]

    async def initialize(self) -> None:
        """Open the pool; a pool that is open stays as it is."""
        if self._session is None:
            self._session = aiohttp.ClientSession(
                # No limit here: the places are it. aiohttp counts the wait for one as time to connect.
                connector=aiohttp.TCPConnector(limit=0, ttl_dns_cache=300),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )

    async def shutdown(self) -> None:
        """Close every connection; calls under way fail."""
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Give the HTTP status and the body of the answer; raise a NetworkError that `was_sent` can judge."""
        read, write, connect, pool = (
            default if asked is self.DEFAULT_NONE else asked
            for asked, default in zip(
                (read_timeout, write_timeout, connect_timeout, pool_timeout), self._timeouts, strict=True
            )
        )
        body = _body(request_data, write)
        await self._take_place(pool)
        status = 0
        try:
            if self._session is None:
                raise NotSentError("the transport is closed")
            async with self._session.request(
                method,
                url,
                data=body,
                timeout=aiohttp.ClientTimeout(total=None, connect=connect, sock_read=read),
                allow_redirects=False,
                proxy=self._proxy(url),
            ) as response:
                status, answer = response.status, await response.read()
        except (aiohttp.ClientError, OSError) as error:
            failure = _failure(error)
        else:
            if url.endswith("/editMessageText") and answer.startswith(_DONE):
                return status, _JUST_DONE
            # PTB quotes an answer that it cannot read, and a gateway's page may quote the address called.
            return status, answer if status == 200 else hide_tokens(answer.decode(errors="replace")).encode()
        finally:
            self._places.release()
            if self._on_call is not None:
                self._on_call(url, status, {} if request_data is None else request_data.parameters)
        raise failure  # Raised out here it has no __context__: aiohttp's errors hold the address, token and all.

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        """Read an answer; raise TelegramError without quoting it, for it may hold what people wrote."""
        try:
            answer = json.loads(payload.decode(errors="replace"))
        except ValueError:
            answer = None
        if not isinstance(answer, dict):
            raise TelegramError("Invalid server response")
        return answer

    async def _take_place(self, pool_timeout: float | None) -> None:
        try:
            # A timeout costs more than a free place: none is set up where there is nothing to wait for.
            if self._places.locked():
                async with asyncio.timeout(pool_timeout):
                    await self._places.acquire()
            else:
                await self._places.acquire()
        except TimeoutError:
            raise NotSentInTimeError("all connections to Telegram are in use") from None

    def _proxy(self, url: str) -> URL | None:
        # Asked once for each host: aiohttp's trust_env would go to a thread twice for every call.
        origin = url[: url.find("/", len("https://"))]
        if origin not in self._proxies:
            self._proxies[origin] = _environment_proxy(URL(origin))
        return self._proxies[origin]


class _Upload(aiohttp.MultipartWriter):
    """Files and parameters as one form, written within `write_timeout` seconds."""

    def __init__(self, request_data: RequestData, *, write_timeout: float | None) -> None:
        super().__init__("form-data")
        self._write_timeout = write_timeout
        for name, value in request_data.json_parameters.items():
            self.append(value).set_content_disposition("form-data", quote_fields=False, name=name)
        for name, (filename, content, kind) in request_data.multipart_data.items():
            # aiohttp writes a stream piece by piece, but bytes at once, and warns of large ones.
            stream = io.BytesIO(content) if isinstance(content, bytes) else content
            self.append(stream, {"Content-Type": kind}).set_content_disposition(
                "form-data", quote_fields=False, name=name, filename=filename
            )

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        # The read timeout of aiohttp starts only when all is written: a stuck upload would hang for ever.
        async with asyncio.timeout(self._write_timeout):
            await super().write_with_length(writer, content_length)


def _body(request_data: RequestData | None, write_timeout: float | None) -> aiohttp.Payload | None:
    if request_data is None:
        return None
    if request_data.contains_files:
        return _Upload(request_data, write_timeout=write_timeout)
    # As one JSON object a call costs 30 microseconds less than as a form of single JSON values.
    return aiohttp.BytesPayload(json.dumps(request_data.parameters).encode(), content_type="application/json")


def _environment_proxy(origin: URL) -> URL | None:
    address = getproxies().get("https")
    if origin.scheme != "https" or not address or proxy_bypass(origin.host or ""):
        return None
    proxy = URL(address if "://" in address else f"http://{address}")
    if proxy.scheme not in ("http", "https"):
        raise NotSentError(f"HTTPS_PROXY is of a kind that is not known here: {proxy.scheme}")
    return proxy


def _failure(error: Exception) -> TelegramError:
    """Word an error of aiohttp anew, without the address, as what it proves."""
    name = type(error).__name__
    match error:
        case aiohttp.ConnectionTimeoutError():
            return NotSentInTimeError(f"no connection in time ({name})")
        case aiohttp.ClientConnectorError():
            return NotSentError(f"no connection to {error.host} ({name}: {error.strerror or error.os_error})")
        case aiohttp.ClientHttpProxyError():
            return NotSentError(f"the proxy refused ({name}: {error.status})")
        case TimeoutError():
            return TimedOut(f"no answer in time ({name})")
        case _:
            return NetworkError(f"the connection was lost ({name})")
