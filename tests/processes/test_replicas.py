"""Three real replicas on one PostgreSQL: the one that polls is killed, and nobody waits long or gets things twisted."""

import asyncio
import time
from collections.abc import AsyncIterator
from random import Random

import aiohttp
import pytest
from sqlalchemy import func, select

from bot.services.people import agree
from bot.simulator import Simulator
from bot.starting import load_congress
from storage import Tx, inbox
from storage.database import Database
from storage.inbox import InboxCounts
from storage.tables import leases, lines
from tests.house import OPEN
from tests.makers import PROGRAMME
from tests.phone import Phone, Telegram
from tests.processes.bot_process import TOKEN, BotProcess, bot_process

PEOPLE = 40
COMMANDS = ("/help", "/my", "/visits", "/language", "/privacy", "/cancel")
"""Each is answered by a message unlike the others."""
TAKEOVER = 30.0
POLLS = "this process polls"


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    server = await Simulator.start(token=TOKEN)
    yield server
    await server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as open_session:
        yield open_session


async def prepare(url: str) -> None:
    """The programme is applied, and everybody has agreed to the notice."""
    database = await Database.open(url)
    await load_congress(database, PROGRAMME, now=OPEN)

    def fill(tx: Tx) -> None:
        for number in range(1, PEOPLE + 1):
            agree(tx, telegram_id=number, name=f"Person {number}", language="en", notice="1", now=OPEN)

    await database.run(fill)
    await database.close()


def answers_of(phone: Phone) -> list[str]:
    """The bot's different answers, in the order of their first coming: a repeat after a crash may say one again."""
    return list(dict.fromkeys(message.text for message in phone.messages if message.from_bot))


async def is_answered(phone: Phone, *, within: float) -> list[str]:
    async with asyncio.timeout(within):
        while len(answers_of(phone)) < len(COMMANDS):
            await phone.look(wait=1)
    return answers_of(phone)


async def who_polls(bots: list[BotProcess]) -> BotProcess:
    """Wait until one of them has said that it polls."""
    waits = {asyncio.create_task(bot.logged(POLLS)): bot for bot in bots}
    done, others = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in others:
        wait.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    return waits[done.pop()]


def rows_left(tx: Tx) -> tuple[int, int]:
    return tuple(tx.scalar(select(func.count()).select_from(table)) or 0 for table in (lines, leases))  # type: ignore[return-value]


async def test_the_poller_is_killed_under_load_and_nothing_is_lost_or_out_of_order(
    postgresql_url: str, simulator: Simulator, session: aiohttp.ClientSession
) -> None:
    chance = Random(1)
    await prepare(postgresql_url)
    settings = {"token": TOKEN, "api_url": simulator.url, "database_url": postgresql_url, "clock": OPEN.isoformat()}
    crowd = [
        await Phone.create(simulator.url, id=number, first_name=f"Person {number}", session=session)
        for number in range(1, PEOPLE + 1)
    ]

    async def person(phone: Phone) -> list[str]:
        for command in COMMANDS:
            await phone.send(command)
            await asyncio.sleep(chance.random())
        return await is_answered(phone, within=2 * TAKEOVER)

    async with bot_process(settings) as first, bot_process(settings) as second, bot_process(settings) as third:
        bots = [first, second, third]
        poller = await who_polls(bots)
        everybody = asyncio.gather(*(person(phone) for phone in crowd))
        await crowd[0].wait_for(lambda message: True, timeout=20)
        await asyncio.sleep(0.5)  # in the midst of it
        await poller.kill()
        killed = time.monotonic()
        bots.remove(poller)
        heir = await who_polls(bots)
        assert time.monotonic() - killed < TAKEOVER
        seen = await everybody

        expected = seen[0]
        assert [told for told in seen if told != expected] == []
        assert await Telegram(simulator.url, session=session).pending() == 0

        began = time.monotonic()
        assert await heir.stop() == 0
        bots.remove(heir)
        (last,) = bots
        await last.logged(POLLS)
        assert time.monotonic() - began < 10, "whoever stops lets others poll at once"
        latecomer = crowd[0]
        newest = latecomer.messages[-1]
        await latecomer.send("/help")
        await latecomer.wait_for(lambda message: True, newer_than=newest, timeout=20)
        assert await last.stop() == 0

    database = await Database.open(postgresql_url)
    counts = await database.read(inbox.count)
    held, leased = await database.read(rows_left)
    await database.close()
    assert counts == InboxCounts(received=0, done=PEOPLE * len(COMMANDS) + 1, parked=0)
    assert held == 0
    assert leased <= 2, "the killed one's: of the process, and perhaps of polling"
