"""stop: the bot is told to end in the middle of its work. It ends in time, and the next start finds all that was left.

Taps go on coming while it is off; each is answered in the end, and whoever has a seat was told.
"""

import asyncio
import contextlib
import itertools
import os
import signal
import time
from collections.abc import AsyncIterator, Callable, Mapping

from tests.processes.bot_process import BotProcess
from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet, free_port
from tests.proof.ledger import read_rows
from tests.proof.measure import duration
from tests.proof.people import hand_out_phones, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

MOST_SECONDS = 10.0
CASES = ("SIGTERM", "SIGTERM twice", "SIGTERM, a call hangs")
_TAPS_A_SECOND = 100.0
_SECRET = "a-secret-of-this-bar-only"
_EARLY = 5  # the place among the taps of the one whose card hangs
_BETWEEN = 0.2  # seconds between two signals


def webhook() -> dict[str, str]:
    """Return the settings of a bot to which updates are brought, at a port of its own."""
    port = free_port()
    return {
        "webhook_url": f"http://127.0.0.1:{port}/telegram",
        "webhook_secret": _SECRET,
        "listen": f"127.0.0.1:{port}",
    }


WAYS: Mapping[str, Callable[[], dict[str, str]]] = {"polling": dict, "webhook": webhook}
"""How updates come, with the BOT_* settings for it."""


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Each way and case, on both databases; the short form takes the hardest case alone."""
    if not trial.full:
        yield await _stop(trial, SQLITE, CASES[-1], way="polling")
        return
    for way, case, database in itertools.product(WAYS, CASES, (SQLITE, POSTGRESQL)):
        yield await _stop(trial, database, case, way=way)


async def _stop(trial: Trial, database: str, case: str, *, way: str) -> Line:
    taps = trial.size(400, 80)
    url = trial.database(database)
    prepared = await prepare(url, people=taps, seats=3 * taps)
    chance = trial.random(f"stop/{database}/{case}")
    wanted = [(person, prepared.booking(chance.choice(prepared.visits))) for person in prepared.people]
    async with fleet(url, query_seconds=150.0, **WAYS[way]()) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        bot = await telegram.start_bot()
        hanging = wanted[_EARLY][0] if "hangs" in case else None
        if hanging is not None:
            await telegram.telegram.fault("*", "hang_before", times=-1, chat_id=hanging)
        tapping = asyncio.create_task(crowd.tap_steadily(wanted, per_second=_TAPS_A_SECOND))
        await asyncio.sleep(len(wanted) / _TAPS_A_SECOND / 2)
        if hanging is not None:
            await _hangs(crowd, hanging)
        code, seconds = await _end(bot, twice="twice" in case)
        await tapping
        await crowd.look()
        left = len(crowd.taps.keys() - crowd.answers.keys())
        await telegram.telegram.heal()
        again = await telegram.start_bot()
        unanswered = await crowd.answered(within=60)
        codes = [code, await again.stop()]
        await crowd.look()
    rows = await read_rows(url)
    booked = set(rows.booked)
    untold, unfounded = len(booked - crowd.told), len(crowd.told - booked)
    return Line(
        name=f"stop, {case}",
        database=database,
        figure=f"{way}: exit {code} after {duration(seconds)}, {left} of {len(crowd.taps)} taps unanswered "
        f"until the next start; then {unanswered} unanswered, {len(booked)} seats given, {untold} untold, "
        f"{unfounded} told without one, {rows.waiting + rows.inbox.get('parked', 0)} not handled",
        bar=f"exit 0 within {MOST_SECONDS:.0f} s, nothing lost",
        holds=seconds <= MOST_SECONDS
        and len(booked) == len(rows.booked) == taps
        and not any((*codes, unanswered, untold, unfounded, rows.waiting, rows.inbox.get("parked", 0))),
    )


async def _hangs(crowd: Crowd, person: int) -> None:
    """Return once a call to this person's chat hangs."""
    async with asyncio.timeout(60):
        while not any(call.chat_id == person and call.error == "hang_before" for call in crowd.calls):
            await asyncio.sleep(0.1)
            await crowd.look()


async def _end(bot: BotProcess, *, twice: bool) -> tuple[int, float]:
    """SIGTERM, perhaps again; return exit code and seconds. -9 when it had to be killed after twice the time."""
    began = time.monotonic()
    for pause in (0.0, _BETWEEN) if twice else (0.0,):
        await asyncio.sleep(pause)
        with contextlib.suppress(ProcessLookupError):  # ended by now
            os.kill(bot.process.pid, signal.SIGTERM)
    try:
        code = await bot.stop(signals=0, within=2 * MOST_SECONDS)
    except TimeoutError:
        await bot.kill()
        code = -9
    return code, time.monotonic() - began
