"""Marks: an update is done once all that was done for it is written down, and a mark that cannot be written is kept."""

import asyncio

import pytest

from bot.intake.marks import DoneMarks


class Book:
    """What is written down, in its order; `fails` are the steps that fail the next time."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self.fails: set[str] = set()

    async def _step(self, name: str, words: str) -> None:
        await asyncio.sleep(0)
        if name in self.fails:
            self.fails.discard(name)
            raise ConnectionRefusedError
        self.written.append(words)

    async def before(self) -> None:
        await self._step("before", "shown")

    async def finish(self, ids: list[int]) -> None:
        await self._step("finish", f"done {ids}")

    def marks(self) -> DoneMarks:
        return DoneMarks(finish=self.finish, before=self.before, pause=asyncio.sleep)


async def test_what_was_done_is_written_down_before_the_mark() -> None:
    book = Book()
    marks = book.marks()
    marks.add(1)
    marks.add(2)
    await marks.write()
    await marks.write()
    assert book.written == ["shown", "done [1, 2]"]


@pytest.mark.parametrize("step", ["before", "finish"])
async def test_a_mark_that_cannot_be_written_goes_with_the_next(step: str) -> None:
    book = Book()
    marks = book.marks()
    marks.add(1)
    book.fails.add(step)
    with pytest.raises(ConnectionRefusedError):
        await marks.write()
    marks.add(2)
    await marks.write()
    assert book.written[-2:] == ["shown", "done [1, 2]"]
