"""Several hands on one outbox: senders that die, senders that work side by side, taps that show their own message."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from storage import claiming, sending
from storage.database import Database
from storage.records import Lease, MessageState, NewMessage
from tests.bot.delivery.post import NOON, Post
from tests.bot.delivery.telegram_server import TelegramServer
from tests.storage.rows import put_message

E = MessageState
SECOND = timedelta(seconds=1)


async def test_a_sender_that_died_before_the_send_has_lost_nothing(post: Post, telegram: TelegramServer) -> None:
    ids = await post.write(501, 502, kind="announcement")
    await post.database.run(
        claiming.claim, now=NOON, real_now=post.time.real_now(), limit=9, lease_seconds=90, token="dead"
    )
    async with post.sending() as sender:
        sender.wake()
        assert telegram.calls == []
        post.time.pass_lease()
        await telegram.called(2)
    assert await post.states(ids) == [E.SENT, E.SENT]
    assert sorted(telegram.chats()) == [501, 502]


async def test_a_sender_that_died_in_mid_send_leaves_tickets_to_be_sent_again_and_news_unknown(
    post: Post, telegram: TelegramServer
) -> None:
    ticket, news = [*await post.write(501), *await post.write(502, kind="announcement")]
    began = post.time.real_now()
    await post.database.run(claiming.claim, now=NOON, real_now=began, limit=9, lease_seconds=90, token="dead")
    over = began + 90 * SECOND
    await post.database.run(
        sending.start_sending, dict.fromkeys((ticket, news), "dead"), lease_until=over, gap=0 * SECOND
    )
    await post.pass_time(91)
    async with post.sending():
        await post.asked_for_words(2)
        await telegram.called(1)
    assert await post.states([ticket, news]) == [E.SENT, E.UNKNOWN]
    assert telegram.chats() == [501]
    assert all(message.resumed for message in post.worded)


async def test_what_two_senders_died_over_is_still_in_doubt(post: Post, telegram: TelegramServer) -> None:
    """The second dies when it has claimed and not yet marked: an announcement must not look unsent then."""
    ticket, news = [*await post.write(501), *await post.write(502, kind="announcement")]
    for token, marks in (("first", True), ("second", False)):
        began = post.time.real_now()
        claimed = await post.database.run(
            claiming.claim, now=NOON, real_now=began, limit=9, lease_seconds=90, token=token
        )
        assert sorted(message.id for message in claimed) == [ticket, news]
        if marks:
            tokens = dict.fromkeys((ticket, news), token)
            over = began + 90 * SECOND
            await post.database.run(sending.start_sending, tokens, lease_until=over, gap=0 * SECOND)
        assert await post.states([ticket, news]) == [E.SENDING, E.SENDING]
        await post.pass_time(91)
    async with post.sending():
        await post.asked_for_words(2)
        await telegram.called(1)
    assert await post.states([ticket, news]) == [E.SENT, E.UNKNOWN]
    assert telegram.chats() == [501]


async def test_two_senders_send_each_message_once(post: Post, telegram: TelegramServer) -> None:
    ids = await post.write(*range(1, 61))
    async with post.sending(), post.sending():
        await telegram.called(60)
    assert sorted(telegram.chats()) == list(range(1, 61))
    assert set(await post.states(ids)) == {E.SENT}


async def test_taps_mark_their_own_messages_as_sent_in_shared_transactions(
    post: Post, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = await post.reader(501)

    async def lease(number: int) -> int:
        message = NewMessage(
            key=f"ticket/{number}", kind="ticket", delegate_id=reader, due_at=NOON, expires_at=NOON + 60 * SECOND
        )
        held = Lease(token=f"tap-{number}", until=post.time.real_now() + 15 * SECOND, edits=number)
        return await database.run(put_message, message, lease=held)

    ids = [await lease(number) for number in range(30)]
    run, transactions = database.run, []

    async def counted(service: Any, *args: Any, **kwargs: Any) -> Any:
        transactions.append(service)
        return await run(service, *args, **kwargs)

    monkeypatch.setattr(database, "run", counted)
    sender = post.sender()
    held = await asyncio.gather(*[sender.settle_tap(f"tap-{number}", 7000 + number) for number in range(30)])
    assert held == [True] * 30
    assert len(transactions) <= 2
    assert [(await post.row(one)).message_id for one in ids] == [7000 + number for number in range(30)]
    assert set(await post.states(ids)) == {E.SENT}
    assert not await sender.settle_tap("tap-0", 7000)


async def test_the_ticket_of_a_tap_that_died_comes_as_a_new_message(post: Post, telegram: TelegramServer) -> None:
    reader = await post.reader(501)
    message = NewMessage(key="ticket/1", kind="ticket", delegate_id=reader, due_at=NOON, expires_at=NOON + 60 * SECOND)
    held = Lease(token="tap", until=post.time.real_now() + 15 * SECOND, edits=70)
    message_id = await post.database.run(put_message, message, lease=held)
    async with post.sending() as sender:
        sender.wake()
        post.time.seconds += 15
        await telegram.called(1)
        assert not await sender.settle_tap("tap", 70)
    assert [call.method for call in telegram.calls] == ["sendMessage"]
    assert [message.edits for message in post.worded] == [70]
    assert (await post.row(message_id)).message_id == 1501
