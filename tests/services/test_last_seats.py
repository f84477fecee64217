"""Everybody taps at once for the last seats; and what would happen if the visit were not locked."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.util import await_only

from bot.rules.booking import NoSeats
from bot.services.booking import Booked, Refused, book_seat
from bot.services.organizers import set_seats
from bot.services.people import agree
from storage import Tx, inbox, seats
from storage.database import Database
from storage.records import BookingState, MessageState, Visit
from storage.tables import bookings, delegates, outbox
from tests.house import OPEN, OWNER, Running, running_bot
from tests.phone import Answer, Message, Phone
from tests.services.defects import take_the_locks_off
from tests.services.world import World, document, settle, table, visit_of

CROWD = 300
SEATS = 40
PATIENCE = 60.0
"""Seconds in which everybody must have an answer, on a slow machine too."""


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    """Connections for everybody at once."""
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as open_session:
        yield open_session


def prepare(tx: Tx) -> None:
    """Let everybody have agreed, and leave two buses with the last seats of the morning."""
    for number in range(1, CROWD + 1):
        agree(tx, telegram_id=number, name=f"Person {number}", language="en", notice="1", now=OPEN)
    for label in ("B01", "B02"):
        set_seats(tx, actor=OWNER, name=label, seats=SEATS // 2, now=OPEN, cause=f"seats/{label}")


async def crowd_with_cards(running: Running, session: aiohttp.ClientSession) -> list[tuple[Phone, Message]]:
    """Everybody has the visit's card open."""

    async def open_card(number: int) -> tuple[Phone, Message]:
        phone = await Phone.create(
            running.simulator.url, id=number, first_name=f"Person {number}", language_code="en", session=session
        )
        await phone.send("/start v_nab-am")
        card = await phone.wait_for(lambda message: message.button("book:") is not None, timeout=PATIENCE)
        return phone, card

    return await asyncio.gather(*(open_card(number) for number in range(1, CROWD + 1)))


def committed(tx: Tx) -> dict[str, Any]:
    owners = (
        select(delegates.c.telegram_id, bookings.c.code)
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .where(bookings.c.state == BookingState.BOOKED)
    )
    return {
        "codes": {row.telegram_id: row.code for row in tx.execute(owners)},
        "visit": visit_of(tx, "nab-am"),
        "told": tx.scalars(select(outbox.c.state)).all(),
        "inbox": inbox.count(tx),
    }


async def test_the_last_forty_seats_go_to_forty_of_three_hundred(
    database_url: str, session: aiohttp.ClientSession
) -> None:
    async with running_bot(database_url) as running:
        await running.db.run(prepare)
        crowd = await crowd_with_cards(running, session)

        async def tap(phone: Phone, card: Message) -> Answer:
            return await phone.tap("book:", message=card, wait=PATIENCE)

        answers = await asyncio.gather(*(tap(phone, card) for phone, card in crowd))
        shown = await asyncio.gather(
            *(phone.wait_for(lambda _: True, newer_than=card, timeout=PATIENCE) for phone, card in crowd)
        )

    # The bot has stopped: what counts is what it left behind.
    database = await Database.open(database_url)
    facts = await database.read(committed)
    await database.close()

    assert all(answer.text for answer in answers)
    told_yes = {
        phone.id for (phone, _), answer in zip(crowd, answers, strict=True) if answer.text.startswith("Signed up: bus")
    }
    assert len(told_yes) == SEATS
    assert told_yes == set(facts["codes"])
    for (phone, card), seen in zip(crowd, shown, strict=True):
        assert seen.message_id == card.message_id  # edited in place
        code = facts["codes"].get(phone.id)
        if code is None:
            assert (seen.button("book:"), seen.button("giveq:")) == (None, None)
            assert seen.button("visit:") is not None  # others that have seats, and a way back
        else:
            assert [code in message.text for message in phone.messages].count(True) == 1

    visit: Visit = facts["visit"]
    assert visit.seats_taken == SEATS
    assert [(bus.seats_taken, bus.seats) for bus in visit.buses] == [(SEATS // 2, SEATS // 2)] * 2
    assert facts["told"] == [MessageState.SENT] * SEATS
    assert (facts["inbox"].received, facts["inbox"].parked) == (0, 0)


# The negative control: what the lock is for. If these fail, the test above proves nothing.

AT_ONCE = 8
"""As many as PostgreSQL's pool has connections: all of them can stand between reading and writing."""


def one_seat_each(tx: Tx) -> World:
    """One seat is left in the bus of pres-am, and one place on the walk."""
    of = document()
    table(of, "buses", "B05")["seats"] = 1
    table(of, "visits", "aitu-walk")["capacity"] = 1
    return settle(tx, people=AT_ONCE, file=of)


@pytest.fixture
def _meeting_between_reading_and_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever has read that there is a seat waits a moment for all others to have read it too."""
    everybody = asyncio.Barrier(AT_ONCE)
    take = seats.take

    async def meet() -> None:
        try:
            async with asyncio.timeout(0.5):
                await everybody.wait()
        except (TimeoutError, asyncio.BrokenBarrierError):
            return  # the others wait for a lock

    def take_later(tx: Tx, **asked: Any) -> None:
        await_only(meet())
        take(tx, **asked)

    monkeypatch.setattr(seats, "take", take_later)


async def all_book(server: Database, key: str) -> tuple[list[Any], Visit, int]:
    """Let everybody book at once; return outcomes and errors, the visit, and the number of booked rows."""
    world = await server.run(one_seat_each)
    visit = await server.read(visit_of, key)
    outcomes = await asyncio.gather(
        *(
            server.run(
                book_seat,
                delegate_id=person,
                visit_id=visit.id,
                visit_version=visit.version,
                congress=world.congress,
                now=OPEN,
                cause=f"tap/{person}",
            )
            for person in world.people
        ),
        return_exceptions=True,
    )
    rows = await server.read(lambda tx: len(tx.execute(select(bookings.c.id)).all()))
    return outcomes, await server.read(visit_of, key), rows


def how_many(outcomes: list[Any], kind: type) -> int:
    return sum(isinstance(outcome, kind) for outcome in outcomes)


@pytest.mark.usefixtures("_meeting_between_reading_and_writing")
@pytest.mark.parametrize("key", ["pres-am", "aitu-walk"])
async def test_with_the_lock_one_is_told_yes_and_all_others_no(server: Database, key: str) -> None:
    outcomes, visit, rows = await all_book(server, key)
    assert how_many(outcomes, Booked) == rows == visit.seats_taken == 1
    refused = [outcome.refusal for outcome in outcomes if isinstance(outcome, Refused)]
    assert refused == [NoSeats(left=0, largest=0)] * (AT_ONCE - 1)


@pytest.mark.usefixtures("_meeting_between_reading_and_writing")
async def test_without_the_lock_the_race_happens_and_the_wall_of_the_bus_stands(
    server: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    take_the_locks_off(monkeypatch)
    outcomes, visit, rows = await all_book(server, "pres-am")
    walled = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert len(walled) == AT_ONCE - 1  # all had read that there was a seat
    assert all("bus_holds_its_seats" in str(error) for error in walled)
    assert how_many(outcomes, Booked) == rows == visit.seats_taken == 1


@pytest.mark.usefixtures("_meeting_between_reading_and_writing")
async def test_without_the_lock_a_walk_is_oversold(server: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has no bus, and a host limit is no constraint: only the lock keeps it."""
    take_the_locks_off(monkeypatch)
    outcomes, visit, rows = await all_book(server, "aitu-walk")
    assert visit.host_limit == 1
    assert how_many(outcomes, Booked) == rows == visit.seats_taken == AT_ONCE
