"""Lists that can be trusted: one query behind all of them, versions of what was given out, and what is different."""

from typing import Any

import pytest
from sqlalchemy import func, select, update

from bot.services.authority import NoAuthority
from bot.services.booking import release_seat
from bot.services.editions import Edition
from bot.services.organizers import UnknownName, all_visits
from bot.services.people import agree, name_owners
from bot.services.rosters import ListKind, Roster, give_roster, read_roster
from storage import Tx, bookings, rosters, tables
from storage.database import Database
from storage.records import BookingState
from tests.makers import OPEN
from tests.services.test_organizers import STRANGER, booked_world
from tests.services.world import OWNER, World, visit_of

SECOND_OWNER = 3
"""A delegate's Telegram id who is given the owner's rights too."""


@pytest.fixture
async def world(database: Database) -> World:
    """Persons 1 and 2 are booked on nab-am, the first of them with a companion; the owner has agreed."""
    return await database.run(_world)


def _world(tx: Tx) -> World:
    world = booked_world(tx)
    agree(tx, telegram_id=OWNER, name="Owner", language="en", notice="1", now=OPEN)
    name_owners(tx, owner_ids=(OWNER, SECOND_OWNER), now=OPEN)
    return world


async def read(database: Database, world: World, name: str = "nab-am", **changes: Any) -> Roster:
    found = await database.read(read_roster, **{**_asked(world, name), **changes})
    assert isinstance(found, Roster)
    return found


async def give(database: Database, world: World, name: str = "nab-am", **changes: Any) -> Roster:
    usual = {**_asked(world, name), "form": "pdf", "cause": "give"}
    given = await database.run(give_roster, **{**usual, **changes})
    assert isinstance(given, Roster)
    return given


def _asked(world: World, name: str) -> dict[str, Any]:
    return {"actor": OWNER, "name": name, "kind": ListKind.RIDERS, "congress": world.congress, "now": OPEN}


def give_back(tx: Tx, world: World, person: int) -> None:
    (seat,) = bookings.held_by(tx, world.people[person])
    release_seat(
        tx,
        delegate_id=world.people[person],
        booking_id=seat.booking.id,
        booking_version=seat.booking.version,
        congress=world.congress,
        now=OPEN,
        cause=f"back/{person}",
    )


def names(changes: Any) -> list[str]:
    return [change.name for change in changes]


async def test_a_roster_lists_riders_by_bus_and_by_when_they_came(database: Database, world: World) -> None:
    await database.run(
        lambda tx: tx.execute(
            update(tables.delegates).where(tables.delegates.c.id == world.people[1]).values(unreachable_since=OPEN)
        )
    )
    whole = await read(database, world, "NAB-am")
    assert (whole.bus, whole.total) == (None, 3)
    assert [[rider.name for rider in each.booking.riders] for each in whole.passengers] == [
        ["Person 1", "Zoë"],
        ["Person 2"],
    ]
    assert [each.reachable for each in whole.passengers] == [True, False]
    one_bus = await read(database, world, "b02")
    assert one_bus.bus is not None
    assert one_bus.visit is not None
    assert (one_bus.bus.label, one_bus.visit.key, one_bus.total) == ("B02", "nab-am", 1)


async def test_all_lists_count_the_same_riders(database: Database, world: World) -> None:
    """Of a city, of its visits and of their buses; with what is offered they are the counters of seats."""
    shown = await database.read(all_visits, actor=OWNER)
    assert not isinstance(shown, NoAuthority)
    astana = [visit for visit in shown if visit.city == "astana"]
    by_visit = [await read(database, world, visit.key) for visit in astana]
    by_bus = [await read(database, world, bus.label) for visit in astana for bus in visit.buses]
    whole = await read(database, world, "ASTANA")
    assert whole.total == sum(each.total for each in by_visit) == sum(each.total for each in by_bus) == 3
    assert [each.total + each.offered for each in by_visit] == [visit.seats_taken for visit in astana]
    assert [position for position, _, _ in whole.rows()] == [1, 2, 3]


async def test_an_offered_seat_is_on_the_waiting_list_and_counted_beside_the_passengers(
    database: Database, world: World
) -> None:
    def offer(tx: Tx) -> None:
        booking = select(tables.bookings.c.id).where(tables.bookings.c.delegate_id == world.people[1])
        change = update(tables.bookings).where(tables.bookings.c.id == tx.scalar(booking))
        tx.execute(change.values(state=BookingState.OFFERED, offer_until=OPEN))

    await database.run(offer)
    riders, waiting = await read(database, world), await read(database, world, kind=ListKind.WAITING)
    assert (riders.total, riders.offered) == (2, 1)
    assert [(each.booking.riders[0].name, each.place) for each in waiting.passengers] == [("Person 2", None)]
    assert (await database.read(visit_of, "nab-am")).seats_taken == riders.total + riders.offered


async def test_a_waiting_list_has_places_in_its_order(database: Database, world: World) -> None:
    def wait(tx: Tx) -> None:
        change = update(tables.bookings).where(tables.bookings.c.delegate_id.in_(world.people[:2]))
        tx.execute(change.values(state=BookingState.WAITING, bus_id=None, queue_no=10 - tables.bookings.c.id))

    await database.run(wait)
    waiting = await read(database, world, kind=ListKind.WAITING)
    assert [(each.place, each.booking.riders[0].name) for each in waiting.passengers] == [
        (1, "Person 2"),
        (2, "Person 1"),
    ]
    assert (await read(database, world)).total == 0


async def test_the_list_of_access_needs_names_those_alone_who_need_a_place(database: Database, world: World) -> None:
    def need(tx: Tx) -> None:
        tx.execute(update(tables.riders).where(tables.riders.c.name == "Zoë").values(wheelchair=True))
        tx.execute(update(tables.delegates).where(tables.delegates.c.id == world.people[1]).values(wheelchair=True))

    assert (await read(database, world, kind=ListKind.ACCESS)).total == 0
    await database.run(need)
    needed = await read(database, world, kind=ListKind.ACCESS)
    assert [(rider.name, passenger.lacks_wheelchair_place) for _, passenger, rider in needed.rows()] == [
        ("Zoë", False),
        ("Person 2", True),
    ]


async def test_looking_gives_nothing_out_and_a_file_is_a_version(database: Database, world: World) -> None:
    assert (await read(database, world)).edition == Edition(version=1, is_given=False)
    first = await give(database, world)
    assert first.edition == Edition(version=1, is_given=False)
    seen = await read(database, world)
    assert (seen.edition.version, seen.edition.is_given, seen.edition.replaces) == (1, True, None)
    again = await give(database, world, form="xlsx", cause="give/2")
    assert again.edition.version == 1
    assert await database.read(_copies) == 1


def _copies(tx: Tx) -> int:
    return int(tx.scalar(select(func.count()).select_from(tables.given_rosters)) or 0)


async def test_a_version_says_who_joined_left_moved_and_is_written_otherwise(database: Database, world: World) -> None:
    await give(database, world)

    def change(tx: Tx) -> None:
        visit = visit_of(tx, "nab-am")
        first, second = visit.buses[:2]
        zoe = tx.execute(select(tables.riders).where(tables.riders.c.name == "Zoë")).one()
        tx.execute(update(tables.riders).where(tables.riders.c.id == zoe.id).values(name="Zoë Li"))
        bookings.move_to_bus(tx, zoe.booking_id, bus_id=second.id if zoe.booking_id == 1 else first.id)
        give_back(tx, world, 1)

    before = await read(database, world)
    await database.run(change)
    seen = await read(database, world)
    assert (seen.edition.version, seen.edition.replaces, seen.edition.is_given) == (2, 1, False)
    assert names(seen.edition.left) == ["Person 2"]
    assert sorted(names(seen.edition.moved)) == ["Person 1", "Zoë Li"]
    assert {(each.was, each.now) for each in seen.edition.moved} == {("B01", "B02")}
    assert names(seen.edition.rewritten) == ["Zoë Li"]
    assert seen.edition.joined == ()
    assert before.total - len(seen.edition.left) + len(seen.edition.joined) == seen.total


async def test_each_person_hears_what_is_new_since_their_own_copy(database: Database, world: World) -> None:
    """The second owner takes version 2; the first, who has version 1, hears all that is new since version 1."""
    await give(database, world)
    await database.run(give_back, world, 1)
    second = await give(database, world, actor=SECOND_OWNER, cause="give/2")
    assert (second.edition.version, second.edition.replaces, names(second.edition.left)) == (2, 1, ["Person 2"])
    await database.run(give_back, world, 0)
    own = await give(database, world, cause="give/3")
    assert (own.edition.version, own.edition.replaces) == (3, 1)
    assert sorted(names(own.edition.left)) == ["Person 1", "Person 2", "Zoë"]
    theirs = await give(database, world, actor=SECOND_OWNER, cause="give/4")
    assert (theirs.edition.version, theirs.edition.replaces) == (3, 2)
    assert sorted(names(theirs.edition.left)) == ["Person 1", "Zoë"]


async def test_what_was_given_out_stands_in_the_log_once(database: Database, world: World) -> None:
    for _ in range(2):
        await give(database, world)
    lines = await database.read(
        lambda tx: [row.after for row in tx.execute(select(tables.log).where(tables.log.c.action == "list"))]
    )
    assert lines == [{"list": "riders", "form": "pdf", "version": 1, "rows": 3}]


async def test_no_name_stands_in_what_is_kept_of_a_list(database: Database, world: World) -> None:
    await give(database, world)
    (listed,) = await database.read(lambda tx: list(tx.scalars(select(tables.given_rosters.c.listed))))
    assert all(isinstance(number, int) for row in listed for number in row)
    kept = await database.read(rosters.newest, "riders/visit:1")
    assert kept is None or len(kept.listed) == 3


@pytest.mark.parametrize("name", ["nowhere", "B99", ""])
async def test_a_name_of_nothing_is_told(database: Database, world: World, name: str) -> None:
    assert await database.read(read_roster, **_asked(world, name)) == UnknownName(name)
    assert await database.run(give_roster, **_asked(world, name), form="csv", cause="x") == UnknownName(name)


@pytest.mark.parametrize("actor", [STRANGER, 999_999])
async def test_no_list_without_a_grant(database: Database, world: World, actor: int) -> None:
    asked = {**_asked(world, "nab-am"), "actor": actor}
    assert await database.read(read_roster, **asked) == NoAuthority()
    assert await database.run(give_roster, **asked, form="pdf", cause="x") == NoAuthority()
    assert await database.read(_copies) == 0
