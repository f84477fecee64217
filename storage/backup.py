"""Backups: one SQLite file with every row as it lies, of either database, from one moment of it.

The file has the tables of the database's revision, constraints included; sealed values stay sealed. It is whole or
not there: written beside under another name, checked, flushed to the disk, then named.
"""

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Column, Connection, MetaData, Table, Text, insert, select
from sqlalchemy.exc import DBAPIError

from storage import schema
from storage.database import Database
from storage.raw_rows import LABEL, copy_rows, count_rows, kept_tables
from storage.seal import Seal
from storage.sqlite import make_engine
from storage.tables import Moment

LABELS = Table(
    LABEL,
    MetaData(),
    Column("congress", Text, nullable=False),
    Column("revision", Text, nullable=False),
    Column("came_from", Text, nullable=False),
    Column("taken_at", Moment, nullable=False),
)
# Nobody sees the file before it is whole: a crash leaves a part to be thrown away, so no journal and one flush.
_PRAGMAS = ("journal_mode=MEMORY", "synchronous=OFF", "foreign_keys=OFF", "temp_store=MEMORY")


class CannotBackUp(Exception):
    """No backup was made; the message says why and the mend, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a backup holds: rows by table. `came_from` is sqlite or postgresql."""

    congress: str
    revision: str
    came_from: str
    taken_at: datetime
    rows: Mapping[str, int]


async def write_backup(database: Database, file: Path, *, now: datetime) -> Receipt:
    """Write every row into a new file, beside a running bot too; return what it holds. Raise CannotBackUp.

    `now` is real time. The file can be read by its owner alone, and an existing one is never written over.
    """
    try:
        with part_of(file) as part:
            receipt = await database.read(_write, part, now=now)
            problem = fault_of(part, receipt.rows)
            if problem is not None:
                raise CannotBackUp(f"the backup came out damaged ({problem}); no file was made, look at the disk")
            put_in_place(part, file)
    except FileExistsError:
        raise CannotBackUp(f"{file} is there already and is not written over; name another file") from None
    except BlockingIOError:
        raise CannotBackUp(f"another backup is writing {file}; wait for it, or name another file") from None
    except OSError as error:
        raise CannotBackUp(f"{file} cannot be written ({error.strerror or error}); name another place") from None
    return receipt


def _write(source: Connection, part: Path, *, now: datetime) -> Receipt:
    """Fill the file from this one snapshot. Run again after a lost connection, it begins anew."""
    try:
        part.write_bytes(b"")
        with make_file(part) as target:
            revision = schema.revision_of(source)
            assert revision is not None
            schema.upgrade(target, revision)
            tables = kept_tables(target)
            congress = source.scalar(select(next(table.c.id for table in tables if table.name == "congress")))
            if congress is None:
                raise CannotBackUp("the database holds no congress yet: there is nothing to back up")
            for table in tables:
                copy_rows(source, target, table)
            LABELS.create(target)
            label = {
                "congress": congress,
                "revision": revision,
                "came_from": source.dialect.name,
                "taken_at": now,
            }
            target.execute(insert(LABELS), label)
            return Receipt(
                congress=congress,
                revision=revision,
                came_from=source.dialect.name,
                taken_at=now,
                rows=count_rows(source, tables),
            )
    except OSError as error:  # not the database's, which would make it be asked again
        raise CannotBackUp(f"{part} cannot be written ({error.strerror}); name another place") from None
    except DBAPIError as error:
        if isinstance(error.orig, sqlite3.Error):
            raise CannotBackUp(f"no backup was made ({error.orig}); is there room on the disk?") from None
        raise


@contextmanager
def part_of(file: Path) -> Iterator[Path]:
    """Give the path beside `file` under which it is written first: mode 600, ours alone, gone at the end.

    Raise FileExistsError where the file is there, BlockingIOError where another process writes its part.
    """
    if file.exists() or file.is_symlink():
        raise FileExistsError
    part = file.with_name(f".{file.name}.part")
    descriptor = os.open(part, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.fchmod(descriptor, 0o600)
        try:
            yield part
        finally:
            part.unlink(missing_ok=True)
    finally:
        os.close(descriptor)


@contextmanager
def make_file(part: Path) -> Iterator[Connection]:
    """Open one transaction on an SQLite file that nobody reads yet."""
    engine = make_engine(URL.create("sqlite", database=str(part)), Seal(()), begin="BEGIN EXCLUSIVE", pragmas=_PRAGMAS)
    with engine.begin() as connection:
        yield connection


def fault_of(file: Path, rows: Mapping[str, int]) -> str | None:
    """Read the file back: None when it is whole and holds so many rows of each table, else what is wrong."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        try:
            [(verdict,), *_] = connection.execute("PRAGMA integrity_check(1)").fetchall()
            if verdict != "ok":
                return str(verdict)
            astray = connection.execute("PRAGMA foreign_key_check").fetchone()
            if astray is not None:
                return f"a row of {astray[0]} points nowhere"
            for table, wanted in rows.items():
                [found] = connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()
                if found != wanted:
                    return f"{table} has {found} rows of {wanted}"
        except sqlite3.Error as error:
            return str(error)
    return None


def put_in_place(part: Path, file: Path) -> None:
    """Flush the part to the disk, then give it its name, which must be free. Raise FileExistsError."""
    flush(part)
    try:
        os.link(part, file)
    except FileExistsError:
        raise
    except OSError:  # a file system without links, such as that of a USB stick
        part.rename(file)
    flush(file.absolute().parent)


def flush(path: Path) -> None:
    """Have the disk hold the file, or the names of the folder, whatever happens next."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
