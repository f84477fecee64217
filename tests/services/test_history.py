"""Why it came so: each fact once, in order, of what the reader may see; and the log as it is asked for."""

from datetime import timedelta
from typing import Any

import pytest

from bot.rules.logbook import BOT, Filters
from bot.rules.reminding import Silence
from bot.services import acts
from bot.services.acts import RECALL
from bot.services.authority import NoAuthority
from bot.services.entries import Doer
from bot.services.forgetting import forget, look_at_leaving
from bot.services.history import (
    Begun,
    Done,
    Ended,
    ListHad,
    NotReminded,
    Story,
    Told,
    choose_known,
    known_on,
    story_of,
    story_of_person,
)
from bot.services.logbook import PAGE, Asked, LogPage, NotUnderstood, give_file, read_page, read_words
from bot.services.organizers import delay_visit, set_seats
from bot.services.people import stop_messages
from bot.services.reminders import plan_due_reminders
from bot.services.rosters import ListKind, Scope, give_roster, give_to
from storage import Tx, bookings, delegates, grants, tables
from storage.database import Database
from storage.records import BookingState, Grant, Role
from tests.house import at
from tests.makers import OPEN
from tests.services.test_acts import book, full_world, owner_of, plan, show
from tests.services.world import OWNER, World, visit_of

EVENING = at("08-21 18:30")
TEAM = 5001


@pytest.fixture
async def world(database: Database) -> World:
    """nab-am is full with four parties, somebody waits for it; pres-am and nab-pres-pm have two seats each."""
    return await database.run(full_world)


def person_of(tx: Tx, world: World, who: int, *, now: Any = OPEN, actor: int = OWNER) -> Any:
    (first, *_) = bookings.ever_of(tx, world.people[who])
    return story_of_person(tx, actor=actor, booking_id=first.id, congress=world.congress, now=now)


def named(tx: Tx, world: World, name: str, *, actor: int = OWNER, now: Any = OPEN) -> Any:
    return story_of(tx, actor=actor, name=name, congress=world.congress, now=now)


def actions(story: Any) -> list[str]:
    assert isinstance(story, Story)
    return [fact.entry.line.action for fact in story.facts if isinstance(fact, Done)]


async def test_a_cancelled_visit_is_told_with_what_followed_for_the_person(database: Database, world: World) -> None:
    shown = await database.run(show, world)
    await database.run(plan, world, shown)
    assert await database.run(acts.run_due, congress=world.congress, now=OPEN + RECALL)
    for who in range(4):
        story = await database.read(person_of, world, who, now=OPEN + RECALL)
        assert actions(story).count("cancel visit") == 1
        ended = [fact for fact in story.facts if isinstance(fact, Ended)]
        assert [fact.booking.reason for fact in ended] == ["visit cancelled"]
        begun = [fact for fact in story.facts if isinstance(fact, Begun)]
        assert [fact.booking.id for fact in begun] == [each.id for each, _ in story.bookings if each.replaces]
        kinds = [fact.posted.kind for fact in story.facts if isinstance(fact, Told)]
        assert kinds == ["ticket", "cancelled"]
        moments = [fact.at for fact in story.facts]
        assert moments == sorted(moments)


async def test_a_code_tells_of_its_own_booking_and_of_what_it_grew_into(database: Database, world: World) -> None:
    def two(tx: Tx) -> tuple[str, str]:
        book(tx, world, 0, key="nab-pres-pm")
        one, other = bookings.ever_of(tx, world.people[0])
        return one.code, other.code

    first, second = await database.run(two)
    alone = await database.read(named, world, first.lower())
    assert [booking.code for booking, _ in alone.bookings] == [first]
    assert actions(alone) == ["book"]
    both = await database.read(person_of, world, 0)
    assert [booking.code for booking, _ in both.bookings] == [first, second]
    assert actions(both) == ["book", "book"]
    assert await database.read(named, world, "ZZZZZ") is None


async def test_what_happens_to_the_visit_is_told_while_the_seat_is_held(database: Database, world: World) -> None:
    await database.run(delay_visit, actor=OWNER, name="nab-am", minutes=15, now=OPEN, cause="delay")
    await database.run(delay_visit, actor=OWNER, name="pres-am", minutes=15, now=OPEN, cause="other")
    story = await database.read(person_of, world, 0)
    assert actions(story) == ["book", "delay"]
    (moved,) = [fact.entry for fact in story.facts if isinstance(fact, Done) and fact.entry.kind == "visit"]
    assert moved.what == "nab-am"


async def test_reminders_are_told_with_why_there_was_none(database: Database, world: World) -> None:
    def silences(story: Any) -> dict[str, Silence | None]:
        return {fact.rule.id: fact.why for fact in story.facts if isinstance(fact, NotReminded)}

    before = await database.read(person_of, world, 0)
    assert silences(before) == {"evening-before": None, "before-departure": None}
    await database.run(stop_messages, delegate_id=world.people[1], now=OPEN)

    def cannot_be_reached(tx: Tx) -> None:
        delegates.change(tx, world.people[2], unreachable_since=OPEN)

    await database.run(cannot_be_reached)
    await database.run(plan_due_reminders, now=EVENING)
    told = await database.read(person_of, world, 0, now=EVENING)
    assert silences(told) == {"before-departure": None}
    assert [fact.rule.id for fact in told.facts if isinstance(fact, Told) and fact.rule] == ["evening-before"]
    for who, why in ((1, Silence.STOPPED), (2, Silence.UNREACHABLE)):
        story = await database.read(person_of, world, who, now=EVENING)
        assert silences(story)["evening-before"] is why
    late = await database.read(person_of, world, 3, now=at("08-22 07:00"))
    assert [fact.rule.id for fact in late.facts if isinstance(fact, Told) and fact.rule] == ["evening-before"]

    def joins_late(tx: Tx) -> None:
        (seat,) = bookings.held_by(tx, world.people[3])
        tx.execute(tables.outbox.delete().where(tables.outbox.c.booking_id == seat.booking.id))
        tx.execute(tables.bookings.update().where(tables.bookings.c.id == seat.booking.id).values(given_at=EVENING))

    await database.run(joins_late)
    story = await database.read(person_of, world, 3, now=at("08-22 08:30"))
    assert silences(story) == {"evening-before": Silence.LATE, "before-departure": Silence.MISSED}


async def test_a_bus_tells_of_its_seats_its_visit_and_its_lists(database: Database, world: World) -> None:
    await database.run(set_seats, actor=OWNER, name="B01", seats=4, now=OPEN, cause="seats")
    await database.run(set_seats, actor=OWNER, name="B02", seats=4, now=OPEN, cause="others")
    await database.run(delay_visit, actor=OWNER, name="nab-am", minutes=15, now=OPEN, cause="delay")

    def lists(tx: Tx) -> None:
        owner_of(tx)
        give_roster(
            tx,
            actor=OWNER,
            name="B01",
            kind=ListKind.RIDERS,
            form="pdf",
            congress=world.congress,
            now=OPEN + timedelta(minutes=1),
            cause="list",
        )
        visit = visit_of(tx, "nab-am")
        bus = next(bus for bus in visit.buses if bus.label == "B01")
        later = OPEN + timedelta(minutes=2)
        give_to(tx, Scope(visit=visit, bus=bus), reader=world.people[7], congress=world.congress, now=later)

    await database.run(lists)
    story = await database.read(named, world, "b01")
    assert [act for act in actions(story) if act != "programme"] == ["seats", "delay", "list"]
    assert [fact.reader for fact in story.facts if isinstance(fact, ListHad)] == ["Person 8"]
    whole = await database.read(named, world, "nab-am")
    assert actions(whole).count("seats") == 2


async def test_the_reader_is_told_of_what_is_theirs(database: Database, world: World) -> None:
    def others(tx: Tx) -> None:
        grants.give(tx, TEAM, Grant(Role.CITY, "karaganda"), now=OPEN)

    await database.run(others)
    assert await database.read(named, world, "B01", actor=TEAM) == NoAuthority("B01")
    assert await database.read(named, world, "nab-am", actor=TEAM) == NoAuthority("nab-am")
    assert await database.read(person_of, world, 0, actor=TEAM) == NoAuthority("nab-am")
    assert await database.read(named, world, "B01", actor=1) == NoAuthority()
    nab = (await database.read(visit_of, "nab-am")).id
    assert await database.read(known_on, actor=TEAM, visit_id=nab) == ()
    known = await database.read(known_on, actor=OWNER, visit_id=nab)
    assert isinstance(known, tuple)
    assert {each.name for each in choose_known(known, typed="zoe")} == {"Zoë"}
    assert {each.name for each in known} >= {"Person 5"}, "who waits too"


async def test_who_is_forgotten_tells_nothing_more(database: Database, world: World) -> None:
    (booking,) = await database.read(bookings.ever_of, world.people[0])

    def leaves(tx: Tx) -> None:
        asked = look_at_leaving(tx, delegate_id=world.people[0], telegram_id=1, now=OPEN)
        key, person = asked.key, world.people[0]
        forget(tx, delegate_id=person, key=key, update_id=7, congress=world.congress, now=OPEN, cause="update/7")

    await database.run(leaves)
    assert await database.read(named, world, booking.code) is None
    story = await database.read(person_of, world, 0)
    assert story.person.name == ""
    assert {fact.entry.who for fact in story.facts if isinstance(fact, Done)} == {Doer.ERASED}
    assert all(booking.state is BookingState.RELEASED for booking, _ in story.bookings)


async def test_pages_of_the_log_hold_every_line_once(database: Database, world: World) -> None:
    for number in range(2 * PAGE):
        await database.run(set_seats, actor=OWNER, name="B01", seats=4 + number, now=OPEN, cause=f"seats/{number}")
    seen: list[int] = []
    before: int | None = None
    while True:
        page = await database.read(read_page, actor=OWNER, filters=Filters(what="seats"), before=before)
        assert isinstance(page, LogPage)
        assert len(page.entries) <= PAGE
        seen = [*(entry.line.id for entry in page.entries), *seen]
        before = page.earlier
        if before is None:
            break
    assert seen == sorted(set(seen))
    assert len(seen) == 2 * PAGE
    whole = await database.run(give_file, actor=OWNER, filters=Filters(what="seats"), now=OPEN, cause="file")
    assert isinstance(whole, LogPage)
    assert [entry.line.id for entry in whole.entries] == seen


async def test_words_after_log_are_understood_in_any_order(database: Database, world: World) -> None:
    await database.run(owner_of)
    bus = next(bus.id for bus in (await database.read(visit_of, "nab-am")).buses if bus.label == "B01")

    async def read(*words: str) -> Any:
        return await database.read(read_words, actor=OWNER, words=words, congress=world.congress, now=OPEN)

    two_hours_ago = OPEN - timedelta(hours=2)
    whole = Filters(who=str(OWNER), what="seats", about=f"bus:{bus}", since=two_hours_ago)
    assert await read("Gulzhan", "seats", "b01", "2h") == Asked(filters=whole)
    assert await read("2h", "csv", "B01", "/seats", "гульжан") == Asked(filters=whole, as_file=True)
    assert await read("bot") == Asked(filters=Filters(who=BOT))
    assert await read() == Asked(filters=Filters())
    assert await read("nobody") == NotUnderstood("nobody")
    assert await database.read(read_words, actor=1, words=(), congress=world.congress, now=OPEN) == NoAuthority()


async def test_filters_of_the_log_narrow_it(database: Database, world: World) -> None:
    await database.run(set_seats, actor=OWNER, name="B01", seats=9, now=OPEN, cause="seats")
    await database.run(delay_visit, actor=OWNER, name="pres-am", minutes=15, now=OPEN + timedelta(hours=1), cause="d")
    visit = await database.read(visit_of, "nab-am")

    async def lines(**filters: Any) -> list[str]:
        page = await database.read(read_page, actor=OWNER, filters=Filters(**filters), before=None)
        assert isinstance(page, LogPage)
        return [entry.line.action for entry in page.entries]

    assert await lines(about=f"visit:{visit.id}", what="seats") == ["seats"]
    assert await lines(about=f"visit:{visit.id}", what="delay") == []
    assert await lines(since=OPEN + timedelta(minutes=30)) == ["delay"]
    assert (await lines(who=str(OWNER)))[-2:] == ["seats", "delay"]
    assert set(await lines(what="signups", about=f"visit:{visit.id}")) == {"book"}
    assert await lines(about="visit:9999") == []
