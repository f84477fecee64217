"""A change of mind: one rider given back, undone within the minute, a party moved as a whole; nothing lost between."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.rules.booking import AlreadyBooked, AlreadyReleased, Changed, NoSeats
from bot.rules.changing import UNDO, UndoIsOver
from bot.services.auditing import find_deviations
from bot.services.booking import Booked, Refused, Released, Ticket, ticket_of, tickets_of
from bot.services.changing import Moves, NotUndone, moves_of, release_rider, undo_release
from bot.services.standing import Offered, Wait, standing_of
from bot.services.waiting import accept_offer, join_line
from storage import Tx, drafts, tables
from storage.database import Database
from storage.records import Booking, BookingState, Lease
from tests.house import at
from tests.makers import OPEN
from tests.services.test_booking import (
    DANA,
    EMMA,
    IVAN,
    LEASE,
    book,
    booked,
    outbox_rows,
    release,
    taken,
    unchanged,
)
from tests.services.world import World, put_party, settle, visit_of

SECOND = timedelta(seconds=1)


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def party(tx: Tx, /, world: World, who: int, key: str, *names: str) -> Ticket:
    """Book the person with these companions; return the ticket as it is stored."""
    put_party(tx, world.people[who], key, *names, congress=world.congress)
    outcome = booked(tx, world, who, key, party=1 + len(names))
    ticket = ticket_of(tx, booking_id=outcome.ticket.booking.id, delegate_id=world.people[who])
    assert isinstance(ticket, Ticket)
    return ticket


def drop(tx: Tx, /, world: World, who: int, booking: Booking, rider: int, **changes: Any) -> Any:
    """Give back the seat of the rider at this place of the party."""
    usual: dict[str, Any] = {
        "delegate_id": world.people[who],
        "booking_id": booking.id,
        "booking_version": booking.version,
        "rider_id": booking.riders[rider].id,
        "congress": world.congress,
        "now": OPEN,
        "cause": f"drop/{booking.id}/{booking.version}/{rider}",
    }
    return release_rider(tx, **usual | changes)


def undo(tx: Tx, /, world: World, who: int, booking: Booking, **changes: Any) -> Any:
    usual: dict[str, Any] = {
        "delegate_id": world.people[who],
        "booking_id": booking.id,
        "booking_version": booking.version,
        "congress": world.congress,
        "now": OPEN + SECOND,
        "cause": f"undo/{booking.id}/{booking.version}",
    }
    return undo_release(tx, **usual | changes)


def of(tx: Tx, /, world: World, who: int) -> list[tuple[str, list[str]]]:
    """The person's tickets: the visit and who travels."""
    held = tickets_of(tx, delegate_id=world.people[who])
    return [(ticket.visit.key, [rider.name for rider in ticket.booking.riders]) for ticket in held]


async def sound(database: Database) -> None:
    """Assert that counters, parties and messages agree."""
    assert await database.read(find_deviations, now=OPEN + SECOND, real_now=OPEN + SECOND) == ()


# One rider of a party.


@pytest.mark.parametrize(("rider", "left"), [(0, ["Zoë", "Ән"]), (1, ["Person 1", "Ән"]), (2, ["Person 1", "Zoë"])])
async def test_one_seat_of_a_party_is_given_back_and_the_others_travel_on(
    database: Database, world: World, rider: int, left: list[str]
) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë", "Ән")
    outcome = await database.run(drop, world, EMMA, ticket.booking, rider)
    assert isinstance(outcome, Released)
    assert outcome.booking.state is BookingState.RELEASED
    assert [each.name for each in outcome.booking.riders] == [ticket.booking.riders[rider].name]
    assert outcome.in_calendar is False  # the others still go: nothing is to be taken out of a calendar
    assert await database.read(of, world, EMMA) == [("nab-am", left)]
    assert await database.read(taken, "nab-am") == (2, [0, 2])
    await sound(database)


async def test_seats_given_back_end_their_card_and_the_seat_of_one_changes_that_of_the_party(
    database: Database, world: World
) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë", "Ән")
    await database.run(drop, world, EMMA, ticket.booking, 2)
    cards = [row.booking_id for row in await database.read(outbox_rows) if row.kind == "card"]
    assert cards == [ticket.booking.id]  # who travels on has the card; the part that ended never had one
    alone = await database.run(booked, world, IVAN, "nab-am")
    await database.run(release, world, IVAN, alone.ticket.booking.id)
    cards = [row.booking_id for row in await database.read(outbox_rows) if row.kind == "card"]
    assert cards == [ticket.booking.id, alone.ticket.booking.id]


async def test_a_party_that_moves_leaves_names_typed_for_another_visit_alone(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    await database.run(put_party, world.people[EMMA], "nab-pres-pm", "Ән", congress=world.congress)
    assert isinstance(await database.run(move, world, EMMA, ticket.booking, "pres-am"), Booked)
    assert await database.read(drafts.read, world.people[EMMA], now=OPEN) is not None


async def test_a_repeated_tap_gives_back_one_seat(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë", "Ән")
    first = await database.run(drop, world, EMMA, ticket.booking, 1)
    again = await unchanged(database, drop, world, EMMA, ticket.booking, 1)
    assert again.booking == first.booking


async def test_an_old_button_a_strangers_and_a_single_seat_give_nothing_back(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    assert (await unchanged(database, drop, world, EMMA, ticket.booking, 1, booking_version=9)).refusal == Changed()
    assert await unchanged(database, drop, world, IVAN, ticket.booking, 1) is None
    assert await unchanged(database, drop, world, EMMA, ticket.booking, 1, rider_id=9999) is None
    await database.run(drop, world, EMMA, ticket.booking, 1)
    (alone,) = await database.read(tickets_of, delegate_id=world.people[EMMA])
    assert await unchanged(database, drop, world, EMMA, alone.booking, 0) is None  # all of it is the other button
    await database.run(release, world, EMMA, alone.booking.id, version=alone.booking.version)
    gone = await unchanged(database, drop, world, EMMA, alone.booking, 0, cause="later")
    assert gone.refusal == AlreadyReleased()


async def test_the_seat_goes_to_the_head_of_the_line(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "pres-am", "Zoë")

    def wait(tx: Tx) -> Any:
        return join_line(
            tx,
            delegate_id=world.people[IVAN],
            visit_id=visit_of(tx, "pres-am").id,
            congress=world.congress,
            now=OPEN,
            cause="join",
        )

    assert isinstance(await database.run(wait), Wait)
    outcome = await database.run(drop, world, EMMA, ticket.booking, 1)
    (standing,) = await database.read(standing_of, delegate_id=world.people[IVAN])
    assert isinstance(standing, Offered)
    # It has been offered to somebody: it cannot be had again.
    undone = await unchanged(database, undo, world, EMMA, outcome.booking)
    assert isinstance(undone, NotUndone)
    assert undone.refusal == NoSeats(left=0, largest=0)


# Undo.


async def test_seats_given_back_by_mistake_are_had_again_under_the_same_code(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë", "Ән")
    released = await database.run(release, world, EMMA, ticket.booking.id)
    assert isinstance(released, Released)
    lease = Lease(token="undo", until=LEASE.until, edits=5)
    outcome = await database.run(undo, world, EMMA, released.booking, lease=lease)
    assert isinstance(outcome, Booked)
    assert outcome.ticket.booking.code == ticket.booking.code
    assert await database.read(of, world, EMMA) == [("nab-am", ["Person 1", "Zoë", "Ән"])]
    assert await database.read(taken, "nab-am") == (3, [0, 3])
    *_, message = await database.read(outbox_rows)
    assert (message.kind, message.token, message.edits) == ("ticket", "undo", 5)  # nobody has a seat without being told
    assert "card" in {row.kind for row in await database.read(outbox_rows) if row.state == "due"}
    await sound(database)
    again = await unchanged(database, undo, world, EMMA, released.booking)
    assert isinstance(again, Booked)
    assert again.ticket.booking == outcome.ticket.booking
    stale = await unchanged(database, undo, world, EMMA, released.booking, cause="a second tap")
    assert stale.refusal == Changed()


async def test_one_rider_goes_back_to_the_party(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë", "Ән")
    released = await database.run(drop, world, EMMA, ticket.booking, 1)
    outcome = await database.run(undo, world, EMMA, released.booking)
    assert isinstance(outcome, Booked)
    assert outcome.ticket.booking.id == ticket.booking.id
    assert sorted(rider.name for rider in outcome.ticket.booking.riders) == ["Person 1", "Zoë", "Ән"]
    # The card may be on its way with the party as it was in between: an edit follows.
    assert "card" in {row.kind for row in await database.read(outbox_rows) if row.state == "due"}
    assert await database.read(taken, "nab-am") == (3, [0, 3])
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(tables.bookings))) == 1
    await sound(database)


async def test_a_rider_whose_party_has_gone_is_not_brought_back(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    released = await database.run(drop, world, EMMA, ticket.booking, 1)
    await database.run(release, world, EMMA, ticket.booking.id, version=2)
    assert (await unchanged(database, undo, world, EMMA, released.booking)).refusal == Changed()


async def test_after_the_minute_and_for_others_there_is_no_undo(database: Database, world: World) -> None:
    ticket = (await database.run(booked, world, EMMA, "nab-am")).ticket
    released = await database.run(release, world, EMMA, ticket.booking.id)
    late = await unchanged(database, undo, world, EMMA, released.booking, now=OPEN + UNDO + SECOND)
    assert late.refusal == UndoIsOver()
    assert await unchanged(database, undo, world, IVAN, released.booking) is None


async def test_a_seat_that_somebody_took_within_the_minute_is_theirs(database: Database, world: World) -> None:
    ticket = (await database.run(booked, world, EMMA, "pres-am")).ticket
    await database.run(booked, world, IVAN, "pres-am")
    released = await database.run(release, world, EMMA, ticket.booking.id)
    await database.run(booked, world, DANA, "pres-am")
    outcome = await unchanged(database, undo, world, EMMA, released.booking)
    assert outcome.refusal == NoSeats(left=0, largest=0)


async def test_a_seat_taken_again_by_hand_is_not_doubled(database: Database, world: World) -> None:
    ticket = (await database.run(booked, world, EMMA, "nab-am")).ticket
    released = await database.run(release, world, EMMA, ticket.booking.id)
    await database.run(booked, world, EMMA, "nab-am", cause="again")
    outcome = await unchanged(database, undo, world, EMMA, released.booking)
    assert isinstance(outcome.refusal, AlreadyBooked)


# Moves.


def move(tx: Tx, /, world: World, who: int, booking: Booking, key: str, **changes: Any) -> Any:
    giving_up = ((booking.id, booking.version),)
    return book(tx, world, who, key, giving_up=giving_up, moving=True, cause=f"move/{booking.id}/{key}", **changes)


async def test_a_whole_party_moves_in_one_transaction(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë", "Ән")
    outcome = await database.run(move, world, EMMA, ticket.booking, "nab-pres-pm")
    assert isinstance(outcome, Refused)  # two seats are too few for three: nothing has moved
    assert outcome.refusal == NoSeats(left=2, largest=2)
    assert await database.read(of, world, EMMA) == [("nab-am", ["Person 1", "Zoë", "Ән"])]
    outcome = await database.run(move, world, EMMA, ticket.booking, "karaganda-day")
    assert isinstance(outcome, Booked)
    assert [visit.key for visit in outcome.given_up] == ["nab-am"]
    assert await database.read(of, world, EMMA) == [("karaganda-day", ["Person 1", "Zoë", "Ән"])]
    assert await database.read(taken, "nab-am") == (0, [0, 0])
    await sound(database)


async def test_a_companion_who_travels_alone_is_not_changed_for_the_owner(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    await database.run(drop, world, EMMA, ticket.booking, 0)
    (left,) = await database.read(tickets_of, delegate_id=world.people[EMMA])
    await database.run(move, world, EMMA, left.booking, "pres-am")
    assert await database.read(of, world, EMMA) == [("pres-am", ["Zoë"])]


async def test_a_move_of_somebody_elses_seat_moves_nothing(database: Database, world: World) -> None:
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    outcome = await unchanged(database, move, world, IVAN, ticket.booking, "pres-am")
    assert outcome.refusal == Changed()


async def test_moves_are_those_that_would_work_and_full_ones_to_wait_for(database: Database, world: World) -> None:
    for who in (IVAN, DANA):
        await database.run(booked, world, who, "pres-am")
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")
    shown = await database.read(
        moves_of, delegate_id=world.people[EMMA], booking_id=ticket.booking.id, congress=world.congress, now=OPEN
    )
    assert isinstance(shown, Moves)
    assert [visit.key for visit in shown.free] == ["nab-pres-pm", "aitu-walk", "karaganda-day"]
    assert [visit.key for visit in shown.full] == ["pres-am"]
    for visit in shown.free:
        assert isinstance(await database.run(_then_back, world, ticket.booking, visit.key), Booked)


def _then_back(tx: Tx, /, world: World, booking: Booking, key: str) -> Any:
    """Move, and leave the world as it was."""
    point = tx.begin_nested()
    outcome = move(tx, world, EMMA, booking, key)
    point.rollback()
    return outcome


async def test_a_party_waits_for_a_full_visit_with_its_seats_and_its_names(database: Database, world: World) -> None:
    first = await database.run(party, world, IVAN, "pres-am", "Olga")
    ticket = await database.run(party, world, EMMA, "nab-am", "Zoë")

    def wait(tx: Tx) -> Any:
        return join_line(
            tx,
            delegate_id=world.people[EMMA],
            visit_id=visit_of(tx, "pres-am").id,
            party=2,
            replaces=ticket.booking.id,
            congress=world.congress,
            now=OPEN,
            cause="join",
        )

    assert isinstance(await database.run(wait), Wait)
    await database.run(release, world, IVAN, first.booking.id)
    (standing,) = await database.read(standing_of, delegate_id=world.people[EMMA])
    assert isinstance(standing, Offered)
    offered = standing.ticket.booking
    await database.run(
        accept_offer,
        delegate_id=world.people[EMMA],
        booking_id=offered.id,
        booking_version=offered.version,
        congress=world.congress,
        now=at("08-19 11:00"),
        cause="accept",
    )
    assert await database.read(of, world, EMMA) == [("pres-am", ["Person 1", "Zoë"])]
    await sound(database)
