"""What leaves a ticket: the QR pass, the calendar file, the picture for a driver, the page on paper."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from icalendar import Calendar
from PIL import Image

from bot.rules.passes import make_pass, pass_key
from bot.texts import driver, passes, welcome
from bot.texts import tickets as ticket_texts
from storage import grants
from storage.records import Grant, Role
from tests.house import OPEN, Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    forged,
    plain,
    screen_after,
    settled,
    tickets,
    visit_of,
    words_of,
)
from tests.phone import Message, Phone
from tests.scanner import scan, scan_page, text_of


async def file_after(phone: Phone, wanted: str, *, message: Message) -> tuple[Message, bytes]:
    """Press a button and return the file or picture that comes, and what is in it."""
    await phone.tap(wanted, message=message)
    came = await phone.wait_for(
        lambda seen: seen.message_id > message.message_id and bool(seen.document or seen.photo_id), newer_than=message
    )
    content = await phone.download(came.document or came.photo_id or "")
    return came, content


async def more_of(running: Running, phone: Phone, key: str = "nab-am") -> Message:
    """Sign up and open what else can be had of the ticket."""
    return await screen_after(phone, "more:", message=await running.book(phone, key))


async def again_more(phone: Phone, more: Message) -> Message:
    """Return the same card as it is after whatever came below it."""
    await settled(phone)
    return replace(more, version=phone.last.version, message_id=more.message_id)


async def opened(phone: Phone, payload: str) -> Message:
    return await answered(phone, f"/start {payload}")


def payload_of(link: str) -> str:
    found = re.fullmatch(r"https://t\.me/\w+\?start=([A-Za-z0-9_-]{1,64})", link)
    assert found is not None, link
    return found[1]


def entry_of(content: bytes) -> tuple[Any, Any]:
    """Read a calendar file as a calendar does; it has one entry."""
    calendar: Any = Calendar.from_ical(content)
    (entry,) = calendar.walk("VEVENT")
    return calendar, entry


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_pass_is_scanned_and_opens_ones_own_ticket(house: Running, code: str) -> None:
    say, emma = words_of(house, code), await house.delegate("Emma Lindqvist", language=code)
    ticket = await house.book(emma, "nab-am")
    (held,) = await tickets(house, emma)
    shown, picture = await file_after(emma, "pass:", message=ticket)
    assert shown.text == plain(passes.qr_pass(say, held))
    assert held.booking.code in shown.text
    payload = payload_of(scan(picture))
    seen = await opened(emma, payload)
    assert seen.text == plain(ticket_texts.ticket(say, held, congress=congress_of(house)))
    assert seen.button("giveq:") is not None


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_desk_reads_whether_a_pass_is_good(house: Running, code: str) -> None:
    say = words_of(house, code)
    emma, desk = await house.delegate("Emma"), await house.delegate("Dana", language=code)
    await house.db.run(grants.give, desk.id, Grant(Role.DESK), now=OPEN)
    ticket = await house.book(emma, "nab-am")
    _, picture = await file_after(emma, "pass:", message=ticket)
    payload = payload_of(scan(picture))
    good = await opened(desk, payload)
    for part in (say.gettext("Good QR pass"), "Emma", (await booking_of(house, emma)).code):
        assert part in good.text
    made_up = await opened(desk, payload[:-3] + "AAA")
    assert made_up.text == plain(passes.foreign(say))
    asked = await screen_after(emma, "giveq:", message=ticket)
    await screen_after(emma, "give:", message=asked)
    assert say.gettext("No seat any more with this QR pass") in (await opened(desk, payload)).text


async def test_a_stranger_learns_nothing_by_a_pass(house: Running) -> None:
    emma, mallory = await house.delegate("Emma"), await house.delegate("Mallory")
    ticket = await house.book(emma, "nab-am")
    booking = await booking_of(house, emma)
    _, picture = await file_after(emma, "pass:", message=ticket)
    payload = payload_of(scan(picture))
    genuine, made_up = await opened(mallory, payload), await opened(mallory, payload[:-3] + "AAA")
    assert genuine.text == made_up.text == plain(passes.foreign(words_of(house, "en")))
    assert callbacks(genuine) == callbacks(made_up)
    # Who has not agreed to the notice reads the notice; not even the pass is remembered.
    passer_by = await house.stranger("Sam")
    notice = await opened(passer_by, payload)
    assert notice.text == plain(welcome.notice(words_of(house, "en"), congress_of(house)))
    assert callbacks(notice)[0] == "ok:en:"
    # And the picture is nobody else's to have.
    for data in (f"pass:{booking.id}", f"ics:{booking.id}", f"paper:{booking.id}", f"driver:{booking.id}"):
        answer, card = await forged(mallory, data, card=genuine)
        assert answer == welcome.old_button_answer(words_of(house, "en")), data
        assert booking.code not in card.text
    assert not [seen for seen in mallory.messages if seen.photo_id or seen.document]


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_pass_that_is_forged_cut_old_or_ended_is_answered_kindly(quick_house: Running, code: str) -> None:
    say, emma = words_of(quick_house, code), await quick_house.delegate(language=code)
    ticket = await quick_house.book(emma, "nab-am")
    booking = await booking_of(quick_house, emma)
    keys, now = quick_house.app.house.pass_keys, quick_house.clock.now()
    genuine = make_pass(booking, key=keys[0], now=now)
    forged_pass = make_pass(booking, key=pass_key(b"a stranger's key"), now=now)
    for bad in (forged_pass, genuine[:-1], genuine[:10], "t_", genuine + "A"):
        assert (await opened(emma, bad)).text == plain(passes.foreign(say)), bad
    (held,) = await tickets(quick_house, emma)
    old = await opened(emma, make_pass(replace(booking, version=0), key=keys[0], now=now))
    fresh = plain(ticket_texts.ticket(say, held, congress=congress_of(quick_house)))
    assert old.text == f"{plain(passes.outdated(say))}\n\n{fresh}"
    await screen_after(emma, "give:", message=await screen_after(emma, "giveq:", message=ticket))
    ended = await opened(emma, genuine)
    assert ended.text == plain(passes.ended(say))


@pytest.mark.parametrize("code", LANGUAGES)
async def test_peers_28_a_calendar_file_has_utc_instants_and_tells_of_astana_time(house: Running, code: str) -> None:
    """Whatever zone a phone is set to, the instant is right and the words are Astana's."""
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate("Emma Lindqvist", language=code)
    card = await house.card(emma, "nab-am")
    await screen_after(emma, "with:", message=card)
    ticket = await screen_after(emma, "book:", message=await answered(emma, "Bo Companion"))
    assert congress.zone_city[code] in ticket.text
    more = await screen_after(emma, "more:", message=ticket)
    sent, content = await file_after(emma, "ics:", message=more)
    assert sent.document is not None
    assert sent.document.file_name == "visit-nab-am.ics"
    calendar, entry = entry_of(content)
    assert calendar["METHOD"] == "PUBLISH"
    assert entry["DTSTART"].dt == datetime(2025, 8, 22, 3, 40, tzinfo=UTC)  # boarding at 08:40 in Astana
    assert entry["DTEND"].dt == datetime(2025, 8, 22, 7, 0, tzinfo=UTC)
    text = content.decode()
    assert "DTSTART:20250822T034000Z" in text
    assert "TZID" not in text
    assert "VTIMEZONE" not in text
    description = str(entry["DESCRIPTION"])
    for fact in ("08:40", "09:00", "B01", congress.zone_city[code], "UTC+5"):
        assert fact in description
    point = congress.meeting_points[(await visit_of(house, "nab-am")).meeting_point]
    assert str(entry["LOCATION"]) == say.words(point.name)
    assert (entry["GEO"].latitude, entry["GEO"].longitude) == (point.latitude, point.longitude)
    unfolded = content.replace(b"\r\n ", b"").decode()
    for personal in ("Emma", "Lindqvist", "Bo Companion", (await booking_of(house, emma)).code, str(emma.id)):
        assert personal not in unfolded
    assert all(len(line) <= 75 for line in content.split(b"\r\n")), "RFC 5545: lines are folded at 75 bytes"


async def test_a_later_file_is_newer_only_where_travellers_must_hear_of_it(house: Running) -> None:
    owner, emma, dana = await house.organizer(), await house.delegate("Emma"), await house.delegate("Dana")
    more, others = await more_of(house, emma), await more_of(house, dana)
    _, first = await file_after(emma, "ics:", message=more)
    _, same = await file_after(emma, "ics:", message=await again_more(emma, more))
    _, theirs = await file_after(dana, "ics:", message=others)
    await answered(owner, "/delay nab-am 15")
    notice = await emma.wait_for(lambda seen: seen.button("ics:") is not None and seen.text.startswith("🕘"))
    _, moved = await file_after(emma, "ics:", message=notice)
    entries = [entry_of(content)[1] for content in (first, same, moved)]
    assert len({str(entry["UID"]) for entry in entries}) == 1
    assert [int(entry["SEQUENCE"]) for entry in entries] == [0, 0, 1]
    assert entries[2]["DTSTART"].dt == datetime(2025, 8, 22, 3, 55, tzinfo=UTC)
    assert str(entry_of(theirs)[1]["UID"]) != str(entries[0]["UID"])
    # Who took no file is offered none.
    fay = await house.delegate("Fay")
    await house.book(fay, "nab-am")
    await answered(owner, "/delay nab-am 15")
    news = await fay.wait_for(lambda seen: seen.text.startswith("🕘"))
    assert news.button("ics:") is None


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_seat_given_back_leaves_the_calendar_it_was_put_into(house: Running, code: str) -> None:
    emma = await house.delegate(language=code)
    more = await more_of(house, emma)
    booking = await booking_of(house, emma)
    _, first = await file_after(emma, "ics:", message=more)
    await emma.forge(f"give:{booking.id}:{booking.version}", more.message_id)
    own = await emma.wait_for(lambda seen: seen.message_id == more.message_id and seen.button("cities") is not None)
    sent, content = await file_after(emma, "ics:", message=own)
    assert sent.document is not None
    assert sent.document.file_name == "visit-nab-am-cancelled.ics"
    calendar, entry = entry_of(content)
    before = entry_of(first)[1]
    assert (calendar["METHOD"], entry["STATUS"]) == ("CANCEL", "CANCELLED")
    assert (str(entry["UID"]), int(entry["SEQUENCE"])) == (str(before["UID"]), int(before["SEQUENCE"]) + 1)
    assert entry["DTSTART"].dt == before["DTSTART"].dt


async def test_nothing_is_taken_out_of_a_calendar_that_nothing_was_put_into(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    booking = await booking_of(quick_house, emma)
    own = await screen_after(emma, "give:", message=await screen_after(emma, "giveq:", message=ticket))
    assert own.button("ics:") is None
    answer, _ = await forged(emma, f"ics:{booking.id}", card=own)
    assert answer == welcome.old_button_answer(words_of(quick_house, "en"))


async def test_a_replaced_seat_leaves_the_calendar_from_its_card(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    more = await more_of(quick_house, emma)
    await file_after(emma, "ics:", message=more)
    refused = await screen_after(emma, "book:", message=await quick_house.card(emma, "nu-am"))
    await screen_after(emma, "swap:", message=refused)
    ended = await emma.wait_for(lambda seen: seen.message_id == more.message_id and seen.button("visit:") is not None)
    _, content = await file_after(emma, "ics:", message=ended)
    assert entry_of(content)[0]["METHOD"] == "CANCEL"


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_picture_asks_a_driver_in_kazakh_and_russian(quick_house: Running, code: str) -> None:
    emma, congress = await quick_house.delegate(language=code), congress_of(quick_house)
    more = await more_of(quick_house, emma)
    (held,) = await tickets(quick_house, emma)
    shown, picture = await file_after(emma, "driver:", message=more)
    now = quick_house.clock.now()
    pleas = [driver.plea(words_of(quick_house, local), held, congress=congress, now=now) for local in ("kk", "ru")]
    assert shown.text == plain(driver.caption(words_of(quick_house, code), pleas))
    for fact in ("B01", "A", "09:00", "Мына автобусты табуға көмектесіңізші:", "Помогите, пожалуйста, найти этот"):
        assert fact in shown.text
    for local in ("kk", "ru"):
        assert congress.meeting_points[held.visit.meeting_point].name[local] in shown.text
    assert congress.contacts.phone.replace(" ", "\u00a0") in shown.text
    image = Image.open(BytesIO(picture))
    assert image.size == (1080, 1920), "it fills a phone held upright"
    dark = sum(image.convert("L").histogram()[:128])
    assert 0.03 < dark / (1080 * 1920) < 0.3, "large words on white"


async def test_after_the_departure_the_picture_leads_to_the_library(quick_house: Running) -> None:
    emma, congress = await quick_house.delegate(), congress_of(quick_house)
    more = await more_of(quick_house, emma)
    quick_house.clock.move_to(at("08-22 09:00"))
    shown, _ = await file_after(emma, "driver:", message=more)
    library = congress.libraries[(await visit_of(quick_house, "nab-am")).stops[0]]
    for local in ("kk", "ru"):
        assert library.name[local] in shown.text
        assert library.address[local] in shown.text
    assert "B01" not in shown.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_page_on_paper_is_enough_for_who_has_no_telegram(quick_house: Running, code: str) -> None:
    say, congress = words_of(quick_house, code), congress_of(quick_house)
    emma = await quick_house.delegate("Әлия Құрманғали-Өтегенқызы", language=code)
    card = await quick_house.card(emma, "nab-am")
    await screen_after(emma, "with:", message=card)
    ticket = await screen_after(emma, "book:", message=await answered(emma, "فاطمة\nNoël Łukasiewicz"))
    (held,) = await tickets(quick_house, emma)
    sent, page = await file_after(emma, "paper:", message=await screen_after(emma, "more:", message=ticket))
    assert sent.document is not None
    assert (sent.document.file_name, sent.document.mime_type) == ("ticket-nab-am.pdf", "application/pdf")
    lines = text_of(page).split("\n")
    text = " ".join(lines)
    for local in {code, "kk", "ru"}:
        reader = words_of(quick_house, local)
        for fact in (held.visit.title[local], congress.meeting_points[held.visit.meeting_point].name[local]):
            assert fact in text
        assert reader.day(held.visit.leaves_at) in text
    for fact in ("Әлия Құрманғали-Өтегенқызы", "Noël Łukasiewicz", held.booking.code, "08:40", "09:00", "B01"):
        assert fact in text
    assert say.gettext("Travellers: {n}").format(n=3) in lines
    assert "_" * 30 in lines, "letters that the font has not are written by hand"
    assert congress.contacts.phone in text
    assert payload_of(scan_page(page)).startswith("t_")
    seen = await opened(emma, payload_of(scan_page(page)))
    assert held.booking.code in seen.text


async def test_who_blocks_the_bot_after_the_tap_gets_nothing_and_nothing_breaks(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    ticket = await quick_house.book(emma, "nab-am")
    await quick_house.telegram.fault("sendPhoto", "403", chat_id=emma.id)
    await emma.tap("pass:", message=ticket)
    await settled(emma)
    assert not [seen for seen in emma.messages if seen.photo_id]
    await file_after(emma, "pass:", message=ticket)
