"""One tap takes a seat: the ticket, the lost race, overlaps and replacing, on both databases."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Any

import pytest

from bot.rules.booking import AlreadyBooked, Clash, Clashes, NoSeats
from bot.services.booking import Booked
from bot.texts import tickets as texts
from storage import bookings
from storage.records import BookingState, SeatAsked
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    logged,
    outbox_of,
    plain,
    screen_after,
    seats_add_up,
    settled,
    tickets,
    until,
    visit_of,
    visits_held,
    why_not,
    words_of,
)
from tests.phone import Phone

SAME_POINT = timedelta(minutes=15)
"""What the programme leaves between two visits from one meeting point."""


async def test_one_tap_gives_a_seat_and_its_answer_says_bus_and_boarding(house: Running) -> None:
    congress = congress_of(house)
    for count, code in enumerate(LANGUAGES, 1):
        say = words_of(house, code)
        emma = await house.delegate("Emma", language=code)
        card = await house.card(emma, "nab-am")
        answer = await emma.tap("book:", message=card)
        shown = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=card)

        (ticket,) = await tickets(house, emma)
        booking, visit, bus = ticket.booking, ticket.visit, ticket.bus
        assert bus is not None
        assert (visit.key, bus.label, booking.party) == ("nab-am", "B01", 1)
        assert [(rider.name, rider.is_owner) for rider in booking.riders] == [("Emma", True)]
        assert (visit.seats_taken, bus.seats_taken) == (count, count)
        await seats_add_up(house)

        assert answer.text == texts.booked_answer(say, Booked(ticket=ticket, given_up=()))
        assert "B01" in answer.text
        assert "08:40" in answer.text
        assert not answer.show_alert
        assert shown.message_id == card.message_id
        assert shown.text == plain(texts.ticket(say, ticket, congress=congress))
        for fact in (
            visit.title[code],
            say.day(visit.leaves_at),
            congress.zone_city[code],
            "UTC+5",
            "B01",
            "A",
            "08:40",
            "09:00",
            "12:00",
            congress.meeting_points["mp-main"].name[code],
            booking.code,
        ):
            assert fact in shown.text

        # The message of the ticket is written with the booking, and is done: nothing is sent twice.
        (sent,) = await until(partial(_sent, house, emma))
        assert (sent.kind, sent.state, sent.message_id) == ("ticket", "sent", card.message_id)
        line = (await logged(house, "book"))[-1]
        assert line.actor == emma.id
        assert line.after == {"visit": "nab-am", "bus": "B01", "party": 1, "code": booking.code}


async def _sent(running: Running, phone: Phone) -> list[object]:
    rows = await outbox_of(running, phone)
    return list(rows) if all(row.state == "sent" for row in rows) else []


async def test_a_walks_ticket_has_a_start_and_no_bus(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "aitu-walk")
    answer = await emma.tap("book:", message=card)
    shown = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=card)
    (ticket,) = await tickets(quick_house, emma)
    assert ticket.bus is None
    assert "14:00" in answer.text
    assert "14:00" in shown.text
    assert "🚌" not in shown.text
    point = congress_of(quick_house).meeting_points["mp-walk"]
    assert point.name["en"] in shown.text
    assert (await visit_of(quick_house, "aitu-walk")).seats_taken == 1


@pytest.mark.parametrize("code", LANGUAGES)
async def test_what_a_ticket_warns_of_is_on_it(quick_house: Running, code: str) -> None:
    """Karaganda: not yet confirmed, paid at the desk, a document and a jacket."""
    say = words_of(quick_house, code)
    emma = await quick_house.delegate(language=code)
    shown = await quick_house.book(emma, "karaganda-day")
    visit = await visit_of(quick_house, "karaganda-day")
    assert visit.payment is not None
    assert visit.bring is not None
    for fact in ("15 €", visit.payment[code], visit.bring[code], "🪪", "❔", "B14", "07:10", "07:30", "19:00"):
        assert fact in shown.text
    assert say.gettext("Not yet confirmed. We write to you if it changes.") in shown.text


async def test_the_last_seat_goes_to_one_and_the_other_is_told_at_once_with_alternatives(house: Running) -> None:
    await answered(await house.organizer(), "/seats B13 1")
    emma, dana = await house.delegate("Emma"), await house.delegate("Dana", language="ru")
    cards = [await house.card(phone, "school-am") for phone in (emma, dana)]
    assert all(card.button("book:") for card in cards)
    answers = await asyncio.gather(
        *(phone.tap("book:", message=card) for phone, card in zip((emma, dana), cards, strict=True))
    )
    held = [await visits_held(house, phone) for phone in (emma, dana)]
    assert sorted(held) == [[], ["school-am"]]
    loser, card, answer = (dana, cards[1], answers[1]) if held[0] else (emma, cards[0], answers[0])
    told, reason = why_not(house, "ru" if loser is dana else "en", NoSeats(left=0, largest=0))
    assert answer.text == told

    refused = await loser.wait_for(reason, newer_than=card)
    assert congress_of(house).contacts.phone in refused.text
    others = [data for data in callbacks(refused) if data.startswith("visit:")][:-1]
    assert 1 <= len(others) <= 3
    # An alternative can be booked with two taps.
    other = await screen_after(loser, others[0], message=refused)
    await loser.tap("book:", message=other)
    await loser.wait_for(lambda message: message.button("giveq:") is not None, newer_than=other)
    (booked,) = await tickets(house, loser)
    assert f"visit:{booked.visit.id}" == others[0]
    await seats_add_up(house)


async def test_who_comes_to_a_full_visit_hears_so_without_waiting_until_there_is_room(
    house: Running, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first refusal nobody locks the visit to hear the next; once a seat is free, the next tap has it."""
    await answered(await house.organizer(), "/seats B13 1")
    emma = await house.delegate("Emma")
    late = {code: await house.delegate(f"Late {code}", language=code) for code in ("en", "ru", "kk")}
    cards = {code: await house.card(phone, "school-am") for code, phone in late.items()}
    data = next(iter(cards.values())).button("book:").data
    ticket = await house.book(emma, "school-am")
    locked: list[SeatAsked] = []
    run_grouped = house.db.run_grouped

    async def hear(seat: SeatAsked, service: Any) -> Any:
        locked.append(seat)
        return await run_grouped(seat, service)

    monkeypatch.setattr(house.db, "run_grouped", hear)
    for code, phone in late.items():
        answer = await phone.tap("book:", message=cards[code])
        told, reason = why_not(house, code, NoSeats(left=0, largest=0))
        assert answer.text == told
        refused = await phone.wait_for(reason, newer_than=cards[code])
        assert any(other.startswith("visit:") for other in callbacks(refused))
    assert len(locked) == 1

    asked = await screen_after(emma, "giveq:", message=ticket)
    await screen_after(emma, "give:", message=asked)
    kk = late["kk"]
    await kk.forge(data, cards["kk"].message_id)
    assert await visits_held(house, kk) == ["school-am"]
    assert len(locked) == 2
    answer = await late["ru"].forge(data, cards["ru"].message_id)
    assert answer.text == why_not(house, "ru", NoSeats(left=0, largest=0))[0]
    await seats_add_up(house)


async def test_the_same_tap_twice_books_once(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    data = card.button("book:")
    assert data is not None
    assert data.data is not None
    first, second = await asyncio.gather(emma.tap("book:", message=card), emma.forge(data.data, card.message_id))
    assert await visits_held(quick_house, emma) == ["nab-am"]
    assert (await visit_of(quick_house, "nab-am")).seats_taken == 1
    told, _ = why_not(quick_house, "en", AlreadyBooked(await booking_of(quick_house, emma)))
    assert told in (first.text, second.text)
    # The second answer does not take the ticket off the card.
    await settled(emma)
    card = next(message for message in emma.messages if message.message_id == card.message_id)
    assert (await booking_of(quick_house, emma)).code in card.text
    own = await answered(emma, "/my")
    assert len([each for each in callbacks(own) if each.startswith("ticket:")]) == 1


async def test_the_same_replacement_twice_replaces_once_and_keeps_the_ticket_on_the_card(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    card = await quick_house.card(emma, "enu-am")
    refused = await screen_after(emma, "book:", message=card)
    swap = callbacks(refused)[0]
    await asyncio.gather(emma.tap("swap:", message=refused), emma.forge(swap, card.message_id))
    await settled(emma)
    assert await visits_held(quick_house, emma) == ["enu-am"]
    shown = next(message for message in emma.messages if message.message_id == card.message_id)
    assert (await booking_of(quick_house, emma)).code in shown.text
    await seats_add_up(quick_house)


async def test_an_overlap_is_refused_with_the_reason_and_one_tap_replaces(house: Running) -> None:
    congress = congress_of(house)
    for count, code in enumerate(LANGUAGES, 1):
        say = words_of(house, code)
        emma = await house.delegate(language=code)
        await house.book(emma, "nab-am")
        old = await booking_of(house, emma)
        card = await house.card(emma, "enu-am")
        answer = await emma.tap("book:", message=card)
        refused = await emma.wait_for(lambda message: message.button("swap:") is not None, newer_than=card)
        told, reason = why_not(house, code, Clashes(Clash.OVERLAP, (), SAME_POINT))
        assert answer.text == told
        assert reason in refused.text
        assert (await visit_of(house, "nab-am")).title[code] in refused.text
        assert congress.contacts.phone in refused.text
        assert await visits_held(house, emma) == ["nab-am"]

        swapped = await emma.tap("swap:", message=refused)
        shown = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=refused)
        (ticket,) = await tickets(house, emma)
        assert ticket.visit.key == "enu-am"
        assert swapped.text == texts.booked_answer(say, Booked(ticket=ticket, given_up=()))
        nab = await visit_of(house, "nab-am")
        assert plain(texts.given_up(say, (nab,))) in shown.text
        assert nab.seats_taken == 0
        assert ticket.visit.seats_taken == count
        released = await house.ask(bookings.read, old.id)
        assert released is not None
        assert released.state is BookingState.RELEASED
        assert (await logged(house, "book"))[-1].before == {"given_up": [old.id]}
        await seats_add_up(house)


async def test_a_replacement_that_loses_the_race_keeps_the_old_seat(house: Running) -> None:
    await answered(await house.organizer(), "/seats B09 1")
    emma, omar = await house.delegate("Emma"), await house.delegate("Omar")
    await house.book(emma, "nab-am")
    old = await booking_of(house, emma)
    card = await house.card(emma, "enu-am")
    refused = await screen_after(emma, "book:", message=card)
    await house.book(omar, "enu-am")
    answer = await emma.tap("swap:", message=refused)
    told, reason = why_not(house, "en", NoSeats(left=0, largest=0))
    assert answer.text == told
    await emma.wait_for(reason, newer_than=refused)
    assert await booking_of(house, emma) == old
    await seats_add_up(house)


async def test_a_morning_and_an_afternoon_go_together(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    for key in ("nab-am", "nab-pres-pm"):
        await quick_house.book(emma, key)
    assert await visits_held(quick_house, emma) == ["nab-am", "nab-pres-pm"]


async def test_the_whole_day_takes_the_place_of_both_halves(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    for key in ("nab-am", "nab-pres-pm"):
        await quick_house.book(emma, key)
    card = await quick_house.card(emma, "karaganda-day")
    refused = await screen_after(emma, "book:", message=card)
    for key in ("nab-am", "nab-pres-pm"):
        assert (await visit_of(quick_house, key)).title["en"] in refused.text
    await emma.tap("swap:", message=refused)
    await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=refused)
    assert await visits_held(quick_house, emma) == ["karaganda-day"]
    await seats_add_up(quick_house)
    # And back: half a day excludes the whole one.
    card = await quick_house.card(emma, "nab-am")
    refused = await screen_after(emma, "book:", message=card)
    assert refused.button("swap:") is not None
    assert await visits_held(quick_house, emma) == ["karaganda-day"]


async def test_one_city_a_day_even_when_the_times_would_do(quick_house: Running) -> None:
    """The coach is back from Karaganda at 19:00; the walk is moved to 19:45."""
    await answered(await quick_house.organizer(), "/delay aitu-walk 345")
    emma = await quick_house.delegate()
    await quick_house.book(emma, "aitu-walk")
    await _refused(quick_house, emma, "karaganda-day", Clash.OTHER_CITY)


async def test_two_half_days_are_the_most(quick_house: Running) -> None:
    """The school moves to 12:30-14:30 and the public libraries to 15:00: three halves that do not overlap."""
    owner = await quick_house.organizer()
    await answered(owner, "/delay school-am 150")
    await answered(owner, "/delay public-pm 60")
    emma = await quick_house.delegate()
    for key in ("nab-am", "school-am"):
        await quick_house.book(emma, key)
    await _refused(quick_house, emma, "public-pm", Clash.DAY_LIMIT)
    await emma.tap("swap:")
    await emma.wait_for(lambda message: message.button("giveq:") is not None)
    assert len(await visits_held(quick_house, emma)) == 2
    assert "public-pm" in await visits_held(quick_house, emma)


async def _refused(running: Running, phone: Phone, key: str, clash: Clash) -> None:
    card = await running.card(phone, key)
    answer = await phone.tap("book:", message=card)
    refused = await phone.wait_for(lambda message: message.button("swap:") is not None, newer_than=card)
    told, reason = why_not(running, "en", Clashes(clash, (), SAME_POINT))
    assert answer.text == told
    assert reason in refused.text
    assert congress_of(running).contacts.phone in refused.text
