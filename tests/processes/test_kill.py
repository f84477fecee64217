"""kill -9 at any moment: no seat lost or doubled, everybody booked gets a ticket, and the next tap works."""

import asyncio
import random
from collections.abc import AsyncIterator

import aiohttp
import pytest

from bot.simulator import Simulator
from storage import Tx, bookings, visits
from storage.database import Database
from tests.house import OPEN
from tests.phone import Phone, Telegram
from tests.processes.bot_process import TOKEN, bot_process

SEED = 20250822
KILLS = 4
PEOPLE = 24
VISIT = "katru-am"
SEATS = 18


@pytest.fixture
async def simulator() -> AsyncIterator[Simulator]:
    running = await Simulator.start(token=TOKEN)
    yield running
    await running.stop()


@pytest.fixture
def settings(simulator: Simulator, database_url: str) -> dict[str, str]:
    return {
        "token": TOKEN,
        "api_url": simulator.url,
        "database_url": database_url,
        "clock": OPEN.isoformat(),
        "owner_ids": "9001",
    }


async def test_no_seat_is_lost_or_doubled_by_kills_in_the_midst_of_taps(
    simulator: Simulator, settings: dict[str, str]
) -> None:
    chance = random.Random(SEED)
    async with aiohttp.ClientSession() as session:
        telegram = Telegram(simulator.url, session=session)
        async with bot_process(settings):
            phones = [await _card_in_hand(simulator, session, 3000 + number) for number in range(PEOPLE)]
        waiting = list(phones)
        for _ in range(KILLS):
            async with bot_process(settings) as bot:
                before = len(await telegram.calls())
                tapping, waiting = waiting[: PEOPLE // KILLS], waiting[PEOPLE // KILLS :]
                await asyncio.gather(*(phone.tap("book:", wait=0) for phone in tapping))
                await _calls_seen(telegram, before + chance.randrange(1, 12))
                await bot.kill()
        async with bot_process(settings) as bot:
            tickets = await asyncio.gather(*(_outcome(phone) for phone in phones))
            assert sum(tickets) == SEATS
            late = await _card_in_hand(simulator, session, 3999)
            assert (await late.tap("like:")).text == ""  # full by now: the next tap works
            assert await bot.stop() == 0
        copies = [
            sum(message.button("giveq:") is not None for message in phone.messages)
            for phone, has_ticket in zip(phones, tickets, strict=True)
            if has_ticket
        ]
        assert max(copies) <= 2, "a ticket comes at most once more for each kill in its midst"
        assert TOKEN not in "".join(bot.lines)
    await _audit(settings["database_url"], told={phone.id for phone, has in zip(phones, tickets, strict=True) if has})


async def _card_in_hand(simulator: Simulator, session: aiohttp.ClientSession, phone_id: int) -> Phone:
    """A delegate who has agreed and looks at the visit's card."""
    phone = await Phone.create(simulator.url, id=phone_id, first_name=f"Person {phone_id}", session=session)
    await phone.send(f"/start v_{VISIT}")
    await phone.wait_for(lambda message: message.button("ok:") is not None)
    await phone.tap("ok:")
    await phone.wait_for(lambda message: message.button("pin:") is not None)
    return phone


async def _calls_seen(telegram: Telegram, number: int) -> None:
    """Return when the bot has made so many calls, or all that it will."""
    async with asyncio.timeout(20):
        while len(await telegram.calls()) < number and await telegram.pending():
            pass


async def _outcome(phone: Phone) -> bool:
    """Wait until the phone shows a ticket or a refusal; say whether it is a ticket."""
    shown = await phone.wait_for(
        lambda message: message.button("giveq:") is not None or message.button("visit:") is not None, timeout=60
    )
    return shown.button("giveq:") is not None


async def _audit(database_url: str, *, told: set[int]) -> None:
    """Count riders against counters, and rows against what people were told."""
    database = await Database.open(database_url)
    try:
        counted = await database.read(_count)
    finally:
        await database.close()
    assert counted == (SEATS, SEATS, told)


def _count(tx: Tx) -> tuple[int, int, set[int | None]]:
    visit_id = visits.by_key(tx, VISIT)
    assert visit_id is not None
    visit = visits.read(tx, visit_id)
    assert visit is not None
    booked = bookings.passengers(tx, visit_id=visit_id)
    assert sum(len(booking.riders) for booking, _, _ in booked) == visit.seats_taken
    return visit.seats_taken, visit.buses[0].seats_taken, {telegram_id for _, telegram_id, _ in booked}
