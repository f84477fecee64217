"""Telegram's pace, in virtual time: never too fast in all, nor for one reader, nor before a pause is over."""

import asyncio
import random
from collections import Counter, deque
from itertools import pairwise

import pytest

from bot.delivery.pace import PER_SECOND, Pacer
from tests.bot.delivery.virtual_time import VirtualTime


@pytest.fixture
def time() -> VirtualTime:
    return VirtualTime()


@pytest.fixture
def pacer(time: VirtualTime) -> Pacer:
    return Pacer(monotonic=time.monotonic, sleep=time.sleep)


class Window:
    """Telegram's counter at its strictest: a sliding second, arrivals as they come."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.refused = 0
        self._accepted: deque[float] = deque()

    def arrive(self, moment: float) -> None:
        while self._accepted and self._accepted[0] <= moment - 1:
            self._accepted.popleft()
        if len(self._accepted) < self.allowed:
            self._accepted.append(moment)
        else:
            self.refused += 1


@pytest.mark.parametrize("seed", range(5))
async def test_fifteen_hundred_letters_go_out_without_one_refusal(time: VirtualTime, pacer: Pacer, seed: int) -> None:
    jitter = random.Random(seed)
    arrivals: list[float] = []
    letters = iter(range(1500))

    async def worker() -> None:
        for reader in letters:
            assert await pacer.turn(reader)
            arrivals.append(time.now + jitter.uniform(0, 0.05))
            await time.sleep(jitter.uniform(0.05, 0.15))  # the call

    began = time.now
    await time.run(*[worker() for _ in range(16)])

    window = Window(allowed=30)
    for moment in sorted(arrivals):
        window.arrive(moment)
    assert window.refused == 0
    assert len(arrivals) / (time.now - began) == pytest.approx(PER_SECOND, rel=0.01)


async def test_one_reader_gets_one_letter_a_second(time: VirtualTime, pacer: Pacer) -> None:
    sent: list[float] = []

    async def write() -> None:
        assert await pacer.turn(7)
        sent.append(time.now)

    await time.run(*[write() for _ in range(5)])
    gaps = [later - earlier for earlier, later in pairwise(sent)]
    assert min(gaps) >= 1.0
    assert max(gaps) < 1.0 + 2 / PER_SECOND


async def test_one_readers_rest_holds_nobody_else_up(time: VirtualTime, pacer: Pacer) -> None:
    sent: Counter[int] = Counter()

    async def write(reader: int) -> None:
        assert await pacer.turn(reader)
        sent[reader] += 1

    others = range(100, 120)
    turns = asyncio.gather(*[write(7) for _ in range(3)], *[write(reader) for reader in others])
    await time.pass_until(time.now + 0.9)
    assert sent == Counter([7, *others])
    await time.pass_until(time.now + 1.5)
    await turns
    assert sent[7] == 3


async def test_a_reader_who_was_just_written_to_rests(time: VirtualTime, pacer: Pacer) -> None:
    await time.run(pacer.turn(7))
    assert pacer.resting() == {7}
    await time.pass_until(time.now + 0.999)
    assert pacer.resting() == {7}
    await time.pass_until(time.now + 0.001)
    assert pacer.resting() == set()


async def test_nobody_sends_before_the_pause_is_over(time: VirtualTime, pacer: Pacer) -> None:
    pacer.halt(37)
    assert pacer.held_for() == 37
    assert await time.run(*[pacer.turn(reader) for reader in range(3)]) == [False, False, False]
    await time.pass_until(time.now + 36.999)
    assert await time.run(pacer.turn(1)) == [False]
    await time.pass_until(1000.0 + 37)
    assert await time.run(*[pacer.turn(reader) for reader in range(3)]) == [True, True, True]
    assert time.now == pytest.approx(1037 + 2 / PER_SECOND)


async def test_who_waits_for_a_turn_is_sent_away_when_a_pause_begins(time: VirtualTime, pacer: Pacer) -> None:
    async def ask_for_a_pause() -> None:
        await time.sleep(0.1)
        pacer.halt(2)

    *turns, _ = await time.run(*[pacer.turn(reader) for reader in range(10)], pacer.turn(0), ask_for_a_pause())
    # Turns at 0, 37 and 74 ms lay before the pause; the last asks for a reader who rests.
    assert turns == [True] * 3 + [False] * 8
    assert time.now == 1001  # at once, not after the pause: a lease must not run out over it


async def test_a_shorter_pause_does_not_end_a_longer_one(time: VirtualTime, pacer: Pacer) -> None:
    pacer.halt(10)
    pacer.halt(1)
    assert pacer.held_for() == 10
