"""Brings the tables to this version with Alembic, on an open connection of either database."""

from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import URL, Connection, text

from storage.seal import Seal
from storage.sqlite import make_engine

_MIGRATIONS = Path(__file__).parent / "migrations"
_GUARD = 7_226_822
"""PostgreSQL advisory lock: two replicas that start together migrate one after the other."""


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
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:guard)"), {"guard": _GUARD})
    config = config_for(connection)
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None:
        try:
            ScriptDirectory.from_config(config).get_revision(current)
        except CommandError:
            raise NewerSchema(f"the database is at revision {current}, which this version does not know") from None
    command.upgrade(config, revision)


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
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise BrokenReferences(f"{len(broken)} rows point nowhere, first in table {broken[0][0]}")
