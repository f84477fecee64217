"""After the return: thanks and one tap, a line of words for who likes, and what organizers read of it."""

from pathlib import Path

import pytest

from bot.services.feedback import Opinions, Said, ask_passengers
from bot.texts import feedback as texts
from bot.texts import welcome
from storage.records import Feedback
from tests.house import Running, at, running_bot
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    forged,
    outbox_of,
    person,
    plain,
    screen_after,
    settled,
    until,
    visit_of,
    without_buttons,
    words_of,
)
from tests.journeys.test_programme import changed
from tests.phone import Message, Phone

ASKED = at("08-22 12:30")
"""Half an hour after nab-am is back."""


async def tick(running: Running) -> None:
    await running.db.run(ask_passengers, congress=congress_of(running), now=running.clock.now())
    running.app.house.sender.wake()


async def asked(running: Running, phone: Phone) -> Message:
    """Wait for the question."""
    await tick(running)
    return await phone.wait_for(lambda seen: seen.button("rate:") is not None)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_two_taps_and_a_line_reach_the_organizers_without_a_name(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    emma, omar, gone = [await house.delegate(name, language=code) for name in ("Emma", "Omar", "Gone")]
    for phone in (emma, omar):
        await house.book(phone, "nab-am")
    ticket = await house.book(gone, "nab-am")
    question = await screen_after(gone, "giveq:", message=ticket)
    await screen_after(gone, "give:", message=question)
    assert say.gettext("Nobody has answered yet.") in (await answered(owner, "/feedback")).text

    house.clock.move_to(ASKED)
    card = await asked(house, emma)
    booking, visit = await booking_of(house, emma), await visit_of(house, "nab-am")
    assert card.text == plain(texts.question(say, Said(booking_id=booking.id, visit=visit, said=None)))
    assert callbacks(card) == [f"rate:{booking.id}:{score}" for score in range(1, 6)]
    answer = await emma.tap(f"rate:{booking.id}:3", message=card)
    said = Said(booking_id=booking.id, visit=visit, said=Feedback(score=3, comment=None))
    assert answer.text == texts.rated_answer(say, said)
    card = await emma.wait_for(lambda seen: seen.message_id == card.message_id, newer_than=card)
    card = await screen_after(emma, f"rate:{booking.id}:4", message=card)  # the last one counts
    assert "☑️ 4" in [button.text for button in card.buttons]

    asking = await screen_after(emma, "note:", message=card)
    thanks = await answered(emma, "The <b>Book</b> Museum,\nplease longer!")
    assert "💬 The <b>Book</b> Museum, please longer!" in thanks.text
    await without_buttons(emma, asking)
    other = await asked(house, omar)
    await screen_after(omar, f"rate:{(await booking_of(house, omar)).id}:5", message=other)

    comment = "The <b>Book</b> Museum, please longer!"
    opinions = Opinions(visit=visit, said=(Feedback(score=4, comment=comment), Feedback(score=5, comment=None)))
    (page,) = texts.opinion_pages(say, [opinions])
    shown = await answered(owner, "/feedback nab-am")
    assert shown.text == plain(page)
    average = {"en": "4.5", "kk": "4,5", "ru": "4,5"}[code]
    for command in ("/feedback", "/feedback nab-am"):
        shown = await answered(owner, command)
        assert average in shown.text
        assert not any(name in shown.text for name in ("Emma", "Omar", booking.code))
    assert await outbox_of(house, gone, "feedback") == []
    assert len(await outbox_of(house, emma, "feedback")) == 1


async def test_a_return_at_night_asks_the_next_morning(quick_house: Running) -> None:
    """The day trip is delayed until it is back at 21:30: nobody is asked before 07:00."""
    owner, emma, stopped = [
        await quick_house.organizer(),
        await quick_house.delegate("Emma"),
        await quick_house.delegate("Stopped"),
    ]
    for phone in (emma, stopped):
        await quick_house.book(phone, "karaganda-day")
    await answered(stopped, "/stop")
    visit = await visit_of(quick_house, "karaganda-day")
    late = int((at("08-22 21:30") - visit.returns_at).total_seconds() // 60)
    await answered(owner, f"/delay karaganda-day {late}")
    for moment in ("08-22 21:59", "08-22 22:00", "08-23 06:59"):
        quick_house.clock.move_to(at(moment))
        await tick(quick_house)
        assert await outbox_of(quick_house, emma, "feedback") == []
    quick_house.clock.move_to(at("08-23 07:00"))
    await asked(quick_house, emma)
    assert await outbox_of(quick_house, stopped, "feedback") == []


@pytest.mark.parametrize("off", [True, False], ids=["off", "control"])
async def test_the_event_file_switches_it_off(sqlite_url: str, tmp_path: Path, off: bool) -> None:
    table = "  [rules.feedback]                  # how was it? Leave the table out and nobody is asked\n"
    minutes = "  minutes_after_return = 30         # in the morning where that is in the quiet hours\n"
    file = changed(tmp_path, (table + minutes, "" if off else table + minutes))
    async with running_bot(sqlite_url, programme=file) as running:
        emma = await running.delegate()
        await running.book(emma, "nab-am")
        running.clock.move_to(ASKED)
        await tick(running)
        assert bool(await outbox_of(running, emma, "feedback")) is not off


async def test_nobody_rates_before_the_return_or_for_others_and_bad_input_loses_nothing(quick_house: Running) -> None:
    say = words_of(quick_house, "en")
    owner = await quick_house.organizer()
    emma, eve = await quick_house.delegate("Emma"), await quick_house.delegate("Eve")
    await quick_house.book(emma, "nab-am")
    booking = await booking_of(quick_house, emma)
    card = emma.messages[-1]
    old = welcome.old_button_answer(say)
    assert (await forged(emma, f"rate:{booking.id}:5", card=card))[0] == old
    quick_house.clock.move_to(ASKED)
    card = await asked(quick_house, emma)
    theirs = await answered(eve, "/my")
    for who, on, data in (
        (eve, theirs, f"rate:{booking.id}:1"),
        (emma, card, f"rate:{booking.id}:6"),
        (emma, card, f"rate:{booking.id}:0"),
        (emma, card, f"note:{booking.id}"),
    ):
        assert (await forged(who, data, card=on))[0] == old, data
    assert say.gettext("Nobody has answered yet.") in (await answered(owner, "/feedback")).text
    _, card = await forged(emma, f"rate:{booking.id}:5", card=card)
    await screen_after(emma, "note:", message=card)
    await answered(emma, "\u200b")  # nothing can be read of it: asked on
    known = await person(quick_house, emma)
    assert known is not None
    thanks = await answered(emma, "Good." + "!" * 500)
    assert "Good.!" in thanks.text
    assert len(thanks.text) < 500
    for text, wanted in (
        ("/feedback nowhere", "There is no visit or bus"),
        ("/feedback nab-am enu-am", plain(texts.usage_feedback(say))),
    ):
        assert wanted in (await answered(owner, text)).text
    await settled(emma)
    assert await until(lambda: outbox_of(quick_house, emma, "feedback"))
