"""What is wrong only once the bot looks: told in one line with its mend, exit 2, no traceback, no secret."""

import asyncio
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text

from bot.simulator import Simulator
from storage import log
from storage.database import Database
from tests.house import OPEN
from tests.phone import Telegram
from tests.processes.bot_process import TOKEN, bot_process, run_command

OLD_KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in range(2))


async def refused(**settings: str) -> str:
    """Start the bot with these settings, which it must refuse; return its one line."""
    code, output = await run_command("run", **{"token": TOKEN, "api_url": "http://127.0.0.1:1", **settings})
    assert code == 2, output
    assert len(output.splitlines()) == 1, output
    assert TOKEN not in output
    return output


async def sealed(url: str) -> None:
    """A database that was written with the old key."""
    database = await Database.open(url, keys=(OLD_KEY,))
    await database.run(log.write, at=OPEN, actor=None, action="test", subject="test", after={"name": "Айгерім"})
    await database.close()


async def test_databases_that_cannot_be_used(sqlite_url: str, postgresql_url: str, tmp_path: Path) -> None:
    no_database = tmp_path / "letter.sqlite"
    await asyncio.to_thread(no_database.write_text, "Dear delegates, " * 100)
    file_is_no_database, nobody_listens, no_such_database = await asyncio.gather(
        refused(database_url=f"sqlite:///{no_database}"),
        refused(database_url="postgresql://bot:hunter2@127.0.0.1:1/visits"),
        refused(database_url=postgresql_url.replace("/test?", "/nothere?")),
    )
    assert "letter.sqlite cannot be used (file is not a database); mend BOT_DATABASE_URL" in file_is_no_database
    assert "127.0.0.1:1/visits cannot be used" in nobody_listens
    assert "hunter2" not in nobody_listens
    assert 'database "nothere" does not exist' in no_such_database


async def test_keys_that_do_not_open_what_is_kept(sqlite_url: str) -> None:
    await sealed(sqlite_url)
    assert "set BOT_DATA_KEY" in await refused(database_url=sqlite_url)
    assert "no key in BOT_DATA_KEY opens" in await refused(database_url=sqlite_url, data_key=OTHER_KEY)


async def test_a_database_of_a_newer_bot(sqlite_url: str) -> None:
    database = await Database.open(sqlite_url)
    await database.run(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")))
    await database.close()
    assert "9999, which this version does not know" in await refused(database_url=sqlite_url)


@pytest.mark.parametrize("kind", ["502", "hang"])
async def test_a_stop_while_telegram_is_away_leaves_nothing_to_complain_of(sqlite_url: str, kind: str) -> None:
    simulator = await Simulator.start(token=TOKEN)
    async with Telegram(simulator.url) as telegram:
        await telegram.fault("getMe", kind, times=-1)
        settings = {"token": TOKEN, "api_url": simulator.url, "database_url": sqlite_url, "clock": OPEN.isoformat()}
        async with bot_process(settings, ready=False) as bot:
            if kind == "502":
                await bot.logged("Telegram does not answer yet")
            else:
                await asked_for(telegram, "getMe")
            assert await bot.stop(signals=2) == 0
        assert not any(
            word in line for line in bot.lines for word in ("Traceback", "Unclosed", "never retrieved", TOKEN)
        )
    await simulator.stop()


async def asked_for(telegram: Telegram, method: str) -> None:
    async with asyncio.timeout(20):
        while not await telegram.calls(method):  # each look is a call over HTTP, so others get their turn
            pass
