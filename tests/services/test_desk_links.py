"""A seat of the desk comes to its person's own phone: the same booking, once, with number and need, past no rule."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from bot.rules.booking import AlreadyBooked, Clashes, NotListed
from bot.rules.gifts import LIFE, GiftGone
from bot.services.authority import NoAuthority
from bot.services.booking import Booked
from bot.services.desk import DeskSeat, TakenBack, take_back
from bot.services.desk_links import PhoneLink, link_to_phone
from bot.services.forgetting import Forgotten
from bot.services.gifts import NotGiving, NotTaken, Present, present_of, take_gift
from bot.services.history import Done, Story, story_of
from bot.services.undelivered import Undelivered, list_undelivered
from storage import Tx, bookings, delegates, outbox, registered, tables
from storage.database import Database
from tests.makers import OPEN
from tests.services.test_booking import outbox_rows
from tests.services.test_forgetting import leave
from tests.services.test_registered import bring
from tests.services.test_seating import (
    CITY,
    DESK,
    NEW,
    at_work,
    book,
    change_visit,
    choose,
    deviations,
    look,
    seated,
    type_in,
    word,
    world,
)
from tests.services.world import OWNER, World, document, visit_of

__all__ = ["world"]
TOKEN, OTHER = "A" * 16, "B" * 16
TYPED = ("Serikova", "+7 701 123 45 67")
"""Of NEW."""


def link(tx: Tx, /, world: World, booking_id: int, *, by: int = DESK, token: str = TOKEN, **changes: Any) -> Any:
    usual: dict[str, Any] = {"congress": world.congress, "now": OPEN, "cause": f"link/{by}/{token[:1]}"}
    return link_to_phone(tx, actor=by, booking_id=booking_id, token=token, **usual | changes)


def take(tx: Tx, /, world: World, who: int, *, token: str = TOKEN, **changes: Any) -> Any:
    usual: dict[str, Any] = {"congress": world.congress, "now": OPEN, "cause": f"take/{who}"}
    return take_gift(tx, delegate_id=world.people[who], token=token, **usual | changes)


async def linked(database: Database, world: World, typed: str = "nab-am Aigerim Serikova") -> Any:
    """Somebody without Telegram is seated, and the link is made; return what the desk did."""
    done = await database.run(seated, world, typed)
    assert isinstance(await database.run(link, world, done.ticket.booking.id), PhoneLink)
    return done


async def test_the_booking_of_the_slip_is_the_accounts_from_then_on(database: Database, world: World) -> None:
    done = await linked(database, world)
    present = await database.read(
        present_of, delegate_id=world.people[0], token=TOKEN, congress=world.congress, now=OPEN
    )
    assert isinstance(present, Present)
    assert (present.giver.name, present.giver.telegram_id) == ("Aigerim Serikova", None)
    before = await database.read(visit_of, "nab-am")
    taken = await database.run(take, world, 0)
    assert isinstance(taken, Booked)
    was, now = done.ticket.booking, taken.ticket.booking
    assert (now.id, now.code, now.bus_id, now.riders) == (was.id, was.code, was.bus_id, was.riders)
    assert (now.delegate_id, now.version) == (world.people[0], was.version + 1)
    after = await database.read(visit_of, "nab-am")
    assert (after.seats_taken, after.buses) == (before.seats_taken, before.buses), "no seat was free in between"
    assert await database.read(bookings.held_by, done.person.id) == ()
    rows = await database.read(outbox_rows)
    assert [(row.kind, row.delegate_id) for row in rows] == [("ticket", world.people[0])], "nobody else is told"
    missed = await database.read(list_undelivered, actor=OWNER, name=None)
    assert isinstance(missed, Undelivered)
    assert (len(missed.absent), len(missed.lost)) == (0, 0)
    assert not await database.read(deviations)
    story = await database.read(
        story_of, actor=OWNER, name=was.code, congress=world.congress, now=OPEN + timedelta(hours=1)
    )
    assert isinstance(story, Story)
    told = [fact.entry.line.action for fact in story.facts if isinstance(fact, Done)]
    assert told == ["desk", "desk link", "take from the desk"]


async def test_a_link_works_once_and_a_newer_one_makes_it_void(database: Database, world: World) -> None:
    done = await linked(database, world)
    assert isinstance(await database.run(link, world, done.ticket.booking.id, token=OTHER), PhoneLink)
    assert await database.run(take, world, 0) == NotTaken(refusal=GiftGone(), visit=done.ticket.visit)
    both = await asyncio.gather(*(database.run(take, world, who, token=OTHER) for who in (1, 2)))
    assert sorted(type(each).__name__ for each in both) == ["Booked", "NotTaken"]
    assert (await database.read(visit_of, "nab-am")).seats_taken == 1
    seat = await database.run(link, world, done.ticket.booking.id, cause="again")
    assert isinstance(seat, DeskSeat), "its person has Telegram now"
    assert not await database.read(deviations)


async def test_a_repeat_changes_nothing_and_renews_the_link_nobody_saw(database: Database, world: World) -> None:
    done = await database.run(seated, world, "nab-am Aigerim Serikova")
    first = await database.run(link, world, done.ticket.booking.id, cause="one")
    again = await database.run(link, world, done.ticket.booking.id, cause="one", token=OTHER)
    assert first.gift.id == again.gift.id
    assert isinstance(await database.run(take, world, 0), NotTaken)
    taken = await database.run(take, world, 0, token=OTHER, cause="took")
    repeated = await database.run(take, world, 0, token=OTHER, cause="took")
    assert taken.ticket == repeated.ticket
    assert len(await database.read(outbox_rows)) == 1
    assert isinstance(await database.run(link, world, done.ticket.booking.id, cause="one"), DeskSeat)


async def test_number_and_need_come_along_where_seats_are_for_the_registered(database: Database) -> None:
    file = document()
    file["rules"]["registered_only"] = True
    world = await database.run(at_work, file=file)
    await database.run(bring)
    await database.run(lambda tx: tx.execute(tables.buses.update().values(wheelchair_places=1)))
    await database.run(look, world, "nab-am Aigerim Serikova")
    await database.run(choose, world, wheelchair=True)
    done = await database.run(word, world, await database.run(type_in, world, "A-001"))
    assert isinstance(await database.run(link, world, done.ticket.booking.id), PhoneLink)
    assert isinstance(await database.run(take, world, 0), Booked)
    row = await database.read(registered.of_delegate, world.people[0])
    assert row is not None
    assert row.person.number == "A-001"
    assert await database.read(registered.of_delegate, done.person.id) is None
    assert (await database.read(delegates.read, world.people[0])).wheelchair
    assert isinstance(await database.run(book, world, 0, "nab-pres-pm"), Booked), "the number is theirs"
    assert not await database.read(deviations)


async def test_who_is_not_listed_gets_nothing_by_the_link_of_somebody_who_is_not(database: Database) -> None:
    """The negative control of the one above: without a number on either side the programme's rule holds."""
    file = document()
    file["rules"]["registered_only"] = True
    world = await database.run(at_work, file=file)
    await database.run(bring)
    await database.run(look, world, "nab-am Aigerim Serikova")
    done = await database.run(word, world, await database.run(type_in, world, "A-001"))
    assert isinstance(await database.run(link, world, done.ticket.booking.id), PhoneLink)
    await database.run(lambda tx: tx.execute(tables.registered.update().values(delegate_id=None)))
    refused = await database.run(take, world, 0)
    assert isinstance(refused, NotTaken)
    assert refused.refusal == NotListed()


async def test_what_the_account_holds_already_is_in_the_way(database: Database, world: World) -> None:
    await linked(database, world)
    await database.run(book, world, 0, "nab-am")
    refused = await database.run(take, world, 0)
    assert isinstance(refused, NotTaken)
    assert isinstance(refused.refusal, AlreadyBooked)
    await database.run(book, world, 1, "pres-am")
    refused = await database.run(take, world, 1)
    assert isinstance(refused, NotTaken)
    assert isinstance(refused.refusal, Clashes)
    assert isinstance(await database.run(take, world, 2), Booked)


async def test_nothing_comes_of_a_link_whose_seat_has_ended_or_whose_day_is_over(
    database: Database, world: World
) -> None:
    done = await linked(database, world)
    late = await database.run(take, world, 0, now=OPEN + LIFE)
    assert isinstance(late, NotTaken)
    asked: dict[str, Any] = {"congress": world.congress, "now": OPEN}
    back = await database.run(take_back, actor=DESK, booking_id=done.ticket.booking.id, version=1, cause="b", **asked)
    assert isinstance(back, TakenBack)
    gone = await database.run(take, world, 0)
    assert isinstance(gone, NotTaken)
    assert gone.refusal == GiftGone()
    seat = await database.run(link, world, done.ticket.booking.id, cause="late")
    assert isinstance(seat, DeskSeat)
    assert seat.is_ended


async def test_only_the_desk_makes_links_and_only_where_the_bus_is_still_here(database: Database, world: World) -> None:
    done = await database.run(seated, world, "nab-am Aigerim Serikova")
    for by in (1, CITY):
        assert isinstance(await database.run(link, world, done.ticket.booking.id, by=by), NoAuthority)
    own = await database.run(book, world, 0, "pres-am")
    theirs = await database.run(link, world, own.ticket.booking.id)
    assert isinstance(theirs, DeskSeat), "who has Telegram has the ticket there"
    assert await database.run(link, world, 9_999) is None
    await database.run(change_visit, "nab-am", state="departed")
    assert isinstance(await database.run(link, world, done.ticket.booking.id), NotGiving)
    assert not await database.read(lambda tx: tx.execute(tables.gifts.select()).all())


async def test_reminders_find_the_new_owner(database: Database, world: World) -> None:
    done = await linked(database, world)
    await database.run(take, world, 0)
    passengers = await database.read(bookings.passengers, visit_id=done.ticket.visit.id)
    assert [each.telegram_id for each in passengers] == [1]
    assert await database.read(lambda tx: outbox.known(tx, [f"ticket/{done.ticket.booking.id}/2"]))


def what_tells(tx: Tx) -> set[str]:
    """The tables in which the name or the phone that the desk has typed stands anywhere."""
    rows = {name: [str(row) for row in tx.execute(each.select())] for name, each in tables.metadata.tables.items()}
    return {name for name, lines in rows.items() if any(word in line for line in lines for word in TYPED)}


async def test_who_is_forgotten_by_their_account_leaves_nothing_at_the_desk(database: Database, world: World) -> None:
    await linked(database, world, NEW)
    assert await database.read(what_tells) == {"delegates", "gifts", "riders"}
    await database.run(take, world, 0)
    assert await database.read(what_tells) == {"riders"}, "the list, and nothing of what the desk kept"
    assert isinstance(await database.run(leave, world, 0), Forgotten)
    assert await database.read(what_tells) == set()
    assert not await database.read(deviations)


async def test_without_the_erasing_the_desk_would_keep_who_they_were(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control."""
    await linked(database, world, NEW)
    with monkeypatch.context() as careless:
        careless.setattr("bot.services.gifts.erasing.erase", lambda *_, **__: None)
        await database.run(take, world, 0)
    await database.run(leave, world, 0)
    assert await database.read(what_tells) == {"delegates", "gifts"}


async def test_a_second_seat_stays_with_the_desk_until_it_is_taken_too(database: Database, world: World) -> None:
    first = await linked(database, world, NEW)
    shown = await database.run(look, world, f"{first.ticket.booking.code} nab-pres-pm", key=2)
    second = await database.run(word, world, shown)
    assert second.person.id == first.person.id
    await database.run(take, world, 0)
    assert (await database.read(delegates.read, first.person.id)).name == "Aigerim Serikova"
    assert isinstance(await database.run(link, world, second.ticket.booking.id, token=OTHER), PhoneLink)
    assert isinstance(await database.run(take, world, 0, token=OTHER, cause="second"), Booked)
    assert (await database.read(delegates.read, first.person.id)).name == ""
    held = await database.read(bookings.held_by, world.people[0])
    assert [each.visit.key for each in held] == ["nab-am", "nab-pres-pm"]
    assert not await database.read(deviations)
