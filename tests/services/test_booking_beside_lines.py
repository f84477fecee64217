"""Booking beside those who wait, and what becomes of a seat that is left: its card, its next one in line."""

import pytest

from bot.rules.booking import AlreadyBooked, Changed, PeopleWait
from bot.services.booking import Refused, Released, ticket_of, tickets_of
from bot.services.queue import Line, pause_line
from bot.services.standing import Offered, Wait, read_standing
from bot.services.waiting import join_line
from storage import Tx, cards, visits
from storage.database import Database
from storage.records import Lease
from tests.makers import OPEN
from tests.services.test_booking import DANA, EMMA, IVAN, LEASE, book, booked, release
from tests.services.world import OWNER, World, settle, visit_of

MESSAGE = 77
"""The one that LEASE edits."""


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def full_with_a_line(tx: Tx, /, world: World, *, paused: bool = False) -> tuple[int, int]:
    """Let Ivan and Dana have both seats of pres-am, and Emma wait; return the ids of Ivan's seat and of her wait."""
    ivans = booked(tx, world, IVAN, "pres-am").ticket.booking.id
    booked(tx, world, DANA, "pres-am")
    visit = visit_of(tx, "pres-am")
    emma = world.people[EMMA]
    waits = join_line(tx, visit_id=visit.id, delegate_id=emma, congress=world.congress, now=OPEN, cause="wait")
    assert isinstance(waits, Wait)
    if paused:
        visits.change_visit(tx, visit.id, queue_paused=True)
    return ivans, waits.booking.id


async def test_a_seat_given_back_goes_to_the_next_in_line(database: Database, world: World) -> None:
    ivans, emmas = await database.run(full_with_a_line, world)
    assert isinstance(await database.run(release, world, IVAN, ivans), Released)
    assert isinstance(await database.read(read_standing, emmas), Offered)


async def test_a_seat_left_for_another_goes_to_the_next_in_line(database: Database, world: World) -> None:
    ivans, emmas = await database.run(full_with_a_line, world)
    await database.run(booked, world, IVAN, "nab-pres-pm", giving_up=((ivans, 1),))
    assert isinstance(await database.read(read_standing, emmas), Offered)


async def test_an_offer_is_no_seat_yet_to_show_or_to_give_back(database: Database, world: World) -> None:
    ivans, emmas = await database.run(full_with_a_line, world)
    await database.run(release, world, IVAN, ivans)
    offered = await database.read(read_standing, emmas)
    assert isinstance(offered, Offered)
    refused = await database.run(release, world, EMMA, emmas, offered.ticket.booking.version)
    assert isinstance(refused, Refused)
    assert refused.refusal == Changed()
    assert await database.read(ticket_of, booking_id=emmas, delegate_id=world.people[EMMA]) is None
    assert await database.read(tickets_of, delegate_id=world.people[EMMA]) == ()


async def test_who_signs_up_passes_nobody_in_line(database: Database, world: World) -> None:
    ivans, _ = await database.run(full_with_a_line, world, paused=True)
    await database.run(release, world, IVAN, ivans)
    refused = await database.run(book, world, IVAN, "pres-am", cause="again")
    assert isinstance(refused, Refused)
    assert refused.refusal == PeopleWait(1)
    own = await database.run(book, world, DANA, "pres-am", cause="again, too")
    assert isinstance(own, Refused)
    assert isinstance(own.refusal, AlreadyBooked)  # what they have comes before who waits


async def test_a_repeat_of_a_pause_pauses_no_line_that_moves_again(database: Database, world: World) -> None:
    await database.run(full_with_a_line, world, paused=True)

    async def pause(paused: bool, cause: str) -> bool:
        line = await database.run(
            pause_line, actor=OWNER, name="pres-am", paused=paused, congress=world.congress, now=OPEN, cause=cause
        )
        assert isinstance(line, Line)
        return line.visit.queue_paused

    assert await pause(True, "paused already")
    assert not await pause(False, "go on")
    assert not await pause(True, "paused already")  # as after a crash: the update comes again
    assert not await pause(False, "go on")


async def test_a_wait_at_the_same_time_is_no_clash_and_is_told_of(database: Database, world: World) -> None:
    """The card asks for waits only where there may be some; a repeat has not looked and says so."""
    _, waiting = await database.run(full_with_a_line, world)
    beside = await database.run(booked, world, EMMA, "nab-am", cause="beside")
    assert beside.may_wait
    assert isinstance(await database.read(read_standing, waiting), Wait)
    alone = await database.run(booked, world, IVAN, "nab-pres-pm", cause="alone")
    assert not alone.may_wait
    assert (await database.run(booked, world, IVAN, "nab-pres-pm", cause="alone")).may_wait


async def test_an_old_button_of_a_visit_one_has_shows_the_seat(database: Database, world: World) -> None:
    ticket = (await database.run(booked, world, EMMA, "nab-am")).ticket
    here = await database.run(book, world, EMMA, "nab-am", visit_version=9, cause="old")
    elsewhere = await database.run(book, world, EMMA, "nab-pres-pm", visit_version=9)
    assert isinstance(here, Refused)
    assert isinstance(here.refusal, AlreadyBooked)
    assert here.refusal.booking.id == ticket.booking.id
    assert isinstance(elsewhere, Refused)
    assert elsewhere.refusal == Changed()


@pytest.mark.parametrize(
    ("lease", "stays"),
    [(LEASE, False), (Lease(token="tap-1", until=LEASE.until, edits=None), True), (None, True)],
    ids=["shown there", "shown on a message of its own", "told later"],
)
async def test_a_ticket_left_for_another_has_no_card_where_the_new_one_is_shown(
    database: Database, world: World, lease: Lease | None, stays: bool
) -> None:
    old = (await database.run(booked, world, EMMA, "nab-am")).ticket.booking
    card = {"delegate_id": world.people[EMMA], "booking_id": old.id}
    await database.run(cards.put, **card, message_id=MESSAGE)
    await database.run(booked, world, EMMA, "pres-am", giving_up=((old.id, 1),), lease=lease)
    assert (await database.read(cards.read, **card) == MESSAGE) is stays


async def test_a_first_seat_leaves_other_cards_alone(database: Database, world: World) -> None:
    old = (await database.run(booked, world, EMMA, "nab-am")).ticket.booking
    card = {"delegate_id": world.people[EMMA], "booking_id": old.id}
    await database.run(cards.put, **card, message_id=MESSAGE)
    await database.run(booked, world, EMMA, "nab-pres-pm", lease=LEASE)
    assert await database.read(cards.read, **card) == MESSAGE


@pytest.mark.parametrize("shown_on", [MESSAGE, None])
async def test_a_ticket_given_back_has_no_card_where_that_is_said(
    database: Database, world: World, shown_on: int | None
) -> None:
    old = (await database.run(booked, world, EMMA, "nab-am")).ticket.booking
    card = {"delegate_id": world.people[EMMA], "booking_id": old.id}
    await database.run(cards.put, **card, message_id=MESSAGE)
    await database.run(release, world, EMMA, old.id, shown_on=shown_on)
    assert await database.read(cards.read, **card) == (MESSAGE if shown_on is None else None)
