"""fairness: somebody holds a finger on the screen, and nobody else waits for it.

The 2,000 come at once; the others' taps stand behind them in Telegram's own queue, so the time to fetch and store the
flood counts too. What was not handled of the flood is answered once, politely.
"""

import asyncio
import statistics
from collections.abc import AsyncIterator

from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.ledger import reached, read_rows
from tests.proof.measure import duration
from tests.proof.people import hand_out_phones, prepare
from tests.proof.raw import text_update
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

FLOOD = 2_000
MOST_SECONDS = 1.0
_TAPS, _TAPS_A_SECOND = 40, 8.0


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """One replica on SQLite, three on PostgreSQL."""
    for database, replicas in ((SQLITE, 1), (POSTGRESQL, 3)):
        yield await _flood(trial, database, replicas)


async def _flood(trial: Trial, database: str, replicas: int) -> Line:
    taps, most = trial.size(_TAPS, 16), trial.seconds(MOST_SECONDS)
    url = trial.database(database)
    prepared = await prepare(url, people=taps + 1)
    flooder, *others = prepared.people
    async with fleet(url) as telegram:
        cards = await hand_out_phones(telegram, prepared.people)
        bots = [await telegram.start_bot() for _ in range(replicas)]
        quiet, disturbed = (Crowd(fleet=telegram, cards=cards) for _ in range(2))
        menu = [(person, "menu") for person in others]
        await quiet.tap_steadily(menu, per_second=_TAPS_A_SECOND)
        unanswered = await quiet.answered(within=30)
        flood = (text_update(flooder, f"and number {number}") for number in range(FLOOD))
        await telegram.telegram.put_updates(*flood)
        cities = [(person, "cities") for person in others]
        await disturbed.tap_steadily(cities, per_second=_TAPS_A_SECOND)
        unanswered += await disturbed.answered(within=60)
        waiting = await telegram.telegram.pending()
        while waiting or (await read_rows(url)).waiting:
            await asyncio.sleep(0.5)
            waiting = await telegram.telegram.pending()
        await disturbed.look()
        codes = [await bot.stop() for bot in bots]
    usual, worst = statistics.median(quiet.latencies), max(disturbed.latencies)
    words = sum(call.chat_id == flooder and call.method == "sendMessage" and reached(call) for call in disturbed.calls)
    return Line(
        name=f"fairness, {replicas} replica{'s' * (replicas > 1)}",
        database=database,
        figure=f"delayed by {duration(worst - usual)} at most ({duration(worst)}, usually {duration(usual)}), "
        f"{unanswered} of {2 * taps} taps unanswered; the flooder of {FLOOD} got {words} answers, exit {codes}",
        bar=f"delayed by less than {most:.0f} s",
        holds=worst - usual < most and not unanswered and not any(codes),
    )
