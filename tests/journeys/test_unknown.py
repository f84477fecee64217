"""What the bot does not know: texts, stickers, photos, edited messages, groups, floods. Never silence, never harm."""

import pytest
from sqlalchemy import select

from bot.texts import welcome
from storage import Tx, inbox, tables
from tests.house import Running
from tests.journeys.scenes import (
    LANGUAGES,
    answered,
    callbacks,
    congress_of,
    next_message,
    person,
    plain,
    settled,
    visits_held,
    words_of,
)
from tests.phone import Json, Phone

GROUP = -1001234
NOBODY = {"id": 5, "is_bot": False, "first_name": "x"}


def raw_message(phone: Phone, number: int, **content: object) -> Json:
    """What Telegram sends for a message of this person."""
    who = {"id": phone.id, "is_bot": False, "first_name": "Emma", "language_code": "en"}
    chat = {"id": phone.id, "type": "private", "first_name": "Emma"}
    return {"message_id": 700_000 + number, "from": who, "chat": chat, "date": 1_755_600_000, **content}


THUMB = {"file_id": "x", "file_unique_id": "y", "width": 100, "height": 100}
STICKER = {**THUMB, "type": "regular", "is_animated": False, "is_video": False}
KINDS: dict[str, Json] = {
    "sticker": {"sticker": STICKER},
    "photo": {"photo": [THUMB]},
    "photo with a caption": {"photo": [THUMB], "caption": "/stats nab-am"},
    "voice": {"voice": {"file_id": "x", "file_unique_id": "y", "duration": 3}},
    "location": {"location": {"latitude": 51.1, "longitude": 71.4}},
    "contact": {"contact": {"phone_number": "+77170000000", "first_name": "Emma"}},
    "dice": {"dice": {"emoji": "🎲", "value": 6}},
    "poll": {
        "poll": {
            "id": "1",
            "question": "?",
            "options": [],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
    },
}


async def test_an_unknown_text_or_command_gets_a_helpful_answer(quick_house: Running) -> None:
    for code in LANGUAGES:
        emma = await quick_house.delegate(language=code)
        for typed in ("hello", "/nonsense", "/visitsx", "/book 1", "?", "🙂", "/", "/start@other_bot x", "x" * 4096):
            answer = await answered(emma, typed)
            assert answer.text == plain(welcome.unknown(words_of(quick_house, code))), typed
            assert callbacks(answer) == ["cities", "my", "wheels", "langs"]


async def test_a_sticker_a_photo_or_a_voice_gets_the_same_answer(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    unknown = plain(welcome.unknown(words_of(quick_house, "en")))
    for number, (kind, content) in enumerate(KINDS.items()):
        before = emma.last.message_id
        await quick_house.telegram.put_updates({"message": raw_message(emma, number, **content)})
        answer = await next_message(emma, before)
        assert answer.text == unknown, kind
    mine = await emma.send_document(b"%PDF", file_name="badge.pdf")
    assert (await next_message(emma, mine)).text == unknown


async def test_an_edited_message_is_ignored(quick_house: Running) -> None:
    """Obeying an edit would do twice, or later, what somebody wrote once."""
    owner, emma = await quick_house.organizer(), await quick_house.delegate()
    stranger = await quick_house.stranger("Sam")
    await answered(stranger, "/help")
    edits = [
        {"edited_message": {**raw_message(phone, number, text=text), "edit_date": 1_755_600_001}}
        for number, (phone, text) in enumerate(
            [(owner, "/delay nab-am 15"), (emma, "/my"), (emma, "hello"), (stranger, "hello"), (stranger, "/start")]
        )
    ]
    await quick_house.telegram.put_updates(*edits)
    for phone, seen in ((owner, 1), (emma, 1), (stranger, 1)):
        await settled(phone)
        # What was there before, and the answer to what `settled` asks.
        assert len([message for message in phone.messages if message.from_bot]) == seen + 1
    assert not await quick_house.ask(_lines_of, "delay")


def _lines_of(tx: Tx, action: str) -> list[object]:
    return list(tx.execute(tables.log.select().where(tables.log.c.action == action)))


async def test_in_a_group_only_the_way_to_the_private_chat_is_told(quick_house: Running) -> None:
    emma, sam = await quick_house.delegate("Emma", language="kk"), await quick_house.stranger("Sam", language="ru")
    await quick_house.book(emma, "nab-am")
    await quick_house.telegram.group(GROUP, title="Delegates", members=[emma, sam])
    for author, code in ((emma, "kk"), (sam, "ru")):
        for text in ("/my", "/visits", "/stats", "/start v_nab-am", "/nonsense"):
            before = len(await quick_house.telegram.see_group(GROUP))
            await quick_house.telegram.send_in_group(GROUP, author=author, text=text)
            await settled(author)
            seen = await quick_house.telegram.see_group(GROUP)
            assert len(seen) == before + 2, text
            assert seen[-1].text == plain(welcome.group_text(words_of(quick_house, code)))
            (button,) = seen[-1].buttons
            assert button.url is not None
            assert button.url.startswith("https://t.me/")
            assert "Emma" not in seen[-1].text
    # The link leads into the private chat.
    assert "cities" in callbacks(await answered(emma, "/start group"))
    assert await person(quick_house, sam) is None


async def test_what_is_said_in_a_group_to_others_is_left_alone(quick_house: Running) -> None:
    """An administrator's bot hears everything there."""
    emma = await quick_house.delegate()
    await quick_house.telegram.group(GROUP, title="Delegates", members=[emma])
    there = {"id": GROUP, "type": "supergroup", "title": "Delegates"}
    for number, text in enumerate(("hello all", "/start@somebody_elses_bot", "see /visits", "1/2")):
        await quick_house.telegram.put_updates({"message": raw_message(emma, number, text=text) | {"chat": there}})
    await settled(emma)
    assert await quick_house.telegram.see_group(GROUP) == []


async def test_a_tap_from_a_group_acts_on_nothing(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    await quick_house.telegram.group(GROUP, title="Delegates", members=[emma])
    await quick_house.telegram.send_in_group(GROUP, author=emma, text="/visits")
    await settled(emma)
    seen = (await quick_house.telegram.see_group(GROUP))[-1]
    await emma.ask(
        "POST",
        f"/phones/{emma.id}/tap",
        json={"chat_id": GROUP, "message_id": seen.message_id, "data": "book:1:1:1", "forge": True, "wait": 5},
    )
    await settled(emma)
    assert await visits_held(quick_house, emma) == []


async def test_an_update_from_nobody_or_of_an_unknown_kind_harms_nobody(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    channel, private = {"id": -5, "type": "channel", "title": "x"}, {"id": 5, "type": "private"}
    updates: list[Json] = [
        {"channel_post": {"message_id": 1, "date": 1, "chat": channel, "text": "/my"}},
        {"inline_query": {"id": "1", "from": NOBODY, "query": "", "offset": ""}},
        {"message": {"message_id": 1, "date": 1, "chat": private, "text": "/start"}},
        {"message": {"message_id": 1, "date": 1, "from": NOBODY, "chat": private, "text": "\u00a0"}},
        {"message": "poison"},
        {"poll_answer": {}},
        {"something_new": {"from": NOBODY}},
    ]
    await quick_house.telegram.put_updates(*updates)
    assert "cities" in callbacks(await answered(emma, "/start"))
    # A text without a letter, from somebody who is there.
    await quick_house.telegram.put_updates({"message": raw_message(emma, 1, text="\u00a0")})
    await emma.wait_for(plain(welcome.unknown(words_of(quick_house, "en"))))


@pytest.mark.usefixtures("hurried")
async def test_who_sends_what_cannot_be_handled_hears_so_whatever_is_wrong_with_it(quick_house: Running) -> None:
    emma = await quick_house.stranger()
    await answered(emma, "/help")
    before = emma.last.message_id
    broken = raw_message(emma, 1, text="/help")
    await quick_house.telegram.put_updates({"message": broken | {"from": broken["from"] | {"language_code": 5}}})
    answer = await next_message(emma, before)
    contacts = congress_of(quick_house).contacts
    assert answer.text == plain(welcome.something_failed(words_of(quick_house, "en"), contacts))


async def test_a_group_that_threw_the_bot_out_meanwhile_is_no_trouble(quick_house: Running) -> None:
    emma = await quick_house.delegate()
    await quick_house.telegram.group(GROUP, title="Delegates", members=[emma])
    await quick_house.telegram.fault("sendMessage", "403", chat_id=GROUP)
    await quick_house.telegram.send_in_group(GROUP, author=emma, text="/my")
    first, second = await answered(emma, "/help"), await answered(emma, "/help")
    assert first.text == second.text  # no word that something failed came before it
    assert [call.chat_id for call in await quick_house.telegram.calls("sendMessage")].count(GROUP) == 1
    assert await quick_house.ask(_failed_tries) == 0


def _failed_tries(tx: Tx) -> int:
    return sum(tx.scalars(select(tables.inbox.c.tries)))


async def test_a_tap_on_no_message_or_on_somebody_elses_is_answered_and_edits_nothing(quick_house: Running) -> None:
    emma, omar = await quick_house.delegate("Emma"), await quick_house.delegate("Omar")
    card = await quick_house.card(omar, "nab-am")
    old = welcome.old_button_answer(words_of(quick_house, "en"))
    theirs = {
        "message_id": card.message_id,
        "date": 1,
        "chat": {"id": omar.id, "type": "private", "first_name": "Omar"},
    }
    for message in ({}, {"message": theirs}, {"inline_message_id": "x"}):
        before = len(await quick_house.telegram.calls("answerCallbackQuery"))
        tapped = {"id": "5", "from": NOBODY | {"id": emma.id}, "chat_instance": "1", "data": "book:1:1:1", **message}
        await quick_house.telegram.put_updates({"callback_query": tapped})
        await settled(emma)
        calls = await quick_house.telegram.calls("answerCallbackQuery")
        assert [call.params["text"] for call in calls[before:]] == [old], message
    assert await visits_held(quick_house, emma) == []
    await settled(omar)
    assert next(message for message in omar.messages if message.message_id == card.message_id) == card


@pytest.mark.parametrize("code", LANGUAGES)
async def test_who_writes_too_much_at_once_is_asked_to_slow_down_in_their_language(
    quick_house: Running, code: str
) -> None:
    """The phone speaks another language than the one chosen."""
    emma = await quick_house.delegate(language="en")
    choice = await answered(emma, "/language")
    await emma.tap(f"say:{code}", message=choice)
    flood = [{"message": raw_message(emma, number, text="hello")} for number in range(40)]
    await quick_house.telegram.put_updates(*flood)
    await emma.wait_for(welcome.too_many_answer(words_of(quick_house, code)))


WITH_NUL = {
    "/roster nab\0-pm": "nab-pm",
    "/find Em\0ma": "Emma",
    "/desk pres-am Aig\0erim": "Aigerim",
    "/open nowhere\0": "nowhere",
    "/why \0K7PW2": "K7PW2",
}


async def test_a_letter_that_no_database_holds_is_left_out_of_what_is_typed(house: Running) -> None:
    """Telegram takes it out of what people write; a broken server, or who knows the webhook's secret, may not."""
    owner = await house.organizer()
    for number, (text, kept) in enumerate(WITH_NUL.items()):
        before = max(message.message_id for message in owner.messages)
        command = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
        await house.telegram.put_updates({"message": raw_message(owner, number, text=text, entities=command)})
        assert kept in (await next_message(owner, before)).text
    await settled(owner)
    assert not (await house.db.read(inbox.count)).parked
