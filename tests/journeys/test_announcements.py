"""Announcements: preview with a count, one confirm, and a result that counts sent, unreachable and failed."""

import asyncio

import pytest

from bot.handlers.broadcasts import LONGEST_TEXT
from bot.services.broadcasts import DraftGone, NobodyListens, Preview
from bot.texts import broadcasts as texts
from bot.texts import messages, welcome
from tests.house import OWNER, Running, at
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    forged,
    is_unreachable,
    logged,
    outbox_of,
    plain,
    screen_after,
    settled,
    until,
    visit_of,
    words_of,
)
from tests.phone import Message, Phone

TEXT = "Bus B02 has <b>moved</b> & waits in bay C.\nПожалуйста, поспешите! 🚌 _now_"


async def result(running: Running, owner: Phone, card: Message) -> Message:
    """Wait until the card of an announcement tells the final result."""
    title = words_of(running, "en").gettext("Announcement sent")
    return await owner.wait_for(lambda message: message.message_id == card.message_id and title in message.text)


def line(running: Running, words: str, n: int) -> str:
    return words_of(running, "en").gettext(words).format(n=n)


async def test_preview_count_confirm_and_a_result_that_counts(house: Running) -> None:
    owner = await house.organizer()
    phones = {code: await house.delegate(code.title(), language=code) for code in LANGUAGES}
    blocked, silent, odd = [await house.delegate(name) for name in ("Blocked", "Silent", "Odd")]
    other = await house.delegate("Other")
    for phone in (*phones.values(), blocked, silent, odd):
        await house.book(phone, "nab-am")
    await house.book(other, "nu-am")
    # One blocked the bot and Telegram told it; of another it hears when it writes; a third fails for odd reasons.
    await blocked.block()
    await until(lambda: is_unreachable(house, blocked))
    await house.telegram.fault("sendMessage", "403", chat_id=silent.id)
    await house.telegram.fault("sendMessage", "400", chat_id=odd.id, description="Bad Request: something odd")

    preview = await answered(owner, f"/announce nab-am {TEXT}")
    visit = await visit_of(house, "nab-am")
    expected = Preview(visit=visit, text=TEXT, languages={"en": 4, "kk": 1, "ru": 1}, unreachable=1)
    assert preview.text == plain(texts.preview(words_of(house, "en"), expected, languages=house.app.house.languages))
    assert TEXT in preview.text
    assert len(callbacks(preview)) == 4
    button = preview.button("announce:")
    assert button is not None
    assert "6" in button.text
    assert not await outbox_of(house, odd, "announcement")

    await owner.tap("announce:", message=preview)
    final = await result(house, owner, preview)
    assert not final.buttons
    assert words_of(house, "en").gettext("Sent: {sent} of {total}").format(sent=3, total=6) in final.text
    assert line(house, "Unreachable: {n}", 2) in final.text
    assert line(house, "Failed: {n}", 1) in final.text
    for code, phone in phones.items():
        arrived = await phone.wait_for(TEXT)
        assert arrived.text == plain(messages.announcement(words_of(house, code), text=TEXT))
    states = {phone.id: (await outbox_of(house, phone, "announcement"))[0].state for phone in (blocked, silent, odd)}
    assert list(states.values()) == ["unreachable", "unreachable", "failed"]
    assert not await outbox_of(house, other, "announcement")
    assert not await outbox_of(house, owner, "announcement")
    (entry,) = await logged(house, "announce")
    assert (entry.actor, entry.after) == (OWNER, {"audience": "nab-am", "people": 6})


async def test_all_reaches_everybody_who_agreed_and_nobody_else(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    stranger = await quick_house.stranger()
    await answered(stranger, "/start")
    preview = await answered(owner, "/announce ALL The desk opens at 06:41")
    say = words_of(quick_house, "en")
    assert say.gettext("everybody who uses the bot") in preview.text
    await owner.tap("announce:", message=preview)
    for phone in (owner, emma):
        arrived = await phone.wait_for(
            lambda message: "06:41" in message.text and message.message_id > preview.message_id
        )
        assert arrived.text == plain(messages.announcement(say, text="The desk opens at 06:41"))
    final = await result(quick_house, owner, preview)
    assert say.gettext("Sent: {sent} of {total}").format(sent=2, total=2) in final.text
    await settled(stranger)
    assert not [message for message in stranger.messages if "06:41" in message.text]


async def test_a_double_tap_sends_once_and_the_result_stays(house: Running) -> None:
    owner, emma = await house.organizer(), await house.delegate()
    await house.book(emma, "nab-am")
    preview = await answered(owner, "/announce nab-am Once only")
    data = callbacks(preview)[0]
    await asyncio.gather(*(owner.forge(data, preview.message_id) for _ in range(3)))
    await emma.wait_for("Once only")
    final = await result(house, owner, preview)
    # A late third press, when all is done.
    await forged(owner, data, card=final)
    await settled(emma)
    card = next(message for message in owner.messages if message.message_id == preview.message_id)
    assert card.text == final.text, "the organizer would think it was not sent, and send it again"
    assert len([message for message in emma.messages if "Once only" in message.text]) == 1
    assert len(await outbox_of(house, emma, "announcement")) == 1
    assert len(await logged(house, "announce")) == 1


@pytest.mark.parametrize("code", LANGUAGES)
async def test_a_preview_that_is_closed_old_or_replaced_sends_nothing(quick_house: Running, code: str) -> None:
    say = words_of(quick_house, code)
    owner, emma = await quick_house.organizer(language=code), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    gone = plain(texts.refused(say, DraftGone(), most=LONGEST_TEXT))

    closed = await answered(owner, "/announce nab-am First")
    data = callbacks(closed)[0]
    menu = await screen_after(owner, "end", message=closed)
    assert welcome.stopped(say) == (await owner.forge("end", menu.message_id)).text
    assert (await forged(owner, data, card=menu))[1].text == gone

    replaced = await answered(owner, "/announce nab-am Second")
    newer = await answered(owner, "/announce nab-am Third")
    assert (await screen_after(owner, "announce:", message=replaced)).text == gone

    quick_house.clock.move_to(at("08-20 10:01"))
    assert (await screen_after(owner, "announce:", message=newer)).text == gone

    cancelled = await answered(owner, "/announce nab-am Fourth")
    await answered(owner, "/cancel")
    assert (await screen_after(owner, "announce:", message=cancelled)).text == gone
    assert not await outbox_of(quick_house, emma, "announcement")
    assert not await logged(quick_house, "announce")


async def test_an_announcement_that_nobody_would_read_is_said_to_be_one(quick_house: Running) -> None:
    owner = await quick_house.organizer()
    answer = await answered(owner, "/announce nab-am Hello")
    visit = await visit_of(quick_house, "nab-am")
    nobody = texts.refused(words_of(quick_house, "en"), NobodyListens(visit), most=LONGEST_TEXT)
    assert answer.text == plain(nobody)
    assert not answer.buttons


async def test_the_longest_text_arrives_whole_and_a_longer_one_is_refused(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    longest = ("&<" * LONGEST_TEXT)[: LONGEST_TEXT - 1] + "."
    refused = await answered(owner, f"/announce nab-am {longest}x")
    assert refused.text == plain(texts.usage(words_of(quick_house, "en"), most=LONGEST_TEXT))
    preview = await answered(owner, f"/announce nab-am {longest}")
    await owner.tap("announce:", message=preview)
    assert longest in (await emma.wait_for(longest)).text


async def test_a_lost_answer_is_counted_as_uncertain_and_not_sent_again(quick_house: Running) -> None:
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    preview = await answered(owner, "/announce nab-am Only once")
    await quick_house.telegram.fault("sendMessage", "lost", chat_id=emma.id)
    await owner.tap("announce:", message=preview)
    final = await result(quick_house, owner, preview)
    assert line(quick_house, "Sent, arrival not certain: {n}", 1) in final.text
    await settled(emma)
    assert len([message for message in emma.messages if "Only once" in message.text]) == 1


async def test_an_organizer_who_books_meanwhile_keeps_the_preview(quick_house: Running) -> None:
    """Other screens are no reason to lose an announcement that waits for its confirm."""
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    await quick_house.book(emma, "nab-am")
    preview = await answered(owner, "/announce nab-am See you")
    await answered(owner, "/stats")
    await quick_house.book(owner, "nab-pres-pm")
    await owner.tap("announce:", message=preview)
    await emma.wait_for("See you")
