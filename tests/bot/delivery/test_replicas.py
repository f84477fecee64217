"""Several senders on one PostgreSQL, as replicas are: one pace for all, and one hold."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import pairwise

import aiohttp
import pytest

from bot.delivery.pace import PER_SECOND
from bot.simulator import Simulator
from storage import Tx, pace
from storage.database import Database
from storage.records import MessageState
from tests.bot.delivery.post import Post
from tests.bot.delivery.telegram_server import TOKEN, TelegramServer, refuses
from tests.journeys.scenes import until
from tests.phone import Phone, Telegram

REPLICAS = 3
E = MessageState


@asynccontextmanager
async def replicas(
    url: str, telegram: TelegramServer, *, per_second: float, root: str = ""
) -> AsyncIterator[list[Post]]:
    """Posts that share nothing but the database, each with its own connections."""
    async with AsyncExitStack() as stack:
        posts = []
        for _ in range(REPLICAS):
            database = await Database.open(url, migrate=False)
            stack.push_async_callback(database.close)
            posts.append(await stack.enter_async_context(Post(database, telegram, per_second=per_second, root=root)))
        yield posts


async def test_three_senders_share_one_pace(postgresql_url: str, telegram: TelegramServer) -> None:
    """Where the server counts by sliding window; each alone would go at 27 a second."""
    number = 100
    people = range(1, number + 1)
    simulator = await Simulator.start(token=TOKEN)
    try:
        async with aiohttp.ClientSession() as session:
            server = Telegram(simulator.url, session=session)
            for person in people:
                await (await Phone.create(simulator.url, id=person, session=session)).send("/start")
            await server.limits(enforce=True, window="sliding")
            async with replicas(postgresql_url, telegram, per_second=PER_SECOND, root=simulator.url) as posts:
                ids = await posts[0].write(*people)
                async with AsyncExitStack() as sending:
                    for post in posts:
                        await sending.enter_async_context(post.sending())
                    await until(lambda: all_sent(posts[0], ids), seconds=60)
                turns = sorted([(await posts[0].row(one)).begun_at for one in ids])
            calls = [call for call in await server.calls() if call.method.lower() == "sendmessage"]
    finally:
        await simulator.stop()
    refused = [call for call in calls if call.status == 429]
    # None where the machine keeps time; where it stands still for tenths of seconds, three are the bar of `make proof`.
    assert len(refused) <= 3
    assert Counter(call.chat_id for call in calls if call.status == 200) == Counter(people)
    gap = 1 / PER_SECOND
    assert min((later - earlier).total_seconds() for earlier, later in pairwise(turns)) >= gap - 0.001
    # Nobody is left out: turns go to whoever asks, one after the other.
    assert min(len(post.worded) for post in posts) >= number / REPLICAS / 3


async def all_sent(post: Post, ids: list[int]) -> bool:
    return set(await post.states(ids)) == {E.SENT}


@pytest.mark.parametrize("told", [True, False])
async def test_when_one_is_told_to_wait_the_others_keep_still(
    postgresql_url: str, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch, told: bool
) -> None:
    """`told` False is the control: the pause stays the secret of the one who was told, and the others go on."""
    if not told:
        monkeypatch.setattr(pace, "hold", keep_it_secret)
    async with replicas(postgresql_url, telegram, per_second=100) as posts, AsyncExitStack() as sending:
        await posts[0].write(*range(1, 61))
        telegram.script.append(refuses(429, "Too Many Requests: retry after 60", retry_after=60))
        for post in posts:
            await sending.enter_async_context(post.sending())
        if told:
            await telegram.called(1)
            await sending.aclose()  # all three have given back what they had in hand
            assert (await posts[0].database.read(pace.read)).held_seconds > 0
            # Those who were in the middle of a call could not be held back any more.
            assert len(telegram.calls) < 20
        else:
            await telegram.called(40)


def keep_it_secret(tx: Tx, *, seconds: float) -> None:
    """Write nothing."""
