"""Organizers: numbers, rosters, seats; who is none gets the answer of an unknown command."""

import pytest

from bot.rules.seats import seats_left
from bot.services.organizers import SeatsSet, UnknownName
from bot.simulator import Simulator
from bot.texts import broadcasts as broadcast_texts
from bot.texts import cutting, roster_files, rosters, welcome
from bot.texts import delaying as delaying_texts
from bot.texts import organizers as texts
from storage import visits
from storage.records import Role
from tests.house import OWNER, Running, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    again,
    answered,
    booking_of,
    callbacks,
    congress_of,
    forged,
    logged,
    plain,
    screen_after,
    seats_add_up,
    until,
    visit_of,
    words_of,
)
from tests.journeys.test_names import csv_of
from tests.phone import Phone

COMMANDS = (
    "/stats",
    "/roster nab-am",
    "/roster",
    "/delay nab-am 15",
    "/delay",
    "/seats B01 40",
    "/seats",
    "/announce all Hello",
    "/announce",
    "/undelivered",
    "/undelivered nab-am",
)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_delegate_gets_the_very_answer_of_an_unknown_command(quick_house: Running, code: str) -> None:
    emma = await quick_house.delegate(language=code)
    nonsense = await answered(emma, "/nonsense")
    before = await quick_house.ask(visits.read_all)
    for command in COMMANDS:
        answer = await answered(emma, command)
        assert (answer.text, callbacks(answer)) == (nonsense.text, callbacks(nonsense)), command
    for data in ("roster:riders:nab-am:0", "file:csv:riders:nab-am", "announce:5", "lost:nab-am:0"):
        text, _ = await forged(emma, data, card=nonsense)
        assert text == welcome.old_button_answer(words_of(quick_house, code)), data
    assert not [message for message in emma.messages if message.document]
    assert await quick_house.ask(visits.read_all) == before
    help_ = await answered(emma, "/help")
    assert "/stats" not in help_.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_stats_count_taken_free_and_held_per_visit_and_bus(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    owner = await quick_house.organizer(language=code)
    emma = await quick_house.delegate()
    card = await quick_house.card(emma, "public-pm")
    await screen_after(emma, "with:", message=card)
    party = await answered(emma, "Ann\nBo")
    await screen_after(emma, "book:", message=party)
    await quick_house.book(await quick_house.delegate("Omar"), "aitu-walk")

    now = quick_house.clock.now()
    mine = await owner.send("/stats")
    shown = await quick_house.ask(visits.read_all)
    wanted = texts.stats(say, shown, congress=congress, now=now)
    await owner.wait_for(lambda message: shown[-1].key in message.text)
    pages = [message.text for message in owner.messages if message.message_id > mine and message.photo_id is None]
    assert len(pages) == len(wanted)
    assert "\n\n".join(pages).split("\n\n")[1:] == "\n\n".join(plain(page) for page in wanted).split("\n\n")[1:]
    told = "\n".join(pages)
    for visit in shown:
        assert visit.key in told
        for bus in visit.buses:
            assert bus.label in told
    taken = say.gettext("Taken {taken} of {offered}, free {free}, held back {held}")
    assert taken.format(taken=3, offered=30, free=27, held=0) in told
    assert taken.format(taken=1, offered=25, free=24, held=0) in told
    on_bus = say.gettext("{bus}: taken {taken} of {seats}, free {free}")
    assert on_bus.format(bus="B11", taken=3, seats=18, free=15) in told
    free = sum(seats_left(visit) for visit in shown)
    assert say.gettext("All visits: {taken} taken, {free} free").format(taken=4, free=free) in told


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_roster_of_a_visit_or_a_bus_in_the_chat_and_as_a_file(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner = await quick_house.organizer(language=code)
    empty = await answered(owner, "/roster nab-am")
    assert say.gettext("Nobody has signed up yet.") in empty.text
    emma, omar = await quick_house.delegate("Emma"), await quick_house.delegate("Omar")
    card = await quick_house.card(emma, "nab-am")
    await screen_after(emma, "with:", message=card)
    party = await answered(emma, "Ann Lee")
    await screen_after(emma, "book:", message=party)
    await quick_house.book(omar, "nab-am")
    await omar.block()
    codes = [(await booking_of(quick_house, phone)).code for phone in (emma, omar)]

    for command in ("/roster nab-am", "/roster NAB-AM", "/roster B01", "/roster b01"):
        shown = await answered(owner, command)
        assert "1. Emma\n2. Ann Lee" in shown.text, command
        assert "3. Omar" in shown.text
        assert say.ngettext("{n} person", "{n} people", 3).format(n=3) in shown.text
        assert all(code in shown.text for code in codes)
        assert shown.text.count(say.gettext("cannot be reached by the bot")) == 1
        rows = await csv_of(owner)
        assert say.gettext("Reached by the bot") in rows[0]
        delegate, companion = (roster_files.traveller_kind(say, is_owner=is_owner) for is_owner in (True, False))
        yes, no = (roster_files.yes_no(say, yes=yes) for yes in (True, False))
        assert rows[1:] == [
            ["1", "Emma", "B01", codes[0], delegate, yes, no, ""],
            ["2", "Ann Lee", "B01", codes[0], companion, yes, no, ""],
            ["3", "Omar", "B01", codes[1], delegate, no, no, ""],
        ]
    names = [message.document.file_name for message in owner.messages if message.document]
    assert names[0] == "roster-nab-am-v1.csv"
    assert names[-1].startswith("roster-B01-v")
    other = await answered(owner, "/roster B02")
    assert say.gettext("Nobody has signed up yet.") in other.text


async def test_a_long_roster_has_pages(quick_house: Running) -> None:
    """36 travellers with names of 64 letters do not fit one message."""
    owner = await quick_house.organizer()
    companions = [f"{letter * 60} {letter}" for letter in "ABC"]
    phones = [await quick_house.delegate("Ж" * 63) for _ in range(9)]
    for phone in phones:
        card = await quick_house.card(phone, "nab-am")
        await screen_after(phone, "with:", message=card)
        party = await answered(phone, "\n".join(companions))
        await screen_after(phone, "book:", message=party)
    first = await answered(owner, "/roster nab-am")
    assert "roster:riders:nab-am:1" in callbacks(first)
    second = await screen_after(owner, "roster:riders:nab-am:1", message=first)
    assert "roster:riders:nab-am:0" in callbacks(second)
    numbers = [line.split(".")[0] for line in (first.text + "\n" + second.text).splitlines() if ". " in line[:4]]
    assert numbers == [str(number) for number in range(1, 37)]
    assert len(await csv_of(owner)) == 37
    _, last = await forged(owner, "roster:riders:nab-am:99", card=second)
    assert last.text == second.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_seats_of_a_bus_change_but_not_below_what_is_taken(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    for name in ("Ann", "Bo"):
        await house.book(await house.delegate(name), "katru-am")
    asked = await answered(owner, "/seats B10 1")
    assert plain(say.gettext("Bus {bus}: only {seats} seats?").format(bus="B10", seats=1)) in asked.text
    (bus,) = (await visit_of(house, "katru-am")).buses
    assert bus.seats == 18
    assert not await logged(house, "seats")

    done = await answered(owner, "/seats b10 2")
    visit = await visit_of(house, "katru-am")
    assert done.text == plain(texts.seats_set(say, SeatsSet(bus=visit.buses[0], was=18, visit=visit)))
    assert visit.buses[0].seats == 2
    full = await house.card(await house.delegate("Cy"), "katru-am")
    assert full.button("book:") is None
    (line,) = await logged(house, "seats")
    assert (line.actor, line.before, line.after) == (OWNER, {"seats": 18}, {"seats": 2})

    # More seats than the host takes: the host limit holds.
    await answered(owner, "/seats B10 50")
    free = await house.card(await house.delegate("Di"), "katru-am")
    assert "16" in free.text
    await seats_add_up(house)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_bad_arguments_and_unknown_names_are_explained_and_change_nothing(
    quick_house: Running, code: str
) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    owner = await quick_house.organizer(language=code)
    before = await quick_house.ask(visits.read_all)
    usages = {
        rosters.usage_roster(say): ("/roster", "/roster nab-am B01", "/roster nab am"),
        delaying_texts.usage(say): (
            "/delay",
            "/delay nab-am",
            "/delay nab-am 0",
            "/delay nab-am soon",
            "/delay nab-am 1.5",
            "/delay nab-am 721",
            "/delay nab-am -721",
            "/delay nab-am 99999999999999999999",
            "/delay nab-am ١٥",
            "/delay nab-am 15 now",
            "/delay 15 nab-am",
        ),
        cutting.usage_seats(say): (
            "/seats",
            "/seats B01",
            "/seats B01 0",
            "/seats B01 -5",
            "/seats B01 many",
            "/seats B01 201",
            "/seats B01 40 41",
        ),
        broadcast_texts.usage(say, most=3000): ("/announce", "/announce all", "/announce nab-am", "/announce all   "),
    }
    for usage, commands in usages.items():
        for command in commands:
            assert (await answered(owner, command)).text == plain(usage), command
    name = "<b>&x"
    unknown = plain(texts.failure(say, UnknownName(name), congress=congress))
    for command in (f"/roster {name}", f"/delay {name} 5", f"/seats {name} 5"):
        assert (await answered(owner, command)).text == unknown, command
    # A visit has no seats to set.
    visit = plain(texts.failure(say, UnknownName("nab-am"), congress=congress))
    assert (await answered(owner, "/seats nab-am 5")).text == visit
    assert await quick_house.ask(visits.read_all) == before


async def test_help_lists_the_organizers_commands_for_organizers(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    for code in LANGUAGES:
        say, congress = words_of(quick_house, code), congress_of(quick_house)
        choice = await answered(owner, "/language")
        await owner.tap(f"say:{code}", message=choice)
        help_ = await answered(owner, "/help")
        assert help_.text == plain(welcome.help_text(say, congress, roles=frozenset({Role.OWNER})))
        for command in ("/stats", "/roster", "/delay", "/seats", "/announce"):
            assert command in help_.text


async def test_an_owner_removed_from_the_settings_is_a_stranger_after_the_restart(
    simulator: Simulator, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with running_bot(sqlite_url, simulator=simulator) as running:
        owner = await running.organizer()
        assert "/stats" in (await answered(owner, "/help")).text
        preview = await answered(owner, "/announce all One more thing")
    monkeypatch.setattr("tests.house.OWNER", 9002)
    async with running_bot(sqlite_url, simulator=simulator) as running:
        owner = await again(running, owner)
        unknown = plain(welcome.unknown(words_of(running, "en")))
        for command in COMMANDS:
            assert (await answered(owner, command)).text == unknown, command
        await owner.tap("announce:", message=preview)
        assert "/stats" not in (await answered(owner, "/help")).text
        assert [line.subject for line in await logged(running, "revoke")] == [f"person:{OWNER}"]
        assert not await logged(running, "announce")
        # The menu of commands is a delegate's again.
        assert await until(lambda: _has_no_command(owner, "stats"))


async def _has_no_command(phone: Phone, name: str) -> bool:
    return name not in [command.command for command in await phone.commands()]
