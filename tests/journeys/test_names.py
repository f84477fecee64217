"""Hostile and unusual names: each arrives as it was meant, on every screen, list, message and file."""

import csv
import io

from bot.rules.naming import LONGEST_NAME, clean_name
from bot.texts import companions, welcome
from bot.texts.markup import name as worded
from tests.house import Running, at
from tests.journeys.scenes import (
    answered,
    booking_of,
    congress_of,
    person,
    plain,
    screen_after,
    seats_add_up,
    words_of,
)
from tests.phone import Phone

MEANT = {
    "markup": '<b>&"_*`[x](y)~|{}',
    "entities": "&lt;b&gt; &amp; &#65;",
    "emoji": "🧑🏽‍🚀🇰🇿👨‍👩‍👧‍👦",
    "arabic": "فاطمة الزهراء",
    "hebrew": "דנה (כהן)",
    "kazakh": "Әйгерім Ғұмарқызы Ңұрлан",
    "combining": "Zoe\u0308 N\u0303ez",
    "longest": "Ж" * LONGEST_NAME,
    "placeholders": "{name} %s %(x)s {0}",
    "one letter": "Ы",
    "digits": "007",
    "newlines": "Ann\nLee",
}
DANGEROUS_IN_A_SHEET = ("=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", '=HYPERLINK("http://x","y")', "\t=1+1")
STRIPPED = {
    "\u202eevil\u2066name\u2069": "evilname",
    "A\u200bn\u00adn\ufeff": "Ann",
    "An\x07n\x1b[31m": "Ann[31m",
}


async def test_a_name_arrives_as_meant_everywhere(quick_house: Running) -> None:
    owner, phones = await quick_house.organizer(), []
    for name in MEANT.values():
        phone = await quick_house.stranger(name)
        meant = clean_name(name)
        assert meant is not None
        await _arrives_on_every_screen(quick_house, phone, name, meant=meant)
        phones.append((phone, meant))
    roster = await answered(owner, "/roster nab-am")
    listed = roster.text
    for page in range(1, 9):
        if roster.button(f"roster:riders:nab-am:{page}") is None:
            break
        roster = await screen_after(owner, f"roster:riders:nab-am:{page}", message=roster)
        listed += roster.text
    rows = await csv_of(owner)
    assert [row[1] for row in rows[1:]] == [meant for _, meant in phones for _ in range(2)]
    assert all(listed.count(f". {plain(worded(meant))}\n") == 2 for _, meant in phones)

    quick_house.clock.move_to(at("08-21 18:00"))
    for phone, meant in phones:
        newest = phone.messages[-1]
        reminder = await phone.wait_for(lambda message: message.button("ticket:") is not None, newer_than=newest)
        assert meant in reminder.text
    await seats_add_up(quick_house)


async def _arrives_on_every_screen(running: Running, phone: Phone, name: str, *, meant: str) -> None:
    say, congress = words_of(running, "en"), congress_of(running)
    notice = await answered(phone, "/start")
    greeting = await screen_after(phone, "ok:en:", message=notice)
    assert greeting.text == plain(welcome.greeting(say, congress, person=meant))
    assert meant in greeting.text
    known = await person(running, phone)
    assert known is not None
    assert known.name == meant

    card = await running.card(phone, "nab-am")
    asked = await screen_after(phone, "with:", message=card)
    assert f"1. {plain(worded(meant))}" in asked.text
    party = await answered(phone, name.replace("\n", " "))
    assert f"2. {plain(worded(meant))}" in party.text
    ticket = await screen_after(phone, "book:", message=party)
    assert meant in ticket.text
    assert [rider.name for rider in (await booking_of(running, phone)).riders] == [meant, meant]
    own = await answered(phone, "/my")
    assert meant in own.text
    asked = await screen_after(phone, "name", message=own)
    assert asked.text == plain(companions.ask_name(say, person=meant))


async def csv_of(phone: Phone) -> list[list[str]]:
    """Press "CSV" on the newest roster and read what comes, as a spreadsheet would."""
    await phone.look()
    newest = phone.messages[-1]
    await phone.tap("file:csv:")
    sent = await phone.wait_for(lambda message: message.document is not None, newer_than=newest)
    assert sent.document is not None
    content = await phone.download(sent.document)
    assert content.startswith(b"\xef\xbb\xbf")
    return below(list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))))


def below(rows: list[list[str]]) -> list[list[str]]:
    """Return the columns of a list and its rows, without what stands above and the empty row after it."""
    return rows[rows.index([]) + 1 :]


async def test_what_nobody_can_see_is_taken_out_of_a_name(quick_house: Running) -> None:
    for typed, meant in STRIPPED.items():
        known = await person(quick_house, await quick_house.delegate(typed))
        assert known is not None
        assert known.name == meant


async def test_who_has_no_readable_name_is_called_by_their_number(quick_house: Running) -> None:
    phone = await quick_house.delegate("\u200b\u2060")
    known = await person(quick_house, phone)
    assert known is not None
    assert known.name == f"Delegate {phone.id}"


async def test_first_and_last_name_of_64_each_are_cut_to_what_a_roster_holds(quick_house: Running) -> None:
    phone = await Phone.create(
        quick_house.simulator.url,
        id=77,
        first_name="Ә" * 64,
        last_name="Ң" * 64,
        session=quick_house.session,
    )
    notice = await answered(phone, "/start")
    await screen_after(phone, "ok:en:", message=notice)
    known = await person(quick_house, phone)
    assert known is not None
    assert known.name == "Ә" * 64
    await quick_house.book(phone, "nab-am")


async def test_no_name_runs_in_a_spreadsheet(quick_house: Running) -> None:
    """A cell that begins so is a formula to Excel; an apostrophe makes it text."""
    for name in DANGEROUS_IN_A_SHEET:
        await quick_house.book(await quick_house.delegate(name), "nab-am")
    owner = await quick_house.organizer()
    roster = await answered(owner, "/roster nab-am")
    rows = await csv_of(owner)
    assert len(rows) == 1 + len(DANGEROUS_IN_A_SHEET)
    for name, row in zip(DANGEROUS_IN_A_SHEET, rows[1:], strict=True):
        meant = clean_name(name)
        assert row[1] == f"'{meant}"
        assert meant is not None
        assert meant in roster.text
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)
