"""What a delegate sees while choosing: everything but drafts, with their own seat and what they could have instead."""

from typing import Any

import pytest

from bot.rules.booking import AlreadyLeft
from bot.services.booking import Booked, book_seat
from bot.services.visits import find_visit, listed_visits, similar_visits, visit_card
from storage import Tx, visits
from storage.database import Database
from storage.records import VisitState
from tests.house import at
from tests.makers import OPEN
from tests.services.world import World, settle, visit_of


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def set_state(tx: Tx, key: str, state: VisitState) -> None:
    visits.change_visit(tx, visit_of(tx, key).id, state=state)


def book(tx: Tx, world: World, key: str) -> Booked:
    visit = visit_of(tx, key)
    outcome = book_seat(
        tx,
        delegate_id=world.people[0],
        visit_id=visit.id,
        visit_version=visit.version,
        congress=world.congress,
        now=OPEN,
        cause=f"book/{key}",
    )
    assert isinstance(outcome, Booked)
    return outcome


def card(tx: Tx, /, world: World, key: str = "nab-am", **changes: Any) -> Any:
    usual = {"visit_id": visit_of(tx, key).id, "delegate_id": world.people[0], "now": OPEN}
    return visit_card(tx, congress=world.congress, **{**usual, **changes})


def similar(tx: Tx, /, world: World, key: str = "nab-am", **changes: Any) -> Any:
    usual = {"visit_id": visit_of(tx, key).id, "delegate_id": world.people[0], "now": OPEN}
    return similar_visits(tx, congress=world.congress, **{**usual, **changes})


async def test_everything_but_drafts_is_shown_the_earliest_first(database: Database, world: World) -> None:
    await database.run(set_state, "pres-am", VisitState.DRAFT)
    await database.run(set_state, "aitu-walk", VisitState.CANCELLED)
    shown = [visit.key for visit in await database.read(listed_visits)]
    assert shown == ["almaty-fly", "karaganda-day", "nab-am", "nab-pres-pm", "aitu-walk"]


async def test_a_card_shows_ones_own_seat_and_why_nobody_can_book(database: Database, world: World) -> None:
    plain = await database.read(card, world)
    assert (plain.visit.key, plain.refusal, plain.own) == ("nab-am", None, None)
    booked = await database.run(book, world, "nab-am")
    own = await database.read(card, world)
    assert own.own.id == booked.ticket.booking.id
    assert (await database.read(card, world, delegate_id=world.people[1])).own is None
    assert (await database.read(card, world, now=at("08-22 09:00"))).refusal == AlreadyLeft()


async def test_of_a_draft_and_of_nothing_there_is_no_card(database: Database, world: World) -> None:
    await database.run(set_state, "pres-am", VisitState.DRAFT)
    assert await database.read(card, world, "pres-am") is None
    assert await database.read(card, world, visit_id=999) is None
    assert await database.read(similar, world, visit_id=999) is None


async def test_similar_visits_are_those_this_person_could_book(database: Database, world: World) -> None:
    wanted, others = await database.read(similar, world)
    assert (wanted.key, [visit.key for visit in others]) == ("nab-am", ["nab-pres-pm", "pres-am", "aitu-walk"])
    await database.run(book, world, "pres-am")
    _, others = await database.read(similar, world)
    assert [visit.key for visit in others] == ["nab-pres-pm", "aitu-walk"]  # it overlaps, and one city is enough


async def test_a_visit_is_found_by_its_key(database: Database, world: World) -> None:
    found = await database.read(find_visit, key="NAB-AM")
    assert found is not None
    assert found.key == "nab-am"
    assert await database.read(find_visit, key="nowhere") is None
