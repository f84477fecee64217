"""simulated-day: whole days in memory, each decided by one seed: people, organizers, clock, faults at the Bot API."""

import asyncio
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from bot.language import load_languages
from bot.services import cards
from storage import bookings
from tests.proof.day.day import Day
from tests.proof.day.defects import DEFECTS
from tests.proof.day.desk import MemoryDesk
from tests.proof.trial import SQLITE, Line, Trial

_LAST_STEPS = 25
MUST_BE_REACHED = frozenset(
    {
        *("Booked", "booked for several", "replaced", "Refused", "Released", "Delayed", "SeatsSet", "Progress"),
        *("repeated", "blocked", "came back", "died", "off for a while"),
        *("tap could not show", "tap died before it showed", "tap died after it showed", "died before the mark"),
        *("went well", "429", "answer lost", "not delivered, nobody knows", "never left", "HTML refused", "refused"),
        *("died before the call", "died after the call", "came twice", "overlap told", "reminded again after a move"),
        *("ticket sent", "ticket unreachable", "ticket failed", "ticket cancelled", "ticket due"),
        *("reminder sent", "reminder unreachable", "reminder cancelled", "moved sent", "moved cancelled"),
        *("card sent", "card edited", "card gone", "card cancelled"),
        *("announcement sent", "announcement unknown", "announcement unreachable"),
    }
)
"""Each of these happened at least once over all days: no promise held for want of a try."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lived:
    """How a day went; `broken` names the promise and tells the last steps."""

    seed: int
    digest: str
    reached: Counter[str]
    broken: str = ""


def live(seeds: Iterable[int]) -> list[Lived]:
    """Live these days, one after the other."""
    return list(_days(seeds))


def _days(seeds: Iterable[int]) -> Iterator[Lived]:
    with TemporaryDirectory() as folder:
        desk = MemoryDesk(Path(folder))
        languages = load_languages("Asia/Almaty")
        for seed in seeds:
            yield _live(Day(desk=desk, languages=languages, seed=seed))


def days_until_caught(number: int, seeds: Sequence[int]) -> int | None:
    """With the defect of this number planted, return after how many days it was caught; None when it was not."""
    with pytest.MonkeyPatch.context() as patch:
        DEFECTS[number](patch)
        return next((days for days, lived in enumerate(_days(seeds), start=1) if lived.broken), None)


def _live(day: Day) -> Lived:
    broken = ""
    with _codes(day.seed):
        try:
            day.live()
        except Exception as error:  # noqa: BLE001 - printed with its seed
            told = "\n".join(day.trace[-_LAST_STEPS:])
            broken = f"{told}\n{type(error).__name__}: {error}"
    return Lived(seed=day.seed, digest=day.digest, reached=day.reached, broken=broken)


@contextmanager
def _codes(seed: int) -> Iterator[None]:
    """Booking codes and the keys of edits by the seed too. In the house they come from `secrets`."""
    keys = Random(f"keys/{seed}")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bookings, "choice", Random(f"codes/{seed}").choice)
        patch.setattr(cards, "token_hex", lambda size: keys.randbytes(size).hex())
        yield


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Days by so many seeds, some of them lived once more in another process."""
    seeds = [trial.seed * 10_000 + number for number in range(trial.size(1000, 6))]
    again = seeds[:: len(seeds) // min(50, len(seeds) // 2)]
    jobs = min(os.cpu_count() or 1, 4)
    lived, repeated = await asyncio.to_thread(_live_all, seeds, again, jobs)
    broken = [day for day in lived if day.broken]
    for day in broken[:3]:
        print(f"the day of seed {day.seed} broke:\n{day.broken}\n")
    yield Line(
        name="simulated-day",
        database=SQLITE,
        figure=f"{len(lived)} days, {len(broken)} broken {[day.seed for day in broken[:10]]}",
        bar="0 broken",
        holds=not broken,
    )
    reached = sum((day.reached for day in lived), Counter[str]())
    missed = sorted(MUST_BE_REACHED - {what for what, times in reached.items() if times})
    yield Line(
        name="simulated-day",
        database=SQLITE,
        figure=f"never reached: {missed or 'nothing'}; "
        + ", ".join(f"{what} {times}" for what, times in sorted(reached.items()) if times),
        bar="each rare branch at least once",
        holds=not missed if trial.full else None,
    )
    caught = await asyncio.to_thread(_plant_all, seeds, jobs)
    yield Line(
        name="simulated-day",
        database=SQLITE,
        figure="control: "
        + ", ".join(f"{plant.__name__} caught after {days}" for plant, days in zip(DEFECTS, caught, strict=True)),
        bar="each planted defect caught",
        holds=None not in caught,
    )
    digests = {day.seed: day.digest for day in lived}
    differing = [day.seed for day in repeated if digests[day.seed] != day.digest]
    yield Line(
        name="simulated-day",
        database=SQLITE,
        figure=f"{len(repeated)} days lived again in another process, under another hash seed: "
        f"{len(differing)} differ {differing}",
        bar="each trace identical",
        holds=bool(repeated) and not differing,
    )


def _plant_all(seeds: list[int], jobs: int) -> list[int | None]:
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        return list(pool.map(days_until_caught, range(len(DEFECTS)), [seeds] * len(DEFECTS)))


def _live_all(seeds: list[int], again: list[int], jobs: int) -> tuple[list[Lived], list[Lived]]:
    # Spawned, so that each process has its own order of hashed strings.
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        lived = [day for some in pool.map(live, [seeds[job::jobs] for job in range(jobs)]) for day in some]
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return lived, pool.submit(live, again).result()
