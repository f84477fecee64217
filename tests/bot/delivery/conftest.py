"""A post office on a fresh database and a Telegram of the test's own."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from tests.bot.delivery.post import Post
from tests.bot.delivery.telegram_server import TelegramServer


@pytest.fixture
async def telegram() -> AsyncIterator[TelegramServer]:
    """Telegram; what hangs in it is released at the end."""
    server = TelegramServer()
    async with server.http:
        yield server
        server.released.set()


@pytest.fixture
async def post(database: Database, telegram: TelegramServer) -> AsyncIterator[Post]:
    """Senders on the database of the test; those still running are stopped at the end."""
    async with Post(database, telegram) as office:
        yield office
