"""Buttons live for ever: whatever an old, changed or made-up one says, it is answered kindly and does nothing wrong."""

import pytest
from sqlalchemy import select

from bot.buttons import Button
from bot.rules.booking import Changed
from bot.texts import welcome
from storage import Tx, tables, visits
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    forged,
    person,
    plain,
    screen_after,
    seats_add_up,
    visit_of,
    visits_held,
    why_not,
    words_of,
)

NONSENSE = (
    "book",
    "book:",
    "book:1",
    "book:1:1",
    "book:1:1:1:1",
    "book:x:1:1",
    "book:-1:1:1",
    "book:1:1:-1",
    "book:999999:1:1",
    "book:4503599627370497:1:1",
    "book:99999999999999999999999:1:1",
    "book:１:１:１",
    "swap:1:1:1:",
    "swap:1:1:1:5",
    "swap:1:1:1:a.b",
    "swap:999:1:1:1.1",
    "visit:0",
    "visit:9999999",
    "visit:1.5",
    "libs:9999999",
    "pin:9999999",
    "like:9999999",
    "with:9999999",
    "drop:1",
    "drop:9999999",
    "list:atlantis:0",
    "list:astana",
    "list:astana:-1",
    "ticket:9999999",
    "giveq:9999999",
    "give:9999999:1",
    "roster:riders:nab-am:0",
    "roster:nobody:nab-am:0",
    "file:pdf:riders:nab-am",
    "announce:1",
    "act:9999999:1",
    "recall:9999999",
    "reseat:9999999:1:1:1:1:0",
    "acted:9999999",
    "others:9999999",
    "bookx:1:1:1",
    "BOOK:1:1:1",
    "'; DROP TABLE bookings; --",
    "\x00\x01\x02",
    "кнопка",
    "👾",
    ":" * 64,
    "a" * 64,
)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_what_no_button_says_is_answered_kindly_and_does_nothing(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate(language=code)
    before = await quick_house.ask(visits.read_all)
    for data in NONSENSE:
        card = await answered(emma, "/visits")
        answer, fresh = await forged(emma, data, card=card)
        assert answer == welcome.old_button_answer(say), data
        assert fresh.text == plain(welcome.menu(say, congress)), data
        assert "cities" in callbacks(fresh), data
    assert await quick_house.ask(visits.read_all) == before
    assert await visits_held(quick_house, emma) == []


@pytest.mark.parametrize("number", [2**31 - 1, 2**31, 2**52])
async def test_a_number_that_no_row_can_have_is_answered_kindly(house: Running, number: int) -> None:
    """PostgreSQL refuses to look for what its column cannot hold."""
    emma = await house.delegate()
    card = await answered(emma, "/visits")
    for data in (
        *(f"{verb}:{number}" for verb in ("visit", "libs", "pin", "like", "with", "drop", "ticket", "giveq")),
        *(f"book:{number}:1:1", f"book:1:{number}:1", f"give:{number}:1", f"swap:1:1:1:{number}.1"),
    ):
        answer, _ = await forged(emma, data, card=card)
        assert answer
    assert await visits_held(house, emma) == []
    assert await house.ask(_failed_tries) == 0


def _failed_tries(tx: Tx) -> int:
    return sum(tx.scalars(select(tables.inbox.c.tries)))


async def test_a_page_past_the_end_shows_the_last_one(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await answered(emma, "/visits")
    _, shown = await forged(emma, "list:astana:99", card=card)
    assert "list:astana:0" in callbacks(shown)
    assert [data for data in callbacks(shown) if data.startswith("visit:")]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_peers_31_after_a_delay_the_old_card_books_nothing_and_the_fresh_one_is_shown(
    house: Running, code: str
) -> None:
    emma = await house.delegate(language=code)
    card = await house.card(emma, "nab-am")
    await answered(await house.organizer(), "/delay nab-am 15")
    answer = await emma.tap("book:", message=card)
    assert answer.text == why_not(house, code, Changed())[0]
    fresh = await emma.wait_for("09:15", newer_than=card)
    assert fresh.message_id == card.message_id
    assert await visits_held(house, emma) == []
    await emma.tap("book:", message=fresh)
    ticket = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=fresh)
    assert "08:55" in ticket.text
    assert "09:15" in ticket.text
    await seats_add_up(house)


async def test_an_old_replacement_after_a_delay_replaces_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    card = await quick_house.card(emma, "enu-am")
    refused = await screen_after(emma, "book:", message=card)
    await answered(await quick_house.organizer(), "/delay enu-am 15")
    await emma.tap("swap:", message=refused)
    await emma.wait_for("09:15", newer_than=refused)
    assert await visits_held(quick_house, emma) == ["nab-am"]


async def test_a_replacement_of_a_seat_given_back_meanwhile_takes_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    card = await quick_house.card(emma, "enu-am")
    refused = await screen_after(emma, "book:", message=card)
    asked = await screen_after(emma, "giveq:", message=ticket)
    await screen_after(emma, "give:", message=asked)
    await emma.tap("swap:", message=refused)
    fresh = await emma.wait_for(lambda message: message.button("book:") is not None, newer_than=refused)
    assert await visits_held(quick_house, emma) == []
    await emma.tap("book:", message=fresh)
    await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=fresh)
    assert await visits_held(quick_house, emma) == ["enu-am"]


async def test_a_card_from_before_the_language_changed_still_works(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    choice = await answered(emma, "/language")
    await screen_after(emma, "say:kk", message=choice)
    await emma.tap("book:", message=card)
    ticket = await emma.wait_for(lambda message: message.button("giveq:") is not None, newer_than=card)
    assert (await visit_of(quick_house, "nab-am")).title["kk"] in ticket.text


async def test_a_card_that_was_deleted_is_sent_anew(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "nab-am")
    visit = await visit_of(quick_house, "nab-am")
    await emma.delete(card)
    await emma.forge(f"book:{visit.id}:{visit.version}:1", card.message_id)
    ticket = await emma.wait_for(lambda message: message.button("giveq:") is not None)
    assert ticket.message_id > card.message_id
    assert await visits_held(quick_house, emma) == ["nab-am"]


async def test_a_made_up_tap_on_a_file_is_answered_below_it(quick_house: Running) -> None:
    """Telegram: "there is no text in the message to edit"."""
    owner = await quick_house.organizer()
    roster = await answered(owner, "/roster nab-am")
    await owner.tap("file:csv:", message=roster)
    file = await owner.wait_for(lambda message: message.document is not None)
    answer = await owner.forge("nonsense:1", file.message_id)
    assert answer.text == welcome.old_button_answer(words_of(quick_house, "en"))
    await owner.wait_for(lambda message: "cities" in callbacks(message), newer_than=file)


async def test_the_bare_prefix_of_every_button_is_answered(quick_house: Running) -> None:
    """No kind of button is left without an answer, whatever follows its name."""
    emma = await quick_house.delegate()
    card = await answered(emma, "/visits")
    for button in Button.__subclasses__():
        for data in (button.prefix, f"{button.prefix}:x:y:z:1:2:3"):
            _, shown = await forged(emma, data, card=card)
            assert shown.text, data
            assert callbacks(shown), data
    known = await person(quick_house, emma)
    assert known is not None
    assert known.language == "en"
    assert await visits_held(quick_house, emma) == []
