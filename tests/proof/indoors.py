"""The whole application with only the transport cut: calls reach the simulator's methods without a socket.

Everything above the transport is real, the database to the disk included; Telegram's rules are the simulator's own.
What the bot calls is handed to `heard`, with the answer it got.
"""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from unittest.mock import patch

from sqlalchemy import select
from telegram.request import BaseRequest, RequestData

from bot.app import App
from bot.clock import Clock
from bot.intake import Intake
from bot.services.authority import REFUSED
from bot.settings import read_settings
from bot.simulator import Simulator
from bot.simulator.arguments import Arguments, Upload
from bot.simulator.chats import Chat
from bot.simulator.errors import bad_request
from bot.simulator.methods import Answer, perform, refuse
from bot.simulator.phones import put_phone
from bot.simulator.wire import Json, dumps
from bot.simulator.world import World
from storage import Tx, tables
from storage.database import Database
from tests.house import OPEN, OWNER, TOKEN

LONGEST_HANDLING = 120.0
"""Real seconds until a batch counts as stuck."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """One call of the bot, and what it was told: `refusal` is empty when it was obeyed."""

    method: str
    values: Json
    files: dict[str, Upload]
    refusal: str


class Cut(BaseRequest):
    """A transport without wires: a call is made by the simulator in the same process."""

    def __init__(self, world: World, heard: Callable[[Heard], None]) -> None:
        self._world = world
        self._heard = heard

    @property
    def read_timeout(self) -> float:
        return 5.0

    async def initialize(self) -> None:
        """Nothing to open."""

    async def shutdown(self) -> None:
        """Nothing to close."""

    async def do_request(
        self, url: str, method: str, request_data: RequestData | None = None, *timeouts: Any, **more: Any
    ) -> tuple[int, bytes]:
        """Give the status and the body that the simulator would send over HTTP."""
        name = url.rpartition("/")[2].partition("?")[0]
        if "/file/bot" in url:
            file = self._world.files.find(name)
            return (200, file.content) if file is not None else (404, b"")
        values, files = _sent(request_data)
        try:
            dumps(values).encode()
            answer = await perform(self._world, name, Arguments(values, files))
        except UnicodeEncodeError:
            answer = refuse(bad_request("strings must be encoded in UTF-8"))
        self._heard(Heard(method=name, values=values, files=files, refusal=_refusal(answer)))
        return answer.status, answer.body.encode()


def _sent(request_data: RequestData | None) -> tuple[Json, dict[str, Upload]]:
    """What travels: parameters as JSON, files beside them."""
    if request_data is None:
        return {}, {}
    values: Json = json.loads(json.dumps(request_data.parameters))
    files = {
        name: Upload(name=filename, mime_type=kind, content=content if isinstance(content, bytes) else content.read())
        for name, (filename, content, kind) in (request_data.multipart_data or {}).items()
    }
    return values, files


def _refusal(answer: Answer) -> str:
    return "" if answer.status == 200 else str(json.loads(answer.body)["description"])


@dataclass(slots=True, kw_only=True)
class Indoors:
    """The running application, the Telegram it talks to, and who can write to it."""

    app: App
    clock: Clock
    simulator: Simulator
    errors: list[tuple[int | None, BaseException | None]] = field(default_factory=list)
    """What reached the error handler: the update's id and the exception."""
    calls: list[Heard] = field(default_factory=list)
    """What the bot called; whoever reads it empties it."""
    _last_id: int = 1000

    @property
    def world(self) -> World:
        return self.simulator.world

    @property
    def db(self) -> Database:
        return self.app.db

    def new_update_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def person(self, number: int, first_name: str = "Emma", *, language: str | None = "en", **names: str) -> Chat:
        """A phone whose owner has opened the chat."""
        put_phone(self.world, {"id": number, "first_name": first_name, "language_code": language, **names})
        chat = self.world.chats[number]
        chat.started = True
        return chat

    async def agree(self, chat: Chat, language: str = "en") -> None:
        """Make the person a delegate."""
        await self.deliver([self.text(chat, "/start")])
        notice = self.newest(chat)
        await self.deliver([self.tap(chat, f"ok:{language}:", notice)])

    def newest(self, chat: Chat) -> Json:
        """The newest message of the bot in this chat, as Telegram would send it along with a tap."""
        message = next(chat.messages[number] for number in sorted(chat.messages, reverse=True))
        return dict(json.loads(message.wire()))

    def buttons(self, chat: Chat) -> list[str]:
        """The callback data of the newest message."""
        rows = self.newest(chat).get("reply_markup", {}).get("inline_keyboard", ())
        return [button["callback_data"] for row in rows for button in row if "callback_data" in button]

    def message(self, author: Chat, /, **content: Any) -> Json:
        """The update of a message from this person in the private chat."""
        return {"update_id": self.new_update_id(), "message": self.a_message(author, **content)}

    def a_message(self, author: Chat, /, **content: Any) -> Json:
        """The message itself; `content` may change who wrote it and where."""
        return {
            "message_id": self.world.new_message_id(),
            "from": json.loads(author.user),
            "chat": json.loads(author.wire),
            "date": int(time.time()),
            **content,
        }

    def text(self, chat: Chat, text: str, **content: Any) -> Json:
        """The update of a typed text; a command is marked as Telegram marks it."""
        return self.message(chat, **written(text), **content)

    def tap(self, chat: Chat, data: str, message: Json | None, **content: Any) -> Json:
        """The update of a tap on a message, whether it has such a button or not."""
        query = self.world.queries.open(chat, now=time.monotonic())
        tapped = {
            "id": query.query_id,
            "from": json.loads(chat.user),
            "chat_instance": "1",
            "data": data,
            **content,
        }
        if message is not None:
            tapped["message"] = message
        return {"update_id": self.new_update_id(), "callback_query": tapped}

    async def deliver(self, updates: Sequence[Any], *, but: Collection[int] = ()) -> None:
        """Bring the updates; return once all are handled or parked, but for those of these ids."""
        await self.app.intake.stored(updates)
        async with asyncio.timeout(LONGEST_HANDLING):
            while await self.db.read(_unfinished, but):  # noqa: ASYNC110 - only committed facts count
                await asyncio.sleep(0.001)

    @asynccontextmanager
    async def without_ticks(self) -> AsyncIterator[None]:
        """Let the block see what updates change, and nothing that the hour does."""
        ticker = self.app._ticker
        ticker._scheduler.pause()
        if ticker._running:
            await asyncio.wait(ticker._running)
        try:
            yield
        finally:
            ticker._scheduler.resume()

    async def reaction(self, update: Json) -> list[tuple[str, Json]]:
        """What the bot calls because of one update, without what differs each time."""
        self.calls.clear()
        await self.deliver([update])
        return [
            (call.method, {name: value for name, value in call.values.items() if name != "callback_query_id"})
            for call in self.calls
        ]


def written(text: str) -> Json:
    """The fields of a typed text: Telegram marks a command at its beginning as an entity."""
    word = text.split()[0] if text.split() else ""
    if not (text.startswith("/") and len(word) > 1 and word[1:].partition("@")[0].isascii()):
        return {"text": text}
    return {"text": text, "entities": [{"type": "bot_command", "offset": 0, "length": len(word)}]}


def _unfinished(tx: Tx, but: Iterable[int]) -> int:
    waiting = select(tables.inbox.c.update_id).where(tables.inbox.c.state == "received")
    return len(set(tx.scalars(waiting)).difference(but))


AT_WORK = frozenset(("inbox", "leases", "lines", "pace"))
"""Tables that change with every update or with time alone, whatever it says."""


def all_rows(tx: Tx) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table but of those that change by work alone: what an update without effect leaves alike.

    That it was tried without a right is written down, and no effect.
    """
    everything = {table: select(table).order_by(*table.primary_key) for table in tables.metadata.sorted_tables}
    everything[tables.log] = everything[tables.log].where(tables.log.c.action != REFUSED)
    return {
        table.name: [tuple(row) for row in tx.execute(query)]
        for table, query in everything.items()
        if table.name not in AT_WORK
    }


@asynccontextmanager
async def indoors(database_url: str) -> AsyncIterator[Indoors]:
    """Run the application until the block ends."""
    simulator = await Simulator.start(token=TOKEN, page=False, query_seconds=300.0)
    clock = Clock(OPEN)
    calls: list[Heard] = []
    settings = read_settings(
        _env_file=None, token=TOKEN, api_url=simulator.url, database_url=database_url, owner_ids=str(OWNER)
    )
    app = App(settings, clock=clock)
    with (
        patch("bot.app.Transport", lambda *_, **__: Cut(simulator.world, calls.append)),
        patch("bot.app.Intake", partial(Intake, pause=_hurry)),
    ):
        await app.start(poll=False)
    house = Indoors(app=app, clock=clock, simulator=simulator, calls=calls)

    async def note(update: object, context: Any) -> None:
        house.errors.append((getattr(update, "update_id", None), context.error))

    app.application.add_error_handler(note)
    try:
        with patch(
            "bot.intake.marks._GATHERS_FOR", 0.0
        ):  # an update is done at once: thousands are waited for one by one
            yield house
    finally:
        await asyncio.wait_for(app.stop(), 15)
        await simulator.stop()


async def _hurry(seconds: float) -> None:
    """The pause before a failed update is tried again, a twentieth of it."""
    await asyncio.sleep(seconds / 20)


class Listener(logging.Handler):
    """Collects what was logged as an error, or with a traceback."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.ERROR or record.exc_info:
            self.records.append(record)
