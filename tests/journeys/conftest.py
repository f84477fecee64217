"""A simulator that outlives the bot, for journeys over a restart; and shorter pauses where calls fail."""

from collections.abc import AsyncIterator

import pytest

from bot.simulator import Simulator
from tests.house import TOKEN


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """Telegram's servers, which stay while the bot comes and goes."""
    server = await Simulator.start(token=TOKEN)
    try:
        yield server
    finally:
        await server.stop()


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Try again as often, but after tenths of seconds."""
    monkeypatch.setattr("bot.intake.workers._FIRST_PAUSE", 0.05)
    monkeypatch.setattr("bot.delivery.verdict._FIRST_DOUBT", 0.2)
