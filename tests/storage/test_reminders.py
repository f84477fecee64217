"""Reminders: made once when they are due, to those who held a seat by then; looked at again when they are sent."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select, update

from bot.rules.reminding import Stale
from bot.services import reminders
from storage import Tx, claiming, congress, sending
from storage.database import Database
from storage.records import BookingState, Message, MessageClass, MessageState, VisitState
from storage.sending import Outcome
from storage.tables import bookings, buses, delegates, visits
from storage.tables import outbox as table
from tests.storage.rows import (
    EVENING,
    HOUR_BEFORE,
    put_booking,
    put_bus,
    put_congress,
    put_delegate,
    put_visit,
)

MINUTE = timedelta(minutes=1)
LEAVES = datetime(2025, 8, 22, 4, tzinfo=UTC)
"""09:00 in Astana."""
EVE = datetime(2025, 8, 21, 14, tzinfo=UTC)
"""19:00 in Astana on the evening before."""
BEFORE = LEAVES - 60 * MINUTE
LONG_AGO = datetime(2025, 8, 18, tzinfo=UTC)
REAL = datetime(2026, 11, 1, tzinfo=UTC)


class World:
    """One visit with one bus, and the reminder rules of the test."""

    def __init__(self, tx: Tx, *, rules: tuple[dict[str, Any], ...] = (EVENING, HOUR_BEFORE)) -> None:
        put_congress(tx, reminders=rules, now=LONG_AGO)
        self.visit = put_visit(tx, leaves_at=LEAVES)
        self.bus = put_bus(tx, self.visit, departs_at=LEAVES)
        self.people = 0

    def book(
        self, tx: Tx, /, *, given_at: datetime = LONG_AGO, person: dict[str, Any] | None = None, **seat: Any
    ) -> int:
        """Give a new person a seat."""
        self.people += 1
        delegate = put_delegate(tx, **{"telegram_id": self.people, "now": LONG_AGO, **(person or {})})
        return put_booking(tx, self.visit, self.bus, delegate, **{"given_at": given_at, **seat})


async def plan(database: Database, now: datetime) -> int:
    return await database.run(reminders.plan_due_reminders, now=now)


async def made(database: Database) -> list[tuple[str, str]]:
    rows = await database.read(lambda tx: tx.execute(select(table.c.key, table.c.state).order_by(table.c.id)).all())
    return [(row.key, row.state) for row in rows]


async def end_all(database: Database, state: MessageState) -> None:
    """Bring every reminder made so far to its end."""
    await database.run(lambda tx: tx.execute(update(table).values(state=state)))


async def move(database: Database, departs_at: datetime) -> None:
    def to(tx: Tx) -> None:
        tx.execute(update(visits).values(leaves_at=departs_at, returns_at=departs_at + timedelta(hours=4)))
        tx.execute(update(buses).values(departs_at=departs_at, boards_at=departs_at - 20 * MINUTE))

    await database.run(to)


def set_state(tx: Tx, state: VisitState) -> None:
    tx.execute(update(visits).values(state=state))


def evening(booking: int) -> str:
    return f"evening/{booking}/2025-08-21T14:00:00+00:00"


def hour(booking: int, due_at: datetime = BEFORE) -> str:
    return f"hour/{booking}/{due_at.isoformat()}"


async def test_each_reminder_is_made_once_when_its_moment_comes(database: Database) -> None:
    world = await database.run(World)
    first, second = await database.run(world.book), await database.run(world.book)

    assert await plan(database, EVE - MINUTE) == 0
    assert await plan(database, EVE) == 2
    assert await plan(database, EVE + MINUTE) == 0
    assert await plan(database, BEFORE - MINUTE) == 0
    assert await plan(database, BEFORE) == 2
    assert await plan(database, BEFORE) == 0

    keys = [key for key, _ in await made(database)]
    assert keys == [evening(first), evening(second), hour(first), hour(second)]


async def test_what_is_written_says_who_when_and_until_when(database: Database) -> None:
    world = await database.run(World)
    booking = await database.run(world.book)
    await plan(database, EVE)
    await plan(database, BEFORE)

    eve, before = await database.read(lambda tx: tx.execute(select(table).order_by(table.c.id)).all())

    assert (eve.kind, eve.booking_id, eve.state) == (reminders.KIND, booking, MessageState.DUE)
    assert (eve.message_class, before.message_class) == (MessageClass.NORMAL, MessageClass.URGENT)
    assert eve.slots == {"rule": "evening", "due_at": EVE.isoformat()}
    assert (eve.due_at, eve.expires_at, eve.departs_at) == (EVE, EVE + 120 * MINUTE, LEAVES)
    assert (before.due_at, before.expires_at, before.departs_at) == (BEFORE, BEFORE + 50 * MINUTE, LEAVES)


async def test_who_booked_after_the_moment_gets_no_reminder_for_it(database: Database) -> None:
    world = await database.run(World)
    in_time = await database.run(world.book, given_at=BEFORE)
    await database.run(world.book, given_at=BEFORE + timedelta(seconds=1))
    await plan(database, BEFORE + 5 * MINUTE)
    assert await made(database) == [(hour(in_time), MessageState.DUE)]


async def test_only_those_who_hold_a_seat_and_can_be_reached_are_reminded(database: Database) -> None:
    world = await database.run(World)
    for state in set(BookingState) - {BookingState.BOOKED}:
        await database.run(world.book, state=state)
    await database.run(world.book, person={"telegram_id": None})
    await database.run(world.book, person={"consent": None})
    await database.run(world.book, person={"unreachable_since": LONG_AGO})
    assert await plan(database, EVE) == 0

    await database.run(lambda tx: tx.execute(update(delegates).values(unreachable_since=None)))
    assert await plan(database, EVE + MINUTE) == 1


async def test_a_visit_that_does_not_run_reminds_nobody(database: Database) -> None:
    world = await database.run(World)
    await database.run(world.book)
    for state in set(VisitState) - {VisitState.OPEN, VisitState.CLOSED}:
        await database.run(set_state, state)
        assert await plan(database, EVE) == 0
    await database.run(set_state, VisitState.CLOSED)
    assert await plan(database, EVE) == 1


async def test_each_bus_reminds_at_its_own_time_and_a_transfer_or_a_walk_at_the_visits(database: Database) -> None:
    def arrange(tx: Tx) -> list[int]:
        world = World(tx, rules=(HOUR_BEFORE,))
        late = put_bus(tx, world.visit, departs_at=LEAVES + 30 * MINUTE, label="B02")
        airport = put_bus(tx, world.visit, departs_at=LEAVES + 180 * MINUTE, label="B03", transfer=True)
        walk = put_visit(tx, leaves_at=LEAVES, mode="walk")
        seats = [(world.visit, world.bus), (world.visit, late), (world.visit, airport), (walk, None)]
        people = [put_delegate(tx, number, now=LONG_AGO) for number in range(4)]
        return [
            put_booking(tx, visit, bus, person, given_at=LONG_AGO)
            for (visit, bus), person in zip(seats, people, strict=True)
        ]

    early, late, airport, walker = await database.run(arrange)
    assert await plan(database, BEFORE) == 3
    assert {key for key, _ in await made(database)} == {hour(early), hour(airport), hour(walker)}
    assert await plan(database, BEFORE + 30 * MINUTE) == 1
    assert (await made(database))[-1][0] == hour(late, BEFORE + 30 * MINUTE)


async def test_a_departure_moved_by_two_hours_is_reminded_of_again(database: Database) -> None:
    world = await database.run(World)
    booking = await database.run(world.book)
    await plan(database, BEFORE)
    await end_all(database, MessageState.SENT)
    await move(database, LEAVES + 120 * MINUTE)

    assert await plan(database, BEFORE + 10 * MINUTE) == 0
    assert await plan(database, BEFORE + 120 * MINUTE) == 1
    assert (await made(database))[-1] == (hour(booking, BEFORE + 120 * MINUTE), MessageState.DUE)


async def test_a_small_move_is_left_to_the_change_notice(database: Database) -> None:
    world = await database.run(World)
    await database.run(world.book)
    await plan(database, BEFORE)
    await move(database, LEAVES + 29 * MINUTE)
    assert await plan(database, BEFORE + 29 * MINUTE) == 0
    await move(database, LEAVES + 30 * MINUTE)
    assert await plan(database, BEFORE + 30 * MINUTE) == 1


async def test_a_departure_brought_forward_is_reminded_of_again_like_one_put_back(database: Database) -> None:
    world = await database.run(World)
    await database.run(world.book)
    await plan(database, BEFORE)
    await move(database, LEAVES - 29 * MINUTE)
    assert await plan(database, BEFORE) == 0
    await move(database, LEAVES - 30 * MINUTE)
    assert await plan(database, BEFORE) == 1


async def test_the_evening_before_is_told_once_however_the_departure_moves(database: Database) -> None:
    world = await database.run(World, rules=(EVENING,))
    await database.run(world.book)
    await plan(database, EVE)
    for moved in (timedelta(hours=2), timedelta(days=1)):
        await move(database, LEAVES + moved)
        assert await plan(database, EVE + timedelta(days=moved.days)) == 0


async def test_a_reminder_that_was_withdrawn_does_not_stand_in_the_way_of_the_next(database: Database) -> None:
    world = await database.run(World)
    booking = await database.run(world.book)
    await plan(database, BEFORE)
    await end_all(database, MessageState.CANCELLED)  # as moot: the departure had moved by ten minutes
    await move(database, LEAVES + 10 * MINUTE)
    assert await plan(database, BEFORE + 10 * MINUTE) == 1
    # And back again: the first key stands, so its row is made due once more.
    await end_all(database, MessageState.CANCELLED)
    await move(database, LEAVES)
    assert await plan(database, BEFORE + 11 * MINUTE) == 1
    assert await made(database) == [
        (hour(booking), MessageState.DUE),
        (hour(booking, BEFORE + 10 * MINUTE), MessageState.CANCELLED),
    ]


async def test_two_rules_do_not_stand_in_for_each_other(database: Database) -> None:
    last_call = {**HOUR_BEFORE, "id": "hour-2", "minutes_before": 20, "grace_minutes": 15}
    world = await database.run(World, rules=(HOUR_BEFORE, last_call))
    await database.run(world.book)
    assert await plan(database, BEFORE) == 1
    assert await plan(database, LEAVES - 20 * MINUTE) == 1


async def test_forty_minutes_of_downtime_delay_a_reminder_and_an_hour_drops_it(database: Database) -> None:
    world = await database.run(World, rules=(HOUR_BEFORE,))
    await database.run(world.book)
    assert await plan(database, BEFORE + 50 * MINUTE) == 0  # past the grace of 50 minutes: never
    assert await plan(database, BEFORE + 40 * MINUTE) == 1


async def test_a_copy_of_yesterdays_departure_fires_no_old_reminder(database: Database) -> None:
    world = await database.run(World)
    now = LEAVES + timedelta(days=1) - 90 * MINUTE
    booking = await database.run(world.book, given_at=now)
    assert await plan(database, now) == 0  # the copy still has yesterday's times
    await move(database, LEAVES + timedelta(days=1))
    assert await plan(database, now) == 0  # the evening before lay before the booking
    assert await plan(database, now + 30 * MINUTE) == 1
    assert await made(database) == [(hour(booking, BEFORE + timedelta(days=1)), MessageState.DUE)]


async def claimed(database: Database, now: datetime) -> Message:
    [message] = await database.run(claiming.claim, now=now, real_now=REAL, limit=1, lease_seconds=60, token="a")
    return message


def still_holds(tx: Tx, message: Message, *, now: datetime) -> reminders.Reminder | Stale:
    return reminders.still_holds(tx, message, meeting=congress.read(tx), now=now)


async def test_a_reminder_that_holds_is_told_with_the_facts_of_this_moment(database: Database) -> None:
    world = await database.run(World)
    booking = await database.run(world.book)
    await plan(database, BEFORE)
    message = await claimed(database, BEFORE)
    await move(database, LEAVES - 10 * MINUTE)

    found = await database.read(still_holds, message, now=BEFORE)

    assert isinstance(found, reminders.Reminder)
    assert (found.rule.id, found.booking.id, found.visit.id) == ("hour", booking, world.visit)
    assert found.bus is not None
    assert (found.bus.id, found.bus.departs_at) == (world.bus, LEAVES - 10 * MINUTE)


async def test_a_reminder_is_withdrawn_when_the_facts_have_changed(database: Database) -> None:
    world = await database.run(World)
    booking = await database.run(world.book)
    await plan(database, BEFORE)
    message = await claimed(database, BEFORE)

    async def now_it_is(now: datetime = BEFORE) -> object:
        return await database.read(still_holds, message, now=now)

    assert await now_it_is(LEAVES) is Stale.DEPARTED
    await move(database, LEAVES + 10 * MINUTE)
    assert await now_it_is() is Stale.MOVED
    assert isinstance(await now_it_is(BEFORE + 10 * MINUTE), reminders.Reminder)
    await database.run(put_congress, reminders=(EVENING,), now=LONG_AGO)
    assert await now_it_is() is Stale.RULE_GONE
    await database.run(set_state, VisitState.CANCELLED)
    assert await now_it_is() is Stale.NOT_RUNNING
    gone = update(bookings).where(bookings.c.id == booking).values(state=BookingState.RELEASED)
    await database.run(lambda tx: tx.execute(gone))
    assert await now_it_is() is Stale.GIVEN_BACK


async def test_a_reminder_late_by_its_grace_is_never_sent(database: Database) -> None:
    world = await database.run(World)
    booking = await database.run(world.book)
    await plan(database, BEFORE)
    message = await claimed(database, BEFORE)
    given_back = Outcome(id=message.id, token="a", state=MessageState.DUE)
    await database.run(sending.settle, [given_back], now=BEFORE)
    late = await database.run(
        claiming.claim, now=BEFORE + 50 * MINUTE, real_now=REAL, limit=1, lease_seconds=60, token="b"
    )
    assert late == []
    assert await made(database) == [(hour(booking), MessageState.EXPIRED)]


async def test_several_ticks_at_once_make_each_reminder_once(database: Database) -> None:
    world = await database.run(World)
    for _ in range(20):
        await database.run(world.book)
    counted = await asyncio.gather(*[plan(database, EVE) for _ in range(6)])
    assert sum(counted) == len(await made(database)) == 20
