"""Ordered troubles, enforced limits, and the ledger that shows both."""

import json

import aiohttp
import pytest

from bot.simulator import Simulator
from bot.simulator.errors import Refused
from bot.simulator.limits import Limits
from tests.phone import NotAllowed, Phone, Telegram
from tests.simulator.conftest import Bot

HELLO = {"chat_id": 7, "text": "hello"}


async def seen(phone: Phone) -> list[str]:
    await phone.look()
    return [message.text for message in phone.messages if message.from_bot]


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("429", "Too Many Requests: retry after 9"),
        ("500", "Internal Server Error"),
        ("502", "Bad Gateway"),
        ("403", "Forbidden: bot was blocked by the user"),
        ("400", "Bad Request: chat not found"),
    ],
)
async def test_a_refusing_fault_refuses_once(bot: Bot, telegram: Telegram, aliya: Phone, kind: str, words: str) -> None:
    await telegram.fault("sendMessage", kind, retry_after=9)
    answer = await bot.ask("sendMessage", **HELLO)
    assert (answer["error_code"], answer["description"]) == (int(kind), words)
    assert answer.get("parameters") == ({"retry_after": 9} if kind == "429" else None)
    assert await seen(aliya) == []
    await bot("sendMessage", **HELLO)
    assert await seen(aliya) == ["hello"]


@pytest.mark.parametrize(("kind", "done"), [("lost", True), ("partial_json", True), ("close", False)])
async def test_a_cut_connection_hides_whether_it_was_done(
    bot: Bot, telegram: Telegram, aliya: Phone, kind: str, done: bool
) -> None:
    await telegram.fault("sendMessage", kind)
    with pytest.raises(aiohttp.ClientError):
        await bot.ask("sendMessage", **HELLO)
    assert await seen(aliya) == (["hello"] if done else [])


@pytest.mark.parametrize(("kind", "done"), [("hang", True), ("hang_before", False)])
async def test_a_hanging_call_never_answers(bot: Bot, telegram: Telegram, aliya: Phone, kind: str, done: bool) -> None:
    await telegram.fault("sendMessage", kind)
    url = f"{bot.simulator.url}/bot42:TEST/sendMessage"
    with pytest.raises(TimeoutError):
        await bot.session.post(url, json=HELLO, timeout=aiohttp.ClientTimeout(total=0.05))
    assert await seen(aliya) == (["hello"] if done else [])


@pytest.mark.parametrize(("kind", "status"), [("bad_json", 200), ("502_after", 502)])
async def test_an_answer_that_is_no_json(bot: Bot, telegram: Telegram, aliya: Phone, kind: str, status: int) -> None:
    await telegram.fault("sendMessage", kind)
    async with bot.session.post(f"{bot.simulator.url}/bot42:TEST/sendMessage", json=HELLO) as response:
        assert response.status == status
        with pytest.raises(json.JSONDecodeError):
            json.loads(await response.text())
    assert await seen(aliya) == ["hello"]


async def test_faults_strike_whom_they_name_as_often_as_ordered(bot: Bot, telegram: Telegram, aliya: Phone) -> None:
    elsewhere = await telegram.fault("*", "500", chat_id=8, times=-1)
    await bot("sendMessage", **HELLO)
    await telegram.heal(elsewhere)
    await telegram.fault("*", "500", times=2)
    assert [(await bot.ask("getMe"))["ok"] for _ in range(3)] == [False, False, True]
    await telegram.fault("getMe", "500", times=-1, description="Internal Server Error: sleepy")
    assert await bot.refused("getMe") == "Internal Server Error: sleepy"
    await telegram.heal()
    await bot("getMe")


async def test_an_unknown_kind_of_fault_is_refused(telegram: Telegram) -> None:
    with pytest.raises(NotAllowed, match="one kind of"):
        await telegram.fault("getMe", "418")


async def test_the_ledger_tells_each_call(bot: Bot, telegram: Telegram, aliya: Phone) -> None:
    await bot("sendMessage", **HELLO)
    (sent,) = await telegram.calls("sendMessage")
    assert (sent.chat_id, sent.status, sent.error, sent.params) == (7, 200, None, HELLO)
    await bot.refused("sendMessage", chat_id=8, text="x" * 300)
    await telegram.fault("sendMessage", "close")
    with pytest.raises(aiohttp.ClientError):
        await bot.ask("sendMessage", **HELLO)
    refused, closed = await telegram.calls(since=sent.n)
    assert (refused.status, refused.error, len(refused.params["text"])) == (400, "Bad Request: chat not found", 201)
    assert (closed.status, closed.error) == (0, "close")


async def test_enforced_limits_refuse_with_a_time_to_wait(
    bot: Bot, telegram: Telegram, simulator: Simulator, aliya: Phone
) -> None:
    await telegram.limits(per_chat_per_second=0.5)
    await bot("sendMessage", **HELLO)
    url = f"{simulator.url}/bot42:TEST/sendMessage"
    async with bot.session.post(url, json=HELLO) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "1")
        assert (await response.json())["parameters"] == {"retry_after": 1}
    await bot("sendChatAction", chat_id=7, action="typing")
    await telegram.limits(enforce=False)
    await bot("sendMessage", **HELLO)


def taken(limits: Limits, *, at: float, chat_id: int = 7, method: str = "sendmessage") -> bool:
    try:
        limits.take(method, chat_id=chat_id, now=at)
    except Refused:
        return False
    return True


def test_a_sliding_window_counts_the_last_second() -> None:
    limits = Limits(per_second=2)
    assert [taken(limits, at=at, chat_id=chat) for chat, at in enumerate((0.0, 0.4, 0.9, 1.0, 1.3), start=1)] == [
        True, True, False, True, False,
    ]  # fmt: skip


def test_a_bucket_lets_a_burst_pass() -> None:
    limits = Limits(window="bucket", chat_burst=3)
    assert [taken(limits, at=0.0) for _ in range(4)] == [True, True, True, False]
    assert [taken(limits, at=1.0) for _ in range(2)] == [True, False]


def test_a_group_takes_twenty_a_minute() -> None:
    limits = Limits()
    assert [taken(limits, at=float(at), chat_id=-5) for at in range(21)] == [True] * 20 + [False]
    assert taken(limits, at=60.0, chat_id=-5)


def test_edits_count_in_all_but_not_in_a_chat() -> None:
    limits = Limits(per_second=3)
    assert [taken(limits, at=0.0, method="editmessagetext") for _ in range(4)] == [True, True, True, False]
