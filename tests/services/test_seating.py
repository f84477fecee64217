"""The desk seats people by everybody's rules, with and without Telegram; force goes past rules, never past facts."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.util import await_only

from bot.rules.booking import (
    AlreadyBooked,
    BookingClosed,
    Clash,
    Clashes,
    NoSeats,
    NoWheelchairPlace,
    PeopleWait,
    VisitCancelled,
)
from bot.rules.forcing import Passed
from bot.services import seating as services
from bot.services import seating_facts
from bot.services.auditing import find_deviations
from bot.services.authority import NoAuthority
from bot.services.booking import Booked, Refused, book_seat, free_seats
from bot.services.cancelling import CANCELLED
from bot.services.desk import DeskSeat, ForgottenAtDesk, TakenBack, desk_seat, forget_at_desk, take_back
from bot.services.history import Done, Story, story_of
from bot.services.meant import (
    Meant,
    NobodyNamed,
    choose_alike,
    choose_people,
    people_after,
    understand_desk,
    understand_force,
)
from bot.services.messages import TicketFacts, facts_of
from bot.services.organizers import delay_visit
from bot.services.rosters import Roster, read_roster
from bot.services.seating import PutInLine, Seated, SeatingGone
from bot.services.seating_draft import Deed
from bot.services.seating_facts import Asks, Choosing, Seating
from bot.services.swapping import swap_bus
from bot.services.undelivered import Undelivered, list_undelivered
from bot.services.waiting import join_line
from storage import Tx, announcements, bookings, delegates, grants, log, registered, seats, tables, visits
from storage.database import Database
from storage.records import BookingState, Grant, Role, Who
from tests.makers import OPEN
from tests.services.test_delaying import written
from tests.services.test_registered import bring
from tests.services.world import OWNER, World, counted, document, put_party, settle, table, visit_of

DESK, DESK_TOO, ORGANIZER, CITY = 5, 6, 7, 8
"""Telegram ids of crew: `World.people` has them one place earlier."""
NEW = "nab-am Aigerim Serikova +7 701 123 45 67"


def at_work(tx: Tx, /, *, file: dict[str, Any] | None = None) -> World:
    """Four delegates, and the crew."""
    world = settle(tx, people=8, file=file)
    for telegram_id, grant in (
        (DESK, Grant(Role.DESK)),
        (DESK_TOO, Grant(Role.DESK)),
        (ORGANIZER, Grant(Role.ORGANIZER)),
        (CITY, Grant(Role.CITY, "karaganda")),
    ):
        grants.give(tx, telegram_id, grant, now=OPEN)
    return world


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(at_work)


def look(tx: Tx, /, world: World, typed: str, *, by: int = DESK, deed: Deed = Deed.DESK, key: int = 1) -> Any:
    """What the command does: understand the words, find the name, begin."""
    understand = understand_desk if deed is Deed.DESK else understand_force
    meant = understand(tx, actor=by, typed=typed, congress=world.congress)
    if not isinstance(meant, Meant):
        return meant
    people: tuple[Any, ...] = ()
    if meant.by_name:
        known = people_after(tx, actor=by, right=deed.right, after=0)
        assert isinstance(known, tuple)
        people = choose_people(known, typed=meant.by_name)
        if len(people) == 1:
            meant = services.of_person(meant, people[0])
    return services.begin_seating(
        tx,
        actor=by,
        author_id=world.people[by - 1],
        deed=deed,
        meant=meant,
        people=tuple(person.id for person in people),
        key=key,
        congress=world.congress,
        now=OPEN,
    )


def word(tx: Tx, /, world: World, shown: Seating, *, by: int = DESK, cause: str | None = None) -> Any:
    """The tap that does it."""
    return services.seat(
        tx,
        actor=by,
        author_id=world.people[by - 1],
        key=shown.key,
        deed=shown.deed,
        visit_version=shown.visit.version,
        bus_id=0 if shown.bus is None else shown.bus.id,
        mask=shown.mask,
        passed=shown.passed,
        congress=world.congress,
        now=OPEN,
        cause=cause or f"word/{by}/{shown.key}",
    )


def choose(tx: Tx, /, world: World, *, by: int = DESK, key: int = 1, **what: Any) -> Any:
    author = world.people[by - 1]
    return services.choose_in_seating(
        tx, actor=by, author_id=author, key=key, congress=world.congress, now=OPEN, **what
    )


def type_in(tx: Tx, /, world: World, typed: str, *, by: int = DESK) -> Any:
    author = world.people[by - 1]
    return services.type_in_seating(tx, actor=by, author_id=author, typed=typed, congress=world.congress, now=OPEN)


def seated(tx: Tx, /, world: World, typed: str = NEW, *, by: int = DESK, deed: Deed = Deed.DESK, key: int = 1) -> Any:
    shown = look(tx, world, typed, by=by, deed=deed, key=key)
    assert isinstance(shown, Seating), shown
    assert shown.is_ready, shown
    done = word(tx, world, shown, by=by)
    assert isinstance(done, Seated), done
    return done


def book(tx: Tx, /, world: World, who: int, key: str) -> Any:
    visit = visit_of(tx, key)
    return book_seat(
        tx,
        delegate_id=world.people[who],
        visit_id=visit.id,
        visit_version=visit.version,
        congress=world.congress,
        now=OPEN,
        cause=f"book/{who}/{key}",
    )


def wait(tx: Tx, /, world: World, who: int, key: str, *, party: int = 1) -> Any:
    return join_line(
        tx,
        delegate_id=world.people[who],
        visit_id=visit_of(tx, key).id,
        party=party,
        congress=world.congress,
        now=OPEN,
        cause=f"wait/{who}/{key}",
    )


def fill(tx: Tx, /, world: World, key: str = "pres-am") -> None:
    """The two seats of pres-am are taken by the first two."""
    for who in (0, 1):
        assert isinstance(book(tx, world, who, key), Booked)


def change_visit(tx: Tx, /, key: str, **columns: Any) -> None:
    tx.execute(update(tables.visits).where(tables.visits.c.key == key).values(**columns))


def deviations(tx: Tx, /) -> list[Any]:
    return list(find_deviations(tx, now=OPEN, real_now=OPEN))


def people(tx: Tx, /) -> int:
    return int(tx.scalar(select(func.count()).select_from(tables.delegates)) or 0)


async def test_somebody_without_telegram_has_a_seat_a_code_and_no_message(database: Database, world: World) -> None:
    before = await database.read(counted)
    shown = await database.run(look, world, NEW)
    assert isinstance(shown, Seating)
    assert (shown.riders[0].name, shown.contact, shown.person) == ("Aigerim Serikova", "+7 701 123 45 67", None)
    assert await database.read(counted) == before | {"drafts": before["drafts"] + 1}
    done = await database.run(word, world, shown)
    assert isinstance(done, Seated)
    assert shown.bus is not None
    assert (done.ticket.visit.key, done.ticket.booking.bus_id, done.told) == ("nab-am", shown.bus.id, False)
    person = await database.read(delegates.read, done.person.id)
    assert (person.telegram_id, person.name, person.contact, person.consent) == (
        None,
        "Aigerim Serikova",
        "+7 701 123 45 67",
        None,
    )
    assert not await database.read(written, "ticket")
    visit = await database.read(visit_of, "nab-am")
    assert visit.seats_taken == 1
    roster = await database.read(read_roster, actor=OWNER, name="nab-am", congress=world.congress, now=OPEN)
    assert isinstance(roster, Roster)
    assert [rider.name for _, _, rider in roster.rows()] == ["Aigerim Serikova"]
    assert [passenger.reachable for passenger in roster.passengers] == [False]
    absent = await database.read(list_undelivered, actor=DESK, name=None)
    assert isinstance(absent, Undelivered)
    assert [(each.name, each.contact) for each in absent.absent] == [("Aigerim Serikova", "+7 701 123 45 67")]
    assert not await database.read(deviations)


async def test_a_number_of_the_list_brings_its_name(database: Database, world: World) -> None:
    await database.run(bring)
    shown = await database.run(look, world, "nab-am a002")
    assert (shown.riders[0].name, shown.number) == ("Dana", "A-002")
    done = await database.run(word, world, shown)
    row = await database.read(registered.of_delegate, done.person.id)
    assert row is not None
    assert row.person.number == "A-002"
    again = await database.run(look, world, "A-002 nab-pres-pm")
    assert again.person is not None
    assert again.person.id == done.person.id


async def test_who_is_known_is_booked_into_their_own_account_and_told_by_whom(database: Database, world: World) -> None:
    shown = await database.run(look, world, "person nab-am")
    assert isinstance(shown, Choosing)
    assert [person.id for person, _ in shown.people] == list(world.people[:5])
    shown = await database.run(choose, world, person=world.people[1])
    assert isinstance(shown, Seating)
    done = await database.run(word, world, shown)
    assert (done.person.id, done.told) == (world.people[1], True)
    (message,) = await database.read(written, "ticket")
    facts = await database.read(facts_of, message, congress=world.congress, now=OPEN)
    assert isinstance(facts, TicketFacts)
    assert (facts.reader.id, facts.seated_by, facts.former) == (world.people[1], f"Person {DESK}", None)
    by_code = await database.run(look, world, f"{done.ticket.booking.code.lower()} nab-pres-pm")
    assert by_code.person.id == world.people[1]
    assert not await database.read(deviations)


async def test_a_person_that_was_not_offered_by_the_card_cannot_be_chosen(database: Database, world: World) -> None:
    await database.run(look, world, "zzzz qqqq nab-am")
    assert await database.run(choose, world, person=world.people[0]) == SeatingGone()


async def test_somebody_new_of_a_known_name_is_not_taken_for_another_in_silence(
    database: Database, world: World
) -> None:
    def known_names(tx: Tx) -> tuple[Any, ...]:
        known = people_after(tx, actor=DESK, right=Deed.DESK.right, after=0)
        assert isinstance(known, tuple)
        return known

    await database.run(seated, world)
    known = await database.read(known_names)
    alike = choose_alike(known, typed="СЕРИКОВА Айгерим")
    assert [person.name for person in alike] == ["Aigerim Serikova"]
    assert choose_alike(known, typed="Aigerim") == ()


async def test_who_is_forgotten_meanwhile_is_not_seated(database: Database, world: World) -> None:
    done = await database.run(seated, world)
    booking = done.ticket.booking.id
    shown = await database.run(look, world, f"{done.ticket.booking.code} nab-pres-pm", by=DESK_TOO)
    asked: dict[str, Any] = {"congress": world.congress, "now": OPEN, "booking_id": booking}
    await database.run(forget_at_desk, actor=DESK, version=1, cause="gone", **asked)
    assert await database.run(word, world, shown, by=DESK_TOO) == SeatingGone()
    author = world.people[DESK - 1]
    assert await database.run(services.begin_for_person, actor=DESK, author_id=author, key=3, **asked) is None
    assert (await database.read(visit_of, "nab-pres-pm")).seats_taken == 0


async def test_a_name_that_nobody_has_and_words_without_a_name_seat_nobody(database: Database, world: World) -> None:
    for typed in ("nab-am", "nab-am 99999", "nab-am ...", "... nab-am"):
        assert isinstance(await database.run(look, world, typed), NobodyNamed), typed


async def test_the_rules_are_everybody_s(database: Database, world: World) -> None:
    await database.run(fill, world)
    full = await database.run(look, world, "pres-am Aigerim")
    assert full.refusal == NoSeats(left=0, largest=0)
    assert (full.may_wait, full.is_forceable) == (False, False)
    assert full.alternatives
    twice = await database.run(look, world, f"{await database.read(code_of, world, 0, 'pres-am')} nab-am")
    assert isinstance(twice.refusal, Clashes)
    assert twice.refusal.reason is Clash.OVERLAP
    own = await database.run(look, world, f"{await database.read(code_of, world, 0, 'pres-am')} pres-am")
    assert isinstance(own.refusal, AlreadyBooked)
    await database.run(change_visit, "nab-am", state="closed")
    closed = await database.run(look, world, NEW)
    assert (closed.refusal, closed.is_forceable, closed.may_force) == (BookingClosed(None), True, False)
    before, known = await database.read(counted), await database.read(people)
    for shown in (full, twice, own, closed):
        refused = await database.run(word, world, shown)
        assert isinstance(refused, Seating | SeatingGone), shown
    assert await database.read(counted) == before
    assert await database.read(people) == known


async def test_who_loses_the_seat_without_telegram_is_named_until_somebody_helps(
    database: Database, world: World
) -> None:
    done = await database.run(seated, world)

    def delayed_and_swapped(tx: Tx) -> tuple[Any, Any]:
        late = delay_visit(tx, actor=OWNER, name="nab-am", minutes=5, now=OPEN, cause="late")
        coach = swap_bus(tx, actor=OWNER, name="B01", bay="9", now=OPEN, cause="swap")
        return late, coach

    late, coach = await database.run(delayed_and_swapped)
    assert (late.untold, late.told) == (("Aigerim Serikova",), 0)
    assert (coach.untold, coach.told) == (("Aigerim Serikova",), 0)

    def the_visit_is_off(tx: Tx) -> None:
        change_visit(tx, "nab-am", state="cancelled")
        free_seats(tx, done.ticket.booking, reason=CANCELLED, now=OPEN)

    await database.run(the_visit_is_off)
    (lost,) = (await database.read(list_undelivered, actor=DESK, name=None)).absent  # type: ignore[union-attr]
    assert (lost.name, lost.is_lost, lost.contact) == ("Aigerim Serikova", True, "+7 701 123 45 67")
    await database.run(seated, world, f"{done.ticket.booking.code} nab-pres-pm", key=2)
    (helped,) = (await database.read(list_undelivered, actor=DESK, name=None)).absent  # type: ignore[union-attr]
    assert not helped.is_lost


async def test_the_audience_of_an_announcement_names_who_has_no_telegram(database: Database, world: World) -> None:
    await database.run(seated, world)
    for groups, names in (
        ((Who(),), ("Aigerim Serikova",)),
        ((Who(visits=(1,)),), ("Aigerim Serikova",)),
        ((Who(visits=(2,)),), ()),
    ):
        assert await database.read(announcements.without_telegram, groups) == names


def code_of(tx: Tx, /, world: World, who: int, key: str) -> str:
    found = bookings.live_on(tx, visit_id=visit_of(tx, key).id, delegate_id=world.people[who])
    assert found is not None
    return found.code


async def test_nobody_who_waits_is_passed_and_who_has_telegram_can_wait_too(database: Database, world: World) -> None:
    def one_seat_for_a_line(tx: Tx) -> None:
        fill(tx, world)
        wait(tx, world, 2, "pres-am")
        change_visit(tx, "pres-am", host_limit=3, queue_paused=True)
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B05").values(seats=3))

    await database.run(one_seat_for_a_line)
    new = await database.run(look, world, "pres-am Aigerim")
    assert (new.refusal, new.may_wait) == (PeopleWait(1), False)
    known = await database.run(at_the_desk, world, 3, "pres-am")
    assert (known.refusal, known.may_wait) == (PeopleWait(1), True)
    put = await database.run(let_wait, world)
    assert isinstance(put, PutInLine)
    assert put.person.id == world.people[3]
    assert (await database.read(visit_of, "pres-am")).waiting == 2
    (line,) = await database.read(lines, "desk join")
    assert line.actor == DESK
    again = await database.run(at_the_desk, world, 3, "pres-am")
    assert not again.may_wait


def at_the_desk(tx: Tx, /, world: World, who: int, key: str, *, by: int = DESK, deed: Deed = Deed.DESK) -> Any:
    """The card of somebody known, without the words."""
    meant = Meant(visit=visit_of(tx, key), person=delegates.read(tx, world.people[who]), reason="a guest")
    return services.begin_seating(
        tx,
        actor=by,
        author_id=world.people[by - 1],
        deed=deed,
        meant=meant,
        key=1,
        congress=world.congress,
        now=OPEN,
    )


def let_wait(tx: Tx, /, world: World) -> Any:
    author = world.people[DESK - 1]
    return services.put_in_line(
        tx, actor=DESK, author_id=author, key=1, congress=world.congress, now=OPEN, cause="let wait"
    )


def lines(tx: Tx, /, action: str) -> tuple[Any, ...]:
    return log.of_action(tx, action)


async def test_the_tap_that_comes_twice_seats_once(database: Database, world: World) -> None:
    shown = await database.run(look, world, NEW)
    first = await database.run(word, world, shown)
    before = await database.read(counted)
    again = await database.run(word, world, shown)
    assert isinstance(again, Seated)
    assert again.ticket.booking.id == first.ticket.booking.id
    assert isinstance(await database.run(word, world, shown, cause="another"), SeatingGone)
    assert await database.read(counted) == before


async def test_what_has_changed_is_shown_afresh(database: Database, world: World) -> None:
    shown = await database.run(look, world, NEW)
    await database.run(change_visit, "nab-am", version=9)
    fresh = await database.run(word, world, shown)
    assert isinstance(fresh, Seating)
    assert (fresh.changed, fresh.visit.version) == (True, 9)
    assert isinstance(await database.run(word, world, fresh, cause="again"), Seated)


async def test_a_wheelchair_place_is_a_tap_and_is_counted(database: Database, world: World) -> None:
    def places(tx: Tx) -> None:
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B02").values(wheelchair_places=1))
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B01").values(wheelchair_places=0))

    await database.run(places)
    await database.run(look, world, NEW)
    shown = await database.run(choose, world, wheelchair=True)
    assert (shown.bus.label, shown.riders[0].wheelchair) == ("B02", True)
    done = await database.run(word, world, shown)
    assert done.ticket.booking.wheelchairs == 1
    assert (await database.read(delegates.read, done.person.id)).wheelchair
    await database.run(look, world, "nab-am Bolat")
    refused = await database.run(choose, world, wheelchair=True)
    assert refused.refusal == NoWheelchairPlace()
    assert not await database.read(deviations)


async def test_where_the_programme_asks_for_it_the_number_is_asked_and_checked(database: Database) -> None:
    file = document()
    file["rules"]["registered_only"] = True
    table(file, "visits", "aitu-walk")["registered_only"] = False
    world = await database.run(at_work, file=file)
    await database.run(bring)
    assert (await database.run(look, world, "aitu-walk Aigerim")).is_ready
    shown = await database.run(look, world, NEW)
    assert (shown.asks, shown.is_ready) == (Asks.NUMBER, False)
    assert isinstance(await database.run(word, world, shown), Seating)
    wrong = await database.run(type_in, world, "A-009")
    assert (wrong.wrong and wrong.wrong.taken, wrong.is_ready) == (False, False)
    assert isinstance(await database.run(word, world, wrong), Seating)
    right = await database.run(type_in, world, "a 001")
    assert right.is_ready
    done = await database.run(word, world, right, cause="right")
    assert isinstance(done, Seated)
    row = await database.read(registered.of_delegate, done.person.id)
    assert row is not None
    assert row.person.number == "A-001"
    for_account = await database.run(at_the_desk, world, 0, "nab-am")
    assert for_account.asks is Asks.NUMBER
    taken = await database.run(type_in, world, "A-001")
    assert taken.wrong is not None
    assert taken.wrong.taken
    await database.run(type_in, world, "A-003")
    shown = await database.run(at_the_desk_again, world)
    assert isinstance(await database.run(word, world, shown, cause="account"), Seated)
    assert await database.read(registered.is_joined, world.people[0])


def at_the_desk_again(tx: Tx, /, world: World) -> Any:
    author = world.people[DESK - 1]
    return services.look_at_seating(tx, actor=DESK, author_id=author, key=1, congress=world.congress, now=OPEN)


async def test_two_desks_with_one_number_seat_one_person(database: Database) -> None:
    file = document()
    file["rules"]["registered_only"] = True
    world = await database.run(at_work, file=file)
    await database.run(bring)
    one = await database.run(look, world, "nab-am Emma A-001")
    two = await database.run(look, world, "nab-am Emma A-001", by=DESK_TOO)
    done = await asyncio.gather(database.run(word, world, one), database.run(word, world, two, by=DESK_TOO))
    assert sorted(type(each).__name__ for each in done) == ["Seated", "Seating"]
    assert (await database.read(visit_of, "nab-am")).seats_taken == 1
    assert not await database.read(deviations)


async def test_a_seat_is_taken_back_and_goes_to_who_waits(database: Database, world: World) -> None:
    done = await database.run(seated, world, "pres-am Aigerim")

    def a_line(tx: Tx) -> None:
        book(tx, world, 0, "pres-am")
        wait(tx, world, 2, "pres-am")

    await database.run(a_line)
    seat = await database.read(desk_seat, actor=DESK_TOO, booking_id=done.ticket.booking.id)
    assert isinstance(seat, DeskSeat)
    assert seat.may_take_back
    asked: dict[str, Any] = {"congress": world.congress, "now": OPEN}
    back = await database.run(
        take_back, actor=DESK_TOO, booking_id=seat.ticket.booking.id, version=1, cause="b", **asked
    )
    assert isinstance(back, TakenBack)
    again = await database.run(
        take_back, actor=DESK_TOO, booking_id=seat.ticket.booking.id, version=1, cause="c", **asked
    )
    assert isinstance(again, Refused)
    (offered,) = await database.read(offers, "pres-am")
    assert offered.delegate_id == world.people[2]
    (line,) = await database.read(lines, "desk release")
    assert line.actor == DESK_TOO
    assert not await database.read(deviations)


def offers(tx: Tx, /, key: str) -> list[Any]:
    visit = visit_of(tx, key)
    return [each for each in bookings.ever_on(tx, visit.id) if each.state is BookingState.OFFERED]


async def test_what_a_delegate_has_signed_up_for_is_theirs_alone_to_give_back(database: Database, world: World) -> None:
    booked = await database.run(book, world, 0, "nab-am")
    kept = await database.run(
        take_back,
        actor=DESK,
        booking_id=booked.ticket.booking.id,
        version=1,
        congress=world.congress,
        now=OPEN,
        cause="back",
    )
    assert isinstance(kept, DeskSeat)
    assert not kept.may_take_back
    assert (await database.read(visit_of, "nab-am")).seats_taken == 1


async def test_who_has_no_telegram_is_forgotten_at_the_desk(database: Database, world: World) -> None:
    await database.run(bring)
    one = await database.run(seated, world, "nab-am A-001 +77011234567")
    code = one.ticket.booking.code
    await database.run(seated, world, f"{code} nab-pres-pm", key=2)
    asked: dict[str, Any] = {"congress": world.congress, "now": OPEN, "booking_id": one.ticket.booking.id}
    stale = await database.run(forget_at_desk, actor=DESK, version=9, cause="stale", **asked)
    assert isinstance(stale, DeskSeat)
    gone = await database.run(forget_at_desk, actor=DESK, version=1, cause="gone", **asked)
    assert gone == ForgottenAtDesk(seats=2)
    assert await database.run(forget_at_desk, actor=DESK, version=1, cause="gone", **asked) == gone
    person = await database.read(delegates.read, one.person.id)
    assert (person.name, person.contact) == ("", None)
    assert await database.read(bookings.by_code, code) is None
    assert [visit.seats_taken for visit in (await database.read(visits.read_all))] == [0] * 6
    assert not any("Emma" in str(line) for line in await database.read(lines, "desk forget"))
    assert not await database.read(deviations)


async def test_somebody_with_telegram_is_not_forgotten_by_the_desk(database: Database, world: World) -> None:
    booked = await database.run(book, world, 0, "nab-am")
    asked: dict[str, Any] = {"congress": world.congress, "now": OPEN, "booking_id": booked.ticket.booking.id}
    assert isinstance(await database.run(forget_at_desk, actor=DESK, version=1, cause="x", **asked), DeskSeat)
    assert (await database.read(delegates.read, world.people[0])).name == "Person 1"


async def test_who_may_not_learns_and_changes_nothing(database: Database, world: World) -> None:
    done = await database.run(seated, world)
    before = await database.read(counted)
    booking = done.ticket.booking.id
    asked: dict[str, Any] = {"congress": world.congress, "now": OPEN}
    for actor, refused in ((1, NoAuthority()), (CITY, NoAuthority("nab-am"))):
        assert await database.run(look, world, NEW, by=actor) == refused
        assert await database.read(desk_seat, actor=actor, booking_id=booking) == refused
        ended = await database.run(take_back, actor=actor, booking_id=booking, version=1, cause=f"{actor}", **asked)
        assert ended == refused
        gone = await database.run(
            forget_at_desk, actor=actor, booking_id=booking, version=1, cause=f"f{actor}", **asked
        )
        assert gone == refused
    force = await database.run(look, world, "Aigerim nab-pres-pm a reason", deed=Deed.FORCE)
    assert force == NoAuthority()
    assert await database.run(choose, world, forced=True) == NoAuthority()
    assert await database.read(counted) == before
    assert await database.read(people_after, actor=CITY, right=Deed.DESK.right, after=0) == ()


# Past the rules.


def force(tx: Tx, /, world: World, who: int, key: str, *, by: int = ORGANIZER) -> Any:
    return at_the_desk(tx, world, who, key, by=by, deed=Deed.FORCE)


async def test_force_goes_past_the_line_the_seats_held_back_and_a_closed_door(database: Database, world: World) -> None:
    def full_with_a_line(tx: Tx) -> None:
        fill(tx, world)
        wait(tx, world, 2, "pres-am")
        change_visit(tx, "pres-am", host_limit=5, held_back=3, state="closed")
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B05").values(seats=5))

    await database.run(full_with_a_line)
    shown = await database.run(look, world, "person 4 pres-am speaker of the host", by=ORGANIZER, deed=Deed.FORCE)
    shown = await database.run(choose, world, by=ORGANIZER, person=world.people[3])
    assert shown.rules == (Passed.LINE, Passed.HELD_BACK, Passed.CLOSED)
    assert (shown.passed, shown.held_back, shown.reason) == (1, 1, "speaker of the host")
    done = await database.run(word, world, shown, by=ORGANIZER)
    assert isinstance(done, Seated)
    visit = await database.read(visit_of, "pres-am")
    assert (visit.seats_taken, visit.held_back, visit.waiting) == (3, 2, 1)
    (line,) = await database.read(lines, "force")
    assert line.actor == ORGANIZER
    assert (line.after["rules"], line.after["reason"]) == (["line", "held back", "closed"], "speaker of the host")
    story = await database.read(story_of, actor=OWNER, name=done.ticket.booking.code, congress=world.congress, now=OPEN)
    assert isinstance(story, Story)
    acts = [fact.entry for fact in story.facts if isinstance(fact, Done)]
    assert [(entry.line.action, entry.who) for entry in acts] == [("force", f"Person {ORGANIZER}")]
    (message,) = (await database.read(written, "ticket"))[2:]
    assert message.delegate_id == world.people[3]
    assert not await database.read(deviations)


async def test_force_asks_for_a_reason_before_it_does_anything(database: Database, world: World) -> None:
    await database.run(change_visit, "nab-am", state="closed")
    await database.run(book, world, 0, "nab-pres-pm")
    code = await database.read(code_of, world, 0, "nab-pres-pm")
    shown = await database.run(look, world, f"{code} nab-am", by=ORGANIZER, deed=Deed.FORCE)
    assert shown.asks is Asks.REASON
    assert isinstance(await database.run(word, world, shown, by=ORGANIZER), Seating)
    shown = await database.run(type_in, world, "  came with\nthe minister ", by=ORGANIZER)
    assert (shown.reason, shown.is_ready) == ("came with the minister", True)
    assert isinstance(await database.run(word, world, shown, by=ORGANIZER), Seated)


async def test_force_goes_past_the_number_of_visits_and_the_list(database: Database) -> None:
    file = document()
    file["rules"] |= {"registered_only": True, "max_half_day_visits": 1}
    table(file, "visits", "nab-am")["registered_only"] = False
    world = await database.run(at_work, file=file)
    await database.run(bring)
    await database.run(book, world, 0, "nab-am")
    shown = await database.run(force, world, 0, "nab-pres-pm")
    assert shown.rules == (Passed.LIMIT, Passed.NOT_LISTED)
    assert [seat.visit.key for seat in shown.over_limit] == ["nab-am"]
    assert isinstance(await database.run(word, world, shown, by=ORGANIZER), Seated)
    assert not await database.read(registered.is_joined, world.people[0])


async def test_force_never_passes_a_full_bus_an_hour_or_a_visit_that_is_off(database: Database, world: World) -> None:
    await database.run(fill, world)
    full = await database.run(force, world, 3, "pres-am")
    assert full.refusal == NoSeats(left=0, largest=0)
    twice = await database.run(force, world, 0, "nab-am")
    assert isinstance(twice.refusal, Clashes)
    own = await database.run(force, world, 0, "pres-am")
    assert isinstance(own.refusal, AlreadyBooked)
    await database.run(change_visit, "nab-am", state="cancelled")
    off = await database.run(force, world, 3, "nab-am")
    assert off.refusal == VisitCancelled()
    before = await database.read(counted)
    for shown in (full, twice, own, off):
        refused = await database.run(word, world, shown, by=ORGANIZER)
        assert not isinstance(refused, Seated)
    assert await database.read(counted) == before


async def test_without_its_guard_force_meets_the_wall_of_the_bus(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: with the rule blind to what is taken, only the database's own wall is left."""
    await database.run(fill, world)

    def blind(*asked: Any, **facts: Any) -> tuple[Passed, ...]:
        return ()

    def as_if_there_were_a_bus(visit: Any, *, party: int, wheelchairs: int) -> Any:
        return visit.buses[0]

    monkeypatch.setattr(seating_facts, "rules_passed", blind)
    monkeypatch.setattr(seating_facts, "choose_bus", as_if_there_were_a_bus)
    shown = await database.run(force, world, 3, "pres-am")
    with pytest.raises(Exception, match="bus_holds_its_seats"):
        await database.run(word, world, shown, by=ORGANIZER)
    assert (await database.read(visit_of, "pres-am")).seats_taken == 2


async def test_who_waits_there_is_seated_with_their_party_and_waits_no_more(database: Database, world: World) -> None:
    def wait_with_zoe(tx: Tx) -> None:
        fill(tx, world)
        put_party(tx, world.people[2], "pres-am", "Zoë", congress=world.congress)
        wait(tx, world, 2, "pres-am", party=2)
        wait(tx, world, 3, "pres-am")
        change_visit(tx, "pres-am", host_limit=4, queue_paused=True)
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B05").values(seats=4))

    await database.run(wait_with_zoe)
    shown = await database.run(force, world, 2, "pres-am")
    assert [rider.name for rider in shown.riders] == ["Person 3", "Zoë"]
    assert (shown.rules, shown.passed) == ((Passed.LINE,), 1)
    await database.run(word, world, shown, by=ORGANIZER)
    visit = await database.read(visit_of, "pres-am")
    assert (visit.seats_taken, visit.waiting) == (4, 1)
    assert not await database.read(deviations)


async def test_a_refused_card_of_the_desk_becomes_one_of_force_for_who_may(database: Database, world: World) -> None:
    await database.run(change_visit, "nab-am", state="closed")
    shown = await database.run(look, world, NEW, by=ORGANIZER)
    assert shown.may_force
    await database.run(choose, world, by=ORGANIZER, forced=True)
    shown = await database.run(type_in, world, "a guest", by=ORGANIZER)
    done = await database.run(word, world, shown, by=ORGANIZER)
    assert (done.deed, done.person.name, done.person.telegram_id) == (Deed.FORCE, "Aigerim Serikova", None)


async def test_another_number_of_who_waits_is_another_card(database: Database, world: World) -> None:
    def a_line(tx: Tx) -> None:
        fill(tx, world)
        wait(tx, world, 2, "pres-am")
        change_visit(tx, "pres-am", host_limit=3, queue_paused=True)
        tx.execute(update(tables.buses).where(tables.buses.c.label == "B05").values(seats=3))

    await database.run(a_line)
    shown = await database.run(force, world, 3, "pres-am")
    fewer = replace(shown, passed=0)
    fresh = await database.run(word, world, fewer, by=ORGANIZER)
    assert isinstance(fresh, Seating)
    assert (fresh.changed, fresh.passed) == (True, 1)


# All at once.

AT_ONCE = 4


@pytest.fixture
def _meeting_before_the_seat_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    everybody, take = asyncio.Barrier(AT_ONCE), seats.take

    async def meet() -> None:
        try:
            async with asyncio.timeout(0.5):
                await everybody.wait()
        except (TimeoutError, asyncio.BrokenBarrierError):
            return

    def take_later(tx: Tx, **asked: Any) -> None:
        await_only(meet())
        take(tx, **asked)

    monkeypatch.setattr(seats, "take", take_later)


async def rush(server: Database) -> tuple[list[Any], int, int]:
    """Two desks, an organizer's force and a delegate's tap for the last seat of pres-am."""
    file = document()
    table(file, "buses", "B05")["seats"] = 1
    world = await server.run(at_work, file=file)
    one = await server.run(look, world, "pres-am Aigerim")
    two = await server.run(look, world, "pres-am Bolat", by=DESK_TOO)
    forced = await server.run(force, world, 3, "pres-am")
    done = await asyncio.gather(
        server.run(word, world, one),
        server.run(word, world, two, by=DESK_TOO),
        server.run(word, world, forced, by=ORGANIZER),
        server.run(book, world, 0, "pres-am"),
        return_exceptions=True,
    )
    rows = await server.read(lambda tx: len(tx.execute(select(tables.bookings.c.id)).all()))
    return list(done), (await server.read(visit_of, "pres-am")).seats_taken, rows


@pytest.mark.usefixtures("_meeting_before_the_seat_is_taken")
async def test_the_last_seat_goes_to_one_of_two_desks_a_force_and_a_tap(server: Database) -> None:
    done, taken, rows = await rush(server)
    assert sum(isinstance(each, Seated | Booked) for each in done) == taken == rows == 1
    assert not any(isinstance(each, BaseException) for each in done), done


@pytest.mark.usefixtures("_meeting_before_the_seat_is_taken")
async def test_without_the_lock_they_all_reach_for_it(server: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control: all four have seen the seat, and only the database's wall keeps it."""
    monkeypatch.setattr(visits, "_LOCKING", visits._READING)
    done, taken, rows = await rush(server)
    walled = [each for each in done if isinstance(each, BaseException)]
    assert len(walled) == AT_ONCE - 1
    assert all("bus_holds_its_seats" in str(each) for each in walled)
    assert taken == rows == 1
