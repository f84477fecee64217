"""A bus or a visit moves: who hears of it, whose visits overlap since, and what stays as it was."""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.rules.clocks import NotOneMoment
from bot.services.booking import book_seat
from bot.services.delaying import MovedCrew
from bot.services.messages import MovedFacts, NoLonger, facts_of
from bot.services.organizers import AlreadyThen, Delayed, InThePast, OnlyAsAWhole, delay_visit
from storage import Tx, bookings, congress, grants, tables, visits
from storage.database import Database
from storage.records import Congress, Grant, Message, Role
from tests.house import at
from tests.makers import OPEN
from tests.services.test_organizers import booked_world, news
from tests.services.world import OWNER, World, settle, visit_of

HOST, LEADER = 2, 3
QUARTER = timedelta(minutes=15)


@pytest.fixture
async def world(database: Database) -> World:
    """Person 1 sits with a companion on B01 of nab-am, person 2 on B02."""
    return await database.run(split_world)


def split_world(tx: Tx) -> World:
    world = booked_world(tx)
    grants.give(tx, HOST, Grant(Role.HOST, "nab-am"), now=OPEN)
    grants.give(tx, LEADER, Grant(Role.LEADER, "B01"), now=OPEN)
    assert [bus.seats_taken for bus in visit_of(tx, "nab-am").buses] == [2, 1]
    return world


def delay(tx: Tx, /, name: str, **changes: Any) -> Any:
    usual: dict[str, Any] = {"actor": OWNER, "now": OPEN, "cause": f"delay/{name}"}
    return delay_visit(tx, name=name, **{**usual, **changes})


def written(tx: Tx, kind: str) -> list[Message]:
    rows = tx.execute(select(tables.outbox).where(tables.outbox.c.kind == kind).order_by(tables.outbox.c.id))
    return [
        Message(
            **{
                name: getattr(row, name)
                for name in ("id", "key", "kind", "slots", "delegate_id", "booking_id", "due_at", "expires_at", "tries")
            },
            telegram_id=1,
            announcement_id=None,
            departs_at=row.departs_at,
            token="",
            edits=None,
            resumed=False,
        )
        for row in rows
    ]


def told_now(tx: Tx, kind: str, congress: Congress) -> list[Any]:
    return [facts_of(tx, message, congress=congress, now=OPEN) for message in written(tx, kind)]


async def test_one_bus_moves_alone_and_its_own_passengers_are_told(database: Database, world: World) -> None:
    before = await database.read(visit_of, "nab-am")
    outcome = await database.run(delay, "b01", minutes=15)
    after = await database.read(visit_of, "nab-am")
    first, second = after.buses
    assert outcome == Delayed(visit=after, bus=first, was=before.leaves_at, told=1, crew=2)
    assert (first.boards_at, first.departs_at) == (
        before.buses[0].boards_at + QUARTER,
        before.buses[0].departs_at + QUARTER,
    )
    assert (second.boards_at, second.departs_at) == (before.buses[1].boards_at, before.buses[1].departs_at)
    # It leaves with its earliest bus, and is back as long after its last one as before.
    assert (after.leaves_at, after.returns_at) == (before.leaves_at, before.returns_at + QUARTER)
    assert after.version == before.version
    assert [message.delegate_id for message in await database.read(news)] == [world.people[0]]
    (fact,) = await database.read(told_now, "moved", world.congress)
    assert isinstance(fact, MovedFacts)
    assert (fact.was, fact.ticket.bus) == (before.leaves_at, first)


async def test_the_last_bus_on_time_moves_the_visit_and_back_again(database: Database, world: World) -> None:
    before = await database.read(visit_of, "nab-am")
    await database.run(delay, "B01", minutes=15)
    outcome = await database.run(delay, "B02", minutes=15)
    moved = outcome.visit
    assert (moved.leaves_at, moved.returns_at) == (
        before.leaves_at + QUARTER,
        before.returns_at + QUARTER,
    )
    assert moved.version == before.version + 1
    for name in ("B01", "B02"):
        await database.run(delay, name, minutes=-15, cause=f"back/{name}")
    after = await database.read(visit_of, "nab-am")
    assert (after.leaves_at, after.returns_at) == (before.leaves_at, before.returns_at)


async def test_news_of_one_bus_leaves_the_others_news_alone(database: Database, world: World) -> None:
    """Both are written, neither is sent: B02's passenger hears of the visit, B01's of what holds in the end."""
    await database.run(delay, "nab-am", minutes=15)
    await database.run(delay, "B01", minutes=-5)
    facts = await database.read(told_now, "moved", world.congress)
    assert [type(fact) for fact in facts] == [NoLonger, MovedFacts, MovedFacts]
    buses = [fact.ticket.bus for fact in facts if isinstance(fact, MovedFacts)]
    times = [bus.departs_at for bus in buses if bus is not None]
    assert times == [at("08-22 09:15"), at("08-22 09:10")]


async def test_a_clock_time_is_the_congress_s_and_set_once(database: Database, world: World) -> None:
    outcome = await database.run(delay, "B01", clock=time(9, 40))
    assert outcome.bus.departs_at == at("08-22 09:40")
    assert await database.run(delay, "B01", clock=time(9, 40)) == outcome
    assert await database.run(delay, "B01", clock=time(9, 40), cause="again") == AlreadyThen(at("08-22 09:40"))
    past = await database.run(delay, "B01", clock=time(9, 0), now=at("08-22 09:10"), cause="past")
    assert past == InThePast(at("08-22 09:00"))
    assert len(await database.read(news)) == 1


async def test_a_clock_time_that_the_zone_skips_or_shows_twice_moves_nothing(database: Database) -> None:
    def settle_in_autumn(tx: Tx) -> None:
        settle(tx)
        night = datetime(2026, 10, 25, 0, 0, tzinfo=UTC)
        visits.change_visit(tx, visit_of(tx, "aitu-walk").id, leaves_at=night, returns_at=night + timedelta(hours=2))
        document: dict[str, Any] = tx.execute(select(tables.congress.c.document)).scalar_one()
        written = {**document, "event": {**document["event"], "timezone": "Europe/Berlin"}}
        tx.execute(update(tables.congress).values(document=written))
        assert congress.read(tx).zone == "Europe/Berlin"

    await database.run(settle_in_autumn)
    refused = await database.run(delay, "aitu-walk", clock=time(2, 30))
    assert refused == NotOneMoment(clock=time(2, 30), skipped=False)


async def test_hosts_and_leaders_hear_of_it_and_who_moved_it_does_not(database: Database, world: World) -> None:
    outcome = await database.run(delay, "B02", minutes=15)
    assert outcome.crew == 1  # B01's leader has nothing to do with it
    outcome = await database.run(delay, "nab-am", minutes=30)
    assert outcome.crew == 2
    facts = await database.read(told_now, "moved-crew", world.congress)
    assert [
        (fact.reader.telegram_id, fact.bus and fact.bus.label) for fact in facts if isinstance(fact, MovedCrew)
    ] == [
        (HOST, "B02"),
        (HOST, None),
        (LEADER, None),
    ]
    await database.run(delay, "nab-am", minutes=-30, cause="back")
    after = await database.read(told_now, "moved-crew", world.congress)
    assert [type(fact) for fact in after[1:3]] == [NoLonger, NoLonger]  # back where it was


async def test_visits_that_overlap_since_are_named_and_both_kept(database: Database, world: World) -> None:
    def book_walk(tx: Tx) -> None:
        walk = visit_of(tx, "aitu-walk")
        book_seat(
            tx,
            delegate_id=world.people[0],
            visit_id=walk.id,
            visit_version=walk.version,
            congress=world.congress,
            now=OPEN,
            cause="walk",
        )

    await database.run(book_walk)
    assert (await database.run(delay, "B01", minutes=15)).overlaps == ()
    outcome = await database.run(delay, "B01", minutes=120, cause="more")
    ((name, others),) = [(each.name, [other.key for other in each.others]) for each in outcome.overlaps]
    assert (name, others) == ("Person 1", ["aitu-walk"])
    held = await database.read(bookings.held_by, world.people[0])
    assert [seat.visit.key for seat in held] == ["nab-am", "aitu-walk"]


async def test_a_transfer_moves_with_its_visit_alone(database: Database) -> None:
    await database.run(settle)
    outcome = await database.run(delay, "B15", minutes=15)
    assert isinstance(outcome, OnlyAsAWhole)
    moved = await database.run(delay, "almaty-fly", minutes=15)
    assert isinstance(moved, Delayed)
