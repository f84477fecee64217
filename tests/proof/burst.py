"""burst: the evening reminder falls due for everybody at once, and Telegram counts strictly.

The simulator counts by sliding window, 30 a second in all and 1 in a chat, and looks at each call 50 to 150 ms after
it came, so that calls which left evenly arrive unevenly.
"""

import asyncio
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from tests.house import at
from tests.phone import Call
from tests.proof.crowd import Crowd
from tests.proof.fleet import Fleet, fleet
from tests.proof.ledger import reached, read_rows
from tests.proof.people import hand_out_phones, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

DUE = at("08-21 18:00")
"""When the shipped programme reminds of visits on 22 August."""
MOST_SECONDS = 90.0
MOST_REFUSED = 3
_LEAD = timedelta(seconds=5)  # for each start, until the reminders fall due
_LATENCY, _JITTER = 0.05, 0.1
_ON_THE_WAY = 0.1  # seconds in which a call that left before the 429 was heard may still come
_REMINDS = "🔔 <b>Your visit is tomorrow</b>"


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """One replica on SQLite, three on PostgreSQL."""
    for database, replicas in ((SQLITE, 1), (POSTGRESQL, 3)):
        yield await _burst(trial, database, replicas)


async def _burst(trial: Trial, database: str, replicas: int) -> Line:
    reminders = trial.size(2_000, 60)
    allowed = trial.seconds(MOST_SECONDS * reminders / 2_000)
    url = trial.database(database)
    prepared = await prepare(url, people=reminders, seats=3 * reminders, booked=reminders)
    async with fleet(url) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        await telegram.telegram.limits(per_second=30, per_chat_per_second=1, window="sliding")
        await telegram.telegram.latency(_LATENCY, jitter=_JITTER)
        await crowd.look()
        crowd.calls.clear()
        due = await _start_before_due(telegram, replicas)
        await _all_out(crowd, reminders, until=due + allowed * 2)
        codes = [await bot.stop() for bot in telegram.bots]
        await crowd.look()
    sent = [call for call in crowd.calls if reached(call) and str(call.params.get("text", "")).startswith(_REMINDS)]
    readers = Counter(call.chat_id for call in sent)
    seconds = max((call.ended for call in sent), default=due) - due
    refused = [call for call in crowd.calls if call.status == 429]
    defiant = sent_while_told_to_wait(crowd.calls)
    rows = await read_rows(url)
    missing, copies = reminders - len(readers), len(sent) - len(readers)
    return Line(
        name=f"burst, {replicas} replica{'s' * (replicas > 1)}",
        database=database,
        figure=f"{len(readers)} of {reminders} out after {seconds:.1f} s, {copies} twice, {len(refused)} answers 429, "
        f"{defiant} sent while told to wait; outbox {rows.outbox}, exit {codes}",
        bar=f"all within {allowed:.0f} s, at most {MOST_REFUSED} answers 429, 0 while told to wait",
        holds=not missing
        and not copies
        and seconds <= allowed
        and len(refused) <= MOST_REFUSED
        and not defiant
        and not any(codes),
    )


async def _start_before_due(telegram: Fleet, replicas: int) -> float:
    """Start the bots, their clocks in step, a little before the reminders fall due; return that real moment.

    It is the moment at which the last of them was ready, should a slow machine need longer than it has.
    """
    began = time.time()
    for _ in range(replicas):
        elapsed = timedelta(seconds=time.time() - began)
        await telegram.start_bot(clock=(DUE - _LEAD * replicas + elapsed).isoformat())
    return max(began + (_LEAD * replicas).total_seconds(), time.time())


async def _all_out(crowd: Crowd, reminders: int, *, until: float) -> None:
    while time.time() < until:
        await crowd.look()
        if sum(reached(call) and call.method == "sendMessage" for call in crowd.calls) >= reminders:
            return
        await asyncio.sleep(1)


def sent_while_told_to_wait(calls: Sequence[Call]) -> int:
    """Count the messages and edits that came after an answer 429, before the seconds it asked for had passed.

    Those that had left before it could be heard of are not counted.
    """
    pauses = [
        (call.ended + _ON_THE_WAY, call.ended + float(found[1]))
        for call in calls
        if call.status == 429 and (found := re.search(r"retry after (\d+)", call.error or ""))
    ]
    return sum(
        any(begins < call.at < ends for begins, ends in pauses)
        for call in calls
        if call.method.startswith(("send", "edit"))
    )
