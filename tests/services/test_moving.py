"""A party is moved as it was shown, or shown again; no seat, no rule and no place in a line is passed in silence."""

from typing import Any

import pytest
from sqlalchemy import select, update

from bot.rules.booking import AlreadyBooked, AlreadyReleased, Changed, Clashes, NoSeats, NoWheelchairPlace
from bot.services.auditing import find_deviations
from bot.services.authority import NoAuthority
from bot.services.booking import Booked, book_seat, release_seat
from bot.services.messages import TicketFacts, facts_of
from bot.services.moving import Moved, MoveShown, NotMoved, UnknownCode, move_booking, show_move
from bot.services.organizers import UnknownName
from bot.services.waiting import join_line
from storage import Tx, bookings, grants, tables
from storage.database import Database
from storage.records import Booking, BookingState, Grant, Role
from tests.makers import OPEN
from tests.services.test_delaying import written
from tests.services.world import OWNER, World, counted, put_party, settle, visit_of

CITY = 7


@pytest.fixture
async def world(database: Database) -> World:
    """Person 1 sits with a companion on nab-am's B01, person 2 on its B02."""
    return await database.run(moving_world)


def moving_world(tx: Tx) -> World:
    world = settle(tx, people=6)
    put_party(tx, world.people[0], "nab-am", "Zoë", congress=world.congress)
    book(tx, world, 0, "nab-am", party=2)
    book(tx, world, 1, "nab-am")
    return world


def book(tx: Tx, world: World, who: int, key: str, *, party: int = 1) -> Booking:
    visit = visit_of(tx, key)
    done = book_seat(
        tx,
        delegate_id=world.people[who],
        visit_id=visit.id,
        visit_version=visit.version,
        party=party,
        congress=world.congress,
        now=OPEN,
        cause=f"book/{who}/{key}",
    )
    assert isinstance(done, Booked), done
    return done.ticket.booking


def deviations(tx: Tx) -> list[Any]:
    return list(find_deviations(tx, now=OPEN, real_now=OPEN))


def own(tx: Tx, world: World, who: int, key: str) -> Booking:
    found = bookings.live_on(tx, visit_id=visit_of(tx, key).id, delegate_id=world.people[who])
    assert found is not None
    return found


def look(tx: Tx, world: World, who: int, to: str, *, at: str = "nab-am", actor: int = OWNER) -> Any:
    code = own(tx, world, who, at).code.lower()
    return show_move(tx, actor=actor, code=code, name=to, congress=world.congress, now=OPEN)


def tap(tx: Tx, world: World, shown: MoveShown, *, actor: int = OWNER, cause: str = "move/1") -> Any:
    ticket, former = shown.ticket, shown.former
    return move_booking(
        tx,
        actor=actor,
        booking_id=former.booking.id,
        booking_version=former.booking.version,
        visit_id=ticket.visit.id,
        visit_version=ticket.visit.version,
        bus_id=0 if ticket.bus is None else ticket.bus.id,
        passed=shown.passed,
        congress=world.congress,
        now=OPEN,
        cause=cause,
    )


def wait(tx: Tx, world: World, who: int, key: str) -> None:
    join_line(
        tx,
        delegate_id=world.people[who],
        visit_id=visit_of(tx, key).id,
        party=1,
        congress=world.congress,
        now=OPEN,
        cause=f"wait/{who}/{key}",
    )


async def test_a_party_is_moved_whole_as_it_was_shown_and_told_by_whom(database: Database, world: World) -> None:
    before = await database.read(counted)
    shown = await database.read(look, world, 0, "nab-pres-pm")
    assert isinstance(shown, MoveShown)
    assert await database.read(counted) == before
    done = await database.run(tap, world, shown)
    assert isinstance(done, Moved)
    assert (done.ticket.visit.key, done.ticket.bus and done.ticket.bus.label) == ("nab-pres-pm", "B03")
    assert (done.ticket.visit.id, done.ticket.booking.bus_id) == (shown.ticket.visit.id, shown.ticket.booking.bus_id)
    assert [rider.name for rider in done.ticket.booking.riders] == ["Person 1", "Zoë"]
    assert done.told
    assert [bus.seats_taken for bus in (await database.read(visit_of, "nab-am")).buses] == [0, 1]
    assert (await database.read(visit_of, "nab-pres-pm")).seats_taken == 2
    old = await database.read(bookings.read, shown.former.booking.id)
    assert old is not None
    assert (old.state, old.reason) == (BookingState.RELEASED, "replaced")
    message = (await database.read(written, "ticket"))[-1]
    facts = await database.read(facts_of, message, congress=world.congress, now=OPEN)
    assert isinstance(facts, TicketFacts)
    assert facts.former is not None
    assert (facts.former.visit.key, facts.ticket.visit.key) == ("nab-am", "nab-pres-pm")
    assert not await database.read(deviations)


async def test_another_bus_of_the_visit_keeps_booking_and_code(database: Database, world: World) -> None:
    shown = await database.read(look, world, 1, "B02")
    assert isinstance(shown, NotMoved)  # sits there
    await database.run(lambda tx: tx.execute(update(tables.buses).where(tables.buses.c.label == "B01").values(seats=3)))
    shown = await database.read(look, world, 1, "b01")
    done = await database.run(tap, world, shown)
    assert done.ticket.booking.id == shown.former.booking.id
    assert done.ticket.booking.code == shown.former.booking.code
    visit = await database.read(visit_of, "nab-am")
    assert [bus.seats_taken for bus in visit.buses] == [3, 0]
    assert visit.seats_taken == 3
    assert not await database.read(deviations)


async def test_the_tap_that_comes_twice_moves_once(database: Database, world: World) -> None:
    shown = await database.read(look, world, 0, "nab-pres-pm")
    first = await database.run(tap, world, shown)
    before = await database.read(counted)
    again = await database.run(tap, world, shown)
    assert isinstance(again, Moved)
    assert (again.ticket.booking.id, again.former.visit.key) == (first.ticket.booking.id, "nab-am")
    assert await database.read(counted) == before


async def test_the_second_of_two_organizers_moves_nothing(database: Database, world: World) -> None:
    one = await database.read(look, world, 0, "nab-pres-pm")
    other = await database.read(look, world, 0, "aitu-walk")
    await database.run(tap, world, one)
    before = await database.read(counted)
    late = await database.run(tap, world, other, cause="move/2")
    assert isinstance(late, NotMoved)
    assert late.refusal == AlreadyReleased()
    assert await database.read(counted) == before


async def test_who_waits_there_is_passed_only_by_a_word_that_says_how_many(database: Database, world: World) -> None:
    def full_with_a_line(tx: Tx) -> None:
        for who in (2, 3):
            book(tx, world, who, "aitu-walk")
        wait(tx, world, 4, "aitu-walk")

    shown = await database.read(look, world, 1, "aitu-walk")
    assert shown.passed == 0
    await database.run(full_with_a_line)
    refused = await database.run(tap, world, shown)
    assert isinstance(refused.refusal, NoSeats)

    def one_more_by_the_host(tx: Tx) -> None:
        walk = tables.visits.c.key == "aitu-walk"
        tx.execute(update(tables.visits).where(walk).values(host_limit=3, queue_paused=True))

    await database.run(one_more_by_the_host)
    again = await database.run(tap, world, shown, cause="move/2")
    assert isinstance(again, MoveShown)
    assert (again.passed, again.changed) == (1, True)
    done = await database.run(tap, world, again, cause="move/3")
    assert isinstance(done, Moved)
    assert done.passed == 1


async def test_the_line_of_the_freed_visit_moves_up_in_the_same_transaction(database: Database, world: World) -> None:
    def fill_and_wait(tx: Tx) -> None:
        for who in (2, 3):
            book(tx, world, who, "pres-am")
        wait(tx, world, 4, "pres-am")

    await database.run(fill_and_wait)
    shown = await database.read(look, world, 2, "nab-am", at="pres-am")
    await database.run(tap, world, shown)
    offered = await database.read(own, world, 4, "pres-am")
    assert offered.state is BookingState.OFFERED


async def test_it_is_refused_by_its_rule(database: Database, world: World) -> None:
    def afternoon(tx: Tx) -> None:
        book(tx, world, 1, "nab-pres-pm")

    await database.run(afternoon)
    for to, reason in (("nab-pres-pm", AlreadyBooked), ("aitu-walk", Clashes), ("nab-am", AlreadyBooked)):
        refused = await database.read(look, world, 1, to)
        assert isinstance(refused, NotMoved), to
        assert isinstance(refused.refusal, reason), to
    code = (await database.read(own, world, 0, "nab-am")).code
    usual: dict[str, Any] = {"actor": OWNER, "congress": world.congress, "now": OPEN}
    assert await database.read(show_move, code="ZZZZZ", name="nab-am", **usual) == UnknownCode("ZZZZZ")
    assert await database.read(show_move, code=code, name="nowhere", **usual) == UnknownName("nowhere")

    def needs_place(tx: Tx) -> None:
        riders = tables.riders.c.booking_id == own(tx, world, 0, "nab-am").id
        first = tx.scalar(select(tables.riders.c.id).where(riders, tables.riders.c.is_owner))
        tx.execute(update(tables.riders).where(tables.riders.c.id == first).values(wheelchair=True))
        tx.execute(
            update(tables.bookings).where(tables.bookings.c.id == own(tx, world, 0, "nab-am").id).values(wheelchairs=1)
        )
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B03").values(wheelchair_places=0, seats=4))

    await database.run(needs_place)
    refused = await database.read(look, world, 0, "nab-pres-pm")
    assert refused.refusal == NoWheelchairPlace()


async def test_who_waits_or_has_given_back_has_no_seat_to_move(database: Database, world: World) -> None:
    def give_back(tx: Tx) -> tuple[str, str]:
        for who in (2, 3):
            book(tx, world, who, "pres-am")
        wait(tx, world, 4, "pres-am")
        mine = own(tx, world, 1, "nab-am")
        release_seat(
            tx,
            delegate_id=world.people[1],
            booking_id=mine.id,
            booking_version=mine.version,
            congress=world.congress,
            now=OPEN,
            cause="back",
        )
        return mine.code, own(tx, world, 4, "pres-am").code

    given, waiting = await database.run(give_back)
    for code, reason in ((given, AlreadyReleased()), (waiting, Changed())):
        refused = await database.read(
            show_move, actor=OWNER, code=code, name="nab-pres-pm", congress=world.congress, now=OPEN
        )
        assert isinstance(refused, NotMoved)
        assert refused.refusal == reason


async def test_only_within_both_visits_cities_and_with_the_right(database: Database, world: World) -> None:
    assert await database.read(look, world, 0, "nab-pres-pm", actor=1) == NoAuthority()
    await database.run(grants.give, CITY, Grant(Role.CITY, "astana"), now=OPEN)
    assert isinstance(await database.read(look, world, 0, "nab-pres-pm", actor=CITY), MoveShown)
    assert await database.read(look, world, 0, "karaganda-day", actor=CITY) == NoAuthority("karaganda-day")
    shown = await database.read(look, world, 0, "nab-pres-pm")
    assert await database.run(tap, world, shown, actor=1) == NoAuthority()
