"""Half-typed input: it holds no seat, lives an hour, and what comes again is not added again."""

from typing import Any

import pytest

from bot.rules.booking import AlreadyBooked, AlreadyLeft
from bot.services.booking import Booked, book_seat
from bot.services.drafts import (
    DRAFT_LIFE,
    BadName,
    Party,
    add_companions,
    begin_name,
    begin_party,
    drop_companion,
    end_draft,
    move_draft,
    read_party,
)
from bot.services.housekeeping import tidy_drafts
from storage import Tx, drafts, visits
from storage.database import Database
from tests.house import at
from tests.makers import OPEN
from tests.services.world import World, settle, visit_of


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def begin(tx: Tx, /, world: World, key: str = "nab-am", **changes: Any) -> Any:
    usual = {"visit_id": visit_of(tx, key).id, "message_id": 5, "now": OPEN}
    return begin_party(tx, delegate_id=world.people[0], congress=world.congress, **{**usual, **changes})


def add(tx: Tx, /, world: World, typed: str, cause: str = "update/1", **changes: Any) -> Any:
    usual = {"message_id": 6, "now": OPEN}
    return add_companions(
        tx, delegate_id=world.people[0], typed=typed, cause=cause, congress=world.congress, **{**usual, **changes}
    )


def drop(tx: Tx, /, world: World, key: str = "nab-am", cause: str = "update/9") -> Any:
    return drop_companion(
        tx,
        delegate_id=world.people[0],
        visit_id=visit_of(tx, key).id,
        message_id=7,
        congress=world.congress,
        now=OPEN,
        cause=cause,
    )


def read(tx: Tx, /, world: World, **changes: Any) -> Any:
    return read_party(tx, delegate_id=world.people[0], congress=world.congress, **{"now": OPEN, **changes})


async def test_a_party_grows_name_by_name_up_to_what_the_programme_allows(database: Database, world: World) -> None:
    begun = await database.run(begin, world)
    assert (begun.names, begun.room, begun.message_id) == ((), 3, 5)
    one = await database.run(add, world, " Zoë ")
    assert (one.names, one.room, one.message_id) == (("Zoë",), 2, 6)
    full = await database.run(add, world, "Ән\n\n<b>Bob</b>\nOne Too Many", cause="update/2")
    assert (full.names, full.room) == (("Zoë", "Ән", "<b>Bob</b>"), 0)
    assert (await database.run(add, world, "Nobody", cause="update/3")).names == full.names
    assert await database.read(read, world) == await database.run(add, world, "Nobody", cause="update/3")


async def test_the_last_name_can_be_taken_back(database: Database, world: World) -> None:
    await database.run(begin, world)
    await database.run(add, world, "Zoë\nÄn")
    dropped = await database.run(drop, world)
    assert (dropped.names, dropped.room) == (("Zoë",), 2)
    assert (await database.run(drop, world)).names == ("Zoë",)  # the same tap again
    assert (await database.run(drop, world, cause="update/10")).names == ()
    assert (await database.run(drop, world, cause="update/11")).names == ()


async def test_words_that_come_again_are_not_added_again(database: Database, world: World) -> None:
    await database.run(begin, world)
    await database.run(add, world, "Zoë")
    assert (await database.run(add, world, "Zoë")).names == ("Zoë",)
    assert (await database.run(add, world, "Zoë", cause="update/2")).names == ("Zoë", "Zoë")  # two of one name
    for number in range(30):
        await database.run(drop, world, cause=f"drop/{number}")
    assert len((await database.read(read, world)).causes) == 20


@pytest.mark.parametrize("typed", ["", "\n \n", "Zoë\n...", "\u202e"])
async def test_what_is_no_name_is_told_and_nothing_is_added(database: Database, world: World, typed: str) -> None:
    await database.run(begin, world)
    assert await database.run(add, world, typed) == BadName(typed=typed)
    assert (await database.read(read, world)).names == ()


async def test_a_party_of_another_visit_is_not_touched(database: Database, world: World) -> None:
    await database.run(begin, world)
    await database.run(add, world, "Zoë")
    assert await database.run(drop, world, key="pres-am") is None
    assert (await database.read(read, world)).names == ("Zoë",)
    anew = await database.run(begin, world, "nab-pres-pm")  # one draft a person
    assert (anew.visit.key, anew.names) == ("nab-pres-pm", ())


async def test_where_no_party_is_put_together_there_is_none(database: Database, world: World) -> None:
    assert await database.run(add, world, "Zoë") is None
    assert await database.run(drop, world) is None
    assert await database.read(read, world) is None
    await database.run(begin_name, delegate_id=world.people[0], message_id=None, now=OPEN)
    assert await database.run(add, world, "Zoë") is None


async def test_it_lives_an_hour_from_the_last_word(database: Database, world: World) -> None:
    await database.run(begin, world)
    await database.run(add, world, "Zoë", now=OPEN + DRAFT_LIFE / 2)
    assert isinstance(await database.read(read, world, now=OPEN + DRAFT_LIFE), Party)
    assert await database.read(read, world, now=OPEN + DRAFT_LIFE * 1.5) is None


async def test_it_can_be_dropped_and_shown_elsewhere(database: Database, world: World) -> None:
    await database.run(begin, world)
    await database.run(move_draft, delegate_id=world.people[0], message_id=99)
    assert (await database.read(read, world)).message_id == 99
    assert await database.run(end_draft, delegate_id=world.people[0]) is True
    assert await database.run(end_draft, delegate_id=world.people[0]) is False
    await database.run(move_draft, delegate_id=world.people[0], message_id=99)
    assert await database.read(drafts.read, world.people[0], now=OPEN) is None


async def test_names_are_not_asked_for_in_vain(database: Database, world: World) -> None:
    assert await database.run(begin, world, visit_id=999) is None
    assert await database.run(begin, world, now=at("08-22 09:00")) == AlreadyLeft()

    def book(tx: Tx, who: int, key: str) -> Any:
        visit = visit_of(tx, key)
        return book_seat(
            tx,
            delegate_id=world.people[who],
            visit_id=visit.id,
            visit_version=visit.version,
            congress=world.congress,
            now=OPEN,
            cause=f"{who}/{key}",
        )

    await database.run(book, 1, "pres-am")
    assert isinstance(await database.run(begin, world, "pres-am"), Party)  # too few seats for two: they can wait
    assert await database.run(end_draft, delegate_id=world.people[0])
    booked = await database.run(book, 0, "nab-am")
    assert isinstance(booked, Booked)
    refusal = await database.run(begin, world, "nab-am")
    assert isinstance(refusal, AlreadyBooked)
    assert refusal.booking.id == booked.ticket.booking.id
    assert await database.read(drafts.read, world.people[0], now=OPEN) is None


async def test_a_visit_that_goes_takes_the_party_with_it(database: Database, world: World) -> None:
    await database.run(begin, world, "nab-pres-pm")

    def remove(tx: Tx) -> None:
        visits.remove_visit(tx, visit_of(tx, "nab-pres-pm").id)

    await database.run(remove)
    assert await database.read(read, world) is None


async def test_what_was_left_half_typed_is_deleted_after_its_hour(database: Database, world: World) -> None:
    await database.run(begin, world)
    assert await database.run(tidy_drafts, now=OPEN) == 0
    assert await database.run(tidy_drafts, now=OPEN + DRAFT_LIFE) == 1
    assert await database.run(tidy_drafts, now=OPEN + DRAFT_LIFE) == 0
