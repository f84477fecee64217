"""`python -m bot reseal` as an operator runs it: killed with -9 in the middle, run again, refused in one line."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.simulator import Simulator
from storage import Tx, log
from storage.database import Database
from storage.seal import Seal
from tests.house import OPEN
from tests.processes.bot_process import ROOT, TOKEN, bot_process, environment, run_command
from tests.storage.people import put_two
from tests.storage.rows import put_delegate
from tests.storage.test_resealing import lying

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
LINES = 6_000


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    server = await Simulator.start(token=TOKEN)
    yield server
    await server.stop()


def fill(tx: Tx) -> None:
    put_two(tx)
    for number in range(LINES):
        log.write(tx, at=OPEN, actor=1, action="test", subject="test", after={"name": f"Айгерім {number}"})


async def filled(url: str, keys: tuple[str, ...], service: Callable[[Tx], object] = fill) -> None:
    database = await Database.open(url, keys=keys, migrate=False)
    await database.run(service)
    await database.close()


async def values(url: str) -> list[str]:
    database = await Database.open(url, migrate=False)
    try:
        return await database.read(lying)
    finally:
        await database.close()


async def kill_once(said: str, **settings: str) -> None:
    """Start the command and kill it -9 as it has said this."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "reseal", cwd=ROOT, env=environment(**settings), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        async for line in process.stdout:
            if said in line.decode():
                break
    process.kill()
    assert await process.wait() == -9, "it had ended before"


async def test_killed_in_the_middle_it_goes_on_where_it_was(database_url: str) -> None:
    await filled(database_url, (OLD,))
    settings = {"token": TOKEN, "database_url": database_url, "data_key": f"{NEW},{OLD}"}
    await kill_once("log.after: 1000 seen", **settings)
    found = await values(database_url)
    fresh = sum(Seal((NEW,)).closed(value) for value in found)
    assert 0 < fresh < len(found), "some lie the old way and some the new"
    assert all(Seal((NEW, OLD)).open(value) for value in found)

    code, output = await run_command("reseal", **settings)
    assert code == 0, output
    assert f"{len(found)} values, {len(found) - fresh} of them sealed anew." in output
    found = await values(database_url)
    assert all(Seal((NEW,)).closed(value) for value in found)
    code, output = await run_command("reseal", **{**settings, "data_key": NEW})
    assert code == 0
    assert f"{len(found)} values, 0 of them sealed anew." in output


async def test_from_readable_to_sealed_and_back_leaves_no_trace_in_the_file(sqlite_url: str, tmp_path: Path) -> None:
    def on_disk() -> bytes:
        return b"".join(path.read_bytes() for path in tmp_path.glob("test.sqlite*"))

    await filled(sqlite_url, (), put_two)
    assert b"mine/delegates.name" in on_disk()
    settings = {"token": TOKEN, "database_url": sqlite_url, "data_key": NEW}
    code, output = await run_command("reseal", **settings)
    assert code == 0, output
    assert b"mine/" not in on_disk()
    code, output = await run_command("reseal", "--unseal", **settings)
    assert code == 0, output
    assert "take BOT_DATA_KEY out" in output
    assert b"mine/delegates.name" in on_disk()


async def test_what_cannot_be_done_is_one_line_and_exit_2(sqlite_url: str, tmp_path: Path) -> None:
    await filled(sqlite_url, (OTHER,), put_two)
    settings = {"token": TOKEN, "database_url": sqlite_url}
    for arguments, changed, said in (
        (("reseal",), {}, "BOT_DATA_KEY is missing"),
        (("reseal",), {"data_key": f"{NEW},{OLD}"}, "column name, cannot be opened: no key in BOT_DATA_KEY opens"),
        (("reseal", "--unseal"), {}, "cannot be opened: the database holds sealed values; set BOT_DATA_KEY"),
        (("reseal",), {"data_key": NEW, "database_url": f"sqlite:///{tmp_path}/none.sqlite"}, "holds no tables"),
    ):
        code, output = await run_command(*arguments, **{**settings, **changed})
        assert code == 2, output
        assert said in output
        assert len(output.splitlines()) == 1, output
        assert OTHER not in output
        assert NEW not in output


@pytest.mark.parametrize(
    ("before", "key", "said"),
    [
        ("", "", "BOT_DATA_KEY is not set: names and what people write lie readable"),
        ("", NEW, "lie readable: run python -m bot reseal"),
        (NEW, NEW, None),
    ],
    ids=["no key", "a key since", "sealed"],
)
async def test_a_start_says_in_one_line_what_lies_readable(
    sqlite_url: str, simulator: Simulator, before: str, key: str, said: str | None
) -> None:
    await filled(sqlite_url, (before,) if before else (), lambda tx: put_delegate(tx, 1, now=OPEN, name="Айгерім"))
    settings = {"token": TOKEN, "api_url": simulator.url, "database_url": sqlite_url, "clock": OPEN.isoformat()}
    async with bot_process({**settings, "data_key": key}) as bot:
        assert await bot.stop() == 0
    assert [line for line in bot.lines if "readable" in line and (said is None or said not in line)] == []
    assert sum("readable" in line for line in bot.lines) == (said is not None)


async def test_beside_a_running_bot_on_sqlite_it_says_to_stop_that_first(sqlite_url: str, simulator: Simulator) -> None:
    settings = {"token": TOKEN, "api_url": simulator.url, "database_url": sqlite_url, "clock": OPEN.isoformat()}
    async with bot_process({**settings, "data_key": NEW}):
        code, output = await run_command("reseal", **settings, data_key=NEW)
    assert code == 2
    assert "is in use by another process of the bot; stop that one first" in output
