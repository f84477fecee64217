"""ambiguous: Telegram does what it was asked and the answer is lost, 200 times in each of five ways.

Each reader gets one message, and each call for it meets that reader's trouble: once, or for ever. A reminder (a seat
depends on it) is to arrive at least once and at most twice, an announcement at most once.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass

from tests.house import OWNER
from tests.proof.fleet import fleet
from tests.proof.kills import settled
from tests.proof.ledger import ask, reached
from tests.proof.people import hand_out_phones, open_database, prepare
from tests.proof.send_crash import NOW, announce
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

TROUBLES = {
    "hang": "hang",
    "close": "lost",
    "502": "502_after",
    "bad JSON": "bad_json",
    "partial JSON": "partial_json",
}
"""What the bar calls it, and the simulator: all of them strike after delivery."""
ONCE, FOR_EVER = 1, -1

_STATES = """
    SELECT delegates.telegram_id, outbox.state FROM outbox JOIN delegates ON delegates.id = outbox.delegate_id
    WHERE outbox.kind IN ('reminder', 'announcement')
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody whose message meets a trouble, so many times."""

    person: int
    trouble: str
    times: int


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Half of each trouble's readers get a reminder, half an announcement; half of those meet it for ever."""
    for kind in (SQLITE, POSTGRESQL) if trial.full else (SQLITE,):
        each = trial.size(200, 4)
        url = trial.database(kind)
        half = each * len(TROUBLES) // 2
        prepared = await prepare(url, people=2 * half, seats=12 * half, booked=half)
        reminded = list(readers(prepared.people[:half]))
        told = list(readers(prepared.people[half:]))
        async with fleet(url, clock=NOW.isoformat()) as telegram:
            cards = await hand_out_phones(telegram, [*prepared.people, OWNER])
            async with open_database(url) as database:
                await database.run(announce, people=[reader.person for reader in told], card=cards[OWNER])
            for reader in (*reminded, *told):
                trouble = TROUBLES[reader.trouble]
                await telegram.telegram.fault("sendMessage", trouble, times=reader.times, chat_id=reader.person)
            first = (await telegram.ask("/sim/calls?since=1000000000"))["next"]
            await telegram.start_bot()
            quiet = await settled(url, within=60 + 5 * half)
            calls = await telegram.telegram.calls("sendMessage", since=first)
        copies = Counter(call.chat_id for call in calls if reached(call))
        states = dict(await ask(url, _STATES))
        for name in TROUBLES:
            yield judge(
                name,
                kind=kind,
                reminded=[copies[reader.person] for reader in reminded if reader.trouble == name],
                told=[copies[reader.person] for reader in told if reader.trouble == name],
                ends=Counter(states.get(reader.person) for reader in (*reminded, *told) if reader.trouble == name),
                quiet=quiet,
            )


def readers(people: range) -> Iterator[Reader]:
    """Share the troubles out evenly, each as often once as for ever."""
    kinds = list(TROUBLES)
    for number, person in enumerate(people):
        times = (ONCE, FOR_EVER)[number // len(kinds) % 2]
        yield Reader(person=person, trouble=kinds[number % len(kinds)], times=times)


def judge(
    name: str, *, kind: str, reminded: list[int], told: list[int], ends: Counter[str | None], quiet: bool
) -> Line:
    """Say how many copies of each arrived."""
    arrived = ", ".join(f"{times} of {copies}x" for copies, times in sorted(Counter(reminded).items()))
    others = ", ".join(f"{times} of {copies}x" for copies, times in sorted(Counter(told).items()))
    states = ", ".join(f"{state} {times}" for state, times in sorted(ends.items(), key=str))
    return Line(
        name=f"ambiguous, {name}",
        database=kind,
        figure=f"reminders {arrived}; announcements {others}; {states}{'' if quiet else '; not settled'}",
        bar="reminders 1-2x, announcements 0-1x",
        holds=quiet and all(1 <= copies <= 2 for copies in reminded) and max(told, default=0) <= 1,
    )
