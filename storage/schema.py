"""Brings the tables to this version with Alembic, on an open connection of either database."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection

from storage.seal import Seal
from storage.sqlite import make_engine
from storage.turns import take_turn

_MIGRATIONS = Path(__file__).parent / "migrations"


class NewerSchema(Exception):
    """The tables belong to a newer version of the bot; an older one must not write into them."""


class BrokenReferences(Exception):
    """A migration left rows that point nowhere; it is rolled back."""


def config_for(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def upgrade(connection: Connection, revision: str = "head") -> None:
    """Climb to the revision within this transaction. Raise NewerSchema when the tables are ahead."""
    take_turn(connection, patiently=True)
    current = revision_of(connection)
    if current is not None and not is_known(current):
        raise NewerSchema(f"the database is at revision {current}, which this version does not know")
    command.upgrade(config_for(connection), revision)


def revision_of(connection: Connection) -> str | None:
    """Return the revision at which the tables stand, or None where there are none."""
    return MigrationContext.configure(connection).get_current_revision()


def newest() -> str:
    """Return the revision of this version."""
    newest = _scripts().get_current_head()
    assert newest is not None
    return newest


def is_known(revision: str) -> bool:
    """Say whether this version knows the revision; it does not know those of newer ones."""
    try:
        return _scripts().get_revision(revision) is not None
    except CommandError:
        return False


def _scripts() -> ScriptDirectory:
    return ScriptDirectory(str(_MIGRATIONS))


def downgrade(connection: Connection, revision: str) -> None:
    """Climb down within this transaction."""
    command.downgrade(config_for(connection), revision)


def upgrade_sqlite(url: URL, revision: str = "head") -> None:
    """Climb on a connection of its own with foreign keys off, and check them before the commit.

    With foreign keys on, SQLite's batch mode recreates a parent table and silently deletes the children
    that cascade (measured: 3 of 3 bookings).
    """
    on_sqlite(url, upgrade, revision)


def on_sqlite(url: URL, climb: Any, revision: str) -> None:
    """Run a climb on SQLite, whole or not at all. Raise BrokenReferences when rows would point nowhere."""
    engine = make_engine(
        url, Seal(()), begin="BEGIN EXCLUSIVE", pragmas=("journal_mode=WAL", "synchronous=FULL", "foreign_keys=OFF")
    )
    with engine.begin() as connection:
        climb(connection, revision)
        check_references(connection)


def check_references(connection: Connection) -> None:
    """Raise BrokenReferences when rows of this SQLite file point nowhere."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if broken:
        raise BrokenReferences(f"{len(broken)} rows point nowhere, first in table {broken[0][0]}")
