"""The bot as a process with its doors open: SIGTERM ends it in time and loses nothing that came in by webhook."""

import asyncio
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.simulator import Simulator
from storage import inbox
from storage.database import Database
from tests.house import OPEN
from tests.phone import Phone, Telegram
from tests.processes.bot_process import TOKEN, bot_process, run_command
from tests.proof.fleet import free_port

SECRET = "wEbHoOk-secret_01"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    running = await Simulator.start(token=TOKEN, redelivery_seconds=0.1)
    yield running
    await running.stop()


@pytest.fixture
def settings(simulator: Simulator, database_url: str) -> dict[str, str]:
    port = free_port()
    return {
        "token": TOKEN,
        "api_url": simulator.url,
        "database_url": database_url,
        "clock": OPEN.isoformat(),
        "webhook_url": f"http://127.0.0.1:{port}/hook",
        "webhook_secret": SECRET,
        "listen": f"127.0.0.1:{port}",
        "metrics": f"127.0.0.1:{free_port()}",
    }


@pytest.mark.parametrize("signals", [1, 2])
async def test_sigterm_in_the_middle_of_hanging_handlers_loses_no_update(
    simulator: Simulator, settings: dict[str, str], signals: int
) -> None:
    people = range(11, 31)
    async with Telegram(simulator.url) as telegram, aiohttp.ClientSession() as session:
        phones = [await Phone.create(simulator.url, id=person, session=session) for person in people]
        async with bot_process(settings) as bot:
            async with session.get(f"http://{settings['metrics']}/health") as answer:
                assert (answer.status, await answer.text()) == (200, "well")
            await telegram.fault("sendMessage", "hang", times=-1)
            for phone in phones:
                await phone.send("/start")
            async with asyncio.timeout(60):
                while not await telegram.calls("sendMessage"):  # each look is a call over HTTP: others get their turn
                    pass
            assert await bot.stop(signals=signals) == 0
        assert "stopped" in bot.lines[-1]
        assert not any(word in line for line in bot.lines for word in ("Traceback", "Unclosed", SECRET, TOKEN))
        await telegram.heal()
        async with bot_process(settings):
            for phone in phones:
                await phone.wait_for(lambda message: message.from_bot, timeout=30)
            assert await telegram.calls("getUpdates") == []
    database = await Database.open(settings["database_url"])
    counts = await database.read(inbox.count)
    await database.close()
    assert counts.parked == 0
    assert counts.received + counts.done == len(people)


async def test_a_port_in_use_is_one_line(settings: dict[str, str]) -> None:
    async with bot_process(settings):
        other = {**settings, "database_url": settings["database_url"].replace("test.sqlite", "other.sqlite")}
        code, output = await run_command("run", **other)
    assert code == 2
    assert output.startswith("BOT_METRICS: 127.0.0.1:")
    assert len(output.splitlines()) == 1
