"""An event file that makes buses smaller: who leaves them is shown first, and what was shown is what happens."""

from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from bot.rules.authority import Right
from bot.services import acts as services
from bot.services import import_acts
from bot.services.acts import RECALL, ShownAct
from bot.services.authority import NoAuthority
from bot.services.booking import release_seat
from bot.services.deeds import DoesHarm, OtherProgramme, TooManyStay
from bot.services.import_acts import arguments_of
from bot.services.organizers import set_seats
from bot.services.programme import Unchanged, apply_programme, plan_programme
from storage import Tx, congress, tables, visits
from storage.database import Database
from storage.records import ActState
from tests.makers import OPEN
from tests.services.test_acts import deviations, plan, show
from tests.services.test_cutting import act_states, book, bus, cut, news, small_world, stand
from tests.services.world import OWNER, Document, World, counted, programme, table, visit_of

DUE = OPEN + RECALL


@pytest.fixture
async def world(database: Database) -> World:
    """nab-am by B01 of eight seats, full with seven parties; pres-am by B05 has three seats."""
    return await database.run(small_world)


def file_of(tx: Tx, /, **seats: int) -> Document:
    """The file that is in use, with other numbers of seats."""
    stored = congress.stored(tx)
    assert stored is not None
    of: Document = programme(dict(stored[1])).model_dump(mode="json")
    for label, number in seats.items():
        table(of, "buses", label)["seats"] = number
    return of


def arguments(tx: Tx, of: Document, *, digest: str = "another") -> Any:
    """What an act on this file keeps, as the chat makes it."""
    stored = congress.stored(tx)
    assert stored is not None
    current = {visit.key: visit for visit in visits.read_all(tx)}
    compared = plan_programme(tx, last=stored[1], document=of, current=current).comparison
    return arguments_of(of, compared, digest=digest, name="event.toml")


def show_file(tx: Tx, /, world: World, of: Document, **changes: Any) -> Any:
    return show(tx, world, "event.toml", kind=Right.IMPORT, arguments=arguments(tx, of), **changes)


def extra_bus(of: Document, label: str, seats: int) -> Document:
    of["buses"].append({**table(of, "buses", "B01"), "id": label, "seats": seats})
    return of


def numbers(shown: ShownAct) -> dict[str, int]:
    return {key: number for key, number in shown.act.preview.items() if number}


def of_bus(tx: Tx, label: str) -> list[int]:
    query = select(tables.bookings.c.party).where(
        tables.bookings.c.bus_id == bus(tx, label).id, tables.bookings.c.state == "booked"
    )
    return list(tx.scalars(query))


async def carried_out(database: Database, world: World, of: Document) -> ShownAct:
    before = await database.read(counted)
    shown = await database.run(show_file, world, of)
    assert isinstance(shown, ShownAct), shown
    after = await database.read(counted)
    assert {**after, "acts": 0, "delegates": 0} == {**before, "acts": 0, "delegates": 0}  # tried, and taken back
    await database.run(plan, world, shown)
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    assert await database.read(act_states) == [ActState.DONE]
    assert await database.read(deviations, now=DUE) == []
    return shown


async def test_who_leaves_by_the_file_is_held_another_seat_as_it_was_shown(database: Database, world: World) -> None:
    of = await database.read(file_of, B01=5)
    shown = await carried_out(database, world, of)
    assert numbers(shown) == {
        "was/B01": 8,
        "seats/B01": 5,
        "people/B01": 8,
        "too_many/B01": 3,
        "leaving/B01": 3,
        "held/B01": 3,
    }
    assert (await database.read(bus, "B01")).seats_taken == (await database.read(bus, "B01")).seats == 5
    there = await database.read(stand, world)
    assert there[:5] == ["booked nab-am"] * 5
    assert there[5:7] == ["offered pres-am"] * 2
    assert await database.read(news) == {"seat-lost": 2}
    assert await database.run(apply_programme, file=programme(of), digest="another", now=DUE) == Unchanged()
    again = await database.run(show_file, world, of, cause="show/2")
    assert isinstance(again, OtherProgramme)  # the same file changes nothing


async def test_a_new_bus_of_the_file_takes_them(database: Database, world: World) -> None:
    of = extra_bus(await database.read(file_of, B01=5), "B99", 4)
    shown = await carried_out(database, world, of)
    assert numbers(shown)["other_bus/B01"] == 3
    assert "leaving/B01" not in numbers(shown)
    assert (sum(await database.read(of_bus, "B01")), sum(await database.read(of_bus, "B99"))) == (5, 3)
    assert await database.read(news) == {"other-bus": 2}
    assert (await database.read(visit_of, "nab-am")).seats_taken == 8


@pytest.mark.parametrize("by_file", [True, False])
async def test_who_sits_on_another_bus_and_has_no_telegram_is_named(
    database: Database, world: World, by_file: bool
) -> None:
    lost = tables.delegates.c.id == world.people[6]
    await database.run(lambda tx: tx.execute(tables.delegates.update().where(lost).values(telegram_id=None)))
    of = extra_bus(await database.read(file_of, **({"B01": 7} if by_file else {})), "B99", 4)
    if by_file:
        shown = await carried_out(database, world, of)
    else:
        await database.run(apply_programme, file=programme(of), digest="another", now=OPEN)
        shown = await cut(database, world, 7)
    assert numbers(shown)["other_bus/B01" if by_file else "other_bus"] == 1
    done = await database.read(services.act_of, actor=OWNER, delegate_id=shown.act.author_id, act_id=shown.act.id)
    assert isinstance(done, ShownAct)
    assert done.untold == ("Person 7",)
    assert "other-bus" not in await database.read(news)


async def test_two_smaller_buses_leave_nobody_on_each_other(database: Database, world: World) -> None:
    await database.run(lambda tx: book(tx, world, 7, key="pres-am"))
    await database.run(lambda tx: book(tx, world, 8, key="pres-am"))
    of = await database.read(file_of, B01=7, B05=1)
    shown = await carried_out(database, world, of)
    assert (numbers(shown)["leaving/B01"], numbers(shown)["leaving/B05"]) == (1, 1)
    assert "held/B01" not in numbers(shown)  # the one free seat of B05 is about to go
    assert ((await database.read(bus, "B05")).seats, (await database.read(bus, "B05")).seats_taken) == (1, 1)


async def test_without_the_narrowing_a_seat_is_held_that_is_about_to_go(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    await database.run(lambda tx: book(tx, world, 7, key="pres-am"))
    await database.run(lambda tx: book(tx, world, 8, key="pres-am"))
    monkeypatch.setattr(import_acts, "_narrowed", lambda fresh, _wanted: dict(fresh))
    of = await database.read(file_of, B01=7, B05=1)
    with pytest.raises(IntegrityError, match="bus_holds_its_seats"):  # the wall of the database
        await database.run(show_file, world, of)


async def test_the_limit_of_the_host_may_fall_with_the_bus(database: Database, world: World) -> None:
    of = await database.read(file_of, B01=5)
    table(of, "visits", "nab-am")["capacity"] = 5
    await carried_out(database, world, of)
    assert (await database.read(visit_of, "nab-am")).host_limit == 5


async def test_a_limit_below_what_stays_taken_is_named(database: Database, world: World) -> None:
    of = await database.read(file_of, B01=5)
    table(of, "visits", "nab-am")["capacity"] = 4
    refused = await database.run(show_file, world, of)
    assert isinstance(refused, DoesHarm)
    ((harm),) = refused.comparison.harms
    assert (harm.name, harm.seats, harm.value) == ("nab-am", 5, 4)


async def test_what_cannot_be_planned_is_refused(database: Database, world: World) -> None:
    gone = await database.read(file_of, B01=5)
    gone["visits"] = [each for each in gone["visits"] if each["id"] != "pres-am"]
    gone["buses"] = [each for each in gone["buses"] if each["visit"] != "pres-am"]
    await database.run(lambda tx: book(tx, world, 7, key="pres-am"))
    assert isinstance(await database.run(show_file, world, gone), DoesHarm)
    of = await database.read(file_of, B01=5)
    of["event"]["timezone"], of["event"]["utc_offset"] = "Asia/Tokyo", "+09:00"
    assert isinstance(await database.run(show_file, world, of), OtherProgramme)
    await database.run(lambda tx: tx.execute(tables.riders.update().values(wheelchair=True)))
    await database.run(lambda tx: tx.execute(tables.bookings.update().values(wheelchairs=1)))
    stays = await database.run(show_file, world, await database.read(file_of, B01=5))
    assert isinstance(stays, TooManyStay)


async def test_other_numbers_meanwhile_are_shown_anew_and_another_programme_ends_it(
    database: Database, world: World
) -> None:
    of = await database.read(file_of, B01=5)
    shown = await database.run(show_file, world, of)
    await database.run(plan, world, shown)
    ticket = await database.run(lambda tx: tx.execute(select(tables.bookings).order_by(tables.bookings.c.id)).first())
    assert ticket is not None
    await database.run(
        release_seat,
        delegate_id=ticket.delegate_id,
        booking_id=ticket.id,
        booking_version=ticket.version,
        congress=world.congress,
        now=OPEN,
        cause="release",
    )
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    changed = await database.run(lambda tx: tx.execute(select(tables.acts)).one())
    assert (changed.state, changed.preview["people/B01"], changed.before["people/B01"]) == (ActState.CHANGED, 7, 8)
    await database.run(set_seats, actor=OWNER, name="B01", seats=9, now=DUE, cause="seats/B01")
    fresh = await database.run(services.act_of, actor=OWNER, delegate_id=shown.act.author_id, act_id=shown.act.id)
    assert isinstance(fresh, ShownAct)
    confirmed = await database.run(plan, world, fresh, now=DUE, cause="plan/2")
    assert (confirmed.act.state, confirmed.is_impossible) == (ActState.CHANGED, True)
    assert (await database.read(bus, "B01")).seats == 9


async def test_only_who_imports_may(database: Database, world: World) -> None:
    of = await database.read(file_of, B01=5)
    assert isinstance(await database.run(show_file, world, of, actor=1), NoAuthority)
