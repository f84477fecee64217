"""A running simulator, a bare bot that calls it, and people with phones."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest

from bot.simulator import Simulator
from tests.phone import Phone, Telegram

TOKEN = "42:TEST"
Json = dict[str, Any]
Dial = Callable[..., Awaitable[Phone]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bot:
    """Calls the Bot API with nothing in between."""

    simulator: Simulator
    session: aiohttp.ClientSession

    async def ask(self, method: str, **arguments: Any) -> Json:
        """The whole answer, whatever it says."""
        url = f"{self.simulator.url}/bot{TOKEN}/{method}"
        async with self.session.post(url, json=arguments) as response:
            answer: Json = await response.json()
            assert response.status == answer.get("error_code", 200)
            return answer

    async def __call__(self, method: str, **arguments: Any) -> Any:
        """The result of a call that must succeed."""
        answer = await self.ask(method, **arguments)
        assert answer["ok"], answer
        return answer["result"]

    async def refused(self, method: str, **arguments: Any) -> str:
        """The words of a call that must be refused."""
        answer = await self.ask(method, **arguments)
        assert not answer["ok"], answer
        return str(answer["description"])


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    running = await Simulator.start(token=TOKEN, redelivery_seconds=0.01)
    yield running
    await running.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as opened:
        yield opened


@pytest.fixture
def bot(simulator: Simulator, session: aiohttp.ClientSession) -> Bot:
    return Bot(simulator=simulator, session=session)


@pytest.fixture
def telegram(simulator: Simulator, session: aiohttp.ClientSession) -> Telegram:
    return Telegram(simulator.url, session=session)


@pytest.fixture
def dial(simulator: Simulator, session: aiohttp.ClientSession) -> Dial:
    """A phone of a person who pressed Start; the bot has taken note of it."""

    async def dialled(phone_id: int = 7, **names: Any) -> Phone:
        phone = await Phone.create(simulator.url, id=phone_id, session=session, **names)
        await phone.send("/start")
        simulator.world.updates.clear()
        return phone

    return dialled


@pytest.fixture
async def aliya(dial: Dial) -> Phone:
    return await dial(7)
