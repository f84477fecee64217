"""The event file comes into the database: whole at first, later only where nobody who is booked is harmed."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.services.booking import Booked, book_seat, release_seat
from bot.services.organizers import delay_visit, set_seats
from bot.services.programme import Applied, Harmful, Unchanged, apply_programme
from storage import Tx, congress, tables, visits
from storage.database import Database
from storage.records import Visit, VisitState
from tests.house import at
from tests.makers import OPEN, shipped_programme
from tests.services.world import OWNER, Document, World, counted, document, programme, settle, table, visit_of

HALF_AN_HOUR = timedelta(minutes=30)
Change = Callable[[Document], None]


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def book(tx: Tx, /, world: World, who: int, key: str) -> int:
    visit = visit_of(tx, key)
    outcome = book_seat(
        tx,
        delegate_id=world.people[who],
        visit_id=visit.id,
        visit_version=visit.version,
        congress=world.congress,
        now=OPEN,
        cause=f"book/{who}/{key}",
    )
    assert isinstance(outcome, Booked)
    return outcome.ticket.booking.id


def apply(tx: Tx, /, *changes: Change, digest: str = "second") -> Any:
    """Apply the small congress's file with these changes."""
    changed = document()
    for change in changes:
        change(changed)
    return apply_programme(tx, file=programme(changed), digest=digest, now=OPEN)


def said(outcome: Any) -> list[tuple[str, str, int]]:
    """What a file was refused for, as the terminal says it."""
    assert isinstance(outcome, Harmful)
    return [(harm.subject, harm.change, harm.seats) for harm in outcome.harms]


def setting(listed: str, key: str, **fields: Any) -> Change:
    """A change of some fields of one table."""

    def change(of: Document) -> None:
        table(of, listed, key).update(fields)

    return change


def without(listed: str, key: str) -> Change:
    def change(of: Document) -> None:
        of[listed] = [each for each in of[listed] if each["id"] != key]

    return change


def at_the_front(listed: str, key: str) -> Change:
    def change(of: Document) -> None:
        of[listed].sort(key=lambda each: each["id"] != key)

    return change


def everything(tx: Tx) -> dict[str, Visit]:
    return {visit.key: visit for visit in visits.read_all(tx)}


async def test_the_shipped_file_fills_an_empty_database(database: Database) -> None:
    file = shipped_programme()
    assert await database.run(apply_programme, file=file, digest="x", now=OPEN) == Applied(first=True)
    shown = await database.read(everything)
    assert set(shown) == {visit.id for visit in file.visits}
    assert {bus.label for visit in shown.values() for bus in visit.buses} == {bus.id for bus in file.buses}
    assert {visit.state for visit in shown.values()} == {VisitState.OPEN}
    walk, flight, nab = shown["aitu-walk"], shown["almaty-fly"], shown["nab-am"]
    assert (walk.mode, walk.buses, walk.host_limit, walk.leaves_at) == ("walk", (), 25, at("08-22 14:00"))
    assert flight.leaves_at == at("08-22 05:15")  # its own start: the transfer in Almaty is no departure
    assert (flight.closes_at, flight.tentative, flight.price_eur > 0) == (at("08-08 18:00"), True, True)
    assert [(bus.label, bus.seats) for bus in nab.buses] == [("B01", 45), ("B02", 45)]
    read = await database.read(congress.read)
    assert (read.zone, read.rules.party_size, read.version) == ("Asia/Almaty", 4, 1)


async def test_a_passport_is_needed_where_a_library_of_the_visit_asks_for_it(database: Database) -> None:
    file = shipped_programme()
    await database.run(apply_programme, file=file, digest="x", now=OPEN)
    strict = {library.id for library in file.libraries if library.needs_passport}
    asked = {visit.key: visit.needs_id for visit in (await database.read(everything)).values()}
    for visit in file.visits:
        assert asked[visit.id] == (visit.needs_passport or not strict.isdisjoint(visit.stops))


async def test_the_file_applied_last_does_nothing_again(database: Database, world: World) -> None:
    before = await database.read(counted)
    assert await database.run(apply, digest="first") == Unchanged()
    assert await database.read(counted) == before
    assert await database.run(apply, digest="second") == Applied(first=False)  # a comment in the file, or a space
    shown, was = await database.read(everything), world
    assert {visit.version for visit in shown.values()} == {1}
    assert (await database.read(congress.read)).version == was.congress.version + 1


async def test_words_and_limits_change_beneath_a_booking(database: Database, world: World) -> None:
    await database.run(book, world, 0, "nab-am")
    applied = await database.run(
        apply,
        setting("visits", "nab-am", title={"en": "A", "kk": "B", "ru": "C"}, capacity=4, booking_closes=None),
        setting("buses", "B01", plate="777 ABC 01", kind="minibus"),
        lambda of: of["rules"].update(seats_per_booking=2),
    )
    assert applied == Applied(first=False)
    visit = await database.read(visit_of, "nab-am")
    assert (visit.title["ru"], visit.host_limit, visit.seats_taken) == ("C", 4, 1)
    assert (visit.buses[0].plate, visit.buses[0].seats_taken) == ("777 ABC 01", 1)
    assert visit.version == 1  # nothing of it moves a traveller
    assert (await database.read(congress.read)).rules.party_size == 2


async def test_a_visit_without_travellers_may_change_in_everything(database: Database, world: World) -> None:
    await database.run(
        apply,
        setting("visits", "aitu-walk", start="2025-08-22T15:00:00+05:00", meeting_point="mp-main", price_eur=5),
        setting("buses", "B05", departs="2025-08-22T09:40:00+05:00", boarding="2025-08-22T09:00:00+05:00", seats=7),
    )
    walk, visit = await database.read(visit_of, "aitu-walk"), await database.read(visit_of, "pres-am")
    assert (walk.leaves_at, walk.meeting_point, walk.price_eur) == (at("08-22 15:00"), "mp-main", 5)
    assert walk.version == 2  # its old buttons show the fresh card
    assert (visit.leaves_at, visit.version) == (at("08-22 09:40"), 2)
    assert (visit.buses[0].boards_at, visit.buses[0].seats) == (at("08-22 09:00"), 7)


async def test_visits_and_buses_come_and_go(database: Database, world: World) -> None:
    new_visit = {**table(document(), "visits", "aitu-walk"), "id": "night-walk"}
    new_bus = {**table(document(), "buses", "B05"), "id": "B55", "departs": "2025-08-22T09:20:00+05:00"}

    def add(of: Document) -> None:
        of["visits"].insert(0, new_visit)
        of["buses"].append(new_bus)

    await database.run(apply, without("visits", "nab-pres-pm"), without("buses", "B03"), without("buses", "B02"), add)
    shown = await database.read(everything)
    assert set(shown) == {"nab-am", "pres-am", "aitu-walk", "karaganda-day", "almaty-fly", "night-walk"}
    assert [bus.label for bus in shown["nab-am"].buses] == ["B01"]
    assert [bus.label for bus in shown["pres-am"].buses] == ["B05", "B55"]
    assert shown["pres-am"].leaves_at == at("08-22 09:20")  # with its earliest bus


@pytest.mark.parametrize("front", ["nab-am", "pres-am"])
async def test_an_empty_bus_may_serve_another_visit(database: Database, world: World, front: str) -> None:
    """Whichever of the two the file names first."""
    await database.run(apply, setting("buses", "B02", visit="pres-am"), at_the_front("visits", front))
    shown = await database.read(everything)
    assert [bus.label for bus in shown["nab-am"].buses] == ["B01"]
    assert [bus.label for bus in shown["pres-am"].buses] == ["B05", "B02"]
    # And back again: the name is free for it.
    await database.run(apply, digest="third")
    assert [bus.label for bus in (await database.read(everything))["nab-am"].buses] == ["B01", "B02"]


async def test_a_bus_of_a_visit_that_goes_may_serve_another(database: Database, world: World) -> None:
    await database.run(apply, without("visits", "pres-am"), setting("buses", "B05", visit="nab-am"))
    shown = await database.read(everything)
    assert [bus.label for bus in shown["nab-am"].buses] == ["B01", "B02", "B05"]


# What organizers set stays.


async def test_a_delay_survives_a_change_elsewhere(database: Database, world: World) -> None:
    await database.run(book, world, 0, "nab-am")
    await database.run(delay_visit, actor=OWNER, name="nab-am", minutes=30, now=OPEN, cause="delay")
    delayed = await database.read(visit_of, "nab-am")
    await database.run(
        apply,
        setting("visits", "nab-am", lunch_included=True),
        setting("buses", "B01", plate="777 ABC 01"),
        setting("visits", "pres-am", lunch_included=True),
    )
    after = await database.read(visit_of, "nab-am")
    assert (after.leaves_at, after.returns_at, after.version) == (
        delayed.leaves_at,
        delayed.returns_at,
        delayed.version,
    )
    assert [bus.departs_at for bus in after.buses] == [bus.departs_at for bus in delayed.buses]
    assert (after.lunch, after.buses[0].plate) == (True, "777 ABC 01")


async def test_a_delayed_visit_leaves_with_its_earliest_bus_when_another_one_changes(
    database: Database, world: World
) -> None:
    await database.run(book, world, 0, "nab-am")  # in B01
    await database.run(delay_visit, actor=OWNER, name="nab-am", minutes=30, now=OPEN, cause="delay")
    await database.run(apply, setting("buses", "B02", departs="2025-08-22T09:20:00+05:00"))
    visit = await database.read(visit_of, "nab-am")
    assert [bus.departs_at for bus in visit.buses] == [at("08-22 09:30"), at("08-22 09:20")]
    assert visit.leaves_at == at("08-22 09:20")


async def test_a_delayed_walk_follows_the_file_only_where_that_names_another_hour(
    database: Database, world: World
) -> None:
    await database.run(delay_visit, actor=OWNER, name="aitu-walk", minutes=30, now=OPEN, cause="delay")
    await database.run(apply, setting("visits", "aitu-walk", lunch_included=True))
    assert (await database.read(visit_of, "aitu-walk")).leaves_at == at("08-22 14:30")
    await database.run(apply, setting("visits", "aitu-walk", start="2025-08-22T13:00:00+05:00"), digest="third")
    assert (await database.read(visit_of, "aitu-walk")).leaves_at == at("08-22 13:00")


async def test_seats_that_organizers_set_survive_a_change_elsewhere(database: Database, world: World) -> None:
    with_wheelchairs = setting("buses", "B02", wheelchair_places=2)
    await database.run(apply, with_wheelchairs)
    await database.run(set_seats, actor=OWNER, name="B02", seats=1, now=OPEN, cause="seats")
    await database.run(apply, with_wheelchairs, setting("buses", "B02", bay="Z"), digest="third")
    bus = (await database.read(visit_of, "nab-am")).buses[1]
    assert (bus.seats, bus.wheelchair_places, bus.bay) == (1, 1, "Z")


# What would harm.


@pytest.mark.parametrize(
    ("changes", "harms"),
    [
        ([without("visits", "nab-am"), without("buses", "B01")],
         [("visit nab-am", "is removed"), ("bus B01", "is removed")]),
        ([setting("visits", "nab-am", city="almaty")], [("visit nab-am", "city changes")]),
        ([setting("visits", "nab-am", start="2025-08-22T08:50:00+05:00")], [("visit nab-am", "start changes")]),
        ([setting("visits", "nab-am", end="2025-08-22T13:00:00+05:00")], [("visit nab-am", "end changes")]),
        ([setting("visits", "nab-am", meeting_point="mp-walk")], [("visit nab-am", "meeting_point changes")]),
        ([setting("visits", "nab-am", stops=["nu"])], [("visit nab-am", "stops changes")]),
        ([setting("visits", "nab-am", slot="full")], [("visit nab-am", "slot changes")]),
        ([setting("visits", "nab-am", price_eur=20)], [("visit nab-am", "price_eur changes")]),
        ([setting("visits", "nab-am", capacity=1)], [("visit nab-am", "has 1 seats left for delegates")]),
        ([setting("visits", "nab-am", held_back=4)], [("visit nab-am", "has 1 seats left for delegates")]),
        ([without("buses", "B01")], [("bus B01", "is removed")]),
        ([setting("buses", "B01", visit="pres-am")], [("bus B01", "visit changes")]),
        ([setting("buses", "B01", departs="2025-08-22T09:10:00+05:00")], [("bus B01", "departs changes")]),
        ([setting("buses", "B01", boarding="2025-08-22T08:30:00+05:00")], [("bus B01", "boarding changes")]),
        ([setting("buses", "B01", bay="Z")], [("bus B01", "bay changes")]),
        ([setting("buses", "B01", transfer=True)], [("bus B01", "transfer changes")]),
        ([setting("buses", "B01", seats=1)], [("bus B01", "has 1 seats")]),
        ([lambda of: of["event"].update(id="wlic2026")], [("event wlic2026", "this database belongs to wlic2025")]),
        (
            [setting("visits", "nab-am", city="almaty", price_eur=20), setting("buses", "B01", seats=1)],
            [("visit nab-am", "city changes"), ("visit nab-am", "price_eur changes"), ("bus B01", "has 1 seats")],
        ),
    ],
)  # fmt: skip
async def test_what_would_harm_booked_people_is_named_and_nothing_is_applied(
    database: Database, world: World, changes: list[Change], harms: list[tuple[str, str]]
) -> None:
    for who in (0, 1):
        await database.run(book, world, who, "nab-am")  # both in B01
    shown, rows = await database.read(everything), await database.read(counted)
    harmless = setting("visits", "pres-am", lunch_included=True)
    outcome = await database.run(apply, *changes, harmless)
    assert said(outcome) == [(subject, change, 2) for subject, change in harms]
    assert await database.read(everything) == shown
    assert await database.read(counted) == rows
    assert (await database.read(congress.read)).version == 1


async def test_a_visit_that_somebody_gave_back_is_kept_for_the_record(database: Database, world: World) -> None:
    booking_id = await database.run(book, world, 0, "nab-pres-pm")
    await database.run(
        release_seat,
        delegate_id=world.people[0],
        booking_id=booking_id,
        booking_version=1,
        congress=world.congress,
        now=OPEN,
        cause="release",
    )
    gone = (without("visits", "nab-pres-pm"), without("buses", "B03"))
    assert said(await database.run(apply, *gone)) == [("visit nab-pres-pm", "is removed", 0)]
    assert await database.run(apply, without("buses", "B03")) == Applied(first=False)
    kept = await database.read(lambda tx: tx.scalars(select(tables.buses.c.label)).all())
    assert any(label.startswith("B03 (removed ") for label in kept)  # the booking of the past names it


async def test_what_organizers_took_away_counts_for_harm(database: Database, world: World) -> None:
    """A bus that an organizer made larger holds more than the file says: the file may not take those seats."""
    await database.run(set_seats, actor=OWNER, name="B05", seats=3, now=OPEN, cause="seats")
    await database.run(apply, setting("visits", "pres-am", capacity=3))
    for who in (0, 1, 2):
        await database.run(book, world, who, "pres-am")
    bigger = setting("visits", "pres-am", capacity=3)
    another_bay = await database.run(apply, bigger, setting("buses", "B05", bay="Z", seats=2), digest="third")
    assert said(another_bay) == [("bus B05", "bay changes", 3)]
    one_seat = await database.run(apply, bigger, setting("buses", "B05", seats=1), digest="third")
    assert said(one_seat) == [("bus B05", "has 1 seats", 3)]


async def test_each_applied_file_is_in_the_log(database: Database, world: World) -> None:
    await database.run(apply, setting("visits", "pres-am", lunch_included=True))
    lines = await database.read(
        lambda tx: tx.execute(select(tables.log).where(tables.log.c.action == "programme").order_by("id")).all()
    )
    assert [(line.subject, line.after, line.actor) for line in lines] == [
        ("congress:wlic2025", {"digest": "first"}, None),
        ("congress:wlic2025", {"digest": "second"}, None),
    ]


async def test_what_is_read_is_what_was_written(database: Database, world: World) -> None:
    """Another database with the changed file from the start looks alike."""
    changes = (setting("visits", "aitu-walk", start="2025-08-22T15:00:00+05:00"), setting("buses", "B02", seats=9))
    await database.run(apply, *changes)
    applied_later = await database.read(everything)

    def from_the_start(tx: Tx) -> dict[str, Visit]:
        for each in (tables.buses, tables.visits, tables.congress):
            tx.execute(each.delete())
        apply(tx, *changes)
        return everything(tx)

    applied_at_once = await database.run(from_the_start)
    assert {key: alike(visit) for key, visit in applied_later.items()} == {
        key: alike(visit) for key, visit in applied_at_once.items()
    }


def alike(visit: Visit) -> Visit:
    """The visit without what counts how often it was written."""
    fleet = tuple(replace(bus, id=0, visit_id=0, version=0, roster_version=0) for bus in visit.buses)
    return replace(visit, id=0, version=0, buses=fleet)
