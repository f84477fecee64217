"""Acceptance tests drawn from other systems' bugs: the waiting list, by their numbers in the list of issue 4.

5 accepted and cancelled · 6 an offer at night · 10 the old seat given up while waiting to move · 20 a larger bus.
4, 7, 8 and 9 stand in test_waiting.py.
"""

import asyncio
from functools import partial

from sqlalchemy import func, select

from bot.services.booking import Booked, book_seat
from bot.services.people import agree
from bot.services.standing import Offered, Wait
from bot.services.waiting import join_line
from storage import Tx, tables
from storage.records import BookingState
from tests.house import OPEN, Running, at
from tests.journeys.scenes import answered, congress_of, outbox_of, screen_after, settled, until, visit_of
from tests.journeys.test_waiting import BUS, FULL, _holds, give_back, join, offer, one_seat, own, set_bus, standing
from tests.phone import Phone


async def test_peers_5_accepted_and_cancelled_the_next_is_served_and_the_first_not_again(house: Running) -> None:
    """Within the minute: in the transaction that cancels."""
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    first, second = await house.delegate("First"), await house.delegate("Second")
    await join(house, first)
    await join(house, second)
    await give_back(emma, ticket)
    asked = await offer(first)
    await first.tap("take:", message=asked)
    taken = await first.wait_for(lambda message: message.button("giveq:") is not None, newer_than=asked)
    await give_back(first, taken)
    again = await offer(second)
    await second.tap("take:", message=again)
    await until(partial(_holds, house, second))
    assert len(await outbox_of(house, first, "offer")) == 1
    assert (await own(house, first)).standing == ()


async def test_peers_6_an_offer_of_the_evening_still_stands_in_the_morning(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    waiting = await house.delegate("Waiting")
    await join(house, waiting)
    house.clock.move_to(at("08-20 21:30"))  # four hours to answer, half an hour of them before the clock stops
    await give_back(emma, ticket)
    asked = await offer(waiting)
    assert "11:30" in asked.text
    house.clock.move_to(at("08-21 08:00"))
    await settled(waiting)
    assert isinstance(await standing(house, waiting), Offered)
    await waiting.tap("take:", message=asked)
    await until(partial(_holds, house, waiting))


async def test_peers_6_control_by_day_four_hours_end_an_offer(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    waiting = await house.delegate("Waiting")
    await join(house, waiting)
    house.clock.move_to(at("08-21 10:00"))
    await give_back(emma, ticket)
    await offer(waiting)
    house.clock.move_to(at("08-21 14:00"))
    await waiting.wait_for(lambda message: message.button("join:") is not None)
    assert (await own(house, waiting)).standing == ()


async def test_peers_10_who_gives_the_old_seat_up_while_waiting_to_move_waits_on(house: Running) -> None:
    await one_seat(house)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, FULL)
    mover = await house.delegate("Mover")
    old = await house.book(mover, "nab-am")
    refused = await screen_after(mover, "join:", message=await house.card(mover, FULL))
    await mover.tap("move:", message=refused)
    await mover.wait_for(lambda message: message.button("leave:") is not None)
    await give_back(mover, old)
    await settled(mover)
    stands = await standing(house, mover)
    assert isinstance(stands, Wait)
    assert (stands.place, stands.replaces) == (1, None)
    await give_back(emma, ticket)
    asked = await offer(mover)
    await mover.tap("take:", message=asked)
    await until(partial(_holds, house, mover))


async def test_peers_20_a_bus_of_45_for_one_of_29_brings_16_offers_in_the_same_transaction(house: Running) -> None:
    owner = await house.organizer()
    await set_bus(house, 29)
    phones = [await house.stranger(f"Person {number}", id=2_000 + number) for number in range(47)]
    await house.db.run(crowd, phones, await visit_id(house), congress_of(house))
    assert ((await visit_of(house, FULL)).seats_taken, (await visit_of(house, FULL)).waiting) == (29, 18)
    await asyncio.gather(*(answered(phone, "/my") for phone in phones[29:]))  # who has written may be written to
    watched = asyncio.create_task(_watch(house))
    await answered(owner, f"/seats {BUS} 45")
    for phone in phones[29:45]:
        await offer(phone)
    seen = await watched
    assert {offers for seats, offers in seen if seats == 29} == {0}
    assert {offers for seats, offers in seen if seats == 45} == {16}, "offers came after the seats"
    visit = await visit_of(house, FULL)
    assert (visit.seats_taken, visit.waiting) == (45, 2)
    for phone in phones[45:]:
        assert await outbox_of(house, phone, "offer") == []


async def visit_id(running: Running) -> int:
    return (await visit_of(running, FULL)).id


def crowd(tx: Tx, phones: list[Phone], visit: int, congress: object) -> None:
    """29 sign up, 18 wait."""
    for number, phone in enumerate(phones):
        known = agree(tx, telegram_id=phone.id, name=f"Person {number}", language="en", notice="1", now=OPEN)
        asked = {"delegate_id": known.id, "visit_id": visit, "congress": congress, "now": OPEN, "cause": f"in/{number}"}
        done = book_seat(tx, visit_version=1, **asked) if number < 29 else join_line(tx, **asked)  # type: ignore[arg-type]
        assert isinstance(done, Booked if number < 29 else Wait)
    tx.execute(tables.outbox.delete())  # their tickets are not what this is about


async def _watch(running: Running) -> set[tuple[int, int]]:
    """Look again and again until the seats are 45: each look is one snapshot."""
    seen: set[tuple[int, int]] = set()
    while not any(seats == 45 for seats, _ in seen):
        seen.add(await running.ask(_look))
        await asyncio.sleep(0)
    return seen


def _look(tx: Tx) -> tuple[int, int]:
    offers = select(func.count()).where(tables.bookings.c.state == BookingState.OFFERED).scalar_subquery()
    seats, offered = tx.execute(select(tables.buses.c.seats, offers).where(tables.buses.c.label == BUS)).one()
    return int(seats), int(offered)
