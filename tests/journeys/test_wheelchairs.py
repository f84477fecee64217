"""Wheelchair places in the chat: asked for once, kept with every seat, on the roster; a clear word where none is."""

import csv
from io import StringIO

import pytest

from bot.rules.booking import NoWheelchairPlace
from bot.services.wheelchairs import Places, places_of
from bot.texts import roster_files
from bot.texts import wheelchairs as texts
from bot.texts.visits import access
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    congress_of,
    person,
    plain,
    screen_after,
    seats_add_up,
    tickets,
    visit_of,
    visits_held,
    why_not,
    words_of,
)
from tests.journeys.test_changing import book_party
from tests.journeys.test_names import below
from tests.phone import Phone

WITHOUT = "school-am"


async def places(running: Running, phone: Phone) -> Places:
    known = await person(running, phone)
    assert known is not None
    return await running.ask(places_of, delegate_id=known.id)


async def with_places(running: Running) -> str:
    """The key of a visit whose bus has wheelchair places, as the shipped programme has it."""
    for key in ("nab-am", "nu-am", "nu-pm", "pres-am", "enu-am", "nab-pres-pm"):
        visit = await visit_of(running, key)
        if any(bus.wheelchair_places for bus in visit.buses):
            return key
    raise LookupError("no bus has a wheelchair place")


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_need_is_said_once_and_a_place_kept_with_the_seat(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate("Emma", language=code)
    shown = await answered(emma, "/access")
    assert shown.text == plain(texts.places(say, await places(house, emma), congress=congress))
    answer = await emma.tap("wheel:1", message=shown)
    assert answer.text == texts.need_answer(say, wanted=True)
    key = await with_places(house)
    await house.book(emma, key)
    (ticket,) = await tickets(house, emma)
    assert ticket.bus is not None
    assert (ticket.bus.wheelchairs_taken, ticket.booking.riders[0].wheelchair) == (1, True)
    kept = await answered(emma, "/access")
    assert kept.text == plain(texts.places(say, await places(house, emma), congress=congress))
    assert ticket.bus.label in kept.text

    owner = await house.organizer()
    roster = await answered(owner, f"/roster {key}")
    assert "Emma ♿" in roster.text
    await owner.tap("file:csv:", message=roster)
    file = await owner.wait_for(lambda message: message.document is not None)
    assert file.document is not None
    rows = below(list(csv.reader(StringIO((await owner.download(file.document)).decode("utf-8-sig")))))
    english = words_of(house, "en")
    assert english.gettext("Is coming") in rows[0]
    cells = dict(zip(*rows[:2], strict=True))
    assert cells[english.gettext("Wheelchair place")] == roster_files.yes_no(english, yes=True)
    await seats_add_up(house)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_where_no_bus_has_a_place_the_tap_says_so_and_names_the_desk(house: Running, code: str) -> None:
    emma = await house.delegate("Emma", language=code)
    shown = await answered(emma, "/access")
    await screen_after(emma, "wheel:1", message=shown)
    card = await house.card(emma, WITHOUT)
    answer = await emma.tap("book:", message=card)
    expected, reason = why_not(house, code, NoWheelchairPlace())
    assert answer.text == expected
    refused = await emma.wait_for(plain(reason), newer_than=card)
    assert congress_of(house).contacts.phone in refused.text
    assert await visits_held(house, emma) == []


async def test_who_says_so_after_signing_up_is_told_what_lacks_and_the_crew_sees_it(house: Running) -> None:
    say, congress = words_of(house, "en"), congress_of(house)
    emma = await house.delegate("Emma")
    await book_party(house, emma, WITHOUT, "Ann Lee")
    shown = await answered(emma, "/access")
    (ticket,) = await tickets(house, emma)
    ann = ticket.booking.riders[1]
    lacking = await screen_after(emma, f"wheelof:{ann.id}:1", message=shown)
    assert "Ann Lee: no wheelchair place is left" in lacking.text
    own = await screen_after(emma, "wheel:1", message=lacking)
    assert own.text == plain(texts.places(say, await places(house, emma), congress=congress))
    assert congress.contacts.phone in own.text
    owner = await house.organizer()
    roster = await answered(owner, f"/roster {WITHOUT}")
    assert "Emma · ♿ needs a wheelchair place, has none" in roster.text
    assert await visits_held(house, emma) == [WITHOUT]


async def test_a_switch_of_somebody_elses_companion_does_nothing(quick_house: Running) -> None:
    emma, stranger = await quick_house.delegate("Emma"), await quick_house.delegate("Stranger")
    await book_party(quick_house, emma, await with_places(quick_house), "Ann Lee")
    (ticket,) = await tickets(quick_house, emma)
    shown = await answered(stranger, "/access")
    for data in (f"wheelof:{ticket.booking.riders[1].id}:1", "wheel:7", "wheelof:1", "wheel:"):
        assert (await stranger.forge(data, shown.message_id)).text
    (after,) = await tickets(quick_house, emma)
    assert after.booking == ticket.booking


@pytest.mark.parametrize("code", LANGUAGES)
async def test_access_that_is_not_known_is_said_to_be_unknown(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate("Emma", language=code)
    card = await quick_house.card(emma, WITHOUT)
    visit = await visit_of(quick_house, WITHOUT)
    assert {congress.libraries[stop].wheelchair for stop in visit.stops} == {"unknown"}
    assert plain(access(say, visit, congress)) in card.text
