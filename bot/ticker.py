"""The few jobs that tick. The ticker decides when they run; the database decides what is due.

APScheduler with its memory store: nothing is persisted, so missing a tick must be harmless to every job.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable
from functools import partial

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import real_now

Job = tuple[str, float, Callable[[], Awaitable[object]]]
"""Name, seconds from one run to the next, and what is done."""

log = logging.getLogger(__name__)


class Ticker:
    """Runs each job at once and then at its interval, never twice at the same time. A job that fails ticks on."""

    def __init__(self, jobs: Iterable[Job], *, monotonic: Callable[[], float] = time.monotonic) -> None:
        jobs = list(jobs)
        self._monotonic = monotonic
        self._seconds = {name: seconds for name, seconds, _ in jobs}
        self._went_well = dict.fromkeys(self._seconds, monotonic())
        self._running: dict[asyncio.Task[None], str] = {}
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            # By default a run that is a second late is dropped for good.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        for name, seconds, job in jobs:
            self._scheduler.add_job(
                partial(self._tick, name, job),
                "interval",
                seconds=seconds,
                id=name,
                name=name,
                next_run_time=real_now(),
            )

    def start(self) -> None:
        """Begin to tick, on the running event loop."""
        self._scheduler.start()

    async def stop(self, *, within: float) -> None:
        """Start no more runs and wait so many seconds for those under way; a longer one is left to finish."""
        # APScheduler's own shutdown cancels what runs, in the middle of a transaction too: so wait before it.
        self._scheduler.pause()
        if self._running:
            await asyncio.wait(self._running, timeout=within)
        for name in self._running.values():
            log.warning("%s was still running at the stop", name)
        self._scheduler.shutdown(wait=False)

    def ages(self) -> dict[str, float]:
        """Return for each job how many seconds ago it last went well, counted from the start before the first time."""
        return {name: self._monotonic() - moment for name, moment in self._went_well.items()}

    def is_late(self, *, by: float) -> bool:
        """Say whether a job should have gone well again so many seconds ago: it hangs, fails or does not run."""
        return any(age > self._seconds[name] + by for name, age in self.ages().items())

    async def _tick(self, name: str, job: Callable[[], Awaitable[object]]) -> None:
        run = asyncio.create_task(self._run(name, job))
        self._running[run] = name
        run.add_done_callback(self._running.pop)
        await asyncio.shield(run)  # the scheduler's shutdown cancels this wait, not the run

    async def _run(self, name: str, job: Callable[[], Awaitable[object]]) -> None:
        try:
            await job()
            self._went_well[name] = self._monotonic()
        except Exception:
            log.exception("%s failed; it runs again at its next tick", name)
