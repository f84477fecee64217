"""Backups come back: into an empty database of either kind, whole or not at all, and up to this version's tables."""

import sqlite3
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import URL, Connection, Engine, func, inspect, select, update
from sqlalchemy.exc import DBAPIError

from storage import schema
from storage.backup import LABELS, Receipt, fault_of, flush, make_file, part_of
from storage.database import Database, NoDatabase, parse_url
from storage.raw_rows import LABEL, PROCESS_TABLES, copy_rows, count_rows, kept_tables, set_sequences
from storage.records import MessageState
from storage.seal import Seal, Sealed, SealedJSON, is_sealed
from storage.sqlite import claim_file, make_engine
from storage.tables import metadata, outbox
from storage.turns import take_turn

_WAITING = (MessageState.DUE, MessageState.LEASED, MessageState.SENDING)


class CannotRestore(Exception):
    """Nothing was restored; the message says why and the mend, in one line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Restored:
    """What came back, and how many messages of each kind waited as the backup was taken."""

    receipt: Receipt
    waiting: Mapping[str, int]


async def restore_backup(url: str, file: Path, *, keys: tuple[str, ...], silent: bool, now: datetime) -> Restored:
    """Fill the empty database at `url` from the backup and bring it to this version's tables.

    Messages that waited go out at the next start; `silent` ends them as unknown instead: some may have been sent
    after the backup was taken, and nobody can tell which. `now` is business time. Raise CannotRestore, UnknownDatabase,
    NoDatabase, FileInUse, NewerSchema (the backup's, or the database's) or UnreadableSeal.
    """
    address = parse_url(url)
    try:
        with _engine_of(file, keys).begin() as backup:
            job = _Restoring(backup, _look_into(backup, file), silent=silent, now=now)
            try:
                if address.get_backend_name() == "sqlite":
                    waiting = _into_file(address, job)
                else:
                    waiting = await _into_postgresql(url, job)
            except (DBAPIError, OSError) as error:
                reason = str(getattr(error, "orig", error)).splitlines()[0]
                raise CannotRestore(f"nothing was restored ({reason}); mend that and run it again") from None
    except DBAPIError as error:
        raise CannotRestore(f"{file} cannot be read ({error.orig}); name the file of a backup") from None
    return Restored(receipt=job.receipt, waiting=waiting)


def _engine_of(file: Path, keys: tuple[str, ...]) -> Engine:
    if not file.is_file():
        raise CannotRestore(f"{file} is not there; name the file of a backup")
    as_it_is = {"uri": "true", "mode": "ro", "immutable": "1"}
    url = URL.create("sqlite", database=file.absolute().as_uri(), query=as_it_is)
    return make_engine(url, Seal(keys), begin="BEGIN", pragmas=("query_only=ON",))


def _look_into(backup: Connection, file: Path) -> Receipt:
    """Read what the backup says of itself, and see that it is whole and that its seals open."""
    if LABEL not in inspect(backup).get_table_names():
        raise CannotRestore(f"{file} is no backup of this bot; name a file that `python -m bot backup` wrote")
    label = backup.execute(select(LABELS)).one()
    if not schema.is_known(label.revision):
        raise schema.NewerSchema(
            f"{file} was written by a newer version of the bot (revision {label.revision}); restore it with that one"
        )
    rows = count_rows(backup, kept_tables(backup))
    problem = fault_of(file, rows)
    if problem is not None:
        raise CannotRestore(f"{file} is damaged ({problem}); take another backup")
    _open_some_seals(backup)
    return Receipt(
        congress=label.congress, revision=label.revision, came_from=label.came_from, taken_at=label.taken_at, rows=rows
    )


def _open_some_seals(backup: Connection) -> None:
    """Open the first and the last sealed value of each column; raise UnreadableSeal where no key does."""
    there = inspect(backup)
    for table in metadata.sorted_tables:
        if not there.has_table(table.name):
            continue
        names = {column["name"] for column in there.get_columns(table.name)}
        for column in table.columns:
            if isinstance(column.type, Sealed | SealedJSON) and column.name in names:
                sealed = select(column).where(is_sealed(column)).limit(1)
                for key in table.primary_key.columns:
                    backup.execute(sealed.order_by(key)).all()
                    backup.execute(sealed.order_by(key.desc())).all()


class _Restoring:
    """One backup on its way into a database."""

    def __init__(self, backup: Connection, receipt: Receipt, *, silent: bool, now: datetime) -> None:
        self.receipt = receipt
        self._backup = backup
        self._tables = kept_tables(backup)
        self._silent = silent
        self._now = now

    def fill(self, target: Connection) -> Mapping[str, int]:
        """Copy into tables at the backup's revision, climb to this version's, end what waits if asked to."""
        for table in self._tables:
            copy_rows(self._backup, target, table)
        if target.dialect.name == "postgresql":
            set_sequences(target, self._tables)
        found = count_rows(target, self._tables)
        if found != self.receipt.rows:
            raise CannotRestore(f"the rows came out otherwise than they lie in the backup: {found}; nothing was kept")
        schema.upgrade(target)
        return self._end_what_waits(target)

    def _end_what_waits(self, target: Connection) -> Mapping[str, int]:
        waits = outbox.c.state.in_(_WAITING)
        rows = target.execute(select(outbox.c.kind, func.count().label("number")).where(waits).group_by(outbox.c.kind))
        waiting = {row.kind: row.number for row in rows}
        if self._silent:
            ended = {"state": MessageState.UNKNOWN, "settled_at": self._now, "lease_until": None}
            target.execute(
                update(outbox).where(waits).values(**ended, error="waited when the backup was taken; restored silently")
            )
        return waiting

    def fill_server(self, target: Connection, attempts: list[None]) -> Mapping[str, int]:
        """Fill a database of a server, in the one transaction that `target` is."""
        take_turn(target, patiently=True)
        attempts.append(None)
        current = schema.revision_of(target)
        if current is not None:
            if not schema.is_known(current):
                raise schema.NewerSchema(f"the database is at revision {current}, which this version does not know")
            schema.upgrade(target)
            taken = rows_in(target)
            if taken == {name: number for name, number in self.receipt.rows.items() if number} and len(attempts) > 1:
                return self._end_what_waits(target)  # the first attempt had been committed as the connection was lost
            refuse_full(taken)
            schema.downgrade(target, self.receipt.revision)
        else:
            schema.upgrade(target, self.receipt.revision)
        return self.fill(target)


def rows_in(target: Connection) -> dict[str, int]:
    """Count the rows of each table that has any, those of processes aside."""
    there = set(inspect(target).get_table_names()) - PROCESS_TABLES
    tables = [table for table in metadata.sorted_tables if table.name in there]
    return {name: number for name, number in count_rows(target, tables).items() if number}


def refuse_full(taken: Mapping[str, int]) -> None:
    """Raise CannotRestore where rows are in the way."""
    if taken:
        found = ", ".join(f"{name} {number}" for name, number in taken.items())
        raise CannotRestore(f"the database is not empty ({found}); name an empty one in BOT_DATABASE_URL")


async def _into_postgresql(url: str, job: _Restoring) -> Mapping[str, int]:
    database = await Database.open(url, migrate=False)
    try:
        return await database.run(job.fill_server, [])
    finally:
        await database.close()


def _into_file(url: URL, job: _Restoring) -> Mapping[str, int]:
    """Make the new file beside the old one, then let it take the old one's place."""
    file = Path(str(url.database))
    try:
        lock = claim_file(url)
    except OSError as error:
        raise NoDatabase(f"{file} cannot be used ({error.strerror}); mend BOT_DATABASE_URL") from None
    with lock:
        _make_way(url, file)
        with part_of(file) as part:
            part.write_bytes(b"")
            with make_file(part) as target:
                schema.upgrade(target, job.receipt.revision)
                waiting = job.fill(target)
                schema.check_references(target)
            flush(part)
            part.rename(file)
            flush(file.absolute().parent)
    return waiting


def _make_way(url: URL, file: Path) -> None:
    """Take an empty database away. Raise CannotRestore where it holds rows."""
    if not file.exists():
        return
    try:
        with closing(sqlite3.connect(file, timeout=1)) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")  # nobody else may have it open
    except sqlite3.Error as error:
        raise NoDatabase(f"{file} cannot be used ({error}); mend BOT_DATABASE_URL") from None
    with make_engine(url, Seal(()), begin="BEGIN EXCLUSIVE", pragmas=()).begin() as connection:
        refuse_full(rows_in(connection))
    file.unlink()
