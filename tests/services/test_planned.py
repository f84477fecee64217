"""Announcements that go out later and that ask: begun once, withdrawn in time; who has not confirmed is named once."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.services import hearing, planned
from bot.services.authority import NoAuthority
from bot.services.broadcasts import Planned, Preview, Progress, preview_announcement, send_announcement
from storage import Tx, acknowledgements, announcements, grants, tables
from storage.database import Database
from storage.records import Grant, MessageState, Role
from tests.house import at
from tests.makers import OPEN
from tests.services.test_acts import owner_of
from tests.services.test_booking import EMMA, IVAN, booked
from tests.services.world import OWNER, World, settle

LATER = at("08-19 12:00")


def prepare(tx: Tx) -> World:
    world = settle(tx)
    for who in (EMMA, IVAN):
        booked(tx, world, who, "nab-am")
    return world


def write(tx: Tx, /, world: World, text: str, *, actor: int = OWNER, key: int = 7, now: datetime = OPEN) -> Any:
    """Prepare and confirm an announcement to the passengers of nab-am."""
    asked: dict[str, Any] = {"actor": actor, "delegate_id": owner_of(tx), "draft_key": key}
    shown = preview_announcement(tx, name="nab-am", text=text, congress=world.congress, now=now, **asked)
    assert isinstance(shown, Preview), shown
    return send_announcement(tx, message_id=key, congress=world.congress, now=now, cause=f"send/{key}", **asked)


def told(tx: Tx, kind: str = "announcement") -> list[Any]:
    return list(tx.execute(select(tables.outbox).where(tables.outbox.c.kind == kind).order_by(tables.outbox.c.id)))


async def test_it_begins_at_its_moment_once_and_reaches_who_has_signed_up_meanwhile(database: Database) -> None:
    world = await database.run(prepare)
    shown = await database.run(write, world, f"@{LATER:%H:%M} Come down")
    assert isinstance(shown, Planned)
    assert shown.announcement.due_at == LATER
    assert not await database.run(planned.begin_due, congress=world.congress, now=LATER - timedelta(seconds=1))
    assert not await database.read(told)
    await database.run(booked, world, 2, "nab-am")
    begun = await asyncio.gather(
        *(database.run(planned.begin_due, congress=world.congress, now=LATER) for _ in range(4))
    )
    assert sorted(begun) == [False, False, False, True]
    rows = await database.read(told)
    assert [row.delegate_id for row in rows] == list(world.people)
    assert {row.due_at for row in rows} == {LATER}


async def test_what_is_withdrawn_does_not_begin_and_what_has_begun_is_not_withdrawn(database: Database) -> None:
    world = await database.run(prepare)
    shown = await database.run(write, world, f"@{LATER:%H:%M} Come down")
    number = shown.announcement.id
    listed = await database.read(planned.planned_announcements, actor=OWNER)
    assert isinstance(listed, tuple)
    assert [each.announcement.id for each in listed] == [number]
    asked = {"actor": OWNER, "announcement_id": number, "now": OPEN}
    for cause in ("tap/1", "tap/2"):
        gone = await database.run(planned.withdraw_announcement, cause=cause, **asked)
        assert isinstance(gone, Planned)
        assert gone.announcement.withdrawn_at == OPEN
    assert await database.read(planned.planned_announcements, actor=OWNER) == ()
    assert not await database.run(planned.begin_due, congress=world.congress, now=LATER)
    second = await database.run(write, world, f"@{LATER:%H:%M} Come down", key=8)
    assert await database.run(planned.begin_due, congress=world.congress, now=LATER)
    late = await database.run(
        planned.withdraw_announcement, cause="tap/3", **{**asked, "announcement_id": second.announcement.id}
    )
    assert isinstance(late, Progress)
    assert len(await database.read(told)) == 2


async def test_it_does_not_go_out_when_its_author_has_lost_the_right(database: Database) -> None:
    world = await database.run(prepare)

    def by_an_organizer(tx: Tx) -> Any:
        grants.give(tx, 1 + IVAN, Grant(Role.ORGANIZER), now=OPEN)
        asked: dict[str, Any] = {"actor": 1 + IVAN, "delegate_id": world.people[IVAN], "draft_key": 9}
        text = f"@{LATER:%H:%M} Come"
        preview_announcement(tx, name="nab-am", text=text, congress=world.congress, now=OPEN, **asked)
        return send_announcement(tx, message_id=9, congress=world.congress, now=OPEN, cause="send/9", **asked)

    shown = await database.run(by_an_organizer)
    assert isinstance(shown, Planned)

    def take_back(tx: Tx) -> None:
        (held,) = [each for each in grants.everybody(tx) if each.telegram_id == 1 + IVAN]
        grants.take_back(tx, held.id)

    await database.run(take_back)
    refused = await database.read(planned.planned_announcements, actor=1 + IVAN)
    assert isinstance(refused, NoAuthority)
    assert await database.run(planned.begin_due, congress=world.congress, now=LATER)
    assert not await database.read(told)
    stands = await database.read(announcements.read, shown.announcement.id)
    assert stands is not None
    assert stands.withdrawn_at == LATER


async def test_a_moment_in_the_quiet_hours_is_heard_when_they_end(database: Database) -> None:
    world = await database.run(prepare)
    await database.run(write, world, "@05:30 Come down")
    early = at("08-20 05:30")
    assert await database.run(planned.begin_due, congress=world.congress, now=early)
    assert {row.due_at for row in await database.read(told)} == {at("08-20 07:00")}


async def test_who_has_not_confirmed_is_named_once_five_minutes_after_the_last_was_sent(database: Database) -> None:
    world = await database.run(prepare)
    shown = await database.run(write, world, "!ok Come down")
    number = shown.announcement.id

    def sent(tx: Tx) -> None:
        tx.execute(tables.outbox.update().values(state=MessageState.SENT, message_id=1))

    await database.run(sent)
    heard = [
        await database.run(hearing.acknowledge, delegate_id=world.people[EMMA], announcement_id=number, now=now)
        for now in (OPEN, OPEN + timedelta(hours=1))
    ]
    assert [each.at for each in heard if each] == [OPEN, OPEN], "the first time counts"
    stranger = await database.run(hearing.acknowledge, delegate_id=world.people[2], announcement_id=number, now=OPEN)
    assert stranger is None
    assert not await database.run(hearing.list_unheard, now=OPEN + timedelta(hours=1))  # not reported yet
    await database.run(announcements.mark_reported, number, now=OPEN)
    due = OPEN + hearing.LISTED_AFTER
    assert not await database.run(hearing.list_unheard, now=due - timedelta(seconds=1))
    found = await asyncio.gather(*(database.run(hearing.list_unheard, now=due) for _ in range(4)))
    assert sorted(found) == [False, False, False, True]
    (message,) = await database.read(told, "unheard")
    assert message.delegate_id == await database.run(owner_of)
    silence = await database.read(hearing.silence_of, actor=OWNER, announcement_id=number)
    assert isinstance(silence, hearing.Silence)
    assert (silence.confirmed, [(each.name, each.buses) for each in silence.people]) == (1, [("Person 2", ("B01",))])


async def test_who_has_not_confirmed_is_reminded_once_and_nobody_else(database: Database) -> None:
    world = await database.run(prepare)
    shown = await database.run(write, world, "!ok Come down")
    number = shown.announcement.id
    await database.run(acknowledgements.add, announcement_id=number, delegate_id=world.people[EMMA], now=OPEN)
    asked: dict[str, Any] = {"actor": OWNER, "announcement_id": number, "congress": world.congress, "now": OPEN}
    reminded = [
        await database.run(hearing.remind_unheard, cause=cause, **asked) for cause in ("tap/1", "tap/1", "tap/2")
    ]
    assert [each.reminded for each in reminded if isinstance(each, hearing.Silence)] == [1, 0, 0]
    again = [row.delegate_id for row in await database.read(told) if row.key.endswith("/again")]
    assert again == [world.people[IVAN]]
    refused = await database.run(hearing.remind_unheard, cause="tap/3", **{**asked, "actor": 1 + EMMA})
    assert isinstance(refused, NoAuthority)
