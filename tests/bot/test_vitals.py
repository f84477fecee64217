"""When the bot is well, what it says when it is not, and that a storm of scrapes asks the database once."""

import asyncio
from datetime import UTC, datetime

import pytest

from bot.metrics import Metrics
from bot.services.numbers import Numbers
from bot.tally import LOST, Tally
from bot.ticker import Ticker
from bot.vitals import READING_LASTS, Vitals
from storage.backlog import Backlog

NOON = datetime(2025, 8, 20, 12, tzinfo=UTC)
NUMBERS = Numbers(
    at=NOON,
    seats=(),
    backlog=Backlog(waiting=0, parked=0, oldest_update=None, messages={}, oldest_due=None),
)


class Bot:
    """A bot whose ailments the test chooses. `now` is the monotonic clock of all of it, seconds."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.readings = 0
        self.is_away = False
        self.token_refused = False
        self.tally = Tally()
        self.vitals = Vitals(
            read=self.read,
            token_refused=lambda: self.token_refused,
            tally=self.tally,
            real_now=lambda: NOON,
            monotonic=lambda: self.now,
        )

    async def read(self) -> Numbers:
        self.readings += 1
        await asyncio.sleep(0)
        if self.is_away:
            raise ConnectionRefusedError
        return NUMBERS

    async def start(self) -> Ticker:
        async def job() -> None: ...

        self.vitals.ticker = Ticker([("reminders", 1.0, job), ("seldom", 600.0, job)], monotonic=lambda: self.now)
        return self.vitals.ticker


async def test_it_is_well_once_it_has_started() -> None:
    bot = Bot()
    assert await bot.vitals.trouble() == "starting"
    await bot.start()
    assert await bot.vitals.trouble() is None


async def test_a_refused_token_is_named_before_all_else() -> None:
    bot = Bot()
    bot.token_refused = bot.is_away = True
    assert await bot.vitals.trouble() == "token"


async def test_a_job_that_has_not_gone_well_for_half_a_minute_is_told() -> None:
    bot = Bot()
    await bot.start()
    bot.now += 31.0
    assert await bot.vitals.trouble() is None
    bot.now += 0.1  # a second from one run to the next, and thirty
    assert await bot.vitals.trouble() == "ticks"


async def test_a_job_that_fails_grows_old_and_one_that_goes_well_does_not() -> None:
    now = [0.0]
    ran = asyncio.Event()

    async def well() -> None: ...

    async def ill() -> None:
        ran.set()
        raise OSError

    ticker = Ticker([("well", 3600, well), ("ill", 3600, ill)], monotonic=lambda: now[0])
    now[0] = 50.0
    ticker.start()
    await asyncio.wait_for(ran.wait(), 10)
    await ticker.stop(within=10)
    assert ticker.ages() == {"well": 0.0, "ill": 50.0}


async def test_a_database_that_is_away_is_told_and_comes_back() -> None:
    bot = Bot()
    await bot.start()
    bot.is_away = True
    assert await bot.vitals.trouble() == "database"
    bot.is_away = False
    assert await bot.vitals.trouble() == "database"  # remembered for a moment
    bot.now += READING_LASTS
    assert await bot.vitals.trouble() is None


async def test_a_database_that_hangs_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.vitals._READING_TAKES", 0.01)
    bot = Bot()
    await bot.start()

    async def hang() -> Numbers:
        await asyncio.Event().wait()
        return NUMBERS

    bot.vitals._read = hang
    assert await bot.vitals.trouble() == "database"


@pytest.mark.parametrize("is_away", [False, True])
async def test_a_storm_of_scrapes_is_one_reading(is_away: bool) -> None:
    bot = Bot()
    bot.is_away = is_away
    await asyncio.gather(*(bot.vitals.numbers() for _ in range(500)))
    assert bot.readings == 1
    bot.now += READING_LASTS
    await asyncio.gather(*(bot.vitals.numbers() for _ in range(500)))
    assert bot.readings == 2


def test_while_the_database_is_away_the_rest_is_still_told() -> None:
    tally = Tally()
    tally.updates["received"] = 3
    text = Metrics(tally=tally, numbers=None, ticks={"reminders": 2.0}, real_now=NOON).text().decode()
    assert 'visit_bot_updates_total{outcome="received"} 3.0' in text
    assert "visit_bot_database_up 0.0" in text
    assert "seats" not in text


def test_a_call_is_counted_by_its_name_alone() -> None:
    tally = Tally()
    root = "https://api.telegram.org/bot1234567890:sEcReT"
    tally.note_call(f"{root}/getUpdates?timeout=25&x=/y", 200, {})
    tally.note_call(f"{root}/sendMessage", LOST, {})
    tally.note_call("https://api.telegram.org/file/bot1:s/photos/file_7.jpg", 200, {})
    assert tally.calls == {("getUpdates", 200): 1, ("sendMessage", LOST): 1, ("file", 200): 1}


def test_a_tap_counts_from_its_arrival_to_its_first_answer() -> None:
    tally = Tally(now=lambda: NOON.replace(second=2))
    answer = "https://host/bot1:x/answerCallbackQuery"
    with tally.tap("17", received_at=NOON):
        tally.note_call(answer, 400, {"callback_query_id": "17"})
        tally.note_call(answer, 200, {"callback_query_id": "18"})
        assert tally.taps.count == 0
        tally.note_call(answer, 200, {"callback_query_id": "17"})
        tally.note_call(answer, 200, {"callback_query_id": "17"})
    tally.note_call(answer, 200, {"callback_query_id": "17"})
    assert (tally.taps.count, tally.taps.sum) == (1, 2.0)
