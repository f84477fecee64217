"""The gate: answers to taps pass at once and are counted; nothing is sent while Telegram wants nothing, by anybody."""

import asyncio
import time
from datetime import timedelta

import pytest
from telegram.error import RetryAfter

from storage import pace
from storage.database import Database
from tests.bot.delivery.post import Post
from tests.bot.delivery.telegram_server import TelegramServer, refuses

SLOW_DOWN = "Too Many Requests: retry after"


async def test_an_answer_to_a_tap_never_waits_for_the_pace(post: Post, telegram: TelegramServer) -> None:
    await post.database.run(pace.make_room, answers=99, gap=post.pace.gap)
    began = time.monotonic()
    for number in range(5):
        await post.bot.send_message(501, f"answer {number}")
    assert len(telegram.calls) == 5
    assert time.monotonic() - began < 5
    assert post.pace.take_answers() <= 5


async def test_answers_take_turns_from_the_messages_to_come(post: Post) -> None:
    post.pace.gap = timedelta(seconds=0.04)
    before = await post.database.read(pace.read)
    sends = [post.bot.send_message(number, "answer") for number in range(1, 11)]
    await asyncio.gather(*sends, post.bot.edit_message_text("answer", chat_id=501, message_id=7))
    if post.pace._telling is None:  # SQLite: there is no other process, and this one's next message counts them
        assert post.pace.take_answers() == 11
    else:
        await post.pace._telling
        assert post.pace.take_answers() == 0
        after = await post.database.read(pace.read)
        assert (after.next_at - before.now).total_seconds() >= 11 * 0.04


async def test_an_answer_of_long_ago_costs_nothing(sqlite_url: str, telegram: TelegramServer) -> None:
    database = await Database.open(sqlite_url, migrate=False)
    async with Post(database, telegram) as post:
        await post.bot.send_message(501, "answer")
        post.time.seconds += 1.5
        await post.bot.send_message(501, "answer")
        assert post.pace.take_answers() == 1
    await database.close()


async def test_whoever_is_told_to_wait_tells_everybody_and_the_tap_goes_on_afterwards(
    post: Post, telegram: TelegramServer
) -> None:
    telegram.script.append(refuses(429, f"{SLOW_DOWN} 5", retry_after=5))
    with pytest.raises(RetryAfter):
        await post.bot.send_message(501, "answer")
    assert 0 < (await post.database.read(pace.read)).held_seconds <= 5
    async with Post(post.database, telegram) as other:
        if other.pace._is_shared:
            waiting = asyncio.create_task(other.bot.send_message(502, "of another process"))
        else:
            waiting = asyncio.create_task(post.bot.send_message(502, "of the same process"))
        await asyncio.wait([waiting], timeout=0.3)
        assert not waiting.done()
        assert len(telegram.calls) == 1
        waiting.cancel()
    await post.pass_time(6)
    await post.bot.send_message(501, "answer")
    assert len(telegram.calls) == 2


async def test_a_long_pause_is_not_waited_for(post: Post, telegram: TelegramServer) -> None:
    await post.pace.hold(60)
    with pytest.raises(RetryAfter):
        await post.bot.send_message(501, "answer")
    assert telegram.calls == []
    await post.bot.get_me()  # what Telegram does not count goes on
    assert telegram.probes == 1


async def test_a_limit_of_another_kind_stops_no_messages(post: Post, telegram: TelegramServer) -> None:
    """Names and commands have limits of their own, of minutes and hours."""
    telegram.script.append(refuses(429, f"{SLOW_DOWN} 9000", retry_after=9000))
    with pytest.raises(RetryAfter):
        await post.bot.set_my_name("Visits")
    assert post.pace.held_for() == 0


async def test_those_who_wait_leave_one_after_the_other(post: Post) -> None:
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    post.pace.sleep = sleep
    await post.pace.hold(5)
    await asyncio.gather(*[post.pace.sit_out() for _ in range(10)])
    spread = slept[-1] - slept[0]
    assert spread == pytest.approx(9 * post.pace.gap.total_seconds(), abs=0.01)
