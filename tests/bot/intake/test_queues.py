"""The queues: in order for one person, many persons at once, and what becomes of updates that fail."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from telegram import Bot, Update
from telegram.error import RetryAfter

from bot.intake import Intake, workers
from bot.intake.workers import MOST_TRIES
from bot.transport import Transport
from storage import inbox, lines
from storage.database import Database
from storage.inbox import InboxCounts
from tests.bot.intake.source import NOON, TOKEN, Handler, Pauses, Raw, message, tap
from tests.databases import way_of_intake

AIGERIM, MARAT, SAULE = 11, 12, 13


async def nobody_floods(update: Update) -> None:
    raise AssertionError("nobody floods here")


class Desk:
    """An intake without a poller; `bring` stores updates and queues them."""

    def __init__(self, database: Database, handle: Handler, **others: Any) -> None:
        self.database = database
        self.pauses = Pauses()
        self.now = NOON
        kept: dict[str, Any] = {"on_flood": nobody_floods, "pause": self.pauses} | others
        self.intake = Intake(
            database=database,
            request=Transport(),
            bot=Bot(TOKEN),
            api_url="http://127.0.0.1:1",
            token=TOKEN,
            handle=handle,
            now=lambda: self.now,
            **kept,
        )

    async def bring(self, *updates: Raw) -> None:
        await self.intake.stored(updates)

    async def counts(self) -> InboxCounts:
        """What stands in the inbox once all that runs has ended."""
        await self.intake.stop(deadline_seconds=10)
        return await self.database.read(inbox.count)


@asynccontextmanager
async def at_the_desk(database: Database, handle: Handler, **others: Any) -> AsyncIterator[Desk]:
    desk = Desk(database, handle, **others)
    await desk.intake.start()
    try:
        yield desk
    finally:
        await desk.intake.stop(deadline_seconds=0)


def failing(*update_ids: int, times: int = 1_000) -> Callable[[Update], None]:
    """Let the handling of these updates fail so many times each."""
    left = dict.fromkeys(update_ids, times)

    def act(update: Update) -> None:
        if left.get(update.update_id, 0):
            left[update.update_id] -= 1
            raise KeyError("Aigerim")

    return act


def held_until(event: asyncio.Event, *persons: int) -> Callable[[Update], Awaitable[Any] | None]:
    """Let the handling of these persons' updates last until the event."""

    def act(update: Update) -> Awaitable[Any] | None:
        return event.wait() if update.effective_user and update.effective_user.id in persons else None

    return act


async def test_one_persons_updates_are_handled_in_order_one_at_a_time(database: Database) -> None:
    running = 0

    async def take_turns() -> None:
        nonlocal running
        running += 1
        assert running == 1
        await asyncio.sleep(0)
        running -= 1

    handler = Handler(lambda update: take_turns())
    async with at_the_desk(database, handler) as desk:
        await desk.bring(*(message(number, AIGERIM) for number in range(1, 21)))
        await handler.has_seen(20)
        counts = await desk.counts()

    assert handler.ids_of(AIGERIM) == list(range(1, 21))
    assert counts == InboxCounts(received=0, done=20, parked=0)


async def test_persons_are_served_side_by_side(database: Database) -> None:
    everyone = asyncio.Barrier(5)  # nobody passes before all five are being handled
    handler = Handler(lambda update: everyone.wait())
    async with at_the_desk(database, handler) as desk:
        await desk.bring(*(message(number, number) for number in range(1, 6)))
        await handler.has_seen(5)
        counts = await desk.counts()

    assert counts.done == 5


async def test_no_more_persons_at_once_than_there_are_places(database: Database) -> None:
    release = asyncio.Event()
    handler = Handler(lambda update: release.wait())
    async with at_the_desk(database, handler, at_once=3) as desk:
        await desk.bring(*(message(number, number) for number in range(1, 9)))
        await handler.has_seen(3)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(handler.seen) == 3
        release.set()
        await handler.has_seen(8)


async def test_what_nobody_sent_waits_for_nobody(database: Database) -> None:
    handler = Handler(lambda update: asyncio.Event().wait())
    async with at_the_desk(database, handler) as desk:
        await desk.bring({"update_id": 1}, {"update_id": 2}, message(3, AIGERIM))
        await handler.has_seen(3)

    assert handler.seen == [(None, 1), (None, 2), (AIGERIM, 3)]


async def test_the_flood_of_one_delays_nobody_else(database: Database) -> None:
    release = asyncio.Event()
    handler = Handler(held_until(release, AIGERIM))
    warned: list[int] = []

    async def warn(update: Update) -> None:
        warned.append(update.update_id)

    async with at_the_desk(database, handler, at_once=16, on_flood=warn) as desk:
        await desk.bring(*(message(number, AIGERIM) for number in range(1, 2_001)))
        await desk.bring(message(2_001, MARAT))
        await handler.has_seen(2)
        assert handler.ids_of(MARAT) == [2_001]
        assert handler.ids_of(AIGERIM) == [1]
        async with asyncio.timeout(10):
            while (await database.read(inbox.count)).received > 20:
                continue
        release.set()
        await handler.has_seen(21)
        counts = await desk.counts()

    assert handler.ids_of(AIGERIM) == list(range(1, 21))
    assert warned == [21]
    assert counts == InboxCounts(received=0, done=2_001, parked=0)


async def test_who_floods_is_told_once_a_minute(database: Database) -> None:
    handler = Handler(lambda update: asyncio.Event().wait())
    warned: asyncio.Queue[int] = asyncio.Queue()

    async def warn(update: Update) -> None:
        warned.put_nowait(update.update_id)
        raise OSError("Telegram is away")

    async with at_the_desk(database, handler, on_flood=warn) as desk:
        await desk.bring(*(message(number, AIGERIM) for number in range(1, 31)))
        assert await warned.get() == 21
        desk.now += timedelta(seconds=59)
        await desk.bring(message(31, AIGERIM))
        desk.now += timedelta(seconds=1)
        await desk.bring(message(32, AIGERIM), message(33, AIGERIM))
        assert await warned.get() == 32

    assert warned.empty()
    assert await database.read(inbox.count) == InboxCounts(received=20, done=13, parked=0)


async def test_a_failed_update_is_tried_again_before_the_next_of_its_person(database: Database) -> None:
    handler = Handler(failing(1, times=2))
    async with at_the_desk(database, handler) as desk:
        await desk.bring(message(1, AIGERIM), message(2, AIGERIM))
        await handler.has_seen(4)
        counts = await desk.counts()

    assert handler.ids_of(AIGERIM) == [1, 1, 1, 2]
    assert desk.pauses.made == [1.0, 2.0]
    assert counts == InboxCounts(received=0, done=2, parked=0)


async def test_who_waits_for_a_retry_takes_nobodys_place(database: Database) -> None:
    wait = asyncio.Event()

    async def pause(seconds: float) -> None:
        await wait.wait()

    handler = Handler(failing(1, times=1))
    async with at_the_desk(database, handler, at_once=1, pause=pause) as desk:
        await desk.bring(message(1, AIGERIM), message(2, MARAT))
        await handler.has_seen(2)
        assert handler.seen == [(AIGERIM, 1), (MARAT, 2)]
        wait.set()
        await handler.has_seen(3)

    assert handler.seen[2] == (AIGERIM, 1)


async def test_an_update_that_always_fails_is_parked_after_five_tries(
    database: Database, caplog: pytest.LogCaptureFixture
) -> None:
    handler = Handler(failing(1))
    async with at_the_desk(database, handler) as desk:
        await desk.bring(message(1, AIGERIM), message(2, AIGERIM))
        await handler.has_seen(MOST_TRIES + 1)
        counts = await desk.counts()

    assert handler.ids_of(AIGERIM) == [1] * 5 + [2]
    assert desk.pauses.made == [1.0, 2.0, 4.0, 8.0]
    assert counts == InboxCounts(received=0, done=1, parked=1)
    assert "KeyError at " in caplog.text
    assert "Aigerim" not in caplog.text


async def test_a_pause_that_telegram_asks_for_is_waited_out_and_counts_as_no_failure(database: Database) -> None:
    pauses: list[int | timedelta] = [37, timedelta(seconds=9), 8, 7, 6, 5, 4]

    def act(update: Update) -> None:
        if update.update_id == 1 and pauses:
            raise RetryAfter(pauses.pop(0))

    handler = Handler(act)
    async with at_the_desk(database, handler) as desk:
        await desk.bring(message(1, AIGERIM), message(2, AIGERIM))
        await handler.when(lambda: (AIGERIM, 2) in handler.seen)
        counts = await desk.counts()

    assert handler.ids_of(AIGERIM) == [1] * 8 + [2]
    assert desk.pauses.made == [37, 9, 8, 7, 6, 5, 4]
    assert counts == InboxCounts(received=0, done=2, parked=0)


@pytest.mark.parametrize(("seconds", "patience"), [(30, timedelta(0)), (121, timedelta(minutes=15))])
async def test_pauses_without_end_and_one_of_hours_are_not_waited_out(
    database: Database, monkeypatch: pytest.MonkeyPatch, seconds: int, patience: timedelta
) -> None:
    """Else an answer that is refused so would keep waiting what its person sends next."""
    monkeypatch.setattr(workers, "_LONGEST_WAIT_FOR_PAUSES", patience)

    def act(update: Update) -> None:
        if update.update_id == 1:
            raise RetryAfter(seconds)

    handler = Handler(act)
    async with at_the_desk(database, handler) as desk:
        await desk.bring(message(1, AIGERIM), message(2, AIGERIM))
        await handler.has_seen(MOST_TRIES + 1)
        counts = await desk.counts()

    assert handler.ids_of(AIGERIM) == [1] * MOST_TRIES + [2]
    assert counts == InboxCounts(received=0, done=1, parked=1)


async def test_an_update_that_cannot_be_read_is_parked_at_once(database: Database) -> None:
    handler = Handler()
    spoilt = message(1, AIGERIM)
    spoilt["message"]["date"] = "yesterday"
    async with at_the_desk(database, handler) as desk:
        await desk.bring(spoilt, message(2, AIGERIM))
        await handler.has_seen(1)
        counts = await desk.counts()

    assert handler.ids_of(AIGERIM) == [2]
    assert desk.pauses.made == []
    assert counts == InboxCounts(received=0, done=1, parked=1)


async def test_a_cancellation_from_within_is_a_failure_like_others(database: Database) -> None:
    def act(update: Update) -> None:
        if update.update_id == 1:
            raise asyncio.CancelledError

    handler = Handler(act)
    async with at_the_desk(database, handler, at_once=1) as desk:
        await desk.bring(message(1, AIGERIM), message(2, MARAT))
        await handler.has_seen(6)
        counts = await desk.counts()

    assert counts == InboxCounts(received=0, done=1, parked=1)


async def test_tries_do_not_count_while_the_database_is_away(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    away = asyncio.Event()

    def sometimes(run: Callable[..., Any]) -> Callable[..., Any]:
        async def sometimes_run(service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
            if away.is_set():
                raise ConnectionRefusedError
            return await run(service, *args, **kwargs)

        return sometimes_run

    handler = Handler(failing(1))
    async with at_the_desk(database, handler) as desk:
        for way in {"run", way_of_intake(database)}:
            monkeypatch.setattr(database, way, sometimes(getattr(database, way)))
        await desk.bring(message(1, AIGERIM), message(2, AIGERIM), message(3, MARAT))
        away.set()
        await handler.has_seen(20)
        await handler.when(lambda: "done updates cannot be marked" in caplog.text)
        away.clear()
        await handler.when(lambda: (AIGERIM, 2) in handler.seen)
        counts = await desk.counts()

    assert len(handler.ids_of(AIGERIM)) > 20
    assert counts == InboxCounts(received=0, done=2, parked=1)
    assert caplog.text.count("done updates cannot be marked") == 1


async def test_marks_that_wait_together_share_a_transaction(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    way, groups = way_of_intake(database), list[int]()
    run = getattr(database, way)

    async def counted(service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        if service in (inbox.mark_done, lines.finish):
            groups.append(len(args[0]))
        return await run(service, *args, **kwargs)

    monkeypatch.setattr(database, way, counted)
    handler = Handler()
    async with at_the_desk(database, handler) as desk:
        await desk.bring(*(message(number, number) for number in range(1, 201)))
        await handler.has_seen(200)
        counts = await desk.counts()

    assert counts.done == sum(groups) == 200
    assert len(groups) <= 20


async def test_the_moment_of_arrival_is_handed_on(database: Database) -> None:
    handler = Handler()
    async with at_the_desk(database, handler) as desk:
        await desk.bring(tap(1, AIGERIM))
        desk.now += timedelta(hours=1)
        await desk.bring(message(2, AIGERIM))
        await handler.has_seen(2)

    assert handler.received == [NOON, NOON + timedelta(hours=1)]


async def test_a_running_handler_may_end_before_the_deadline(database: Database) -> None:
    release = asyncio.Event()
    handler = Handler(lambda update: release.wait())
    async with at_the_desk(database, handler) as desk:
        await desk.bring(message(1, AIGERIM), message(2, AIGERIM))
        await handler.has_seen(1)
        stopping = asyncio.create_task(desk.intake.stop(deadline_seconds=10))
        await asyncio.sleep(0)
        release.set()
        await stopping

    assert handler.ids_of(AIGERIM) == [1]
    assert [left.update_id for left in await database.read(inbox.unfinished)] == [2]
    assert (await database.read(inbox.count)).done == 1


async def test_a_handler_that_hangs_is_cancelled_at_the_deadline(database: Database) -> None:
    handler = Handler(held_until(asyncio.Event(), AIGERIM))
    async with at_the_desk(database, handler) as desk:
        await desk.bring(message(1, AIGERIM), message(2, MARAT))
        await handler.has_seen(2)
        async with asyncio.timeout(5):
            await desk.intake.stop(deadline_seconds=0.01)

    (left,) = await database.read(inbox.unfinished)
    assert (left.update_id, left.tries) == (1, 0)


async def test_a_handler_that_refuses_to_be_cancelled_does_not_stop_the_stop(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_SECONDS_TO_GIVE_IN", 0.05)
    release = asyncio.Event()

    async def deaf() -> None:
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                continue

    handler = Handler(lambda update: deaf())
    async with at_the_desk(database, handler) as desk:
        await desk.bring(message(1, AIGERIM))
        await handler.has_seen(1)
        async with asyncio.timeout(5):
            await desk.intake.stop(deadline_seconds=0)
        release.set()
        await asyncio.sleep(0)


async def test_nothing_is_begun_after_the_stop(database: Database) -> None:
    handler = Handler()
    async with at_the_desk(database, handler) as desk:
        await desk.intake.stop(deadline_seconds=0)
        await desk.bring(message(1, AIGERIM))

    assert handler.seen == []
    assert (await database.read(inbox.count)).received == 1
