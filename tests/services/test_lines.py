"""Lines that are over: each party is told once, however many processes look; the parts of a party are told together."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import select

from bot.services.auditing import find_deviations
from bot.services.booking import Booked, book_seat, release_seat
from bot.services.lines import end_line, serve_lines
from bot.services.standing import Wait
from bot.services.waiting import accept_offer, change_wish, join_line
from storage import Tx, bookings, queue, tables, visits
from storage.database import Database
from storage.records import Booking, BookingState, VisitState
from tests.makers import OPEN
from tests.services.world import Document, World, document, put_party, settle, table, visit_of

FULL = "pres-am"


def _asked(world: World, who: int) -> dict[str, Any]:
    return {"delegate_id": world.people[who], "congress": world.congress, "now": OPEN}


def full(tx: Tx, file: Document | None = None) -> World:
    """Two seats, taken; the second person waits alone, the third with a companion, and one of them would go alone."""
    world = settle(tx, people=4, file=file)
    visit = visit_of(tx, FULL)
    for who in (0, 3):
        booked = book_seat(tx, visit_id=visit.id, visit_version=1, cause=f"book/{who}", **_asked(world, who))
        assert isinstance(booked, Booked)
    assert isinstance(join_line(tx, visit_id=visit.id, cause="join", **_asked(world, 1)), Wait)
    put_party(tx, world.people[2], FULL, "Boris", congress=world.congress)
    party = join_line(tx, visit_id=visit.id, party=2, cause="party", **_asked(world, 2))
    assert isinstance(party, Wait)
    change_wish(tx, booking_id=party.booking.id, booking_version=1, fewer=True, **_asked(world, 2))
    return world


def cancel(tx: Tx) -> None:
    visits.change_visit(tx, visit_of(tx, FULL).id, version_up=True, state=VisitState.CANCELLED)


def full_and_final(tx: Tx) -> World:
    """The same where the names of who travels go to an airline when sign-up closes."""
    of = document()
    table(of, "visits", FULL)["names_final"] = True
    return full(tx, of)


def told(tx: Tx) -> list[Any]:
    return list(tx.execute(select(tables.outbox).where(tables.outbox.c.kind == "line-over")))


def row_of(tx: Tx, booking_id: int) -> Booking:
    booking = bookings.read(tx, booking_id)
    assert booking is not None
    return booking


async def test_however_many_look_at_once_each_party_is_told_once(database: Database) -> None:
    world = await database.run(full)
    await database.run(cancel)
    ended = await asyncio.gather(
        *(database.run(serve_lines, congress=world.congress, now=OPEN + timedelta(seconds=each)) for each in range(4))
    )
    assert sum(ended) == 2
    messages = await database.read(told)
    assert sorted(row.delegate_id for row in messages) == sorted(world.people[1:3])
    assert (await database.read(visit_of, FULL)).waiting == 0
    assert not await database.read(find_deviations, now=OPEN, real_now=OPEN)


async def test_a_party_with_an_open_offer_for_a_part_is_told_together(database: Database) -> None:
    world = await database.run(full)
    await database.run(offer_a_part, world)
    await database.run(cancel)
    await database.run(serve_lines, congress=world.congress, now=OPEN)
    messages = await database.read(told)
    (only,) = [row for row in messages if row.delegate_id == world.people[2]]
    assert (await database.read(row_of, only.booking_id)).party == 2
    visit = await database.read(visit_of, FULL)
    assert (visit.seats_taken, visit.waiting) == (0, 0)
    assert not await database.read(find_deviations, now=OPEN, real_now=OPEN)


def offer_a_part(tx: Tx, world: World) -> Booking:
    """Both seats are given back: one is offered to who waits alone, one to the party of two."""
    visit = visit_of(tx, FULL)
    for who in (0, 3):
        held = bookings.live_on(tx, visit_id=visit.id, delegate_id=world.people[who])
        assert held is not None
        release_seat(tx, booking_id=held.id, booking_version=1, cause=f"give/{who}", **_asked(world, who))
    offered = next(each for each in queue.offers_on(tx, visit.id) if each.delegate_id == world.people[2])
    assert offered.party == 1
    return offered


async def test_when_a_part_travels_the_rest_is_told_at_departure(database: Database) -> None:
    world = await database.run(full)
    offered = await database.run(offer_a_part, world)
    taken = await database.run(
        accept_offer, booking_id=offered.id, booking_version=offered.version, cause="take", **_asked(world, 2)
    )
    assert isinstance(taken, Booked)
    visit = await database.read(visit_of, FULL)
    await database.run(serve_lines, congress=world.congress, now=visit.leaves_at - timedelta(seconds=1))
    assert world.people[2] not in [row.delegate_id for row in await database.read(told)]
    await database.run(serve_lines, congress=world.congress, now=visit.leaves_at)
    (only,) = [row for row in await database.read(told) if row.delegate_id == world.people[2]]
    assert only.booking_id != offered.id


async def test_a_line_that_is_not_over_stays_whoever_asks(database: Database) -> None:
    world = await database.run(full)
    visit = await database.read(visit_of, FULL)
    assert await database.run(end_line, visit.id, congress=world.congress, now=OPEN) == 0
    assert (await database.read(visit_of, FULL)).waiting == 2
    assert await database.read(told) == []


async def test_where_names_are_final_the_line_ends_with_the_sign_up_and_an_open_offer_stands(
    database: Database,
) -> None:
    world = await database.run(full_and_final)
    offered = await database.run(offer_a_part, world)
    final = replace(world.congress, rules=replace(world.congress.rules, closes_at=OPEN + timedelta(minutes=5)))
    await database.run(serve_lines, congress=final, now=OPEN + timedelta(minutes=6))
    assert (await database.read(row_of, offered.id)).state is BookingState.OFFERED
    assert await database.read(told) == []  # both hold offers, and the rest of the party waits for what becomes of its


async def test_who_gives_back_the_part_that_travels_waits_for_the_rest_no_more(database: Database) -> None:
    world = await database.run(full)
    offered = await database.run(offer_a_part, world)
    asked = _asked(world, 2)
    taken = await database.run(
        accept_offer, booking_id=offered.id, booking_version=offered.version, cause="take", **asked
    )
    assert isinstance(taken, Booked)
    mine = taken.ticket.booking
    rest = await database.read(queue.rest_of, mine.id)
    assert rest is not None
    await database.run(release_seat, booking_id=mine.id, booking_version=mine.version, cause="give back", **asked)
    assert (await database.read(row_of, rest.id)).state is BookingState.RELEASED
    assert (await database.read(visit_of, FULL)).waiting == 0
    assert not await database.read(find_deviations, now=OPEN, real_now=OPEN)
