"""The whole way in: Telegram's server, the inbox and the handlers, through repeats, poison and crashes."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Bot, Update

from bot.intake import Intake
from bot.transport import Transport
from storage import inbox, lines
from storage.database import Database
from storage.inbox import InboxCounts
from tests.bot.intake.source import NOON, TOKEN, Handler, Pauses, Telegram, message, running_telegram, tap
from tests.databases import way_of_intake

AIGERIM, MARAT = 11, 12


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_telegram() as server:
        yield server


@pytest.fixture
async def transport() -> AsyncIterator[Transport]:
    async with Transport() as opened:
        yield opened


async def nobody_floods(update: Update) -> None:
    raise AssertionError("nobody floods here")


async def all_finished(database: Database) -> None:
    async with asyncio.timeout(10):
        while (await database.read(inbox.count)).received:
            continue


def intake_of(
    database: Database, handler: Handler, *, request: Transport, root: str, pauses: Pauses | None = None
) -> Intake:
    return Intake(
        database=database,
        request=request,
        bot=Bot(TOKEN),
        api_url=root,
        token=TOKEN,
        handle=handler,
        on_flood=nobody_floods,
        now=lambda: NOON,
        pause=pauses or Pauses(),
    )


@asynccontextmanager
async def polling(
    database: Database,
    handler: Handler,
    *,
    request: Transport,
    telegram: Telegram,
    pauses: Pauses | None = None,
    deadline_seconds: float = 10,
) -> AsyncIterator[Intake]:
    intake = intake_of(database, handler, request=request, root=telegram.root, pauses=pauses)
    await intake.start()
    poll = asyncio.create_task(intake.run())
    try:
        yield intake
    finally:
        poll.cancel()
        await asyncio.gather(poll, return_exceptions=True)
        await intake.stop(deadline_seconds=deadline_seconds)


def poison(update_id: int) -> list[Any]:
    """Twenty updates that cannot be read, each in its own way. The ids are used as far as they are any."""
    ids = iter(range(update_id, update_id + 20))

    def spoilt(**spoiling: Any) -> dict[str, Any]:
        good = message(next(ids), 666)
        return good | {"message": good["message"] | spoiling}

    return [
        spoilt(date="yesterday"),
        spoilt(date=10**18),
        spoilt(date=[]),
        spoilt(**{"from": 5}),
        spoilt(chat=5),
        spoilt(chat=[]),
        spoilt(chat={"id": 666}),
        spoilt(entities=5),
        spoilt(entities=[{"type": 5}]),
        spoilt(photo=[5]),
        spoilt(reply_markup="none"),
        {"update_id": next(ids), "message": "salem"},
        {"update_id": next(ids), "message": [5]},
        {"update_id": next(ids), "callback_query": {"id": "5"}},
        {"update_id": next(ids), "my_chat_member": {"from": {"id": 666}}},
        {"message": message(1, 666)["message"]},
        {"update_id": str(next(ids)), "message": message(1, 666)["message"]},
        {"update_id": None},
        "salem",
        None,
    ]


async def test_twenty_poisoned_updates_in_a_batch_cost_the_other_eighty_nothing(
    database: Database, telegram: Telegram, transport: Transport
) -> None:
    handler, pauses = Handler(), Pauses()
    good = [message(number, number) for number in range(101, 181)]
    bad = poison(200)
    mixed = [update for five in zip(bad, *(iter(good),) * 4, strict=True) for update in five]
    renumbered = [
        update | {"update_id": number} if isinstance(update, dict) and type(update.get("update_id")) is int else update
        for number, update in enumerate(mixed, start=1)
    ]
    await telegram.put(renumbered)
    async with polling(database, handler, request=transport, telegram=telegram, pauses=pauses):
        await telegram.idle()
        await all_finished(database)

    assert sorted(person for person, _ in handler.seen if person) == list(range(101, 181))
    assert await database.read(inbox.count) == InboxCounts(received=0, done=80, parked=15)
    asked_in_vain = len(telegram.questions) - 1
    assert asked_in_vain <= 2 * (1 + sum(pauses.made))


async def test_an_update_that_comes_again_and_again_is_handled_once(
    database: Database, telegram: Telegram, transport: Transport
) -> None:
    handler = Handler()
    telegram.ignores_offset = True
    await telegram.put([message(5, AIGERIM), tap(6, AIGERIM)])
    async with polling(database, handler, request=transport, telegram=telegram):
        await telegram.asked(20)

    assert handler.ids_of(AIGERIM) == [5, 6]
    assert await database.read(inbox.count) == InboxCounts(received=0, done=2, parked=0)


async def test_an_update_that_comes_again_after_a_restart_is_not_handled_again(
    database: Database, telegram: Telegram, transport: Transport
) -> None:
    first, second = Handler(), Handler()
    telegram.ignores_offset = True
    await telegram.put([message(5, AIGERIM)])
    async with polling(database, first, request=transport, telegram=telegram):
        await first.has_seen(1)
    await telegram.put([message(6, AIGERIM)])
    async with polling(database, second, request=transport, telegram=telegram):
        await second.has_seen(1)

    assert second.seen == [(AIGERIM, 6)]


async def test_what_was_stored_before_a_crash_is_handled_first_and_in_order(
    database: Database, telegram: Telegram, transport: Transport
) -> None:
    dead = intake_of(database, Handler(), request=transport, root=telegram.root)
    await dead.stored([message(7, AIGERIM), message(5, AIGERIM), message(6, AIGERIM)])

    handler = Handler()
    await telegram.put([message(8, AIGERIM)])
    async with polling(database, handler, request=transport, telegram=telegram):
        await handler.has_seen(4)

    assert handler.ids_of(AIGERIM) == [5, 6, 7, 8]
    assert await database.read(inbox.count) == InboxCounts(received=0, done=4, parked=0)


async def test_what_was_being_handled_at_the_stop_comes_back_at_the_start(
    database: Database, telegram: Telegram, transport: Transport
) -> None:
    hanging, handler = Handler(lambda update: asyncio.Event().wait()), Handler()
    await telegram.put([message(5, AIGERIM), message(6, AIGERIM), message(7, MARAT)])
    async with polling(database, hanging, request=transport, telegram=telegram, deadline_seconds=0):
        await hanging.has_seen(2)
    async with polling(database, handler, request=transport, telegram=telegram):
        await handler.has_seen(3)

    assert hanging.seen == [(AIGERIM, 5), (MARAT, 7)]
    assert handler.ids_of(AIGERIM) == [5, 6]
    assert handler.ids_of(MARAT) == [7]


async def test_a_batch_whose_commit_went_unanswered_is_handled_all_the_same(
    database: Database, telegram: Telegram, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = way_of_intake(database)
    run, cut = getattr(database, way), True

    async def once_cut_off(service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        nonlocal cut
        answer = await run(service, *args, **kwargs)
        if service in (inbox.store_updates, lines.store) and cut:
            cut = False
            raise ConnectionResetError
        return answer

    monkeypatch.setattr(database, way, once_cut_off)
    handler = Handler()
    await telegram.put([message(5, AIGERIM)])
    async with polling(database, handler, request=transport, telegram=telegram):
        await handler.has_seen(1)
        await telegram.idle()

    assert handler.seen == [(AIGERIM, 5)]
    assert await database.read(inbox.count) == InboxCounts(received=0, done=1, parked=0)


async def test_updates_may_be_brought_by_others_than_the_poller(
    database: Database, telegram: Telegram, transport: Transport
) -> None:
    handler = Handler()
    intake = intake_of(database, handler, request=transport, root=telegram.root)
    await intake.start()
    for number in (5, 6, 7):
        await asyncio.gather(*(intake.stored([message(number, AIGERIM)]) for _ in range(3)))
    await handler.has_seen(3)
    await intake.stop(deadline_seconds=10)
    await intake.stored([message(8, AIGERIM)])

    assert handler.ids_of(AIGERIM) == [5, 6, 7]
    assert await database.read(inbox.count) == InboxCounts(received=1, done=3, parked=0)
    assert telegram.questions == []


async def test_an_answer_that_comes_after_the_update_is_done_does_not_queue_it_again(
    database: Database, telegram: Telegram, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = asyncio.Event()
    handler = Handler(lambda update: release.wait())
    intake = intake_of(database, handler, request=transport, root=telegram.root)
    await intake.start()
    await intake.stored([message(5, AIGERIM)])
    await handler.has_seen(1)
    way = way_of_intake(database)
    run = getattr(database, way)

    async def answered_late(service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        answer = await run(service, *args, **kwargs)
        if service in (inbox.store_updates, lines.store):
            release.set()
            await all_finished(database)
        return answer

    monkeypatch.setattr(database, way, answered_late)
    await intake.stored([message(5, AIGERIM)])
    await intake.stop(deadline_seconds=10)

    assert handler.seen == [(AIGERIM, 5)]


async def test_an_empty_answer_costs_no_transaction(
    database: Database, telegram: Telegram, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a transaction for nothing")

    intake = intake_of(database, Handler(), request=transport, root=telegram.root)
    monkeypatch.setattr(database, "run", never)
    await intake.stored([])
    await intake.stored([{"update_id": "5"}])
