"""kill -9 at any moment, then a new start: no seat is lost or doubled, and whoever has one is told."""

import asyncio
import re
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
import pytest
from sqlalchemy import Select, func, select

from bot.services.organizers import set_seats
from bot.services.people import agree, name_owners
from bot.simulator import Simulator
from bot.starting import load_congress
from storage import Tx, inbox
from storage.database import Database
from storage.records import BookingState, MessageState
from storage.tables import bookings, buses, delegates, log, outbox, riders, visits
from tests.house import OPEN, OWNER
from tests.makers import PROGRAMME
from tests.phone import Message, NotAllowed, Phone, Telegram
from tests.processes.bot_process import TOKEN, BotProcess, bot_process
from tests.proof.kills import settled

PATIENCE = 30.0
"""Seconds for what takes one on a machine with nothing else to do."""
PEOPLE = 30
SEATS = 12
ACTS = 4
KILLS = 3
CALLS = (6, 60)
"""A killed process has made so many calls, more or less: start-up is among them, and everybody's first taps."""


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    """Telegram's servers, which live on."""
    server = await Simulator.start(token=TOKEN, query_seconds=PATIENCE)
    yield server
    await server.stop()


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as open_session:
        yield open_session


async def prepare(url: str) -> None:
    """People have agreed, and two small buses have fewer seats than there are people."""
    database = await Database.open(url)
    await load_congress(database, PROGRAMME, now=OPEN)

    def fill(tx: Tx) -> None:
        name_owners(tx, owner_ids=(OWNER,), now=OPEN)
        for number in range(1, PEOPLE + 2):
            agree(tx, telegram_id=number, name=f"Person {number}", language="en", notice="1", now=OPEN)
        for label in ("B01", "B02"):
            set_seats(tx, actor=OWNER, name=label, seats=SEATS // 2, now=OPEN, cause=f"seats/{label}")

    await database.run(fill)
    await database.close()


async def visitor(phone: Phone, *, chance: Random) -> None:
    """Open the card, then act on what is shown: sign up, now and then give the seat back, try again when it is full."""
    await phone.send("/start v_nab-am")
    shown = await phone.wait_for(has_buttons, timeout=PATIENCE)
    for _ in range(ACTS):
        wanted = next((data for data in ("book:", "give:", "giveq:", "visit:") if shown.button(data)), None)
        if wanted is None or (wanted == "giveq:" and chance.random() < 0.6):
            return
        try:
            await phone.tap(wanted, message=shown, wait=0)  # the bot may be dead: nobody waits for the answer
        except NotAllowed:  # it came back, and has changed the card under the thumb
            shown = await phone.wait_for(has_buttons, timeout=PATIENCE)
        else:
            shown = await phone.wait_for(has_buttons, newer_than=shown, timeout=PATIENCE)


def codes_in(text: str) -> set[str]:
    """The booking codes that a message's plain or HTML text shows, as tickets do."""
    return set(re.findall(r"Code: (?:<code>)?(\w+)", text))


def note_what_is_shown(simulator: Simulator) -> Mapping[int, set[str]]:
    """Return the codes that each chat is ever shown from now on: a card may change again before anybody looks."""
    record = simulator.world.calls.record
    shown: defaultdict[int, set[str]] = defaultdict(set)

    def record_and_note(method: str, **call: Any) -> None:
        record(method, **call)
        if call["chat_id"] is not None and call["status"] == 200:
            shown[call["chat_id"]] |= codes_in(call["params"].get("text", ""))

    simulator.world.calls.record = record_and_note  # type: ignore[method-assign]
    return shown


def has_buttons(message: Message) -> bool:
    return bool(message.buttons)


def kill_after(simulator: Simulator, bot: BotProcess, *, calls: int) -> None:
    """Kill the bot as it makes that call: the call has its effect, and the bot never hears of it."""
    record = simulator.world.calls.record
    last = simulator.world.calls.count + calls

    def record_and_kill(*args: Any, **kwargs: Any) -> None:
        record(*args, **kwargs)
        if simulator.world.calls.count == last:
            bot.process.kill()

    simulator.world.calls.record = record_and_kill  # type: ignore[method-assign]


@dataclass(kw_only=True)
class Ledger:
    """What the database says at the end."""

    codes: dict[int, str]
    every_code: set[str]
    by_counter: dict[str, int]
    by_riders: dict[str, int]
    tickets: dict[str, str]
    effects: Counter[str]
    parked: int
    waiting: int


def pairs(tx: Tx, query: Select[Any, Any]) -> dict[Any, Any]:
    return {row[0]: row[1] for row in tx.execute(query)}


def audit(tx: Tx) -> Ledger:
    booked = bookings.c.state == BookingState.BOOKED
    seats = select(riders.c.booking_id, bookings.c.bus_id, bookings.c.visit_id).join(bookings).where(booked).subquery()
    on_buses = select(buses.c.label, func.count(seats.c.booking_id)).outerjoin(seats, seats.c.bus_id == buses.c.id)
    on_visits = select(visits.c.key, func.count(seats.c.booking_id)).outerjoin(seats, seats.c.visit_id == visits.c.id)
    owners = select(delegates.c.telegram_id, bookings.c.code).join_from(
        bookings, delegates, bookings.c.delegate_id == delegates.c.id
    )
    is_ticket = (outbox.c.booking_id == bookings.c.id) & (outbox.c.kind == "ticket")
    told = select(bookings.c.code, outbox.c.state).join_from(bookings, outbox, is_ticket)
    counted = inbox.count(tx)
    return Ledger(
        codes=pairs(tx, owners.where(booked)),
        every_code=set(tx.scalars(select(bookings.c.code))),
        by_counter=pairs(tx, select(buses.c.label, buses.c.seats_taken))
        | pairs(tx, select(visits.c.key, visits.c.seats_taken)),
        by_riders=pairs(tx, on_buses.group_by(buses.c.label)) | pairs(tx, on_visits.group_by(visits.c.key)),
        tickets=pairs(tx, told),
        effects=Counter(tx.scalars(select(log.c.action).where(log.c.cause.like("update/%")))),
        parked=counted.parked,
        waiting=counted.received,
    )  # fmt: skip


@pytest.mark.parametrize("seed", [1])
async def test_a_kill_at_any_moment_loses_and_doubles_nothing(
    database_url: str, simulator: Simulator, session: aiohttp.ClientSession, seed: int
) -> None:
    chance = Random(f"{seed} {database_url[:6]}")
    await prepare(database_url)
    telegram = Telegram(simulator.url, session=session)
    told = note_what_is_shown(simulator)
    phones = [
        await Phone.create(simulator.url, id=number, first_name=f"Person {number}", session=session)
        for number in range(1, PEOPLE + 2)
    ]
    *crowd, latecomer = phones
    everybody = asyncio.gather(*(visitor(phone, chance=Random(chance.random())) for phone in crowd))

    settings = {
        "token": TOKEN,
        "api_url": simulator.url,
        "database_url": database_url,
        "clock": OPEN.isoformat(),
        "owner_ids": str(OWNER),
    }
    said: list[str] = []
    for _ in range(KILLS):
        async with bot_process(settings, ready=False) as bot:
            kill_after(simulator, bot, calls=chance.randint(*CALLS))
            async with asyncio.timeout(PATIENCE):
                assert await bot.process.wait() == -9, "".join(bot.lines)
        said += bot.lines

    async with bot_process(settings) as bot:
        await everybody
        await latecomer.send("/start v_nu-am")
        card = await latecomer.wait_for(lambda message: message.button("book:") is not None, timeout=PATIENCE)
        answer = await latecomer.tap("book:", message=card, wait=PATIENCE)
        assert answer.text.startswith("Signed up: bus B0"), "the next tap works"
        await latecomer.wait_for(lambda message: message.button("giveq:") is not None, timeout=PATIENCE)
        # What waits as a process stops is the next one's: that nothing does is asked before.
        assert await settled(database_url, within=PATIENCE, messages=False)
        assert await bot.stop() == 0
    said += bot.lines
    assert any("were left unfinished" in line for line in said), "no kill came in the midst of a tap"
    assert TOKEN not in "".join(said)
    assert await telegram.pending() == 0

    database = await Database.open(database_url)
    ledger = await database.read(audit)
    await database.close()

    assert ledger.by_counter == ledger.by_riders
    assert ledger.by_counter["B01"] <= SEATS // 2
    assert ledger.by_counter["B02"] <= SEATS // 2
    assert ledger.effects["book"] == len(ledger.every_code) == len(ledger.tickets)
    assert (ledger.waiting, ledger.parked) == (0, 0)
    assert set().union(*told.values()) <= ledger.every_code, "told of a seat without a row"
    for phone in phones:
        await phone.look()
        shown = [codes_in(message.text) for message in phone.messages if message.from_bot]
        code = ledger.codes.get(phone.id)
        if code is not None:
            assert code in told.get(phone.id, ()), "a row of which nobody is told"
            assert sum(code in codes for codes in shown) <= 1 + KILLS
    for code in ledger.codes.values():
        # One that was shown as the process died is still leased to its tap: it is sent once more when that runs out.
        assert ledger.tickets[code] in (MessageState.SENT, MessageState.LEASED)
