"""The poller asks, has stored, then confirms; it outlives what Telegram answers, and never asks in a frenzy."""

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from aiohttp import web

from bot.intake.poller import Poller
from bot.transport import Transport
from tests.bot.intake.source import TOKEN, Pauses, Telegram, message, running_telegram


class Store:
    """Takes every batch, or fails as often as the test says."""

    def __init__(self, *, failures: int = 0) -> None:
        self.batches: list[list[Any]] = []
        self.failures = failures

    async def __call__(self, updates: Sequence[Any]) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        if updates:
            self.batches.append(list(updates))


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_telegram() as server:
        yield server


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport() as opened:
        yield opened


async def always() -> None:
    """It is this process's turn."""


@asynccontextmanager
async def polling(
    transport: Transport, *, root: str, store: Store, may_poll: Any = always, polls: Callable[[], bool] = lambda: True
) -> AsyncIterator[Pauses]:
    pauses = Pauses()
    poller = Poller(
        request=transport, api_url=root, token=TOKEN, store=store, may_poll=may_poll, polls=polls, pause=pauses
    )
    task = asyncio.create_task(poller.run())
    try:
        yield pauses
    finally:
        task.cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(task, return_exceptions=True)
        assert task.cancelled()


def refusal(status: int, description: str = "No", **parameters: int) -> web.Response:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return web.json_response(body, status=status)


async def test_a_batch_is_stored_whole_and_then_confirmed(telegram: Telegram, transport: Transport) -> None:
    store = Store()
    batch = [message(number, 7) for number in range(5, 8)]
    await telegram.put(batch)
    async with polling(transport, root=telegram.root, store=store):
        await telegram.idle()

    assert store.batches == [batch]
    assert [question.get("offset") for question in telegram.questions] == [None, "8"]


async def test_only_the_kinds_that_are_handled_are_asked_for(telegram: Telegram, transport: Transport) -> None:
    async with polling(transport, root=telegram.root, store=Store()):
        await telegram.idle()

    (question,) = telegram.questions
    assert json.loads(question["allowed_updates"]) == ["message", "callback_query", "my_chat_member"]
    assert 0 < int(question["timeout"]) <= 50


async def test_what_cannot_be_stored_is_not_confirmed_and_comes_again(telegram: Telegram, transport: Transport) -> None:
    store = Store(failures=2)
    await telegram.put([message(5, 7)])
    async with polling(transport, root=telegram.root, store=store) as pauses:
        await telegram.idle()

    assert store.batches == [[message(5, 7)]]
    assert [question.get("offset") for question in telegram.questions] == [None, None, None, "6"]
    assert pauses.made == [1.0, 1.5]


async def test_a_backlog_comes_without_a_pause(telegram: Telegram, transport: Transport) -> None:
    store = Store()
    await telegram.put([message(number, 7) for number in range(1, 251)])
    async with polling(transport, root=telegram.root, store=store) as pauses:
        await telegram.idle()

    assert [len(batch) for batch in store.batches] == [100, 100, 50]
    assert pauses.made == []


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (refusal(500, "Internal Server Error"), 1.0),
        (web.Response(status=502, text="<html>Bad Gateway</html>"), 1.0),
        (web.Response(text="not JSON"), 1.0),
        (web.Response(text="[]"), 1.0),
        (web.json_response({"ok": True}), 1.0),
        (web.json_response({"ok": True, "result": {"update_id": 5}}), 1.0),
        (refusal(400, "Bad Request"), 1.0),
        (refusal(409, "Conflict: terminated by other getUpdates request"), 1.0),
        (refusal(429, "Too Many Requests: retry after 17", retry_after=17), 17.0),
        (refusal(429, "Too Many Requests"), 1.0),
        (refusal(401, "Unauthorized"), 30.0),
        (refusal(404, "Not Found"), 30.0),
    ],
    ids=lambda value: f"{value.status}-{value.text}" if isinstance(value, web.Response) else None,
)
async def test_after_any_refusal_the_updates_come(
    telegram: Telegram, transport: Transport, answer: web.Response, pause: float
) -> None:
    store = Store()
    telegram.refusals.append(answer)
    await telegram.put([message(5, 7)])
    async with polling(transport, root=telegram.root, store=store) as pauses:
        await telegram.idle()

    assert store.batches == [[message(5, 7)]]
    assert pauses.made == [pause]


async def test_the_pauses_grow_to_half_a_minute_and_begin_anew(telegram: Telegram, transport: Transport) -> None:
    store = Store()
    telegram.refusals.extend(refusal(500) for _ in range(10))
    async with polling(transport, root=telegram.root, store=store) as pauses:
        await telegram.idle()
        telegram.refusals.append(refusal(500))
        await telegram.put([message(5, 7)])
        await telegram.asked(13)

    assert pauses.made == [
        *(pytest.approx(1.5**number) for number in range(9)),
        30.0,
        1.0,
    ]


async def test_it_waits_for_telegram_to_be_there(transport: Transport) -> None:
    store = Store()
    async with running_telegram() as gone:
        root = gone.root
    async with polling(transport, root=root, store=store) as pauses:
        await pauses.reach(5)

    assert pauses.made[:3] == [1.0, 1.5, 2.25]


@pytest.mark.parametrize(
    ("answer", "level", "words"),
    [
        (refusal(401, "Unauthorized"), logging.CRITICAL, "BOT_TOKEN"),
        (refusal(404, "Not Found"), logging.CRITICAL, "BOT_TOKEN"),
        (refusal(409, "Conflict: webhook is active"), logging.ERROR, "Conflict: webhook is active"),
        (refusal(502, "Bad Gateway"), logging.WARNING, "502"),
    ],
    ids=["401", "404", "409", "502"],
)
async def test_a_trouble_that_lasts_is_told_once(
    telegram: Telegram,
    transport: Transport,
    caplog: pytest.LogCaptureFixture,
    answer: web.Response,
    level: int,
    words: str,
) -> None:
    telegram.refusals.extend(refusal(answer.status, json.loads(answer.text or "")["description"]) for _ in range(6))
    with caplog.at_level(logging.INFO, "bot.intake"):
        async with polling(transport, root=telegram.root, store=Store()):
            await telegram.idle()
            await telegram.put([message(5, 7)])
            await telegram.idle()

    first, second = (record for record in caplog.records if record.name.startswith("bot."))
    assert first.levelno == level
    assert words in first.getMessage()
    assert second.getMessage() == "updates come in again"
    assert TOKEN not in first.getMessage() + second.getMessage()


async def test_an_update_without_an_id_is_asked_for_twice_a_second_at_most(
    telegram: Telegram, transport: Transport
) -> None:
    await telegram.put([{"message": {}}])
    async with polling(transport, root=telegram.root, store=Store()) as pauses:
        await telegram.asked(21)

    assert len(pauses.made) >= 20
    assert sum(pauses.made[:20]) >= 10.0


async def test_an_update_without_an_id_holds_up_nobody(telegram: Telegram, transport: Transport) -> None:
    store = Store()
    nonsense = [{"update_id": "5"}, "nothing", None, {"update_id": True}, {"update_id": 2**70}, {"update_id": -3}]
    await telegram.put([*nonsense, message(20, 7)])
    async with polling(transport, root=telegram.root, store=store) as pauses:
        await telegram.idle()

    assert store.batches == [[*nonsense, message(20, 7)]]
    assert telegram.offset == 21
    assert pauses.made == [0.5]


async def test_a_server_that_confirms_nothing_is_asked_twice_a_second_at_most(
    telegram: Telegram, transport: Transport
) -> None:
    telegram.ignores_offset = True
    await telegram.put([message(5, 7)])
    async with polling(transport, root=telegram.root, store=Store()) as pauses:
        await telegram.asked(12)

    assert set(pauses.made) == {0.5}
    assert len(pauses.made) >= 10


async def test_ids_that_begin_anew_below_the_offset_are_confirmed(telegram: Telegram, transport: Transport) -> None:
    store = Store()
    await telegram.put([message(900, 7)])
    async with polling(transport, root=telegram.root, store=store):
        await telegram.idle()
        telegram.ignores_offset = True  # what Telegram gives out anew stands below the offset
        await telegram.put([message(5, 7)])
        await telegram.asked(3)

    assert store.batches[:2] == [[message(900, 7)], [message(5, 7)]]
    assert telegram.offset == 6


async def test_a_poll_under_way_is_dropped_at_once(telegram: Telegram, transport: Transport) -> None:
    store = Store()
    async with polling(transport, root=telegram.root, store=store):
        await telegram.idle()
    await telegram.put([message(5, 7)])

    assert store.batches == []
    assert len(telegram.questions) == 1


async def test_nothing_is_asked_while_it_is_anothers_turn(telegram: Telegram, transport: Transport) -> None:
    turn = asyncio.Event()
    await telegram.put([message(5, 7)])
    async with polling(transport, root=telegram.root, store=Store(), may_poll=turn.wait):
        await asyncio.sleep(0)
        assert telegram.questions == []
        turn.set()
        await telegram.idle()


async def test_a_poller_whose_turn_is_over_is_ended_by_the_next_without_a_word(
    telegram: Telegram, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    telegram.refusals.append(refusal(409, "Conflict: terminated by other getUpdates request"))
    async with polling(transport, root=telegram.root, store=Store(), polls=lambda: False) as pauses:
        await telegram.idle()

    assert pauses.made == []
    assert caplog.records == []
