"""SQLite when somebody else locks the file or the disk is full: nothing is half done, and it goes on afterwards."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

import storage.sqlite
from storage import Tx, inbox
from storage.database import Database
from storage.inbox import NewUpdate
from storage.tables import delegates
from tests.makers import OPEN
from tests.storage.rows import put_delegate

HOLDER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
connection.execute("UPDATE delegates SET language = 'xx'")
print("held", flush=True)
sys.stdin.read()
connection.execute("ROLLBACK")
"""


@asynccontextmanager
async def locked(url: str) -> AsyncIterator[None]:
    """A process that is none of ours writes to the file until the block ends."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, url.removeprefix("sqlite:///"),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    assert process.stdout is not None
    assert await process.stdout.readline() == b"held\n"
    try:
        yield
    finally:
        process.stdin.close()
        await process.wait()


def known(tx: Tx) -> list[int | None]:
    return list(tx.scalars(select(delegates.c.telegram_id).order_by(delegates.c.telegram_id)))


async def test_writes_wait_for_a_foreign_lock_and_screens_read_meanwhile(sqlite_url: str) -> None:
    database = await Database.open(sqlite_url)
    await database.run(put_delegate, 1, now=OPEN)
    async with locked(sqlite_url):
        waiting = [asyncio.create_task(database.run(put_delegate, number, now=OPEN)) for number in range(2, 40)]
        for _ in range(100):
            assert await database.read(known) == [1]
        assert not any(task.done() for task in waiting)
    await asyncio.gather(*waiting)
    assert await database.read(known) == list(range(1, 40))
    await database.close()


def test_a_write_waits_longer_than_the_thirty_seconds_that_are_promised() -> None:
    assert storage.sqlite._LOCKED_SECONDS > 30


async def test_a_lock_that_lasts_is_told_to_each_caller_and_forgotten_afterwards(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storage.sqlite, "_LOCKED_SECONDS", 0.2)
    database = await Database.open(sqlite_url)
    async with locked(sqlite_url):
        answers: list[Any] = await asyncio.gather(
            *(database.run(put_delegate, number, now=OPEN) for number in range(1, 4)), return_exceptions=True
        )
    assert [type(answer) for answer in answers] == [OperationalError] * 3
    assert all("locked" in str(answer) for answer in answers)
    assert await database.read(known) == []
    await database.run(put_delegate, 4, now=OPEN)
    assert await database.read(known) == [4]
    await database.close()


async def test_a_full_disk_refuses_whole_transactions_and_what_was_acknowledged_stays(sqlite_url: str) -> None:
    """An update that was not stored was not confirmed to Telegram either: it comes again."""
    database = await Database.open(sqlite_url)
    pages = await database.run(lambda tx: tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    await database.run(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 4}").scalar_one())

    def store(tx: Tx, first: int) -> set[int]:
        """Two updates, of which the second alone would not fit: both or none."""
        new = [
            NewUpdate(update_id=first, person=1, raw="x"),
            NewUpdate(update_id=first + 1, person=1, raw="x" * 6_000),
        ]
        return inbox.store_updates(tx, new, received_at=OPEN)

    acknowledged: set[int] = set()
    refused: list[int] = []
    for first in range(1, 21, 2):
        [answer] = await asyncio.gather(database.run(store, first), return_exceptions=True)
        if isinstance(answer, OperationalError) and "disk is full" in str(answer):
            refused.append(first)
        else:
            assert isinstance(answer, set), answer
            acknowledged |= answer
    assert acknowledged
    assert refused
    stored = {update.update_id for update in await database.read(inbox.unfinished)}
    assert stored == acknowledged

    await database.run(lambda tx: tx.exec_driver_sql("PRAGMA max_page_count = 1000000").scalar_one())
    for first in refused:
        acknowledged |= await database.run(store, first)
    assert {update.update_id for update in await database.read(inbox.unfinished)} == acknowledged == set(range(1, 21))
    await database.close()


async def test_a_full_disk_under_a_shared_commit_tells_everybody_in_it(sqlite_url: str) -> None:
    database = await Database.open(sqlite_url)
    pages = await database.run(lambda tx: tx.exec_driver_sql("PRAGMA page_count").scalar_one())
    await database.run(lambda tx: tx.exec_driver_sql(f"PRAGMA max_page_count = {pages + 1}").scalar_one())
    answers = await asyncio.gather(
        *(database.run(put_delegate, number, now=OPEN, name="x" * 9_000) for number in range(1, 9)),
        return_exceptions=True,
    )
    told = [number for number, answer in enumerate(answers, 1) if not isinstance(answer, BaseException)]
    assert await database.read(known) == told
    assert len(told) < 8
    await database.run(lambda tx: tx.exec_driver_sql("PRAGMA max_page_count = 1000000").scalar_one())
    await database.run(put_delegate, 99, now=OPEN)
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(delegates))) == len(told) + 1
    [(verdict,)] = await database.read(lambda tx: [tuple(row) for row in tx.exec_driver_sql("PRAGMA integrity_check")])
    assert verdict == "ok"
    await database.close()
