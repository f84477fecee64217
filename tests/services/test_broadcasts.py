"""Announcements: a preview that counts, one message for each reader, a result that adds up."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.services.authority import NoAuthority
from bot.services.booking import book_seat
from bot.services.broadcasts import (
    DraftGone,
    NobodyListens,
    Preview,
    Progress,
    close_announcement,
    open_progress,
    preview_announcement,
    send_announcement,
)
from bot.services.drafts import begin_name
from bot.services.organizers import UnknownName
from storage import Tx, announcements, tables
from storage.database import Database
from storage.records import MessageClass, MessageState, Who
from tests.makers import OPEN
from tests.services.world import OWNER, World, counted, settle, visit_of

CARD = 55
TEXT = "The <b>library</b> opens later."


@pytest.fixture
async def world(database: Database) -> World:
    """Persons 1 (kk), 2 (ru) and 3 (en); the first two are booked on nab-am, the second cannot be reached."""
    return await database.run(settle_and_book)


def settle_and_book(tx: Tx) -> World:
    world = settle(tx)
    for who in (0, 1):
        visit = visit_of(tx, "nab-am")
        book_seat(
            tx,
            delegate_id=world.people[who],
            visit_id=visit.id,
            visit_version=visit.version,
            congress=world.congress,
            now=OPEN,
            cause=f"book/{who}",
        )
    second = tables.delegates.c.id == world.people[1]
    tx.execute(update(tables.delegates).where(second).values(unreachable_since=OPEN))
    return world


def preview(tx: Tx, /, world: World, name: str = "nab-am", **changes: Any) -> Any:
    usual = {"actor": OWNER, "text": TEXT, "draft_key": 900, "congress": world.congress, "now": OPEN}
    return preview_announcement(tx, delegate_id=world.people[2], name=name, **{**usual, **changes})


def send(tx: Tx, /, world: World, **changes: Any) -> Any:
    usual = {"actor": OWNER, "draft_key": 900, "message_id": CARD, "congress": world.congress, "now": OPEN}
    usual["cause"] = "send"
    return send_announcement(tx, delegate_id=world.people[2], **{**usual, **changes})


def messages(tx: Tx) -> list[Any]:
    rows = select(tables.outbox).where(tables.outbox.c.kind == "announcement").order_by(tables.outbox.c.id)
    return list(tx.execute(rows))


def end(tx: Tx, reader: int, state: MessageState) -> None:
    row = (tables.outbox.c.delegate_id == reader, tables.outbox.c.kind == "announcement")
    tx.execute(update(tables.outbox).where(*row).values(state=state))


async def test_a_preview_counts_readers_by_language_and_sends_nothing(database: Database, world: World) -> None:
    shown = await database.run(preview, world, "NAB-AM")
    assert isinstance(shown, Preview)
    assert shown.visit == await database.read(visit_of, "nab-am")
    assert (shown.text, shown.people, shown.languages, shown.unreachable) == (TEXT, 2, {"kk": 1, "ru": 1}, 1)
    everybody = await database.run(preview, world, "All")
    assert (everybody.visit, everybody.languages) == (None, {"kk": 1, "ru": 1, "en": 1})
    assert await database.read(messages) == []


async def test_what_is_confirmed_is_written_once_to_each_reader(database: Database, world: World) -> None:
    await database.run(preview, world)
    begun = await database.run(send, world)
    assert isinstance(begun, Progress)
    assert (begun.counts.total, begun.counts.waiting, begun.finished) == (2, 2, False)
    assert (begun.announcement.text, begun.announcement.message_id) == (TEXT, CARD)
    visit = await database.read(visit_of, "nab-am")
    assert begun.visit == visit
    written = await database.read(messages)
    assert [row.delegate_id for row in written] == list(world.people[:2])
    assert {(row.message_class, row.due_at, row.expires_at, row.departs_at) for row in written} == {
        (MessageClass.BULK, OPEN, OPEN + timedelta(hours=12), visit.leaves_at)
    }
    line = await database.read(lambda tx: tx.execute(select(tables.log).where(tables.log.c.cause == "send")).one())
    assert (line.actor, line.after) == (OWNER, {"audience": "nab-am", "people": 2})


async def test_a_repeat_and_a_second_press_send_nothing_more(database: Database, world: World) -> None:
    await database.run(preview, world, "all")
    first = await database.run(send, world)
    before = await database.read(counted)
    assert await database.run(send, world) == first
    assert await database.run(send, world, cause="another press") == first
    assert await database.read(counted) == before
    assert await database.run(send, world, cause="on another card", message_id=CARD + 1) == DraftGone()


async def test_the_result_adds_up_and_is_shown_until_it_has_been_seen(database: Database, world: World) -> None:
    await database.run(preview, world, "all")
    begun = await database.run(send, world)
    await database.run(end, world.people[0], MessageState.SENT)
    await database.run(end, world.people[1], MessageState.UNREACHABLE)
    [progress] = await database.read(open_progress)
    assert (progress.counts.sent, progress.counts.unreachable, progress.counts.waiting) == (1, 1, 1)
    assert not progress.finished
    await database.run(end, world.people[2], MessageState.FAILED)
    [progress] = await database.read(open_progress)
    assert progress.finished
    assert (progress.visit, progress.counts.total, progress.counts.failed) == (None, 3, 1)
    await database.run(close_announcement, announcement_id=begun.announcement.id, now=OPEN)
    assert await database.read(open_progress) == ()


@pytest.mark.parametrize("how", ["expired", "of another key", "ended", "another kind"])
async def test_a_preview_that_is_gone_sends_nothing(database: Database, world: World, how: str) -> None:
    await database.run(preview, world)
    changes: dict[str, Any] = {}
    match how:
        case "expired":
            changes = {"now": OPEN + timedelta(hours=1)}
        case "of another key":
            changes = {"draft_key": 901}
        case "ended":
            await database.run(lambda tx: tx.execute(tables.drafts.delete()))
        case _:
            await database.run(begin_name, delegate_id=world.people[2], message_id=None, now=OPEN)
    assert await database.run(send, world, **changes) == DraftGone()
    assert await database.read(messages) == []


async def test_nobody_listens_where_nobody_is_booked(database: Database, world: World) -> None:
    assert await database.run(preview, world, "pres-am") == NobodyListens(
        await database.read(visit_of, "pres-am"), "pres-am"
    )
    assert await database.run(preview, world, "nowhere") == UnknownName("nowhere")
    assert await database.read(lambda tx: tx.execute(select(tables.drafts)).all()) == []


async def test_only_who_agreed_and_has_telegram_is_written_to(database: Database, world: World) -> None:
    def take_away(tx: Tx) -> None:
        tx.execute(update(tables.delegates).where(tables.delegates.c.id == world.people[0]).values(telegram_id=None))
        tx.execute(update(tables.delegates).where(tables.delegates.c.id == world.people[1]).values(consent=None))

    await database.run(take_away)
    assert [reader for reader, _, _ in await database.read(announcements.audience, (Who(),))] == [world.people[2]]
    assert (
        await database.read(announcements.audience, (Who(visits=((await database.read(visit_of, "nab-am")).id,)),))
        == ()
    )


async def test_nobody_announces_without_a_grant(database: Database, world: World) -> None:
    before = await database.read(counted)
    assert await database.run(preview, world, actor=3) == NoAuthority()
    assert await database.run(send, world, actor=3) == NoAuthority()
    assert await database.read(counted) == before


async def test_an_announcement_that_is_not_there_is_none(database: Database, world: World) -> None:
    assert await database.read(announcements.read, 999) is None
