"""The inbox: an update is stored once, waits until it is done or parked, and then forgets what it said."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from storage import inbox, lines
from storage.database import Database
from storage.inbox import InboxCounts, NewUpdate
from storage.records import StoredUpdate
from storage.tables import inbox as table

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)
LATER = NOON + timedelta(days=2)


def new(update_id: int, *, person: int | None = 7, raw: str = '{"text":"salem"}') -> NewUpdate:
    return NewUpdate(update_id=update_id, person=person, raw=raw)


async def store(database: Database, *updates: NewUpdate, at: datetime = NOON) -> set[int]:
    """Store as the intake does; return what is to be handled of what they lie beside."""
    if not database.is_shared:
        return await database.run(inbox.store_updates, updates, received_at=at)
    wanted = {-(2**53) - one.update_id if one.person is None else one.person for one in updates}
    taking: dict[str, Any] = {"wanted": wanted, "holder": "a", "besides": (), "most": 10_000}
    found = await database.run_one(lines.store, updates, received_at=at, **taking)
    return {stored.update_id for stored in found}


async def mark_done(database: Database, *update_ids: int) -> None:
    """Mark as the intake does."""
    if database.is_shared:
        await database.run_one(lines.finish, update_ids, ended=(), holder="a", most=10_000)
    else:
        await database.run(inbox.mark_done, update_ids)


async def park(database: Database, update_id: int) -> None:
    assert await database.run(inbox.note_failure, update_id, error="KeyError", most_tries=1) == 1


async def ids_waiting(database: Database) -> list[int]:
    return [stored.update_id for stored in await database.read(inbox.unfinished)]


async def test_what_is_stored_waits_in_telegrams_order(database: Database) -> None:
    far = 2**52
    assert await store(database, new(9), new(far, person=None), new(3, person=far)) == {3, 9, far}

    raw = '{"text":"salem"}'
    assert await database.read(inbox.unfinished) == [
        StoredUpdate(update_id=3, person=far, raw=raw, tries=0, received_at=NOON),
        StoredUpdate(update_id=9, person=7, raw=raw, tries=0, received_at=NOON),
        StoredUpdate(update_id=far, person=None, raw=raw, tries=0, received_at=NOON),
    ]


async def test_of_nothing_nothing_is_stored_or_marked(database: Database) -> None:
    assert await store(database) == set()
    await mark_done(database)
    assert await database.read(inbox.count) == InboxCounts(received=0, done=0, parked=0)


async def test_an_update_that_comes_again_is_stored_once(database: Database) -> None:
    await store(database, new(1, raw="first"))
    await store(database, new(1, raw="again"), new(2), new(2))

    assert [(one.update_id, one.raw) for one in await database.read(inbox.unfinished)] == [
        (1, "first"),
        (2, '{"text":"salem"}'),
    ]


async def test_a_repeat_is_answered_as_waiting_only_until_it_is_finished(database: Database) -> None:
    await store(database, new(1), new(2), new(3))
    await mark_done(database, 1)
    await park(database, 2)

    assert await store(database, new(1), new(2), new(3), new(4)) == {3, 4}


async def test_a_batch_as_large_as_a_days_backlog_is_stored_and_done(database: Database) -> None:
    many = [new(number) for number in range(1, 5_001)]

    assert len(await store(database, *many)) == 5_000
    assert len(await store(database, *many)) == 5_000
    await mark_done(database, *range(1, 5_001))
    assert await database.read(inbox.count) == InboxCounts(received=0, done=5_000, parked=0)


async def test_a_done_update_forgets_what_it_said(database: Database) -> None:
    await store(database, new(1), new(2))
    await mark_done(database, 1, 77)

    assert await ids_waiting(database) == [2]
    assert await database.read(inbox.count) == InboxCounts(received=1, done=1, parked=0)
    assert await raw_left(database) == {2}


async def test_failures_are_counted_and_the_last_parks(database: Database) -> None:
    await store(database, new(1))

    tries = [await database.run(inbox.note_failure, 1, error="KeyError at bot.x:1", most_tries=3) for _ in range(4)]

    assert tries == [1, 2, 3, None]
    assert await database.read(inbox.count) == InboxCounts(received=0, done=0, parked=1)


async def test_a_failure_that_is_not_the_last_leaves_the_update_waiting(database: Database) -> None:
    await store(database, new(1))
    await database.run(inbox.note_failure, 1, error="KeyError at bot.x:1", most_tries=5)

    (stored,) = await database.read(inbox.unfinished)
    assert (stored.tries, stored.raw) == (1, '{"text":"salem"}')


async def test_a_parked_update_stays_parked(database: Database) -> None:
    await store(database, new(1))
    await park(database, 1)
    await mark_done(database, 1)

    assert await database.read(inbox.count) == InboxCounts(received=0, done=0, parked=1)


async def test_only_old_parked_updates_forget_what_they_said(database: Database) -> None:
    await store(database, new(1), new(2))
    await park(database, 1)
    await store(database, new(3), at=LATER)
    await park(database, 3)

    assert await database.run(inbox.forget_parked, before=LATER) == 1
    assert await database.run(inbox.forget_parked, before=LATER) == 0
    assert await raw_left(database) == {2, 3}
    assert await database.read(inbox.count) == InboxCounts(received=1, done=0, parked=2)


async def test_only_old_done_rows_are_deleted(database: Database) -> None:
    await store(database, new(1), new(2))
    await store(database, new(3), at=LATER)
    await mark_done(database, 1, 3)

    assert await database.run(inbox.delete_done, before=LATER) == 1
    assert await database.read(inbox.count) == InboxCounts(received=1, done=1, parked=0)


@pytest.mark.parametrize("raw", ['"\\u0000 \\ud83d"', "Сәлем 🙂"])
async def test_whatever_people_write_comes_back_as_it_was(database: Database, raw: str) -> None:
    await store(database, new(1, raw=raw))
    (stored,) = await database.read(inbox.unfinished)
    assert stored.raw == raw


async def raw_left(database: Database) -> set[int]:
    """The ids of the updates whose text is still there."""
    return set(
        await database.read(lambda tx: tx.scalars(select(table.c.update_id).where(table.c.raw.is_not(None))).all())
    )
