"""telegram-away: ten minutes without Telegram, first silent, then refusing; reminders fall due meanwhile.

People go on tapping: what they send waits at Telegram. Some taps are stored already and find nobody to answer to.
Business time runs faster, so that ten minutes of it pass; the bot's timeouts and pauses are the real ones.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta

from bot.clock import Clock
from tests.house import at
from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.kills import settled
from tests.proof.ledger import ask, reached, read_rows
from tests.proof.people import hand_out_phones, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial
from tests.proof.wire import wire

DUE = at("08-21 18:00")
"""When the shipped programme reminds of visits on 22 August; booking is open for two more hours."""
AWAY = timedelta(minutes=10)
PATIENCE = 120.0
_REMINDS = "🔔"
_EFFECTS = "SELECT actor, COUNT(*) FROM log WHERE action = 'book' AND cause LIKE 'update/%' GROUP BY actor"


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Ten business minutes in one real minute (60 times in the short form)."""
    for kind in (SQLITE, POSTGRESQL) if trial.full else (SQLITE,):
        yield await _away(trial, kind, speed=trial.size(10, 60))


async def _away(trial: Trial, kind: str, *, speed: int) -> Line:
    real = AWAY.total_seconds() / speed
    reminded, tapping = trial.size(500, 40), trial.size(300, 30)
    url = trial.database(kind)
    prepared = await prepare(url, people=reminded + tapping, seats=6 * (reminded + tapping), booked=reminded)
    booked, others = prepared.people[:reminded], prepared.people[reminded:]
    seat = prepared.booking(prepared.visits[0])
    started = DUE - timedelta(minutes=5) - speed * timedelta(seconds=trial.size(3, 6))
    async with (
        fleet(url, query_seconds=3600, clock=f"{started.isoformat()},x{speed}") as telegram,
        wire(telegram.url, session=telegram.session) as between,
    ):
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        await crowd.look()
        crowd.calls.clear()
        telegram.settings["api_url"] = between.url
        bot = await telegram.start_bot()
        clock = Clock(started, speed=speed)
        await asyncio.sleep(max(0.0, (DUE - timedelta(minutes=2) - clock.now()).total_seconds() / speed))
        for person in others[: tapping // 3]:  # stored, and nobody hears the answer
            await crowd.tap(person, seat)
        await asyncio.sleep(0.05)
        went_at = clock.now()
        between.swallow()
        taps = asyncio.create_task(
            crowd.tap_steadily(((person, seat) for person in others[tapping // 3 :]), per_second=len(others) / real)
        )
        await asyncio.sleep(real / 2)
        await between.cut()
        await asyncio.sleep(real / 2)
        await taps
        await between.connect()
        came_at = clock.now()
        quiet = await settled(url, within=PATIENCE + reminded / 20)
        spinning = await crowd.answered(within=5)
        alive, code = bot.process.returncode is None, await bot.stop()
        await crowd.look()
    got = Counter(
        call.chat_id
        for call in crowd.calls
        if reached(call) and call.method == "sendMessage" and str(call.params["text"]).startswith(_REMINDS)
    )
    rows = await read_rows(url)
    seats = {person for person, _ in rows.booked}
    effects = dict(await ask(url, _EFFECTS))
    missing = [person for person in booked if got[person] == 0]
    copies = sum(got[person] - 1 for person in booked if got[person] > 1)
    lost = [person for person in others if person not in seats]
    twice = [person for person in others if effects.get(person, 0) > 1]
    untold = set(rows.booked) - {(person, bus) for person, bus in rows.booked if person in booked} - crowd.told
    meanwhile = went_at <= DUE <= came_at
    return Line(
        name="telegram-away",
        database=kind,
        figure=f"away {_minutes(came_at - went_at)} business minutes in {real:.0f} real s (business time x{speed}), "
        f"{reminded} reminders due meanwhile: {len(missing)} missing, {copies} twice; {len(crowd.taps)} taps: "
        f"{len(lost)} lost, {len(twice)} done twice, {len(untold)} not told of their seat, "
        f"{spinning} told by the card alone; "
        f"the same process {'went on' if alive else 'died'}, exit {code}{'' if quiet else '; not settled'}",
        bar="10 minutes; each reminder once, each tap done and told of, nothing twice",
        holds=quiet
        and alive
        and code == 0
        and meanwhile
        and came_at - went_at >= AWAY
        and not (missing or copies or lost or twice or untold),
    )


def _minutes(span: timedelta) -> str:
    return f"{span.total_seconds() / 60:.1f}"
