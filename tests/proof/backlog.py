"""backlog: the bot was off while everybody wrote. It starts, works it all off, and its memory stays bounded.

The updates wait at Telegram, 100 to an answer; the bot fetches no faster than it can keep. Peak memory is the kernel's
own figure (VmHWM) of the bot's process.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator

from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.ledger import reached, read_rows
from tests.proof.measure import peak_megabytes
from tests.proof.people import hand_out_phones, in_groups, prepare
from tests.proof.raw import text_update
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

MOST_MEGABYTES = 300.0
_EACH = 10
_PATIENCE = 600.0


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """On both databases."""
    for database in (SQLITE, POSTGRESQL):
        yield await _work_off(trial, database)


async def _work_off(trial: Trial, database: str) -> Line:
    people = trial.size(2_000, 40)
    url = trial.database(database)
    prepared = await prepare(url, people=people)
    async with fleet(url) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        waiting = [text_update(person, f"question {n}") for n in range(_EACH) for person in prepared.people]
        for some in in_groups(waiting, size=1_000):
            await telegram.telegram.put_updates(*some)
        await crowd.look()
        crowd.calls.clear()
        before = await telegram.telegram.pending()
        began = time.monotonic()
        bot = await telegram.start_bot()
        while await telegram.telegram.pending() or (await read_rows(url)).waiting:
            if time.monotonic() - began > _PATIENCE:
                break
            await asyncio.sleep(1)
        seconds = time.monotonic() - began
        peak = peak_megabytes(bot.process.pid)
        code = await bot.stop()
        await crowd.look()
    answers = Counter(call.chat_id for call in crowd.calls if call.method == "sendMessage" and reached(call))
    rows = await read_rows(url)
    wrong = sum(abs(answers[person] - _EACH) for person in prepared.people)
    done = rows.inbox.get("done", 0)
    return Line(
        name="backlog, 1 replica",
        database=database,
        figure=f"{done} of {before} handled in {seconds:.0f} s ({done / seconds:.0f}/s), {wrong} answers missing or "
        f"too many, peak {peak:.0f} MB, exit {code}",
        bar=f"all handled, peak under {MOST_MEGABYTES:.0f} MB",
        holds=done == before == len(waiting) and not wrong and peak < MOST_MEGABYTES and code == 0,
    )
