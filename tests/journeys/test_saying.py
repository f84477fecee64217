"""The phrasebook, an announcement for later, and "Got it", from the chat in three languages."""

import pytest

from bot.rules.phrasing import PHRASES, Saying
from bot.services.hearing import LISTED_AFTER
from bot.texts import messages, phrases
from tests.house import Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    logged,
    outbox_of,
    plain,
    screen_after,
    settled,
    words_of,
)
from tests.phone import Message, Phone

LATE = "#late B01 15 #id"


async def readers(house: Running) -> dict[str, Phone]:
    phones = {code: await house.delegate(code.title(), language=code) for code in LANGUAGES}
    for phone in phones.values():
        await house.book(phone, "nab-am")
    return phones


async def card_saying(phone: Phone, words: str, *, card: Message) -> Message:
    return await phone.wait_for(lambda seen: seen.message_id == card.message_id and words in seen.text)


async def test_a_phrase_reaches_everybody_in_their_own_language_with_its_gaps_filled(house: Running) -> None:
    owner, phones = await house.organizer(), await readers(house)
    preview = await answered(owner, f"/announce nab-am {LATE.lower()}")
    sayings = (Saying("late", ("B01", "15")), Saying("id"))
    for code in LANGUAGES:
        assert phrases.phrased(words_of(house, code), sayings) in preview.text
    assert words_of(house, "en").gettext("No text in {language}: {n} read {other}").split("{")[0] not in preview.text
    await owner.tap("announce:", message=preview)
    for code, phone in phones.items():
        arrived = await phone.wait_for(phrases.phrased(words_of(house, code), sayings))
        assert arrived.text == plain(messages.announcement(words_of(house, code), text=LATE))
        assert "15" in arrived.text


@pytest.mark.parametrize("code", LANGUAGES)
async def test_the_phrasebook_is_looked_through_and_every_phrase_is_in_it(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner = await quick_house.organizer(language=code)
    card = await answered(owner, "/phrases")
    shown = card.text
    for group in range(1, len(phrases.GROUPS)):
        card = await screen_after(owner, f"phrases:{group}", message=card)
        assert card.text == plain(phrases.phrasebook(say, group))
        shown += card.text
    for key in PHRASES:
        assert f"#{key}" in shown


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("#lateness B01", "#late B01 15"),
        ("#late B99 15", "B99"),
        ("#late B01", "#late B01 15"),
        ("#id now", "now"),
        ("@25:00 Come", "@25:00"),
        ("@01.01 10:00 Come", "past"),
    ],
)
async def test_what_is_typed_wrong_is_named_with_an_example_that_works(
    quick_house: Running, typed: str, named: str
) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    refused = await answered(owner, f"/announce nab-am {typed}")
    assert named in refused.text
    assert not callbacks(refused)


async def planned(house: Running, owner: Phone, code: str, text: str) -> Message:
    """Let this go out at half past twelve; return the card."""
    say, moment = words_of(house, code), words_of(house, code).moment(at("08-20 12:30"))
    preview = await answered(owner, f"/announce nab-am @12:30 {text}")
    assert moment in preview.text
    card = await screen_after(owner, "announce:", message=preview)
    assert say.gettext("Planned for {moment}").format(moment=moment) in card.text
    return card


@pytest.mark.parametrize("code", LANGUAGES)
async def test_an_announcement_for_later_goes_out_then_or_is_withdrawn(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner, emma = await house.organizer(language=code), await house.delegate(language=code)
    await house.book(emma, "nab-am")
    house.clock.move_to(at("08-20 12:00"))
    await planned(house, owner, code, "First words")
    card = await planned(house, owner, code, "Second words")
    listed = await answered(owner, "/announce")
    assert "@07:40" in listed.text
    gone = await screen_after(owner, "unplan:", message=card)
    assert gone.text.startswith("✖️ " + say.gettext("Withdrawn: it does not go out"))
    await settled(emma)
    assert not await outbox_of(house, emma, "announcement")
    house.clock.move_to(at("08-20 12:30"))
    arrived = await emma.wait_for("First words")
    assert arrived.text == plain(messages.announcement(say, text="First words"))
    await owner.wait_for(say.gettext("Sent: {sent} of {total}").format(sent=1, total=1))
    assert not [message for message in emma.messages if "Second words" in message.text]
    assert len(await logged(house, "withdraw announcement")) == 1


@pytest.mark.parametrize("code", LANGUAGES)
async def test_got_it_is_counted_and_who_is_silent_is_named_and_reminded(house: Running, code: str) -> None:
    say = words_of(house, code)
    owner = await house.organizer(language=code)
    quick, slow = await house.delegate("Quick", language=code), await house.delegate("Slow", language=code)
    for phone in (quick, slow):
        await house.book(phone, "nab-am")
    preview = await answered(owner, "/announce nab-am Come down")
    asking = await screen_after(owner, "asking:", message=preview)
    assert say.gettext("Its readers are asked to confirm. After 5 minutes you read who has not.") in asking.text
    await owner.tap("announce:", message=asking)
    card = await quick.wait_for("Come down")
    confirmed = await screen_after(quick, "gotit:", message=card)
    assert confirmed.message_id == card.message_id
    assert not confirmed.buttons
    assert "Come down" in confirmed.text
    await slow.wait_for("Come down")
    await card_saying(owner, say.gettext("Announcement sent"), card=preview)

    await card_saying(owner, say.gettext("Confirmed: {n}").format(n=1), card=preview)
    house.clock.advance(LISTED_AFTER)
    listed = await owner.wait_for(say.gettext("Not confirmed: {n}").format(n=1))
    assert "Slow" in listed.text
    assert "Quick" not in listed.text
    reminded = await screen_after(owner, "nudge:", message=listed)
    assert say.gettext("Reminded: {n}").format(n=1) in reminded.text
    again = await slow.wait_for("Come down", newer_than=slow.messages[-1])
    await screen_after(slow, "gotit:", message=again)
    done = await screen_after(owner, "unheard:", message=reminded)
    assert say.gettext("Everybody has confirmed.") in done.text
    assert len(await outbox_of(house, owner, "unheard")) == 1
