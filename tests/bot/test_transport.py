"""What the transport carries, and what it proves when a call fails: one row for each way to fail."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputFile
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

from bot.transport import NotSentError, NotSentInTimeError, Transport, was_sent

TOKEN = f"1234567890:{'sEcReT_-x' * 4}"
SENT = {"message_id": 7, "date": 1_787_200_000, "chat": {"id": 5, "type": "private"}}
SHORT = 0.05  # seconds: enough for loopback where an answer comes, soon over where none does

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Server:
    """A Bot API server that answers as the test says, and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = good
        self.calls: list[str] = []
        self.peers: set[Any] = set()
        self.called = asyncio.Event()
        self.released = asyncio.Event()
        application = web.Application(client_max_size=2**26)
        application.router.add_route("*", "/{rest:.*}", self._handle)
        self.http = TestServer(application)

    @property
    def root(self) -> str:
        return str(self.http.make_url("")).rstrip("/")

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        self.calls.append(request.path.rpartition("/")[2])
        self.peers.add(request.transport.get_extra_info("peername"))
        self.called.set()
        return await self.answer(request)

    async def hang(self, request: web.Request) -> web.StreamResponse:
        await self.released.wait()
        return await good(request)

    async def hang_within_the_answer(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Length": "100"})
        await response.prepare(request)
        await response.write(b'{"ok":')
        await self.released.wait()
        return response


async def good(request: web.Request) -> web.StreamResponse:
    return web.json_response({"ok": True, "result": SENT})


def says(status: int, body: object, **parameters: int) -> Answer:
    """Answer with this status: a dict or list as JSON, a string as it is."""

    async def answer(request: web.Request) -> web.StreamResponse:
        if isinstance(body, str):
            return web.Response(status=status, text=body.replace("PATH", request.path), content_type="text/html")
        return web.json_response(body, status=status)

    return answer


def refuses(status: int, description: str, **parameters: int) -> Answer:
    refusal = {"ok": False, "error_code": status, "description": description}
    return says(status, refusal | ({"parameters": parameters} if parameters else {}))


def breaks(raw: bytes | None) -> Answer:
    """Write these bytes and close the connection, or reset it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert isinstance(request.transport, asyncio.Transport)
        if raw is None:
            request.transport.abort()
        else:
            request.transport.write(raw)
            request.transport.close()
        return web.Response()

    return answer


async def redirects(request: web.Request) -> web.StreamResponse:
    raise web.HTTPFound(request.path)


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Server]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("PTB_TIMEDELTA", "1")  # without it PTB warns whenever it makes a RetryAfter
    server = Server()
    async with server.http:
        yield server
        server.released.set()


@pytest.fixture
async def open_bot() -> AsyncIterator[Callable[..., Awaitable[Bot]]]:
    """Give a function that opens a Bot on the root given, with a transport of the timeouts given."""
    async with AsyncExitStack() as stack:

        async def open_bot(root: str, **settings: Any) -> Bot:
            transport = await stack.enter_async_context(Transport(**settings))
            return Bot(
                TOKEN,
                base_url=f"{root}/bot",
                base_file_url=f"{root}/file/bot",
                request=transport,
                get_updates_request=transport,
            )

        yield open_bot


OpenBot = Callable[..., Awaitable[Bot]]


def told_by(error: BaseException | None) -> str:
    """All that the error, and each error behind it, tells to whoever prints, logs or serialises it."""
    if error is None:
        return ""
    own = f"{error} {error!r} {error.args!r} {[getattr(error, name, None) for name in dir(error) if name[:2] != '__']}"
    return own + told_by(error.__cause__) + told_by(error.__context__)


async def failure_of(call: Awaitable[object]) -> BaseException:
    """The error of a call; not within `pytest.raises`, which keeps frames alive."""
    try:
        await call
    except Exception as error:  # noqa: BLE001 - the tests look at its type
        return error
    raise AssertionError("the call did not fail")


REFUSALS = [
    pytest.param(refuses(400, "Bad Request: message is not modified"), BadRequest, id="not modified"),
    pytest.param(refuses(400, "Bad Request: query is too old"), BadRequest, id="query too old"),
    pytest.param(refuses(400, "Bad Request: can't parse entities"), BadRequest, id="entities"),
    pytest.param(refuses(400, "Bad Request: group upgraded", migrate_to_chat_id=-100500), ChatMigrated, id="migrated"),
    pytest.param(refuses(401, "Unauthorized"), InvalidToken, id="401"),
    pytest.param(refuses(403, "Forbidden: bot was blocked by the user"), Forbidden, id="blocked"),
    pytest.param(refuses(404, "Not Found"), InvalidToken, id="404"),
    pytest.param(refuses(409, "Conflict: terminated by other getUpdates request"), Conflict, id="conflict"),
    pytest.param(refuses(429, "Too Many Requests: retry after 7", retry_after=7), RetryAfter, id="429"),
]


@pytest.mark.parametrize(("answer", "kind"), REFUSALS)
async def test_what_telegram_refused_was_certainly_not_done(
    server: Server, open_bot: OpenBot, answer: Answer, kind: type[TelegramError]
) -> None:
    server.answer = answer
    error = await failure_of((await open_bot(server.root)).send_message(5, "Hello"))
    assert type(error) is kind
    assert was_sent(error) is False
    assert TOKEN not in told_by(error)


UNKNOWN = [
    pytest.param(refuses(500, "Internal Server Error"), NetworkError, id="500"),
    pytest.param(says(502, "<h1>Bad Gateway</h1> for PATH"), NetworkError, id="a gateway's page"),
    pytest.param(redirects, NetworkError, id="redirect"),
    pytest.param(says(200, "not json PATH"), TelegramError, id="200 that is no JSON"),
    pytest.param(says(200, '{"ok": true, "resu'), TelegramError, id="200 that is half a JSON"),
    pytest.param(says(200, []), TelegramError, id="200 that is a list"),
    pytest.param(says(200, {"ok": True}), KeyError, id="no result"),
    pytest.param(says(200, {"ok": True, "result": {"message_id": 7}}), KeyError, id="missing fields"),
    pytest.param(breaks(b""), NetworkError, id="closed without an answer"),
    pytest.param(breaks(None), NetworkError, id="reset"),
    pytest.param(breaks(b'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"ok":'), NetworkError, id="closed within it"),
    pytest.param(breaks(b"SMTP ready\r\n\r\n"), NetworkError, id="not HTTP"),
]


@pytest.mark.parametrize(("answer", "kind"), UNKNOWN)
async def test_whether_it_was_done_is_unknown_after_an_answer_lost_or_unreadable(
    server: Server,
    open_bot: OpenBot,
    caplog: pytest.LogCaptureFixture,
    answer: Answer,
    kind: type[Exception],
) -> None:
    for name in ("aiohttp.client", "asyncio", "telegram.request"):
        caplog.set_level(logging.DEBUG, logger=name)
    caplog.set_level(logging.WARNING)  # the server's own log of what it was asked is not meant
    server.answer = answer
    error = await failure_of((await open_bot(server.root)).send_message(5, "Hello"))
    assert type(error) is kind
    assert was_sent(error) is None
    assert server.calls == ["sendMessage"]  # no second try of its own, no redirect followed
    assert TOKEN not in told_by(error)
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("hang", [Server.hang, Server.hang_within_the_answer])
async def test_whether_it_was_done_is_unknown_after_a_read_timeout(
    server: Server, open_bot: OpenBot, hang: Callable[[Server, web.Request], Awaitable[web.StreamResponse]]
) -> None:
    server.answer = hang.__get__(server)
    error = await failure_of((await open_bot(server.root, read_timeout=SHORT)).send_message(5, "Hello"))
    assert type(error) is TimedOut
    assert was_sent(error) is None
    assert TOKEN not in told_by(error)


async def test_a_cancelled_call_proves_nothing_and_gives_its_connection_back(server: Server, open_bot: OpenBot) -> None:
    server.answer = server.hang
    bot = await open_bot(server.root, connections=1)
    call = asyncio.create_task(bot.send_message(5, "Hello"))
    await server.called.wait()
    call.cancel()
    with pytest.raises(asyncio.CancelledError) as caught:
        await call
    assert was_sent(caught.value) is None
    server.answer = good
    assert (await bot.send_message(5, "Again")).message_id == 7


async def test_a_call_that_finds_no_free_connection_was_not_sent(server: Server, open_bot: OpenBot) -> None:
    server.answer = server.hang
    bot = await open_bot(server.root, connections=1, pool_timeout=SHORT)
    first = asyncio.create_task(bot.send_message(5, "Hello"))
    await server.called.wait()
    error = await failure_of(bot.send_message(5, "Hello"))
    assert type(error) is NotSentInTimeError
    assert isinstance(error, TimedOut)
    assert was_sent(error) is False
    assert TOKEN not in told_by(error)
    server.released.set()
    assert (await first).message_id == 7
    assert server.calls == ["sendMessage"]


async def test_a_refused_connection_was_not_sent(open_bot: OpenBot, unused_tcp_port: int) -> None:
    error = await failure_of((await open_bot(f"http://127.0.0.1:{unused_tcp_port}")).send_message(5, "Hello"))
    assert type(error) is NotSentError
    assert isinstance(error, NetworkError)
    assert was_sent(error) is False
    assert "127.0.0.1" in str(error)
    assert TOKEN not in told_by(error)


async def test_a_connection_that_is_not_made_in_time_was_not_sent(open_bot: OpenBot) -> None:
    over = asyncio.Event()

    async def accept_and_say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    silent = await asyncio.start_server(accept_and_say_nothing, "127.0.0.1", 0)
    async with silent:
        port = silent.sockets[0].getsockname()[1]
        bot = await open_bot(f"https://127.0.0.1:{port}", connect_timeout=SHORT)
        error = await failure_of(bot.send_message(5, "Hello"))
        over.set()
    assert type(error) is NotSentInTimeError
    assert isinstance(error, TimedOut)
    assert was_sent(error) is False
    assert TOKEN not in told_by(error)


async def test_a_connection_without_tls_was_not_sent(server: Server, open_bot: OpenBot) -> None:
    error = await failure_of((await open_bot(server.root.replace("http", "https"))).send_message(5, "Hello"))
    assert type(error) is NotSentError
    assert was_sent(error) is False
    assert TOKEN not in told_by(error)


async def test_a_closed_transport_sends_nothing_and_opens_again(server: Server, open_bot: OpenBot) -> None:
    bot = await open_bot(server.root)
    await bot.request.shutdown()
    assert was_sent(await failure_of(bot.send_message(5, "Hello"))) is False
    await bot.request.initialize()
    await bot.request.initialize()
    assert (await bot.send_message(5, "Hello")).message_id == 7


async def test_a_refusing_proxy_means_not_sent(open_bot: OpenBot, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[bytes] = []

    async def refuse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
        writer.close()

    proxy = await asyncio.start_server(refuse, "127.0.0.1", 0)
    async with proxy:
        port = proxy.sockets[0].getsockname()[1]
        monkeypatch.setenv("HTTPS_PROXY", f"http://guest:pass@127.0.0.1:{port}")
        monkeypatch.delenv("NO_PROXY", raising=False)
        error = await failure_of((await open_bot("https://telegram.invalid")).send_message(5, "Hello"))
    assert type(error) is NotSentError
    assert was_sent(error) is False
    assert TOKEN not in told_by(error)
    assert asked[0].startswith(b"CONNECT telegram.invalid:443 ")
    assert b"Proxy-Authorization: Basic Z3Vlc3Q6cGFzcw==" in asked[0]
    assert TOKEN.encode() not in asked[0]


async def test_a_proxy_of_a_kind_not_known_means_not_sent(open_bot: OpenBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks5://guest:pass@127.0.0.1:1080")
    monkeypatch.delenv("NO_PROXY", raising=False)
    error = await failure_of((await open_bot("https://telegram.invalid")).send_message(5, "Hello"))
    assert was_sent(error) is False
    assert "pass" not in told_by(error)


async def test_a_server_nearby_is_called_without_the_proxy(
    server: Server, open_bot: OpenBot, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")
    assert (await (await open_bot(server.root)).send_message(5, "Hello")).message_id == 7


async def test_no_proxy_is_obeyed(
    server: Server, open_bot: OpenBot, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", f"http://localhost:{unused_tcp_port}")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    error = await failure_of((await open_bot(server.root.replace("http", "https"))).send_message(5, "Hello"))
    assert "SSL" in str(error)  # it spoke to the server itself, which has no TLS


async def test_parameters_arrive_as_one_json_object(server: Server, open_bot: OpenBot) -> None:
    bodies: list[Any] = []

    async def remember(request: web.Request) -> web.StreamResponse:
        bodies.append(await request.json())
        return await good(request)

    server.answer = remember
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Кітап 📚", callback_data="v:1:2")]])
    await (await open_bot(server.root)).send_message(
        2**40, "Астана & <b>кітап</b> 📚", parse_mode="HTML", reply_markup=keyboard, protect_content=True
    )
    assert bodies == [
        {
            "chat_id": 2**40,
            "text": "Астана & <b>кітап</b> 📚",
            "parse_mode": "HTML",
            "protect_content": True,
            "reply_markup": {"inline_keyboard": [[{"text": "Кітап 📚", "callback_data": "v:1:2"}]]},
        }
    ]


@pytest.mark.parametrize("from_disk", [False, True])
async def test_files_arrive_whole_with_their_name_and_parameters(
    server: Server, open_bot: OpenBot, tmp_path: Path, *, from_disk: bool
) -> None:
    form: dict[str, Any] = {}

    async def remember(request: web.Request) -> web.StreamResponse:
        for name, value in (await request.post()).items():
            if isinstance(value, web.FileField):
                form[name] = (value.filename, value.content_type, value.file.read())
            else:
                form[name] = value
        return await good(request)

    server.answer = remember
    roster = bytes(range(256)) * 2**13  # 2 MiB: aiohttp warns of such a size where it is not streamed
    path = tmp_path / "roster"
    path.write_bytes(roster)
    bot = await open_bot(server.root)
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Back", callback_data="b")]])
    with path.open("rb") as handle:
        document = (
            InputFile(handle, filename="Тізім.pdf", read_file_handle=False)
            if from_disk
            else InputFile(roster, filename="Тізім.pdf")
        )
        await bot.send_document(5, document, caption="Bus «B01»", reply_markup=keyboard)
    assert form.pop("document") == ("Тізім.pdf", "application/pdf", roster)
    assert json.loads(form.pop("reply_markup")) == keyboard.to_dict()
    assert form == {"chat_id": "5", "caption": "Bus «B01»"}


async def test_an_upload_that_is_not_taken_ends_in_the_write_timeout(server: Server, open_bot: OpenBot) -> None:
    server.answer = server.hang  # the server does not read the body either
    bot = await open_bot(server.root, read_timeout=None)
    upload = bot.send_document(5, InputFile(bytes(2**25), filename="large.bin"), write_timeout=SHORT)
    error = await failure_of(upload)
    assert type(error) is TimedOut
    assert was_sent(error) is None
    assert TOKEN not in told_by(error)


async def test_a_timeout_given_to_a_call_wins_over_the_default(server: Server, open_bot: OpenBot) -> None:
    server.answer = server.hang
    bot = await open_bot(server.root, read_timeout=None)
    assert bot.request.read_timeout is None
    assert type(await failure_of(bot.send_message(5, "Hello", read_timeout=SHORT))) is TimedOut


async def test_after_a_timeout_the_next_call_gets_its_own_answer(server: Server, open_bot: OpenBot) -> None:
    server.answer = server.hang
    bot = await open_bot(server.root, connections=1)
    assert type(await failure_of(bot.send_message(5, "Hello", read_timeout=SHORT))) is TimedOut
    server.released.set()
    server.answer = says(200, {"ok": True, "result": True})
    assert await bot.answer_callback_query("1") is True


async def test_connections_are_kept_alive_and_bounded(server: Server, open_bot: OpenBot) -> None:
    bot = await open_bot(server.root, connections=4)
    for _ in range(8):
        await bot.send_message(5, "Hello")
    assert len(server.peers) == 1
    await asyncio.gather(*(bot.send_message(5, "Hello") for _ in range(40)))
    assert len(server.peers) == 4
    assert len(server.calls) == 48


async def test_a_file_is_fetched_as_it_is(server: Server, open_bot: OpenBot) -> None:
    async def content(request: web.Request) -> web.StreamResponse:
        return web.Response(body=bytes(range(256)))

    server.answer = content
    bot = await open_bot(server.root)
    assert await bot.request.retrieve(f"{bot.base_file_url}/documents/1") == bytes(range(256))
