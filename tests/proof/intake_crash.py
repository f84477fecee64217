"""intake-crash: kill -9 again and again while people write and tap; nothing is lost, nothing is done twice.

Each person opens a card, signs up for a morning and for an afternoon, gives the morning back and takes it again; an
organizer moves a departure by a minute in every round. A repeated effect would show: as a seat more, a seat that was
given back, or a departure too late.
"""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random

from bot.buttons import Release
from bot.services.people import agree
from storage.records import Visit
from tests.house import OPEN, OWNER
from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.kills import age_messages, bury, settled
from tests.proof.ledger import ask, reached, read_rows
from tests.proof.people import Prepared, hand_out_phones, open_database, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

PEOPLE_A_ROUND = 10
MOST_WORDS = 300
"""Each killed process has made so many calls at most, half of it on average: somewhat more than a round brings. Else
people would wait longer from round to round, and their taps be shown instead of obeyed."""
LONGEST_LIFE = 10.0
"""Real seconds from being ready to the kill, at most."""
PATIENCE = 120.0
MOVED = "katru-am"

_SEAT = """
    SELECT delegates.telegram_id, bookings.id, bookings.version FROM bookings
    JOIN delegates ON delegates.id = bookings.delegate_id WHERE bookings.state = 'booked' AND bookings.visit_id = {}
"""
_EFFECTS = "SELECT actor, action, COUNT(*) FROM log WHERE cause LIKE 'update/%' GROUP BY actor, action"
_BOOKINGS = """
    SELECT delegates.telegram_id, bookings.visit_id, bookings.state FROM bookings
    JOIN delegates ON delegates.id = bookings.delegate_id
"""


@dataclass(slots=True, kw_only=True)
class Fed:
    """What Telegram was given so far."""

    crowd: Crowd
    prepared: Prepared
    moves: int = 0
    came: set[int] = field(default_factory=set)
    changing: set[int] = field(default_factory=set)
    """Those who have come and have yet to give their morning back."""

    @property
    def morning(self) -> Visit:
        return self.prepared.visits[0]

    @property
    def updates(self) -> int:
        return len(self.crowd.taps) + len(self.came) + self.moves

    async def come(self, person: int) -> None:
        """Open the card, sign up for a morning and for an afternoon."""
        self.came.add(person)
        self.changing.add(person)
        await self.crowd.fleet.ask(f"/sim/phones/{person}/send", {"text": f"/start v_{self.morning.key}"})
        await asyncio.sleep(0)
        for visit in self.prepared.visits[:2]:
            await self.crowd.tap(person, self.prepared.booking(visit))

    async def change(self, person: int, *, booking: int, version: int) -> None:
        """Give the morning back and take it again."""
        self.changing.discard(person)
        await self.crowd.tap(person, Release(booking, version).data)
        await self.crowd.tap(person, self.prepared.booking(self.morning))

    async def move(self) -> None:
        """Let the organizer move a departure by a minute."""
        self.moves += 1
        await self.crowd.fleet.ask(f"/sim/phones/{OWNER}/send", {"text": f"/delay {MOVED} 1"})

    async def seats(self) -> list[tuple[int, int, int]]:
        """Return (person, booking, version) of those who hold their morning and have yet to change."""
        held = await ask(self.crowd.fleet.database_url, _SEAT.format(self.morning.id))
        return [row for row in held if row[0] in self.changing]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What became of it all: words for each loss and each effect too many; calls beyond one for an answer.

    `late` counts people with a tap that waited too long to be obeyed; a machine that keeps up has none.
    """

    lost: list[str]
    late: int
    twice: list[str]
    copies: int


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """A hundred kills over 5,000 updates on each database, and a careless intake under the same kills."""
    for kind in (SQLITE, POSTGRESQL) if trial.full else (POSTGRESQL,):
        kills = trial.size(100, 2)
        async with opened(trial, trial.database(kind), rounds=kills) as fed:
            await kill_often(fed, kills=kills, chance=trial.random(f"intake/{kind}"))
            quiet = await finish(fed, messages=trial.full)
            found = await judge(fed)
        shown = [
            f"{kills} kills, {fed.updates} updates: {len(found.lost)} lost, {found.late} too late",
            f"{len(found.twice)} twice",
            *([] if quiet else ["not settled"]),
            f"{found.copies} messages came again",
            *(found.lost + found.twice)[:3],
        ]
        yield Line(
            name="intake-crash",
            database=kind,
            figure=", ".join(shown),
            bar="0 lost or too late, 0 done twice",
            holds=quiet and not (found.lost or found.late or found.twice),
        )
    if trial.full:
        yield await control(trial)


async def control(trial: Trial) -> Line:
    """Confirm before storing, and show what that loses under the same kills."""
    async with opened(trial, trial.database(SQLITE), rounds=10) as fed:
        await kill_often(
            fed,
            kills=10,
            chance=trial.random("intake/control"),
            program=("tests.proof.careless", "intake"),
        )
        stored = await ask(fed.crowd.fleet.database_url, "SELECT COUNT(*) FROM inbox")
        pending = await fed.crowd.fleet.telegram.pending()
        never = fed.updates - stored[0][0] - pending
    return Line(
        name="intake-crash",
        database=SQLITE,
        figure=f"control: loses {never} of {fed.updates} (confirmed before stored)",
        bar="loses some",
        holds=never > 0,
    )


@asynccontextmanager
async def opened(trial: Trial, database_url: str, *, rounds: int) -> AsyncIterator[Fed]:
    """Prepare people and a seat for each on every visit, and start the simulator."""
    people = rounds * PEOPLE_A_ROUND
    prepared = await prepare(database_url, people=people, seats=6 * people)
    async with open_database(database_url) as database:
        await database.run(agree, telegram_id=OWNER, name="Gulzhan", language="en", notice="1", now=OPEN)
    async with fleet(database_url, query_seconds=3600) as running:
        cards = await hand_out_phones(running, [*prepared.people, OWNER])
        yield Fed(crowd=Crowd(fleet=running, cards=cards), prepared=prepared)


async def kill_often(fed: Fed, *, kills: int, chance: Random, program: Sequence[str] = ("bot", "run")) -> None:
    """Kill the bot so many times at moments at which it has begun to handle; each time new people come."""
    people = iter(fed.prepared.people)
    for _ in range(kills):
        acts = [fed.come(next(people)) for _ in range(PEOPLE_A_ROUND)]
        acts += [fed.change(person, booking=booking, version=version) for person, booking, version in await fed.seats()]
        chance.shuffle(acts)
        early = chance.randrange(len(acts))
        await fed.move()
        await asyncio.gather(*acts[:early])
        bot = await fed.crowd.fleet.start_bot(program=program)
        late = asyncio.gather(*acts[early:])
        await live(fed, words=chance.randint(1, MOST_WORDS))
        await bot.kill()
        await late
        await bury(fed.crowd.fleet.database_url)


async def live(fed: Fed, *, words: int) -> None:
    """Return once the bot has answered, sent or edited so many times more, or for a while nothing of the kind."""
    ends = time.monotonic() + LONGEST_LIFE
    await fed.crowd.look()
    wanted = len(fed.crowd.calls) + words
    while len(fed.crowd.calls) < wanted and time.monotonic() < ends:
        await asyncio.sleep(0.01)
        await fed.crowd.look()


async def finish(fed: Fed, *, messages: bool) -> bool:
    """Let a last bot bring every update to its end, and every message where they matter; False when it cannot."""
    url = fed.crowd.fleet.database_url
    await age_messages(url)
    await fed.crowd.fleet.start_bot()
    unanswered = await fed.crowd.answered(within=PATIENCE)
    for person, booking, version in await fed.seats():
        await fed.change(person, booking=booking, version=version)
    unanswered += await fed.crowd.answered(within=PATIENCE)
    return await settled(url, within=PATIENCE, messages=messages) and not unanswered


async def judge(fed: Fed) -> Found:
    """Compare what people did with rows, log and calls."""
    url = fed.crowd.fleet.database_url
    morning, afternoon = (visit.id for visit in fed.prepared.visits[:2])
    wanted = Counter({(OWNER, "delay"): fed.moves})
    late = {tap.person for query, tap in fed.crowd.taps.items() if fed.crowd.was_late(query)}
    for person in fed.came - late:
        wanted += Counter({(person, "book"): 3, (person, "release"): 1})
    effects = Counter({(actor, action): times for actor, action, times in await ask(url, _EFFECTS)})
    lost = [f"effect {effect}" for effect in (wanted - effects).elements()]
    twice = [f"effect {effect}" for effect in (effects - wanted).elements() if effect[0] not in late]

    bookings = Counter(await ask(url, _BOOKINGS))
    expected = Counter(
        (person, *what)
        for person in fed.came - late
        for what in ((morning, "booked"), (morning, "released"), (afternoon, "booked"))
    )
    lost += [f"booking {row}" for row in (expected - bookings).elements()]
    twice += [f"booking {row}" for row in (bookings - expected).elements() if row[0] not in late]
    rows = await read_rows(url)
    twice += [f"bus {bus}" for bus in rows.miscounted]
    [(version,)] = await ask(url, f"SELECT version FROM visits WHERE key = '{MOVED}'")
    (lost if version < fed.moves + 1 else twice).extend([f"{MOVED} moved"] * abs(version - 1 - fed.moves))
    lost += ["update"] * (fed.updates - rows.inbox.get("done", 0)) + ["parked"] * rows.inbox.get("parked", 0)

    crowd = fed.crowd
    lost += [f"answer {query}" for query in crowd.taps.keys() - crowd.answers.keys()]
    sent = Counter(
        call.chat_id
        for call in crowd.calls
        if call.method == "sendMessage" and reached(call) and call.params["text"] != "card"  # of the preparation
    )
    lost += [f"card of {person}" for person in fed.came if sent[person] == 0]
    lost += ["word to the organizer"] * max(0, fed.moves - sent[OWNER])
    copies = sum(max(0, sent[person] - 1) for person in fed.came) + max(0, sent[OWNER] - fed.moves)
    return Found(lost=lost, late=len(late), twice=twice, copies=copies)
