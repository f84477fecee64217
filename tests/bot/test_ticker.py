"""The ticker: jobs run at once and again, survive their failures, and are not cut off by a stop."""

import asyncio

import pytest

from bot.ticker import Job, Ticker

OFTEN = 0.01
SELDOM = 3600
PATIENCE = 10


class Counted:
    """A job that counts its runs, and can be waited for."""

    def __init__(self) -> None:
        self.runs = 0
        self._ran = asyncio.Condition()

    async def __call__(self) -> None:
        self.runs += 1
        async with self._ran:
            self._ran.notify_all()

    async def ran(self, times: int) -> None:
        async with asyncio.timeout(PATIENCE), self._ran:
            await self._ran.wait_for(lambda: self.runs >= times)


class Slow:
    """A job that takes until it is released."""

    def __init__(self) -> None:
        self.began, self.released = asyncio.Event(), asyncio.Event()
        self.ended = asyncio.Event()
        self.runs = 0

    async def __call__(self) -> None:
        self.runs += 1
        self.began.set()
        await self.released.wait()
        self.ended.set()


def start(*jobs: Job) -> Ticker:
    ticker = Ticker(jobs)
    ticker.start()
    return ticker


async def test_a_job_runs_at_once_and_then_at_its_interval() -> None:
    often, seldom = Counted(), Counted()
    ticker = start(("often", OFTEN, often), ("seldom", SELDOM, seldom))
    await often.ran(3)
    await ticker.stop(within=PATIENCE)
    assert seldom.runs == 1


async def test_a_job_that_fails_is_logged_and_ticks_on(caplog: pytest.LogCaptureFixture) -> None:
    counted = Counted()

    async def fails() -> None:
        await counted()
        raise RuntimeError("no database")

    ticker = start(("reminders", OFTEN, fails))
    await counted.ran(3)
    await ticker.stop(within=PATIENCE)
    assert "reminders failed" in caplog.text
    assert "no database" in caplog.text


async def test_a_job_never_runs_beside_itself_and_holds_no_other_up() -> None:
    slow, other = Slow(), Counted()
    ticker = start(("slow", OFTEN, slow), ("other", OFTEN, other))
    await slow.began.wait()
    await other.ran(5)
    assert slow.runs == 1
    slow.released.set()
    await ticker.stop(within=PATIENCE)


async def test_a_stop_waits_for_the_run_under_way() -> None:
    slow, other = Slow(), Counted()
    ticker = start(("slow", SELDOM, slow), ("other", OFTEN, other))
    await slow.began.wait()
    stop = asyncio.create_task(ticker.stop(within=PATIENCE))
    await asyncio.sleep(0)
    runs = other.runs
    slow.released.set()
    await stop
    assert slow.ended.is_set()
    assert other.runs == runs


async def test_a_run_that_outlasts_the_stop_is_not_cut_off_in_the_middle(caplog: pytest.LogCaptureFixture) -> None:
    slow = Slow()
    ticker = start(("slow", SELDOM, slow))
    await slow.began.wait()
    await ticker.stop(within=0)
    assert "slow was still running" in caplog.text
    slow.released.set()
    async with asyncio.timeout(PATIENCE):
        await slow.ended.wait()
