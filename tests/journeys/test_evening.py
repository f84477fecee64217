"""The evening's question: coming, maybe, or freed; kept, shown on the card, changeable, and counted for organizers."""

import pytest

from bot.rules.booking import AlreadyLeft
from bot.services.answers import tell_owners
from bot.texts import messages, roster_files, welcome
from bot.texts import organizers as texts
from storage.records import Answers
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    booking_of,
    callbacks,
    congress_of,
    forged,
    next_message,
    outbox_of,
    plain,
    screen_after,
    seats_add_up,
    tickets,
    visits_held,
    why_not,
    words_of,
)
from tests.journeys.test_names import csv_of
from tests.journeys.test_reminders import EVENING, reminded
from tests.phone import Phone

COUNTED = at("08-21 21:00")


async def asked(running: Running, phone: Phone, key: str = "nab-am") -> None:
    """Sign up and get the evening's reminder."""
    await running.book(phone, key)
    running.clock.move_to(EVENING)
    await reminded(running, phone)


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_answer_is_kept_shown_on_the_card_and_can_be_changed(house: Running, code: str) -> None:
    say, congress = words_of(house, code), congress_of(house)
    emma = await house.delegate(language=code)
    await house.book(emma, "nab-am")
    house.clock.move_to(EVENING)
    (evening,) = await reminded(house, emma)
    assert (await booking_of(house, emma)).coming_at is None

    answer = await emma.tap("come:", message=evening)
    assert answer.text == messages.coming_answer(say, coming=True)
    card = await emma.wait_for(lambda seen: seen.message_id == evening.message_id, newer_than=evening)
    (held,) = await tickets(house, emma)
    assert held.booking.coming_at is not None
    assert card.text == plain(messages.evening_reminder(say, held, congress=congress))
    assert say.gettext("You have said that you are coming.") in card.text

    # The same button takes it back.
    answer = await emma.tap("come:", message=card)
    assert answer.text == messages.coming_answer(say, coming=False)
    card = await emma.wait_for(lambda seen: seen.message_id == evening.message_id, newer_than=card)
    assert (await booking_of(house, emma)).coming_at is None
    assert card.text == evening.text

    # Answered in the morning, the card does not say "tomorrow" any more.
    house.clock.move_to(at("08-22 07:10"))
    card = await screen_after(emma, "come:", message=card)
    assert say.gettext("Your visit is today") in card.text
    assert [message for message in emma.messages if message.message_id > evening.message_id] == []


async def test_a_second_delivery_of_the_answer_changes_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    await asked(quick_house, emma)
    evening = emma.messages[-1]
    data = next(each for each in callbacks(evening) if each.startswith("come:"))
    await forged(emma, data, card=evening)
    answered_at = (await booking_of(quick_house, emma)).coming_at
    quick_house.clock.move_to(at("08-21 19:00"))
    await forged(emma, data, card=evening)
    assert (await booking_of(quick_house, emma)).coming_at == answered_at is not None


async def test_freeing_the_seat_asks_once_and_serves_the_queue(house: Running) -> None:
    """The evening before, somebody waits for the last seat: they are asked in the same transaction."""
    owner = await house.organizer()
    emma = await house.delegate("Emma")
    await house.book(emma, "pres-am")
    await answered(owner, "/seats B05 1")
    omar = await house.delegate("Omar")
    card = await house.card(omar, "pres-am")
    await screen_after(omar, "join:", message=card)
    house.clock.move_to(EVENING)
    (evening,) = await reminded(house, emma)

    question = await screen_after(emma, "freeq:", message=evening)
    assert await visits_held(house, emma) == ["pres-am"]
    kept = await screen_after(emma, "eve:", message=question)
    assert kept.text == evening.text
    assert callbacks(kept) == callbacks(evening)

    question = await screen_after(emma, "freeq:", message=kept)
    await screen_after(emma, "give:", message=question)
    assert await visits_held(house, emma) == []
    offer = await omar.wait_for(lambda seen: seen.button("take:") is not None)
    assert offer.message_id > card.message_id
    await screen_after(omar, "take:", message=offer)
    assert await visits_held(house, omar) == ["pres-am"]
    await seats_add_up(house)
    shown = await answered(owner, "/roster pres-am")
    assert texts.answers_line(words_of(house, "en"), Answers(coming=1, freed=1)) in shown.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_counts_are_on_the_roster_and_go_to_the_owners_once(house: Running, code: str) -> None:
    """Emma and a companion come, Omar is silent, Vera frees her seat, Late signs up after the question."""
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    emma, omar, vera = [await house.delegate(name) for name in ("Emma", "Omar", "Vera")]
    card = await house.card(emma, "nab-am")
    await screen_after(emma, "with:", message=card)
    await screen_after(emma, "book:", message=await answered(emma, "Ann Lee"))
    for phone in (omar, vera):
        await house.book(phone, "nab-am")
    before = await answered(owner, "/roster nab-am")
    assert "🙋" not in before.text

    house.clock.move_to(EVENING)
    (evening,) = await reminded(house, emma)
    await screen_after(emma, "come:", message=evening)
    (evening,) = await reminded(house, vera)
    question = await screen_after(vera, "freeq:", message=evening)
    await screen_after(vera, "give:", message=question)
    house.clock.move_to(at("08-21 18:30"))
    await house.book(await house.delegate("Late"), "nab-am")

    counted = texts.answers_line(say, Answers(coming=3, silent=1, freed=1))
    for command in ("/roster nab-am", "/roster B01"):
        roster = await answered(owner, command)
        assert counted in roster.text, command
        assert roster.text.count(say.gettext("coming")) == 1
        rows = await csv_of(owner)
        yes = roster_files.yes_no(say, yes=True)
        assert {row[1]: row[-1] for row in rows[1:]} == {"Emma": yes, "Ann Lee": yes, "Omar": "", "Late": ""}

    newest = owner.messages[-1].message_id
    house.clock.move_to(COUNTED)
    for _ in range(2):
        await house.db.run(tell_owners, congress=congress_of(house), now=house.clock.now())
    house.app.house.sender.wake()
    digest = await next_message(owner, newest)
    assert say.gettext("Who comes tomorrow") in digest.text
    assert digest.text.count(counted) == 2  # of all visits together, and of this one
    assert len(await outbox_of(house, owner, "answers")) == 1


async def test_nobody_answers_for_others_nor_after_the_departure(quick_house: Running) -> None:
    emma, eve = await quick_house.delegate("Emma"), await quick_house.delegate("Eve")
    await asked(quick_house, emma)
    evening = emma.messages[-1]
    booking = await booking_of(quick_house, emma)
    card = await answered(eve, "/my")
    say = words_of(quick_house, "en")
    for data in (f"come:{booking.id}:{booking.version}:1", f"eve:{booking.id}", f"freeq:{booking.id}", "come:1:1:7"):
        old, _ = await forged(eve, data, card=card)
        assert old == welcome.old_button_answer(say), data
    quick_house.clock.move_to(at("08-22 09:00"))
    answer = await emma.tap("come:", message=evening)
    assert answer.text == why_not(quick_house, "en", AlreadyLeft())[0]
    assert (await booking_of(quick_house, emma)).coming_at is None
