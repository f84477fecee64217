"""send-crash: kill -9 around sends, at named moments and at random ones; who died in mid-send leaves nothing unsaid.

Reminders (a seat depends on them) may come once more for each kill and never not at all. Announcements never come
twice; one that was in the hands of a killed sender is marked unknown and listed, whether it arrived or not.
"""

import asyncio
from bisect import bisect_left
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Literal, get_args

from bot.services.people import agree
from storage import Tx, announcements, outbox
from storage.records import MessageClass, NewMessage
from tests.house import OPEN, OWNER, at
from tests.processes.bot_process import BotProcess
from tests.proof.fleet import Fleet, fleet
from tests.proof.kills import age_messages, bury, settled
from tests.proof.ledger import ask, reached
from tests.proof.people import hand_out_phones, open_database, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial
from tests.proof.wire import Moment, Wire, wire

NOW = at("08-21 18:05")
"""The shipped programme has just reminded of the visits on 22 August."""
MOST_SENDS = 8
"""Each named kill comes at one of so many sends."""
ROWS_A_KILL = 2 * MOST_SENDS
"""So many messages for each kill: others are in flight at that moment, and random kills come after more sends."""
PATIENCE = 120.0
STUCK = 20.0
NOTICE = "The shuttle stops at the north gate today."
Kill = Literal["asked", "done", "answered", "random"]

_STATES = """
    SELECT delegates.telegram_id, outbox.kind, outbox.state FROM outbox
    JOIN delegates ON delegates.id = outbox.delegate_id WHERE outbox.kind IN ('reminder', 'announcement')
"""


@dataclass(slots=True, kw_only=True)
class Post:
    """Who is to get what, and the number of the last call before each kill."""

    telegram: Fleet
    wire: Wire
    reminded: Sequence[int]
    told: Sequence[int]
    kills: list[int] = field(default_factory=list)
    first_call: int = 0


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Two hundred kills on each database, and a sender that marks before it sends."""
    for kind in (SQLITE, POSTGRESQL) if trial.full else (SQLITE,):
        kills = trial.size(200, 4)
        async with opened(trial, kind, rows=kills * ROWS_A_KILL) as post:
            await kill_often(post, kills=kills, chance=trial.random(f"send/{kind}"))
            quiet = await finish(post)
            line = await judge(post, kind=kind, quiet=quiet)
        yield line
    if trial.full:
        yield await control(trial)


async def control(trial: Trial) -> Line:
    """Mark before sending, and show what that loses under the same kills."""
    async with opened(trial, SQLITE, rows=160) as post:
        kills = 10
        chance = trial.random("send/control")
        await kill_often(post, kills=kills, chance=chance, program=("tests.proof.careless", "delivery"))
        await finish(post)
        lost = len(set(post.reminded) - set(await delivered(post)))
    return Line(
        name="send-crash",
        database=SQLITE,
        figure=f"control: loses {lost} of {len(post.reminded)} (marked before sent)",
        bar="loses some",
        holds=lost > 0,
    )


@asynccontextmanager
async def opened(trial: Trial, kind: str, *, rows: int) -> AsyncIterator[Post]:
    """Prepare people, half of them booked, the others to be told an organizer's words; and a wire to watch."""
    url = trial.database(kind)
    prepared = await prepare(url, people=rows, seats=6 * rows, booked=rows // 2)
    reminded, told = prepared.people[: rows // 2], prepared.people[rows // 2 :]
    async with fleet(url, clock=NOW.isoformat()) as telegram, wire(telegram.url, session=telegram.session) as watched:
        cards = await hand_out_phones(telegram, [*prepared.people, OWNER])
        async with open_database(url) as database:
            await database.run(announce, people=told, card=cards[OWNER])
        first_call = (await telegram.ask("/sim/calls?since=1000000000"))["next"]
        telegram.settings["api_url"] = watched.url
        yield Post(telegram=telegram, wire=watched, reminded=reminded, told=told, first_call=first_call)


def announce(tx: Tx, *, people: Sequence[int], card: int) -> None:
    """Write an organizer's words for these people."""
    author = agree(tx, telegram_id=OWNER, name="Gulzhan", language="en", notice="1", now=OPEN)
    number = announcements.add(tx, author_id=author.id, visit_id=None, text=NOTICE, message_id=card, now=OPEN)
    readers = [agree(tx, telegram_id=person, name="", language="en", notice="1", now=OPEN) for person in people]
    outbox.add_many(
        tx,
        [
            NewMessage(
                key=f"announcement/{number}/{reader.id}",
                kind="announcement",
                delegate_id=reader.id,
                announcement_id=number,
                message_class=MessageClass.BULK,
                due_at=NOW - timedelta(minutes=1),
                expires_at=NOW + timedelta(hours=12),
            )
            for reader in readers
        ],
    )


async def kill_often(post: Post, *, kills: int, chance: Random, program: Sequence[str] = ("bot", "run")) -> None:
    """Kill the sender so many times, each time at another moment; its leases run out at once."""
    for number in range(kills):
        moment: Kill = get_args(Kill)[number % len(get_args(Kill))]
        bot = await post.telegram.start_bot(program=program, ready=False)
        if moment == "random":
            await bot.logged("ready:")
            await asyncio.sleep(chance.uniform(0, 0.4))
            bot.process.kill()
        else:
            kill_at(post.wire, bot, moment=moment, sends=chance.randint(1, MOST_SENDS), chance=chance)
        async with asyncio.timeout(STUCK):
            assert await bot.process.wait() == -9, "".join(bot.lines)
        post.wire.watch = lambda moment, method: True
        post.kills.append((await post.telegram.ask("/sim/calls?since=1000000000"))["next"])
        await age_messages(post.telegram.database_url)
        await bury(post.telegram.database_url)


def kill_at(wire: Wire, bot: BotProcess, *, moment: Moment, sends: int, chance: Random) -> None:
    """Kill the bot at this moment of its so-manieth send; what has not reached Telegram by then never does."""
    left = sends

    def watch(seen: Moment, method: str) -> bool:
        nonlocal left
        if method == "sendMessage" and seen == moment:
            left -= 1
            if left == 0 and moment == "answered":  # while the outcome is on its way into the database
                asyncio.get_running_loop().call_later(chance.uniform(0, 0.02), bot.process.kill)
            elif left == 0:
                bot.process.kill()
        return left > 0 or seen != "asked" or moment == "answered"

    wire.watch = watch


async def finish(post: Post) -> bool:
    """Let a last bot send what is left; False when something never comes to an end."""
    await post.telegram.start_bot()
    return await settled(post.telegram.database_url, within=PATIENCE + len(post.told) / 10)


async def delivered(post: Post) -> dict[int, list[int]]:
    """Return the numbers of the calls by which each person got a reminder or the organizer's words."""
    got: dict[int, list[int]] = {}
    for call in await post.telegram.telegram.calls("sendMessage", since=post.first_call):
        if reached(call) and call.chat_id is not None:
            got.setdefault(call.chat_id, []).append(call.n)
    return got


async def judge(post: Post, *, kind: str, quiet: bool) -> Line:
    """Compare what arrived with what the rows say became of it."""
    got = await delivered(post)
    states = {person: state for person, _, state in await ask(post.telegram.database_url, _STATES)}
    lost = [person for person in post.reminded if person not in got]
    lost += [person for person in post.told if person not in got and states.get(person) != "unknown"]
    unknown = [person for person in post.told if states.get(person) == "unknown"]
    copied = Counter(bisect_left(post.kills, number) for person in post.reminded for number in got.get(person, [])[:-1])
    twice_told = sum(len(got.get(person, [])) > 1 for person in post.told)
    copies, most = copied.total(), max(copied.values(), default=0)
    return Line(
        name="send-crash",
        database=kind,
        figure=f"{len(post.kills)} kills, {len(post.reminded)} reminders and {len(post.told)} announcements: "
        f"{len(lost)} lost, {copies} copies (at most {most} by one kill), {twice_told} announcements twice; "
        f"{len(unknown)} listed as unknown, {sum(person not in got for person in unknown)} of them not sent"
        f"{'' if quiet else '; not settled'}",
        bar="0 lost, copies at most one per kill, no announcement twice",
        holds=quiet and not lost and copies <= len(post.kills) and not twice_told,
    )
