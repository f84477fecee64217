"""Messages: what can be sent and edited, and in which words the rest is refused."""

import asyncio
from typing import Any

import aiohttp
import pytest

from bot.simulator.files import picture_size
from tests.phone import Location, Phone
from tests.simulator.conftest import Bot, Dial

KEYS = {"inline_keyboard": [[{"text": "Book", "callback_data": "book:1"}]]}
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly the same as a "
    "current content and reply markup of the message"
)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + (200).to_bytes(4) + (100).to_bytes(4) + b"\x08\x00"


async def test_a_sent_message_is_seen_on_the_phone_and_returned_to_the_bot(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="<b>Bus</b> &lt;1&gt;", parse_mode="HTML", reply_markup=KEYS)
    assert sent["text"] == "Bus <1>"
    assert sent["entities"] == [{"type": "bold", "offset": 0, "length": 3}]
    assert sent["chat"] == {"id": 7, "first_name": "Aliya", "type": "private"}
    assert sent["from"]["is_bot"]
    assert sent["reply_markup"] == KEYS
    seen = await aliya.wait_for("Bus")
    assert (seen.text, seen.html, seen.edited) == ("Bus <1>", "<b>Bus</b> &lt;1&gt;", False)
    assert [(button.text, button.data) for button in seen.buttons] == [("Book", "book:1")]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"text": "x"}, "chat_id is empty"),
        ({"chat_id": 7}, "message text is empty"),
        ({"chat_id": 7, "text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"chat_id": 7, "text": "я" * 4097}, "message is too long"),
        ({"chat_id": 7, "text": "я" * 20000}, "text is too long"),
        ({"chat_id": 7, "text": "x", "parse_mode": "LaTeX"}, "unsupported parse_mode"),
        ({"chat_id": 7, "text": "x", "entities": [{"type": "pre"}]}, "can't parse MessageEntity"),
        ({"chat_id": 8, "text": "x"}, "chat not found"),
        ({"chat_id": "@aliya", "text": "x"}, "chat not found"),
        ({"chat_id": 7, "text": "x", "reply_parameters": {"message_id": 999}}, "message to be replied not found"),
    ],
)
async def test_what_cannot_be_sent(bot: Bot, aliya: Phone, arguments: dict[str, Any], words: str) -> None:
    assert await bot.refused("sendMessage", **arguments) == f"Bad Request: {words}"


async def test_length_counts_after_parsing(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=7, text="<b>" + "я" * 4096 + "</b>", parse_mode="html")


async def test_nobody_is_written_to_unasked(bot: Bot, aliya: Phone) -> None:
    async with await Phone.create(bot.simulator.url, id=8, session=bot.session):
        words = await bot.refused("sendMessage", chat_id=8, text="x")
    assert words == "Forbidden: bot can't initiate conversation with a user"


async def test_who_blocked_the_bot_hears_nothing_and_the_bot_is_told(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="x")
    await aliya.block()
    blocked = "Forbidden: bot was blocked by the user"
    assert await bot.refused("sendMessage", chat_id=7, text="x") == blocked
    assert await bot.refused("editMessageText", chat_id=7, message_id=sent["message_id"], text="y") == blocked
    await aliya.unblock()
    await bot("sendMessage", chat_id=7, text="x")
    statuses = [update["my_chat_member"]["new_chat_member"]["status"] for update in await bot("getUpdates")]
    assert statuses == ["kicked", "member"]


async def test_an_edit_replaces_words_and_keyboard(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="Before", reply_markup=KEYS)
    edited = await bot("editMessageText", chat_id=7, message_id=sent["message_id"], text="After")
    assert edited["text"] == "After"
    assert "edit_date" in edited
    assert "reply_markup" not in edited
    seen = await aliya.wait_for("After")
    assert (seen.message_id, seen.edited, seen.buttons) == (sent["message_id"], True, ())
    assert seen is aliya.last


async def test_an_edit_that_changes_nothing_is_refused(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="<b>x</b>", parse_mode="HTML", reply_markup=KEYS)
    same = {"chat_id": 7, "message_id": sent["message_id"], "reply_markup": KEYS}
    assert await bot.refused("editMessageText", text="<strong>x</strong>", parse_mode="HTML", **same) == NOT_MODIFIED
    assert await bot.refused("editMessageReplyMarkup", **same) == NOT_MODIFIED
    await bot("editMessageText", text="x", **same)
    await bot("editMessageReplyMarkup", chat_id=7, message_id=sent["message_id"])


@pytest.mark.parametrize("markup", [{"keyboard": [["Yes"]]}, {"remove_keyboard": True}, {"force_reply": True}], ids=str)
async def test_a_message_with_a_reply_keyboard_cannot_be_edited(bot: Bot, aliya: Phone, markup: dict[str, Any]) -> None:
    sent = await bot("sendMessage", chat_id=7, text="x", reply_markup=markup)
    words = await bot.refused("editMessageText", chat_id=7, message_id=sent["message_id"], text="y")
    assert words == "Bad Request: message can't be edited"


async def test_only_own_messages_can_be_edited(bot: Bot, aliya: Phone) -> None:
    theirs = await aliya.send("hello")
    words = await bot.refused("editMessageText", chat_id=7, message_id=theirs, text="y")
    assert words == "Bad Request: message can't be edited"


async def test_a_place_has_no_text_to_edit(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendVenue", chat_id=7, latitude=51.1, longitude="71.4", title="Library", address="Dostyk 11")
    words = await bot.refused("editMessageText", chat_id=7, message_id=sent["message_id"], text="y")
    assert words == "Bad Request: message can't be edited"
    await bot("editMessageReplyMarkup", chat_id=7, message_id=sent["message_id"], reply_markup=KEYS)
    await aliya.look()
    assert aliya.last.location == Location(latitude=51.1, longitude=71.4)


async def test_a_deleted_message_cannot_be_edited(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="x")
    await aliya.look()
    await aliya.delete(aliya.last)
    edit = {"chat_id": 7, "message_id": sent["message_id"]}
    assert await bot.refused("editMessageText", text="y", **edit) == "Bad Request: message to edit not found"
    assert await bot.refused("deleteMessage", **edit) == "Bad Request: message to delete not found"
    await aliya.look()
    assert [message.text for message in aliya.messages] == ["/start"]


async def test_a_message_deleted_by_the_bot_leaves_the_phone(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="x")
    await aliya.look()
    await bot("deleteMessage", chat_id=7, message_id=sent["message_id"])
    await aliya.look()
    assert [message.text for message in aliya.messages] == ["/start"]


async def test_a_pin_is_seen(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="x")
    await bot("pinChatMessage", chat_id=7, message_id=sent["message_id"])
    pinned = await aliya.wait_for(lambda message: message.pinned)
    assert pinned.message_id == sent["message_id"]
    await bot("unpinChatMessage", chat_id=7)
    await aliya.wait_for(lambda message: not message.pinned, newer_than=pinned)
    assert await bot.refused("unpinChatMessage", chat_id=7) == "Bad Request: message to unpin not found"


async def test_a_document_travels_both_ways_and_again_by_its_id(bot: Bot, aliya: Phone) -> None:
    form = aiohttp.FormData(
        {"chat_id": "7", "caption": "<b>Ticket</b>", "parse_mode": "HTML", "document": "attach://up"}
    )
    form.add_field("up", b"BEGIN:VCALENDAR", filename="visit.ics", content_type="text/calendar")
    url = f"{bot.simulator.url}/bot42:TEST/sendDocument"
    async with bot.session.post(url, data=form) as response:
        sent = (await response.json())["result"]
    assert sent["caption"] == "Ticket"
    await bot("sendDocument", chat_id=7, document=sent["document"]["file_id"])
    seen = await aliya.wait_for(lambda message: message.document is not None and message.text == "")
    assert seen.document is not None
    assert (seen.document.file_name, seen.document.mime_type) == ("visit.ics", "text/calendar")
    assert await aliya.download(seen.document) == b"BEGIN:VCALENDAR"
    words = await bot.refused("editMessageText", chat_id=7, message_id=seen.message_id, text="y")
    assert words == "Bad Request: there is no text in the message to edit"
    await bot("editMessageCaption", chat_id=7, message_id=seen.message_id, caption="Later")

    await aliya.send_document(b"id,name", file_name="list.csv", caption="/import")
    message = (await bot("getUpdates"))[-1]["message"]
    file = await bot("getFile", file_id=message["document"]["file_id"])
    async with bot.session.get(f"{bot.simulator.url}/file/bot42:TEST/{file['file_path']}") as response:
        assert await response.read() == b"id,name"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "file must be non-empty"),
        (b"no picture", "IMAGE_PROCESS_FAILED"),
        (PNG.replace((100).to_bytes(4), (9).to_bytes(4)), "PHOTO_INVALID_DIMENSIONS"),
        (PNG, None),
    ],
)
async def test_a_photo_must_be_one(bot: Bot, aliya: Phone, content: bytes, words: str | None) -> None:
    form = aiohttp.FormData({"chat_id": "7"})
    form.add_field("photo", content, filename="map.png", content_type="image/png")
    async with bot.session.post(f"{bot.simulator.url}/bot42:TEST/sendPhoto", data=form) as response:
        answer = await response.json()
    assert answer.get("description") == (f"Bad Request: {words}" if words else None)
    if words is None:
        assert [(size["width"], size["height"]) for size in answer["result"]["photo"]] == [(200, 100)]


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (PNG, (200, 100)),
        (b"GIF89a" + (200).to_bytes(2, "little") + (100).to_bytes(2, "little"), (200, 100)),
        (b"\xff\xd8\xff\xe0\x00\x04ab\xff\xc0\x00\x11\x08" + (100).to_bytes(2) + (200).to_bytes(2), (200, 100)),
        (b"\xff\xd8\xff\xe0\x00\x04ab", None),
        (b"", None),
    ],
)
def test_pictures_tell_their_size(content: bytes, size: tuple[int, int] | None) -> None:
    assert picture_size(content) == size


async def test_an_answer_names_the_message_it_answers(bot: Bot, aliya: Phone) -> None:
    theirs = await aliya.send("hello")
    sent = await bot("sendMessage", chat_id=7, text="x", reply_parameters={"message_id": theirs})
    assert sent["reply_to_message"]["message_id"] == theirs
    gone = {"message_id": 999, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await bot("sendMessage", chat_id=7, text="x", reply_parameters=gone)


async def test_a_person_writes_and_the_bot_hears(bot: Bot, aliya: Phone) -> None:
    await aliya.send("/start visit_17")
    message = (await bot("getUpdates"))[0]["message"]
    assert message["text"] == "/start visit_17"
    assert message["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert message["from"] == {"id": 7, "is_bot": False, "first_name": "Aliya", "language_code": "en"}


async def test_waiting_for_words_ends_when_they_come_by_edit(bot: Bot, aliya: Phone, dial: Dial) -> None:
    sent = await bot("sendMessage", chat_id=7, text="Before")
    before = await aliya.wait_for("Before")
    waiting = asyncio.create_task(aliya.wait_for(lambda message: True, newer_than=before))
    await bot("editMessageText", chat_id=7, message_id=sent["message_id"], text="After")
    assert (await waiting).text == "After"


async def test_waiting_in_vain_shows_the_chat(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=7, text="Something else")
    with pytest.raises(AssertionError, match="Something else"):
        await aliya.wait_for("Booked", timeout=0.01)
