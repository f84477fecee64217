"""Two buses become one: whole parties, offers too, everybody told once; what was shown is what happens."""

from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.rules.merging import DoesNotFit, NotTogether
from bot.services import acts as services
from bot.services.acts import RECALL, ShownAct
from bot.services.authority import NoAuthority
from bot.services.merging import MergedCrew
from bot.services.messages import facts_of
from bot.services.organizers import SeatsSet, UnknownName, set_seats
from bot.services.waiting import accept_offer
from storage import Tx, grants, tables
from storage.database import Database
from storage.records import ActState, BookingState, Grant, Role
from tests.makers import OPEN
from tests.services.test_acts import plan, show
from tests.services.test_delaying import written
from tests.services.test_moving import book, deviations, moving_world, own, wait
from tests.services.world import OWNER, World, counted, visit_of

DUE = OPEN + RECALL


@pytest.fixture
async def world(database: Database) -> World:
    """Two on B01 and one on B02, which has five seats; persons 4 and 5 lead them."""
    return await database.run(world_to_merge)


def world_to_merge(tx: Tx) -> World:
    world = moving_world(tx)
    grants.give(tx, 4, Grant(Role.LEADER, "B01"), now=OPEN)
    grants.give(tx, 5, Grant(Role.LEADER, "B02"), now=OPEN)
    tx.execute(update(tables.buses).where(tables.buses.c.label == "B02").values(seats=5))
    return world


def show_merge(tx: Tx, /, world: World, bus: str = "B01", into: str = "B02", **changes: Any) -> Any:
    asked = {"bus": bus, "into": into}
    return show(tx, world, bus, kind="merge", arguments=asked, **{"cause": f"merge/{bus}/{into}", **changes})


def buses(tx: Tx) -> list[tuple[str, int, int]]:
    return [(bus.label, bus.seats, bus.seats_taken) for bus in visit_of(tx, "nab-am").buses]


async def merged(database: Database, world: World) -> ShownAct:
    shown = await database.run(show_merge, world)
    assert isinstance(shown, ShownAct), shown
    before = await database.read(buses)
    await database.run(plan, world, shown)
    assert await database.read(buses) == before  # nothing has changed in the minute
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    return shown


async def test_everybody_rides_on_the_other_bus_and_hears_of_it_once(database: Database, world: World) -> None:
    was = await database.read(visit_of, "nab-am")
    shown = await merged(database, world)
    assert shown.act.preview == {"people": 2, "wheelchairs": 0, "offers": 0, "unreachable": 0, "crew": 2}
    assert await database.read(buses) == [("B01", 0, 0), ("B02", 5, 3)]
    visit = await database.read(visit_of, "nab-am")
    assert visit.seats_taken == was.seats_taken
    for now, before in zip(visit.buses, was.buses, strict=True):
        assert now.roster_version > before.roster_version
    told = await database.read(written, "other-bus")
    assert [message.delegate_id for message in told] == [world.people[0]]
    leaders = [
        await database.read(facts_of, message, congress=world.congress, now=DUE)
        for message in await database.read(written, "merged-crew")
    ]
    assert [(fact.was, fact.bus.label, fact.people) for fact in leaders if isinstance(fact, MergedCrew)] == [
        ("B01", "B02", 2)
    ] * 2
    assert not await database.read(deviations)
    # Done once: the next tick finds nothing, and its seats come back by /seats.
    assert not await database.run(services.run_due, congress=world.congress, now=DUE)
    again = await database.run(set_seats, actor=OWNER, name="B01", seats=2, now=DUE, cause="seats")
    assert isinstance(again, SeatsSet)


async def test_a_seat_taken_meanwhile_is_no_surprise_and_too_many_do_nothing(database: Database, world: World) -> None:
    shown = await database.run(show_merge, world)
    await database.run(plan, world, shown)
    await database.run(lambda tx: tx.execute(update(tables.buses).where(tables.buses.c.label == "B02").values(seats=2)))
    before = await database.read(buses)
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    (changed,) = await database.read(services.open_acts)
    assert (changed.act.state, changed.is_impossible) == (ActState.CHANGED, True)
    assert await database.read(buses) == before
    assert not await database.read(written, "other-bus")


async def test_other_numbers_are_shown_anew(database: Database, world: World) -> None:
    shown = await database.run(show_merge, world)
    await database.run(plan, world, shown)
    one_more = tables.grants.delete().where(tables.grants.c.telegram_id == 4)
    await database.run(lambda tx: tx.execute(one_more))
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    (changed,) = await database.read(services.open_acts)
    assert changed.act.state is ActState.CHANGED
    assert changed.act.preview["crew"] == 1
    assert (await database.read(buses))[0] == ("B01", 2, 2)


async def test_it_is_refused_where_they_do_not_fit_or_do_not_belong_together(database: Database, world: World) -> None:
    def small(tx: Tx) -> None:
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B02").values(seats=2, wheelchair_places=0))
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B01").values(wheelchair_places=1))
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B01").values(wheelchairs_taken=1))

    await database.run(small)
    before = await database.read(counted)
    refused = await database.run(show_merge, world)
    assert isinstance(refused, DoesNotFit)
    assert (refused.seats, refused.wheelchairs) == (1, 1)
    for into in ("B01", "B05", "B15"):
        assert isinstance(await database.run(show_merge, world, into=into), NotTogether), into
    assert await database.run(show_merge, world, into="B77") == UnknownName("B77")
    assert await database.run(show_merge, world, "B77") == UnknownName("B77")
    assert await database.run(show_merge, world, actor=4) == NoAuthority()
    after = await database.read(counted)
    assert {**after, "delegates": 0} == {**before, "delegates": 0}  # the owner has a row of their own by now


async def test_an_offer_goes_along_and_its_button_still_takes_it(database: Database, world: World) -> None:
    def offered_on_the_first(tx: Tx) -> None:
        for who in (2, 3):
            book(tx, world, who, "nab-am")
        tx.execute(update(tables.visits).where(tables.visits.c.key == "nab-am").values(host_limit=9))
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B02").values(seats=3))
        wait(tx, world, 4, "nab-am")
        set_seats(tx, actor=OWNER, name="B01", seats=3, now=OPEN, cause="more")
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B02").values(seats=9))

    await database.run(offered_on_the_first)
    offer = await database.read(own, world, 4, "nab-am")
    assert offer.state is BookingState.OFFERED
    shown = await merged(database, world)
    assert shown.act.preview["offers"] == 1
    assert await database.read(buses) == [("B01", 0, 0), ("B02", 9, 6)]
    taken = await database.run(
        accept_offer,
        delegate_id=world.people[4],
        booking_id=offer.id,
        booking_version=offer.version,
        congress=world.congress,
        now=DUE,
        cause="take",
    )
    assert taken is not None
    after = await database.read(own, world, 4, "nab-am")
    assert after.state is BookingState.BOOKED
    assert not await database.read(deviations)


async def test_of_two_organizers_who_merge_the_same_bus_one_does(database: Database, world: World) -> None:
    shown = await database.run(show_merge, world)
    again = await database.run(show_merge, world, cause="other")
    await database.run(plan, world, shown)
    late = await database.run(plan, world, again, cause="plan/2")
    assert late.act.id == shown.act.id  # the one that waits is shown
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    assert not await database.run(services.run_due, congress=world.congress, now=DUE)
    kinds = await database.read(lambda tx: Counter(tx.scalars(select(tables.log.c.action))))
    assert kinds["merge"] == 1
