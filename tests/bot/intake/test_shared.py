"""Replicas on one PostgreSQL: each update once, one person in order, whoever stores, dies, stalls or leaves."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import func, select, update
from telegram import Bot, Update

from bot.intake import Intake
from bot.intake.shared import MOST_PERSONS, Shared
from bot.transport import Transport
from storage import Tx, inbox, leases, lines
from storage.database import Database
from storage.tables import leases as lease_rows
from storage.tables import lines as line_rows
from tests.bot.intake.source import NOON, TOKEN, Handler, Pauses, Telegram, message, person_of, running_telegram

AIGERIM, MARAT = 11, 12


class Replicas:
    """Processes, as far as the database can tell: each has its own connections."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.databases: list[Database] = []
        self.running: list[Intake] = []
        self.warned: list[int | None] = []
        self.root = "http://127.0.0.1:1"
        self.now = NOON

    async def start(
        self, handler: Handler, *, now: Callable[[], datetime] | None = None, request: Any = None, **others: Any
    ) -> Intake:
        database = await Database.open(self._url, migrate=False)
        self.databases.append(database)
        intake = Intake(
            database=database,
            request=request or Transport(),
            bot=Bot(TOKEN),
            api_url=self.root,
            token=TOKEN,
            handle=handler,
            on_flood=self._warn,
            now=now or (lambda: self.now),
            pause=Pauses(),
            **others,
        )
        await intake.start()
        self.running.append(intake)
        return intake

    async def _warn(self, update: Update) -> None:
        self.warned.append(person_of(update))

    async def stop(self) -> None:
        for intake in self.running:
            await intake.stop(deadline_seconds=0)
        for database in self.databases:
            await database.close()

    async def ask(self, query: Callable[..., Any]) -> Any:
        return await self.databases[0].read(query)

    async def until(self, query: Callable[[Tx], Any], wanted: Any) -> None:
        """Wait until the committed facts are so."""
        async with asyncio.timeout(20):
            while await self.ask(query) != wanted:
                continue

    async def let_die(self, intake: Intake) -> None:
        """kill -9: it says nothing, and its lease runs out."""
        for task in [*intake._beside, *intake._workers._workers]:
            task.cancel()
        self.running.remove(intake)
        await self.let_run_out(intake)

    async def let_run_out(self, intake: Intake) -> None:
        holder = source_of(intake)._life.holder

        def pass_time(tx: Tx) -> None:
            late = leases.real_time(tx, ahead=-1)
            tx.execute(update(lease_rows).where(lease_rows.c.holder == holder).values(until=late))

        await self.databases[0].run(pass_time)


def source_of(intake: Intake) -> Shared:
    assert isinstance(intake._source, Shared)
    return intake._source


def waiting(tx: Tx) -> int:
    return inbox.count(tx).received


def lines_held(tx: Tx) -> int:
    return int(tx.scalar(select(func.count()).select_from(line_rows)) or 0)


@pytest.fixture
async def replicas(postgresql_url: str) -> AsyncIterator[Replicas]:
    made = Replicas(postgresql_url)
    yield made
    await made.stop()


@pytest.mark.parametrize("seed", range(3))
async def test_one_persons_updates_stay_in_order_whichever_replica_stores_them(replicas: Replicas, seed: int) -> None:
    chance = Random(seed)

    async def take_a_while() -> None:
        for _ in range(chance.randint(0, 5)):
            await asyncio.sleep(0)

    handler = Handler(lambda _: take_a_while())
    three = [await replicas.start(handler) for _ in range(3)]

    async def person(number: int) -> None:
        """Telegram brings one person's next update once the one before is stored, to any replica."""
        for turn in range(15):
            await chance.choice(three).stored([message(1_000 * turn + number, number)])

    await asyncio.gather(*(person(number) for number in range(1, 31)))
    await replicas.until(waiting, 0)

    assert len(handler.seen) == 30 * 15
    for number in range(1, 31):
        assert handler.ids_of(number) == [1_000 * turn + number for turn in range(15)]
    await replicas.until(lines_held, 0)
    assert sum((intake.tally.updates for intake in three), Counter())["handled"] == 450
    assert [intake.in_hand for intake in three] == [0, 0, 0]


async def test_a_full_replica_leaves_the_rest_to_those_that_have_room(replicas: Replicas) -> None:
    release = asyncio.Event()
    hanging, handler = Handler(lambda _: release.wait()), Handler()
    full = await replicas.start(hanging)
    await replicas.start(handler)
    await full.stored([message(number, number) for number in range(1, 101)])
    await handler.has_seen(100 - MOST_PERSONS)
    assert full.in_hand == MOST_PERSONS
    release.set()
    await replicas.until(waiting, 0)

    assert len(hanging.seen) == MOST_PERSONS
    assert len(handler.seen) == 100 - MOST_PERSONS


async def test_a_backlog_is_never_in_hand_as_a_whole(replicas: Replicas) -> None:
    most = 0

    def act(_: Update) -> None:
        nonlocal most
        most = max(most, *(one.in_hand for one in replicas.running), 0)

    first = await replicas.start(Handler(lambda _: asyncio.Event().wait()))
    await first.stored([message(number, number % 700) for number in range(1, 2_001)])
    await replicas.let_die(first)
    handler = Handler(act)
    await replicas.start(handler)
    await replicas.until(waiting, 0)

    assert len(handler.seen) == 2_000
    assert most <= MOST_PERSONS * 4
    for number in range(700):
        assert handler.ids_of(number) == sorted(handler.ids_of(number))


async def test_what_a_killed_replica_had_in_hand_is_taken_over_in_order(replicas: Replicas) -> None:
    hanging, handler = Handler(lambda _: asyncio.Event().wait()), Handler()
    dead, alive = await replicas.start(hanging), await replicas.start(handler)
    await dead.stored([message(1, AIGERIM), message(2, AIGERIM), message(3, MARAT)])
    await hanging.has_seen(2)
    await alive.stored([message(4, AIGERIM)])
    await replicas.let_die(dead)
    await handler.has_seen(4)

    assert handler.ids_of(AIGERIM) == [1, 2, 4]
    assert handler.ids_of(MARAT) == [3]


async def test_a_replica_that_stops_gives_back_at_once_what_waits(replicas: Replicas) -> None:
    release = asyncio.Event()
    hanging, handler = Handler(lambda _: release.wait()), Handler()
    leaving = await replicas.start(hanging, at_once=1)
    await leaving.stored([message(1, AIGERIM), message(2, AIGERIM), message(3, MARAT)])
    await hanging.has_seen(1)
    await replicas.start(handler)
    stopping = asyncio.create_task(leaving.stop(deadline_seconds=10))
    await handler.has_seen(1)
    assert not stopping.done()
    release.set()
    await stopping
    await handler.has_seen(2)

    assert hanging.seen == [(AIGERIM, 1)]
    assert handler.seen == [(MARAT, 3), (AIGERIM, 2)]


async def test_a_stalled_replica_drops_what_is_not_its_any_more(replicas: Replicas) -> None:
    """Its lease has run out; it must notice before it goes on handling."""
    release = asyncio.Event()
    moment = NOON
    slow, handler = Handler(lambda _: release.wait()), Handler()
    stalled = await replicas.start(slow, now=lambda: moment, at_once=1)
    await stalled.stored([message(1, AIGERIM), message(2, AIGERIM), message(3, MARAT)])
    await slow.has_seen(1)

    moment += timedelta(seconds=lines.LEASE_SECONDS)
    await replicas.let_run_out(stalled)
    await replicas.start(handler)
    await handler.has_seen(3)
    release.set()
    await replicas.until(waiting, 0)
    for _ in range(50):
        await asyncio.sleep(0)
    assert slow.seen == [(AIGERIM, 1)], "it waits until it knows"

    before = source_of(stalled)._life.holder
    await source_of(stalled)._life.renew()
    assert source_of(stalled)._life.holder != before
    await stalled.stored([message(4, AIGERIM)])
    await slow.has_seen(2)
    assert slow.seen == [(AIGERIM, 1), (AIGERIM, 4)]
    assert handler.ids_of(AIGERIM) == [1, 2]


async def test_without_noticing_it_would_handle_what_is_anothers(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""

    async def careless(self: Shared) -> None:
        return

    monkeypatch.setattr(Shared, "may_handle", careless)
    release = asyncio.Event()
    slow, handler = Handler(lambda _: release.wait()), Handler()
    stalled = await replicas.start(slow, at_once=1)
    await stalled.stored([message(1, AIGERIM), message(2, AIGERIM)])
    await slow.has_seen(1)
    await replicas.let_run_out(stalled)
    await replicas.start(handler)
    await handler.has_seen(2)
    release.set()
    await slow.has_seen(2)
    assert slow.ids_of(AIGERIM) == handler.ids_of(AIGERIM) == [1, 2]


async def test_what_was_committed_without_an_answer_is_found_by_the_next_look(
    replicas: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = Handler()
    intake = await replicas.start(handler)
    run = replicas.databases[0].run_one

    async def cut_off(service: Callable[..., Any], *args: Any, **others: Any) -> Any:
        answer = await run(service, *args, **others)
        if service is lines.store:
            raise ConnectionResetError
        return answer

    monkeypatch.setattr(replicas.databases[0], "run_one", cut_off)
    with pytest.raises(ConnectionResetError):
        await intake.stored([message(1, AIGERIM)])
    await handler.has_seen(1)
    await replicas.until(waiting, 0)


async def test_the_flood_of_one_over_all_replicas_delays_nobody_and_is_answered_once(replicas: Replicas) -> None:
    release = asyncio.Event()

    def act(update: Update) -> Any:
        return release.wait() if person_of(update) == AIGERIM else None

    handler = Handler(act)
    three = [await replicas.start(handler) for _ in range(3)]
    batches = [[message(100 * turn + number, AIGERIM) for number in range(1, 101)] for turn in range(20)]

    async def flood() -> None:
        for turn, batch in enumerate(batches):
            await three[turn % 3].stored(batch)

    flooding = asyncio.create_task(flood())
    await handler.has_seen(1)
    began = time.monotonic()
    await three[0].stored([message(9_001, MARAT)])
    await handler.when(lambda: (MARAT, 9_001) in handler.seen)
    assert time.monotonic() - began < 1
    await flooding
    await replicas.until(waiting, 20)
    release.set()
    await replicas.until(waiting, 0)

    assert handler.ids_of(AIGERIM) == list(range(1, 21))
    assert replicas.warned == [AIGERIM]
    assert sum(one.tally.updates["turned_away"] for one in three) == 1_980


@pytest.fixture
async def telegram() -> AsyncIterator[Telegram]:
    async with running_telegram() as server:
        yield server


async def test_one_polls_and_another_takes_over_when_it_stops_or_dies(replicas: Replicas, telegram: Telegram) -> None:
    replicas.root = telegram.root
    handlers = [Handler() for _ in range(3)]
    async with Transport() as transport:
        three = [await replicas.start(handler, request=transport) for handler in handlers]
        polls = [asyncio.create_task(intake.run()) for intake in three]

        async def who_polls(others: set[int]) -> int:
            async with asyncio.timeout(20):
                while True:
                    found = [number for number in others if source_of(three[number]).polls]
                    if found:
                        (one,) = found
                        return one
                    await replicas.ask(waiting)  # whatever lets others run

        left = {0, 1, 2}
        first = await who_polls(left)
        await telegram.put([message(1, AIGERIM)])
        await telegram.idle()
        assert telegram.held == 1

        polls[first].cancel()
        await three[first].stop(deadline_seconds=0)
        replicas.running.remove(three[first])
        left.remove(first)
        second = await who_polls(left)
        await telegram.put([message(2, AIGERIM)])
        await telegram.idle()
        await replicas.until(waiting, 0)  # else another would handle it once more

        polls[second].cancel()
        await replicas.let_die(three[second])
        left.remove(second)
        assert {await who_polls(left)} == left
        await telegram.put([message(3, AIGERIM)])
        await telegram.idle()
        await replicas.until(waiting, 0)
        for poll in polls:
            poll.cancel()
        await asyncio.gather(*polls, return_exceptions=True)

    assert sorted(seen for handler in handlers for seen in handler.seen) == [(AIGERIM, n) for n in (1, 2, 3)]
