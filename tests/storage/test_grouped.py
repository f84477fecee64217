"""Bookings of one visit at one moment: one transaction on PostgreSQL, and each ends as if it had been alone."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import ColumnElement, Connection, Table, func, literal, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from storage import Tx, delegates, seats
from storage.database import Database
from storage.grouped import Grouped
from storage.records import SeatAsked
from storage.tables import buses
from storage.tables import delegates as people
from tests.makers import OPEN
from tests.storage.rows import put_bus, put_delegate, put_visit

SEATS = 4


@pytest.fixture
async def other(postgresql_url: str) -> AsyncIterator[Database]:
    """Another process on the same server."""
    opened = await Database.open(postgresql_url, migrate=False)
    yield opened
    await opened.close()


class World:
    """Two visits with a bus each, and people in the order of their ids."""

    def __init__(self, tx: Tx) -> None:
        self.visits = [put_visit(tx, leaves_at=OPEN + timedelta(days=2 + number)) for number in range(2)]
        self.buses = [
            put_bus(tx, visit, departs_at=OPEN + timedelta(days=2), label=f"B{visit}") for visit in self.visits
        ]
        tx.execute(update(buses).values(seats=SEATS))
        self.people = [put_delegate(tx, number, now=OPEN) for number in range(8)]

    def seat(self, person: int, visit: int = 0) -> SeatAsked:
        return SeatAsked(visit_id=self.visits[visit], delegate_id=self.people[person])


def transaction(tx: Tx) -> int:
    return int(tx.scalar(select(func.txid_current())) or 0)


def take(tx: Connection, world: World, person: int, visit: int = 0) -> tuple[int, int]:
    """Lock as `book_seat` does, count a seat as taken; return what was taken before, and the transaction's number."""
    delegates.lock(tx, world.people[person])
    locked = select(buses.c.seats_taken).where(buses.c.visit_id == world.visits[visit]).with_for_update()
    taken = int(tx.scalar(locked) or 0)
    number = transaction(tx)
    seats.take(tx, visit_id=world.visits[visit], bus_id=world.buses[visit], riders=1, wheelchairs=0)
    return taken, number


async def taken(database: Database, world: World, visit: int = 0) -> Any:
    return await database.read(
        lambda tx: tx.scalar(select(buses.c.seats_taken).where(buses.c.id == world.buses[visit]))
    )


@asynccontextmanager
async def held(database: Database, row: ColumnElement[bool], table: Table) -> AsyncIterator[None]:
    """A transaction in which this row is locked."""
    assert database._engine is not None
    async with database._engine.begin() as tx:
        await tx.execute(select(table).where(row).with_for_update())
        yield


async def somebody_waits(database: Database) -> None:
    """Return once a transaction waits for a lock."""
    waits = text(
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    )
    while not await database.read(lambda tx: tx.scalar(waits)):
        pass


def begin(database: Database, world: World, *persons: int) -> list[asyncio.Task[tuple[int, int]]]:
    """Let these people ask for a seat at one moment, in this order."""
    return [asyncio.create_task(database.run_grouped(world.seat(each), take, world, each)) for each in persons]


async def told(*asked: Any) -> list[Any]:
    return await asyncio.gather(*asked, return_exceptions=True)


async def test_who_comes_while_another_books_goes_with_the_next_group_in_order(server: Database) -> None:
    """The first is alone, the three others share a transaction; each sees the seats of those before."""
    world = await server.run(World)
    answers = await told(*(server.run_grouped(world.seat(each), take, world, each) for each in (3, 0, 2, 1)))
    assert [before for before, _ in answers] == [0, 1, 2, 3]
    first, *others = [number for _, number in answers]
    assert len(set(others)) == 1
    assert first not in others


async def test_who_asks_for_another_visit_waits_for_nobody(server: Database, other: Database) -> None:
    """While the first visit is locked by somebody, the second is booked."""
    world = await server.run(World)
    async with held(other, buses.c.id == world.buses[0], buses):
        [first] = begin(server, world, 0)
        assert (await server.run_grouped(world.seat(1, 1), take, world, 1, 1))[0] == 0
        assert not first.done()
    await first


async def test_one_that_fails_fails_alone(server: Database) -> None:
    """Its own error comes to it, nothing that it did is kept, and the others have their seats."""
    world = await server.run(World)

    def take_and_fail(tx: Connection) -> None:
        take(tx, world, 1)
        raise LookupError("no such thing")

    answers = await told(
        server.run_grouped(world.seat(0), take, world, 0),
        server.run_grouped(world.seat(1), take_and_fail),
        server.run_grouped(world.seat(2), take, world, 2),
        server.run_grouped(world.seat(3), take, world, 3),
    )
    assert isinstance(answers[1], LookupError)
    assert [answers[place][0] for place in (0, 2, 3)] == [0, 1, 2]
    assert await taken(server, world) == 3


async def test_whoever_counts_past_the_last_seat_is_told_and_the_others_keep_theirs(server: Database) -> None:
    """What is counted is told to the server later, with somebody else's question or with the commit of all."""
    world = await server.run(World)
    answers = await told(*(server.run_grouped(world.seat(each), take, world, each) for each in range(SEATS + 2)))
    assert [type(answer) for answer in answers[SEATS:]] == [IntegrityError, IntegrityError]
    assert [before for before, _ in answers[:SEATS]] == list(range(SEATS))
    assert await taken(server, world) == SEATS


async def test_a_caller_who_leaves_stops_nothing(server: Database) -> None:
    """Cancelled while the group runs or before: all that was asked is done, and the others hear of it."""
    world = await server.run(World)
    asked = begin(server, world, 0, 1, 2, 3)
    await asyncio.sleep(0)
    asked[0].cancel()
    asked[2].cancel()
    answers = await told(*asked)
    assert [type(answer) for answer in answers] == [asyncio.CancelledError, tuple, asyncio.CancelledError, tuple]
    assert answers[3][0] == 3
    assert await taken(server, world) == 4


async def test_closing_waits_for_what_has_been_asked(postgresql_url: str) -> None:
    database = await Database.open(postgresql_url, migrate=False)
    world = await database.run(World)
    asked = begin(database, world, 0, 1, 2, 3)
    await asyncio.sleep(0)
    await database.close()
    assert [before for before, _ in await told(*asked)] == [0, 1, 2, 3]


async def test_closing_does_not_wait_for_what_hangs(postgresql_url: str, other: Database) -> None:
    """The visit is held by another process: within seconds the callers are let go, and nothing has happened."""
    database = await Database.open(postgresql_url, migrate=False)
    world = await database.run(World)
    async with held(other, buses.c.id == world.buses[0], buses):
        asked = begin(database, world, 0, 1, 2, 3)
        await somebody_waits(other)
        async with asyncio.timeout(4):
            await database.close()
        assert [type(answer) for answer in await told(*asked)] == [asyncio.CancelledError] * 4
    assert await taken(other, world) == 0


async def test_people_are_locked_before_the_visit_as_everywhere(server: Database, other: Database) -> None:
    """A group that waits for one of its people keeps nobody from the visit: so no two can wait for each other."""
    world = await server.run(World)
    async with held(other, people.c.id == world.people[2], people):
        asked = begin(server, world, 0, 1, 2)
        await somebody_waits(other)
        assert (await other.run(take, world, 5))[0] == 1, "the visit is free but for the first, who was alone"
    assert [before for before, _ in await told(*asked)] == [0, 2, 3]


async def test_without_the_people_locked_first_such_a_group_holds_the_visit(
    server: Database, other: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: the visit is held while the group waits for its last person."""
    monkeypatch.setattr("storage.grouped.delegates.lock_all", lambda *_: {})
    world = await server.run(World)
    async with held(other, people.c.id == world.people[2], people):
        asked = begin(server, world, 0, 1, 2)
        await somebody_waits(other)
        with pytest.raises(DBAPIError, match="could not obtain lock"):
            await other.run(_lock_bus_now, world.buses[0])
    await told(*asked)


async def test_a_server_that_is_away_is_told_to_the_whole_group_at_once() -> None:
    """Else each of thirty would wait for it by itself, one after the other."""
    runs = 0

    async def run(job: Callable[[Connection], Any]) -> Any:
        nonlocal runs
        runs += 1
        await asyncio.sleep(0)
        raise ConnectionRefusedError

    grouped = Grouped(run, is_away=lambda error: isinstance(error, OSError))
    asked = [SeatAsked(visit_id=1, delegate_id=number) for number in range(6)]
    answers = await told(*(grouped.run(seat, lambda _: None) for seat in asked))
    assert {type(answer) for answer in answers} == {ConnectionRefusedError}
    assert runs == 2


async def test_on_both_databases_each_gets_their_own_answer(database: Database) -> None:
    asked = (
        database.run_grouped(
            SeatAsked(visit_id=1, delegate_id=each), lambda tx, number: tx.scalar(select(literal(number))), each
        )
        for each in range(40)
    )
    assert await asyncio.gather(*asked) == list(range(40))


def _lock_bus_now(tx: Connection, bus_id: int) -> None:
    tx.execute(select(buses.c.id).where(buses.c.id == bus_id).with_for_update(nowait=True))
