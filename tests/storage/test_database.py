"""Transactions: each whole or not at all, several behind one commit, run again where PostgreSQL asks for it."""

import asyncio
import contextlib
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine, event, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, StatementError

from storage import Tx
from storage.database import Database, NoDatabase, UnknownDatabase, parse_url
from storage.sqlite import DatabaseClosed, FileInUse
from storage.tables import Moment, buses, delegates
from tests.makers import OPEN
from tests.storage.rows import put_booking, put_bus, put_delegate, put_visit


def add(tx: Tx, telegram_id: int) -> int:
    return put_delegate(tx, telegram_id, now=OPEN)


def known(tx: Tx) -> list[int | None]:
    return list(tx.scalars(select(delegates.c.telegram_id).order_by(delegates.c.telegram_id)))


class Break(Exception):
    """What a job raises."""


async def test_a_transaction_is_committed_when_its_answer_comes(database: Database) -> None:
    person = await database.run(add, 1)
    assert person == 1
    assert await database.read(known) == [1]


async def test_a_transaction_that_fails_leaves_nothing(database: Database) -> None:
    def fail(tx: Tx) -> None:
        add(tx, 1)
        raise Break

    with pytest.raises(Break):
        await database.run(fail)
    assert await database.read(known) == []
    await database.run(add, 2)
    assert await database.read(known) == [2]


async def test_rows_that_point_nowhere_are_refused(database: Database) -> None:
    with pytest.raises(IntegrityError):
        await database.run(put_booking, 77, None, 88, given_at=OPEN)


async def test_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError):
        await database.read(add, 1)
    assert await database.read(known) == []
    assert await database.run(add, 2) is not None  # a writer can, also where the same connection was read with


async def test_a_reading_sees_one_moment_however_many_questions_it_asks(database_url: str) -> None:
    reading, writing = [await Database.open(database_url, migrate=False), None]
    assert reading is not None
    if reading.url.get_backend_name() == "sqlite":
        # The reader of one process works on its event loop: nothing can come between, but from elsewhere.
        other = create_engine(f"sqlite:///{reading.url.database}")

        def write_meanwhile() -> None:
            with other.begin() as tx:
                tx.execute(insert(delegates).values(telegram_id=2, created_at=OPEN))
            other.dispose()
    else:
        writing = await Database.open(database_url, migrate=False)

        def write_meanwhile() -> None:
            in_a_thread = threading.Thread(target=asyncio.run, args=(write_from_elsewhere(database_url),))
            in_a_thread.start()
            in_a_thread.join()

    def ask_twice(tx: Tx) -> tuple[Any, Any]:
        before = known(tx)
        write_meanwhile()
        return before, known(tx)

    assert await reading.read(ask_twice) == ([], [])
    assert await reading.read(known) == [2]
    for each in (reading, writing):
        if each is not None:
            await each.close()


async def write_from_elsewhere(url: str) -> None:
    database = await Database.open(url, migrate=False)
    await database.run(add, 2)
    await database.close()


async def test_an_error_does_not_quote_what_people_wrote(database: Database) -> None:
    """It goes into the log with its traceback."""
    await database.run(add, 1)
    with pytest.raises(IntegrityError) as refused:
        await database.run(put_delegate, 1, now=OPEN, name="Айгерім Серікқызы")
    assert "Айгерім" not in str(refused.value)


# Several jobs behind one commit: SQLite's writer.


class Held:
    """A job under way in the writer thread, so that those that are asked for meanwhile wait together."""

    def __init__(self, database: Database) -> None:
        self._go_on = threading.Event()
        self._begun = threading.Event()
        self._job = asyncio.create_task(database.run(self._wait))

    def _wait(self, _: Tx) -> None:
        self._begun.set()
        assert self._go_on.wait(10)

    async def __aenter__(self) -> "Held":
        assert await asyncio.to_thread(self._begun.wait, 10)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._go_on.set()
        await self._job


async def together(database: Database, *jobs: Callable[[Tx], Any]) -> list[Any]:
    """Run the jobs so that they share a commit; return answers and errors."""
    async with Held(database):
        asked = [asyncio.create_task(database.run(job)) for job in jobs]
        await asyncio.sleep(0)
    return await asyncio.gather(*asked, return_exceptions=True)


@pytest.fixture
async def file(sqlite_url: str) -> Any:
    opened = await Database.open(sqlite_url, migrate=False)
    yield opened
    await opened.close()


def count_commits(database: Database) -> list[None]:
    commits: list[None] = []
    assert database._writer is not None
    event.listen(database._writer._engine, "commit", lambda _: commits.append(None))
    return commits


async def test_jobs_that_wait_share_a_commit_and_a_failing_one_undoes_only_itself(file: Database) -> None:
    def fail_after_writing(tx: Tx) -> None:
        add(tx, 2)
        raise Break

    def fail_in_the_database(tx: Tx) -> None:
        add(tx, 4)
        add(tx, 4)

    commits = count_commits(file)
    answers = await together(
        file,
        lambda tx: add(tx, 1),
        fail_after_writing,
        lambda tx: add(tx, 3),
        fail_in_the_database,
        lambda tx: known(tx),
    )
    assert isinstance(answers[1], Break)
    assert isinstance(answers[3], IntegrityError)
    assert answers[4] == [1, 3]  # they see each other in turn
    assert await file.read(known) == [1, 3]
    assert len(commits) == 2  # that of the job they waited for, and theirs


async def test_when_the_commit_fails_nobody_is_told_yes(file: Database) -> None:
    def point_nowhere_until_the_commit(tx: Tx) -> str:
        tx.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        put_booking(tx, 77, None, 88, given_at=OPEN)
        return "done"

    answers = await together(file, lambda tx: add(tx, 1), point_nowhere_until_the_commit, lambda tx: add(tx, 3))
    assert [type(answer) for answer in answers] == [IntegrityError] * 3
    assert await file.read(known) == []
    await file.run(add, 4)
    assert await file.read(known) == [4]


async def test_when_sqlite_gives_the_transaction_up_nobody_is_told_yes(file: Database) -> None:
    """As it does when the disk is full: the savepoints are gone with it."""

    def give_up(tx: Tx) -> None:
        tx.exec_driver_sql("ROLLBACK")
        raise Break

    answers = await together(file, lambda tx: add(tx, 1), give_up, lambda tx: add(tx, 3))
    assert all(isinstance(answer, Exception) for answer in answers)
    await file.run(add, 4)
    assert await file.read(known) == [4]


async def test_more_jobs_than_fit_one_commit_take_several(file: Database) -> None:
    commits = count_commits(file)
    await together(file, *(lambda tx, number=number: add(tx, number) for number in range(70)))
    assert len(await file.read(known)) == 70
    assert len(commits) == 1 + 3


async def test_who_leaves_before_the_answer_does_not_stop_the_job(file: Database) -> None:
    async with Held(file):
        impatient = asyncio.create_task(file.run(add, 1))
        await asyncio.sleep(0)
        impatient.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await impatient
    await file.run(add, 2)
    assert await file.read(known) == [1, 2]


async def test_an_event_loop_that_is_gone_harms_nobody_else(file: Database) -> None:
    async def ask_and_leave() -> None:
        asked = asyncio.create_task(file.run(add, 1))
        await asyncio.sleep(0)
        asked.cancel()

    async with Held(file):
        await asyncio.to_thread(asyncio.run, ask_and_leave())
        beside = asyncio.create_task(file.run(add, 2))
        await asyncio.sleep(0)
    await beside
    assert await file.read(known) == [1, 2]


async def test_a_close_finishes_what_waits_and_refuses_what_comes_later(sqlite_url: str) -> None:
    database = await Database.open(sqlite_url, migrate=False)
    async with Held(database):
        waiting = asyncio.create_task(database.run(add, 1))
        closing = asyncio.create_task(database.close())
        await asyncio.sleep(0)
    await closing
    assert await waiting == 1
    with pytest.raises(DatabaseClosed):
        await database.run(add, 2)


async def test_the_file_is_written_safely(file: Database) -> None:
    def settings(tx: Tx) -> dict[str, Any]:
        names = ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        return {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in names}

    # WAL, FULL: what was said to be done is on the disk; what is deleted is overwritten.
    assert await file.run(settings) == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}


async def test_a_file_has_one_writer(sqlite_url: str) -> None:
    first = await Database.open(sqlite_url, migrate=False)
    with pytest.raises(FileInUse, match=r"test\.sqlite is in use by another process"):
        await Database.open(sqlite_url, migrate=False)
    await first.close()
    second = await Database.open(sqlite_url, migrate=False)
    await second.close()


async def test_a_folder_that_is_not_there_is_made(tmp_path: Path) -> None:
    database = await Database.open(f"sqlite:///{tmp_path}/new/data/visits.sqlite")
    await database.run(add, 1)
    await database.close()


async def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    await asyncio.to_thread((tmp_path / "letter.sqlite").write_text, "Dear delegates, " * 100)
    with pytest.raises(NoDatabase, match=r"letter\.sqlite cannot be used .*mend BOT_DATABASE_URL"):
        await Database.open(f"sqlite:///{tmp_path}/letter.sqlite")
    with pytest.raises(NoDatabase, match="cannot be used"):
        await Database.open(f"sqlite:///{tmp_path}/letter.sqlite/below.sqlite")
    with pytest.raises(NoDatabase, match="cannot be used"):
        await Database.open(f"sqlite:///{tmp_path}")


# PostgreSQL: run again what lost a race.


def failing(sqlstate: str, *, times: int) -> tuple[Callable[[Tx], None], list[int]]:
    """A job that adds a person and then fails so often with this state; and a list of its runs."""
    runs: list[int] = []

    def job(tx: Tx) -> None:
        runs.append(len(runs) + 1)
        add(tx, len(runs))
        if len(runs) <= times:
            tx.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'lost' USING ERRCODE = '{sqlstate}'; END $$")

    return job, runs


@pytest.mark.parametrize("sqlstate", ["40001", "40P01", "55P03"])
async def test_a_lost_race_for_locks_is_run_again_whole(server: Database, sqlstate: str) -> None:
    job, runs = failing(sqlstate, times=2)
    await server.run(job)
    assert runs == [1, 2, 3]
    assert await server.read(known) == [3]


async def test_a_race_that_is_always_lost_ends(server: Database) -> None:
    job, runs = failing("40001", times=99)
    with pytest.raises(DBAPIError):
        await server.run(job)
    assert len(runs) == 6
    assert await server.read(known) == []


async def test_another_error_is_not_tried_again(server: Database) -> None:
    job, runs = failing("23514", times=99)
    with pytest.raises(IntegrityError):
        await server.run(job)
    assert runs == [1]


async def test_a_lost_connection_is_replaced_and_the_transaction_run_again(server: Database) -> None:
    runs: list[None] = []

    def lose_the_first(tx: Tx) -> None:
        runs.append(None)
        add(tx, len(runs))
        if len(runs) == 1:
            tx.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    await server.run(lose_the_first)
    assert await server.read(known) == [2]


async def test_a_connection_that_the_network_reset_is_no_reason_to_give_up(server: Database) -> None:
    """asyncpg lets such errors through as they are."""
    runs: list[None] = []

    def lose_the_first(tx: Tx) -> None:
        runs.append(None)
        add(tx, len(runs))
        if len(runs) == 1:
            raise ConnectionResetError

    await server.run(lose_the_first)
    assert await server.read(known) == [2]


async def test_two_that_wait_for_each_other_both_end_well(server: Database) -> None:
    """A real deadlock: PostgreSQL breaks one of them off, and it is run again."""
    for person in (1, 2):
        await server.run(add, person)
    both_hold_one = threading.Barrier(2, timeout=10)
    first_runs = {1: True, 2: True}

    def rename(tx: Tx, mine: int, other: int) -> None:
        tx.exec_driver_sql("SET LOCAL deadlock_timeout = '10ms'")
        tx.execute(update(delegates).where(delegates.c.telegram_id == mine).values(language=str(mine)))
        if first_runs.pop(mine, False):
            both_hold_one.wait()
        tx.execute(update(delegates).where(delegates.c.telegram_id == other).values(language=str(mine)))

    async def in_a_loop_of_its_own(mine: int, other: int) -> None:
        database = await Database.open(server.url.render_as_string(hide_password=False), migrate=False)
        await database.run(rename, mine, other)
        await database.close()

    await asyncio.gather(
        asyncio.to_thread(asyncio.run, in_a_loop_of_its_own(1, 2)),
        asyncio.to_thread(asyncio.run, in_a_loop_of_its_own(2, 1)),
    )
    languages = await server.read(lambda tx: tx.scalars(select(delegates.c.language)).all())
    assert languages in (["1", "1"], ["2", "2"])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"database": "nothere"}, 'database "nothere" does not exist'),
        ({"username": "stranger"}, 'role "stranger" does not exist'),
        ({"query": {"host": "127.0.0.1", "port": "1"}}, "Connect call failed"),
        ({"query": {"colour": "red"}, "host": "127.0.0.1"}, "unexpected keyword argument 'colour'"),
    ],
)
async def test_a_server_that_cannot_be_used_is_told(postgresql_url: str, change: dict[str, Any], reason: str) -> None:
    url = parse_url(postgresql_url).set(password="hunter2", **change)
    with pytest.raises(NoDatabase) as refused:
        await Database.open(url.render_as_string(hide_password=False))
    words = str(refused.value)
    assert reason in words
    assert "mend BOT_DATABASE_URL" in words
    assert "hunter2" not in words
    assert len(words.splitlines()) == 1


async def test_transactions_see_what_was_committed_before_their_lock_whatever_the_server_prefers(
    postgresql_url: str,
) -> None:
    def prefer(tx: Tx) -> None:
        tx.exec_driver_sql("ALTER DATABASE test SET default_transaction_isolation = 'serializable'")

    def isolation(tx: Tx) -> str | None:
        return tx.exec_driver_sql("SHOW transaction_isolation").scalar()

    for wish in (prefer, isolation):
        database = await Database.open(postgresql_url, migrate=False)
        await database.run(wish)
        found = await database.run(isolation), await database.read(isolation)
        await database.close()
        assert found == ("read committed", "repeatable read")


# Addresses and moments.


@pytest.mark.parametrize(
    ("written", "used"),
    [
        ("sqlite:///data/visits.sqlite", "sqlite:///data/visits.sqlite"),
        ("sqlite+aiosqlite:////var/visits.sqlite", "sqlite:////var/visits.sqlite"),
        ("postgresql://bot:x@db:5432/visits", "postgresql+asyncpg://bot:x@db:5432/visits"),
        ("postgresql+asyncpg://db/visits", "postgresql+asyncpg://db/visits"),
        ("postgresql+psycopg://db/visits", "postgresql+asyncpg://db/visits"),
        ("postgres://db/visits", "postgresql+asyncpg://db/visits"),
        ("postgres://db/visits?sslmode=require", "postgresql+asyncpg://db/visits?ssl=require"),
    ],
)
def test_an_address_means_the_same_however_it_names_the_driver(written: str, used: str) -> None:
    assert parse_url(written).render_as_string(hide_password=False) == used


@pytest.mark.parametrize(
    "written", ["", "visits.sqlite", "sqlite://", "sqlite:///:memory:", "mysql://db/visits", "x:y"]
)
def test_other_addresses_are_refused_with_the_mend(written: str) -> None:
    with pytest.raises(UnknownDatabase, match="write sqlite:///"):
        parse_url(written)


async def test_a_naive_moment_is_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="naive moment"):
        await database.run(put_delegate, 1, now=datetime(2025, 8, 20))  # noqa: DTZ001
    assert await database.read(known) == []


async def test_a_moment_comes_back_in_utc(database: Database) -> None:
    written = datetime(2025, 8, 22, 8, 40, 0, 123456, tzinfo=timezone(timedelta(hours=5)))
    await database.run(put_delegate, 1, now=written)
    read = await database.read(lambda tx: tx.scalar(select(delegates.c.created_at)))
    assert read == written
    assert read is not None
    assert read.utcoffset() == timedelta(0)


@given(st.datetimes(timezones=st.timezones(), min_value=datetime(1990, 1, 1), max_value=datetime(2090, 1, 1)))  # noqa: DTZ001
def test_no_moment_is_changed_by_being_kept(moment: datetime) -> None:
    kept = Moment()
    for dialect in (sqlite.dialect(), postgresql.dialect()):  # type: ignore[no-untyped-call]
        stored = kept.process_bind_param(moment, dialect)
        assert kept.process_result_value(stored, dialect) == moment.astimezone(UTC)
        assert kept.process_bind_param(None, dialect) is None
        assert kept.process_result_value(None, dialect) is None


async def test_the_last_wall_stands_in_the_database(database: Database) -> None:
    """Whatever the code does: a bus never holds more than its seats."""

    def overfill(tx: Tx) -> None:
        leaves_at = OPEN + timedelta(days=2)
        put_bus(tx, put_visit(tx, leaves_at=leaves_at), departs_at=leaves_at)
        tx.execute(update(buses).values(seats_taken=buses.c.seats + 1))

    with pytest.raises(IntegrityError, match="bus_holds_its_seats"):
        await database.run(overfill)
