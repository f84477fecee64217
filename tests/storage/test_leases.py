"""A lease has one holder at a time, passes when it has run out or is given back, and no sooner."""

import asyncio
from datetime import timedelta

from sqlalchemy import select, update

from bot.clock import real_now
from storage import Tx, leases
from storage.database import Database
from storage.tables import leases as table


async def take(database: Database, holder: str, *, name: str = "poller", seconds: float = 30.0) -> bool:
    return await database.run(leases.hold, name, holder=holder, seconds=seconds)


def pass_time(tx: Tx, seconds: float) -> None:
    tx.execute(update(table).values(until=real_now() - timedelta(seconds=seconds)))


async def test_a_lease_has_one_holder(database: Database) -> None:
    assert await take(database, "a")
    assert not await take(database, "b")
    assert await take(database, "a")
    assert await take(database, "b", name="other")


async def test_of_many_who_ask_at_once_one_gets_it(database: Database) -> None:
    answers = await asyncio.gather(*(take(database, f"process {number}") for number in range(10)))
    assert sum(answers) == 1


async def test_it_passes_when_it_has_run_out(database: Database) -> None:
    assert await take(database, "a")
    await database.run(pass_time, 1)
    assert await take(database, "b")
    assert not await take(database, "a")


async def test_it_passes_when_it_is_given_back(database: Database) -> None:
    assert await take(database, "a")
    assert await take(database, "a", name="other")
    await database.run(leases.let_go, holder="b")
    assert not await take(database, "b")
    await database.run(leases.let_go, holder="a", name="poller")
    assert await take(database, "b")
    assert not await take(database, "b", name="other")
    await database.run(leases.let_go, holder="a")
    assert await take(database, "b", name="other")


async def test_the_databases_clock_is_the_real_one(database: Database) -> None:
    shown = await database.read(lambda tx: tx.scalar(select(leases.real_time(tx, ahead=60))))
    assert shown is not None
    assert abs(shown - real_now() - timedelta(seconds=60)) < timedelta(seconds=5)
