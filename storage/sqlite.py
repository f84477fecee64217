"""SQLite's own rules: one write connection in one thread, WAL, FULL, and a lock against a second process.

One write connection that also does all checkpoints keeps clear of the WAL-reset corruption that SQLite had from
3.7.0 to 3.51.2, and is the quickest way besides: jobs that wait while one commits share the next commit.
"""

import asyncio
import fcntl
import logging
import queue
import sqlite3
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import IO, Any, TypeVar

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import NullPool

from storage.seal import Seal, seal_with

T = TypeVar("T")
Job = Callable[[Connection], Any]

_LOCKED_SECONDS = 40.0
"""So long a write waits for somebody else's lock, such as that of an operator's sqlite3; screens read meanwhile."""
_MOST_PER_COMMIT = 32
"""Measured: 894 bookings a second with a commit each, 1,333 with 32 behind one."""

log = logging.getLogger(__name__)


class FileInUse(Exception):
    """Another process writes this SQLite file; one bot per file."""


class DatabaseClosed(Exception):
    """The process is stopping; nothing is written any more."""


def claim_file(url: URL) -> IO[str]:
    """Take the lock beside the database file until it is closed. Raise FileInUse when somebody holds it."""
    assert url.database is not None
    path = Path(url.database)
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = path.with_name(path.name + ".lock").open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise FileInUse(f"{path} is in use by another process of the bot; stop that one first") from None
    return lock


def look_into(url: URL) -> None:
    """Raise sqlite3.Error where the file cannot be opened, or is no SQLite database."""
    with closing(sqlite3.connect(str(url.database), timeout=10)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")


def make_engine(url: URL, seal: Seal, *, begin: str, pragmas: tuple[str, ...], patience: float = 10.0) -> Engine:
    """Return an engine whose transactions start with the given BEGIN: the driver's own control is off.

    `patience` is how many seconds a statement waits for a lock.
    """
    engine = create_engine(
        url, poolclass=NullPool, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": patience}
    )
    seal_with(engine.dialect, seal)

    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: Any) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def start(connection: Any) -> None:
        connection.execute(begin)

    # Not as an event of the engine, which costs each statement a look for listeners.
    engine.dialect.do_begin = start  # type: ignore[assignment,method-assign]
    return engine


_WRITE_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_READ_PRAGMAS = ("query_only=ON",)


class WriterThread:
    """Runs jobs in order, each whole or not at all; those that wait together share one commit."""

    def __init__(self, url: URL, seal: Seal, lock: IO[str]) -> None:
        self._engine = make_engine(url, seal, begin="BEGIN IMMEDIATE", pragmas=_WRITE_PRAGMAS, patience=_LOCKED_SECONDS)
        self._lock = lock
        self._closed = False
        self._jobs: queue.SimpleQueue[tuple[Job, asyncio.Future[Any]] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="sqlite-writer", daemon=True)
        self._thread.start()

    async def run(self, job: Callable[[Connection], T]) -> T:
        """Return the job's answer once its commit is on disk; a cancelled caller does not stop the job."""
        if self._closed:
            raise DatabaseClosed
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._jobs.put((job, answer))
        return await answer

    def close(self) -> None:
        """Finish what waits, then close; what comes later raises DatabaseClosed."""
        self._closed = True
        self._jobs.put(None)
        self._thread.join()
        self._lock.close()

    def _work(self) -> None:
        with self._engine.connect() as connection:
            while True:
                batch, last = self._next_batch()
                if batch:
                    self._perform(connection, batch)
                if last:
                    return

    def _next_batch(self) -> tuple[list[tuple[Job, asyncio.Future[Any]]], bool]:
        batch = []
        entry = self._jobs.get()
        while entry is not None:
            batch.append(entry)
            if len(batch) == _MOST_PER_COMMIT or self._jobs.empty():
                return batch, False
            entry = self._jobs.get()
        return batch, True

    def _perform(self, connection: Connection, batch: list[tuple[Job, asyncio.Future[Any]]]) -> None:
        outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]] = []
        try:
            with connection.begin():
                if len(batch) == 1:
                    [(job, answer)] = batch
                    outcomes.append((answer, job(connection), None))
                else:
                    for job, answer in batch:
                        outcomes.append((answer, *_alone(connection, job)))
        except BaseException as error:  # noqa: BLE001  nothing was committed: none of them happened, each is told
            _driver(connection).rollback()  # SQLite keeps a transaction open whose COMMIT failed: a full disk
            outcomes = [(answer, None, error) for _, answer in batch]
        for loop in {answer.get_loop() for _, answer in batch}:
            mine = [outcome for outcome in outcomes if outcome[0].get_loop() is loop]
            try:
                loop.call_soon_threadsafe(_tell, mine)
            except RuntimeError:  # that loop is closed: nobody waits any more
                log.debug("a caller left before its answer")


def _alone(connection: Connection, job: Job) -> tuple[Any, BaseException | None]:
    """Run one job of a batch between savepoints, so that its failure undoes only itself."""
    driver = _driver(connection)
    driver.execute("SAVEPOINT job")
    try:
        answer = job(connection)
    except BaseException as error:  # noqa: BLE001  it is told to the one who waits
        driver.execute("ROLLBACK TO job")
        driver.execute("RELEASE job")
        return None, error
    driver.execute("RELEASE job")
    return answer, None


def _driver(connection: Connection) -> Any:
    driver = connection.connection.driver_connection
    assert driver is not None
    return driver


def _tell(outcomes: list[tuple[asyncio.Future[Any], Any, BaseException | None]]) -> None:
    for future, answer, error in outcomes:
        if future.cancelled():
            continue
        if error is not None:
            future.set_exception(error)
        else:
            future.set_result(answer)


class Reader:
    """Answers questions beside the writer, each from one consistent snapshot.

    On the spot, in the caller's thread: a screen's read takes less time than the way to another thread and back, and
    in WAL no reader waits for the writer.
    """

    def __init__(self, url: URL, seal: Seal) -> None:
        self._connection = make_engine(url, seal, begin="BEGIN", pragmas=_READ_PRAGMAS).connect()

    def ask(self, job: Callable[[Connection], T]) -> T:
        """Return the job's answer; what it writes fails."""
        with self._connection.begin() as snapshot:
            try:
                return job(self._connection)
            finally:
                snapshot.rollback()

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()
