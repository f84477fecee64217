"""The queue of updates and the two pollers that may fight for it."""

import asyncio

import pytest

from tests.phone import NotAllowed, Phone, Telegram
from tests.simulator.conftest import Bot, Dial, Json


async def texts(bot: Bot, **arguments: int) -> list[str]:
    return [update["message"]["text"] for update in await bot("getUpdates", **arguments)]


async def test_an_offset_confirms_what_lies_below(bot: Bot, aliya: Phone) -> None:
    for text in ("one", "two", "three"):
        await aliya.send(text)
    first, second, _ = await bot("getUpdates")
    assert second["update_id"] == first["update_id"] + 1
    assert await texts(bot, offset=second["update_id"]) == ["two", "three"]
    assert await texts(bot, limit=1) == ["two"]
    assert await texts(bot, offset=-1) == ["three"]
    assert await texts(bot) == ["three"]


async def test_a_waiting_poll_is_answered_by_the_first_update(bot: Bot, aliya: Phone) -> None:
    polling = asyncio.create_task(texts(bot, timeout=30))
    await aliya.send("hello")
    assert await polling == ["hello"]


async def fight(bot: Bot) -> tuple[Json, asyncio.Task[Json]]:
    """Two polls wait at once: the answer of the one that lost, and the one that waits."""
    polls = [asyncio.create_task(bot.ask("getUpdates", timeout=30)) for _ in range(2)]
    (lost,), (waits,) = await asyncio.wait(polls, return_when=asyncio.FIRST_COMPLETED)
    return lost.result(), waits


async def test_a_second_waiting_poll_sends_the_first_away(bot: Bot, aliya: Phone) -> None:
    lost, waits = await fight(bot)
    assert lost["error_code"] == 409
    assert lost["description"].startswith("Conflict: terminated by other getUpdates request")
    await aliya.send("hello")
    assert (await waits)["result"][0]["message"]["text"] == "hello"


async def test_a_poll_that_does_not_wait_disturbs_nobody(bot: Bot, aliya: Phone) -> None:
    _, waits = await fight(bot)
    assert await texts(bot, timeout=0) == []
    await aliya.send("hello")
    assert (await waits)["result"][0]["message"]["text"] == "hello"


async def test_what_a_dead_bot_was_told_is_told_again(bot: Bot, aliya: Phone) -> None:
    _, waits = await fight(bot)
    waits.cancel()
    await aliya.send("hello")
    assert await texts(bot, timeout=30) == ["hello"]


async def test_only_allowed_kinds_come_and_the_setting_stays(bot: Bot, aliya: Phone) -> None:
    await bot("getUpdates", allowed_updates=["my_chat_member"])
    await aliya.send("unheard")
    await aliya.block()
    assert [set(update) for update in await bot("getUpdates")] == [{"update_id", "my_chat_member"}]
    assert (await bot("getWebhookInfo"))["allowed_updates"] == ["my_chat_member"]
    await bot("getUpdates", allowed_updates=[])
    await aliya.unblock()
    await aliya.send("heard")
    assert (await bot("getUpdates", offset=-1))[0]["message"]["text"] == "heard"


async def test_raw_updates_come_as_they_are_and_at_least_once(bot: Bot, telegram: Telegram, aliya: Phone) -> None:
    await aliya.send("one")
    (one,) = await bot("getUpdates")
    ids = await telegram.put_updates({"update_id": one["update_id"], "message": "poison"}, {"strange": 1})
    assert ids == [one["update_id"], one["update_id"] + 1]
    again, strange = await bot("getUpdates", offset=one["update_id"] + 1)
    assert again == {"update_id": one["update_id"], "message": "poison"}
    assert strange == {"update_id": one["update_id"] + 1, "strange": 1}
    assert await bot("getUpdates", offset=strange["update_id"] + 1) == []
    assert await telegram.pending() == 0


async def test_a_group_hears_commands_only(bot: Bot, telegram: Telegram, dial: Dial) -> None:
    aliya, emma = await dial(7), await dial(8, first_name="Emma")
    await telegram.group(-100, title="Staff", members=[aliya, emma])
    assert (await bot("getUpdates"))[-1]["my_chat_member"]["chat"]["title"] == "Staff"
    await telegram.send_in_group(-100, author=emma, text="no business of the bot")
    await telegram.send_in_group(-100, author=emma, text="/day@another_bot")
    await telegram.send_in_group(-100, author=emma, text="/day")
    message = (await bot("getUpdates"))[-1]["message"]
    assert (message["text"], message["chat"]["id"], message["from"]["id"]) == ("/day", -100, 8)
    assert await telegram.pending() == 2
    keys = {"inline_keyboard": [[{"text": "More", "callback_data": "more"}]]}
    sent = await bot("sendMessage", chat_id=-100, text="Nothing today", reply_markup=keys)
    assert (await telegram.see_group(-100))[-1].text == "Nothing today"
    tap = {"chat_id": -100, "message_id": sent["message_id"], "data": "more"}
    await telegram.ask("POST", "/phones/8/tap", json=tap)
    query = (await bot("getUpdates"))[-1]["callback_query"]
    assert (query["from"]["id"], query["message"]["chat"]["id"]) == (8, -100)
    stranger = await dial(9)
    with pytest.raises(NotAllowed, match="not in that chat"):
        await telegram.ask("POST", f"/phones/{stranger.id}/tap", json=tap)
