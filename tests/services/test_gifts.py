"""A seat given to a colleague by a link: it changes hands once, is never free between, and both are told."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.rules.booking import AlreadyBooked, Clashes
from bot.rules.gifts import LIFE, GiftGone, OwnGift
from bot.services.auditing import find_deviations
from bot.services.booking import Booked
from bot.services.drafts import BadName
from bot.services.gifts import (
    Given,
    Giving,
    NotTaken,
    Present,
    begin_gift,
    make_gift,
    present_of,
    take_gift,
    withdraw_gift,
)
from bot.services.messages import GivenFacts
from bot.services.standing import Wait, standing_of
from bot.services.waiting import join_line
from storage import Tx, answers, tables
from storage.database import Database
from storage.records import Answers, Booking
from tests.makers import OPEN
from tests.services.test_booking import DANA, EMMA, IVAN, booked, outbox_rows, release, taken, unchanged
from tests.services.test_changing import drop, of, party
from tests.services.test_messages import facts as said
from tests.services.world import World, settle, visit_of

SECOND = timedelta(seconds=1)
TOKEN, OTHER = "A" * 16, "B" * 16


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def give(
    tx: Tx, /, world: World, who: int, booking: Booking, rider: int = 0, *, token: str = TOKEN, **changes: Any
) -> Any:
    """Ask for the name and type it, as the handlers do."""
    begun = begin_gift(
        tx,
        delegate_id=world.people[who],
        booking_id=booking.id,
        rider_id=booking.riders[rider].id,
        message_id=None,
        congress=world.congress,
        now=OPEN,
    )
    assert isinstance(begun, Giving), begun
    usual: dict[str, Any] = {
        "delegate_id": world.people[who],
        "typed": "Amina Saparova",
        "token": token,
        "congress": world.congress,
        "now": OPEN,
        "cause": f"give/{token[:1]}",
    }
    return make_gift(tx, **usual | changes)


def take(tx: Tx, /, world: World, who: int, token: str = TOKEN, **changes: Any) -> Any:
    usual: dict[str, Any] = {
        "delegate_id": world.people[who],
        "token": token,
        "congress": world.congress,
        "now": OPEN + SECOND,
        "cause": f"take/{who}/{token[:1]}",
    }
    return take_gift(tx, **usual | changes)


async def sound(database: Database) -> None:
    assert await database.read(find_deviations, now=OPEN + SECOND, real_now=OPEN + SECOND) == ()


async def test_the_seat_changes_hands_on_its_bus_and_both_are_told(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    assert isinstance(await database.run(give, world, EMMA, ticket.booking), Given)
    shown = await database.read(
        present_of, delegate_id=world.people[IVAN], token=TOKEN, congress=world.congress, now=OPEN
    )
    assert isinstance(shown, Present)
    assert (shown.giver.name, shown.visit.key, shown.gift.name) == ("Person 1", "nab-am", "Amina Saparova")
    outcome = await database.run(take, world, IVAN)
    assert isinstance(outcome, Booked)
    bus = (await database.read(visit_of, "nab-am")).bus(ticket.booking.bus_id)
    assert bus is not None
    assert bus.roster_version == 3  # once for each change of who sits there
    assert outcome.ticket.booking.bus_id == bus.id
    assert await database.read(of, world, EMMA) == []
    assert await database.read(of, world, IVAN) == [("nab-am", ["Person 2"])]
    assert await database.read(taken, "nab-am") == (1, [1, 0])
    kinds = [(row.kind, row.delegate_id) for row in await database.read(outbox_rows)]
    emma, ivan = world.people[EMMA], world.people[IVAN]
    assert kinds[1:] == [("card", emma), ("ticket", ivan), ("given", emma)]
    await sound(database)


async def test_what_the_giver_is_told_names_who_has_the_seat_now(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    await database.run(give, world, EMMA, ticket.booking)
    await database.run(take, world, IVAN)

    [facts] = await said(database, world, "given", now=OPEN + SECOND)
    assert isinstance(facts, GivenFacts)
    assert (facts.taker, facts.visit.key, facts.reader.id) == ("Person 2", "nab-am", world.people[EMMA])


async def test_one_of_a_party_gives_their_seat_and_the_others_travel(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë", "Ән")
    await database.run(give, world, EMMA, ticket.booking, 1)
    await database.run(take, world, IVAN)
    assert await database.read(of, world, EMMA) == [("nab-am", ["Person 1", "Ән"])]
    assert await database.read(of, world, IVAN) == [("nab-am", ["Person 2"])]
    assert await database.read(taken, "nab-am") == (3, [0, 3])
    await sound(database)


async def test_a_link_works_once_and_a_repeat_of_the_tap_answers_the_same(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    await database.run(give, world, EMMA, ticket.booking)
    first = await database.run(take, world, IVAN)
    again = await unchanged(database, take, world, IVAN)
    assert again.ticket.booking == first.ticket.booking
    for who in (DANA, EMMA):
        late = await unchanged(database, take, world, who)
        assert late.refusal == GiftGone()


async def test_of_two_who_take_it_at_once_one_has_it(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    await database.run(give, world, EMMA, ticket.booking)
    outcomes = await asyncio.gather(*(database.run(take, world, who) for who in (IVAN, DANA)))
    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Booked", "NotTaken"]
    assert await database.read(taken, "nab-am") == (1, [1, 0])
    await sound(database)


async def test_the_waiting_list_is_not_passed_and_gets_nothing_that_was_never_free(
    database: Database, world: World
) -> None:
    ticket = await database.run(party, world, EMMA, "pres-am", "Zoë")

    def wait(tx: Tx) -> Any:
        return join_line(
            tx,
            delegate_id=world.people[DANA],
            visit_id=visit_of(tx, "pres-am").id,
            congress=world.congress,
            now=OPEN,
            cause="join",
        )

    assert isinstance(await database.run(wait), Wait)
    await database.run(give, world, EMMA, ticket.booking, 1)
    assert isinstance(await database.run(take, world, IVAN), Booked)
    (standing,) = await database.read(standing_of, delegate_id=world.people[DANA])
    assert isinstance(standing, Wait)
    assert standing.place == 1


async def test_the_link_is_void_once_the_seat_is_not_the_givers(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    await database.run(give, world, EMMA, ticket.booking, 1)
    await database.run(drop, world, EMMA, ticket.booking, 1)
    assert (await unchanged(database, take, world, IVAN)).refusal == GiftGone()
    alone = await database.run(party, world, DANA, "pres-am")
    await database.run(give, world, DANA, alone.booking, token=OTHER)
    await database.run(release, world, DANA, alone.booking.id)
    assert (await unchanged(database, take, world, IVAN, OTHER)).refusal == GiftGone()


async def test_a_new_link_for_a_seat_voids_the_former_one(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    await database.run(give, world, EMMA, ticket.booking)
    await database.run(give, world, EMMA, ticket.booking, token=OTHER)
    assert (await unchanged(database, take, world, IVAN)).refusal == GiftGone()
    assert isinstance(await database.run(take, world, IVAN, OTHER), Booked)


async def test_a_link_taken_back_or_too_old_gives_nothing(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    given = await database.run(give, world, EMMA, ticket.booking)
    late = await unchanged(database, take, world, IVAN, now=OPEN + LIFE)
    assert late.refusal == GiftGone()

    def back(tx: Tx, who: int) -> Any:
        return withdraw_gift(
            tx, delegate_id=world.people[who], gift_id=given.gift.id, congress=world.congress, now=OPEN
        )

    assert await unchanged(database, back, IVAN) is None
    assert (await database.run(back, EMMA)).links == ()
    assert (await unchanged(database, take, world, IVAN, cause="later")).refusal == GiftGone()


async def test_nobody_takes_their_own_seat_or_two_at_one_time(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    await database.run(give, world, EMMA, ticket.booking, 1)
    assert (await unchanged(database, take, world, EMMA)).refusal == OwnGift()
    await database.run(booked, world, IVAN, "pres-am")
    assert isinstance((await unchanged(database, take, world, IVAN)).refusal, Clashes)
    await database.run(booked, world, DANA, "nab-am")
    assert isinstance((await unchanged(database, take, world, DANA)).refusal, AlreadyBooked)


async def test_no_name_makes_no_link_and_a_repeat_makes_no_second(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    bad = await database.run(give, world, EMMA, ticket.booking, typed="\u202e")
    assert isinstance(bad, BadName)
    first = await database.run(give, world, EMMA, ticket.booking)
    again = await database.run(
        make_gift,
        delegate_id=world.people[EMMA],
        typed="Amina Saparova",
        token=OTHER,
        congress=world.congress,
        now=OPEN,
        cause=f"give/{TOKEN[:1]}",
    )
    assert isinstance(again, Given)
    assert again.gift.id == first.gift.id
    rows = await database.read(lambda tx: tx.execute(select(tables.gifts)).all())
    assert len(rows) == 1
    # The link that was never shown works no more, the one that is shown does.
    assert isinstance(await unchanged(database, take, world, IVAN), NotTaken)
    assert isinstance(await database.run(take, world, IVAN, OTHER), Booked)


async def test_the_links_secret_is_nowhere_in_the_database(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    await database.run(give, world, EMMA, ticket.booking)

    def everything(tx: Tx) -> str:
        return repr([tx.execute(select(table)).all() for table in tables.metadata.tables.values()])

    assert TOKEN not in await database.read(everything)


async def test_a_seat_that_a_colleague_took_is_not_counted_as_freed(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am")
    await database.run(give, world, EMMA, ticket.booking)
    await database.run(take, world, IVAN)
    visit = await database.read(visit_of, "nab-am")
    counted = await database.read(answers.count, visit_id=visit.id, asked_at=OPEN)
    assert list(counted.values()) == [Answers(coming=1)]
