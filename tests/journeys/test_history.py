"""/why and /log from the chat: the facts in order, in the reader's language; who did what, a page and a file."""

import csv
import io

import pytest

from bot.services.logbook import NotUnderstood
from bot.texts import log as log_texts
from bot.texts import welcome
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    logged,
    outbox_of,
    plain,
    screen_after,
    settled,
    until,
    visit_of,
    words_of,
)
from tests.journeys.test_names import DANGEROUS_IN_A_SHEET
from tests.phone import Phone


async def told(phone: Phone, command: str, *, beginning: str) -> str:
    """Write a command and return its answer; what the bot sends meanwhile is passed over."""
    after = await phone.send(command)
    answer = await phone.wait_for(lambda message: message.message_id > after and message.text.startswith(beginning))
    return answer.text


def in_order(text: str, *parts: str) -> None:
    """Assert that the text says all of these, one after the other."""
    place = -1
    for part in parts:
        found = text.find(part, place + 1)
        assert found > place, (part, text)
        place = found


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_booking_tells_its_story(house: Running, code: str) -> None:
    """Signed up, moved by the organizer, reminded, given back: by whom, and what became of each message."""
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    emma = await house.delegate("Emma")
    ticket = await house.book(emma, "nab-am")
    booking = await booking_of(house, emma)
    leaves = (await visit_of(house, "nab-am")).leaves_at
    await answered(owner, "/delay nab-am 15")
    moved = say.gettext("departure moved from {was} to {now}").format(
        was=say.clock(leaves), now=say.clock((await visit_of(house, "nab-am")).leaves_at)
    )
    signed_up = say.gettext("signed up, seats: {n}").format(n=1)
    evening = say.gettext("Reminder of the evening before")
    story = await told(owner, f"/why {booking.code.lower()}", beginning="🔎")
    in_order(story, "Emma", booking.code, "nab-am", signed_up, "Emma", moved, "Gulzhan")
    in_order(story, evening, say.gettext("is still to come."))

    house.clock.move_to(at("08-21 19:01"))
    await until(lambda: _sent(house, emma, "reminder"))
    in_order(await told(owner, f"/why {booking.code}", beginning="🔎"), moved, evening, say.gettext("Sent."))

    asked = await screen_after(emma, "giveq:", message=ticket)
    await screen_after(emma, "give:", message=asked)
    by_name = await told(owner, "/why Эмма", beginning="🔎")
    ended = say.gettext("ended: {reason}").format(reason=say.gettext("given back"))
    in_order(by_name, ended, signed_up, moved, say.gettext("Sent."), say.gettext("seats given back"), "Emma")

    unknown = await answered(owner, "/why Nobodysname")
    assert "/why K7PW2" in unknown.text
    assert (await answered(owner, "/why")).text.startswith(
        say.gettext("Write a booking’s code, a name, a bus or a visit:")
    )


async def _sent(house: Running, phone: Phone, kind: str) -> bool:
    return any(message.state == "sent" for message in await outbox_of(house, phone, kind))


async def test_who_came_late_reads_why_there_was_no_reminder(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate("Emma")
    house.clock.move_to(at("08-21 19:30"))
    await house.book(emma, "nab-am")
    booking = await booking_of(house, emma)
    story = await told(owner, f"/why {booking.code}", beginning="🔎")
    in_order(story, "Reminder of the evening before: not sent: the seat was given after its moment.", "signed up")


async def test_of_several_who_may_be_meant_the_reader_chooses(house: Running) -> None:
    owner = await house.organizer()
    for called in ("Anna Müller", "Hans Mueller"):
        await house.book(await house.delegate(called), "nab-am")
    meant = await answered(owner, "/why Мюллер")
    assert len(callbacks(meant)) == 2
    await owner.tap(callbacks(meant)[0], message=meant)
    story = await owner.wait_for(lambda message: message.text.startswith("🔎") and "signed up" in message.text)
    assert sum(called in story.text for called in ("Anna Müller", "Hans Mueller")) == 1


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_bus_tells_who_changed_its_seats_and_who_has_its_list(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    await house.book(await house.delegate("Emma"), "nab-am")
    (bus, *_) = (await visit_of(house, "nab-am")).buses
    await answered(owner, f"/seats {bus.label} 40")
    roster = await answered(owner, f"/roster {bus.label}")
    await owner.tap(f"file:pdf:riders:{bus.label}", message=roster)
    await owner.wait_for(lambda message: message.document is not None)
    story = await told(owner, f"/why {bus.label}", beginning="🔎")
    in_order(
        story,
        bus.label,
        say.gettext("seats of the bus: {was} → {now}").format(was=bus.seats, now=40),
        "Gulzhan",
        say.gettext("{list} taken as a file, version {version}").format(list=say.gettext("passenger list"), version=1),
    )


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_log_shows_what_is_asked_for_page_by_page(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    emma = await house.delegate("Emma")
    await house.book(emma, "nab-am")
    for number in range(14):
        await answered(owner, f"/seats B02 {30 + number}")
    await answered(owner, "/close pres-am")
    shut, seat = say.gettext("closed for sign-ups"), say.gettext("signed up, seats: {n}").format(n=1)
    newest = await answered(owner, "/log")
    in_order(newest.text, "42", "→ 43", shut)
    assert seat not in newest.text
    earlier = await screen_after(owner, "log:", message=newest)
    in_order(earlier.text, "→ 30", "→ 31")
    assert shut not in earlier.text
    of_bus = await answered(owner, "/log B02 2h seats gulzhan")
    assert "→ 43" in of_bus.text
    assert "B02 · " in of_bus.text.splitlines()[1], "as it is written on the bus"
    assert shut not in of_bus.text
    assert shut in (await answered(owner, "/log close")).text
    assert seat in (await answered(owner, "/log nab-am signups")).text
    assert say.gettext("Nothing of this is in the log.") in (await answered(owner, "/log bot delay 2025-08-20")).text
    assert (await answered(owner, "/log nonsense")).text == plain(
        log_texts.not_understood(say, NotUnderstood("nonsense"))
    )


async def test_the_log_as_a_file_is_safe_to_open(house: Running) -> None:
    owner = await house.organizer()
    for wild in DANGEROUS_IN_A_SHEET:
        await house.book(await house.delegate(wild), "nab-am")
    await owner.send("/log all csv")
    came = await owner.wait_for(lambda message: message.document is not None)
    assert came.document is not None
    assert came.document.file_name == "log.csv"
    rows = list(csv.reader(io.StringIO((await owner.download(came.document)).decode("utf-8-sig"))))
    assert rows[0] == ["When", "About", "Visit", "What", "Who"]
    assert sum(row[3].startswith("signed up") for row in rows) == len(DANGEROUS_IN_A_SHEET)
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [line.after["rows"] for line in await logged(house, "log file")] == [len(rows) - 1]


async def test_what_a_stranger_tries_is_written_down_at_most_twenty_times_an_hour(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate("Emma")
    unknown = plain(welcome.unknown(words_of(house, "en")))
    for _ in range(25):
        assert (await answered(emma, "/delay nab-am 15")).text == unknown
    await settled(emma)
    lines = await logged(house, "refused")
    assert [(line.actor, line.subject) for line in lines] == [(emma.id, "command:delay")] * 20
    shown = await answered(owner, "/log refused")
    in_order(shown.text, "tried without the right to: /delay", "Emma")
