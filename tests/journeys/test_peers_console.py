"""Acceptance tests drawn from other systems' bugs: the organizers' console, by their numbers in the list of issue 5.

18 a cancelled visit of 214 people · 19 a bus of 45 that becomes one of 29 · 21 two organizers at one bus ·
27 letters and long names on paper and in a workbook. 14 stands in tests/processes/test_peers_broadcast.py, 15 in
test_peers_safety.py, 16 in test_peers_reminders.py, 22 in test_peers_booking.py, 31 in test_old_buttons.py.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import select, update

from bot.rules.cutting import ASKED_FOR
from bot.services.acts import RECALL
from bot.services.booking import Booked, book_seat
from bot.services.organizers import SeatsSet, set_seats
from bot.services.people import agree
from bot.services.standing import Wait
from bot.services.waiting import join_line
from bot.texts import cancelling
from storage import Tx, bookings, tables, visits
from storage.records import BookingState, Congress, VisitState
from tests.house import OPEN, OWNER, Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    plain,
    screen_after,
    seats_add_up,
    until,
    visit_of,
    words_of,
)
from tests.journeys.test_acts import card_saying
from tests.journeys.test_cutting import BUS, VISIT, has_ended
from tests.journeys.test_rosters import KAZAKH, cells_of, file_of, names_in, numbers_on_paper
from tests.phone import Phone
from tests.scanner import text_of
from tests.services.world import put_party

PEOPLE = 214
BIG = "nab-am"


def settle(tx: Tx, ids: list[int], key: str, congress: Congress) -> None:
    """Let everybody agree, each in another language, and sign up, one a minute."""
    for place, number in enumerate(ids):
        at = OPEN + timedelta(minutes=place)
        agree(tx, telegram_id=number, name=f"Person {number}", language=LANGUAGES[place % 3], notice="1", now=at)
        book(tx, number, key, congress, at=at)


def book(tx: Tx, telegram_id: int, key: str, congress: Congress, *, at: Any, names: tuple[str, ...] = ()) -> int:
    person = tx.execute(select(tables.delegates.c.id).where(tables.delegates.c.telegram_id == telegram_id)).scalar_one()
    visit_id = visits.by_key(tx, key)
    assert visit_id is not None
    visit = visits.read(tx, visit_id)
    assert visit is not None
    if names:
        put_party(tx, person, key, *names, congress=congress, now=at)
    booked = book_seat(
        tx,
        delegate_id=person,
        visit_id=visit.id,
        visit_version=visit.version,
        party=1 + len(names),
        congress=congress,
        now=at,
        cause=f"settle/{telegram_id}",
    )
    assert isinstance(booked, Booked), booked
    return booked.ticket.booking.id


def make_room(tx: Tx, key: str, seats: int) -> None:
    """Let the visit have so many seats, on its first bus."""
    visit_id = visits.by_key(tx, key)
    assert visit_id is not None
    visits.change_visit(tx, visit_id, host_limit=300, held_back=0)
    visit = visits.read(tx, visit_id)
    assert visit is not None
    visits.change_bus(tx, visit.buses[0].id, seats=seats)


def leave_few_elsewhere(tx: Tx, seats: int) -> None:
    """Let every visit have so many seats: most people find a seat, some only a line, some nothing."""
    tx.execute(update(tables.visits).values(host_limit=seats, held_back=0))


def kept_in(tx: Tx, table: Any, *columns: Any) -> list[Any]:
    return list(tx.execute(select(*columns).select_from(table)))


async def crowd(house: Running, number: int) -> list[Phone]:
    return [await house.stranger(f"Person {place}", id=3_000 + place) for place in range(number)]


async def test_peers_18_of_214_people_whose_visit_is_cancelled_each_hears_once_and_the_preview_is_what_happened(
    house: Running,
) -> None:
    owner, phones = await house.organizer(), await crowd(house, PEOPLE)
    await house.db.run(leave_few_elsewhere, 12)
    await house.db.run(make_room, BIG, PEOPLE)
    await house.db.run(settle, [phone.id for phone in phones], BIG, congress_of(house))
    house.clock.move_to(OPEN + timedelta(minutes=PEOPLE))
    await asyncio.gather(*(answered(phone, "/my") for phone in phones))
    was = (await visit_of(house, BIG)).id
    preview = await answered(owner, f"/cancelvisit {BIG}")
    ((promised,),) = await house.ask(kept_in, tables.acts, tables.acts.c.preview)
    assert plain(cancelling.counts_line(words_of(house, "en"), promised)) in preview.text
    assert promised["people"] == PEOPLE == promised["held"] + promised["queued"] + promised["nothing"]
    assert min(promised["held"], promised["nothing"] + promised["queued"]) > 0
    await screen_after(owner, "act:", message=preview)
    house.clock.advance(RECALL)
    told = words_of(house, "en").gettext("Told: {sent} of {total}").format(sent=PEOPLE, total=PEOPLE)
    await owner.wait_for(lambda seen: seen.message_id == preview.message_id and told in seen.text, timeout=60)

    assert (await visit_of(house, BIG)).state is VisitState.CANCELLED
    rows = await house.ask(kept_in, tables.bookings, tables.bookings.c.state, tables.bookings.c.visit_id)
    assert Counter(state for state, visit in rows if visit == was) == {BookingState.RELEASED: PEOPLE}
    elsewhere = Counter(state for state, visit in rows if visit != was)
    assert elsewhere[BookingState.OFFERED] == promised["held"]
    assert elsewhere[BookingState.WAITING] == promised["queued"]
    holding = 0
    for place, phone in enumerate(phones):
        words = words_of(house, LANGUAGES[place % 3]).gettext("Your visit is cancelled")
        await phone.look()
        (news,) = [seen for seen in phone.messages if words in seen.text]
        holding += "take" in {data.split(":")[0] for data in callbacks(news)}
    assert holding == promised["held"]


async def test_peers_19_of_a_bus_of_45_offers_go_first_then_12_by_the_stated_order_parties_whole_access_needs_kept(
    house: Running,
) -> None:
    owner, phones = await house.organizer(), await crowd(house, 40)
    congress = congress_of(house)
    await house.db.run(make_room, VISIT, 41)
    await house.db.run(agreed, [phone.id for phone in phones])
    await asyncio.gather(*(answered(phone, "/my") for phone in phones))
    # 28 alone, one of them on a wheelchair; then, the newest: 2 together, 3 alone, 4 together, 3 alone, a wheelchair.
    companions: Sequence[tuple[str, ...]] = (
        [()] * 28 + [("Zoë",)] + [()] * 3 + [("Ann", "Ben", "Cem")] + [()] * 3 + [()]
    )
    wheelchairs = {5, 36}
    await house.db.run(needs_wheelchair, [phones[place].id for place in wheelchairs])
    booked = []
    for place, names in enumerate(companions):
        at = OPEN + timedelta(minutes=place)
        booked.append(await house.db.run(book, phones[place].id, VISIT, congress, at=at, names=names))
    house.clock.move_to(OPEN + timedelta(hours=1))
    assert (await visit_of(house, VISIT)).seats_taken == 41
    for phone in phones[37:]:
        await house.db.run(wait_for_a_seat, phone.id, congress)
    grown = await house.db.run(set_seats, actor=OWNER, name=BUS, seats=45, now=house.clock.now(), cause="grow")
    assert isinstance(grown, SeatsSet)
    assert await house.ask(states_of, [phone.id for phone in phones[37:]]) == [BookingState.OFFERED] * 3

    preview = await answered(owner, f"/seats {BUS} 29")
    await screen_after(owner, "act:", message=preview)
    house.clock.advance(RECALL)
    say = words_of(house, "en")
    await card_saying(owner, "🙋", card=preview)
    assert await house.ask(states_of, [phone.id for phone in phones[37:]]) == [BookingState.WAITING] * 3
    house.clock.advance(ASKED_FOR + timedelta(minutes=1))
    await until(partial(has_ended, house))
    await card_saying(owner, say.gettext("The asking has ended: {n} went by choice").format(n=0), card=preview)

    rows = await house.ask(kept_in, tables.bookings, tables.bookings.c.id, tables.bookings.c.state)
    states = dict(rows)
    gone = [place for place, booking_id in enumerate(booked) if states[booking_id] == BookingState.RELEASED]
    assert gone == [28, 29, 30, 31, 32, 33, 34, 35]
    assert sum(1 + len(companions[place]) for place in gone) == 12
    (bus,) = (await visit_of(house, VISIT)).buses
    assert (bus.seats, bus.seats_taken) == (29, 29)


def agreed(tx: Tx, ids: list[int]) -> None:
    for number in ids:
        agree(tx, telegram_id=number, name=f"Person {number}", language="en", notice="1", now=OPEN)


def needs_wheelchair(tx: Tx, ids: list[int]) -> None:
    of_them = tables.delegates.c.telegram_id.in_(ids)
    tx.execute(update(tables.delegates).where(of_them).values(wheelchair=True))
    tx.execute(update(tables.buses).where(tables.buses.c.label == BUS).values(wheelchair_places=2))


def wait_for_a_seat(tx: Tx, telegram_id: int, congress: Congress) -> None:
    person = tx.execute(select(tables.delegates.c.id).where(tables.delegates.c.telegram_id == telegram_id)).scalar_one()
    visit_id = visits.by_key(tx, VISIT)
    assert visit_id is not None
    at = OPEN + timedelta(hours=1)
    joined = join_line(
        tx, delegate_id=person, visit_id=visit_id, congress=congress, now=at, cause=f"join/{telegram_id}"
    )
    assert isinstance(joined, Wait), joined


def states_of(tx: Tx, ids: list[int]) -> list[BookingState]:
    """The state of each one's only live booking."""
    found = []
    for number in ids:
        person = tx.execute(select(tables.delegates.c.id).where(tables.delegates.c.telegram_id == number)).scalar_one()
        ((seat),) = bookings.live_of(tx, person)
        found.append(seat.booking.state)
    return found


async def test_peers_21_of_two_organizers_at_one_bus_the_second_reads_what_the_first_has_done(house: Running) -> None:
    owner, aigerim = await house.organizer(), await house.delegate("Aigerim")
    emma, dana = await house.delegate("Emma"), await house.delegate("Dana")
    await house.db.run(organizer, aigerim.id)
    for phone in (emma, dana):
        await house.book(phone, VISIT)
    preview = await answered(owner, f"/seats {BUS} 1")
    await answered(aigerim, f"/seats {BUS} 40")
    changed = await screen_after(owner, "act:", message=preview)
    assert words_of(house, "en").gettext("Changed meanwhile: nothing has been done") in changed.text
    assert f"{BUS}: changed meanwhile to 40 by Aigerim" in changed.text
    house.clock.advance(RECALL)
    (bus,) = (await visit_of(house, VISIT)).buses
    assert bus.seats == 40
    await seats_add_up(house)


def organizer(tx: Tx, telegram_id: int) -> None:
    row = {"telegram_id": telegram_id, "role": "organizer", "scope": "", "source": "command", "granted_at": OPEN}
    tx.execute(tables.grants.insert().values(row))


async def test_peers_27_kazakh_letters_and_forty_of_them_are_printed_and_open_as_a_workbook(house: Running) -> None:
    owner = await house.organizer()
    long = "Wolfeschlegelsteinhausenbergerdorffabcdef"[:40]
    for name in (KAZAKH, long):
        await house.book(await house.delegate(name), BIG)
    await answered(owner, f"/roster {BIG}")
    _, workbook = await file_of(owner, "xlsx")
    assert names_in(cells_of(workbook)) == [KAZAKH, long]
    _, pdf = await file_of(owner, "pdf")
    printed = text_of(pdf)
    assert numbers_on_paper(pdf) == [1, 2]
    for word in (*KAZAKH.split(), long):
        assert word in printed, word
