"""One pace for all processes: turns an even gap apart, room for answers, and a hold that everybody obeys."""

import asyncio
import random
from collections import deque
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import select, update

from storage import Tx, claiming, outbox, pace, sending
from storage.database import Database
from storage.pace import Pace
from storage.records import NewMessage
from storage.sending import Turn
from storage.tables import delegates
from storage.tables import outbox as outbox_table
from storage.tables import pace as table
from tests.storage.rows import put_delegate

NOON = datetime(2025, 8, 21, 12, tzinfo=UTC)
REAL = datetime(2026, 11, 1, 8, tzinfo=UTC)
SECOND = timedelta(seconds=1)
GAP = timedelta(milliseconds=37)


async def claimed(database: Database, number: int, *, token: str = "a") -> list[int]:
    """Claim so many new messages."""
    await database.run(_write, number)
    messages = await database.run(claiming.claim, now=NOON, real_now=REAL, limit=number, lease_seconds=60, token=token)
    return [message.id for message in messages]


def _write(tx: Tx, number: int) -> None:
    for _ in range(number):
        reader = put_delegate(tx, None, now=NOON)
        tx.execute(update(delegates).where(delegates.c.id == reader).values(telegram_id=reader))
        message = NewMessage(key=f"t/{reader}", kind="t", delegate_id=reader, due_at=NOON, expires_at=NOON + SECOND)
        outbox.add(tx, message)


async def start(database: Database, ids: list[int], *, token: str = "a", answers: int = 0) -> list[Turn]:
    turns = await database.run(
        sending.start_sending, ids, token=token, lease_until=REAL + 60 * SECOND, gap=GAP, answers=answers
    )
    return [turns[one] for one in ids]


async def test_turns_lie_an_even_gap_apart(database: Database) -> None:
    ids = await claimed(database, 5)
    turns = [turn.seconds for turn in await start(database, ids) if turn.seconds is not None]
    assert (len(turns), turns[0]) == (5, 0)
    assert [later - earlier for earlier, later in pairwise(turns)] == pytest.approx([0.037] * 4)
    found = await database.read(pace.read)
    assert 0 < (found.next_at - found.now).total_seconds() <= 5 * 0.037


async def test_several_senders_share_one_row_of_turns(database: Database) -> None:
    ids = await claimed(database, 24)
    hands = [ids[number::6] for number in range(6)]
    before = await database.read(pace.read)
    await asyncio.gather(*[start(database, hand) for hand in hands])
    after = await database.read(pace.read)
    # Nobody got a turn that somebody else has: 24 turns, 24 gaps.
    assert after.next_at - before.now >= 24 * GAP
    begun = await database.read(lambda tx: tx.scalars(select(outbox_table.c.begun_at)).all())
    assert min(later - earlier for earlier, later in pairwise(sorted(begun))) >= GAP


async def test_answers_to_taps_go_before_the_next_turn(database: Database) -> None:
    [one] = await claimed(database, 1)
    [turn] = await start(database, [one], answers=10)
    assert turn.seconds == pytest.approx(0.37, abs=0.001)


async def test_answers_push_no_further_than_a_second(database: Database) -> None:
    await database.run(pace.make_room, answers=500, gap=GAP)
    await database.run(pace.make_room, answers=500, gap=GAP)
    found = await database.read(pace.read)
    assert found.next_at - found.now <= SECOND
    ids = await claimed(database, 3)
    turns = await start(database, ids, answers=500)
    assert [turn.seconds is not None and turn.seconds <= 1.1 for turn in turns] == [True] * 3


async def test_while_telegram_wants_nothing_nothing_is_claimed_nor_begun(database: Database) -> None:
    ids = await claimed(database, 2)
    await database.run(pace.hold, seconds=37)
    assert await start(database, ids) == [Turn(None), Turn(None)]
    assert await claimed(database, 1, token="b") == []
    await database.run(over)
    assert [turn.seconds for turn in await start(database, ids)] == pytest.approx([0, 0.037])


def over(tx: Tx) -> None:
    tx.execute(update(table).values(held_until=REAL, next_at=REAL))


async def test_a_shorter_hold_does_not_end_a_longer_one(database: Database) -> None:
    await database.run(pace.hold, seconds=10)
    await database.run(pace.hold, seconds=1)
    assert 9 < (await database.read(pace.read)).held_seconds <= 10


async def test_the_first_to_come_write_the_row_together(database: Database) -> None:
    await asyncio.gather(*[database.run(pace.make_room, answers=1, gap=GAP) for _ in range(8)])
    found = await database.read(pace.read)
    assert found.held_seconds == 0


class Window:
    """Telegram's counter at its strictest: a sliding second, arrivals as they come."""

    def __init__(self, allowed: int) -> None:
        self.allowed = allowed
        self.refused = 0
        self._accepted: deque[datetime] = deque()

    def arrive(self, moment: datetime) -> None:
        while self._accepted and self._accepted[0] <= moment - SECOND:
            self._accepted.popleft()
        if len(self._accepted) < self.allowed:
            self._accepted.append(moment)
        else:
            self.refused += 1


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize("answers_a_second", [0, 5, 20])
def test_messages_and_answers_together_are_never_refused(seed: int, answers_a_second: int) -> None:
    """The rule alone, in made-up time: senders mark a few turns ahead, answers leave when they like.

    The three that 27 leaves of 30 take a sudden answer or two; after that each costs a turn.
    """
    jitter = random.Random(seed)
    gap = timedelta(seconds=1 / 27)
    now, next_at, ends = REAL, REAL, REAL + 60 * SECOND
    arrivals: list[datetime] = []
    due = jitter.random()
    while now < ends:
        due += answers_a_second * gap.total_seconds()
        answers = int(due)
        due -= answers
        arrivals += [now + jitter.uniform(0, 0.05) * SECOND for _ in range(answers)]
        found = Pace(now=now, next_at=next_at, held_until=REAL)
        turn = found.next_turn(gap=gap, answers=answers)
        if turn - now <= 3 * gap:  # as many as may be marked ahead
            arrivals.append(turn + jitter.uniform(0, 0.05) * SECOND)
            turn += gap
        next_at = turn
        now += gap
    window = Window(allowed=30)
    for moment in sorted(arrivals):
        window.arrive(moment)
    assert window.refused == 0
    assert len(arrivals) / 60 == pytest.approx(27, rel=0.02)
