"""One process alone: what there is no room for stays in the inbox, and nothing of one person overtakes."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from bot.intake.alone import Alone
from bot.intake.arrivals import Arrival, read_arrival
from bot.intake.queues import Queues
from storage import inbox
from storage.database import Database
from tests.bot.intake.source import NOON, message

ROOM = 8


@pytest.fixture
async def database(sqlite_url: str) -> AsyncIterator[Database]:
    opened = await Database.open(sqlite_url, migrate=False)
    yield opened
    await opened.close()


def nobody_floods(arrival: Arrival) -> None:
    raise AssertionError("nobody floods here")


class Desk:
    """Queues that are emptied by hand."""

    def __init__(self, database: Database) -> None:
        self.queues = Queues(turn_away=nobody_floods)
        self.inbox = Alone(database=database, queues=self.queues, most_in_hand=ROOM)
        self.seen: list[tuple[int, int]] = []
        self.most = 0

    async def bring(self, *updates: tuple[int, int]) -> None:
        """Store (update id, person)."""
        read = [read_arrival(message(update_id, person), received_at=NOON) for update_id, person in updates]
        await self.inbox.store([arrival for arrival in read if arrival], received_at=NOON)
        self.most = max(self.most, self.queues.in_hand)

    async def handle(self, count: int) -> None:
        """Handle so many, each to its end."""
        for _ in range(count):
            queue = await self.queues.take()
            assert queue is not None
            arrival = queue.arrivals[0]
            self.seen.append((arrival.update_id, queue.line))
            self.queues.next_of(queue)
            await self.inbox.finish([arrival.update_id])
            await self.inbox.fetch()
            self.most = max(self.most, self.queues.in_hand)


def of(person: int, seen: list[tuple[int, int]]) -> list[int]:
    return [update_id for update_id, who in seen if who == person]


async def test_a_backlog_is_taken_as_room_comes_in_order(database: Database) -> None:
    dead = Desk(database)
    await dead.bring(*((number, number % 7) for number in range(1, 101)))
    desk = Desk(database)
    await desk.inbox.begin()
    assert desk.queues.in_hand == ROOM
    await desk.handle(100)

    assert desk.most == ROOM
    assert sorted(desk.seen) == [(number, number % 7) for number in range(1, 101)]
    assert all(of(person, desk.seen) == sorted(of(person, desk.seen)) for person in range(7))
    assert (await database.read(inbox.count)).done == 100


@pytest.mark.parametrize("seed", range(10))
async def test_what_comes_while_some_wait_in_the_inbox_does_not_overtake_them(database: Database, seed: int) -> None:
    chance = Random(seed)
    desk = Desk(database)
    await desk.inbox.begin()
    last = waiting = 0
    while last < 200 or waiting:
        if last < 200 and chance.random() < 0.4:
            batch = chance.randint(1, 12)
            await desk.bring(*((last + number, chance.randint(1, 4)) for number in range(1, batch + 1)))
            last, waiting = last + batch, waiting + batch
        elif waiting:
            count = chance.randint(1, min(6, waiting))
            await desk.handle(count)
            waiting -= count

    assert len(desk.seen) == last
    assert desk.most <= ROOM
    for person in range(1, 5):
        assert of(person, desk.seen) == sorted(of(person, desk.seen))


async def test_with_room_an_update_costs_one_transaction_to_store_and_one_to_mark(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(database)
    await desk.inbox.begin()
    run, asked = database.run, list[object]()

    async def counted(service: object, *args: object, **others: object) -> object:
        asked.append(service)
        return await run(service, *args, **others)  # type: ignore[arg-type]

    async def never(*args: object, **others: object) -> None:
        raise AssertionError("a question for nothing")

    monkeypatch.setattr(database, "run", counted)
    monkeypatch.setattr(database, "read", never)
    await desk.bring((1, 11))
    queue = await desk.queues.take()
    assert queue is not None
    await desk.inbox.finish([1])

    assert asked == [inbox.store_updates, inbox.mark_done]
