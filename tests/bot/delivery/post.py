"""A post office for tests: readers, messages for them, senders that can be run, killed and run again."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from sqlalchemy import Row, select, update
from telegram.ext import ExtBot

from bot.delivery.courier import LEASE
from bot.delivery.gate import Gate
from bot.delivery.letter import Letter, Moot
from bot.delivery.pace import Pace
from bot.delivery.sender import Sender
from storage import Tx
from storage.database import Database
from storage.records import Message, NewMessage
from storage.tables import outbox as table
from storage.tables import pace as pace_table
from tests.bot.delivery.telegram_server import PATIENCE, TOKEN, FaultyTransport, TelegramServer
from tests.storage.rows import put_delegate, put_message

NOON = datetime(2025, 8, 21, 12, tzinfo=UTC)
IDLE = 0.01
QUICK = 300.0
"""Messages a second, where the pace is not what is tested."""


class Time:
    """Business time, which stands still, and a real time that a test moves; the pace's own seconds pass besides."""

    def __init__(self) -> None:
        self.business = NOON
        self.seconds = 0.0

    def now(self) -> datetime:
        return self.business

    def real_now(self) -> datetime:
        return datetime(2026, 11, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds + time.monotonic()

    def pass_lease(self) -> None:
        self.seconds += LEASE.total_seconds() + 1


def earlier(tx: Tx, seconds: float) -> None:
    """Move what the database's clock has written into the past, as if so many seconds had gone by since."""
    for one in tx.execute(select(pace_table)):
        moved = {"next_at": one.next_at - timedelta(seconds=seconds)}
        moved |= {"held_until": one.held_until - timedelta(seconds=seconds)}
        tx.execute(update(pace_table).values(moved))
    for one in tx.execute(select(table.c.id, table.c.begun_at).where(table.c.begun_at.is_not(None))).all():
        begun = {"begun_at": one.begun_at - timedelta(seconds=seconds)}
        tx.execute(update(table).where(table.c.id == one.id).values(begun))


class Post:
    """What the app gives a sender, with every choice in the hands of the test. Each post is a process of its own.

    `root` is another server than the one the test scripts.
    """

    def __init__(
        self, database: Database, telegram: TelegramServer, *, per_second: float = QUICK, root: str = ""
    ) -> None:
        self.database = database
        self.telegram = telegram
        self.time = Time()
        self.transport = FaultyTransport(read_timeout=PATIENCE)
        self.pace = Pace(database, per_second=per_second, monotonic=self.time.monotonic)
        self.bot: ExtBot[str] = ExtBot(
            TOKEN,
            base_url=f"{root or telegram.root}/bot",
            request=self.transport,
            get_updates_request=self.transport,
            rate_limiter=Gate(self.pace),
        )
        self.words: dict[str, Letter | Moot | Exception] = {}
        self.worded: list[Message] = []
        self.on_word: Callable[[Message], object] = lambda message: None
        self._worded = asyncio.Condition()
        self._stack = AsyncExitStack()

    async def __aenter__(self) -> Self:
        await self._stack.enter_async_context(self.transport)
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.pace.close()
        await self._stack.aclose()

    async def pass_time(self, seconds: float) -> None:
        """Let so many seconds go by for everybody, the database's clock too."""
        await self.database.run(earlier, seconds)
        self.time.seconds += seconds

    async def write(self, *chats: int, kind: str = "ticket", **changes: Any) -> list[int]:
        """Write a message for each of these people, who are new; return the ids of the rows."""
        return [await self.write_to(await self.reader(chat), kind=kind, **changes) for chat in chats]

    async def reader(self, chat: int) -> int:
        return await self.database.run(put_delegate, chat, now=NOON)

    async def write_to(self, reader: int, *, kind: str = "ticket", key: str = "", **changes: Any) -> int:
        message = NewMessage(
            key=key or f"{kind}/{reader}",
            kind=kind,
            delegate_id=reader,
            due_at=NOON,
            expires_at=NOON + timedelta(hours=2),
        )
        return await self.database.run(put_message, replace(message, **changes))

    async def word(self, message: Message) -> Letter | Moot:
        self.worded.append(message)
        self.on_word(message)
        async with self._worded:
            self._worded.notify_all()
        said = self.words.get(message.key, Letter(text=f"<b>{message.key}</b>"))
        if isinstance(said, Exception):
            raise said
        return said

    async def asked_for_words(self, times: int) -> None:
        """Wait until so many messages have been worded."""
        async with asyncio.timeout(PATIENCE), self._worded:
            await self._worded.wait_for(lambda: len(self.worded) >= times)

    def sender(self, *, idle_seconds: float = IDLE) -> Sender:
        """A sender to whom only tickets are critical."""
        return Sender(
            database=self.database,
            bot=self.bot,
            pace=self.pace,
            word=self.word,
            is_critical=lambda kind: kind == "ticket",
            now=self.time.now,
            real_now=self.time.real_now,
            idle_seconds=idle_seconds,
        )

    @asynccontextmanager
    async def sending(self, **settings: Any) -> AsyncIterator[Sender]:
        """A sender at work; at the end it has written down what became of its messages."""
        sender = self.sender(**settings)
        sender.start()
        try:
            yield sender
        finally:
            await sender.stop(within=PATIENCE)

    async def row(self, message_id: int) -> Row[Any]:
        return await self.database.read(lambda tx: tx.execute(select(table).where(table.c.id == message_id)).one())

    async def states(self, ids: list[int]) -> list[str]:
        rows = [await self.row(message_id) for message_id in ids]
        return [row.state for row in rows]
