"""One's own tickets: shown, given back with a question before it, and nobody else's business."""

import pytest

from bot.rules.booking import AlreadyLeft, AlreadyReleased, Changed
from bot.services.booking import Released
from bot.services.standing import Own
from bot.texts import changing, companions, welcome
from bot.texts import tickets as texts
from bot.texts.own import own as own_text
from storage import bookings
from storage.records import BookingState
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    forged,
    logged,
    person,
    plain,
    screen_after,
    seats_add_up,
    settled,
    tickets,
    visit_of,
    visits_held,
    why_not,
    words_of,
)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_my_lists_the_tickets_and_each_opens(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate("Emma", language=code)
    none = await answered(emma, "/my")
    assert none.text == plain(own_text(say, Own(tickets=(), standing=()), congress=congress))
    assert "cities" in callbacks(none)
    for key in ("nab-pres-pm", "nab-am"):
        await quick_house.book(emma, key)
    held = await tickets(quick_house, emma)
    assert [ticket.visit.key for ticket in held] == ["nab-am", "nab-pres-pm"]
    own = await answered(emma, "/my")
    assert own.text == plain(own_text(say, Own(tickets=held, standing=()), congress=congress))
    for ticket in held:
        assert ticket.visit.title[code] in own.text
        assert ticket.bus is not None
        assert ticket.bus.label in own.text
        shown = await screen_after(emma, f"ticket:{ticket.booking.id}", message=own)
        assert shown.text == plain(texts.ticket(say, ticket, congress=congress))
        assert ticket.booking.code in shown.text
        await emma.tap("mine", message=shown)
        own = await emma.wait_for(lambda seen: seen.button("cities") is not None, newer_than=shown)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_seat_is_given_back_after_a_question_and_is_free_at_once(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    await answered(await house.organizer(), "/seats B13 1")
    emma, omar = await house.delegate("Emma", language=code), await house.delegate("Omar")
    ticket = await house.book(emma, "school-am")
    (held,) = await tickets(house, emma)
    full = await house.card(omar, "school-am")
    assert full.button("book:") is None

    asked = await screen_after(emma, "giveq:", message=ticket)
    assert asked.text == plain(changing.ask_release(say, held))
    kept = await screen_after(emma, "ticket:", message=asked)
    assert kept.text == plain(texts.ticket(say, held, congress=congress))
    assert await visits_held(house, emma) == ["school-am"]

    asked = await screen_after(emma, "giveq:", message=kept)
    answer = await emma.tap("give:", message=asked)
    assert answer.text == texts.released_answer(say)
    visit = await visit_of(house, "school-am")
    own = await emma.wait_for(plain(texts.released(say, Released(booking=held.booking, visit=visit))), newer_than=asked)
    assert plain(own_text(say, Own(tickets=(), standing=()), congress=congress)) in own.text
    assert visit.seats_taken == 0
    released = await house.ask(bookings.read, held.booking.id)
    assert released is not None
    assert (released.state, released.version) == (BookingState.RELEASED, 2)
    (line,) = await logged(house, "release")
    assert (line.actor, line.before) == (emma.id, {"visit": "school-am", "party": 1, "code": held.booking.code})

    await house.book(omar, "school-am")
    assert await visits_held(house, omar) == ["school-am"]
    await seats_add_up(house)

    # A second press of the same button says so and takes nothing from Omar.
    again, _ = await forged(emma, f"give:{held.booking.id}:1", card=own)
    assert again == why_not(house, code, AlreadyReleased())[0]
    assert await visits_held(house, omar) == ["school-am"]
    await seats_add_up(house)


async def test_a_party_gives_all_its_seats_back_together(quick_house: Running) -> None:
    emma = await quick_house.delegate("Emma")
    card = await quick_house.card(emma, "nab-am")
    await screen_after(emma, "with:", message=card)
    party = await answered(emma, "Ann\nBo")
    ticket = await screen_after(emma, "book:", message=party)
    asked = await screen_after(emma, "giveq:", message=ticket)
    assert "3" in asked.text
    await screen_after(emma, "give:", message=asked)
    assert (await visit_of(quick_house, "nab-am")).seats_taken == 0
    await seats_add_up(quick_house)


async def test_other_peoples_bookings_cannot_be_seen_or_given_back(quick_house: Running) -> None:
    emma, mallory = await quick_house.delegate("Emma"), await quick_house.delegate("Mallory")
    await quick_house.book(emma, "nab-am")
    own = await quick_house.book(mallory, "nu-am")
    theirs, mine = await booking_of(quick_house, emma), await booking_of(quick_house, mallory)
    enu = await visit_of(quick_house, "enu-am")
    old = welcome.old_button_answer(words_of(quick_house, "en"))
    for data in (f"ticket:{theirs.id}", f"giveq:{theirs.id}", f"give:{theirs.id}:{theirs.version}", "give:999:1"):
        answer, card = await forged(mallory, data, card=own)
        assert answer == old, data
        assert theirs.code not in card.text
        assert "Emma" not in card.text
    for pairs in (f"{theirs.id}.1", f"{mine.id}.1.{theirs.id}.1"):
        await forged(mallory, f"swap:{enu.id}:{enu.version}:1:{pairs}", card=own)
    assert await visits_held(quick_house, emma) == ["nab-am"]
    assert await visits_held(quick_house, mallory) == ["nu-am"]
    await seats_add_up(quick_house)


async def test_a_stale_version_gives_nothing_back(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    booking = await booking_of(quick_house, emma)
    answer, card = await forged(emma, f"give:{booking.id}:{booking.version + 1}", card=ticket)
    assert answer == why_not(quick_house, "en", Changed())[0]
    assert f"ticket:{booking.id}" in callbacks(card)
    assert await visits_held(quick_house, emma) == ["nab-am"]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_giving_back_works_after_closing_until_departure(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma, dana = await house.delegate("Emma", language=code), await house.delegate("Dana", language=code)
    tickets_shown = [await house.book(phone, "nab-am") for phone in (emma, dana)]
    house.clock.move_to(at("08-22 08:59"))
    asked = await screen_after(emma, "giveq:", message=tickets_shown[0])
    answer = await emma.tap("give:", message=asked)
    assert answer.text == texts.released_answer(say)
    assert await visits_held(house, emma) == []

    asked = await screen_after(dana, "giveq:", message=tickets_shown[1])
    house.clock.move_to(at("08-22 09:00"))
    late = await dana.tap("give:", message=asked)
    told, reason = why_not(house, code, AlreadyLeft())
    assert late.text == told
    refused = await dana.wait_for(reason, newer_than=asked)
    assert congress.contacts.phone in refused.text
    assert await visits_held(house, dana) == ["nab-am"]
    await seats_add_up(house)


async def test_ones_own_name_can_be_changed_and_stands_on_the_seats(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    emma = await quick_house.delegate("Emma")
    await quick_house.book(emma, "nab-am")
    own = await answered(emma, "/my")
    asked = await screen_after(emma, "name", message=own)
    assert asked.text == plain(companions.ask_name(say, person="Emma"))
    bad = await answered(emma, "???")
    assert bad.text == plain(companions.bad_name(say, typed="???"))
    done = await answered(emma, "Emma  Øst\nJensen")
    assert done.text == plain(companions.renamed(say, person="Emma Øst Jensen"))
    known = await person(quick_house, emma)
    assert known is not None
    assert known.name == "Emma Øst Jensen"
    assert [rider.name for rider in (await booking_of(quick_house, emma)).riders] == ["Emma Øst Jensen"]

    own = await answered(emma, "/my")
    asked = await screen_after(emma, "name", message=own)
    await screen_after(emma, "end", message=asked)
    await answered(emma, "Not A Name Any More")
    await settled(emma)
    known = await person(quick_house, emma)
    assert known is not None
    assert known.name == "Emma Øst Jensen"
