"""Updates that wait while others are stored go together; each hears what became of it, and nobody waits when idle."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest

from bot.intake.together import Together


class Store:
    """Takes groups one after the other, each when the test lets it; fails those the test names."""

    def __init__(self, *, fails: int | None = None) -> None:
        self.groups: list[list[Any]] = []
        self.fails = fails
        self.turn = asyncio.Semaphore(0)
        self.begun = asyncio.Event()

    async def __call__(self, updates: Sequence[Any]) -> None:
        self.groups.append(list(updates))
        self.begun.set()
        await self.turn.acquire()
        if self.fails == len(self.groups):
            raise OSError("away")


async def test_one_alone_is_stored_at_once_and_those_that_wait_go_together_in_order() -> None:
    store = Store()
    together = Together(store)
    first = asyncio.create_task(together(1))
    await asyncio.wait_for(store.begun.wait(), 10)
    others = [asyncio.create_task(together(number)) for number in range(2, 152)]
    await asyncio.sleep(0)
    assert store.groups == [[1]]
    assert not first.done()
    for _ in range(3):
        store.turn.release()
    await asyncio.wait_for(asyncio.gather(first, *others), 10)
    assert store.groups == [[1], list(range(2, 102)), list(range(102, 152))]
    store.turn.release()
    await asyncio.wait_for(together(152), 10)
    assert store.groups[-1] == [152]


async def test_a_failure_is_told_to_all_that_went_together_and_to_no_others() -> None:
    store = Store(fails=2)
    together = Together(store)
    first = asyncio.create_task(together(1))
    await asyncio.wait_for(store.begun.wait(), 10)
    others = [asyncio.create_task(together(number)) for number in (2, 3, 4)]
    await asyncio.sleep(0)
    others[0].cancel()  # who leaves takes nobody along, and is stored all the same
    for _ in range(2):
        store.turn.release()
    await asyncio.wait_for(first, 10)
    outcomes = await asyncio.wait_for(asyncio.gather(*others, return_exceptions=True), 10)
    assert [type(outcome) for outcome in outcomes] == [asyncio.CancelledError, OSError, OSError]
    assert store.groups == [[1], [2, 3, 4]]
    store.turn.release()
    await asyncio.wait_for(together(5), 10)


@pytest.mark.parametrize("at_once", [1, 40])
async def test_all_are_stored_once(at_once: int) -> None:
    taken: list[int] = []

    async def store(updates: Sequence[int]) -> None:
        await asyncio.sleep(0)
        taken.extend(updates)

    together = Together(store)

    async def bring(numbers: range) -> None:
        for number in numbers:
            await together(number)
            assert number in taken

    await asyncio.gather(*(bring(range(start, 400, at_once)) for start in range(at_once)))
    assert sorted(taken) == list(range(400))
