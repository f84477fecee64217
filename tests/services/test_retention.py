"""On the promised day what was promised goes: in batches, once, whoever runs it, and nothing before."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.clock import real_now
from bot.services import forgetting
from bot.services.auditing import find_deviations
from bot.services.booking import Booked, book_seat
from bot.services.forgetting import keep_promises
from storage import Tx, tables
from storage.database import Database
from storage.records import Congress
from tests.house import at
from tests.makers import OPEN
from tests.services.world import put_party, settle, visit_of

NAMES_GO, ALL_GOES = at("09-05 00:00"), at("09-30 00:00")
MINUTE = timedelta(minutes=1)
PEOPLE = 5


def prepare(tx: Tx) -> Congress:
    """Five people, one of whom travels with a companion."""
    world = settle(tx, people=PEOPLE)
    put_party(tx, world.people[0], "nab-am", "Companion-4T", congress=world.congress)
    booked = book_seat(
        tx,
        delegate_id=world.people[0],
        visit_id=visit_of(tx, "nab-am").id,
        visit_version=1,
        party=2,
        congress=world.congress,
        now=OPEN,
        cause="update/1",
    )
    assert isinstance(booked, Booked)
    return world.congress


async def run_out(database: Database, congress: Congress, now: Any) -> list[int]:
    """Tick until nothing is left; return how many people went each time."""
    went = []
    while number := await database.run(keep_promises, congress=congress, now=now):
        went.append(number)
    return went


def names(tx: Tx) -> set[str]:
    return {*tx.scalars(select(tables.riders.c.name)), *tx.scalars(select(tables.delegates.c.name))}


def known(tx: Tx) -> int:
    return int(tx.scalar(select(func.count()).where(tables.delegates.c.telegram_id.is_not(None))) or 0)


def promises(tx: Tx) -> list[tuple[str, dict[str, int]]]:
    lines = tx.execute(select(tables.log).where(tables.log.c.action.contains("retention")).order_by(tables.log.c.id))
    return [(line.action, line.after) for line in lines]


async def test_each_day_takes_what_was_promised_and_counts_stay(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 2)
    congress = await database.run(prepare)
    assert await run_out(database, congress, NAMES_GO - MINUTE) == []
    assert "Companion-4T" in await database.read(names)

    assert await run_out(database, congress, NAMES_GO) == [2, 2, 1]
    assert await run_out(database, congress, NAMES_GO + MINUTE) == []
    assert await database.read(names) == {"", *(f"Person {each}" for each in range(1, PEOPLE + 1))}
    assert await database.read(known) == PEOPLE
    assert await run_out(database, congress, ALL_GOES - MINUTE) == []

    assert await run_out(database, congress, ALL_GOES) == [2, 2, 1]
    assert await run_out(database, congress, ALL_GOES + MINUTE) == []
    assert await database.read(names) == {""}
    assert await database.read(known) == 0
    assert (await database.read(visit_of, "nab-am")).seats_taken == 2
    assert await database.read(find_deviations, now=ALL_GOES, real_now=real_now()) == ()
    said = await database.read(promises)
    assert [(action, counts["people"], counts["companions"]) for action, counts in said] == [
        *(("names retention", 2, 1), ("names retention", 2, 0), ("names retention", 1, 0)),
        *(("retention", 2, 0), ("retention", 2, 0), ("retention", 1, 0)),
    ]
    assert all(type(value) is int for _, counts in said for value in counts.values())


async def test_a_bot_that_was_off_on_the_first_day_takes_everything_on_the_second(database: Database) -> None:
    congress = await database.run(prepare)
    assert await run_out(database, congress, ALL_GOES + timedelta(days=300)) == [PEOPLE]
    assert await database.read(names) == {""}


async def test_nobody_of_a_congress_whose_days_are_still_to_come_goes(database: Database) -> None:
    congress = await database.run(prepare)
    year = timedelta(days=365)
    later = replace(
        congress.privacy,
        names_until=congress.privacy.names_until + year,
        retention_until=congress.privacy.retention_until + year,
    )
    assert await run_out(database, replace(congress, privacy=later), ALL_GOES + timedelta(days=1)) == []
    assert await database.read(known) == PEOPLE


async def test_replicas_share_the_people_and_take_each_once(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(forgetting, "_AT_ONCE", 1)
    first, second = [await Database.open(postgresql_url, migrate=False) for _ in range(2)]
    try:
        congress = await first.run(prepare)
        went = await asyncio.gather(*(run_out(each, congress, ALL_GOES) for each in (first, second, first)))
        assert sum(map(sum, went)) == PEOPLE
        assert await second.read(names) == {""}
        assert sum(counts["people"] for _, counts in await first.read(promises)) == PEOPLE
    finally:
        await first.close()
        await second.close()
