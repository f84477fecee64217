"""Acceptance test 14 of issue 4's list: kill -9 in the midst of a broadcast. At length: tests/proof/send_crash.py."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from bot.services.people import agree, name_owners
from bot.simulator import Simulator
from bot.starting import load_congress
from storage import Tx
from storage.database import Database
from storage.tables import delegates, outbox
from tests.house import OPEN, OWNER
from tests.makers import PROGRAMME
from tests.phone import Phone
from tests.processes.bot_process import TOKEN, bot_process
from tests.processes.test_killed_midway import kill_after
from tests.proof.kills import age_messages, bury, settled

READERS = 60
WORDS = "The hall opens at nine."


@pytest.mark.parametrize("after", [25])
async def test_peers_14_killed_in_a_broadcast_nobody_hears_it_twice_and_at_most_the_message_in_flight_is_unknown(
    database_url: str, after: int
) -> None:
    simulator = await Simulator.start(token=TOKEN)
    database = await Database.open(database_url)
    await load_congress(database, PROGRAMME, now=OPEN)
    await database.run(fill)
    await database.close()
    settings = {
        "token": TOKEN,
        "api_url": simulator.url,
        "database_url": database_url,
        "clock": OPEN.isoformat(),
        "owner_ids": str(OWNER),
    }
    try:
        owner = await Phone.create(simulator.url, id=OWNER, session=None)
        readers = [await Phone.create(simulator.url, id=number, session=None) for number in range(1, READERS + 1)]
        for reader in readers:
            await reader.send("/my")
        async with bot_process(settings, ready=False) as bot:
            for reader in readers:
                await reader.wait_for(lambda message: message.from_bot, timeout=60)
            await owner.send(f"/announce all {WORDS}")
            preview = await owner.wait_for(lambda message: message.button("announce:") is not None, timeout=30)
            kill_after(simulator, bot, calls=after)
            await owner.tap("announce:", message=preview, wait=0)
            async with asyncio.timeout(60):
                assert await bot.process.wait() == -9
        await age_messages(database_url)  # the dead one's leases run out now
        await bury(database_url)
        async with bot_process(settings) as bot:
            assert await settled(database_url, within=120)
            assert await bot.stop() == 0
        states = await became_of(database_url)
        heard: Counter[int] = Counter()
        for reader in readers:
            await reader.look()
            heard[reader.id] = sum(WORDS in message.text for message in reader.messages)
        assert max(heard.values()) == 1
        unknown = [number for number, state in states.items() if state == "unknown"]
        assert {number for number, times in heard.items() if not times} <= set(unknown)
        assert Counter(states.values())["sent"] + len(unknown) == READERS
        assert len(unknown) <= 12, "more than can be in flight at once"
    finally:
        for phone in (owner, *readers):
            await phone.close()
        await simulator.stop()


def fill(tx: Tx) -> None:
    name_owners(tx, owner_ids=(OWNER,), now=OPEN)
    for number in (OWNER, *range(1, READERS + 1)):
        agree(tx, telegram_id=number, name=f"Person {number}", language="en", notice="1", now=OPEN)


async def became_of(url: str) -> dict[int, str]:
    """Return what became of each reader's message, by their Telegram id."""
    database = await Database.open(url)
    try:
        states: dict[int, str] = await database.read(_states)
        return states
    finally:
        await database.close()


def _states(tx: Tx) -> Any:
    query = select(delegates.c.telegram_id, outbox.c.state).join(outbox, outbox.c.delegate_id == delegates.c.id)
    rows = tx.execute(query.where(outbox.c.kind == "announcement", delegates.c.telegram_id != OWNER))
    return {row.telegram_id: str(row.state) for row in rows}
