"""The whole application against the simulator, over HTTP: fixtures for journeys, on SQLite and on PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest

from bot.app import App
from bot.clock import Clock
from bot.settings import read_settings
from bot.simulator import Simulator
from storage.database import Database
from tests.phone import Phone, Telegram

T = TypeVar("T")

TOKEN = "424242:TEST-TEST-TEST-TEST-TEST-TEST-TEST-"
OPEN = datetime.fromisoformat("2025-08-20T09:00+05:00")
"""Two days before the visits of the shipped programme: booking is open."""
OWNER = 9001


def at(text: str) -> datetime:
    """Return the moment of such as "08-22 08:30" on the congress's clocks."""
    return datetime.fromisoformat(f"2025-{text.replace(' ', 'T')}+05:00")


@dataclass(kw_only=True)
class Running:
    """A running bot, the simulator it talks to, and the people."""

    simulator: Simulator
    telegram: Telegram
    session: aiohttp.ClientSession
    app: App
    clock: Clock
    _ids: list[int] = field(default_factory=lambda: [1000])

    @property
    def db(self) -> Database:
        return self.app.db

    async def ask(self, query: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Look at committed facts through a transaction of one's own."""
        return await self.db.read(query, *args, **kwargs)

    async def stranger(self, first_name: str = "Emma", *, language: str | None = "en", id: int | None = None) -> Phone:
        """A phone that has never written to the bot."""
        self._ids[0] += 1
        return await Phone.create(
            self.simulator.url,
            id=id or self._ids[0],
            first_name=first_name,
            language_code=language,
            session=self.session,
        )

    async def delegate(self, first_name: str = "Emma", *, language: str = "en", id: int | None = None) -> Phone:
        """A phone whose owner has agreed to the notice."""
        phone = await self.stranger(first_name, language=language, id=id)
        await phone.send("/start")
        notice = await phone.wait_for(lambda message: message.button(f"ok:{language}:") is not None)
        await phone.tap(f"ok:{language}:", message=notice)
        await phone.wait_for(lambda message: message.button("cities") is not None)
        return phone

    async def organizer(self, *, language: str = "en") -> Phone:
        """The owner named by BOT_OWNER_IDS."""
        return await self.delegate("Gulzhan", language=language, id=OWNER)

    async def card(self, phone: Phone, key: str) -> Any:
        """Open a visit's card by its deep link."""
        newest = phone.messages[-1] if phone.messages else None
        await phone.send(f"/start v_{key}")
        return await phone.wait_for(lambda message: message.button("pin:") is not None, newer_than=newest)

    async def book(self, phone: Phone, key: str) -> Any:
        """Sign up alone; return the ticket's message."""
        card = await self.card(phone, key)
        await phone.tap("book:", message=card)
        return await phone.wait_for(lambda message: message.button("giveq:") is not None, newer_than=card)


@asynccontextmanager
async def running_bot(
    database_url: str,
    *,
    now: datetime = OPEN,
    simulator: Simulator | None = None,
    programme: Path | None = None,
    **more_settings: Any,
) -> AsyncIterator[Running]:
    """Run the whole application until the block ends."""
    own = simulator is None
    telegram_server = simulator or await Simulator.start(token=TOKEN)
    clock = Clock(now)
    given: dict[str, Any] = more_settings | ({} if programme is None else {"programme": programme})
    settings = read_settings(
        _env_file=None,
        token=TOKEN,
        api_url=telegram_server.url,
        database_url=database_url,
        owner_ids=str(OWNER),
        **given,
    )
    app = App(settings, clock=clock)
    await app.start()
    async with aiohttp.ClientSession() as session:
        try:
            yield Running(
                simulator=telegram_server,
                telegram=Telegram(telegram_server.url, session=session),
                session=session,
                app=app,
                clock=clock,
            )
        finally:
            await asyncio.wait_for(app.stop(), 15)
            if own:
                await telegram_server.stop()


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[Running]:
    """The running bot, once on SQLite and once on PostgreSQL."""
    async with running_bot(database_url) as running:
        yield running


@pytest.fixture
async def quick_house(sqlite_url: str) -> AsyncIterator[Running]:
    """The running bot on SQLite alone, for what does not depend on the database."""
    async with running_bot(sqlite_url) as running:
        yield running
