"""A sender is killed, really, in the middle of sixty messages; another one takes over what it left."""

import asyncio
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import real_now
from bot.delivery.courier import LEASE
from storage.database import Database
from storage.records import MessageState
from tests.bot.delivery.post import Post
from tests.bot.delivery.telegram_server import PATIENCE, Call, TelegramServer

ROOT = Path(__file__).parents[3]
PEOPLE = 60
E = MessageState


async def kill_in_the_middle(url: str, telegram: TelegramServer, *, after: int) -> None:
    """Run a sender of its own process and kill it as it makes this call."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bot.delivery.dying_sender", url, telegram.root, cwd=ROOT
    )

    def kill(call: Call) -> None:
        if len(telegram.calls) == after:
            process.kill()

    telegram.on_call = kill
    try:
        async with asyncio.timeout(PATIENCE):
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    telegram.on_call = lambda call: None
    assert len(telegram.calls) >= after


@pytest.mark.parametrize("after", [1, 23])
@pytest.mark.parametrize("kind", ["ticket", "announcement"])
async def test_after_a_kill_nobody_is_forgotten_and_only_tickets_may_come_twice(
    database_url: str, telegram: TelegramServer, kind: str, after: int
) -> None:
    database = await Database.open(database_url, migrate=False)
    async with Post(database, telegram) as post:
        ids = await post.write(*range(1, PEOPLE + 1), kind=kind)
    await database.close()

    await kill_in_the_middle(database_url, telegram, after=after)

    database = await Database.open(database_url, migrate=False)
    async with Post(database, telegram) as post:
        before = telegram.calls.copy()
        left = dict(zip(ids, await post.states(ids), strict=True))
        in_mid_send = {chat for chat, message_id in enumerate(ids, start=1) if left[message_id] == E.SENDING}
        post.time.real_now = lambda: real_now() + LEASE + timedelta(seconds=1)  # type: ignore[method-assign]
        async with post.sending():
            remaining = sum(state != E.SENT for state in left.values())
            await post.asked_for_words(remaining)
            unsendable = 0 if kind == "ticket" else len(in_mid_send)
            await telegram.called(len(before) + remaining - unsendable)
        states = await post.states(ids)
    await database.close()

    copies = Counter(telegram.chats())
    twice = {chat for chat, times in copies.items() if times > 1}
    assert max(copies.values()) <= 2
    assert twice <= in_mid_send
    if kind == "ticket":
        assert set(copies) == set(range(1, PEOPLE + 1))
        assert set(states) == {E.SENT}
    else:
        unknown = {chat for chat, state in enumerate(states, start=1) if state == E.UNKNOWN}
        assert twice == set()
        assert unknown == in_mid_send
        assert set(copies) | unknown == set(range(1, PEOPLE + 1))
        assert set(states) <= {E.SENT, E.UNKNOWN}
