"""Lines on PostgreSQL: one person's updates with one process at a time, and none forgotten between two of them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.util import await_only

from storage import Tx, inbox, leases, lines
from storage.database import Database
from storage.inbox import NewUpdate
from storage.records import StoredUpdate
from storage.tables import leases as lease_rows
from storage.tables import lines as rows

NOON = datetime(2026, 8, 21, 12, tzinfo=UTC)
AIGERIM, MARAT = 11, 12


@pytest.fixture
async def database(postgresql_url: str) -> AsyncIterator[Database]:
    """Two processes, a and b, are alive."""
    opened = await Database.open(postgresql_url, migrate=False)
    for holder in ("a", "b"):
        await opened.run(lines.be_born, holder=holder)
    yield opened
    await opened.close()


def new(update_id: int, person: int | None = AIGERIM) -> NewUpdate:
    return NewUpdate(update_id=update_id, person=person, raw="{}")


def ids(found: Collection[StoredUpdate]) -> list[int]:
    return [stored.update_id for stored in found]


async def store(
    database: Database, holder: str, *updates: NewUpdate, wanted: Collection[int] | None = None, **others: Any
) -> list[int]:
    """Store for this process, which wants the lines of all of them; return what it is to handle."""
    people = {one.person for one in updates if one.person is not None} if wanted is None else wanted
    given: dict[str, Any] = {"besides": [], "most": 500} | others
    return ids(await database.run(lines.store, updates, received_at=NOON, wanted=people, holder=holder, **given))


async def finish(database: Database, holder: str, *update_ids: int, ended: Collection[int] = (AIGERIM,)) -> list[int]:
    return ids(await database.run(lines.finish, update_ids, ended=ended, holder=holder, most=500))


async def take(database: Database, holder: str, *, besides: Collection[int] = (), room: int = 64) -> list[int]:
    return ids(await database.run(lines.take_free, room=room, holder=holder, besides=besides, most=500))


async def holders(database: Database) -> dict[int, str]:
    def ask(tx: Tx) -> dict[int, str]:
        return {row.line: row.holder for row in tx.execute(select(rows))}

    return await database.read(ask)


async def let_run_out(database: Database, holder: str) -> None:
    """The process has not renewed its lease for too long."""

    def pass_time(tx: Tx) -> None:
        late = leases.real_time(tx, ahead=-1)
        tx.execute(update(lease_rows).where(lease_rows.c.holder == holder).values(until=late))

    await database.run(pass_time)


async def test_who_stores_first_gets_the_line_and_the_other_leaves_it(database: Database) -> None:
    assert await store(database, "a", new(1)) == [1]
    assert await store(database, "b", new(2), new(3, MARAT)) == [3]
    assert await holders(database) == {AIGERIM: "a", MARAT: "b"}


async def test_of_many_who_store_at_once_one_gets_the_line(database: Database) -> None:
    names = [f"process {number}" for number in range(8)]
    for name in names:
        await database.run(lines.be_born, holder=name)
    found = await asyncio.gather(*(store(database, name, new(n), new(n + 100)) for n, name in enumerate(names, 1)))
    (holder,) = set((await holders(database)).values())
    assert [bool(taken) for taken in found] == [name == holder for name in names]


async def test_what_others_stored_before_comes_first(database: Database) -> None:
    await store(database, "a", new(1))
    await store(database, "b", new(2))
    assert await store(database, "a", new(3), besides=[1]) == [2, 3]


async def test_a_line_that_is_not_wanted_is_left_for_those_that_have_room(database: Database) -> None:
    assert await store(database, "a", new(1), new(2, MARAT), wanted=[MARAT]) == [2]
    assert await take(database, "b") == [1]


async def test_a_repeat_of_a_store_takes_the_same_again(database: Database) -> None:
    await store(database, "a", new(1))
    assert await store(database, "a", new(1)) == [1]
    assert await finish(database, "a", 1) == []
    assert await store(database, "a", new(1)) == []


async def test_a_line_at_its_end_is_given_back(database: Database) -> None:
    await store(database, "a", new(1), new(2, MARAT))
    assert await finish(database, "a", 1) == []
    assert await holders(database) == {MARAT: "a"}
    assert await store(database, "b", new(3)) == [3]


async def test_what_others_stored_meanwhile_is_found_at_the_end(database: Database) -> None:
    await store(database, "a", new(1))
    await store(database, "b", new(2))
    assert await finish(database, "a", 1) == [2]
    assert await holders(database) == {AIGERIM: "a"}


async def test_marks_are_written_for_lines_that_are_others_now(database: Database) -> None:
    await store(database, "a", new(1), new(2))
    await let_run_out(database, "a")
    assert await take(database, "b") == [1, 2]
    assert await finish(database, "a", 1) == []
    assert await holders(database) == {AIGERIM: "b"}
    assert (await database.read(inbox.count)).done == 1


async def test_a_parked_update_frees_its_line_too(database: Database) -> None:
    await store(database, "a", new(1))
    await database.run(inbox.note_failure, 1, error="KeyError", most_tries=1)
    assert await finish(database, "a", 1) == []
    assert await holders(database) == {}
    assert (await database.read(inbox.count)).parked == 1


async def test_what_nobody_sent_stands_alone(database: Database) -> None:
    await store(database, "a", new(5, None), new(6, None), wanted=[])
    assert await take(database, "b", room=1) == [5]
    assert await take(database, "a") == [6]
    assert set(await holders(database)) == {-(2**53) - 5, -(2**53) - 6}


async def test_the_longest_waiting_are_taken_first_as_many_as_there_is_room_for(database: Database) -> None:
    await store(database, "a", *(new(number, number % 5) for number in range(1, 21)), wanted=[])
    assert await take(database, "b", room=2) == [1, 2, 6, 7, 11, 12, 16, 17]
    assert await take(database, "a", room=9) == [number for number in range(1, 21) if number % 5 not in (1, 2)]
    assert await take(database, "b", besides=[1, 2, 6, 7, 11, 12, 16, 17]) == []


async def test_of_two_who_look_at_once_each_line_goes_to_one(database: Database) -> None:
    for turn in range(5):
        first = 1_000 * turn
        await store(database, "a", *(new(first + number, first + number) for number in range(1, 101)), wanted=[])
        taken = await asyncio.gather(*(take(database, name, besides=[], room=200) for name in ("a", "b", "a", "b")))
        a, b = {*taken[0], *taken[2]}, {*taken[1], *taken[3]}
        assert not a & b
        assert len(a | b) == 100
        for name, got in (("a", a), ("b", b)):
            await finish(database, name, *got, ended=got)
    assert await holders(database) == {}


async def test_what_was_left_in_a_line_of_ones_own_is_found(database: Database) -> None:
    """The answer to a commit was lost, or there was too much to take at once."""
    await store(database, "a", new(1), new(2), new(3), most=2)
    assert await take(database, "a", besides=[1, 2]) == [3]
    assert await take(database, "b") == []


async def test_a_line_that_came_to_its_end_between_the_look_and_the_claim_is_not_kept(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    await store(database, "a", new(1))
    real = lines.take

    def take_late(tx: Tx, wanted: Collection[int], **others: Any) -> list[StoredUpdate]:
        assert await_only(finish(database, "a", 1)) == []
        return real(tx, wanted, **others)

    monkeypatch.setattr(lines, "take", take_late)
    assert await take(database, "a") == []
    assert await holders(database) == {}


async def test_a_repeat_of_what_is_done_takes_no_line(database: Database) -> None:
    await store(database, "a", new(1))
    await finish(database, "a", 1)
    assert await store(database, "a", new(1)) == []
    assert await holders(database) == {}


async def test_the_lines_of_the_dead_are_free(database: Database) -> None:
    await store(database, "a", new(1), new(2))
    assert await take(database, "b") == []
    await let_run_out(database, "a")
    assert await store(database, "b", new(3)) == [1, 2, 3]


async def test_a_process_that_leaves_is_waited_for_by_nobody(database: Database) -> None:
    await store(database, "a", new(1), new(2, MARAT), new(3, 13))
    await database.run(lines.leave, [MARAT], holder="a")
    assert await take(database, "b") == [2]
    await database.run(lines.die, holder="a")
    assert await take(database, "b", besides=[2]) == [1, 3]


async def test_a_lease_is_renewed_in_time_or_never(database: Database) -> None:
    assert await database.run(lines.renew, holder="a")
    await let_run_out(database, "a")
    assert not await database.run(lines.renew, holder="a")

    def nearly(tx: Tx) -> None:
        soon = leases.real_time(tx, ahead=lines.SLACK_SECONDS - 1)
        tx.execute(update(lease_rows).values(until=soon))

    await database.run(nearly)
    assert not await database.run(lines.renew, holder="b"), "somebody may have seen its end already"


async def test_the_leases_of_the_long_dead_are_forgotten(database: Database) -> None:
    def long_ago(tx: Tx) -> None:
        then = leases.real_time(tx, ahead=-7_200)
        tx.execute(update(lease_rows).where(lease_rows.c.holder == "a").values(until=then))

    await database.run(long_ago)
    await database.run(lines.be_born, holder="c")
    names = await database.read(lambda tx: set(tx.scalars(select(lease_rows.c.name))))
    assert names == {"process/b", "process/c"}


async def left_between(database: Database, other: Database) -> list[int]:
    """Let b store an update just as a finishes the line's last; return what a finds.

    b has looked at the line, which is a's, and has not committed when a begins to finish.
    """
    await store(database, "a", new(1))
    b_looked, a_has_begun = asyncio.Event(), asyncio.Event()

    def store_slowly(tx: Tx) -> None:
        assert lines.store(tx, [new(2)], received_at=NOON, wanted=[AIGERIM], holder="b", besides=[], most=9) == []
        b_looked.set()
        await_only(a_has_begun.wait())
        await_only(asyncio.sleep(0.2))  # a's statements run until they wait for b, or to their end

    def finish_meanwhile(tx: Tx) -> list[int]:
        await_only(b_looked.wait())
        a_has_begun.set()
        return ids(lines.finish(tx, [1], ended=[AIGERIM], holder="a", most=9))

    _, found = await asyncio.gather(other.run(store_slowly), database.run(finish_meanwhile))
    return found


async def test_an_update_stored_just_as_the_line_ends_is_found_by_its_holder(
    database: Database, postgresql_url: str
) -> None:
    other = await Database.open(postgresql_url, migrate=False)
    assert await left_between(database, other) == [2]
    assert await holders(database) == {AIGERIM: "a"}
    await other.close()


def without_lock(function: str) -> str:
    assert " FOR UPDATE)" in function
    return function.replace(" FOR UPDATE)", ")")


def looking_first(function: str) -> str:
    head, _ = function.split("DECLARE")
    return f"""{head}BEGIN
        UPDATE inbox SET state = 'done', raw = NULL, person = NULL WHERE inbox.update_id = ANY (ids);
        PERFORM FROM inbox WHERE inbox.person = ANY (ended) AND state = 'received';
        IF NOT FOUND THEN
            PERFORM FROM lines WHERE line = ANY (ended) AND holder = me FOR UPDATE;
            DELETE FROM lines WHERE line = ANY (ended) AND holder = me;
        END IF;
    END $function$"""


@pytest.mark.parametrize("broken", [without_lock, looking_first])
async def test_without_the_lock_or_looking_before_it_the_update_would_be_forgotten(
    database: Database, postgresql_url: str, broken: Callable[[str], str]
) -> None:
    """The negative control: the race is real, and the lock before the look is what ends it."""

    def break_it(tx: Tx) -> None:
        function = tx.scalar(text("SELECT pg_get_functiondef('finish_updates'::regproc)"))
        assert function is not None
        tx.exec_driver_sql(broken(function))

    await database.run(break_it)
    other = await Database.open(postgresql_url, migrate=False)
    assert await left_between(database, other) == []
    assert await holders(database) == {}
    assert await take(database, "b") == [2], "the look each half second finds it, late"
    await other.close()
