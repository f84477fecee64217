"""six-hours-off: the process is off for six hours of business time while reminders fall due.

Within its grace a reminder goes out when the process is back; past it never, and one that stood in the outbox is
written down as expired. Nobody hears of a moment before they booked, and nothing old is sent in a storm.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.services.booking import Booked, book_seat
from bot.services.people import agree
from storage import Tx, congress, visits
from storage.records import MessageState
from tests.house import OPEN, at
from tests.proof.fleet import Fleet, fleet
from tests.proof.kills import age_messages, bury, settled
from tests.proof.ledger import ask, reached
from tests.proof.people import hand_out_phones, open_database, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial
from tests.proof.wire import Wire, wire

OFF = timedelta(hours=6)
LOOKS = 2.5
"""Real seconds in which whatever is due would have been made and begun to be sent: two ticks and a half."""
_EVENING, _HOUR = "🔔 <b>Your visit is tomorrow</b>", "🔔 <b>Your visit leaves soon</b>"
_MADE = """
    SELECT delegates.telegram_id, outbox.state FROM outbox JOIN delegates ON delegates.id = outbox.delegate_id
    WHERE outbox.kind = 'reminder' AND outbox.key LIKE '{}/%'
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Who is on which visit: the morning leaves at 9:00, the afternoon at 14:15."""

    morning: Sequence[int]
    afternoon: Sequence[int]
    late: Sequence[int]
    """They booked the morning after the evening's reminder had fallen due."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Awake:
    """What was sent while a process ran: how often to each person, evening and hour."""

    evening: Counter[int]
    hour: Counter[int]


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Off 15:55 to 21:55 over the evening's reminders, on to 03:55; off 08:00 to 14:00 over those of the day."""
    for kind in (SQLITE, POSTGRESQL) if trial.full else (SQLITE,):
        each = trial.size(100, 10)
        url = trial.database(kind)
        prepared = await prepare(url, people=3 * each, seats=18 * each)
        people = People(
            morning=prepared.people[:each], afternoon=prepared.people[each : 2 * each], late=prepared.people[2 * each :]
        )
        async with open_database(url) as database:
            await database.run(book, people.morning, key="nab-am", now=OPEN)
            await database.run(book, people.afternoon, key="nu-pm", now=OPEN)
            await database.run(book, people.late, key="nab-am", now=at("08-21 19:00"))
        async with fleet(url) as telegram, wire(telegram.url, session=telegram.session) as between:
            await hand_out_phones(telegram, prepared.people)
            telegram.settings["api_url"] = between.url
            if trial.full:
                yield await _evening(telegram, kind, people)
            yield await _day(telegram, between, kind, people)


async def _evening(telegram: Fleet, kind: str, people: People) -> Line:
    """Off over 18:00, back at 21:55, five minutes before the evening's grace ends; then off over the night."""
    off_at = at("08-21 15:55")
    before = await awake(telegram, off_at - timedelta(seconds=LOOKS))
    reminded = [*people.morning, *people.afternoon]
    back = await awake(telegram, off_at + OFF, until_made=("evening-before", len(reminded)))
    night = await awake(telegram, off_at + 2 * OFF)
    early = before.evening.total() + before.hour.total()
    missing = [person for person in reminded if back.evening[person] != 1]
    wrongly = sum(back.evening[person] for person in people.late)
    storm = back.hour.total() + night.evening.total() + night.hour.total()
    return Line(
        name="six-hours-off, evening",
        database=kind,
        figure=f"{len(reminded)} within grace: {len(missing)} not sent once; {len(people.late)} who booked after the "
        f"moment: {wrongly} sent; {early} sent early, {storm} in a storm after six hours more",
        bar="each within grace once, nothing else",
        holds=not (missing or wrongly or early or storm),
    )


async def _day(telegram: Fleet, between: Wire, kind: str, people: People) -> Line:
    """Die at 8:00 with the morning's reminders made and unsent; back at 14:00, past their grace."""
    url, dies_at = telegram.database_url, at("08-22 08:00")
    # The afternoon's reminder of 13:15 is due at once when the process is back, its grace ends at 14:05.
    bot = await telegram.start_bot(clock=(dies_at - timedelta(seconds=LOOKS)).isoformat())
    await between.cut()
    morning = [*people.morning, *people.late]
    await made(url, "before-departure", len(morning))
    await bot.kill()
    calling = sum(state == MessageState.SENDING for _, state in await ask(url, _MADE.format("before-departure")))
    await age_messages(url)
    await bury(url)
    await between.connect()
    back = await awake(telegram, dies_at + OFF, until_made=("before-departure", len(morning) + len(people.afternoon)))
    old = await awake(telegram, dies_at + 2 * OFF)
    states = Counter(state for person, state in await ask(url, _MADE.format("before-departure")) if person in morning)
    # A call that was being made as the process died may have arrived: nobody can say that it has expired unsent.
    unknown = states.pop(MessageState.UNKNOWN, 0)
    sent_late = sum(back.hour[person] + back.evening[person] for person in morning)
    missing = [person for person in people.afternoon if back.hour[person] != 1]
    storm = back.evening.total() + old.evening.total() + old.hour.total()
    return Line(
        name="six-hours-off, day",
        database=kind,
        figure=f"{len(morning)} made and past grace: {sent_late} sent, {dict(states)}, {unknown} unknown of the "
        f"{calling} being called as it died; {len(people.afternoon)} within grace: {len(missing)} not sent once; "
        f"{storm} in a storm after six hours more",
        bar="past grace expired or, of those in mid-call, unknown, and never sent; within it once, nothing else",
        holds=not (sent_late or missing or storm)
        and states == Counter(expired=len(morning) - unknown)
        and unknown <= calling,
    )


async def made(database_url: str, rule: str, reminders: int) -> None:
    """Wait until so many reminders of this rule stand in the outbox, at most half a minute."""
    for _ in range(300):
        if len(await ask(database_url, _MADE.format(rule))) >= reminders:
            return
        await asyncio.sleep(0.1)


async def awake(telegram: Fleet, now: datetime, *, until_made: tuple[str, int] | None = None) -> Awake:
    """Run a process from this business moment for some seconds; return what it sent.

    With `until_made` (a rule, and how many of its reminders) until those are made and nothing is under way.
    """
    since = (await telegram.ask("/sim/calls?since=1000000000"))["next"]
    bot = await telegram.start_bot(clock=now.isoformat())
    await asyncio.sleep(LOOKS)
    if until_made is not None:
        await made(telegram.database_url, *until_made)
        await settled(telegram.database_url, within=60)
    assert await bot.stop() == 0
    calls = [call for call in await telegram.telegram.calls("sendMessage", since=since) if reached(call)]

    def times(words: str) -> Counter[int]:
        return Counter(call.chat_id or 0 for call in calls if str(call.params["text"]).startswith(words))

    return Awake(evening=times(_EVENING), hour=times(_HOUR))


def book(tx: Tx, people: Sequence[int], *, key: str, now: datetime) -> None:
    """Give each a seat on this visit at this moment; who they are is known, their ticket need not be sent."""
    visit_id = visits.by_key(tx, key)
    assert visit_id is not None
    for bus in visits.read_some(tx, [visit_id])[visit_id].buses:
        visits.change_bus(tx, bus.id, seats=10 * len(people), wheelchair_places=0)
    visits.change_visit(tx, visit_id, host_limit=10 * len(people))
    visit = visits.read_some(tx, [visit_id])[visit_id]
    for person in people:
        delegate = agree(tx, telegram_id=person, name="", language="en", notice="1", now=OPEN)
        booked = book_seat(
            tx,
            delegate_id=delegate.id,
            visit_id=visit_id,
            visit_version=visit.version,
            congress=congress.read(tx),
            now=now,
            cause=f"prepared/{key}/{person}",
        )
        assert isinstance(booked, Booked), booked
