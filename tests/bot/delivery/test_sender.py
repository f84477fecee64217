"""The sender: every way a call can end, in what order and when messages go, and what a stop leaves behind."""

import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.delivery import sender as sender_module
from bot.delivery.letter import Letter, Moot
from bot.transport import NotSentError, NotSentInTimeError
from storage import Tx, claiming, pace
from storage.database import Database
from storage.records import Message, MessageClass, MessageState
from tests.bot.delivery.post import NOON, Post
from tests.bot.delivery.telegram_server import PATIENCE, Answer, TelegramServer, done, drops, refuses, says

E = MessageState
SECOND = timedelta(seconds=1)


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    """SQLite alone: what the sender makes of an answer does not depend on the database."""
    opened = await Database.open(sqlite_url, migrate=False)
    yield opened
    await opened.close()


async def send_one(post: Post, *, kind: str = "ticket") -> int:
    """Write a message, let it be called for once, and see what was written down."""
    [message_id] = await post.write(501, kind=kind)
    async with post.sending():
        await post.telegram.called(1)
    return message_id


async def test_a_message_is_sent_once_as_it_was_worded(post: Post, telegram: TelegramServer) -> None:
    [message_id] = await post.write(501, key="one")
    button = InlineKeyboardMarkup([[InlineKeyboardButton("Ticket", callback_data="t:1")]])
    post.words["one"] = Letter(text="<b>Bus B01</b>", keyboard=button, quiet=True)
    async with post.sending():
        await telegram.called(1)
    [call] = telegram.calls
    assert call.method == "sendMessage"
    assert call["chat_id"] == 501
    assert call["text"] == "<b>Bus B01</b>"
    assert call["parse_mode"] == "HTML"
    assert call["link_preview_options"] == {"is_disabled": True}
    assert call["disable_notification"] is True
    assert call["reply_markup"] == {"inline_keyboard": [[{"text": "Ticket", "callback_data": "t:1"}]]}
    row = await post.row(message_id)
    assert (row.state, row.message_id, row.settled_at, row.tries) == (E.SENT, 1501, NOON, 1)


async def test_the_row_says_that_a_call_is_under_way_before_it_is_made(post: Post, telegram: TelegramServer) -> None:
    telegram.script.append(telegram.hangs)
    [message_id] = await post.write(501)
    async with post.sending():
        await telegram.called(1)
        assert (await post.row(message_id)).state == E.SENDING
        telegram.released.set()
    assert (await post.row(message_id)).state == E.SENT


async def test_the_facts_are_asked_again_and_a_moot_message_is_not_sent(post: Post, telegram: TelegramServer) -> None:
    [message_id] = await post.write(501, key="one")
    post.words["one"] = Moot("the seat was given back")
    async with post.sending():
        await post.asked_for_words(1)
    row = await post.row(message_id)
    assert (row.state, row.error, telegram.calls) == (E.CANCELLED, "the seat was given back", [])


async def test_a_message_that_expires_on_its_way_is_not_sent(post: Post, telegram: TelegramServer) -> None:
    [message_id] = await post.write(501)
    post.on_word = lambda message: setattr(post.time, "business", message.expires_at)
    async with post.sending():
        await post.asked_for_words(1)
    assert (await post.row(message_id)).state == E.EXPIRED
    assert telegram.calls == []


# The error table of facts about the Bot API, row by row.

NOT_SENT: list[Any] = [
    pytest.param(NotSentError("no connection"), id="connection refused"),
    pytest.param(NotSentInTimeError("all connections in use"), id="pool full"),
]
UNKNOWN: list[Any] = [
    pytest.param("hangs", id="read timeout"),
    pytest.param(drops, id="connection lost"),
    pytest.param(refuses(500, "Internal Server Error"), id="500"),
    pytest.param(says(502, "<html>Bad Gateway</html>"), id="502"),
    pytest.param(says(200, "<html>"), id="bad JSON"),
    pytest.param(says(200, '{"ok": true, "result": {"message_id": 5}}'), id="missing fields"),
]
ENDED: list[Any] = [
    pytest.param(refuses(403, "Forbidden: bot was blocked by the user"), E.UNREACHABLE, id="blocked"),
    pytest.param(refuses(403, "Forbidden: user is deactivated"), E.UNREACHABLE, id="deactivated"),
    pytest.param(refuses(400, "Bad Request: chat not found"), E.UNREACHABLE, id="no such chat"),
    pytest.param(refuses(400, "Bad Request: message is too long"), E.FAILED, id="another refusal"),
    pytest.param(refuses(400, "Bad Request: upgraded", migrate_to_chat_id=-100500), E.FAILED, id="migrated"),
]


@pytest.mark.parametrize("fault", NOT_SENT)
@pytest.mark.parametrize("kind", ["ticket", "announcement"])
async def test_what_certainly_was_not_sent_is_sent_later(post: Post, fault: Exception, kind: str) -> None:
    post.transport.faults.extend([fault, fault, fault])
    [message_id] = await post.write(501, kind=kind)
    began = post.time.real_now()
    for wait in (1, 2, 4):  # each time longer
        async with post.sending():
            await post.asked_for_words(len(post.worded) + 1)
        row = await post.row(message_id)
        assert (row.state, row.not_before, row.token) == (E.DUE, began + wait * SECOND, None)
        await post.pass_time(wait)
        began = post.time.real_now()
    assert post.telegram.calls == []
    async with post.sending():
        await post.telegram.called(1)
    assert (await post.row(message_id)).state == E.SENT


@pytest.mark.parametrize("answer", UNKNOWN)
async def test_when_nobody_knows_only_what_a_seat_depends_on_is_sent_again(post: Post, answer: Answer | str) -> None:
    telegram = post.telegram
    if isinstance(answer, str):
        post.transport.be_impatient()
    telegram.script.extend([telegram.hangs if isinstance(answer, str) else answer] * 2)
    ticket, news = [*await post.write(501), *await post.write(502, kind="announcement")]
    async with post.sending():
        await telegram.called(2)
    assert await post.states([ticket, news]) == [E.SENDING, E.UNKNOWN]  # in doubt, like one whose sender died
    wait = (await post.row(ticket)).not_before - post.time.real_now()
    assert 4 * SECOND < wait <= 5 * SECOND
    await post.pass_time(5)
    post.transport.be_patient()
    async with post.sending():
        await telegram.called(3)
    assert await post.states([ticket, news]) == [E.SENT, E.UNKNOWN]
    assert sorted(telegram.chats()) == [501, 501, 502]


@pytest.mark.parametrize("answer", UNKNOWN)
async def test_nothing_is_sent_a_third_time_when_nobody_knows_of_two(post: Post, answer: Answer | str) -> None:
    if isinstance(answer, str):
        post.transport.be_impatient()
    post.telegram.script.extend([post.telegram.hangs if isinstance(answer, str) else answer] * 9)
    [ticket] = await post.write(501)
    for tries in (1, 2):
        async with post.sending():
            await post.telegram.called(tries)
        await post.pass_time(5)
    row = await post.row(ticket)
    assert (row.state, row.tries) == (E.UNKNOWN, 2)
    await post.pass_time(3600)
    async with post.sending():
        pass
    assert len(post.telegram.calls) == 2


@pytest.mark.parametrize("fault", [*NOT_SENT, pytest.param(None, id="slow down")])
async def test_what_is_in_doubt_stays_so_when_its_second_try_never_left(post: Post, fault: Exception | None) -> None:
    telegram = post.telegram
    telegram.script.append(drops)
    [ticket] = await post.write(501)
    async with post.sending():
        await telegram.called(1)
    await post.pass_time(5)
    if fault is None:
        telegram.script.append(refuses(429, "Too Many Requests: retry after 1", retry_after=1))
    else:
        post.transport.faults.append(fault)
    async with post.sending():
        await post.asked_for_words(2)
    await post.pass_time(60)
    telegram.script.append(drops)
    before = len(telegram.calls)
    async with post.sending():
        await telegram.called(before + 1)
    assert await post.states([ticket]) == [E.UNKNOWN]


async def test_while_telegram_answers_nothing_no_more_messages_are_put_in_doubt(
    post: Post, telegram: TelegramServer
) -> None:
    telegram.answers = False
    asked_often = asyncio.Event()
    telegram.on_probe = lambda: asked_often.set() if telegram.probes == 3 else None
    telegram.script.extend([says(502, "<html>Bad Gateway</html>")] * 99)
    first = await post.write(501)
    async with post.sending() as sender:
        await telegram.called(1)
        others = await post.write(*range(502, 532), kind="announcement")
        sender.wake()
        async with asyncio.timeout(PATIENCE):
            await asked_often.wait()
        assert set(await post.states(others)) == {E.DUE}
        telegram.script.clear()
        telegram.answers = True
        await telegram.called(31)
    assert await post.states(first) == [E.SENDING]
    assert set(await post.states(others)) == {E.SENT}


@pytest.mark.parametrize(("answer", "ending"), ENDED)
async def test_a_refusal_ends_the_message_at_once(post: Post, answer: Answer, ending: MessageState) -> None:
    post.telegram.script.append(answer)
    message_id = await send_one(post)
    row = await post.row(message_id)
    assert (row.state, row.settled_at) == (ending, NOON)
    assert row.error
    await post.pass_time(3600)
    async with post.sending():
        pass
    assert len(post.telegram.calls) == 1


async def test_who_blocked_the_bot_gets_no_further_message(post: Post, telegram: TelegramServer) -> None:
    reader = await post.reader(501)
    ids = [await post.write_to(reader, key=f"ticket/{number}") for number in range(3)]
    other = await post.write_to(await post.reader(502), key="other", departs_at=NOON + SECOND)
    telegram.script.extend([done, refuses(403, "Forbidden: bot was blocked by the user")])
    async with post.sending():
        await telegram.called(2)
    await post.pass_time(2)
    await post.database.run(
        claiming.claim, now=NOON, real_now=post.time.real_now(), limit=9, lease_seconds=1, token="x"
    )
    assert await post.states([other, *ids]) == [E.SENT, *[E.UNREACHABLE] * 3]


async def test_broken_html_reaches_the_reader_as_plain_text(post: Post, caplog: pytest.LogCaptureFixture) -> None:
    [message_id] = await post.write(501, key="one")
    post.words["one"] = Letter(text='Bus <b>B01 &amp; <a href="https://a.example">map</a>, 2 < 3')
    post.telegram.script.append(refuses(400, "Bad Request: can't parse entities: Can't find end tag"))
    async with post.sending():
        await post.telegram.called(2)
    first, second = post.telegram.calls
    assert first["parse_mode"] == "HTML"
    assert "parse_mode" not in second
    assert second["text"] == "Bus B01 & map, 2 < 3"
    assert (await post.row(message_id)).state == E.SENT
    assert "a bug" in caplog.text


async def test_plain_text_that_is_refused_too_has_failed(post: Post) -> None:
    post.telegram.script.extend([refuses(400, "Bad Request: can't parse entities: Unsupported start tag")] * 2)
    [message_id] = await post.write(501)
    async with post.sending():
        await post.telegram.called(2)
    assert (await post.row(message_id)).state == E.FAILED


@pytest.mark.parametrize("kind", ["ticket", "announcement"])
async def test_a_letter_that_edits_is_repeated_until_it_is_known(post: Post, kind: str) -> None:
    telegram = post.telegram
    [message_id] = await post.write(501, kind=kind, key="one")
    post.words["one"] = Letter(text="8 of 10", edits=70)
    telegram.script.extend([drops, refuses(400, "Bad Request: message is not modified: the same")])
    async with post.sending():
        await telegram.called(1)
    await post.pass_time(5)
    async with post.sending():
        await telegram.called(2)
    assert {(call.method, call["message_id"]) for call in telegram.calls} == {("editMessageText", 70)}
    row = await post.row(message_id)
    assert (row.state, row.message_id) == (E.SENT, 70)


@pytest.mark.parametrize("words", ["message to edit not found", "message can't be edited", "MESSAGE_ID_INVALID"])
async def test_a_message_that_cannot_be_edited_is_sent_as_a_new_one(post: Post, words: str) -> None:
    [message_id] = await post.write(501, key="one")
    post.words["one"] = Letter(text="8 of 10", edits=70)
    post.telegram.script.append(refuses(400, f"Bad Request: {words}"))
    async with post.sending():
        await post.telegram.called(2)
    assert [call.method for call in post.telegram.calls] == ["editMessageText", "sendMessage"]
    assert (await post.row(message_id)).message_id == 1501


async def test_a_refused_token_stops_everything_and_uses_nothing_up(
    post: Post, telegram: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.script.extend([refuses(401, "Unauthorized")] * 99)
    ids = await post.write(*range(501, 541))
    async with post.sending() as sender:
        await telegram.called(1)
    assert sender.token_refused
    assert set(await post.states(ids)) == {E.DUE}
    assert len(telegram.calls) < len(ids)
    assert [record.levelno for record in caplog.records].count(logging.CRITICAL) == 1

    telegram.script.clear()  # the owner sets the new token and starts the bot again
    before = len(telegram.calls)
    async with post.sending():
        await telegram.called(before + len(ids))
    assert set(await post.states(ids)) == {E.SENT}


async def test_after_a_429_nobody_sends_until_it_is_over_and_urgent_goes_first(
    post: Post, telegram: TelegramServer
) -> None:
    news = await post.write(*range(501, 506), kind="announcement")
    telegram.script.extend([refuses(429, "Too Many Requests: retry after 37", retry_after=37)] * 5)
    async with post.sending():
        await telegram.called(1)
    assert set(await post.states(news)) == {E.DUE}
    assert 36 < (await post.database.read(pace.read)).held_seconds <= 37
    refused = len(telegram.calls)
    telegram.script.clear()
    urgent = await post.write(900, message_class=MessageClass.URGENT)

    await post.pass_time(30)
    async with Post(post.database, telegram) as other:  # it was told nothing but what stands in the database
        other.time.seconds = post.time.seconds
        async with post.sending(), other.sending():
            for _ in range(10):
                for sender in (post, other):
                    claimed = await sender.database.run(claim_all, sender)
                    assert claimed == []
        assert len(telegram.calls) == refused
        await post.pass_time(10)
        other.time.seconds = post.time.seconds
        async with other.sending():
            await telegram.called(refused + 6)

    assert telegram.chats()[refused] == 900
    assert (await post.row(urgent[0])).tries == 1  # it was left alone during the pause
    assert set(await post.states([*news, *urgent])) == {E.SENT}
    assert sorted(telegram.chats()[refused:]) == [501, 502, 503, 504, 505, 900]


def claim_all(tx: Tx, post: Post) -> list[Message]:
    return claiming.claim(tx, now=NOON, real_now=post.time.real_now(), limit=99, lease_seconds=90, token="x")


# Stopping.


async def test_a_stop_waits_for_the_call_under_way_and_gives_the_rest_back(
    post: Post, telegram: TelegramServer
) -> None:
    telegram.script.extend([telegram.hangs] * 99)
    ids = await post.write(*range(1, 31))
    sender = post.sender()
    sender.start()
    await telegram.called(1)
    stop = asyncio.create_task(sender.stop(within=10))
    telegram.released.set()
    await stop
    states = await post.states(ids)
    assert set(states) == {E.SENT, E.DUE}
    assert states.count(E.SENT) == len(telegram.calls)


async def test_a_call_that_outlasts_the_stop_stays_ambiguous(post: Post, telegram: TelegramServer) -> None:
    telegram.script.append(telegram.hangs)
    [message_id] = await post.write(501)
    sender = post.sender()
    sender.start()
    await telegram.called(1)
    await sender.stop(within=0)
    assert (await post.row(message_id)).state == E.SENDING


# Trouble at home.


async def test_a_message_that_cannot_be_worded_waits_and_holds_nobody_up(
    post: Post, telegram: TelegramServer, caplog: pytest.LogCaptureFixture
) -> None:
    broken, fine = [*await post.write(501, key="broken"), *await post.write(502)]
    post.words["broken"] = KeyError("moment")
    async with post.sending():
        await telegram.called(1)
        await post.asked_for_words(2)
    row = await post.row(broken)
    assert (row.state, row.error) == (E.DUE, "KeyError")
    assert row.not_before == post.time.real_now() + 10 * SECOND
    assert (await post.row(fine)).state == E.SENT
    assert "could not be worded" in caplog.text

    post.words["broken"] = Letter(text="mended")
    post.time.seconds += 10
    async with post.sending():
        await telegram.called(2)
    assert (await post.row(broken)).state == E.SENT


async def test_an_outcome_is_written_down_when_the_database_is_back(
    post: Post, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sender_module, "_WRITE_AGAIN_AFTER", (0, 0))
    [message_id] = await post.write(501)
    run, failures = post.database.run, [OSError("disk full")] * 2

    async def failing_run(service: Any, *args: Any, **kwargs: Any) -> Any:
        if telegram.calls and failures and service is not claiming.claim:
            raise failures.pop()
        return await run(service, *args, **kwargs)

    monkeypatch.setattr(post.database, "run", failing_run)
    async with post.sending():
        await telegram.called(1)
    assert failures == []
    assert (await post.row(message_id)).state == E.SENT
    assert len(telegram.calls) == 1


async def test_the_sender_outlives_a_database_that_is_away(
    post: Post, telegram: TelegramServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await post.write(501)
    run, failures = post.database.run, [ConnectionRefusedError()] * 3

    async def failing_run(service: Any, *args: Any, **kwargs: Any) -> Any:
        if failures:
            raise failures.pop()
        return await run(service, *args, **kwargs)

    monkeypatch.setattr(post.database, "run", failing_run)
    async with post.sending():
        await telegram.called(1)
    assert telegram.chats() == [501]


# Pace and waking.


async def test_a_sender_that_is_woken_does_not_wait_for_its_next_look(post: Post, telegram: TelegramServer) -> None:
    async with post.sending(idle_seconds=3600) as sender:
        await post.write(501)
        sender.wake()
        await telegram.called(1)
    assert telegram.chats() == [501]


async def test_one_reader_gets_their_messages_in_order_a_second_apart(post: Post, telegram: TelegramServer) -> None:
    reader = await post.reader(501)
    for number in range(3):
        await post.write_to(reader, key=f"ticket/{number}")
    await post.write(502, key="other")
    moments: dict[str, float] = {}
    telegram.on_call = lambda call: moments.setdefault(call["text"], post.time.monotonic())
    async with post.sending():
        for calls in (2, 3, 4):
            await telegram.called(calls)
            await post.pass_time(0.9)
    own = [moments[f"<b>ticket/{number}</b>"] for number in range(3)]
    assert own == sorted(own)
    assert own[1] - own[0] >= 1
    assert own[2] - own[1] >= 1
    assert moments["<b>other</b>"] < own[1]
