"""The outbox: one row per key, claimed by one sender at a time, ended with what became of it."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Row, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from storage import Tx, cards, claiming, outbox, sending
from storage.database import Database
from storage.records import DeliveryCounts, Lease, Message, MessageClass, MessageState, NewMessage
from storage.sending import Outcome
from storage.tables import delegates
from storage.tables import outbox as table
from tests.storage.rows import put_announcement, put_booking, put_delegate, put_message, put_visit

NOON = datetime(2025, 8, 21, 12, tzinfo=UTC)
REAL = datetime(2026, 11, 1, 8, tzinfo=UTC)
"""Business time and real time lie far apart, so that a mix-up shows."""
LEASE = 60.0
SECOND = timedelta(seconds=1)
OVER = REAL + timedelta(seconds=LEASE)

E = MessageState
TAP = Lease(token="tap", until=REAL + 15 * SECOND, edits=70)


def new(key: str, reader: int, **changes: Any) -> NewMessage:
    told = NewMessage(
        key=key, kind="ticket", delegate_id=reader, due_at=NOON, expires_at=NOON + timedelta(hours=2), slots={"n": 1}
    )
    return replace(told, **changes)


async def reader(database: Database, telegram_id: int | None = 501, **columns: Any) -> int:
    return await database.run(put_delegate, telegram_id, now=NOON, **columns)


async def write(database: Database, *messages: NewMessage) -> list[int]:
    return [await database.run(put_message, message) for message in messages]


async def claim(
    database: Database, *, token: str = "a", now: datetime = NOON, real_now: datetime = REAL, **changes: Any
) -> list[Message]:
    asked = {"limit": 10, "lease_seconds": LEASE, **changes}
    return await database.run(claiming.claim, now=now, real_now=real_now, token=token, **asked)


async def settle(database: Database, *outcomes: Outcome) -> set[int]:
    return await database.run(sending.settle, outcomes, now=NOON)


async def start(database: Database, *ids: int, token: str = "a") -> set[int]:
    """Mark as being sent, so long ago that the readers have rested since; return those that could be."""
    tokens = dict.fromkeys(ids, token)
    turns = await database.run(sending.start_sending, tokens, lease_until=OVER, gap=0 * SECOND)
    long_ago = update(table).values(begun_at=table.c.due_at)
    await database.run(lambda tx: tx.execute(long_ago.where(table.c.begun_at.is_not(None))))
    return set(turns)


async def row(database: Database, message_id: int) -> Row[Any]:
    return await database.read(lambda tx: tx.execute(select(table).where(table.c.id == message_id)).one())


async def state(database: Database, message_id: int) -> str:
    return str((await row(database, message_id)).state)


async def test_a_key_is_written_once(database: Database) -> None:
    someone = await reader(database)
    first = await database.run(put_message, new("ticket/1", someone))
    assert await database.run(put_message, new("ticket/1", someone, slots={"n": 2}), lease=TAP) == first
    assert await database.run(outbox.add_many, [new("ticket/1", someone), new("ticket/2", someone)]) == 1
    assert await database.run(outbox.add_many, []) == 0
    kept = await row(database, first)
    assert (kept.slots, kept.state, kept.token) == ({"n": 1}, E.DUE, None)


async def edits(database: Database) -> tuple[int, list[NewMessage]]:
    """Somebody with a booking, and two messages of one kind about it."""
    someone = await reader(database)

    def book(tx: Tx) -> int:
        return put_booking(tx, put_visit(tx, leaves_at=NOON + timedelta(hours=20)), None, someone, given_at=NOON)

    booking = await database.run(book)
    return someone, [new(f"card/{key}", someone, kind="card", booking_id=booking) for key in "abc"]


async def test_one_that_waits_stands_for_a_later_one_about_the_same_booking(database: Database) -> None:
    someone, (first, second, third) = await edits(database)
    assert await database.run(outbox.add_unless_waiting, [first]) == 1
    assert await database.run(outbox.add_unless_waiting, [second]) == 0
    other = replace(second, key="note", kind="note")
    assert await database.run(outbox.add_unless_waiting, [other]) == 1, "another kind is another message"
    assert await database.run(outbox.add_unless_waiting, []) == 0
    # One that a sender has in hand may have been worded before: it stands for nothing.
    assert [message.delegate_id for message in await claim(database, limit=1)] == [someone]
    assert await database.run(outbox.add_unless_waiting, [third]) == 1


async def test_one_that_waits_is_not_claimed_before_the_change_it_stands_for_is_committed(postgresql_url: str) -> None:
    """Else it would be worded as things were. The control: without the lock it is claimed in between."""
    database = await Database.open(postgresql_url, migrate=False)
    _, (first, second, _) = await edits(database)
    await database.run(outbox.add_unless_waiting, [first])
    engine = create_async_engine(database.url)
    async with engine.begin() as changing:
        assert await changing.run_sync(outbox.add_unless_waiting, [second]) == 0
        assert await claim(database) == []
    async with engine.begin() as changing:
        waits = select(table.c.id).where(table.c.booking_id == first.booking_id)
        assert len((await changing.execute(waits)).all()) == 1  # seen, but not locked
        assert [message.key for message in await claim(database)] == [first.key]
    await engine.dispose()
    await database.close()


async def test_a_claimed_message_holds_all_that_was_written(database: Database) -> None:
    someone = await reader(database, 2**40)
    [message_id] = await write(database, new("ticket/1", someone, departs_at=NOON + SECOND, slots={"bus": "B01"}))

    assert await claim(database) == [
        Message(
            id=message_id,
            key="ticket/1",
            kind="ticket",
            slots={"bus": "B01"},
            delegate_id=someone,
            telegram_id=2**40,
            booking_id=None,
            announcement_id=None,
            due_at=NOON,
            expires_at=NOON + timedelta(hours=2),
            departs_at=NOON + SECOND,
            token="a",
            tries=0,
            edits=None,
            resumed=False,
        )
    ]
    kept = await row(database, message_id)
    assert (kept.state, kept.token, kept.lease_until) == (E.LEASED, "a", OVER)


async def test_a_message_is_claimed_once_until_its_lease_runs_out(database: Database) -> None:
    someone = await reader(database)
    await write(database, new("ticket/1", someone))
    assert len(await claim(database)) == 1
    assert await claim(database, token="b", real_now=OVER - SECOND) == []
    [again] = await claim(database, token="b", real_now=OVER)
    assert (again.token, again.resumed) == ("b", False)


async def test_business_time_decides_what_is_due_and_real_time_what_waits(database: Database) -> None:
    someone = await reader(database)
    await write(database, new("later", someone, due_at=NOON + SECOND))
    assert await claim(database, real_now=REAL + timedelta(days=400)) == []
    [message] = await claim(database, now=NOON + SECOND)

    pause = Outcome(id=message.id, token="a", state=E.DUE, not_before=REAL + 37 * SECOND, reason="RetryAfter")
    assert await settle(database, pause) == {message.id}
    assert await claim(database, now=NOON + timedelta(hours=1), real_now=REAL + 36 * SECOND) == []
    assert [again.id for again in await claim(database, now=NOON + SECOND, real_now=REAL + 37 * SECOND)] == [message.id]


async def test_urgent_goes_first_then_the_earliest_departure_then_the_oldest(database: Database) -> None:
    readers = [await reader(database, number) for number in range(6)]
    soon, late = NOON + timedelta(hours=1), NOON + timedelta(hours=3)
    await write(
        database,
        new("bulk", readers[0], message_class=MessageClass.BULK, departs_at=soon),
        new("normal, no departure", readers[1]),
        new("normal, late", readers[2], departs_at=late),
        new("normal, soon", readers[3], departs_at=soon),
        new("normal, soon, younger", readers[4], departs_at=soon),
        new("urgent", readers[5], message_class=MessageClass.URGENT),
    )
    first = await claim(database, limit=2)
    rest = await claim(database)
    assert [message.key for message in first + rest] == [
        "urgent",
        "normal, soon",
        "normal, soon, younger",
        "normal, late",
        "normal, no departure",
        "bulk",
    ]


async def test_one_reader_gets_one_message_at_a_time_and_holds_nobody_up(database: Database) -> None:
    many, other = await reader(database, 1), await reader(database, 2)
    ids = await write(database, *[new(f"ticket/{number}", many) for number in range(5)], new("ticket/9", other))
    assert [message.key for message in await claim(database, limit=2)] == ["ticket/0", "ticket/9"]
    assert await claim(database, token="b") == []  # another sender sees that one is on its way
    assert await start(database, ids[0]) == {ids[0]}
    assert await claim(database, token="b") == []
    await settle(database, Outcome(id=ids[0], token="a", state=E.SENT))
    await database.run(rest, 2)
    assert [message.key for message in await claim(database, token="b")] == ["ticket/1"]


async def test_one_reader_rests_a_second_between_two_messages(database: Database) -> None:
    many, other = await reader(database, 1), await reader(database, 2)
    first, *_ = await write(database, new("ticket/0", many), new("ticket/1", many), new("ticket/9", other))
    await claim(database, limit=1)
    await database.run(sending.start_sending, {first: "a"}, lease_until=OVER, gap=SECOND)
    await settle(database, Outcome(id=first, token="a", state=E.SENT))
    await database.run(rest, -60)  # its turn is a minute from now: whatever this test takes, the second is not over
    assert [message.key for message in await claim(database, token="b")] == ["ticket/9"]
    await database.run(rest, 60 + claiming.READER_GAP.total_seconds())
    assert [message.key for message in await claim(database, token="b")] == ["ticket/1"]


def rest(tx: Tx, seconds: float) -> None:
    """Let the last message to everybody be older by so much."""
    for one in tx.execute(select(table.c.id, table.c.begun_at).where(table.c.begun_at.is_not(None))).all():
        earlier = one.begun_at - timedelta(seconds=seconds)
        tx.execute(update(table).where(table.c.id == one.id).values(begun_at=earlier))


async def test_claims_at_the_same_moment_never_take_two_messages_of_one_reader(database: Database) -> None:
    many = [await reader(database, number) for number in range(5)]
    await database.run(
        outbox.add_many, [new(f"ticket/{someone}/{number}", someone) for someone in many for number in range(8)]
    )
    claims = await asyncio.gather(*[claim(database, token=str(number), limit=1) for number in range(8)])
    readers = [message.delegate_id for messages in claims for message in messages]
    assert sorted(readers) == sorted(set(readers)) == many


async def test_what_is_in_doubt_waits_for_its_second_try_and_keeps_nobody_from_the_reader(database: Database) -> None:
    someone = await reader(database)
    doubtful, other = await write(database, new("ticket/1", someone), new("ticket/2", someone))
    [message] = await claim(database)
    await start(database, doubtful)
    await settle(database, Outcome(id=message.id, token="a", state=E.SENDING, not_before=REAL + 5 * SECOND))
    await database.run(rest, 2)
    [second] = await claim(database, token="b")
    assert (second.id, second.resumed) == (other, False)
    await settle(database, Outcome(id=other, token="b", state=E.SENT))
    assert await claim(database, token="b", real_now=REAL + 4 * SECOND) == []
    [again] = await claim(database, token="b", real_now=REAL + 5 * SECOND)
    assert (again.id, again.resumed, again.tries) == (doubtful, True, 1)


async def test_two_senders_never_claim_the_same_message(database: Database) -> None:
    readers = [await reader(database, number) for number in range(60)]
    await database.run(outbox.add_many, [new(f"ticket/{someone}", someone) for someone in readers])
    claims = await asyncio.gather(*[claim(database, token=str(number), limit=10) for number in range(8)])
    taken = [message.id for messages in claims for message in messages]
    # Rows that another sender was looking at are skipped, so a claim may get fewer; nothing is got twice.
    assert len(taken) == len(set(taken))
    rest = await claim(database, limit=60)
    assert len(taken) + len(rest) == 60


async def test_what_a_tap_leased_is_its_own_until_the_lease_runs_out(database: Database) -> None:
    someone = await reader(database)
    message_id = await database.run(put_message, new("ticket/1", someone), lease=TAP)
    assert await claim(database, real_now=REAL + 14 * SECOND) == []
    shown = await database.run(sending.settle_leased, {"tap": 70}, now=NOON)
    kept = await row(database, message_id)
    assert (shown == {"tap"}, kept.state, kept.message_id, kept.settled_at) == (True, E.SENT, 70, NOON)
    assert await claim(database, real_now=REAL + timedelta(days=1)) == []


async def test_of_two_tickets_of_a_booking_that_are_shown_the_newer_is_its_card(database: Database) -> None:
    """Both are marked in one transaction, as when a tap follows the other at once."""
    someone = await reader(database)
    visit = await database.run(put_visit, leaves_at=NOON)
    booking = await database.run(put_booking, visit, None, someone, given_at=NOON)
    for number in (1, 2):
        ticket = new(f"ticket/{booking}/{number}", someone, booking_id=booking)
        await database.run(put_message, ticket, lease=replace(TAP, token=f"tap-{number}"))
    shown = await database.run(sending.settle_leased, {"tap-1": 71, "tap-2": 72, "tap-3": 73}, now=NOON)
    assert shown == {"tap-1", "tap-2"}
    assert await database.read(cards.read, delegate_id=someone, booking_id=booking) == 72


async def test_a_tap_that_died_leaves_its_message_to_delivery(database: Database) -> None:
    someone = await reader(database)
    await database.run(outbox.add, new("ticket/1", someone), lease=TAP)
    [message] = await claim(database, real_now=REAL + 15 * SECOND)
    assert (message.resumed, message.edits) == (False, 70)
    assert not await database.run(sending.settle_leased, {"tap": 70}, now=NOON)
    assert await state(database, message.id) == E.LEASED


async def test_a_sender_that_died_in_mid_send_leaves_an_ambiguous_message(database: Database) -> None:
    someone = await reader(database)
    await write(database, new("ticket/1", someone))
    [message] = await claim(database)
    assert await start(database, message.id) == {message.id}
    assert await claim(database, token="b", real_now=OVER - SECOND) == []
    [again] = await claim(database, token="b", real_now=OVER)
    assert (again.resumed, again.tries) == (True, 1)


async def test_only_the_holder_of_the_token_begins_and_settles(database: Database) -> None:
    someone = await reader(database)
    await write(database, new("ticket/1", someone))
    [slow] = await claim(database, token="slow")
    [quick] = await claim(database, token="quick", real_now=OVER)
    assert await start(database, slow.id, token="slow") == set()
    assert await settle(database, Outcome(id=slow.id, token="slow", state=E.SENT, message_id=1)) == set()
    assert await start(database, slow.id, token="quick") == {slow.id}
    assert await settle(database, Outcome(id=quick.id, token="quick", state=E.SENT, message_id=2)) == {quick.id}
    assert (await row(database, slow.id)).message_id == 2


async def test_settling_again_with_the_same_token_is_harmless(database: Database) -> None:
    someone = await reader(database)
    await write(database, new("ticket/1", someone))
    [message] = await claim(database)
    sent = Outcome(id=message.id, token="a", state=E.SENT, message_id=9)
    assert await settle(database, sent) == await settle(database, sent) == {message.id}
    assert await state(database, message.id) == E.SENT


@pytest.mark.parametrize("ending", [E.SENT, E.UNKNOWN, E.FAILED, E.UNREACHABLE, E.EXPIRED, E.CANCELLED])
async def test_a_message_that_has_ended_is_never_claimed_again(database: Database, ending: MessageState) -> None:
    someone = await reader(database)
    await write(database, new("ticket/1", someone))
    [message] = await claim(database)
    await settle(database, Outcome(id=message.id, token="a", state=ending, reason="why " * 200))
    kept = await row(database, message.id)
    assert (kept.state, kept.settled_at, kept.lease_until) == (ending, NOON, None)
    assert kept.error.startswith("why why")
    assert len(kept.error) == 300
    assert await claim(database, real_now=REAL + timedelta(days=1)) == []


async def test_nothing_past_its_expiry_is_claimed_and_all_of_it_is_seen(database: Database) -> None:
    readers = [await reader(database, number) for number in range(4)]
    waiting, leased, begun, fresh = await write(
        database,
        *[new(f"ticket/{someone}", someone) for someone in readers[:3]],
        new("fresh", readers[3], expires_at=NOON + timedelta(days=1)),
    )
    later = update(table).where(table.c.id.in_([waiting, fresh]))
    await database.run(lambda tx: tx.execute(later.values(not_before=OVER)))
    await claim(database)
    await start(database, begun)

    claimed = await claim(database, token="b", now=NOON + timedelta(hours=2), real_now=OVER, limit=1)

    assert [message.id for message in claimed] == [fresh]
    ended = [await state(database, message_id) for message_id in (waiting, leased, begun)]
    assert ended == [E.EXPIRED, E.EXPIRED, E.UNKNOWN]  # nobody knows of the last one whether it arrived


async def test_who_cannot_be_reached_is_written_to_no_more_until_they_come_back(database: Database) -> None:
    someone, no_account = await reader(database), await reader(database, None)
    first, second, booked_at_the_desk = await write(
        database, new("ticket/1", someone), new("ticket/2", someone), new("ticket/3", no_account)
    )
    [message] = await claim(database)
    await settle(database, Outcome(id=message.id, token="a", state=E.UNREACHABLE, reason="Forbidden"))
    gone = select(delegates.c.id).where(delegates.c.unreachable_since == NOON)
    assert await database.read(lambda tx: tx.scalars(gone).all()) == [someone]
    assert await claim(database) == []
    assert [await state(database, one) for one in (first, second, booked_at_the_desk)] == [E.UNREACHABLE] * 3

    await database.run(lambda tx: tx.execute(update(delegates).values(unreachable_since=None)))
    [back] = await write(database, new("ticket/4", someone))
    assert [message.id for message in await claim(database)] == [back]


async def test_who_is_back_gets_what_has_not_expired_of_these_kinds(database: Database) -> None:
    someone, other = await reader(database, 1), await reader(database, 2)
    kept, late, news, theirs, sent = await write(
        database,
        new("ticket/1", someone),
        new("ticket/2", someone, expires_at=NOON + SECOND),
        new("news", someone, kind="announcement"),
        new("ticket/3", other),
        new("ticket/4", someone),
    )
    for message_id in (kept, late, news, theirs):
        await database.run(unreachable, message_id)
    await database.run(lambda tx: tx.execute(update(table).where(table.c.id == sent).values(state=E.SENT)))
    revived = await database.run(outbox.revive, delegate_id=someone, kinds={"ticket"}, now=NOON + SECOND)
    assert revived == 1
    assert [await state(database, one) for one in (kept, late, news, theirs, sent)] == [
        E.DUE,
        *[E.UNREACHABLE] * 3,
        E.SENT,
    ]
    assert [message.id for message in await claim(database)] == [kept]


def unreachable(tx: Tx, message_id: int) -> None:
    tx.execute(update(table).where(table.c.id == message_id).values(state=E.UNREACHABLE, settled_at=NOON))


async def test_the_counts_of_an_announcement_add_up(database: Database) -> None:
    readers = [await reader(database, number) for number in range(9)]
    announcement = await database.run(put_announcement, readers[0], now=NOON)
    await database.run(
        outbox.add_many,
        [new(f"announcement/{someone}", someone, announcement_id=announcement) for someone in readers],
    )
    claimed = await claim(database, limit=7)
    endings = [E.SENT, E.SENT, E.UNKNOWN, E.FAILED, E.UNREACHABLE, E.EXPIRED, E.CANCELLED]
    await settle(
        database,
        *[Outcome(id=one.id, token="a", state=ending) for one, ending in zip(claimed, endings, strict=True)],
    )
    await claim(database, limit=1)
    expected = DeliveryCounts(total=8, waiting=2, sent=2, unreachable=1, failed=2, unknown=1)
    assert await database.read(outbox.counts, announcement) == expected
    none = DeliveryCounts(total=0, waiting=0, sent=0, unreachable=0, failed=0, unknown=0)
    assert await database.read(outbox.counts, announcement + 1) == none
