"""The database of a simulated day: SQLite in memory, one transaction after the other, a fresh copy for each seed."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from storage import schema
from storage.database import parse_url
from storage.seal import Seal
from storage.sqlite import make_engine


class MemoryDesk:
    """Runs services, each in a transaction of its own. Also what courier and wording take for a Database."""

    def __init__(self, folder: Path) -> None:
        path = folder / "day.sqlite"
        schema.upgrade_sqlite(parse_url(f"sqlite:///{path}"))
        self._empty = sqlite3.connect(path)
        pragmas = ("foreign_keys=ON",)
        self._connection = make_engine(make_url("sqlite://"), Seal(()), begin="BEGIN", pragmas=pragmas).connect()
        self.url = make_url("sqlite://")

    def begin_anew(self) -> None:
        """Forget everything: the tables are empty."""
        self._empty.backup(self._connection.connection.driver_connection)  # type: ignore[arg-type]
        self._connection.rollback()

    def tell_time(self, now: Callable[[], datetime]) -> None:
        """Let the database's own clock show the day's time: turns and pauses come as the seed wants them."""

        def strftime(form: str, moment: str, ahead: str) -> str:
            assert moment == "now"
            shown = now().astimezone(UTC) + timedelta(seconds=float(ahead.removesuffix(" seconds")))
            return shown.strftime("%Y-%m-%d %H:%M:%S.%f")

        driver: Any = self._connection.connection.driver_connection
        driver.create_function("strftime", 3, strftime)

    def do(self, service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """Run the service and commit."""
        with self._connection.begin():
            return service(self._connection, *args, **kwargs)

    def ask(self, question: str) -> list[tuple[Any, ...]]:
        """Answer plain SQL at once: it is asked after each step."""
        driver: Any = self._connection.connection.driver_connection
        rows: list[tuple[Any, ...]] = driver.execute(question).fetchall()
        return rows

    async def run(self, service: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """As `Database.run`."""
        return self.do(service, *args, **kwargs)

    run_one = read = run
