"""cancelling: a full visit of 90 seats is called off among 1,800 delegates, while others go on choosing theirs.

From the organizer's chat, against a simulator that counts as strictly as in `burst`: what the preview says is held
against what each of the 90 was told, and the taps of the others against the clock.
"""

import asyncio
import itertools
import re
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator

from bot.buttons import ShowVisit
from bot.services.people import agree
from storage import Tx, congress
from tests.house import OPEN, OWNER
from tests.phone import Call, Message, Phone
from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.ledger import ask, reached
from tests.proof.measure import duration, percentile, spread
from tests.proof.people import Prepared, hand_out_phones, open_database, prepare
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

VISIT = "nab-am"
PREVIEW_SECONDS = 1.0
TAP_SECONDS = 1.0  # p95 of other people's taps meanwhile
PER_SECOND = 10.0
"""Messages: of the 27 calls a second that the bot allows itself ten edit the cards of those who tap meanwhile, and
Telegram may ask for a pause."""
_MINUTE = 60.0  # in which the act can be recalled
_TAPS_A_SECOND = 10.0
_LATENCY, _JITTER = 0.05, 0.1
_NEWS = "❌ <b>Your visit is cancelled</b>"
_HELD = "SELECT COUNT(*) FROM bookings WHERE state = 'offered' AND replaces IS NOT NULL"
_STILL = """
    SELECT COUNT(*) FROM bookings JOIN visits ON visits.id = bookings.visit_id
    WHERE visits.key = 'nab-am' AND bookings.state <> 'released'
"""


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """On both databases; a few people, and minutes of two seconds, in the short form."""
    for kind in (SQLITE, POSTGRESQL) if trial.full else (SQLITE,):
        yield await _cancelling(trial, kind)


async def _cancelling(trial: Trial, kind: str) -> Line:
    people, seats, speed = trial.size(1_800, 60), trial.size(90, 12), trial.size(1, 30)
    minute, url = _MINUTE / speed, trial.database(kind)
    prepared = await prepare(url, people=people, seats=3 * seats, booked=seats)
    async with open_database(url) as database:
        await database.run(_owner_agrees)
    losing, others = set(prepared.people[:seats]), prepared.people[seats:]
    async with fleet(url, query_seconds=150.0, clock=f"{OPEN.isoformat()},x{speed}") as telegram:
        owner = await telegram.phone(OWNER, "Owner")
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        await telegram.telegram.limits(per_second=30, per_chat_per_second=1, window="sliding")
        await telegram.telegram.latency(_LATENCY, jitter=_JITTER)
        await crowd.look()
        crowd.calls.clear()
        bot = await telegram.start_bot()
        await _answered(owner, "/start")
        await asyncio.sleep(1.5)  # a chat gets one message a second
        begun = time.monotonic()
        preview = await _answered(owner, f"/cancelvisit {VISIT}")
        preview_seconds = time.monotonic() - begun
        promised = [int(number) for number in re.findall(r"\d+", _counts(preview))]
        await owner.tap("act:", message=preview)
        confirmed = time.time()
        tapping = asyncio.create_task(
            crowd.tap_steadily(
                itertools.islice(_browsing(others, prepared), int((minute + 10) * _TAPS_A_SECOND)),
                per_second=_TAPS_A_SECOND,
            )
        )
        told = f"Told: {seats} of {seats}"
        await owner.wait_for(
            lambda seen: seen.message_id == preview.message_id and told in seen.text, timeout=minute + trial.seconds(60)
        )
        await tapping
        unanswered = await crowd.answered(within=30)
        code = await bot.stop()
        await crowd.look()
    news = [call for call in crowd.calls if reached(call) and _is_news(call)]
    readers = Counter(call.chat_id for call in news)
    seconds = max((call.ended for call in news), default=confirmed) - min((call.at for call in news), default=confirmed)
    allowed = trial.seconds(seats / PER_SECOND)
    ((held,),), ((still,),) = await ask(url, _HELD), await ask(url, _STILL)
    refused = sum(call.status == 429 for call in crowd.calls)
    as_shown = promised[0] == seats and promised[1] == held and sum(promised[1:]) == seats
    p95 = percentile(crowd.latencies, 0.95)
    most_preview, most_tap = trial.seconds(PREVIEW_SECONDS), trial.seconds(TAP_SECONDS)
    return Line(
        name="cancelling",
        database=kind,
        figure=f"preview of {seats} among {people} in {duration(preview_seconds)}: {_counts(preview)}; {held} held, "
        f"{still} left on the visit; {len(readers)} told within {seconds:.1f} s, {len(news) - len(readers)} twice, "
        f"{refused} answers 429; {len(crowd.taps)} taps of others: {spread(crowd.latencies)}, {unanswered} unanswered; "
        f"exit {code}",
        bar=f"preview under {most_preview:.0f} s, all told once within {allowed:.1f} s, as shown; "
        f"p95 of taps under {most_tap:.0f} s",
        holds=preview_seconds < most_preview
        and as_shown
        and not still
        and readers.keys() == losing
        and len(news) == seats
        and seconds <= allowed
        and p95 < most_tap
        and not unanswered
        and refused <= 3
        and code == 0,
    )


def _owner_agrees(tx: Tx) -> None:
    notice = congress.read(tx).privacy.version
    agree(tx, telegram_id=OWNER, name="Owner", language="en", notice=notice, now=OPEN)


def _browsing(people: range, prepared: Prepared) -> Iterator[tuple[int, str]]:
    """Other people look at visits, in turn."""
    visits = itertools.cycle(ShowVisit(visit.id).data for visit in prepared.visits[1:])
    return zip(itertools.cycle(people), visits, strict=False)


async def _answered(phone: Phone, text: str) -> Message:
    sent = await phone.send(text)
    return await phone.wait_for(lambda seen: seen.message_id > sent, timeout=30)


def _counts(preview: Message) -> str:
    return next(line for line in preview.text.split("\n") if line.startswith("👥")).removeprefix("👥 ")


def _is_news(call: Call) -> bool:
    return call.method == "sendMessage" and str(call.params.get("text", "")).startswith(_NEWS)
