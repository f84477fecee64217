"""Choosing a visit: cities, lists in pages, cards in three languages, pins, and a way back from every screen."""

import pytest
from sqlalchemy import select

from bot.buttons import ShowVisit
from bot.keyboards import PAGE
from bot.language import Language
from bot.rules.seats import seats_left
from bot.services.visits import listed_visits, visit_card
from bot.texts import visits as texts
from storage import Tx, tables
from storage.records import Visit
from tests.house import OPEN, Running, at, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    person,
    plain,
    screen_after,
    settled,
    tickets,
    visit_of,
    visits_held,
    words_of,
)
from tests.phone import Message, Phone

JULY = at("07-02 12:00")
"""Only the flight to Almaty can be booked so early."""


@pytest.mark.parametrize("code", LANGUAGES)
async def test_city_then_visit_then_card_and_all_the_way_back_on_one_card(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    everything = await quick_house.ask(listed_visits)
    astana = [visit for visit in everything if visit.city == "astana"]
    phone = await quick_house.delegate(language=code)

    cities = await answered(phone, "/visits")
    assert cities.text == plain(texts.cities(say, congress))
    assert callbacks(cities) == ["list:astana:0", "list:karaganda:0", "list:almaty:0", "sift:1", "menu"]
    for city, button in zip(congress.cities.values(), cities.buttons, strict=False):
        assert city.name[code] in button.text

    first = await screen_after(phone, "list:astana:0", message=cities)
    _lists(first, astana[:PAGE], say=say)
    assert first.text == plain(
        texts.visit_list(say, congress.cities["astana"], astana[:PAGE], held=(), congress=congress, now=OPEN)
    )
    second = await screen_after(phone, "list:astana:1", message=first)
    _lists(second, astana[PAGE:], say=say)
    assert (await screen_after(phone, "list:astana:0", message=second)).text == first.text

    wanted = astana[2]
    card = await screen_after(phone, f"visit:{wanted.id}", message=phone.last)
    assert wanted.title[code] in card.text
    libraries = await screen_after(phone, "libs:", message=card)
    for stop in wanted.stops:
        library = congress.libraries[stop]
        for words in (library.name, library.address, library.description, congress.kinds[library.kind]):
            assert words[code] in libraries.text
    card = await screen_after(phone, "visit:", message=libraries)
    back = await screen_after(phone, "list:astana:0", message=card)
    assert (await screen_after(phone, "cities", message=back)).text == cities.text
    # All on one card, edited in place.
    assert phone.last.message_id == cities.message_id


def _lists(screen: Message, visits: list[Visit], *, say: Language) -> None:
    listed = [data for data in callbacks(screen) if data.startswith("visit:")]
    assert listed == [f"visit:{visit.id}" for visit in visits]
    for visit in visits:
        hours = f"{say.clock(visit.leaves_at)}–{say.clock(visit.returns_at)}"
        assert f"{hours} {visit.title[say.code]}" in screen.text
        assert str(seats_left(visit)) in screen.text
    assert "cities" in callbacks(screen)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_every_card_tells_what_the_programme_says_in_the_readers_language(
    quick_house: Running, code: str
) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    phone = await quick_house.delegate(language=code)
    card = await answered(phone, "/visits")
    known = await person(quick_house, phone)
    assert known is not None
    for visit in await quick_house.ask(listed_visits):
        await phone.forge(ShowVisit(visit.id).data, card.message_id)
        card = await phone.wait_for(visit.title[code])
        shown = await quick_house.ask(
            visit_card, visit_id=visit.id, delegate_id=known.id, congress=congress, now=quick_house.clock.now()
        )
        assert shown is not None
        assert card.text == plain(texts.card(say, shown, congress=congress, now=quick_house.clock.now()))
        _card_is_whole(card.text, visit, running=quick_house, code=code)


def _card_is_whole(text: str, visit: Visit, *, running: Running, code: str) -> None:
    say, congress = words_of(running, code), congress_of(running)
    assert f"{say.clock(visit.leaves_at)}–{say.clock(visit.returns_at)}" in text
    assert say.day(visit.leaves_at) in text
    assert texts.zone_name(say, congress) in text
    assert congress.meeting_points[visit.meeting_point].name[code] in text
    for words in (visit.about, visit.bring, visit.payment):
        assert words is None or words[code] in text
    for stop in visit.stops:
        assert congress.libraries[stop].short[code] in text
    for tag in visit.tags:
        assert congress.tags[tag][code] in text
    for language in visit.guide_languages:
        assert say.language_name(language) in text
    assert ("❔" in text) == visit.tentative
    assert ("🪪" in text) == visit.needs_id
    assert ("🍽" in text) == visit.lunch
    assert ("🚶" in text) == (visit.mode == "walk")
    assert (f"{visit.price_eur} €" in text) == bool(visit.price_eur)
    for bus in visit.buses:
        assert bus.label in text
        assert bus.transfer or say.clock(bus.boards_at) in text


async def test_the_walk_has_no_bus_and_the_transfer_no_departure(quick_house: Running) -> None:
    phone = await quick_house.delegate()
    walk = await quick_house.card(phone, "aitu-walk")
    assert "🚌" not in walk.text
    assert "14:00" in walk.text
    flight = await quick_house.card(phone, "almaty-fly")
    assert "05:15" in flight.text
    assert "B15" in flight.text
    # The bus in Almaty waits from 08:40 to 09:00: neither is the delegates' departure.
    assert "08:40" not in flight.text
    assert "09:00" not in flight.text


async def test_the_host_limit_counts_where_it_is_below_the_buses_seats(quick_house: Running) -> None:
    visit = await visit_of(quick_house, "public-pm")
    assert sum(bus.seats for bus in visit.buses) == 36
    assert seats_left(visit) == 30
    card = await quick_house.card(await quick_house.delegate(), "public-pm")
    assert "30" in card.text
    assert "36" not in card.text


async def test_a_list_counts_down_from_free_to_filling_to_full(quick_house: Running) -> None:
    """Filling begins at the programme's share of 0.8: 4 of 5."""
    await answered(await quick_house.organizer(), "/seats B10 5")
    reader = await quick_house.delegate("Emma")
    say = words_of(quick_house, "en")
    seen = [await _status_in_list(quick_house, reader)]
    for name in ("Ann", "Bo", "Cy", "Di", "Ed"):
        await quick_house.book(await quick_house.delegate(name), "katru-am")
        seen.append(await _status_in_list(quick_house, reader))
    left = [say.ngettext("{n} seat left", "{n} seats left", n).format(n=n) for n in range(6)]
    filling, full = say.gettext("filling up"), say.gettext("Full")
    assert seen == [
        f"🟢 {left[5]}",
        f"🟢 {left[4]}",
        f"🟢 {left[3]}",
        f"🟢 {left[2]}",
        f"🟡 {left[1]} · {filling}",
        f"🔴 {full}",
    ]


async def _status_in_list(running: Running, phone: Phone) -> str:
    visit = await visit_of(running, "katru-am")
    cities = await answered(phone, "/visits")
    lines = (await screen_after(phone, "list:astana:0", message=cities)).text.splitlines()
    (place,) = (place for place, line in enumerate(lines) if visit.title["en"] in line)
    return lines[place + 1]


async def test_who_blocks_the_bot_right_after_asking_for_the_pin_is_no_trouble(quick_house: Running) -> None:
    """There is nobody to show it to: trying again, five times, would help no one."""
    phone = await quick_house.delegate()
    card = await quick_house.card(phone, "nab-am")
    await quick_house.telegram.fault("sendVenue", "403")
    await phone.tap("pin:", message=card)
    await phone.tap("libs:", message=card)
    assert len(await quick_house.telegram.calls("sendVenue")) == 1
    assert await quick_house.ask(_failed_tries) == 0


def _failed_tries(tx: Tx) -> int:
    return sum(tx.scalars(select(tables.inbox.c.tries)))


@pytest.mark.parametrize("key", ["nab-am", "aitu-walk", "almaty-local"])
async def test_the_pin_shows_the_meeting_point_and_whose_map_it_is(quick_house: Running, key: str) -> None:
    phone = await quick_house.delegate(language="kk")
    card = await quick_house.card(phone, key)
    await phone.tap("pin:", message=card)
    pin = await phone.wait_for(lambda message: message.location is not None)
    visit, congress = await visit_of(quick_house, key), congress_of(quick_house)
    point = congress.meeting_points[visit.meeting_point]
    assert pin.location is not None
    assert (pin.location.latitude, pin.location.longitude) == (point.latitude, point.longitude)
    (call,) = await quick_house.telegram.calls("sendVenue")
    assert call.params["title"] == point.name["kk"]
    assert congress.attribution["kk"] in call.params["address"]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_every_screen_answers_and_leads_back_to_the_menu(quick_house: Running, code: str) -> None:
    """Press everything that can be reached from /visits, but what books, joins or gives back, and draw the map."""
    phone = await quick_house.delegate(language=code)
    await quick_house.book(phone, "nab-am")
    # One visit is full, so that its card offers others.
    owner = await quick_house.organizer()
    await answered(owner, "/seats B13 1")
    await quick_house.book(owner, "school-am")

    card = await answered(phone, "/visits")
    ways: dict[str, list[str]] = {"/visits": callbacks(card)}
    waiting = list(callbacks(card))
    pins = 0
    while waiting:
        assert len(ways) < 120, "more screens than anybody would walk through"
        data = waiting.pop(0)
        if data in ways or data.split(":")[0] in ("book", "swap", "give", "join"):
            continue
        if data.startswith("sift:"):  # the filters have a walk of their own (test_finding.py)
            continue
        await phone.forge(data, card.message_id)
        if data.split(":")[0] in ("pin", "mine", "pass", "ics", "paper", "driver"):
            pins += data.startswith("pin:")
            ways[data] = ["menu"]  # a message of its own; the card stays as it was
            continue
        await settled(phone)
        seen = next(message for message in phone.messages if message.message_id == card.message_id)
        assert seen.text
        assert callbacks(seen), f"{data} leads nowhere"
        ways[data] = callbacks(seen)
        waiting += ways[data]
    assert pins
    assert {"list", "visit", "libs", "like", "with", "ticket", "more", "giveq", "menu", "name", "cities"} <= {
        data.split(":")[0] for data in ways
    }
    home = {"menu"}
    while more := {data for data, there in ways.items() if data not in home and not home.isdisjoint(there)}:
        home |= more
    assert set(ways) <= home, f"no way back from {set(ways) - home}"
    assert await visits_held(quick_house, phone) == ["nab-am"]


async def test_what_a_full_visit_offers_can_be_booked(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await answered(owner, "/seats B13 1")
    await quick_house.book(owner, "school-am")
    card = await quick_house.card(emma, "school-am")
    assert not [data for data in callbacks(card) if data.startswith("book:")]
    assert [data for data in callbacks(card) if data.startswith("join:")]
    offered = await screen_after(emma, "like:", message=card)
    others = [data for data in callbacks(offered) if data.startswith("visit:")][:-1]
    assert others
    for data in others:
        shown = await screen_after(emma, data, message=offered)
        assert shown.button("book:") is not None
        offered = await screen_after(emma, "list:", message=shown)
        await emma.forge(f"like:{(await visit_of(quick_house, 'school-am')).id}", offered.message_id)
        offered = await emma.wait_for(lambda message: message.button(others[0]) is not None, newer_than=offered)


async def test_early_in_july_only_the_flight_can_be_booked(sqlite_url: str) -> None:
    async with running_bot(sqlite_url, now=JULY) as running:
        emma = await running.delegate()
        for visit in await running.ask(listed_visits):
            card = await running.card(emma, visit.key)
            assert (card.button("book:") is not None) == (visit.key == "almaty-fly"), visit.key
        flight = await running.book(emma, "almaty-fly")
        assert "05:15" in flight.text
        assert "B15" in flight.text
        assert not {"08:40", "09:00", "06:45"} & set(flight.text.replace("\n", " ").split())
        (ticket,) = await tickets(running, emma)
        assert ticket.bus is not None
        assert ticket.bus.transfer
