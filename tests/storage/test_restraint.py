"""What is kept back: the claim asks the rule with the reader's number, and all senders count the same."""

import asyncio
from datetime import datetime, timedelta
from functools import partial

import pytest

from storage import outbox
from storage.claiming import Restraint
from storage.database import Database
from storage.records import Lease, MessageClass, MessageState
from storage.sending import Outcome
from tests.storage.test_outbox import NOON, OVER, REAL, SECOND, claim, new, reader, rest, row, settle, start, write

MORNING = NOON + timedelta(hours=19)
LONG = NOON + timedelta(days=2)
MOST = 2


def at_most(most: int, kind: str, message_class: MessageClass, heard_today: int, expires_at: datetime) -> datetime:
    return MORNING if heard_today >= most and message_class is not MessageClass.URGENT else NOON


def restraint(most: int = MOST) -> Restraint:
    """So many a day, counted from noon on; notes are in no number."""
    return Restraint(day_began=NOON, uncounted=frozenset({"note"}), heard_from=partial(at_most, most))


async def send(database: Database, *, kept: Restraint | None, rounds: int = 4) -> list[str]:
    """Claim and send, one after the other, what may be sent; return the keys."""
    sent = []
    for _ in range(rounds):
        for message in await claim(database, restraint=kept):
            await start(database, message.id)
            await settle(database, Outcome(id=message.id, token="a", state=MessageState.SENT, message_id=1))
            await database.run(rest, 2)
            sent.append(message.key)
    return sent


@pytest.mark.parametrize("kept", [True, False], ids=["kept", "control"])
async def test_a_reader_hears_no_more_a_day_and_the_rest_is_due_later(database: Database, kept: bool) -> None:
    someone, other = await reader(database, 1), await reader(database, 2)
    ids = await write(database, *[new(f"news/{n}", someone, kind="news", expires_at=LONG) for n in range(3)])
    await write(database, new("news/other", other, kind="news", expires_at=LONG))
    sent = await send(database, kept=restraint() if kept else None)
    if not kept:
        assert sorted(sent) == ["news/0", "news/1", "news/2", "news/other"]
        return
    assert sorted(sent) == ["news/0", "news/1", "news/other"]
    waiting = await row(database, ids[2])
    assert (waiting.state, waiting.due_at, waiting.token) == (MessageState.DUE, MORNING, None)
    next_day = Restraint(day_began=MORNING, uncounted=frozenset(), heard_from=partial(at_most, MOST))
    [message] = await claim(database, now=MORNING, restraint=next_day)
    assert message.key == "news/2"


async def test_urgent_news_uncounted_kinds_and_edits_are_in_nobodys_number(database: Database) -> None:
    someone = await reader(database)
    await write(
        database,
        *[new(f"moved/{n}", someone, kind="moved", message_class=MessageClass.URGENT) for n in range(3)],
        *[new(f"note/{n}", someone, kind="note") for n in range(3)],
        new("news/0", someone, kind="news"),
    )
    assert "news/0" in await send(database, kept=restraint(1), rounds=8)
    await write(database, new("moved/9", someone, kind="moved", message_class=MessageClass.URGENT))
    assert await send(database, kept=restraint(1)) == ["moved/9"]


async def test_what_is_kept_back_past_its_expiry_ends_visibly_at_once(database: Database) -> None:
    someone = await reader(database)
    [late] = await write(database, new("news/0", someone, kind="news"))
    assert await send(database, kept=restraint(0)) == []
    ended = await row(database, late)
    assert ended.state == MessageState.EXPIRED
    assert "kept back" in ended.error


async def test_what_may_have_arrived_is_not_kept_back(database: Database) -> None:
    """Its second try decides only what is known of it."""
    someone = await reader(database)
    [doubtful] = await write(database, new("news/0", someone, kind="news"))
    await claim(database)
    await start(database, doubtful)
    [again] = await claim(database, real_now=OVER, restraint=restraint(0))
    assert (again.id, again.resumed) == (doubtful, True)


async def test_what_a_dead_sender_had_claimed_is_kept_back_too(database: Database) -> None:
    someone = await reader(database)
    [claimed] = await write(database, new("news/0", someone, kind="news", expires_at=LONG))
    await claim(database)
    assert await claim(database, real_now=OVER, restraint=restraint(0)) == []
    assert (await row(database, claimed)).due_at == MORNING


async def test_an_edit_makes_no_sound(database: Database) -> None:
    someone = await reader(database)
    await write(database, new("card/0", someone, kind="news"))
    lease = Lease(token="tap", until=REAL - SECOND, edits=70)
    await database.run(outbox.add, new("card/1", someone, kind="news"), lease=lease)
    assert [message.key for message in await claim(database, restraint=restraint(0))] == ["card/1"]


async def test_senders_at_the_same_moment_count_the_same(database: Database) -> None:
    many = [await reader(database, number) for number in range(5)]
    await write(
        database,
        *[new(f"news/{someone}/{n}", someone, kind="news", expires_at=LONG) for someone in many for n in range(4)],
    )
    sent: list[str] = []
    for _ in range(5):
        claims = await asyncio.gather(
            *[claim(database, token=str(number), limit=3, restraint=restraint()) for number in range(4)]
        )
        for number, messages in enumerate(claims):
            for message in messages:
                await start(database, message.id, token=str(number))
                outcome = Outcome(id=message.id, token=str(number), state=MessageState.SENT, message_id=1)
                await settle(database, outcome)
                sent.append(message.key)
        await database.run(rest, 2)
    assert sorted(sent) == sorted(f"news/{someone}/{n}" for someone in many for n in range(MOST))
