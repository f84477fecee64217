"""The facts behind a message are looked at again when it is sent: what it says now, or why it must not go."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.services.booking import Booked, book_seat, release_seat, ticket_message, tickets_of
from bot.services.broadcasts import preview_announcement, send_announcement
from bot.services.messages import (
    AnnouncementFacts,
    MovedFacts,
    NoLonger,
    ReminderFacts,
    TicketFacts,
    facts_of,
)
from bot.services.organizers import delay_visit
from bot.services.reminders import plan_due_reminders
from storage import Tx, announcements, bookings, tables, visits
from storage.database import Database
from storage.records import Message
from tests.house import at
from tests.makers import OPEN
from tests.services.world import OWNER, World, put_party, settle, visit_of

EMMA = 0
EVENING = at("08-21 18:00")


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def book(tx: Tx, /, world: World, key: str = "nab-am", party: int = 1) -> int:
    visit = visit_of(tx, key)
    outcome = book_seat(
        tx,
        delegate_id=world.people[EMMA],
        visit_id=visit.id,
        visit_version=visit.version,
        party=party,
        congress=world.congress,
        now=OPEN,
        cause=f"book/{key}",
    )
    assert isinstance(outcome, Booked)
    return outcome.ticket.booking.id


def book_party(tx: Tx, /, world: World) -> int:
    put_party(tx, world.people[EMMA], "nab-am", "Zoë", congress=world.congress)
    return book(tx, world, party=2)


def give_back(tx: Tx, /, world: World, booking_id: int) -> None:
    release_seat(
        tx,
        delegate_id=world.people[EMMA],
        booking_id=booking_id,
        booking_version=1,
        congress=world.congress,
        now=OPEN,
        cause="release",
    )


def delay(tx: Tx, /, name: str, minutes: int) -> None:
    delay_visit(tx, actor=OWNER, name=name, minutes=minutes, now=OPEN, cause=f"delay/{name}/{minutes}")


def written(tx: Tx, kind: str) -> list[Message]:
    """The messages of this kind, as a sender holds them when it has claimed them."""
    kept = [each for each in Message.__slots__ if each in tables.outbox.c and each != "token"]
    rows = tx.execute(select(tables.outbox).where(tables.outbox.c.kind == kind).order_by(tables.outbox.c.id))
    return [
        Message(**{name: getattr(row, name) for name in kept}, telegram_id=1, token="t", resumed=False) for row in rows
    ]


async def facts(database: Database, world: World, kind: str, *, now: datetime = OPEN) -> list[Any]:
    """What the messages of this kind say now."""
    messages = await database.read(written, kind)
    return [await database.read(facts_of, message, congress=world.congress, now=now) for message in messages]


async def test_a_ticket_tells_of_the_seat_as_it_is_now(database: Database, world: World) -> None:
    booking_id = await database.run(book_party, world)
    await database.run(delay, "nab-am", 30)
    [said] = await facts(database, world, "ticket")
    assert isinstance(said, TicketFacts)
    assert (said.reader.telegram_id, said.ticket.booking.id) == (1, booking_id)
    assert [rider.name for rider in said.ticket.booking.riders] == ["Person 1", "Zoë"]
    assert said.ticket.visit.leaves_at == at("08-22 09:30")


async def test_a_ticket_is_moot_when_the_seat_was_given_back(database: Database, world: World) -> None:
    await database.run(give_back, world, await database.run(book, world))
    assert await facts(database, world, "ticket") == [NoLonger("the seat was given back")]


async def test_a_reminder_names_everybody_who_travels(database: Database, world: World) -> None:
    await database.run(book_party, world)
    await database.run(plan_due_reminders, now=EVENING)
    [said] = await facts(database, world, "reminder", now=EVENING)
    assert isinstance(said, ReminderFacts)
    assert (said.is_evening, said.ticket.visit.key) == (True, "nab-am")
    assert [rider.name for rider in said.ticket.booking.riders] == ["Person 1", "Zoë"]


async def test_a_reminder_is_moot_for_its_own_reason(database: Database, world: World) -> None:
    booking_id = await database.run(book, world)
    await database.run(plan_due_reminders, now=EVENING)
    await database.run(give_back, world, booking_id)
    [said] = await facts(database, world, "reminder", now=EVENING)
    assert said == NoLonger("the seat was given back")


async def test_a_reminder_of_what_is_not_there_any_more_is_moot(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await database.run(book, world)
    await database.run(plan_due_reminders, now=EVENING)
    with monkeypatch.context() as without:
        without.setattr(bookings, "read", lambda tx, booking_id: None)
        assert await facts(database, world, "reminder", now=EVENING) == [NoLonger("the seat was given back")]
    monkeypatch.setattr(visits, "read", lambda tx, visit_id: None)
    assert await facts(database, world, "reminder", now=EVENING) == [NoLonger("the visit does not run")]


async def test_a_move_tells_both_moments_and_what_it_overlaps_with(database: Database, world: World) -> None:
    await database.run(book, world)
    afternoon = await database.run(book, world, "nab-pres-pm")
    await database.run(delay, "nab-am", 30)
    [harmless] = await facts(database, world, "moved")
    assert isinstance(harmless, MovedFacts)
    assert (harmless.was, harmless.ticket.visit.leaves_at) == (at("08-22 09:00"), at("08-22 09:30"))
    assert harmless.overlapping == ()
    await database.run(delay, "nab-am", 90)
    outdated, overlapping = await facts(database, world, "moved")
    assert outdated == NoLonger("a newer change has its own message")
    assert isinstance(overlapping, MovedFacts)
    assert overlapping.was == at("08-22 09:30")
    assert [ticket.booking.id for ticket in overlapping.overlapping] == [afternoon]


async def test_a_move_is_moot_when_the_seat_is_gone_or_the_bus_has_left(database: Database, world: World) -> None:
    booking_id = await database.run(book, world)
    await database.run(delay, "nab-am", 30)
    [message] = await database.read(written, "moved")
    left = await database.read(facts_of, message, congress=world.congress, now=at("08-22 09:30"))
    assert left == NoLonger("the departure has passed")
    await database.run(give_back, world, booking_id)
    gone = await database.read(facts_of, message, congress=world.congress, now=OPEN)
    assert gone == NoLonger("the seat was given back")


async def test_an_announcement_says_the_organizers_words(database: Database, world: World) -> None:
    writer: dict[str, Any] = {"actor": OWNER, "delegate_id": world.people[2], "draft_key": 1, "now": OPEN}
    writer["congress"] = world.congress
    await database.run(preview_announcement, **writer, name="all", text="<Hello>")
    await database.run(send_announcement, **writer, message_id=5, cause="send")
    said = await facts(database, world, "announcement")
    assert [(each.reader.telegram_id, each.text) for each in said if isinstance(each, AnnouncementFacts)] == [
        (1, "<Hello>"),
        (2, "<Hello>"),
        (3, "<Hello>"),
    ]


async def test_a_withdrawn_announcement_is_moot(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer: dict[str, Any] = {"actor": OWNER, "delegate_id": world.people[2], "draft_key": 1, "now": OPEN}
    writer["congress"] = world.congress
    await database.run(preview_announcement, **writer, name="all", text="Hello")
    await database.run(send_announcement, **writer, message_id=5, cause="send")
    monkeypatch.setattr(announcements, "read", lambda tx, announcement_id: None)
    assert await facts(database, world, "announcement") == [NoLonger("withdrawn")] * 3


async def test_a_kind_that_this_version_does_not_know_is_not_sent(database: Database, world: World) -> None:
    await database.run(book, world)
    await database.run(lambda tx: tx.execute(update(tables.outbox).values(kind="from a newer bot")))
    assert await facts(database, world, "from a newer bot") == [NoLonger("no message of kind from a newer bot")]


async def test_a_ticket_booked_late_may_be_told_for_an_hour(database: Database, world: World) -> None:
    await database.run(book, world)
    shown = await database.read(visit_of, "nab-am")
    [message] = await database.read(written, "ticket")
    assert message.expires_at == shown.returns_at
    [ticket] = await database.read(tickets_of, delegate_id=world.people[EMMA])
    late = ticket_message(ticket.booking, ticket.visit, now=shown.returns_at)
    assert late.expires_at == shown.returns_at + timedelta(hours=1)
