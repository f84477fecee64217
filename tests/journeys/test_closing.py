"""From when and until when seats are given out: the programme's two moments, and a visit's own."""

import pytest

from bot.rules.booking import AlreadyLeft, BookingClosed, OpensLater, Refusal
from bot.texts import tickets as texts
from bot.texts import visits as visit_texts
from tests.house import Running, at, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    screen_after,
    settled,
    visit_of,
    visits_held,
    why_not,
    words_of,
)
from tests.phone import Message, Phone


@pytest.mark.parametrize("code", LANGUAGES)
async def test_after_closing_an_open_card_is_refused_with_moment_and_desk(quick_house: Running, code: str) -> None:
    emma = await quick_house.delegate(language=code)
    card = await quick_house.card(emma, "nab-am")
    quick_house.clock.move_to(at("08-21 20:00"))
    closed = BookingClosed(at("08-21 20:00"))
    assert "20:00" in why_not(quick_house, code, closed)[1]
    await _refused(quick_house, emma, card, closed, code=code)
    # A fresh card does not offer what is refused.
    fresh = await quick_house.card(emma, "nab-am")
    assert not [data for data in callbacks(fresh) if data.startswith(("book:", "with:"))]
    assert words_of(quick_house, code).gettext("Sign-up is closed") in fresh.text


async def test_the_minute_before_closing_still_counts(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    quick_house.clock.move_to(at("08-21 19:59"))
    await quick_house.book(emma, "nab-am")
    assert await visits_held(quick_house, emma) == ["nab-am"]


async def test_karaganda_closes_a_day_earlier_than_the_others(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "karaganda-day")
    quick_house.clock.move_to(at("08-20 18:00"))
    await _refused(quick_house, emma, card, BookingClosed(at("08-20 18:00")))
    await quick_house.book(emma, "nab-am")


@pytest.mark.parametrize("code", LANGUAGES)
async def test_before_the_opening_a_card_says_when(sqlite_url: str, code: str) -> None:
    async with running_bot(sqlite_url, now=at("08-18 08:59")) as running:
        say = words_of(running, code)
        emma = await running.delegate(language=code)
        card = await running.card(emma, "nab-am")
        opens = say.gettext("Sign-up opens: {moment}").format(moment=say.moment(at("08-18 09:00")))
        assert opens in card.text
        assert not [data for data in callbacks(card) if data.startswith(("book:", "with:"))]
        visit = await visit_of(running, "nab-am")
        answer = await emma.forge(f"book:{visit.id}:{visit.version}:1", card.message_id)
        assert answer.text == why_not(running, code, OpensLater(at("08-18 09:00")))[0]
        running.clock.move_to(at("08-18 09:00"))
        await running.book(emma, "nab-am")
        assert await visits_held(running, emma) == ["nab-am"]


async def test_the_flight_closes_two_weeks_early_and_a_seat_can_still_be_given_back(sqlite_url: str) -> None:
    async with running_bot(sqlite_url, now=at("08-08 17:59")) as running:
        emma, omar = await running.delegate("Emma"), await running.delegate("Omar")
        ticket = await running.book(emma, "almaty-fly")
        card = await running.card(omar, "almaty-fly")
        running.clock.move_to(at("08-08 18:00"))
        await _refused(running, omar, card, BookingClosed(at("08-08 18:00")))
        asked = await screen_after(emma, "giveq:", message=ticket)
        answer = await emma.tap("give:", message=asked)
        assert answer.text == texts.released_answer(words_of(running, "en"))
        assert (await visit_of(running, "almaty-fly")).seats_taken == 0


async def test_what_has_left_is_said_to_have_left(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    quick_house.clock.move_to(at("08-22 09:00"))
    await _refused(quick_house, emma, card, AlreadyLeft())
    cities = await answered(emma, "/visits")
    listed = await screen_after(emma, "list:astana:0", message=cities)
    visit = await visit_of(quick_house, "nab-am")
    say, congress = words_of(quick_house, "en"), congress_of(quick_house)
    status = visit_texts.status(say, visit, congress=congress, now=at("08-22 09:00"))
    assert f"{visit.title['en']}\n{status}" in listed.text


async def _refused(running: Running, phone: Phone, card: Message, refusal: Refusal, *, code: str = "en") -> None:
    """Press "sign up" on a card that was open before: refused at once, with the reason and the desk's phone."""
    before = await visits_held(running, phone)
    answer = await phone.tap("book:", message=card)
    told, reason = why_not(running, code, refusal)
    assert answer.text == told
    refused = await phone.wait_for(reason, newer_than=card)
    assert congress_of(running).contacts.phone in refused.text
    await settled(phone)
    assert await visits_held(running, phone) == before
