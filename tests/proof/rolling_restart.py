"""rolling-restart: three replicas are restarted one after the other under load, with kills -9 in between.

Each person signs up for a morning and at once for an afternoon: the taps must take effect in the order in which they
came, whichever replica has them.
"""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable, Sequence
from itertools import pairwise
from random import Random

from tests.proof.crowd import Crowd
from tests.proof.fleet import Fleet, fleet
from tests.proof.kills import settled
from tests.proof.ledger import ask, read_rows
from tests.proof.measure import duration, spread
from tests.proof.people import hand_out_phones, prepare
from tests.proof.trial import POSTGRESQL, Line, Trial

PER_SECOND = 10.0
"""Taps: little enough that those of a restart are soon made up for, whatever else the machine does."""
LONGEST_ROLL = 400.0
LONGEST_GAP = 30.0
PATIENCE = 120.0
_EFFECTS = """
    SELECT actor, cause FROM log WHERE action = 'book' AND cause LIKE 'update/%' ORDER BY id
"""


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Every replica stopped with SIGTERM and started again, twice; a random one killed after each."""
    rounds, replicas = trial.size(2, 1), trial.size(3, 2)
    url = trial.database(POSTGRESQL)
    people = round(PER_SECOND * LONGEST_ROLL / 2 / trial.size(1, 4))
    prepared = await prepare(url, people=people, seats=12 * people)
    async with fleet(url, query_seconds=3600) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        await crowd.look()
        crowd.calls.clear()
        await asyncio.gather(*(telegram.start_bot() for _ in range(replicas)))
        seats = [prepared.booking(visit) for visit in prepared.visits[:2]]
        rolling = asyncio.Event()
        tapping = asyncio.create_task(tap_in_order(crowd, prepared.people, seats, until=rolling))
        began = time.time()
        codes, kills = await roll(telegram, rounds=rounds, replicas=replicas, chance=trial.random("rolling"))
        rolled = time.time() - began
        rolling.set()
        came = await tapping
        ended = time.time()
        unanswered = await crowd.answered(within=PATIENCE)
        quiet = await settled(url, within=PATIENCE, messages=trial.full)
        codes += [await bot.stop() for bot in telegram.bots if bot.process.returncode is None]
        await crowd.look()
    rows = await read_rows(url)
    effects = defaultdict[int, list[int]](list)
    for actor, cause in await ask(url, _EFFECTS):
        effects[actor].append(int(cause.split("/")[1]))
    held = Counter(person for person, _ in rows.booked)
    late = {tap.person for query, tap in crowd.taps.items() if crowd.was_late(query)}
    lost = [person for person in came if held[person] < len(seats) and person not in late]
    twice = [person for person in came if len(effects[person]) > len(seats) or held[person] > len(seats)]
    inversions = sum(numbers != sorted(numbers) for numbers in effects.values())
    gap = longest_gap(crowd, since=began, until=ended)
    yield Line(
        name=f"rolling-restart, {replicas} replicas",
        database=POSTGRESQL,
        figure=f"{len(codes)} stops (exit {sorted(set(codes))}), {kills} kills in {rolled:.0f} s, "
        f"{len(crowd.taps)} taps: {len(lost)} lost, {len(late)} too late, {len(twice)} twice, "
        f"{inversions} out of order, {unanswered} unanswered; "
        f"longest gap in answers {duration(gap)}, {spread(crowd.latencies)}{'' if quiet else '; not settled'}",
        bar=f"0 lost or too late, 0 twice, 0 out of order, no gap over {LONGEST_GAP:.0f} s",
        holds=quiet
        and gap <= LONGEST_GAP
        and not any(codes)
        and not (lost or late or twice or inversions or unanswered or rows.miscounted or rows.oversold),
    )


async def tap_in_order(crowd: Crowd, people: Iterable[int], seats: Sequence[str], *, until: asyncio.Event) -> list[int]:
    """Tap at a steady rate, each person for all these seats, one after the other; return who has come by then."""
    came: list[int] = []
    began = time.monotonic()
    for person in people:
        if until.is_set():
            break
        came.append(person)
        for seat in seats:
            await crowd.tap(person, seat)
            await asyncio.sleep(max(0.0, began + len(crowd.taps) / PER_SECOND - time.monotonic()))
    return came


async def roll(telegram: Fleet, *, rounds: int, replicas: int, chance: Random) -> tuple[list[int], int]:
    """Restart every replica in turn, with a kill of a random one after each; return exit codes and kills."""
    codes: list[int] = []
    kills = 0
    running = list(telegram.bots)
    for number in range(rounds * replicas):
        await asyncio.sleep(chance.uniform(0.5, 1.5))
        codes.append(await running.pop(0).stop())
        running.append(await telegram.start_bot())
        if number % 2 == 0:
            await asyncio.sleep(chance.uniform(0, 1))
            await running.pop(chance.randrange(len(running))).kill()
            kills += 1
            running.append(await telegram.start_bot())
    return codes, kills


def longest_gap(crowd: Crowd, *, since: float, until: float) -> float:
    """Return the longest time without any answer while people tapped."""
    moments = sorted(call.at for call in crowd.answers.values() if since <= call.at)
    moments = [since, *(moment for moment in moments if moment < until), min([until, *moments[-1:]])]
    return max(after - before for before, after in pairwise(moments))
