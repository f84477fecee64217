"""Seats given and given back: all at once or nothing, once for each cause, with a message that tells of it."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.util import await_only

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    AlreadyReleased,
    BookingClosed,
    Changed,
    Clash,
    Clashes,
    NoSeats,
    OpensLater,
    PartyTooLarge,
    Refusal,
)
from bot.services.booking import (
    Booked,
    Refused,
    Released,
    Ticket,
    book_seat,
    look_for_room,
    release_seat,
    ticket_of,
    tickets_of,
)
from bot.services.organizers import Delayed, delay_visit
from storage import Tx, delegates, drafts, erasing, grants, log, requests, seats, tables, visits
from storage.database import Database
from storage.records import BookingState, Grant, Lease, MessageState, Rider, Role
from tests.house import at
from tests.makers import OPEN
from tests.services.world import OWNER, World, counted, put_party, settle, visit_of

LEASE = Lease(token="tap-1", until=OPEN + timedelta(seconds=20), edits=77)
EMMA, IVAN, DANA = 0, 1, 2


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def book(tx: Tx, /, world: World, who: int, key: str, **changes: Any) -> Booked | Refused | None:
    """Book as the handler does, at the visit's present version; each call with a cause of its own."""
    usual: dict[str, Any] = {
        "delegate_id": world.people[who],
        "visit_id": visit_of(tx, key).id,
        "visit_version": visit_of(tx, key).version,
        "congress": world.congress,
        "now": OPEN,
        "cause": f"book/{who}/{key}",
    }
    return book_seat(tx, **usual | changes)


def booked(tx: Tx, /, world: World, who: int, key: str, **changes: Any) -> Booked:
    outcome = book(tx, world, who, key, **changes)
    assert isinstance(outcome, Booked), outcome
    return outcome


def release(tx: Tx, /, world: World, who: int, booking_id: int, version: int = 1, **changes: Any) -> Any:
    usual = {"now": OPEN, "cause": f"release/{booking_id}"}
    return release_seat(
        tx,
        delegate_id=world.people[who],
        booking_id=booking_id,
        booking_version=version,
        congress=world.congress,
        **{**usual, **changes},
    )


def taken(tx: Tx, key: str) -> tuple[int, list[int]]:
    """Seats taken of the visit and of its buses."""
    visit = visit_of(tx, key)
    return visit.seats_taken, [bus.seats_taken for bus in visit.buses]


def outbox_rows(tx: Tx) -> list[Any]:
    return list(tx.execute(select(tables.outbox).order_by(tables.outbox.c.id)))


def bookings_rows(tx: Tx) -> list[Any]:
    return list(tx.execute(select(tables.bookings).order_by(tables.bookings.c.id)))


async def unchanged(database: Database, act: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Run the act, which must change nothing; return its outcome."""
    before = await database.read(counted)
    outcome = await database.run(act, *args, **kwargs)
    assert await database.read(counted) == before
    return outcome


async def test_a_seat_is_given_with_its_bus_its_rider_and_its_message(database: Database, world: World) -> None:
    outcome = await database.run(booked, world, EMMA, "nab-am", lease=LEASE)
    ticket = outcome.ticket
    assert outcome.given_up == ()
    assert ticket.booking.state is BookingState.BOOKED
    assert ticket.booking.riders == (Rider(name="Person 1", is_owner=True),)
    assert ticket.bus is not None
    assert ticket.bus.label == "B01"  # the fullest that still holds the party
    assert await database.read(taken, "nab-am") == (1, [1, 0])
    assert await database.read(ticket_of, booking_id=ticket.booking.id, delegate_id=world.people[EMMA]) is not None

    [message] = await database.read(outbox_rows)
    assert (message.key, message.kind, message.state) == (f"ticket/{ticket.booking.id}", "ticket", MessageState.LEASED)
    assert (message.token, message.edits) == (LEASE.token, LEASE.edits)
    assert (message.delegate_id, message.booking_id) == (world.people[EMMA], ticket.booking.id)
    assert (message.due_at, message.expires_at) == (OPEN, ticket.visit.returns_at)
    line = await database.read(lambda tx: tx.execute(select(tables.log).where(tables.log.c.action == "book")).one())
    assert (line.actor, line.subject) == (1, f"booking:{ticket.booking.id}")
    assert line.after == {"visit": "nab-am", "bus": "B01", "party": 1, "code": ticket.booking.code}


async def test_without_a_tap_that_shows_it_the_message_is_due_at_once(database: Database, world: World) -> None:
    await database.run(booked, world, EMMA, "nab-am")
    [message] = await database.read(outbox_rows)
    assert (message.state, message.token, message.edits) == (MessageState.DUE, None, None)


async def test_on_a_walk_there_is_no_bus(database: Database, world: World) -> None:
    outcome = await database.run(booked, world, EMMA, "aitu-walk")
    assert (outcome.ticket.bus, outcome.ticket.booking.bus_id) == (None, None)
    assert await database.read(taken, "aitu-walk") == (1, [])


async def test_a_party_travels_together_under_the_names_that_were_typed(database: Database, world: World) -> None:
    def act(tx: Tx) -> Booked:
        put_party(tx, world.people[EMMA], "nab-am", "Zoë", "Ән", congress=world.congress)
        return booked(tx, world, EMMA, "nab-am", party=3)

    outcome = await database.run(act)
    riders = [(rider.name, rider.is_owner) for rider in outcome.ticket.booking.riders]
    assert riders == [("Person 1", True), ("Zoë", False), ("Ән", False)]
    assert outcome.ticket.bus is not None
    assert outcome.ticket.bus.label == "B02"  # B01 has two seats
    assert await database.read(taken, "nab-am") == (3, [0, 3])
    [ticket] = await database.read(tickets_of, delegate_id=world.people[EMMA])
    assert ticket.booking.riders == outcome.ticket.booking.riders
    assert await database.read(drafts.read, world.people[EMMA], now=OPEN) is None


@pytest.mark.parametrize(("party", "stays"), [(1, True), (2, False)])
async def test_a_booking_uses_up_the_names_of_its_own_party_alone(
    database: Database, world: World, party: int, stays: bool
) -> None:
    await database.run(put_party, world.people[EMMA], "nab-am", "Zoë", congress=world.congress)
    await database.run(booked, world, EMMA, "nab-am", party=party)
    assert (await database.read(drafts.read, world.people[EMMA], now=OPEN) is not None) == stays


@pytest.mark.parametrize(
    "draft",
    [
        lambda tx, world: None,
        lambda tx, world: put_party(tx, world.people[EMMA], "nab-am", "Zoë", congress=world.congress),
        lambda tx, world: put_party(tx, world.people[EMMA], "nab-pres-pm", "Zoë", "Ән", congress=world.congress),
        lambda tx, world: put_party(
            tx, world.people[EMMA], "nab-am", "Zoë", "Ән", congress=world.congress, now=OPEN - timedelta(hours=1)
        ),
        lambda tx, world: drafts.put(
            tx, world.people[EMMA], kind="name", fields={}, message_id=None, expires_at=OPEN + timedelta(hours=1)
        ),
    ],
    ids=["none", "another number", "another visit", "expired", "of another kind"],
)
async def test_a_party_whose_names_are_not_there_is_not_booked(
    database: Database, world: World, draft: Callable[[Tx, World], None]
) -> None:
    await database.run(draft, world)
    outcome = await unchanged(database, book, world, EMMA, "nab-am", party=3)
    assert outcome.refusal == Changed()


async def test_nobody_books_for_no_one(database: Database, world: World) -> None:
    outcome = await unchanged(database, book, world, EMMA, "nab-am", party=0)
    assert outcome.refusal == Changed()


async def test_somebody_erased_meanwhile_is_given_no_seat(database: Database, world: World) -> None:
    """A stalled process may still be at one of their taps: a seat is a rider with a name."""
    emma = world.people[EMMA]
    await database.run(lambda tx: erasing.erase(tx, [erasing.Someone(emma, 1)], now=OPEN))
    before = await database.read(counted)
    outcome = await database.run(book, world, EMMA, "nab-am")
    assert isinstance(outcome, Refused)
    assert outcome.refusal == Changed()
    assert await database.read(counted) == before


async def test_a_button_of_another_version_books_nothing(database: Database, world: World) -> None:
    outcome = await unchanged(database, book, world, EMMA, "nab-am", visit_version=2)
    assert outcome.refusal == Changed()
    assert outcome.visit.key == "nab-am"


async def test_a_visit_that_is_not_there_cannot_be_booked(database: Database, world: World) -> None:
    assert await unchanged(database, book, world, EMMA, "nab-am", visit_id=999) is None


async def test_the_last_seat_goes_to_one_delegate_and_the_other_hears_what_is_left(
    database: Database, world: World
) -> None:
    for who in (EMMA, IVAN):
        await database.run(booked, world, who, "pres-am")
    outcome = await unchanged(database, book, world, DANA, "pres-am")
    assert outcome.refusal == NoSeats(left=0, largest=0)
    assert outcome.visit.seats_taken == 2
    assert [visit.key for visit in outcome.alternatives] == ["nab-pres-pm", "nab-am", "aitu-walk"]


async def look(database: Database, world: World, who: int, key: str, **changes: Any) -> Refused | None:
    """Look as the handler does where somebody has found no seat."""
    visit = await database.read(visit_of, key)
    usual: dict[str, Any] = {
        "delegate": await database.read(delegates.read, world.people[who]),
        "visit_id": visit.id,
        "visit_version": visit.version,
        "party": 1,
        "congress": world.congress,
        "now": OPEN,
    }
    return await database.look_up(look_for_room, **usual | changes)


async def test_who_looks_first_hears_what_the_locks_would_say(database: Database, world: World) -> None:
    """Without a seat for the whole party; with a seat for one, who is alone goes on and books."""
    await database.run(booked, world, EMMA, "pres-am")
    await database.run(lambda tx: put_party(tx, world.people[DANA], "pres-am", "Zoë", congress=world.congress))
    for party, room in ((2, False), (1, True)):
        seen = await look(database, world, DANA, "pres-am", party=party)
        assert (seen is None) is room
        assert seen is None or seen == await unchanged(database, book, world, DANA, "pres-am", party=party)
    await database.run(booked, world, IVAN, "pres-am")
    seen = await look(database, world, DANA, "pres-am")
    assert seen == await unchanged(database, book, world, DANA, "pres-am")
    assert seen is not None
    assert seen.refusal == NoSeats(left=0, largest=0)
    assert seen.alternatives


async def test_all_else_is_left_to_who_locks(database: Database, world: World) -> None:
    for who in (EMMA, IVAN):
        await database.run(booked, world, who, "pres-am")
    assert await look(database, world, EMMA, "pres-am") is None, "it is theirs: a repeat shows the ticket"
    assert await look(database, world, DANA, "pres-am", visit_version=9) is None
    assert await look(database, world, DANA, "pres-am", visit_id=999) is None
    assert await look(database, world, DANA, "pres-am", now=at("08-22 09:30")) is None
    only = replace(world.congress, rules=replace(world.congress.rules, registered_only=True))
    assert await look(database, world, DANA, "pres-am", congress=only) is None, "who is not listed hears that"
    await database.run(booked, world, DANA, "nab-am")
    assert await look(database, world, DANA, "pres-am") is None, "what is in the way comes first"


@pytest.mark.parametrize(
    ("act", "refusal"),
    [
        (lambda tx, world: book(tx, world, EMMA, "pres-am", party=9), PartyTooLarge(4)),
        (lambda tx, world: book(tx, world, EMMA, "pres-am", now=at("08-17 09:00")), OpensLater(at("08-18 09:00"))),
        (lambda tx, world: book(tx, world, EMMA, "pres-am", now=at("08-21 20:00")), BookingClosed(at("08-21 20:00"))),
        (lambda tx, world: book(tx, world, EMMA, "almaty-fly"), BookingClosed(at("08-08 18:00"))),
        (lambda tx, world: book(tx, world, EMMA, "pres-am", now=at("08-22 09:30")), AlreadyLeft()),
    ],
)
async def test_what_the_rules_refuse_changes_nothing(
    database: Database, world: World, act: Callable[[Tx, World], Any], refusal: Refusal
) -> None:
    outcome = await unchanged(database, act, world)
    assert outcome.refusal == refusal


async def test_a_second_visit_at_the_same_time_is_refused_with_the_seat_in_the_way(
    database: Database, world: World
) -> None:
    first = await database.run(booked, world, EMMA, "nab-am")
    outcome = await unchanged(database, book, world, EMMA, "pres-am")
    assert isinstance(outcome.refusal, Clashes)
    assert outcome.refusal.reason is Clash.OVERLAP
    assert [seat.booking.id for seat in outcome.refusal.seats] == [first.ticket.booking.id]
    again = await unchanged(database, book, world, EMMA, "nab-am", cause="another tap")
    assert isinstance(again.refusal, AlreadyBooked)


async def test_a_visit_that_fits_the_day_is_booked_beside_the_first(database: Database, world: World) -> None:
    await database.run(booked, world, EMMA, "nab-am")
    await database.run(booked, world, EMMA, "nab-pres-pm")
    shown = await database.read(tickets_of, delegate_id=world.people[EMMA])
    assert [ticket.visit.key for ticket in shown] == ["nab-am", "nab-pres-pm"]
    assert [ticket.bus.label for ticket in shown if ticket.bus] == ["B01", "B03"]


# A repeat of the cause.


async def test_a_repeated_tap_has_one_effect_and_the_same_answer(database: Database, world: World) -> None:
    first = await database.run(booked, world, EMMA, "nab-am", lease=LEASE)
    later = Lease(token="tap-2", until=LEASE.until, edits=78)
    again = await unchanged(database, book, world, EMMA, "nab-am", lease=later)
    assert isinstance(again, Booked)
    assert again.ticket.booking == first.ticket.booking
    assert again.ticket.bus is not None
    assert again.ticket.bus.label == "B01"
    [message] = await database.read(outbox_rows)
    assert (message.token, message.edits) == ("tap-2", 78)  # the repeat shows the ticket now


async def test_a_repeat_is_known_even_when_the_visit_is_another_by_now(database: Database, world: World) -> None:
    first = await database.run(booked, world, EMMA, "pres-am")
    await database.run(booked, world, IVAN, "pres-am")
    await database.run(delay_visit, actor=OWNER, name="pres-am", minutes=15, now=OPEN, cause="delay")
    again = await unchanged(database, book, world, EMMA, "pres-am", visit_version=1)
    assert isinstance(again, Booked)
    assert again.ticket.booking == first.ticket.booking
    assert again.ticket.visit.leaves_at == first.ticket.visit.leaves_at + timedelta(minutes=15)


async def test_a_ticket_that_has_been_sent_is_not_taken_back_by_a_repeat(database: Database, world: World) -> None:
    await database.run(booked, world, EMMA, "nab-am", lease=LEASE)
    await database.run(lambda tx: tx.execute(update(tables.outbox).values(state=MessageState.SENT)))
    await database.run(booked, world, EMMA, "nab-am", lease=Lease(token="tap-2", until=LEASE.until, edits=78))
    [message] = await database.read(outbox_rows)
    assert (message.state, message.token) == (MessageState.SENT, LEASE.token)


# One seat for another.


async def test_one_visit_is_taken_in_the_place_of_others_in_one_transaction(database: Database, world: World) -> None:
    morning = await database.run(booked, world, EMMA, "nab-am")
    afternoon = await database.run(booked, world, EMMA, "nab-pres-pm")
    giving_up = ((morning.ticket.booking.id, 1), (afternoon.ticket.booking.id, 1))
    outcome = await database.run(booked, world, EMMA, "karaganda-day", giving_up=giving_up)
    assert sorted(visit.key for visit in outcome.given_up) == ["nab-am", "nab-pres-pm"]
    assert await database.read(taken, "nab-am") == (0, [0, 0])
    assert await database.read(taken, "nab-pres-pm") == (0, [0])
    assert await database.read(taken, "karaganda-day") == (1, [1])
    rows = await database.read(bookings_rows)
    assert [(row.state, row.reason, row.version) for row in rows] == [
        ("released", "replaced", 2),
        ("released", "replaced", 2),
        ("booked", None, 1),
    ]
    lines = select(tables.log.c.before).where(tables.log.c.action == "book").order_by(tables.log.c.id)
    before = await database.read(lambda tx: tx.scalars(lines).all())
    assert before == [None, None, {"given_up": [booking_id for booking_id, _ in giving_up]}]
    again = await unchanged(database, book, world, EMMA, "karaganda-day", giving_up=giving_up, visit_version=9)
    assert sorted(visit.key for visit in again.given_up) == ["nab-am", "nab-pres-pm"]


async def test_a_replacement_that_is_refused_keeps_the_old_seat(database: Database, world: World) -> None:
    for who in (IVAN, DANA):
        await database.run(booked, world, who, "pres-am")
    old = await database.run(booked, world, EMMA, "nab-am")
    giving_up = ((old.ticket.booking.id, 1),)
    outcome = await unchanged(database, book, world, EMMA, "pres-am", giving_up=giving_up)
    assert outcome.refusal == NoSeats(left=0, largest=0)
    shown = await database.read(ticket_of, booking_id=old.ticket.booking.id, delegate_id=world.people[EMMA])
    assert isinstance(shown, Ticket)


async def test_only_ones_own_present_seats_can_be_given_up(database: Database, world: World) -> None:
    own = (await database.run(booked, world, EMMA, "nab-am")).ticket.booking
    others = (await database.run(booked, world, IVAN, "pres-am")).ticket.booking
    for giving_up in (((own.id, 2),), ((others.id, 1),), ((999, 1),), ((own.id, 1), (own.id, 2))):
        outcome = await unchanged(database, book, world, EMMA, "nab-pres-pm", giving_up=giving_up)
        assert outcome.refusal == Changed()


async def test_a_seat_in_a_bus_that_has_left_cannot_be_given_for_another(database: Database, world: World) -> None:
    """Booking of the afternoon is still open in the morning, by its own closing."""
    old = await database.run(booked, world, EMMA, "nab-am")
    afternoon = await database.read(visit_of, "nab-pres-pm")
    noon, ten = at("08-22 12:00"), at("08-22 10:00")
    await database.run(lambda tx: visits.change_visit(tx, afternoon.id, closes_at=noon))
    giving_up = ((old.ticket.booking.id, 1),)
    outcome = await unchanged(database, book, world, EMMA, "nab-pres-pm", giving_up=giving_up, now=ten)
    assert (outcome.refusal, outcome.visit.key) == (AlreadyLeft(), "nab-am")
    assert isinstance(await database.run(book, world, EMMA, "nab-pres-pm", now=ten), Booked)


# Giving back.


async def test_a_seat_given_back_is_free_in_the_same_instant(database: Database, world: World) -> None:
    def act(tx: Tx) -> Booked:
        first = booked(tx, world, EMMA, "pres-am")
        booked(tx, world, IVAN, "pres-am")
        assert isinstance(book(tx, world, DANA, "pres-am"), Refused)
        assert isinstance(release(tx, world, EMMA, first.ticket.booking.id), Released)
        return booked(tx, world, DANA, "pres-am")

    await database.run(act)
    assert await database.read(taken, "pres-am") == (2, [2])
    rows = await database.read(bookings_rows)
    assert [(row.state, row.reason) for row in rows] == [("released", "given back"), ("booked", None), ("booked", None)]


async def test_the_bus_has_another_list_after_each_change_to_who_travels(database: Database, world: World) -> None:
    def lists(tx: Tx) -> list[int]:
        return [bus.roster_version for bus in visit_of(tx, "nab-am").buses]

    assert await database.read(lists) == [1, 1]
    ticket = (await database.run(booked, world, EMMA, "nab-am")).ticket
    assert await database.read(lists) == [2, 1]
    await database.run(release, world, EMMA, ticket.booking.id)
    assert await database.read(lists) == [3, 1]


async def test_a_party_gives_all_its_seats_back(database: Database, world: World) -> None:
    def act(tx: Tx) -> int:
        put_party(tx, world.people[EMMA], "nab-am", "Zoë", "Ән", congress=world.congress)
        return booked(tx, world, EMMA, "nab-am", party=3).ticket.booking.id

    booking_id = await database.run(act)
    outcome = await database.run(release, world, EMMA, booking_id)
    assert outcome.booking.party == 3
    assert await database.read(taken, "nab-am") == (0, [0, 0])
    line = await database.read(lambda tx: tx.execute(select(tables.log).where(tables.log.c.action == "release")).one())
    assert (line.actor, line.before["party"]) == (1, 3)


async def test_a_seat_is_given_back_once(database: Database, world: World) -> None:
    booking_id = (await database.run(booked, world, EMMA, "nab-am")).ticket.booking.id
    await database.run(release, world, EMMA, booking_id)
    repeated = await unchanged(database, release, world, EMMA, booking_id)
    assert isinstance(repeated, Released)
    tapped_again = await unchanged(database, release, world, EMMA, booking_id, cause="another tap")
    assert tapped_again.refusal == AlreadyReleased()
    shown = await database.read(ticket_of, booking_id=booking_id, delegate_id=world.people[EMMA])
    assert isinstance(shown, Refused)
    assert shown.refusal == AlreadyReleased()
    assert await database.read(tickets_of, delegate_id=world.people[EMMA]) == ()


@pytest.mark.parametrize(
    ("version", "now", "refusal"),
    [(2, OPEN, Changed()), (1, at("08-22 09:00"), AlreadyLeft())],
)
async def test_what_cannot_be_given_back_stays(
    database: Database, world: World, version: int, now: datetime, refusal: Refusal
) -> None:
    booking_id = (await database.run(booked, world, EMMA, "nab-am")).ticket.booking.id
    outcome = await unchanged(database, release, world, EMMA, booking_id, version, now=now)
    assert outcome.refusal == refusal


async def test_nobody_learns_of_other_peoples_bookings(database: Database, world: World) -> None:
    booking_id = (await database.run(booked, world, EMMA, "nab-am")).ticket.booking.id
    for number in (booking_id, 999):
        assert await unchanged(database, release, world, IVAN, number) is None
        assert await database.read(ticket_of, booking_id=number, delegate_id=world.people[IVAN]) is None


async def test_a_code_that_exists_is_drawn_again(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter("AAAAAAAAAABBBBB")
    monkeypatch.setattr("storage.bookings.choice", lambda letters: next(drawn))
    codes = [(await database.run(booked, world, who, "nab-am")).ticket.booking.code for who in (EMMA, IVAN)]
    assert codes == ["AAAAA", "BBBBB"]


# At once, on PostgreSQL: each in a connection of its own.


async def both_at_once(database: Database, *jobs: Callable[[Tx], Any], return_exceptions: bool = False) -> list[Any]:
    """Run the jobs at the same time, each in an event loop of its own."""
    address = database.url.render_as_string(hide_password=False)

    async def run(job: Callable[[Tx], Any]) -> Any:
        own = await Database.open(address, migrate=False)
        try:
            return await own.run(job)
        finally:
            await own.close()

    return await asyncio.gather(
        *(asyncio.to_thread(asyncio.run, run(job)) for job in jobs), return_exceptions=return_exceptions
    )


async def test_a_delay_and_a_passengers_own_booking_do_not_wait_for_each_other(server: Database) -> None:
    """The booking holds the person and waits for the visit, the delay holds the visit and writes to the person."""
    world = await server.run(settle)
    first = await server.run(booked, world, EMMA, "nab-am")
    both_hold_one = threading.Barrier(2, timeout=10)
    runs: list[str] = []

    def replace(tx: Tx) -> Any:
        runs.append("replace")
        delegates.lock(tx, world.people[EMMA])
        both_hold_one.wait()
        return booked(tx, world, EMMA, "pres-am", giving_up=((first.ticket.booking.id, 1),), cause="tap")

    def delay(tx: Tx) -> Any:
        runs.append("delay")
        visits.lock(tx, [first.ticket.visit.id])
        both_hold_one.wait()
        return delay_visit(tx, actor=OWNER, name="nab-am", minutes=30, now=OPEN, cause="delay")

    replaced, delayed = await both_at_once(server, replace, delay)
    assert isinstance(delayed, Delayed)
    assert isinstance(replaced, Booked)
    assert sorted(runs) == ["delay", "replace"]  # neither was broken off
    assert await server.read(taken, "nab-am") == (0, [0, 0])


async def test_a_cause_that_comes_twice_at_once_has_one_effect(server: Database) -> None:
    world = await server.run(settle)
    outcomes = await both_at_once(server, *[lambda tx: booked(tx, world, EMMA, "nab-am", visit_version=1)] * 4)
    assert len({outcome.ticket.booking.id for outcome in outcomes}) == 1
    assert await server.read(taken, "nab-am") == (1, [1, 0])
    assert await server.read(log.outcome_of, "book/0/nab-am") is not None


async def test_two_who_draw_one_code_at_once_do_not_share_it(server: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is refused whole by the wall of the database, and has a seat when its tap is handled again."""
    world = await server.run(settle)
    both_have_looked = threading.Barrier(2, timeout=10)
    drawn = iter("A" * 10 + "B" * 5)
    monkeypatch.setattr("storage.bookings.choice", lambda letters: next(drawn))
    take = seats.take

    def take_later(tx: Tx, **asked: Any) -> None:
        both_have_looked.wait()
        take(tx, **asked)

    monkeypatch.setattr(seats, "take", take_later)
    taps: dict[int, Callable[[Tx], Any]] = {
        EMMA: lambda tx: booked(tx, world, EMMA, "nab-am"),
        IVAN: lambda tx: booked(tx, world, IVAN, "pres-am"),
    }
    outcomes = await both_at_once(server, *taps.values(), return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Booked, IntegrityError}
    monkeypatch.setattr(seats, "take", take)
    late = next(who for who, outcome in zip(taps, outcomes, strict=True) if isinstance(outcome, IntegrityError))
    assert (await server.run(taps[late])).ticket.booking.code == "BBBBB"
    assert await server.read(taken, "nab-am") == (1, [1, 0])
    assert await server.read(taken, "pres-am") == (1, [1])


@pytest.mark.parametrize(("held", "free"), [("visits", "delegates"), ("delegates", "visits")])
async def test_the_person_is_locked_before_the_visit(
    server: Database, postgresql_url: str, held: str, free: str
) -> None:
    """One statement locks both; whoever waits in it holds the person when it waits for the visit, and nothing else."""
    world = await server.run(settle)
    place = (await server.read(visit_of, "nab-am")).id
    ids = {"visits": place, "delegates": world.people[EMMA]}
    look = "SELECT FROM {} WHERE id = {} FOR NO KEY UPDATE NOWAIT"
    others = [await Database.open(postgresql_url, migrate=False) for _ in range(2)]
    waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"

    def hold_and_look(tx: Tx) -> bool:
        """Hold one of the two until the booking waits for it; say whether the other is held by the booking."""
        tx.exec_driver_sql(look.format(held, ids[held]))
        booking = asyncio.get_running_loop().create_task(server.run(booked, world, EMMA, "nab-am"))
        while not await_only(others[1].read(lambda view: view.exec_driver_sql(waits).scalar_one())):
            await_only(asyncio.sleep(0))
        tasks.append(booking)
        try:
            await_only(others[1].run(lambda third: third.exec_driver_sql(look.format(free, ids[free])).close()))
        except DBAPIError:
            return True
        return False

    tasks: list[asyncio.Task[Any]] = []
    assert await others[0].run(hold_and_look) is (held == "visits")
    assert isinstance(await tasks[0], Booked)
    for other in others:
        await other.close()


async def test_the_buses_of_the_visit_are_locked_too(server: Database, postgresql_url: str) -> None:
    world = await server.run(settle)
    visit = await server.read(visit_of, "nab-am")
    other = await Database.open(postgresql_url, migrate=False)
    look = f"SELECT FROM buses WHERE id = {visit.buses[0].id} FOR NO KEY UPDATE NOWAIT"

    def ask(tx: Tx) -> None:
        requests.lock(tx, delegate_id=world.people[EMMA], visit_id=visit.id, cause="tap")
        await_only(other.run(lambda theirs: theirs.exec_driver_sql(look).close()))

    with pytest.raises(DBAPIError, match="could not obtain lock"):
        await server.run(ask)
    await other.close()


async def test_a_ticket_names_the_leaders_of_its_own_bus(database: Database, world: World) -> None:
    for label in ("B01", "B05"):
        await database.run(grants.give, 1 + IVAN, Grant(Role.LEADER, label), now=OPEN)
    await database.run(grants.give, 1 + DANA, Grant(Role.LEADER, "B02"), now=OPEN)
    by_bus = await database.run(booked, world, EMMA, "nab-am")
    on_foot = await database.run(booked, world, EMMA, "aitu-walk")
    assert by_bus.ticket.bus is not None
    assert (by_bus.ticket.bus.label, by_bus.ticket.leaders) == ("B01", ("Person 2",))
    assert on_foot.ticket.leaders == ()
    shown = await database.read(tickets_of, delegate_id=world.people[EMMA])
    assert {ticket.booking.id: ticket.leaders for ticket in shown} == {
        by_bus.ticket.booking.id: ("Person 2",),
        on_foot.ticket.booking.id: (),
    }
