"""storm: booking opens and everybody taps at once. No seat is given twice, each tap is answered, all is told as it is.

The latency beside it depends on the machine: 500 taps a second are more than one process on a small one handles, so
the taps wait in line. What the machine can do is measured in the same run: the same simulator and driver, with the
least that can answer a tap (`bare.py`) in the bot's place.
"""

from collections.abc import AsyncIterator

from tests.proof.bare import bare_bot
from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.ledger import Rows, read_rows
from tests.proof.measure import duration, percentile, spread
from tests.proof.people import Prepared, at_once, hand_out_phones, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

TAPS_A_SECOND = 500.0
STEADY_A_SECOND = 100.0
MOST_SECONDS = 2.0  # p95 of steady taps
_PATIENCE = 120.0  # Telegram keeps a tap for 150 s


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """The ceiling, the storms, and the steady taps; the short form storms twice."""
    ceiling = await _ceiling(trial)
    yield Line(
        name="storm, ceiling",
        figure=f"{ceiling:.0f} taps/s answered with nothing behind them (tests/proof/bare.py), by 32 at once",
        bar="this machine, simulator and driver",
        holds=None,
    )
    for database, replicas in (
        ((SQLITE, 1), (POSTGRESQL, 1), (POSTGRESQL, 3)) if trial.full else ((SQLITE, 1), (POSTGRESQL, 3))
    ):
        async for line in _storm(trial, database, replicas, ceiling=ceiling):
            yield line
    yield await _steady(trial, ceiling=ceiling)


async def _ceiling(trial: Trial) -> float:
    """Taps a second that a bot with nothing to do answers."""
    people = range(1, 201)
    async with fleet("") as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, people))
        async with bare_bot(telegram.url):
            taps = trial.size(4_000, 300)
            await at_once(lambda number: crowd.tap(people[number % len(people)], "x"), range(taps))
            unanswered = await crowd.answered(within=60)
        assert not unanswered, f"{unanswered} taps were not even answered by the bare bot"
        return taps / (max(answer.at for answer in crowd.answers.values()) - min(tap.at for tap in crowd.taps.values()))


async def _storm(trial: Trial, database: str, replicas: int, *, ceiling: float) -> AsyncIterator[Line]:
    taps = trial.size(5_000, 250)
    url, chance = trial.database(database), trial.random(f"storm/{database}/{replicas}")
    prepared = await prepare(url, people=trial.size(2_000, 100), seats=trial.size(300, 30))
    # Each person twice and a bit: doubles of the same seat, a second visit that overlaps, one that does not.
    wanted = [(chance.choice(prepared.people), prepared.booking(chance.choice(prepared.visits))) for _ in range(taps)]
    async with fleet(url, query_seconds=150.0) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        bots = [await telegram.start_bot() for _ in range(replicas)]
        await crowd.tap_steadily(wanted, per_second=TAPS_A_SECOND)
        unanswered = await crowd.answered(within=_PATIENCE)
        codes = [await bot.stop() for bot in bots]
        await crowd.look()
    rows = await read_rows(url)
    name = f"storm, {replicas} replica{'s' * (replicas > 1)}"
    yield _seats_line(name, database, crowd, rows, prepared, unanswered=unanswered, codes=codes)
    rate = len(crowd.answers) / (
        max(call.at for call in crowd.answers.values()) - min(t.at for t in crowd.taps.values())
    )
    yield Line(
        name=name,
        database=database,
        figure=f"{spread(crowd.latencies)}; {rate:.0f} taps/s, {rate / ceiling:.0%} of the ceiling; "
        f"the driver was late by {duration(crowd.late)} at most",
        bar=f"latency under {TAPS_A_SECOND:.0f} taps/s",
        holds=None,
    )


def _seats_line(
    name: str, database: str, crowd: Crowd, rows: Rows, prepared: Prepared, *, unanswered: int, codes: list[int]
) -> Line:
    booked = set(rows.booked)
    twice = len(rows.booked) - len(booked)
    untold, unfounded = len(booked - crowd.told), len(crowd.told - booked)
    faults = (rows.oversold, unanswered, untold, unfounded, twice, len(rows.miscounted), rows.waiting, *codes)
    seats = sum(bus.seats for visit in prepared.visits for bus in visit.buses)
    return Line(
        name=name,
        database=database,
        figure=f"{len(crowd.taps)} taps of {len(prepared.people)} people: {rows.oversold} over capacity "
        f"({rows.taken} of {seats} seats given), {unanswered} unanswered, {untold} with a seat untold, "
        f"{unfounded} told without one, {twice + len(rows.miscounted)} rows wrong, exit {codes}",
        bar="0 over capacity, each answered and told as it is",
        holds=not any(faults) and rows.taken > 0,
    )


async def _steady(trial: Trial, *, ceiling: float) -> Line:
    """Booking taps with room for all, evenly spaced: each writes a booking, a rider, a ticket and a log line."""
    taps, most = trial.size(2_500, 150), trial.seconds(MOST_SECONDS)
    url = trial.database(SQLITE)
    prepared = await prepare(url, people=taps, seats=3 * taps)
    chance = trial.random("storm/steady")
    async with fleet(url, query_seconds=150.0) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        bot = await telegram.start_bot()
        wanted = [(person, prepared.booking(chance.choice(prepared.visits))) for person in prepared.people]
        await crowd.tap_steadily(wanted, per_second=STEADY_A_SECOND)
        unanswered = await crowd.answered(within=_PATIENCE)
        await bot.stop()
    rows = await read_rows(url)
    p95 = percentile(crowd.latencies, 0.95)
    return Line(
        name="storm, steady",
        database=SQLITE,
        figure=f"{spread(crowd.latencies)} at {STEADY_A_SECOND:.0f} booking taps/s for "
        f"{taps / STEADY_A_SECOND:.1f} s ({len(rows.booked)} seats given, {unanswered} unanswered; "
        f"ceiling {ceiling:.0f}/s; the driver was late by {duration(crowd.late)} at most)",
        bar=f"p95 under {most:.0f} s, 1 replica",
        holds=p95 < most and unanswered == 0 and len(rows.booked) == taps,
    )
