"""What organizers change: once for each cause, never below what is taken, and only with a grant."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.services.authority import NoAuthority
from bot.services.booking import book_seat
from bot.services.organizers import (
    CannotBeMoved,
    Delayed,
    InThePast,
    SeatsBelowTaken,
    SeatsSet,
    UnknownName,
    all_visits,
    delay_visit,
    set_seats,
)
from storage import Tx, bookings, tables, visits
from storage.database import Database
from storage.records import MessageClass, VisitState
from tests.house import at
from tests.makers import OPEN
from tests.services.world import OWNER, World, counted, put_party, settle, visit_of

HALF_AN_HOUR = timedelta(minutes=30)
STRANGER = 1
"""A delegate's Telegram id: known, and no organizer."""


@pytest.fixture
async def world(database: Database) -> World:
    """Persons 1 and 2 are booked on nab-am, the first of them with a companion."""
    return await database.run(booked_world)


def booked_world(tx: Tx) -> World:
    world = settle(tx)
    put_party(tx, world.people[0], "nab-am", "Zoë", congress=world.congress)
    for who, party in ((0, 2), (1, 1)):
        visit = visit_of(tx, "nab-am")
        book_seat(
            tx,
            delegate_id=world.people[who],
            visit_id=visit.id,
            visit_version=visit.version,
            party=party,
            congress=world.congress,
            now=OPEN,
            cause=f"book/{who}",
        )
    return world


def delay(tx: Tx, /, name: str = "nab-am", minutes: int = 30, **changes: Any) -> Any:
    usual = {"actor": OWNER, "now": OPEN, "cause": "delay/1"}
    return delay_visit(tx, name=name, minutes=minutes, **{**usual, **changes})


def seats(tx: Tx, /, name: str = "B02", number: int = 9, **changes: Any) -> Any:
    usual = {"actor": OWNER, "now": OPEN, "cause": "seats/1"}
    return set_seats(tx, name=name, seats=number, **{**usual, **changes})


def set_state(tx: Tx, key: str, state: VisitState) -> None:
    visits.change_visit(tx, visit_of(tx, key).id, state=state)


def news(tx: Tx) -> list[Any]:
    rows = select(tables.outbox).where(tables.outbox.c.kind == "moved").order_by(tables.outbox.c.id)
    return list(tx.execute(rows))


def last_line(tx: Tx) -> Any:
    return tx.execute(select(tables.log).order_by(tables.log.c.id.desc()).limit(1)).one()


async def test_a_delay_moves_visit_and_buses_and_writes_to_everybody_booked(database: Database, world: World) -> None:
    before = await database.read(visit_of, "nab-am")
    outcome = await database.run(delay)
    after = await database.read(visit_of, "nab-am")
    assert outcome == Delayed(visit=after, was=before.leaves_at, told=2)
    assert after.version == before.version + 1
    assert (after.leaves_at, after.returns_at) == (before.leaves_at + HALF_AN_HOUR, before.returns_at + HALF_AN_HOUR)
    for bus, was in zip(after.buses, before.buses, strict=True):
        assert (bus.boards_at - was.boards_at, bus.departs_at - was.departs_at) == (HALF_AN_HOUR, HALF_AN_HOUR)
        assert bus.version == was.version + 1
    told = await database.read(news)
    assert [message.delegate_id for message in told] == list(world.people[:2])
    assert {message.message_class for message in told} == {MessageClass.URGENT}
    assert {message.expires_at for message in told} == {after.leaves_at}
    assert told[0].slots == {"leaves_at": after.leaves_at.isoformat(), "was": before.leaves_at.isoformat()}
    line = await database.read(last_line)
    assert (line.actor, line.action, line.subject) == (OWNER, "delay", f"visit:{before.id}")
    assert (line.before, line.after) == (
        {"leaves_at": before.leaves_at.isoformat()},
        {"leaves_at": after.leaves_at.isoformat()},
    )


async def test_a_delay_that_comes_again_moves_nothing_again(database: Database, world: World) -> None:
    first = await database.run(delay)
    before = await database.read(counted)
    assert await database.run(delay) == first
    assert await database.read(counted) == before
    second = await database.run(delay, cause="delay/2")
    assert second.visit.leaves_at == first.visit.leaves_at + HALF_AN_HOUR
    assert len(await database.read(news)) == 4


async def test_a_visit_can_leave_earlier_but_not_in_the_past(database: Database, world: World) -> None:
    outcome = await database.run(delay, minutes=-30)
    assert outcome.visit.leaves_at == at("08-22 08:30")
    refused = await database.run(delay, minutes=-30, now=at("08-22 08:00"), cause="delay/2")
    assert refused == InThePast(at("08-22 08:00"))
    assert (await database.read(visit_of, "nab-am")).leaves_at == at("08-22 08:30")


async def test_who_has_no_telegram_is_not_counted_as_told(database: Database, world: World) -> None:
    somebody = tables.delegates.c.id == world.people[0]
    await database.run(lambda tx: tx.execute(update(tables.delegates).where(somebody).values(telegram_id=None)))
    outcome = await database.run(delay)
    assert outcome.told == 1
    assert [message.delegate_id for message in await database.read(news)] == [world.people[1]]


@pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.RETURNED])
async def test_what_is_over_is_not_moved(database: Database, world: World, state: VisitState) -> None:
    await database.run(set_state, "nab-am", state)
    outcome = await database.run(delay)
    assert isinstance(outcome, CannotBeMoved)
    assert outcome.visit.state is state


async def test_a_walk_and_a_transfer_are_moved_too(database: Database, world: World) -> None:
    walk = await database.run(delay, "aitu-walk")
    assert (walk.visit.leaves_at, walk.told) == (at("08-22 14:30"), 0)
    flight = await database.run(delay, "ALMATY-FLY", cause="delay/2")
    assert flight.visit.leaves_at == at("08-22 05:45")
    assert flight.visit.buses[0].departs_at == at("08-22 09:30")


async def test_the_number_of_seats_is_set_and_logged(database: Database, world: World) -> None:
    before = (await database.read(visit_of, "nab-am")).buses[1]
    outcome = await database.run(seats, "b02", 9)
    assert isinstance(outcome, SeatsSet)
    assert (outcome.bus.seats, outcome.was) == (9, 3)
    assert outcome.visit == await database.read(visit_of, "nab-am")
    assert (outcome.bus.roster_version, outcome.bus.version) == (before.roster_version + 1, before.version + 1)
    line = await database.read(last_line)
    assert (line.actor, line.before, line.after) == (OWNER, {"seats": 3}, {"seats": 9})


async def test_seats_that_come_again_change_nothing_again(database: Database, world: World) -> None:
    first = await database.run(seats, "B02", 9)
    await database.run(seats, "B02", 4, cause="seats/2")
    again = await database.run(seats, "B02", 9)
    assert (again.was, again.bus.seats) == (first.was, 4)


async def test_a_bus_is_not_made_smaller_than_what_is_taken(database: Database, world: World) -> None:
    taken = (await database.read(visit_of, "nab-am")).buses[0].seats_taken
    assert taken == 2
    before = await database.read(counted)
    outcome = await database.run(seats, "B01", 1)
    assert isinstance(outcome, SeatsBelowTaken)
    assert (outcome.bus.seats_taken, outcome.wanted) == (2, 1)
    assert await database.read(counted) == before
    assert isinstance(await database.run(seats, "B01", 2), SeatsSet)


async def test_a_smaller_bus_has_no_more_wheelchair_places_than_seats(database: Database, world: World) -> None:
    bus = (await database.read(visit_of, "nab-am")).buses[1]
    await database.run(lambda tx: visits.change_bus(tx, bus.id, wheelchair_places=2))
    outcome = await database.run(seats, "B02", 1)
    assert outcome.bus.wheelchair_places == 1


async def test_everybody_who_travels_is_found_whatever_the_visit(database: Database, world: World) -> None:
    found = await database.read(bookings.passengers)
    assert [(len(holder.booking.riders), holder.telegram_id, holder.unreachable) for holder in found] == [
        (2, 1, False),
        (1, 2, False),
    ]


async def test_the_numbers_of_the_day_show_drafts_too(database: Database, world: World) -> None:
    await database.run(set_state, "pres-am", VisitState.DRAFT)
    shown = await database.read(all_visits, actor=OWNER)
    assert not isinstance(shown, NoAuthority)
    assert [visit.key for visit in shown] == [
        *("almaty-fly", "karaganda-day", "nab-am", "pres-am", "nab-pres-pm", "aitu-walk"),
    ]


@pytest.mark.parametrize("name", ["nowhere", "B99", ""])
async def test_a_name_of_nothing_is_told(database: Database, world: World, name: str) -> None:
    assert await database.run(delay, name) == UnknownName(name)
    assert await database.run(seats, name) == UnknownName(name)


@pytest.mark.parametrize("actor", [STRANGER, 999_999])
async def test_nobody_organizes_without_a_grant(database: Database, world: World, actor: int) -> None:
    before = await database.read(counted)
    assert await database.run(delay, actor=actor) == NoAuthority()
    assert await database.run(seats, actor=actor) == NoAuthority()
    assert await database.read(all_visits, actor=actor) == NoAuthority()
    assert await database.read(counted) == before


async def test_a_bus_that_left_the_visit_meanwhile_is_unknown(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between finding the bus and locking its visit somebody else may take it out."""
    find = visits.bus_by_label

    def find_then_lose(tx: Tx, label: str) -> Any:
        found = find(tx, label)
        assert found is not None
        visits.remove_bus(tx, found.id)
        return found

    monkeypatch.setattr(visits, "bus_by_label", find_then_lose)
    assert await database.run(seats, "B05") == UnknownName("B05")
