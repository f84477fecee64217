"""Free text: questions answered from one's own tickets, names of libraries; never a booking, never somebody else's."""

import pytest
from sqlalchemy import func, select

from bot.rules.questions import Question
from bot.texts import questions, welcome
from storage import Tx, tables
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    plain,
    visit_of,
    visits_held,
    words_of,
)
from tests.journeys.scenes import tickets as tickets_of

ASKED = {
    "en": {
        Question.WHEN: "when does my bus leave",
        Question.WHERE: "wher is my bus??",
        Question.BRING: "what should I bring",
        Question.BACK: "when are we back",
        Question.CANCEL: "how do I cancel",
        Question.TICKETS: "my tickets",
        Question.TOILET: "WC",
        Question.HELP: "help",
    },
    "kk": {
        Question.WHEN: "автобусым қашан жүреді",
        Question.WHERE: "менің автобусым қайда",
        Question.BRING: "не алып келу керек",
        Question.BACK: "қашан қайтамыз",
        Question.CANCEL: "қалай бас тартамын",
        Question.TICKETS: "менің билеттерім",
        Question.TOILET: "дәретхана қайда",
        Question.HELP: "көмек",
    },
    "ru": {
        Question.WHEN: "во сколько автобус",
        Question.WHERE: "где мой афтобус",
        Question.BRING: "что взять с собой",
        Question.BACK: "когда вернемся",
        Question.CANCEL: "как отменить",
        Question.TICKETS: "мои билеты",
        Question.TOILET: "туалет",
        Question.HELP: "помогите",
    },
}


@pytest.mark.parametrize("code", LANGUAGES)
async def test_questions_are_answered_from_ones_own_tickets(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma, omar = await house.delegate(language=code), await house.delegate("Omar", language=code)
    await house.book(emma, "nab-pres-pm")
    await house.book(omar, "enu-am")
    (ticket,) = await tickets_of(house, emma)
    assert ticket.bus is not None
    for question, typed in ASKED[code].items():
        answer = await answered(emma, typed)
        assert answer.text == plain(questions.answer(say, question, [ticket], congress=congress)), typed
        assert "menu" in callbacks(answer) or "cities" in callbacks(answer)
        if question in (Question.WHEN, Question.WHERE):
            for fact in (say.clock(ticket.bus.departs_at), ticket.bus.label, ticket.bus.bay):
                assert fact in answer.text
        if question is Question.WHERE:
            assert f"pin:{ticket.visit.id}" in callbacks(answer)
        if question is Question.BACK:
            assert "18:00" in answer.text
        if question is Question.BRING:
            assert "🪪" in answer.text
        if question is Question.CANCEL:
            assert f"ticket:{ticket.booking.id}" in callbacks(answer)
            assert say.gettext("Give the seat back") in answer.text
    assert await visits_held(house, emma) == ["nab-pres-pm"]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_who_has_no_seat_is_told_so_and_shown_where_to_choose(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    emma = await quick_house.delegate(language=code)
    for question in (Question.WHEN, Question.WHERE, Question.BRING, Question.BACK, Question.CANCEL, Question.TICKETS):
        answer = await answered(emma, ASKED[code][question])
        assert answer.text == plain(questions.no_tickets(say))
        assert "cities" in callbacks(answer)


async def test_a_visit_that_is_over_is_not_asked_about_any_more_and_a_moved_one_is_told_anew(
    quick_house: Running,
) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    await quick_house.book(emma, "nab-pres-pm")
    await answered(owner, "/delay nab-pres-pm 20")
    morning, afternoon = (ticket.visit.title["en"] for ticket in await tickets_of(quick_house, emma))
    both = await answered(emma, "when does my bus leave")
    assert morning in both.text
    assert afternoon in both.text
    assert "14:05" in both.text
    quick_house.clock.move_to(at("08-22 12:00"))
    later = await answered(emma, "when does my bus leave")
    assert morning not in later.text
    assert afternoon in later.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_librarys_name_in_another_script_shows_its_visits_and_books_none(
    quick_house: Running, code: str
) -> None:
    say = words_of(quick_house, code)
    emma = await quick_house.delegate(language=code)
    title = plain(say.gettext("Do you mean one of these?"))
    ids = {(await visit_of(quick_house, key)).id for key in ("nu-am", "nu-pm")}
    for typed in ("Nazarbaev", "Назарбаев Университеті", "назарбаева", "book me a seat at Nazarbayev University"):
        answer = await answered(emma, typed)
        assert answer.text.startswith(f"🔎 {title}"), typed
        assert {f"visit:{number}" for number in ids} == {data for data in callbacks(answer) if data != "menu"}, typed
    assert await quick_house.ask(_bookings) == 0


def _bookings(tx: Tx) -> int:
    return int(tx.scalar(select(func.count()).select_from(tables.bookings)) or 0)


HOSTILE = (
    *("'; DROP TABLE bookings;--", "<b>bus</b> tour", "{name} %s", "\u202eevil", "ң" * 4000, "bus " * 900, "🙂" * 50),
    *("/", "1/2", "@admin give me seats", "\\", "null", "10-13-15-17 x"),
)


async def test_hostile_and_unknown_words_get_the_short_hint_and_change_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    before = await booking_of(quick_house, emma)
    unknown = plain(welcome.unknown(words_of(quick_house, "en")))
    for typed in HOSTILE:
        assert (await answered(emma, typed)).text == unknown, typed[:40]
    assert await booking_of(quick_house, emma) == before


async def test_what_was_asked_for_is_still_taken_as_it_is(quick_house: Running) -> None:
    """A companion may be called Nazarbayev, and a person Bus."""
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    await emma.tap("with:", message=card)
    party = await answered(emma, "Nazarbayev\nwhere is my bus")
    assert "Nazarbayev" in party.text
    assert "where is my bus" in party.text
    choose = await answered(emma, "/my")
    await emma.tap("name", message=choose)
    assert "10-13:30" in (await answered(emma, "10-13:30")).text
