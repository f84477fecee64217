"""Prepared statements say and answer what SQLAlchemy would, and fail as it does: none may lose a race in silence."""

import asyncio
from collections.abc import Callable
from typing import Any
from unittest.mock import patch

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Integer, bindparam, column, func, insert, literal_column, select, table, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.util import await_only

import storage.postgresql
from storage import Tx, log
from storage.database import Database
from storage.prepared import Prepared, Together
from storage.tables import buses, delegates, visits
from storage.tables import log as log_table
from tests.makers import OPEN
from tests.storage.rows import put_bus, put_delegate, put_visit

BY_ID = select(delegates).where(delegates.c.id == bindparam("person"))
RENAME = update(delegates).where(delegates.c.id == bindparam("person")).values(name=bindparam("called"))


async def test_rows_are_those_of_sqlalchemy(database_url: str) -> None:
    """Sealed texts, JSON, moments in UTC, booleans, what is not there: each as its type reads it, under its name."""
    database = await Database.open(database_url, keys=(Fernet.generate_key().decode(),), migrate=False)

    def fill_and_ask(tx: Tx) -> None:
        put_delegate(tx, 1, now=OPEN, name="Айгерім", wheelchair=True)
        put_bus(tx, put_visit(tx, leaves_at=OPEN), departs_at=OPEN)
        log.write(tx, at=OPEN, actor=1, action="book", subject="booking:1", after={"party": 2}, cause="once")
        for query in (select(delegates), select(visits), select(buses), select(log_table)):
            own = tx.execute(query).mappings().all()
            assert own
            assert [row._asdict() for row in Prepared(query).all(tx)] == [dict(row) for row in own]

    await database.run(fill_and_ask)
    await database.close()


async def test_it_writes_as_sqlalchemy_does_and_says_how_many(database: Database) -> None:
    new, rename = Prepared(insert(delegates)), Prepared(RENAME)
    by_id, count = Prepared(BY_ID), Prepared(select(func.count()).select_from(delegates))

    def write(tx: Tx) -> None:
        row = {"name": "Aigerim", "consent": "1", "created_at": OPEN}
        new.do_many(tx, [{**row, "telegram_id": number} for number in (1, 2, 3)])
        new.do_many(tx, [{**row, "telegram_id": 4}])
        new.do_many(tx, [])
        assert count.value(tx) == 4
        first = tx.execute(select(delegates).order_by(delegates.c.telegram_id)).first()
        assert first is not None
        assert rename.do(tx, person=first.id, called="Zoë") == 1
        assert rename.do(tx, person=-1, called="Zoë") == 0
        assert by_id.one(tx, person=first.id) == (*first[:2], "Zoë", *first[3:])
        assert by_id.first(tx, person=-1) is by_id.value(tx, person=-1) is None
        with pytest.raises(ValueError, match="not enough values"):
            by_id.one(tx, person=-1)

    await database.run(write)


async def test_questions_that_are_asked_together_are_answered_as_alone(database_url: str) -> None:
    """Each with its own rows in its own order, none and several; on PostgreSQL the driver is told one statement."""
    database = await Database.open(database_url, keys=(Fernet.generate_key().decode(),), migrate=False)
    people = select(delegates).order_by(delegates.c.telegram_id.desc())
    questions = (
        select(buses).where(buses.c.visit_id == bindparam("visit")),
        people.where(delegates.c.telegram_id > bindparam("above"), delegates.c.stopped_at.is_(None)),
        people.where(delegates.c.telegram_id == bindparam("above")),
        select(visits).where(visits.c.id == bindparam("visit"), visits.c.state == "open"),
        people.where(delegates.c.telegram_id < 0),
    )
    together = Together(*questions)

    def fill(tx: Tx) -> int:
        for number, name in ((1, "Zoë"), (2, "Айгерім"), (3, "Aigerim")):
            put_delegate(tx, number, now=OPEN, name=name)
        visit = put_visit(tx, leaves_at=OPEN)
        put_bus(tx, visit, departs_at=OPEN)
        return visit

    def ask(tx: Tx, visit: int) -> None:
        alone = [[dict(row) for row in tx.execute(each, {"visit": visit, "above": 1}).mappings()] for each in questions]
        assert [len(rows) for rows in alone] == [1, 2, 1, 1, 0]
        said: list[str] = []
        with heard(tx, said):
            answers = together.all(tx, visit=visit, above=1)
        assert [[row._asdict() for row in rows] for rows in answers] == alone
        assert len(said) == (1 if tx.dialect.name == "postgresql" else len(questions))

    visit = await database.run(fill)
    await database.read(ask, visit)
    await database.close()


MORE = Prepared(
    update(visits).where(visits.c.id == bindparam("visit")).values(seats_taken=visits.c.seats_taken + bindparam("more"))
)
NEWCOMER = Prepared(insert(delegates))
SEATS = select(visits.c.seats_taken)
CALLED = select(delegates.c.name).order_by(delegates.c.id)


def heard(tx: Tx, said: list[str]) -> Any:
    """Let `said` be what the driver is told."""
    execute = tx.dialect.do_execute

    def hear(cursor: Any, text: str, parameters: Any, context: Any = None) -> None:
        said.append(text)
        execute(cursor, text, parameters, context)

    return patch.object(tx.dialect, "do_execute", hear)


async def test_what_nobody_waits_for_goes_with_the_next_statement(database: Database) -> None:
    """On PostgreSQL one statement says three; each table that is asked is as it would be."""
    said: list[str] = []

    def write(tx: Tx) -> None:
        visit = put_visit(tx, leaves_at=OPEN)
        with heard(tx, said):
            MORE.later(tx, visit=visit, more=2)
            NEWCOMER.later(tx, name="Zoë", consent="1", created_at=OPEN)
            assert Prepared(select(func.count()).select_from(buses)).value(tx) == 0
        assert len(said) == (1 if tx.dialect.name == "postgresql" else 3)
        assert Prepared(SEATS).value(tx) == 2
        assert Prepared(CALLED).value(tx) == "Zoë"

    await database.run(write)


@pytest.mark.parametrize(
    "ask", [lambda tx: Prepared(SEATS).value(tx), lambda tx: tx.scalar(SEATS)], ids=["prepared", "sqlalchemy"]
)
async def test_whoever_asks_sees_what_was_said_before(database: Database, ask: Callable[[Tx], Any]) -> None:
    """The same row is written twice and then read, by a prepared statement or by SQLAlchemy; then it is locked."""

    def write(tx: Tx) -> None:
        visit = put_visit(tx, leaves_at=OPEN)
        for more in (2, 3):
            MORE.later(tx, visit=visit, more=more)
        assert ask(tx) == 5
        MORE.later(tx, visit=visit, more=4)
        assert Prepared(SEATS.with_for_update()).value(tx) == 9
        MORE.later(tx, visit=visit, more=1)
        assert MORE.do(tx, visit=visit, more=1) == 1
        MORE.later(tx, visit=visit, more=1)

    await database.run(write)
    assert await database.read(lambda tx: tx.scalar(SEATS)) == 12, "what was said last is said before the commit"


async def test_said_together_one_of_two_writes_to_a_row_would_be_lost(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: in one statement neither sees the other."""
    monkeypatch.setattr("storage.prepared.Worded.may_be_said_with", lambda *_: True)
    database = await Database.open(postgresql_url, migrate=False)

    def write(tx: Tx) -> None:
        visit = put_visit(tx, leaves_at=OPEN)
        for more in (2, 3):
            MORE.later(tx, visit=visit, more=more)

    await database.run(write)
    assert await database.read(lambda tx: tx.scalar(SEATS)) in (2, 3)
    await database.close()


async def test_what_is_rolled_back_is_not_said_later(database: Database) -> None:
    class Break(Exception):
        pass

    def write(tx: Tx) -> None:
        visit = put_visit(tx, leaves_at=OPEN)
        MORE.later(tx, visit=visit, more=1)
        trial = tx.begin_nested()
        MORE.later(tx, visit=visit, more=10)
        trial.rollback()
        with tx.begin_nested():
            MORE.later(tx, visit=visit, more=100)

    def fail(tx: Tx) -> None:
        NEWCOMER.later(tx, name="Zoë", consent="1", created_at=OPEN)
        raise Break

    await database.run(write)
    for _ in range(10):  # on each connection of the pool
        with pytest.raises(Break):
            await database.run(fail)
    assert await database.read(lambda tx: tx.scalar(SEATS)) == 101
    assert await database.read(lambda tx: tx.scalars(CALLED).all()) == []


async def test_what_is_refused_at_the_commit_fails_the_transaction(database: Database) -> None:
    def collide(tx: Tx) -> None:
        put_delegate(tx, 1, now=OPEN)
        NEWCOMER.later(tx, telegram_id=1, name="Aigerim Serikova", created_at=OPEN)

    with pytest.raises(IntegrityError) as refused:
        await database.run(collide)
    assert "Aigerim" not in str(refused.value)
    assert await database.read(lambda tx: tx.scalars(CALLED).all()) == []


async def test_a_question_is_never_put_off(postgresql_url: str) -> None:
    database = await Database.open(postgresql_url, migrate=False)
    with pytest.raises(TypeError, match="somebody waits"):
        await database.run(lambda tx: Prepared(SEATS).later(tx))
    await database.close()


async def test_what_the_database_refuses_is_sqlalchemys_error_without_the_values(database: Database) -> None:
    def collide(tx: Tx) -> None:
        put_delegate(tx, 1, now=OPEN)
        Prepared(insert(delegates)).do(tx, telegram_id=1, name="Aigerim Serikova", created_at=OPEN)

    with pytest.raises(IntegrityError) as refused:
        await database.run(collide)
    assert "Aigerim" not in str(refused.value)
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(delegates))) == 0


async def test_a_naive_moment_is_refused(database: Database) -> None:
    def write(tx: Tx) -> None:
        Prepared(insert(delegates)).do(tx, telegram_id=1, created_at=OPEN.replace(tzinfo=None))

    with pytest.raises(ValueError, match="naive moment"):
        await database.run(write)


@pytest.mark.parametrize(
    ("statement", "values"),
    [
        (select(delegates).where(delegates.c.id.in_(bindparam("some", expanding=True))), {"some": [1]}),
        (select(delegates).where(delegates.c.id.in_([1, 2])), {}),
        (BY_ID, {}),
        (BY_ID, {"person": 1, "people": 2}),
        (RENAME, {"person": 1}),
    ],
)
async def test_what_cannot_be_prepared_is_told_at_once(database: Database, statement: Any, values: Any) -> None:
    with pytest.raises(TypeError, match="cannot be prepared"):
        await database.run(lambda tx: Prepared(statement).all(tx, **values))


def bare(tx: Tx) -> Any:
    """The same question in the driver itself: what a prepared statement would be without SQLAlchemy's care."""
    cursor = tx.connection.cursor()
    cursor.execute("SELECT 1")
    return cursor.fetchall()[0][0]


def prepared(tx: Tx) -> Any:
    return Prepared(select(literal_column("1"))).value(tx)


@pytest.mark.parametrize("ask", [prepared, pytest.param(bare, id="control")])
async def test_a_connection_that_breaks_lets_the_whole_transaction_run_again(
    postgresql_url: str, ask: Callable[[Tx], Any]
) -> None:
    """As when a server starts again. Said to the bare driver, the same would be an error for whoever tapped."""
    database, other = [await Database.open(postgresql_url, migrate=False) for _ in range(2)]
    backends: list[int] = []

    def lose_the_first(tx: Tx) -> Any:
        backends.append(tx.execute(select(func.pg_backend_pid())).scalar_one())
        if len(backends) == 1:
            await_only(other.run(lambda theirs: theirs.execute(select(func.pg_terminate_backend(backends[0])))))
        return ask(tx)

    outcome: Any = (await asyncio.gather(database.run(lose_the_first), return_exceptions=True))[0]
    if ask is prepared:
        assert outcome == 1
        assert len(set(backends)) == 2
    else:
        assert isinstance(outcome, Exception)
        assert not isinstance(outcome, DBAPIError)
    await database.close()
    await other.close()


async def test_a_statement_that_is_broken_off_leaves_no_busy_connection(postgresql_url: str) -> None:
    """More often than there are connections: a caller that is cancelled takes its own with it."""
    database = await Database.open(postgresql_url, migrate=False)
    sleep = Prepared(select(func.pg_sleep(bindparam("seconds"))))
    for run in (database.run, database.run_one, database.look_up):
        for _ in range(storage.postgresql._POOL_SIZE + 1):
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.05):
                    await run(lambda tx: sleep.all(tx, seconds=60.0))
        assert await run(prepared) == 1
    await database.close()


async def test_a_schema_that_changes_under_a_running_bot_is_met_again(postgresql_url: str) -> None:
    """A replica of the next version migrates: what this one has prepared on each of its connections is outlived."""
    database, other = [await Database.open(postgresql_url, migrate=False) for _ in range(2)]
    await other.run(lambda tx: tx.exec_driver_sql("CREATE TABLE odd (n INTEGER)").close())
    await other.run(lambda tx: tx.exec_driver_sql("INSERT INTO odd VALUES (7)").close())
    asked = Prepared(select(column("n", Integer)).select_from(table("odd")))
    connections = storage.postgresql._POOL_SIZE
    everybody = asyncio.Barrier(connections)

    def ask_at_once(tx: Tx) -> Any:
        await_only(everybody.wait())  # so that each has a connection of its own
        return asked.value(tx)

    assert await asyncio.gather(*(database.run(ask_at_once) for _ in range(connections))) == [7] * connections
    await other.run(lambda tx: tx.exec_driver_sql("ALTER TABLE odd ALTER COLUMN n TYPE BIGINT").close())
    assert [await database.run(asked.value) for _ in range(connections)] == [7] * connections
    await database.close()
    await other.close()
