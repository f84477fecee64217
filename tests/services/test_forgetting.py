"""Several leave at the same moment, while others join: seats add up, nobody is passed over, each receipt is its own."""

import asyncio
from typing import Any

from sqlalchemy import select

from bot.clock import real_now
from bot.services.auditing import find_deviations
from bot.services.booking import Booked, book_seat
from bot.services.forgetting import Forgotten, Leaving, forget, look_at_leaving
from bot.services.lines import serve_lines
from bot.services.standing import Wait
from bot.services.waiting import join_line
from storage import Tx, tables
from storage.database import Database
from storage.records import BookingState
from tests.makers import OPEN
from tests.services.world import World, settle, visit_of

FULL = "pres-am"
"""Two seats."""


def prepare(tx: Tx) -> World:
    """Two hold the seats of a visit, two wait for one."""
    world = settle(tx, people=6)
    visit = visit_of(tx, FULL)
    for number, person in enumerate(world.people[:4]):
        asked: dict[str, Any] = {"delegate_id": person, "visit_id": visit.id, "congress": world.congress, "now": OPEN}
        if number < 2:
            done: object = book_seat(tx, visit_version=1, cause=f"update/{number}", **asked)
        else:
            done = join_line(tx, cause=f"update/{number}", **asked)
        assert isinstance(done, Booked if number < 2 else Wait)
    return world


def leave(tx: Tx, world: World, who: int) -> Forgotten | Leaving | None:
    asked = look_at_leaving(tx, delegate_id=world.people[who], telegram_id=who + 1, now=OPEN)
    return forget(
        tx,
        delegate_id=world.people[who],
        key=asked.key,
        congress=world.congress,
        now=OPEN,
        cause=f"update/{100 + who}",
        update_id=100 + who,
    )


def join(tx: Tx, world: World, who: int) -> object:
    return join_line(
        tx,
        delegate_id=world.people[who],
        visit_id=visit_of(tx, FULL).id,
        congress=world.congress,
        now=OPEN,
        cause=f"update/{200 + who}",
    )


def offered(tx: Tx) -> list[int]:
    query = select(tables.bookings.c.delegate_id).where(tables.bookings.c.state == BookingState.OFFERED)
    return sorted(tx.scalars(query))


async def test_who_leaves_at_the_same_moment_is_replaced_in_order(database: Database) -> None:
    world = await database.run(prepare)
    left = asyncio.gather(*(database.run(leave, world, who) for who in (0, 1, 2)))
    joined = asyncio.gather(*(database.run(join, world, who) for who in (4, 5)))
    receipts, _ = await left, await joined
    assert all(isinstance(each, Forgotten) for each in receipts)
    assert len({each.receipt for each in receipts if isinstance(each, Forgotten)}) == 3
    await database.run(serve_lines, congress=world.congress, now=OPEN)  # the tick: somebody was busy
    # Person 2 waited before the others and has left: the seats go to 3 and to the first of the two new ones; who
    # came when a seat was free already was told so.
    holders = await database.read(offered)
    assert len(holders) == 2 or not (await database.read(visit_of, FULL)).waiting
    assert world.people[3] in holders
    assert set(holders) <= set(world.people[3:])
    assert await database.read(find_deviations, now=OPEN, real_now=real_now()) == ()


async def test_a_second_confirmation_finds_nobody_and_a_repeat_the_same_receipt(database: Database) -> None:
    world = await database.run(prepare)
    first, again = await asyncio.gather(*(database.run(leave, world, 0) for _ in range(2)))
    assert isinstance(first, Forgotten)
    assert again == first
    assert await database.run(leave, world, 0) == first
    other = await database.run(
        forget,
        delegate_id=world.people[0],
        key=0,
        congress=world.congress,
        now=OPEN,
        cause="update/999",
        update_id=999,
    )
    assert other is None
