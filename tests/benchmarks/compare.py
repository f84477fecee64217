"""Measure contenders side by side: interleaved rounds, medians, and the median of the ratios."""

import asyncio
import gc
import statistics
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

Job = Callable[[], Awaitable[object]]
# Makes so many jobs ready to run; its own time is not counted.
Prepare = Callable[[int], Awaitable[Sequence[Job]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """What one run came to."""

    per_second: float  # jobs, by the wall clock
    cpu: float  # processor seconds of this process for one job


async def compare(contenders: Mapping[str, Prepare], *, jobs: int, at_once: int, rounds: int) -> dict[str, list[Pace]]:
    """Give each contender's pace in every round, a first round of warming up left out.

    Within a round the contenders run one after the other, in turned order every second time: a machine that
    slows down for a while slows all of them, and what is compared is the ratio within a round.
    """
    paces: dict[str, list[Pace]] = {name: [] for name in contenders}
    for turn in range(rounds + 1):
        for name in list(contenders)[:: -1 if turn % 2 else 1]:
            pace = await _run(await contenders[name](jobs), at_once=at_once)
            if turn:
                paces[name].append(pace)
    return paces


async def _run(jobs: Sequence[Job], *, at_once: int) -> Pace:
    waiting = iter(jobs)

    async def work() -> None:
        for job in waiting:
            await job()

    gc.collect()
    began, spent = time.perf_counter(), time.process_time()
    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(work())
    wall, cpu = time.perf_counter() - began, time.process_time() - spent
    return Pace(per_second=len(jobs) / wall, cpu=cpu / len(jobs))


def table(title: str, measured: Mapping[int, Mapping[str, Sequence[Pace]]]) -> str:
    """Word the paces by number at once as a Markdown table; the others are held to the first contender."""
    names = list(next(iter(measured.values())))
    rows = [[title, *(f"{at_once} at once" for at_once in measured)], ["---"] * (len(measured) + 1)]
    for name in names:
        rates = [statistics.median(pace.per_second for pace in paces[name]) for paces in measured.values()]
        rows.append([f"{name}, a second", *(f"{rate:,.0f}" for rate in rates)])
    for name in names:
        costs = [statistics.median(pace.cpu for pace in paces[name]) for paces in measured.values()]
        rows.append([f"{name}, own CPU in µs", *(f"{cost * 1e6:,.0f}" for cost in costs)])
    first, *others = names
    for name in others:
        both = [list(zip(paces[name], paces[first], strict=True)) for paces in measured.values()]
        faster = [_spread([pace.per_second / base.per_second for pace, base in pairs]) for pairs in both]
        cheaper = [_spread([base.cpu / pace.cpu for pace, base in pairs]) for pairs in both]
        rows.append([f"{name}, times as fast as {first}", *faster])
        rows.append([f"{name}, times as cheap as {first}", *cheaper])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _spread(ratios: Sequence[float]) -> str:
    return f"**{statistics.median(ratios):.1f}** ({min(ratios):.1f} to {max(ratios):.1f})"
