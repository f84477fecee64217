"""story: the booking told in any order by Hypothesis, on both databases; what it must find, it finds."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import pytest

from storage.database import Database
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial
from tests.services.changing_story import ChangingStory
from tests.services.console_story import ConsoleStory
from tests.services.defects import DEFECTS, take_the_locks_off
from tests.services.story import Desk, FileDesk, ServerDesk, Story
from tests.services.telling import (
    MUST_BE_REACHED,
    MUST_BE_REACHED_AT_THE_CONSOLE,
    MUST_BE_REACHED_IN_A_CROWD,
    MUST_BE_REACHED_IN_CHANGES,
    steps_to_a_break,
    tell,
)


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """Stories on both databases, then with locks off, then with each planted defect, then a broken one once more."""
    # Stories have event loops of their own, in their own thread.
    for kind, stories, must in (
        (SQLITE, trial.size(1000, 20), MUST_BE_REACHED),
        (POSTGRESQL, trial.size(200, 5), MUST_BE_REACHED_IN_A_CROWD),
    ):
        url = await _migrated(trial, kind)
        yield await asyncio.to_thread(_stories, trial, kind, url, stories, must if trial.full else set())
    for name, of, branches in (
        ("changed minds", ChangingStory, MUST_BE_REACHED_IN_CHANGES),
        ("the console", ConsoleStory, MUST_BE_REACHED_AT_THE_CONSOLE),
    ):
        for kind, stories in ((SQLITE, trial.size(300, 5)), (POSTGRESQL, trial.size(60, 2))):
            url = await _migrated(trial, kind)
            must = branches if trial.full and kind == SQLITE else set()
            yield await asyncio.to_thread(_stories, trial, kind, url, stories, must, name, of)
    url = await _migrated(trial, POSTGRESQL)
    yield await asyncio.to_thread(_without_locks, trial, url)
    url = await _migrated(trial, SQLITE)
    yield await asyncio.to_thread(_defects, trial, url)
    yield await asyncio.to_thread(_replay, trial, url)


async def _migrated(trial: Trial, kind: str) -> str:
    url = trial.database(kind)
    await (await Database.open(url)).close()
    return url


@contextmanager
def _desk(kind: str, url: str) -> Iterator[Desk]:
    desk = FileDesk(url) if kind == SQLITE else ServerDesk(url)
    try:
        yield desk
    finally:
        desk.close()


def _stories(
    trial: Trial, kind: str, url: str, stories: int, must: set[str], name: str = "", of: type[Story] | None = None
) -> Line:
    Story.reached.clear()
    with _desk(kind, url) as desk:
        tell(desk, stories=stories, number=trial.seed, of=of)
    reached = Story.reached
    missed = sorted(what for what in must if not reached[what])
    return Line(
        name="story",
        database=kind,
        figure=f"{name and name + ': '}{reached['stories']} sequences, "
        f"{reached['Booked'] + reached['booked in a rush']} booked, "
        f"{reached['Released']} given back, {reached['Refused']} refused, {reached['repeated']} repeated, "
        f"never reached: {missed or 'nothing'}",
        bar=f"{stories} sequences, 0 broken, all branches reached",
        holds=reached["stories"] >= stories and not missed,
    )


def _without_locks(trial: Trial, url: str) -> Line:
    """The negative control: with locks off, people who tap at the same moment break a promise or meet a wall."""
    Story.reached.clear()
    with _desk(POSTGRESQL, url) as desk, pytest.MonkeyPatch.context() as patch:
        take_the_locks_off(patch)
        steps = steps_to_a_break(desk, stories=200, number=trial.seed)
    told = Story.reached["stories"]
    return Line(
        name="story",
        database=POSTGRESQL,
        figure=f"control, locks off: caught after {told} sequences" if steps else f"control: NOT caught in {told}",
        bar="caught",
        holds=bool(steps),
    )


def _defects(trial: Trial, url: str) -> Line:
    found: list[tuple[int, str]] = []
    missed: list[str] = []
    for plant in DEFECTS if trial.full else DEFECTS[:2]:
        Story.reached.clear()
        with _desk(SQLITE, url) as desk, pytest.MonkeyPatch.context() as patch:
            plant(patch)
            steps = steps_to_a_break(desk, stories=1000, number=trial.seed)
        if steps:
            found.append((Story.reached["stories"], plant.__name__))
        else:
            missed.append(plant.__name__)
    return Line(
        name="story",
        database=SQLITE,
        figure=f"{len(found)} planted defects caught, the shyest after {max(found, default=(0, ''))}; missed {missed}",
        bar="each caught",
        holds=not missed,
    )


def _replay(trial: Trial, url: str) -> Line:
    """A defect is met twice by one seed: the very same acts."""
    with pytest.MonkeyPatch.context() as patch:
        DEFECTS[0](patch)
        runs = []
        for _ in range(2):
            with _desk(SQLITE, url) as desk:
                runs.append(steps_to_a_break(desk, stories=1000, number=trial.seed))
    first, second = runs
    acts = [line for line in first if line.startswith("state.") and not line.endswith("()")]  # those are invariants
    return Line(
        name="story",
        database=SQLITE,
        figure=f"a failing seed told twice: {len(acts)} acts, {'identical' if first == second else 'NOT identical'}, "
        f"the last {acts[-1:]}",
        bar="identical",
        holds=bool(acts) and first == second,
    )
