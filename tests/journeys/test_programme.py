"""The programme is data: what its file says is what delegates meet, and a changed file harms nobody who is booked."""

from pathlib import Path

import pytest
from sqlalchemy import select

from bot.rules.booking import NoSeats
from bot.rules.seats import seats_left
from bot.simulator import Simulator
from bot.starting import BadProgramme, HarmfulProgramme
from bot.texts import visits as texts
from bot.texts import welcome
from storage import tables, visits
from storage.records import Visit
from tests.house import Running, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    again,
    answered,
    callbacks,
    congress_of,
    logged,
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
from tests.makers import PROGRAMME
from tests.phone import Phone

HALLS = {"nab-am", "nab-pres-pm", "pres-am", "nu-am", "nu-pm", "enu-am", "katru-am", "public-pm", "school-am"}


def changed(folder: Path, *changes: tuple[str, str]) -> Path:
    """Write the shipped file anew with these changes, each of a text that stands there once."""
    text = PROGRAMME.read_text(encoding="utf-8")
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = folder / "changed.toml"
    path.write_text(text, encoding="utf-8")
    return path


async def test_the_shipped_programme_is_in_the_database_after_the_first_start(house: Running) -> None:
    everything = {visit.key: visit for visit in await house.ask(visits.read_all)}
    assert set(everything) == HALLS | {"aitu-walk", "karaganda-day", "almaty-fly", "almaty-local"}
    labels = [bus.label for visit in everything.values() for bus in visit.buses]
    assert sorted(labels) == [f"B{number:02}" for number in range(1, 17)]
    assert congress_of(house).rules.party_size == 4
    for visit in everything.values():
        _is_whole(house, visit)
    assert len(await logged(house, "programme")) == 1


def _is_whole(running: Running, visit: Visit) -> None:
    congress = congress_of(running)
    assert set(LANGUAGES) <= set(visit.title)
    assert visit.leaves_at < visit.returns_at
    assert visit.meeting_point in congress.meeting_points
    assert visit.stops
    assert all(stop in congress.libraries for stop in visit.stops)
    assert (visit.mode == "walk") == (not visit.buses)
    assert 0 < seats_left(visit) <= visit.host_limit


async def test_the_walk_has_no_bus_and_holds_the_hosts_limit(house: Running) -> None:
    """25 people: six parties of four and one alone; the next is told there are no seats."""
    phones = [await house.delegate(f"Host {number}") for number in range(7)]
    for phone in phones[:6]:
        await _book_four(house, phone, "aitu-walk")
    await house.book(phones[6], "aitu-walk")
    visit = await visit_of(house, "aitu-walk")
    assert (visit.seats_taken, visit.host_limit, visit.buses) == (25, 25, ())
    late = await house.delegate("Late")
    card = await house.card(late, "aitu-walk")
    answer = await late.forge(f"book:{visit.id}:{visit.version}:1", card.message_id)
    assert answer.text == why_not(house, "en", NoSeats(left=0, largest=0))[0]
    await seats_add_up(house)


async def test_the_hosts_limit_holds_below_the_buses_seats(house: Running) -> None:
    """public-pm: two minibuses hold 36, the libraries 30. Parties of four fill one bus before the other."""
    for number in range(7):
        await _book_four(house, await house.delegate(f"Host {number}"), "public-pm")
    for name in ("Ann", "Bo"):
        await house.book(await house.delegate(name), "public-pm")
    visit = await visit_of(house, "public-pm")
    assert visit.seats_taken == 30
    assert sum(bus.seats - bus.seats_taken for bus in visit.buses) == 6
    late = await house.delegate("Late")
    card = await house.card(late, "public-pm")
    assert card.button("book:") is None
    await late.forge(f"book:{visit.id}:{visit.version}:1", card.message_id)
    assert await visits_held(house, late) == []
    await seats_add_up(house)


async def _book_four(running: Running, phone: Phone, key: str) -> None:
    card = await running.card(phone, key)
    await screen_after(phone, "with:", message=card)
    party = await answered(phone, "Ann\nBo Ek\nCy")
    await phone.tap("book:", message=party)
    await phone.wait_for(lambda message: message.button("giveq:") is not None, newer_than=party)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_who_needs_a_document_is_told_on_card_and_ticket(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    document = say.gettext("Bring your passport or ID card: without it you will not be let in.")
    emma = await quick_house.delegate(language=code)
    needing = [visit for visit in await quick_house.ask(visits.read_all) if visit.needs_id]
    assert {visit.key for visit in needing} == {
        "nab-pres-pm",
        "pres-am",
        "nu-am",
        "nu-pm",
        "karaganda-day",
        "almaty-fly",
    }
    for visit in needing:
        assert document in (await quick_house.card(emma, visit.key)).text
    assert document not in (await quick_house.card(emma, "nab-am")).text
    assert document in (await quick_house.book(emma, "pres-am")).text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_what_is_tentative_is_said_to_be(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    words = say.gettext("Not yet confirmed. We write to everybody who signed up if it changes.")
    emma = await quick_house.delegate(language=code)
    for visit in await quick_house.ask(visits.read_all):
        card = await quick_house.card(emma, visit.key)
        assert (words in card.text) == (visit.key in ("karaganda-day", "almaty-fly", "almaty-local")), visit.key


async def test_the_sample_says_that_it_is_one(quick_house: Running) -> None:
    for code in LANGUAGES:
        emma = await quick_house.delegate(language=code)
        note = congress_of(quick_house).sample_note
        assert note is not None
        assert note[code] in emma.last.text


async def test_an_unchanged_file_does_nothing_at_later_starts(simulator: Simulator, sqlite_url: str) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        owner = await running.organizer()
        await answered(owner, "/seats B01 40")
        await answered(owner, "/delay nab-am 15")
        before = await running.ask(visits.read_all)
    async with running_bot(sqlite_url, simulator=simulator) as running:
        assert await running.ask(visits.read_all) == before
        assert len(await logged(running, "programme")) == 1


async def test_a_change_that_harms_nobody_is_applied_and_the_organizers_acts_stay(
    simulator: Simulator, sqlite_url: str, tmp_path: Path
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        emma, owner = await running.delegate(), await running.organizer()
        await running.book(emma, "nab-am")
        await answered(owner, "/delay nab-am 15")
    file = changed(
        tmp_path,
        ('en = "A school library"', 'en = "The Binom School <library>"'),
        ("capacity = 30              #", "capacity = 33              #"),
    )
    async with running_bot(sqlite_url, simulator=simulator, programme=file) as running:
        emma = await again(running, emma)
        assert "The Binom School <library>" in (await running.card(emma, "school-am")).text
        assert "33" in (await running.card(emma, "public-pm")).text
        (ticket,) = await tickets(running, emma)
        assert ticket.visit.key == "nab-am"
        assert texts.transport(words_of(running, "en"), ticket.visit)[0].count("09:15") == 1


@pytest.mark.parametrize(
    ("old", "new", "subject"),
    [
        ("departs = 2025-08-22T09:30:00+05:00", "departs = 2025-08-22T09:35:00+05:00", "bus B05"),
        ('stops = ["presidential"]', 'stops = ["nab"]', "visit pres-am"),
        ('id = "B05"', 'id = "B50"', "bus B05"),
    ],
)
async def test_a_change_that_would_harm_the_booked_stops_the_start_and_names_them(
    simulator: Simulator, sqlite_url: str, tmp_path: Path, old: str, new: str, subject: str
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        emma = await running.delegate()
        await running.book(emma, "pres-am")
        before = await running.ask(visits.read_all)
    with pytest.raises(HarmfulProgramme) as stopped:
        async with running_bot(sqlite_url, simulator=simulator, programme=changed(tmp_path, (old, new))):
            pass
    assert subject in str(stopped.value)
    assert "1" in str(stopped.value)
    async with running_bot(sqlite_url, simulator=simulator) as running:
        assert await running.ask(visits.read_all) == before
        assert await visits_held(running, emma) == ["pres-am"]


async def test_a_file_with_faults_stops_the_start_and_names_them(
    simulator: Simulator, sqlite_url: str, tmp_path: Path
) -> None:
    file = changed(tmp_path, ('stops = ["aitu"]', 'stops = ["nowhere"]'), ('id = "B01"', 'id = "B02"'))
    with pytest.raises(BadProgramme) as stopped:
        async with running_bot(sqlite_url, simulator=simulator, programme=file):
            pass
    assert len(stopped.value.faults) >= 2


async def test_a_new_privacy_notice_is_asked_about_again_in_the_chosen_language(
    simulator: Simulator, sqlite_url: str, tmp_path: Path
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        emma = await running.stranger("Emma", language="ru")
        notice = await answered(emma, "/start")
        notice = await screen_after(emma, "lang:kk:", message=notice)
        await screen_after(emma, "ok:kk:", message=notice)
        ticket = await running.book(emma, "nab-am")
    file = changed(tmp_path, ('version = "1"', 'version = "2"'))
    async with running_bot(sqlite_url, simulator=simulator, programme=file) as running:
        emma = await again(running, emma)
        say, congress = words_of(running, "kk"), congress_of(running)
        asked = await answered(emma, "/my")
        assert asked.text == plain(welcome.changed_notice(say, congress))
        await emma.tap("giveq:", message=ticket)
        await answered(emma, "/help")
        assert await visits_held(running, emma) == ["nab-am"]
        await emma.forge("ok:kk:", asked.message_id)
        assert "ticket:" in "".join(callbacks(await answered(emma, "/my")))
        known = await person(running, emma)
        assert known is not None
        assert (known.consent, known.language) == ("2", "kk")
        when = await running.ask(
            lambda tx: list(tx.scalars(select(tables.log.c.after).where(tables.log.c.action == "agree")))
        )
        assert when == [{"notice": "1"}, {"notice": "2"}]
