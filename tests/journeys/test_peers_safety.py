"""Acceptance tests drawn from other systems' bugs: trouble from outside, by their numbers in the list of issue 4.

15 Telegram asks to wait · 29 old zone data · 32 a flood of strangers. 14 (a kill in a broadcast) stands in
tests/processes/test_peers_broadcast.py and is proved at length by tests/proof/send_crash.py; 33 in test_forgetting.py,
34 in test_canaries.py.
"""

import asyncio
from importlib import resources
from pathlib import Path

import pytest

from tests.house import OWNER, Running
from tests.journeys.scenes import answered, screen_after, settled, until, visits_held
from tests.phone import Phone
from tests.processes.bot_process import TOKEN, run_command

PAUSE = 3
READERS = 60
REFUSED = 24
"""At so many a second, the pause comes well after the owner's own card has been edited: their next words wait for that
edit, and in a pause it waits too."""
CLAIMED = 16
"""So many messages a sender has in its hands already when something urgent comes."""


async def test_peers_15_asked_to_wait_in_the_midst_the_whole_sender_waits_and_urgent_news_goes_first(
    house: Running,
) -> None:
    """The list says 37 seconds; here three, since they are real. 37 on a simulated clock: tests/bot/delivery."""
    owner = await house.organizer()
    readers = [await house.delegate(f"Reader {number}") for number in range(READERS)]  # written to in this order
    for reader in readers[:2]:
        await house.book(reader, "nab-am")
    preview = await answered(owner, "/announce all The hall is open.")
    since = (await house.telegram.calls())[-1].n
    await house.telegram.fault("sendMessage", "429", chat_id=readers[REFUSED].id, retry_after=PAUSE)
    await screen_after(owner, "announce:", message=preview)

    async def refused() -> bool:
        return any(call.status == 429 for call in await house.telegram.calls("sendMessage", since=since))

    await until(refused)
    await owner.send("/delay nab-am 15")  # its answer comes when the pause is over
    for reader in readers:
        await reader.wait_for("The hall is open.", timeout=30)
    calls = await house.telegram.calls("sendMessage", since=since)
    asked = next(call for call in calls if call.status == 429)
    after = [call for call in calls if call.at > asked.ended]
    under_way = [call for call in after if call.at < asked.ended + 0.3]  # begun before anybody knew
    rest = [call for call in after if call not in under_way]
    assert rest
    assert min(call.at for call in rest) >= asked.ended + PAUSE - 0.1
    to_readers = [call for call in rest if call.chat_id != OWNER]
    moved = [number for number, call in enumerate(to_readers) if call.params["text"].startswith("🕘")]
    to_owner = [round(call.at - asked.ended, 2) for call in rest if call.chat_id == OWNER]
    assert len(moved) == 2, (
        f"seconds after the refusal: answers to the owner {to_owner}, end {calls[-1].at - asked.ended}"
    )
    assert max(moved) < CLAIMED + 2 < len(to_readers), "urgent news comes before the rest of the announcement"


async def test_peers_29_with_zone_data_of_2023_the_bot_refuses_to_start(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until 2024a Almaty was six hours ahead, as Bishkek is."""
    bishkek = resources.files("tzdata").joinpath("zoneinfo/Asia/Bishkek").read_bytes()
    old = tmp_path / "zoneinfo" / "Asia"
    await asyncio.to_thread(old.mkdir, parents=True)
    await asyncio.to_thread((old / "Almaty").write_bytes, bishkek)
    monkeypatch.setenv("PYTHONTZPATH", str(old.parent))
    settings = {"token": TOKEN, "api_url": "http://127.0.0.1:1", "database_url": sqlite_url}
    code, output = await run_command("run", **settings)
    assert code == 2
    assert "there it is +06:00" in output
    assert "the machine’s zone data is old: update tzdata" in output
    assert "Traceback" not in output


async def test_peers_32_while_strangers_flood_the_bot_a_delegate_is_served_before_they_are(house: Running) -> None:
    """Who waits for whom is what is tested; how many milliseconds it takes is measured by tests/proof/burst.py."""
    emma = await house.delegate()
    card = await house.card(emma, "nab-am")
    strangers = [await house.stranger(f"Stranger {number}", id=5_000 + number) for number in range(40)]
    await asyncio.gather(*(stranger.send("buy gold now") for stranger in strangers for _ in range(25)))
    answer = await emma.tap("book:", message=card)
    waiting = await house.telegram.pending()
    served = await _served(strangers)
    assert answer.text.startswith("Signed up")
    assert served < 40 * 25 or waiting, "the flood was over before the tap: nothing was tested"
    await settled(emma)
    assert await visits_held(house, emma) == ["nab-am"]
    assert all(len([m for m in stranger.messages if m.from_bot]) <= 25 for stranger in strangers)


async def _served(strangers: list[Phone]) -> int:
    await asyncio.gather(*(stranger.look() for stranger in strangers))
    return sum(message.from_bot for stranger in strangers for message in stranger.messages)
