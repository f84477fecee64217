"""Reminders to everybody at once: how many a second are out, and how many of them the server refused.

The server counts by sliding window, 30 a second in all and 1 in a chat, and calls arrive up to 50 ms late, so evenly
sent ones arrive unevenly. "Bot" is the whole bot, from the moment at which all fall due; "library" is the stock bot of
the library, message after message, that waits as long as a refusal says. Rates are counted between the first message
and the last.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from telegram import Bot
from telegram.error import RetryAfter
from telegram.request import HTTPXRequest

from bot.transport import seconds_of
from tests.processes.bot_process import TOKEN
from tests.proof.burst import DUE
from tests.proof.crowd import Crowd
from tests.proof.fleet import Fleet, fleet
from tests.proof.ledger import reached
from tests.proof.people import hand_out_phones, prepare

REMINDERS = 300
_LATENCY, _JITTER = 0.02, 0.05
_LEAD = timedelta(seconds=4)
_PATIENCE = 120.0


@dataclass(frozen=True, slots=True, kw_only=True)
class FanOut:
    """What one run came to: messages a second, and calls that were answered 429."""

    per_second: float
    refused: int


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give the table."""
    measured: dict[str, list[FanOut]] = {"bot": [], "library": []}
    for turn in range(max(1, rounds // 3)):
        for name in list(measured)[:: -1 if turn % 2 else 1]:
            measured[name].append(await _round(name))
    rows = [
        f"| {name} | {statistics.median(each.per_second for each in outs):.1f} | "
        f"{max(each.refused for each in outs)} | {len(outs)} |"
        for name, outs in measured.items()
    ]
    head = f"| {REMINDERS} reminders | a second (median) | answers 429 (most) | rounds |\n|---|---|---|---|\n"
    yield head + "\n".join(rows)


async def _round(name: str) -> FanOut:
    with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
        url = f"sqlite:///{Path(folder) / 'fanout.sqlite'}"
        prepared = await prepare(url, people=REMINDERS, seats=3 * REMINDERS, booked=REMINDERS)
        async with fleet(url) as telegram:
            crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
            await telegram.telegram.limits(per_second=30, per_chat_per_second=1, window="sliding")
            await telegram.telegram.latency(_LATENCY, jitter=_JITTER)
            await crowd.look()
            crowd.calls.clear()
            if name == "bot":
                await telegram.start_bot(clock=(DUE - _LEAD).isoformat())
                await _all_out(crowd)
            else:
                await _by_the_library(telegram, prepared.people)
                await crowd.look()
    sent = sorted(call.at for call in crowd.calls if call.method == "sendMessage" and reached(call))
    refused = sum(call.status == 429 for call in crowd.calls)
    return FanOut(per_second=(len(sent) - 1) / (sent[-1] - sent[0]), refused=refused)


async def _all_out(crowd: Crowd) -> None:
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        await crowd.look()
        if sum(call.method == "sendMessage" and reached(call) for call in crowd.calls) >= REMINDERS:
            return
    raise TimeoutError(f"{REMINDERS} reminders were not out within {_PATIENCE:.0f} s")


async def _by_the_library(telegram: Fleet, people: range) -> None:
    bot = Bot(TOKEN, base_url=f"{telegram.url}/bot", request=HTTPXRequest())
    async with bot:
        for person in people:
            while True:
                try:
                    await bot.send_message(person, "🔔 Your visit is tomorrow")
                    break
                except RetryAfter as told:
                    await asyncio.sleep(seconds_of(told))
