"""Taps: from the button to the bot and its answer back, and every way that fails."""

import asyncio

import pytest

from bot.simulator import Simulator
from tests.phone import Answer, NotAllowed, Phone
from tests.simulator.conftest import TOKEN, Bot, Json

KEYS = {"inline_keyboard": [[{"text": "Book a seat", "callback_data": "book:1"}]]}
TOO_OLD = "Bad Request: query is too old and response timeout expired or query ID is invalid"


async def take_tap(bot: Bot) -> Json:
    (update,) = await bot("getUpdates", timeout=5)
    await bot("getUpdates", offset=update["update_id"] + 1)
    query: Json = update["callback_query"]
    return query


async def test_a_tap_reaches_the_bot_and_its_answer_the_phone(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    tapping = asyncio.create_task(aliya.tap("Book"))
    query = await take_tap(bot)
    assert query["data"] == "book:1"
    assert query["from"]["id"] == aliya.id
    assert query["message"]["message_id"] == sent["message_id"]
    assert query["message"]["reply_markup"] == KEYS
    await bot("answerCallbackQuery", callback_query_id=query["id"], text="Booked", show_alert=True)
    assert await tapping == Answer(text="Booked", show_alert=True)


async def test_an_answer_without_words_is_an_answer(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    tapping = asyncio.create_task(aliya.tap("book:1"))
    await bot("answerCallbackQuery", callback_query_id=(await take_tap(bot))["id"])
    assert await tapping == Answer(text="", show_alert=False)


async def test_a_tap_is_answered_once(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    tapping = asyncio.create_task(aliya.tap("Book"))
    query = await take_tap(bot)
    await bot("answerCallbackQuery", callback_query_id=query["id"])
    await tapping
    assert await bot.refused("answerCallbackQuery", callback_query_id=query["id"]) == TOO_OLD


async def test_an_answer_has_200_characters_at_most(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    tapping = asyncio.create_task(aliya.tap("Book"))
    query = await take_tap(bot)
    long = await bot.refused("answerCallbackQuery", callback_query_id=query["id"], text="ы" * 201)
    assert long == "Bad Request: MESSAGE_TOO_LONG"
    await bot("answerCallbackQuery", callback_query_id=query["id"], text="ы" * 200)
    assert (await tapping).text == "ы" * 200


async def test_an_unknown_query_is_refused(bot: Bot) -> None:
    assert await bot.refused("answerCallbackQuery", callback_query_id="12") == TOO_OLD


async def test_an_old_tap_cannot_be_answered_and_waits_no_longer() -> None:
    simulator = await Simulator.start(token=TOKEN, query_seconds=0)
    try:
        async with await Phone.create(simulator.url, id=7) as phone:
            await phone.send("/start")
            bot = Bot(simulator=simulator, session=phone._session)
            await bot("sendMessage", chat_id=7, text="Visit", reply_markup=KEYS)
            await phone.tap("Book", wait=0)
            updates = await bot("getUpdates")
            query_id = updates[-1]["callback_query"]["id"]
            assert await bot.refused("answerCallbackQuery", callback_query_id=query_id) == TOO_OLD
            assert (await phone.ask("GET", "/phones/7"))["pending"] == []
    finally:
        await simulator.stop()


async def test_a_tap_that_nobody_fetches_vanishes() -> None:
    simulator = await Simulator.start(token=TOKEN, tap_seconds=0)
    try:
        async with await Phone.create(simulator.url, id=7) as phone:
            await phone.send("/start")
            bot = Bot(simulator=simulator, session=phone._session)
            await bot("sendMessage", chat_id=7, text="Visit", reply_markup=KEYS)
            await phone.tap("Book", wait=0)
            assert [list(update) for update in await bot("getUpdates")] == [["update_id", "message"]]
    finally:
        await simulator.stop()


async def test_data_that_stands_on_no_button_must_be_forged(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    tap = {"message_id": sent["message_id"], "data": "book:2"}
    with pytest.raises(NotAllowed, match="no button of this message"):
        await aliya.ask("POST", f"/phones/{aliya.id}/tap", json=tap)
    forging = asyncio.create_task(aliya.forge("book:2", sent["message_id"]))
    query = await take_tap(bot)
    assert query["data"] == "book:2"
    await bot("answerCallbackQuery", callback_query_id=query["id"], text="No such visit.")
    assert (await forging).text == "No such visit."


async def test_a_forged_tap_may_name_a_message_that_is_gone(bot: Bot, aliya: Phone) -> None:
    await aliya.forge("book:2", 999, wait=0)
    query = await take_tap(bot)
    assert query["message"]["message_id"] == 999
    assert query["message"]["date"] == 0
    assert "text" not in query["message"]


async def test_the_newest_message_with_the_button_is_tapped(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    sent = await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    await bot("sendMessage", chat_id=aliya.id, text="By the way")
    await aliya.tap("Book", wait=0)
    assert (await take_tap(bot))["message"]["message_id"] == sent["message_id"]


async def test_a_tap_without_an_answer_is_a_timeout(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=aliya.id, text="Visit", reply_markup=KEYS)
    with pytest.raises(TimeoutError):
        await aliya.tap("Book", wait=0.01)
