"""A bus gets smaller: offers go first, volunteers are asked, then the rule; what was shown is what happens."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from bot.rules.cutting import ASKED_FOR
from bot.services import acts as services
from bot.services.acts import RECALL, ShownAct
from bot.services.asking import Stays, end_asking, stay_on_bus
from bot.services.auditing import find_deviations
from bot.services.booking import Booked, Refused, book_seat, release_seat
from bot.services.changing import NotUndone, undo_release
from bot.services.cutting import CUT
from bot.services.deeds import BeingCut, TooManyStay
from bot.services.lines import serve_lines
from bot.services.organizers import SeatsBelowTaken, SeatsSet, set_seats
from bot.services.standing import Wait, read_standing
from bot.services.waiting import accept_offer, join_line
from storage import Tx, tables
from storage.database import Database
from storage.records import ActState, BookingState, Bus, Cut
from tests.makers import OPEN
from tests.services.test_acts import deviations, plan, show
from tests.services.world import OWNER, World, document, put_party, settle, table, visit_of

DUE = OPEN + RECALL
ENDS = DUE + ASKED_FOR
MINUTE = timedelta(minutes=1)


def small_world(tx: Tx, *, elsewhere: int = 3, people: int = 10) -> World:
    """nab-am by one bus of eight seats, full with seven parties; pres-am at nearly the same time has some seats."""
    of = document()
    of["visits"] = [visit for visit in of["visits"] if visit["id"] in ("nab-am", "pres-am")]
    of["buses"] = [bus for bus in of["buses"] if bus["id"] in ("B01", "B05")]
    table(of, "visits", "nab-am")["capacity"] = 45
    table(of, "visits", "pres-am")["capacity"] = 45
    table(of, "buses", "B01")["seats"] = 8
    table(of, "buses", "B05")["seats"] = elsewhere
    world = settle(tx, people=people, file=of)
    for who in range(7):
        if who == 5:
            put_party(tx, world.people[who], "nab-am", "Zoë", congress=world.congress)
        assert isinstance(book(tx, world, who, party=1 + (who == 5), now=OPEN - (10 - who) * MINUTE), Booked)
    return world


def book(tx: Tx, world: World, who: int, *, key: str = "nab-am", party: int = 1, now: datetime = OPEN) -> Any:
    visit = visit_of(tx, key)
    return book_seat(
        tx,
        delegate_id=world.people[who],
        visit_id=visit.id,
        visit_version=visit.version,
        party=party,
        congress=world.congress,
        now=now,
        cause=f"book/{who}/{key}/{now}",
    )


def join(tx: Tx, world: World, who: int, *, key: str = "nab-am", now: datetime = OPEN) -> Any:
    visit = visit_of(tx, key)
    mine: dict[str, Any] = {"congress": world.congress, "now": now, "cause": f"join/{who}/{key}"}
    return join_line(tx, delegate_id=world.people[who], visit_id=visit.id, **mine)


def bus(tx: Tx, label: str = "B01") -> Bus:
    for key in tx.scalars(select(tables.visits.c.key)):
        for each in visit_of(tx, key).buses:
            if each.label == label:
                return each
    raise AssertionError(label)


def show_cut(tx: Tx, /, world: World, seats: int, *, label: str = "B01", **changes: Any) -> Any:
    asked = {"seats": seats, "bus": label}
    return show(tx, world, label, kind="seats", arguments=asked, **{"cause": f"show/{label}/{seats}", **changes})


async def cut(database: Database, world: World, seats: int, *, now: datetime = OPEN, label: str = "B01") -> ShownAct:
    """Ask for fewer seats, say yes, and let the minute pass."""
    shown = await database.run(show_cut, world, seats, label=label, now=now, cause=f"show/{label}/{seats}/{now}")
    assert isinstance(shown, ShownAct), shown
    await database.run(plan, world, shown, now=now, cause=f"plan/{label}/{seats}/{now}")
    assert await database.run(services.run_due, congress=world.congress, now=now + RECALL)
    assert (await database.read(act_states))[-1] == ActState.DONE
    return shown


def act_states(tx: Tx) -> list[str]:
    return list(tx.scalars(select(tables.acts.c.state).order_by(tables.acts.c.id)))


def rows_of(tx: Tx, person: int) -> list[Any]:
    bookings = tables.bookings
    return list(tx.execute(select(bookings).where(bookings.c.delegate_id == person).order_by(bookings.c.id)))


def hold_of(tx: Tx, person: int) -> Any:
    (row,) = [row for row in rows_of(tx, person) if row.state == BookingState.OFFERED]
    return row


def stand(tx: Tx, world: World) -> list[str]:
    """What each person has on nab-am and elsewhere, such as "booked nab-am, offered pres-am"."""
    visits = {row.id: row.key for row in tx.execute(select(tables.visits))}
    return [
        ", ".join(
            f"{row.state} {visits[row.visit_id]}" for row in rows_of(tx, person) if row.state != BookingState.RELEASED
        )
        for person in world.people
    ]


def news(tx: Tx) -> Counter[str]:
    return Counter(tx.scalars(select(tables.outbox.c.kind).where(tables.outbox.c.act_id.is_not(None))))


async def take(database: Database, world: World, who: int, *, now: datetime) -> Any:
    hold = await database.read(hold_of, world.people[who])
    return await database.run(
        accept_offer,
        delegate_id=world.people[who],
        booking_id=hold.id,
        booking_version=hold.version,
        congress=world.congress,
        now=now,
        cause=f"take/{who}",
    )


async def stay(database: Database, world: World, who: int, *, now: datetime) -> Any:
    hold = await database.read(hold_of, world.people[who])
    mine: dict[str, Any] = {"delegate_id": world.people[who], "congress": world.congress, "now": now}
    return await database.run(stay_on_bus, hold_id=hold.id, cause=f"stay/{who}", **mine)


async def test_nobody_answers_then_the_newest_leave_as_it_was_shown(database: Database) -> None:
    world = await database.run(small_world, elsewhere=6)
    shown = await cut(database, world, 6)
    assert shown.act.preview == {
        "was": 8,
        "people": 8,
        "too_many": 2,
        "offers": 0,
        "other_bus": 0,
        "asked": 2,
        "leaving": 3,  # the newest is one, the next a party of two
        "held": 3,
        "queued": 0,
        "nothing": 0,
        "unreachable": 0,
    }
    assert await database.read(news) == {"seat-asked": 4}
    closing = await database.read(bus)
    assert (closing.seats, closing.closing, closing.seats_taken) == (6, True, 8)
    assert not await database.run(end_asking, congress=world.congress, now=ENDS - MINUTE)
    await database.run(serve_lines, congress=world.congress, now=ENDS)  # the lines' own clock leaves it alone
    assert await database.read(news) == {"seat-asked": 4}
    assert await database.run(end_asking, congress=world.congress, now=ENDS)
    assert not await database.run(end_asking, congress=world.congress, now=ENDS)
    assert (await database.read(stand, world))[:7] == ["booked nab-am"] * 5 + ["offered pres-am"] * 2
    assert await database.read(news) == {"seat-asked": 4, "seat-lost": 2, "seat-kept": 2}
    (done,) = await database.read(services.open_acts)
    assert isinstance(done.going, Cut)
    assert done.going.outcome == {
        "gone": 0,
        "seats": 6,
        "other_bus": 0,
        "leaving": 3,
        "held": 3,
        "queued": 0,
        "nothing": 0,
        "unreachable": 0,
    }
    after = await database.read(bus)
    assert (after.seats, after.closing, after.seats_taken) == (6, False, 5)
    assert not await database.read(deviations, ENDS)


async def test_whoever_goes_by_choice_keeps_somebody_else_in_their_seat(database: Database) -> None:
    world = await database.run(small_world, elsewhere=6)
    await cut(database, world, 6)
    now = DUE + MINUTE
    sure = await database.run(asked_others, world)
    assert len(sure) == 2  # of those whom the rule would not move, as many as are too many
    assert isinstance(await take(database, world, sure[0], now=now), Booked)
    assert not await database.run(end_asking, congress=world.congress, now=now)
    assert isinstance(await take(database, world, sure[1], now=now), Booked)
    # Enough have gone: nobody waits for the clock.
    assert await database.run(end_asking, congress=world.congress, now=now)
    standing = await database.read(stand, world)
    assert [standing[who] for who in sure] == ["booked pres-am"] * 2
    assert Counter(standing[:7]) == {"booked nab-am": 5, "booked pres-am": 2}
    assert await database.read(news) == {"seat-asked": 4, "seat-kept": 2}
    after = await database.read(bus)
    assert (after.seats, after.closing, after.seats_taken) == (6, False, 6)
    assert not await database.read(deviations, now)


def asked_others(tx: Tx, world: World) -> list[int]:
    """Those asked whom the rule would not move, as numbers of the world's people."""
    asks, bookings = tables.asks, tables.bookings
    query = select(bookings.c.delegate_id).join_from(asks, bookings, asks.c.booking_id == bookings.c.id)
    return sorted(world.people.index(person) for person in tx.scalars(query.where(~asks.c.is_last)))


async def test_who_stays_is_sure_of_it_or_hears_by_when(database: Database) -> None:
    world = await database.run(small_world, elsewhere=6)
    await cut(database, world, 6)
    sure = (await database.run(asked_others, world))[0]
    answer = await stay(database, world, sure, now=DUE)
    assert isinstance(answer, Stays)
    assert answer.is_sure
    assert (await database.read(stand, world))[sure] == "booked nab-am"  # what was held is free for others
    last = await stay(database, world, 6, now=DUE)
    assert isinstance(last, Stays)
    assert (last.is_sure, last.until) == (False, ENDS)
    assert (await database.read(stand, world))[6] == "booked nab-am, offered pres-am"
    await database.run(end_asking, congress=world.congress, now=ENDS)
    assert (await database.read(stand, world))[6] == "offered pres-am"
    assert (await database.read(stand, world))[sure] == "booked nab-am"


async def test_nobody_gets_on_a_bus_that_is_closing(database: Database) -> None:
    """A late tap, an undo and the waiting list: none of them finds a seat above the new number."""
    world = await database.run(small_world, elsewhere=6)
    assert isinstance(await database.run(join, world, 8), Wait)
    await cut(database, world, 6)
    visit = await database.read(visit_of, "nab-am")
    (mine,) = await database.read(rows_of, world.people[0])
    asked: dict[str, Any] = {"delegate_id": world.people[0], "congress": world.congress, "now": DUE}
    await database.run(release_seat, booking_id=mine.id, booking_version=mine.version, cause="release/0", **asked)
    assert isinstance(await database.run(book, world, 7, now=DUE), Refused)
    back = await database.run(
        undo_release, booking_id=mine.id, booking_version=mine.version + 1, cause="undo/0", **asked
    )
    assert isinstance(back, NotUndone)
    assert (await database.read(stand, world))[8] == f"waiting {visit.key}"
    await database.run(end_asking, congress=world.congress, now=ENDS)
    assert not await database.read(deviations, ENDS)


async def test_more_seats_end_the_asking_and_everybody_keeps_theirs(database: Database) -> None:
    world = await database.run(small_world, elsewhere=6)
    await cut(database, world, 6)
    second = await database.run(show_cut, world, 5, cause="show/again", now=DUE)
    assert isinstance(second, BeingCut)
    grown = await database.run(set_seats, actor=OWNER, name="B01", seats=9, now=DUE, cause="seats/9")
    assert isinstance(grown, SeatsSet)
    assert await database.run(end_asking, congress=world.congress, now=DUE)
    assert (await database.read(stand, world))[:7] == ["booked nab-am"] * 7
    assert (await database.read(news))["seat-kept"] == 4
    assert (await database.read(bus)).seats == 9


async def test_a_second_cut_waits_until_what_the_first_one_holds_is_given_back(database: Database) -> None:
    """More seats have ended the asking, and the tick has not come yet: nobody is held two seats for one."""
    world = await database.run(small_world, elsewhere=6)
    await cut(database, world, 6)
    grown = await database.run(set_seats, actor=OWNER, name="B01", seats=8, now=DUE, cause="grow")
    assert isinstance(grown, SeatsSet)
    again = await database.run(show_cut, world, 5, now=DUE, cause="again")
    assert isinstance(again, ShownAct)
    await database.run(plan, world, again, now=DUE, cause="plan again")
    later = DUE + RECALL
    held = await database.read(holds)
    await database.run(services.run_due, congress=world.congress, now=later)
    assert await database.read(act_states) == [ActState.DONE, ActState.PLANNED]
    assert await database.read(holds) == held
    assert await database.run(end_asking, congress=world.congress, now=later)
    assert await database.read(holds) == Counter()
    assert await database.run(services.run_due, congress=world.congress, now=later)
    assert (await database.read(act_states))[-1] != ActState.PLANNED  # done, or shown anew with other numbers
    assert set((await database.read(holds)).values()) <= {1}
    assert not await database.read(deviations, now=later)


def holds(tx: Tx) -> Counter[int]:
    """How many seats are held for each seat."""
    offered = select(tables.bookings.c.replaces).where(tables.bookings.c.state == BookingState.OFFERED)
    return Counter(tx.scalars(offered))


async def test_a_bus_of_45_with_41_booked_and_3_offered_becomes_one_of_29(database: Database) -> None:
    """Acceptance test 19: offers go first, then twelve in the stated order; groups whole, access needs kept."""
    world = await database.run(full_coach)
    shown = await database.run(show_cut, world, 29)
    assert isinstance(shown, ShownAct)
    counts = shown.act.preview
    assert (counts["people"], counts["offers"], counts["too_many"]) == (41, 3, 12)
    assert counts["leaving"] == 12
    assert counts["held"] + counts["queued"] + counts["nothing"] == 12
    await database.run(plan, world, shown)
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    assert (await database.read(stand, world))[38:41] == ["waiting nab-am"] * 3
    places = await database.run(places_of, world.people[38:41])
    assert places == [1, 2, 3]
    await database.run(end_asking, congress=world.congress, now=ENDS)
    standing = await database.read(stand, world)
    # 38 parties, three of them of two. Person 37 needs a wheelchair place: the newest, and stays all the same.
    assert standing[37] == "booked nab-am"
    gone = [who for who in range(38) if standing[who] != "booked nab-am"]
    assert gone == list(range(26, 37))
    after = await database.read(bus)
    assert (after.seats, after.seats_taken) == (29, 29)
    assert not await database.read(deviations, ENDS)


def full_coach(tx: Tx) -> World:
    of = document()
    of["visits"] = [visit for visit in of["visits"] if visit["id"] in ("nab-am", "pres-am", "nab-pres-pm")]
    of["buses"] = [bus for bus in of["buses"] if bus["id"] in ("B01", "B03", "B05")]
    for key, label, seats in (("nab-am", "B01", 45), ("pres-am", "B05", 9), ("nab-pres-pm", "B03", 6)):
        table(of, "visits", key)["capacity"] = 45
        table(of, "buses", label)["seats"] = seats
    table(of, "buses", "B01")["wheelchair_places"] = 1
    world = settle(tx, people=50, file=of)
    tx.execute(tables.delegates.update().where(tables.delegates.c.id == world.people[37]).values(wheelchair=True))
    for who in range(38):
        party = 2 if who in (0, 10, 30) else 1
        if party == 2:
            put_party(tx, world.people[who], "nab-am", "Zoë", congress=world.congress)
        assert isinstance(book(tx, world, who, party=party, now=OPEN - (50 - who) * MINUTE), Booked)
    set_seats(tx, actor=OWNER, name="B01", seats=41, now=OPEN, cause="seats/41")
    for who in (38, 39, 40):
        assert isinstance(join(tx, world, who), Wait)
    set_seats(tx, actor=OWNER, name="B01", seats=45, now=OPEN, cause="seats/45")
    assert stand(tx, world)[38:41] == ["offered nab-am"] * 3
    return world


def places_of(tx: Tx, people: tuple[int, ...]) -> list[int]:
    found = [read_standing(tx, rows_of(tx, person)[0].id) for person in people]
    return [each.place for each in found if isinstance(each, Wait)]


async def test_who_needs_a_wheelchair_place_is_never_moved(database: Database) -> None:
    world = await database.run(small_world, elsewhere=6)
    await database.run(all_need_a_place, world)
    refused = await database.run(show_cut, world, 6)
    assert isinstance(refused, TooManyStay)
    assert refused.least == 8


def all_need_a_place(tx: Tx, world: World) -> None:
    tx.execute(tables.delegates.update().values(wheelchair=True))


async def test_another_bus_of_the_visit_comes_first_and_nobody_is_asked_about_it(database: Database) -> None:
    world = await database.run(two_buses)
    shown = await cut(database, world, 6)
    assert shown.act.preview["other_bus"] == 2
    assert shown.act.preview["leaving"] == 0
    assert await database.read(news) == {"other-bus": 2}
    assert ((await database.read(bus)).seats_taken, (await database.read(bus, "B02")).seats_taken) == (6, 2)
    assert not await database.read(deviations, DUE)


def two_buses(tx: Tx) -> World:
    world = small_world(tx, elsewhere=6)
    visit = visit_of(tx, "nab-am")
    row = dict(tx.execute(select(tables.buses).where(tables.buses.c.label == "B01")).one()._mapping)
    row |= {"id": 99, "label": "B02", "seats": 2, "seats_taken": 0}
    tx.execute(tables.buses.insert().values(row))
    assert visit.seats_taken == 8
    return world


async def test_a_visit_that_is_cancelled_while_its_bus_is_closing_leaves_nothing_held_twice(database: Database) -> None:
    world = await database.run(small_world, elsewhere=12)
    await cut(database, world, 6)
    shown = await database.run(show, world, cause="show/cancel", now=DUE)
    await database.run(plan, world, shown, now=DUE, cause="plan/cancel")
    assert await database.run(services.run_due, congress=world.congress, now=DUE + RECALL)
    await database.run(end_asking, congress=world.congress, now=DUE + RECALL)
    assert not (await database.read(bus)).closing
    states = [each.split(", ") for each in (await database.read(stand, world))[:7]]
    assert all(len(each) == 1 for each in states)
    assert not await database.read(deviations, DUE + RECALL)


async def test_a_smaller_bus_and_a_repeat_of_the_command(database: Database) -> None:
    world = await database.run(small_world, elsewhere=6)
    refused = await database.run(set_seats, actor=OWNER, name="B01", seats=6, now=OPEN, cause="seats/6")
    assert isinstance(refused, SeatsBelowTaken)
    await database.run(show_cut, world, 6, cause="seats/6")
    row = (await database.read(rows_of, world.people[5]))[0]
    mine: dict[str, Any] = {"delegate_id": world.people[5], "congress": world.congress, "now": OPEN}
    await database.run(release_seat, booking_id=row.id, booking_version=row.version, cause="release/5", **mine)
    again = await database.run(set_seats, actor=OWNER, name="B01", seats=6, now=OPEN, cause="seats/6")
    assert isinstance(again, SeatsBelowTaken)  # the command handled twice shows its preview twice
    assert (await database.read(bus)).seats == 8


async def test_who_is_queued_instead_can_wait_for_yet_another_visit(database: Database) -> None:
    """The seat that their wait would have replaced is gone: it is in nobody's way."""
    world = await database.run(full_elsewhere)
    shown = await cut(database, world, 7)
    assert (shown.act.preview["queued"], shown.act.preview["asked"]) == (1, 0)
    wait = (await database.read(rows_of, world.people[6]))[-1]
    visit = await database.read(visit_of, "nab-am")
    mine: dict[str, Any] = {"delegate_id": world.people[6], "congress": world.congress, "now": DUE}
    beside = await database.run(join_line, visit_id=visit.id, beside=wait.id, cause="beside", **mine)
    assert isinstance(beside, Wait)


def full_elsewhere(tx: Tx) -> World:
    world = small_world(tx, elsewhere=1)
    assert isinstance(book(tx, world, 7, key="pres-am"), Booked)
    return world


async def test_the_reason_of_a_lost_seat_is_written_down(database: Database) -> None:
    world = await database.run(small_world, elsewhere=1)
    await cut(database, world, 7)
    rows = [row for person in world.people for row in await database.read(rows_of, person)]
    assert [row.reason for row in rows if row.state == BookingState.RELEASED] == [CUT]
    await database.run(serve_lines, congress=world.congress, now=ENDS + 3 * ASKED_FOR)
    assert not list(await database.read(find_deviations, now=ENDS, real_now=ENDS))
