"""Single statements: those of one moment go together, and each is answered, fails and is broken off as if alone."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import Integer, bindparam, cast, column, delete, func, insert, literal, select, table, update
from sqlalchemy.exc import DBAPIError

from bot.services.people import find_person
from bot.services.visits import choice
from storage import Tx, bookings
from storage.database import Database
from storage.postgresql import SINGLES
from storage.prepared import Prepared, Together
from storage.singles import _Held
from storage.tables import buses, delegates, visits
from tests.makers import OPEN
from tests.storage.rows import put_bus, put_delegate, put_visit

PERSON = Prepared(select(delegates).where(delegates.c.telegram_id == bindparam("person")))
DIVIDED = Prepared(select(cast(literal(12) / bindparam("by", type_=Integer), Integer)))
SLEPT = Prepared(select(func.pg_sleep(bindparam("seconds")), func.pg_backend_pid().label("pid")))
SEATS = Prepared(select(visits.c.seats_taken))


@pytest.fixture
async def server(postgresql_url: str) -> AsyncIterator[Database]:
    """PostgreSQL, with sealed names."""
    opened = await Database.open(postgresql_url, keys=(Fernet.generate_key().decode(),), migrate=False)
    yield opened
    await opened.close()


class Told(list[str]):
    """What the driver is told, in its order."""

    def __init__(self) -> None:
        super().__init__()
        self.news = asyncio.Event()

    async def reach(self, number: int) -> None:
        """Return once it has been told so many statements."""
        while len(self) < number:
            self.news.clear()
            await self.news.wait()


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> Told:
    """What the driver is told from now on."""
    told = Told()
    fetch = _Held.fetch

    async def hear(held: _Held, text: str, parameters: Any) -> Any:
        told.append(text)
        told.news.set()
        return await fetch(held, text, parameters)

    monkeypatch.setattr(_Held, "fetch", hear)
    return told


async def test_questions_of_one_moment_go_together_and_are_answered_as_alone(server: Database, said: Told) -> None:
    """Twenty-one people, one unknown, with sealed names: in three statements, and each has their own row."""

    def fill(tx: Tx) -> None:
        for number in range(20):
            put_delegate(tx, number, now=OPEN, name=f"Айгерім {number}", wheelchair=number % 3 == 0)

    await server.run(fill)
    alone = [await server.look_up(PERSON.all, person=number) for number in range(21)]
    said.clear()
    assert await asyncio.gather(*(server.look_up(PERSON.all, person=number) for number in range(21))) == alone
    assert [len(rows) for rows in alone] == [1] * 20 + [0]
    assert len(said) == 3


async def test_a_question_of_several_goes_together_with_its_like(server: Database, said: Told) -> None:
    """Each of five asks for its own visit's row and buses; another question of the moment goes by itself."""

    def fill(tx: Tx) -> list[int]:
        made = [put_visit(tx, leaves_at=OPEN + timedelta(hours=number)) for number in range(5)]
        for number, visit in enumerate(made):
            for bus in range(number):
                put_bus(tx, visit, departs_at=OPEN, label=f"B{number}{bus}")
        return made

    made = await server.run(fill)
    by_visit = ((visits, visits.c.id), (buses, buses.c.visit_id))
    both = Together(*(select(rows).where(key == bindparam("visit")) for rows, key in by_visit))
    *found, seats = await asyncio.gather(
        *(server.look_up(both.all, visit=visit) for visit in made), server.look_up(SEATS.all)
    )
    assert [[row.id for row in rows] for rows, _ in found] == [[visit] for visit in made]
    assert [[bus.visit_id for bus in rows] for _, rows in found] == [[visit] * n for n, visit in enumerate(made)]
    assert len(seats) == 5
    assert len(said) == 3  # four of the five, the fifth, the seats


async def test_what_people_tap_goes_together(server: Database, said: Told) -> None:
    """What is asked behind a tap on a visit or on the list of them, by sixteen people at once: three statements."""

    def fill(tx: Tx) -> tuple[int, list[int]]:
        visit = put_visit(tx, leaves_at=OPEN)
        return visit, [put_delegate(tx, number, now=OPEN) for number in range(16)]

    visit, people = await server.run(fill)
    found = await asyncio.gather(*(server.look_up(find_person, telegram_id=number, now=OPEN) for number in range(16)))
    assert [person.delegate and person.delegate.id for person in found] == people
    cards = (server.look_up(bookings.visit_beside_live, visit_id=visit, delegate_id=person) for person in people)
    assert [card and card.id for card, _ in await asyncio.gather(*cards)] == [visit] * 16
    lists = await asyncio.gather(*(server.look_up(choice, delegate_id=person) for person in people))
    assert [[each.id for each in listed.visits] for listed in lists] == [[visit]] * 16
    assert len(said) == 3


async def test_what_one_question_provokes_meets_its_asker_alone(server: Database, said: Told) -> None:
    answers = await asyncio.gather(
        *(server.look_up(DIVIDED.value, by=number) for number in (4, 3, 0, 2)), return_exceptions=True
    )
    assert [answers[0], answers[1], answers[3]] == [3, 4, 6]
    assert isinstance(answers[2], DBAPIError)
    assert len(said) == 5  # together, then each


async def test_an_error_does_not_quote_what_was_asked(server: Database) -> None:
    unfit = Prepared(select(cast(bindparam("words"), Integer)))
    with pytest.raises(DBAPIError) as error:
        await server.look_up(unfit.value, words="Aigerim")
    assert "Aigerim" not in str(error.value).replace(str(error.value.orig), "")


async def test_what_is_asked_later_is_answered_later(server: Database, said: Told) -> None:
    """While every connection is busy others commit: who asks after that sees it, though its like waits already."""

    def fill(tx: Tx) -> int:
        return put_visit(tx, leaves_at=OPEN)

    await server.run(fill)
    busy = [asyncio.create_task(server.run_one(SLEPT.all, seconds=0.1)) for _ in range(SINGLES)]
    await said.reach(SINGLES)
    before = asyncio.create_task(server.look_up(SEATS.value))
    await asyncio.sleep(0)
    await server.run(lambda tx: tx.execute(update(visits).values(seats_taken=7)).close())
    assert await server.look_up(SEATS.value) == 7
    await asyncio.gather(before, *busy)


async def test_who_leaves_takes_nobody_along(server: Database, said: Told) -> None:
    """Two ask together; one leaves, the other is answered."""
    stays = asyncio.create_task(server.look_up(SLEPT.all, seconds=0.2))
    leaves = asyncio.create_task(server.look_up(SLEPT.all, seconds=0.2))
    await said.reach(1)
    leaves.cancel()
    assert len(await stays) == 1
    assert leaves.cancelled()
    assert len(said) == 1


async def test_when_all_have_left_the_statement_is_broken_off(server: Database) -> None:
    """More often than there are connections, by twos."""
    for _ in range(SINGLES + 1):
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await asyncio.gather(*(server.look_up(SLEPT.all, seconds=60.0) for _ in range(2)))
    assert await server.look_up(DIVIDED.value, by=4) == 3


async def test_a_lost_connection_is_made_again_and_all_are_answered(server: Database, said: Told) -> None:
    """All connections are ended by the server; what was asked on them is asked again."""
    asked = [asyncio.create_task(server.run_one(SLEPT.all, seconds=0.1)) for _ in range(SINGLES)]
    pids = {row.pid for rows in await asyncio.gather(*asked) for row in rows}
    assert len(pids) == SINGLES
    asked = [asyncio.create_task(server.run_one(SLEPT.all, seconds=0.3)) for _ in range(SINGLES)]
    asked += [asyncio.create_task(server.look_up(SLEPT.all, seconds=0.01)) for _ in range(SINGLES)]
    await said.reach(2 * SINGLES)

    def end(tx: Tx) -> None:
        for pid in pids:
            tx.execute(select(func.pg_terminate_backend(pid)))

    await server.run(end)
    assert not pids & {row.pid for rows in await asyncio.gather(*asked) for row in rows}


async def test_a_schema_that_changes_under_a_running_bot_is_met_again(server: Database) -> None:
    """What is prepared on the connections is outlived; it is prepared anew."""

    def change(tx: Tx, text: str) -> None:
        tx.exec_driver_sql(text)

    await server.run(change, "CREATE TABLE odd (n INTEGER)")
    await server.run(change, "INSERT INTO odd VALUES (7)")
    asked = Prepared(select(column("n", Integer)).select_from(table("odd")))
    for kind in ("INTEGER", "BIGINT", "SMALLINT"):
        await server.run(change, f"ALTER TABLE odd ALTER COLUMN n TYPE {kind}")
        for size in (1, 2, 4):
            assert await asyncio.gather(*(server.look_up(asked.value) for _ in range(size))) == [7] * size


async def test_what_does_something_goes_by_itself(server: Database, said: Told) -> None:
    """Said together, two functions would see each other's rows by chance."""
    new = Prepared(insert(delegates).values(name="Zoë", consent="1", created_at=OPEN).returning(delegates.c.id))
    made = await asyncio.gather(*(server.run_one(new.value) for _ in range(5)))
    assert len(set(made)) == len(said) == 5


async def test_only_prepared_statements_with_rows_are_said_alone(server: Database) -> None:
    gone = Prepared(update(visits).values(seats_taken=0))
    with pytest.raises(TypeError, match="only rows come back"):
        await server.run_one(gone.do)
    with pytest.raises(TypeError, match="nothing comes after"):
        await server.run_one(gone.later)
    with pytest.raises(AttributeError):
        await server.run_one(lambda tx: tx.execute(delete(visits)).close())
