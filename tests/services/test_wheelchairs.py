"""Wheelchair places: counted on their own, never more than a bus has, kept with the seat and waited for."""

from itertools import count
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from bot.rules.booking import NoWheelchairPlace
from bot.services.auditing import find_deviations
from bot.services.booking import Booked, Refused, Ticket, tickets_of
from bot.services.changing import undo_release
from bot.services.gifts import take_gift
from bot.services.rosters import Roster, read_roster
from bot.services.standing import Offered, Wait, standing_of
from bot.services.visits import similar_visits
from bot.services.waiting import NotJoined, join_line
from bot.services.wheelchairs import Places, set_wheelchair
from storage import Tx, seats, tables
from storage.database import Database
from storage.records import Booking
from tests.makers import OPEN
from tests.services.test_booking import DANA, EMMA, IVAN, book, booked, release
from tests.services.test_changing import drop, move, party, undo
from tests.services.test_gifts import TOKEN, give
from tests.services.world import OWNER, World, document, settle, table, visit_of

PLACES = {"B01": 0, "B02": 2, "B05": 1}
"""nab-am by B01 (2 seats) and B02 (3 seats, 2 for wheelchairs), pres-am by B05 (2 seats, 1 for a wheelchair)."""


@pytest.fixture
async def world(database: Database) -> World:
    file = document()
    for label, places in PLACES.items():
        table(file, "buses", label)["wheelchair_places"] = places
    return await database.run(settle, file=file)


_UPDATES = count()


def need(
    tx: Tx, /, world: World, who: int, *, wanted: bool = True, rider: int | None = None, cause: str | None = None
) -> Places | None:
    """One who says it once more does so by another update, unless the cause is named."""
    return set_wheelchair(
        tx,
        delegate_id=world.people[who],
        rider_id=rider,
        wanted=wanted,
        congress=world.congress,
        now=OPEN,
        cause=cause or f"wheelchair/{next(_UPDATES)}",
    )


def wait(tx: Tx, /, world: World, who: int, key: str) -> Any:
    visit_id, person = visit_of(tx, key).id, world.people[who]
    return join_line(tx, delegate_id=person, visit_id=visit_id, congress=world.congress, now=OPEN, cause="join")


def places(tx: Tx, key: str) -> dict[str, tuple[int, int]]:
    """Per bus: seats taken and wheelchair places taken."""
    return {bus.label: (bus.seats_taken, bus.wheelchairs_taken) for bus in visit_of(tx, key).buses}


def ticket(tx: Tx, /, world: World, who: int) -> Ticket:
    (one,) = tickets_of(tx, delegate_id=world.people[who])
    return one


async def sound(database: Database) -> None:
    assert await database.read(find_deviations, now=OPEN, real_now=OPEN) == ()


async def test_who_needs_a_place_gets_a_bus_that_has_one(database: Database, world: World) -> None:
    await database.run(need, world, EMMA)
    await database.run(booked, world, EMMA, "nab-am")
    await database.run(booked, world, IVAN, "nab-am")
    assert await database.read(places, "nab-am") == {"B01": (1, 0), "B02": (1, 1)}
    await sound(database)


async def test_where_every_place_is_taken_seats_are_refused_with_the_reason(database: Database, world: World) -> None:
    for who in (EMMA, IVAN):
        await database.run(need, world, who)
    await database.run(booked, world, EMMA, "pres-am")
    outcome = await database.run(book, world, IVAN, "pres-am")
    assert isinstance(outcome, Refused)
    assert outcome.refusal == NoWheelchairPlace()
    assert "nab-am" in [visit.key for visit in outcome.alternatives]
    assert "nab-pres-pm" not in [visit.key for visit in outcome.alternatives]  # seats, and no place for a wheelchair
    assert await database.read(places, "pres-am") == {"B05": (1, 1)}


async def test_what_is_offered_instead_has_a_place_too(database: Database, world: World) -> None:
    await database.run(need, world, EMMA)
    ids = {"visit_id": (await database.read(visit_of, "nab-am")).id, "delegate_id": world.people[EMMA]}
    found = await database.read(similar_visits, **ids, congress=world.congress, now=OPEN)
    assert found is not None
    assert [visit.key for visit in found[1]] == ["pres-am", "aitu-walk"]  # nab-pres-pm has seats, and no place
    refused = await database.run(join_line, **ids, congress=world.congress, now=OPEN, cause="join")
    assert isinstance(refused, NotJoined)  # seats are free there
    assert [visit.key for visit in refused.alternatives] == ["pres-am", "aitu-walk"]


async def test_a_seat_one_has_gets_a_place_and_its_party_another_bus_for_it(database: Database, world: World) -> None:
    await database.run(party, world, EMMA, "nab-am", "Zoë")
    assert await database.read(places, "nab-am") == {"B01": (2, 0), "B02": (0, 0)}
    shown = await database.run(need, world, EMMA)
    assert shown is not None
    assert (shown.needed, shown.lacking) == (True, ())
    assert await database.read(places, "nab-am") == {"B01": (0, 0), "B02": (2, 1)}
    again = await database.run(need, world, EMMA)
    assert again is not None
    assert await database.read(places, "nab-am") == {"B01": (0, 0), "B02": (2, 1)}
    await database.run(need, world, EMMA, wanted=False)
    assert await database.read(places, "nab-am") == {"B01": (0, 0), "B02": (2, 0)}
    await sound(database)


async def test_a_companion_has_a_place_of_their_own(database: Database, world: World) -> None:
    shown = await database.run(party, world, EMMA, "pres-am", "Zoë")
    zoe = shown.booking.riders[1]
    outcome = await database.run(need, world, EMMA, rider=zoe.id)
    assert outcome is not None
    assert [rider.wheelchair for rider in outcome.tickets[0].booking.riders] == [False, True]
    lacking = await database.run(need, world, EMMA)  # the only place is taken
    assert lacking is not None
    assert lacking.lacks(shown.booking.riders[0])
    assert await database.read(places, "pres-am") == {"B05": (2, 1)}
    assert await database.run(need, world, IVAN, rider=zoe.id) is None  # nobody else's business
    await sound(database)


async def test_the_roster_shows_places_and_who_lacks_one(database: Database, world: World) -> None:
    await database.run(booked, world, EMMA, "nab-pres-pm")
    await database.run(need, world, EMMA)
    await database.run(need, world, IVAN)
    await database.run(booked, world, IVAN, "pres-am")
    afternoon = await database.read(read_roster, actor=OWNER, name="nab-pres-pm", congress=world.congress, now=OPEN)
    morning = await database.read(read_roster, actor=OWNER, name="pres-am", congress=world.congress, now=OPEN)
    assert isinstance(afternoon, Roster)
    assert isinstance(morning, Roster)
    assert [passenger.lacks_wheelchair_place for passenger in afternoon.passengers] == [True]
    assert [passenger.lacks_wheelchair_place for passenger in morning.passengers] == [False]
    assert [rider.wheelchair for passenger in morning.passengers for rider in passenger.booking.riders] == [True]


async def test_given_back_moved_undone_and_given_away_the_places_stay_counted(database: Database, world: World) -> None:
    await database.run(need, world, EMMA)
    shown = await database.run(party, world, EMMA, "nab-am", "Zoë")
    assert await database.read(places, "nab-am") == {"B01": (0, 0), "B02": (2, 1)}
    dropped = await database.run(drop, world, EMMA, shown.booking, 0)
    assert await database.read(places, "nab-am") == {"B01": (0, 0), "B02": (1, 0)}
    await database.run(undo, world, EMMA, dropped.booking)
    assert await database.read(places, "nab-am") == {"B01": (0, 0), "B02": (2, 1)}
    now = await database.read(ticket, world, EMMA)
    assert isinstance(await database.run(move, world, EMMA, now.booking, "pres-am"), Booked)
    assert await database.read(places, "nab-am") == {"B01": (0, 0), "B02": (0, 0)}
    assert await database.read(places, "pres-am") == {"B05": (2, 1)}
    now = await database.read(ticket, world, EMMA)
    owner = next(place for place, rider in enumerate(now.booking.riders) if rider.is_owner)
    await database.run(give, world, EMMA, now.booking, owner)
    await database.run(
        take_gift, delegate_id=world.people[IVAN], token=TOKEN, congress=world.congress, now=OPEN, cause="take"
    )
    assert await database.read(places, "pres-am") == {"B05": (2, 0)}
    now = await database.read(ticket, world, EMMA)
    released = await database.run(release, world, EMMA, now.booking.id, version=now.booking.version)
    await database.run(undo_release_of, world, released.booking)
    assert await database.read(places, "pres-am") == {"B05": (2, 0)}
    await sound(database)


def undo_release_of(tx: Tx, /, world: World, booking: Booking) -> Any:
    return undo_release(
        tx,
        delegate_id=world.people[EMMA],
        booking_id=booking.id,
        booking_version=booking.version,
        congress=world.congress,
        now=OPEN,
        cause="undo",
    )


async def test_the_line_gives_a_freed_place_to_who_needs_it_and_does_not_hold_up_the_others(
    database: Database, world: World
) -> None:
    await database.run(need, world, EMMA)
    first = await database.run(booked, world, EMMA, "pres-am")
    second = await database.run(booked, world, DANA, "pres-am")
    await database.run(need, world, IVAN)

    assert isinstance(await database.run(wait, world, IVAN, "pres-am"), Wait)
    # A seat without a place is no use to Ivan: nobody waits for it, anybody may have it.
    await database.run(release, world, DANA, second.ticket.booking.id)
    (standing,) = await database.read(standing_of, delegate_id=world.people[IVAN])
    assert isinstance(standing, Wait)
    await database.run(booked, world, DANA, "pres-am", cause="again")
    await database.run(release, world, EMMA, first.ticket.booking.id)
    (standing,) = await database.read(standing_of, delegate_id=world.people[IVAN])
    assert isinstance(standing, Offered)
    assert await database.read(places, "pres-am") == {"B05": (2, 1)}
    await sound(database)


async def test_a_repeat_gives_no_place_away_that_is_needed_again(database: Database, world: World) -> None:
    await database.run(need, world, EMMA, cause="on")
    await database.run(booked, world, EMMA, "pres-am")
    second = await database.run(booked, world, DANA, "pres-am")
    await database.run(need, world, EMMA, wanted=False, cause="off")
    await database.run(need, world, EMMA, cause="on again")
    await database.run(need, world, IVAN)
    await database.run(wait, world, IVAN, "pres-am")
    await database.run(release, world, DANA, second.ticket.booking.id)
    before = await database.read(ticket, world, EMMA)
    shown = await database.run(need, world, EMMA, wanted=False, cause="off")  # as after a crash: the update comes again
    assert shown is not None
    assert shown.needed
    assert await database.read(ticket, world, EMMA) == before
    (standing,) = await database.read(standing_of, delegate_id=world.people[IVAN])
    assert isinstance(standing, Wait)
    assert await database.read(places, "pres-am") == {"B05": (1, 1)}
    await sound(database)


async def test_nobody_waits_where_no_bus_ever_has_a_place(database: Database, world: World) -> None:
    for who in (IVAN, DANA):
        await database.run(booked, world, who, "nab-pres-pm")
    await database.run(need, world, EMMA)
    outcome = await database.run(wait, world, EMMA, "nab-pres-pm")
    assert getattr(outcome, "refusal", None) == NoWheelchairPlace()


async def test_the_database_itself_holds_no_more_wheelchairs_than_places(database: Database, world: World) -> None:
    """The last wall, whatever the code does."""
    visit = await database.read(visit_of, "pres-am")
    with pytest.raises(IntegrityError, match="bus_holds_its_wheelchairs"):
        await database.run(seats.take, visit_id=visit.id, bus_id=visit.buses[0].id, riders=2, wheelchairs=2)


async def test_an_audit_finds_a_miscounted_place(database: Database, world: World) -> None:
    await database.run(need, world, EMMA)
    await database.run(booked, world, EMMA, "pres-am")
    await database.run(lambda tx: tx.execute(update(tables.buses).values(wheelchairs_taken=0)))
    found = await database.read(find_deviations, now=OPEN, real_now=OPEN)
    assert [deviation.where for deviation in found] == ["bus B05"]
