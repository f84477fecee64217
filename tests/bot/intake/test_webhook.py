"""The public door over real HTTP: who gets in, in which order things are looked at, and what nobody hears."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hmac import compare_digest
from typing import Any

import pytest

from bot.intake import webhook
from bot.intake.webhook import MOST_BYTES, Webhook
from bot.tally import Tally
from bot.web import HttpServer
from tests.bot.intake.source import message

SECRET = "wEbHoOk-secret_01"
PATIENCE = 10.0


@dataclass(slots=True)
class Store:
    """Takes every update, or fails as often as the test says."""

    taken: list[Any] = field(default_factory=list)
    failures: int = 0
    held: asyncio.Event | None = None
    began: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, updates: Sequence[Any]) -> None:
        self.began.set()
        if self.held is not None:
            await self.held.wait()
        if self.failures:
            self.failures -= 1
            raise OSError("the database is away")
        self.taken.extend(updates)


@dataclass(slots=True)
class Door:
    """A running door, and raw connections to it."""

    server: HttpServer
    store: Store
    tally: Tally

    @asynccontextmanager
    async def connection(self) -> AsyncIterator["Line"]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.server.port)
        try:
            yield Line(reader, writer)
        finally:
            writer.close()
            await asyncio.gather(writer.wait_closed(), return_exceptions=True)

    async def ask(self, *args: Any, **kwargs: Any) -> int:
        """One request on a connection of its own; return the status."""
        async with self.connection() as line:
            return (await line.ask(*args, **kwargs))[0]


@dataclass(slots=True)
class Line:
    """One connection, byte by byte."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def ask(
        self,
        body: bytes | Any = b"",
        *,
        method: str = "POST",
        path: str = "/hook",
        secret: str | None = SECRET,
        length: int | None = None,
        **headers: str,
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request; return status, headers and body of the answer. `length` is what is declared."""
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        said = {"host": "bot", "content-type": "application/json", "content-length": str(length or len(content))}
        if secret is not None:
            said["x-telegram-bot-api-secret-token"] = secret
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.raw(head(f"{method} {path}", **said) + content)

    async def raw(self, sent: bytes) -> tuple[int, dict[str, str], bytes]:
        self.writer.write(sent)
        async with asyncio.timeout(PATIENCE):
            lines = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
            body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return int(lines[0].split()[1]), headers, body

    async def pour(self, size: int) -> int:
        """Send so many bytes, or what the other side takes of them; return how many."""
        piece = b"x" * 65_536
        for sent in range(0, size, len(piece)):
            self.writer.write(piece)
            try:
                await self.writer.drain()
            except ConnectionError:
                return sent
        return size

    async def hung_up(self) -> None:
        """Read what may still come; return once the other side has closed the connection."""
        async with asyncio.timeout(PATIENCE):
            await asyncio.gather(self.reader.read(), return_exceptions=True)  # a reset is an end too


def head(request: str, **headers: str) -> bytes:
    lines = [f"{request} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode()


@asynccontextmanager
async def open_door(store: Store | None = None) -> AsyncIterator[Door]:
    store, tally = store or Store(), Tally()
    server = HttpServer(Webhook(path="/hook", secret=SECRET, store=store, tally=tally).app(), ("127.0.0.1", 0))
    server.start()
    try:
        yield Door(server, store, tally)
    finally:
        await asyncio.wait_for(server.stop(within=1), PATIENCE)


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with open_door() as opened:
        yield opened


async def test_an_update_is_stored_then_answered_without_a_word(door: Door) -> None:
    async with door.connection() as line:
        for number in (5, 6):  # the connection stays open for the next one
            status, headers, body = await line.ask(message(number, 7))
            assert (status, body) == (200, b"")
            assert set(headers) - {""} == {"date", "content-length"}
    assert door.store.taken == [message(5, 7), message(6, 7)]
    assert door.tally.webhook == {200: 2}


@pytest.mark.parametrize("secret", [None, "", "wrong", SECRET[:-1], SECRET + "x", SECRET.upper(), "s" * 5000])
async def test_without_the_secret_nothing_is_taken(door: Door, secret: str | None) -> None:
    async with door.connection() as line:
        status, headers, body = await line.ask(message(5, 7), secret=secret)
        assert (status, headers["connection"], body) == (403, "close", b"")
        await line.hung_up()
    assert door.store.taken == []


async def test_a_secret_given_twice_is_none(door: Door) -> None:
    content = json.dumps(message(5, 7)).encode()
    given = f"x-telegram-bot-api-secret-token: {SECRET}\r\n"
    request = f"POST /hook HTTP/1.1\r\nhost: x\r\n{given * 2}content-type: application/json\r\n"
    async with door.connection() as line:
        assert (await line.raw(f"{request}content-length: {len(content)}\r\n\r\n".encode() + content))[0] == 403


async def test_ninety_megabytes_with_a_wrong_secret_are_not_read(door: Door) -> None:
    ninety = 90 * 1024 * 1024
    async with door.connection() as line:
        # The answer comes though not a byte of the body was sent: nothing of it was waited for.
        assert (await line.ask(secret="wrong", length=ninety, expect="100-continue"))[0] == 403
        assert await line.pour(ninety) < ninety / 4


async def test_the_secret_is_what_compare_digest_says(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[bytes, bytes]] = []

    def spy(given: bytes, known: bytes) -> bool:
        compared.append((given, known))
        return compare_digest(given, known)

    monkeypatch.setattr(webhook, "compare_digest", spy)
    statuses = [await door.ask(message(5, 7), secret=secret) for secret in (SECRET, "wrong", None)]
    assert statuses == [200, 403, 403]
    assert compared == [(SECRET.encode(), SECRET.encode()), (b"wrong", SECRET.encode()), (b"", SECRET.encode())]
    # The negative control: nothing else stands in the way of a wrong secret, or helps the right one.
    monkeypatch.setattr(webhook, "compare_digest", lambda *_: True)
    assert await door.ask(message(6, 7), secret="wrong") == 200
    monkeypatch.setattr(webhook, "compare_digest", lambda *_: False)
    assert await door.ask(message(7, 7)) == 403


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        *((method, "/hook", 405) for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW")),
        *(("POST", path, 404) for path in ("/", "/hook/", "/HOOK", "//hook", "/hook/x", "/metrics", "/health")),
        *(("GET", path, 404) for path in ("/docs", "/openapi.json", "/hook/", "/favicon.ico", "/health", "/metrics")),
    ],
)
async def test_everything_else_hears_a_bare_number(door: Door, method: str, path: str, status: int) -> None:
    async with door.connection() as line:
        answer, headers, body = await line.ask(message(5, 7), method=method, path=path)
    assert (answer, body, headers["connection"]) == (status, b"", "close")
    assert set(headers) - {""} == {"date", "content-length", "connection"}
    assert door.store.taken == []


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/json", 200),
        ("application/json; charset=utf-8", 200),
        ("Application/JSON;charset=UTF-8", 200),
        ("", 415),
        ("text/plain", 415),
        ("application/jsonp", 415),
        ("application/x-www-form-urlencoded", 415),
        ("multipart/form-data; boundary=x", 415),
    ],
)
async def test_only_json_is_taken(door: Door, kind: str, status: int) -> None:
    assert await door.ask(message(5, 7), content_type=kind) == status


async def test_a_packed_body_is_not_taken(door: Door) -> None:
    assert await door.ask(message(5, 7), content_encoding="gzip") == 415


async def test_a_body_may_have_a_mebibyte_and_no_more(door: Door) -> None:
    update = json.dumps(message(5, 7)).encode()
    assert await door.ask(update.ljust(MOST_BYTES)) == 200
    async with door.connection() as line:  # declared too large: refused before it comes
        assert (await line.ask(length=MOST_BYTES + 1))[0] == 413
    pieces = b"".join(b"10000\r\n" + b" " * 0x10000 + b"\r\n" for _ in range(17))
    chunked: Any = {"content_length": "", "transfer_encoding": "chunked"}
    async with door.connection() as line:  # not declared: refused once it has grown so large, without its end
        assert (await line.ask(pieces, **chunked))[0] == 413
    whole = f"{len(update):x}\r\n".encode() + update + b"\r\n0\r\n\r\n"
    assert await door.ask(whole, **chunked) == 200
    assert len(door.store.taken) == 2


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b"null",
        b"[]",
        b'"x"',
        b'{"update_id":"5"}',
        b'{"update_id":-1}',
        b'{"update_id":1e3}',
        b'{"update_id":%d}' % 2**64,
        b'{"update_id":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
    ],
)
async def test_what_nobody_could_ever_read_is_counted_and_not_brought_again(door: Door, body: bytes) -> None:
    assert await door.ask(body) == 200
    assert door.tally.updates == {"unreadable": 1}
    assert door.store.taken == []


async def test_while_the_store_is_away_telegram_is_told_to_come_again(
    door: Door, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    door.store.failures = 3
    assert [await door.ask(message(5, 7)) for _ in range(5)] == [503, 503, 503, 200, 200]
    assert door.store.taken == [message(5, 7)] * 2  # that a repeat has no second effect is the inbox's promise
    told = [record.message for record in caplog.records if record.name == webhook.__name__]
    assert [words.partition(",")[0] for words in told] == ["updates cannot be stored", "updates can be stored again"]
    assert "salem" not in caplog.text


async def test_a_store_that_hangs_is_away(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_STORE_SECONDS", 0.05)
    door.store.held = asyncio.Event()
    assert await door.ask(message(5, 7)) == 503


async def test_a_body_that_does_not_come_is_not_waited_for(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "_BODY_SECONDS", 0.05)
    async with door.connection() as line:
        assert (await line.ask(b'{"update_id":', length=500))[0] == 408
        await line.hung_up()


async def test_a_head_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web._HEAD_SECONDS", 0.05)
    async with open_door() as door:
        for begun in (b"", b"POST /hook HTTP/1.1\r\nhost:"):
            async with door.connection() as line:
                line.writer.write(begun)
                await line.hung_up()
        async with door.connection() as line:  # nor is a second one, trickling in after a good first
            assert (await line.ask(message(5, 7)))[0] == 200
            line.writer.write(b"POST /ho")
            await line.hung_up()


async def test_who_hangs_up_in_mid_body_leaves_no_trace(door: Door, caplog: pytest.LogCaptureFixture) -> None:
    async with door.connection() as line:
        line.writer.write(
            head(
                "POST /hook",
                **{"x-telegram-bot-api-secret-token": SECRET, "content-type": "application/json"},
                host="x",
                **{"content-length": "500"},
            )
            + b"{"
        )
        await line.writer.drain()
    assert await door.ask(message(5, 7)) == 200
    assert door.store.taken == [message(5, 7)]
    assert not [record for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.parametrize(
    "request_head",
    [
        "transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 6\r\n",
        "content-length: +5\r\n",
        "content-length: 0x5\r\n",
        "transfer-encoding : chunked\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: gzip, chunked\r\n",
        "x: y\r\n content-length: 5\r\nbad header\r\n",
    ],
)
async def test_a_request_that_two_servers_could_read_differently_is_refused(door: Door, request_head: str) -> None:
    first = f"POST /hook HTTP/1.1\r\nhost: x\r\nx-telegram-bot-api-secret-token: {SECRET}\r\n"
    inner = json.dumps(message(6, 7)).encode()
    smuggled = first + f"content-type: application/json\r\ncontent-length: {len(inner)}\r\n\r\n"
    async with door.connection() as line:
        status, _, _ = await line.raw(
            f"{first}content-type: application/json\r\n{request_head}\r\n".encode()
            + b"0\r\n\r\n"
            + smuggled.encode()
            + inner
        )
        assert status in (400, 501)
        await line.hung_up()
    assert door.store.taken == []


async def test_two_requests_in_one_go_are_two(door: Door) -> None:
    content = json.dumps(message(5, 7)).encode()
    first = f"POST /hook HTTP/1.1\r\nhost: x\r\nx-telegram-bot-api-secret-token: {SECRET}\r\n"
    one = f"{first}content-type: application/json\r\ncontent-length: {len(content)}\r\n\r\n".encode() + content
    async with door.connection() as line:
        assert (await line.raw(one + one))[0] == 200
        assert (await line.raw(b""))[0] == 200
    assert len(door.store.taken) == 2


@pytest.mark.parametrize("released", [True, False])
async def test_a_stop_lets_in_who_stands_in_the_door_and_nobody_else(released: bool) -> None:
    store = Store(held=asyncio.Event())
    async with open_door(store) as door, door.connection() as line, door.connection() as idle:
        asking = asyncio.create_task(line.ask(message(5, 7)))
        await store.began.wait()
        stopping = asyncio.create_task(door.server.stop(within=1))
        await idle.hung_up()
        with pytest.raises(ConnectionError):
            await door.ask(message(6, 7))
        if released:
            assert store.held is not None
            store.held.set()
        await asyncio.wait_for(stopping, PATIENCE)
        assert (await asking)[0] == (200 if released else 503)
    assert store.taken == ([message(5, 7)] if released else [])


async def test_a_port_in_use_is_told_at_once(door: Door) -> None:
    with pytest.raises(OSError, match="in use"):
        HttpServer(
            Webhook(path="/", secret=SECRET, store=Store(), tally=Tally()).app(), ("127.0.0.1", door.server.port)
        )
