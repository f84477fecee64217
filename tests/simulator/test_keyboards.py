"""Keyboards: what Telegram refuses to put under a message."""

from typing import Any

import pytest

from tests.phone import Phone
from tests.simulator.conftest import Bot

PLACE = "can't parse inline keyboard button"
LINK = "inline keyboard button URL"


def one(**action: Any) -> dict[str, Any]:
    return {"inline_keyboard": [[{"text": "x", **action}]]}


@pytest.mark.parametrize(
    ("markup", "words"),
    [
        ("{", "can't parse reply keyboard markup JSON object"),
        ("[]", "object expected as reply markup"),
        ({"inline_keyboard": [1]}, 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'),
        ({"inline_keyboard": [["x"]]}, f"{PLACE}: InlineKeyboardButton must be an Object"),
        ({"inline_keyboard": [[{"callback_data": "x"}]]}, f'{PLACE}: Can\'t find field "text"'),
        ({"inline_keyboard": [[{"text": "", "callback_data": "x"}]]}, "inline keyboard button text must be non-empty"),
        (one(), f"{PLACE}: Text buttons are unallowed in the inline keyboard"),
        (one(callback_data=""), f"{PLACE}: Text buttons are unallowed in the inline keyboard"),
        (one(callback_data="x" * 65), "BUTTON_DATA_INVALID"),
        (one(callback_data="я" * 33), "BUTTON_DATA_INVALID"),
        (one(callback_data="x", url="https://example.org"),
         f"{PLACE}: exactly one action is allowed, found url and callback_data"),
        (one(url="http://localhost/x"), f"{LINK} 'http://localhost/x' is invalid: Wrong HTTP URL"),
        (one(url="http://127.0.0.1/"), f"{LINK} 'http://127.0.0.1/' is invalid: Wrong HTTP URL"),
        (one(url="ftp://example.org/"), f"{LINK} 'ftp://example.org/' is invalid: Unsupported URL protocol"),
        (one(url="javascript:alert(1)"), f"{LINK} 'javascript:alert(1)' is invalid: Wrong HTTP URL"),
        (one(copy_text={"text": "x" * 257}), "BUTTON_COPY_TEXT_INVALID"),
        (one(pay=True), "BUTTON_TYPE_INVALID"),
        ({"inline_keyboard": [[{"text": "x", "callback_data": "x"}]] * 101}, "reply markup is too long"),
    ],
    ids=str,
)  # fmt: skip
async def test_refused_keyboards(bot: Bot, aliya: Phone, markup: Any, words: str) -> None:
    assert await bot.refused("sendMessage", chat_id=7, text="x", reply_markup=markup) == f"Bad Request: {words}"


@pytest.mark.parametrize(
    "markup",
    [
        one(callback_data="x" * 64),
        one(callback_data="я" * 32),
        one(url="https://example.org/?a=1"),
        one(url="tg://resolve?domain=x"),
        one(copy_text={"text": "B-17"}),
        one(web_app={"url": "https://example.org/app"}),
        {"inline_keyboard": [[{"text": "x", "callback_data": "x"}] * 8] * 12},
    ],
    ids=str,
)
async def test_allowed_keyboards(bot: Bot, aliya: Phone, markup: Any) -> None:
    sent = await bot("sendMessage", chat_id=7, text="x", reply_markup=markup)
    assert sent["reply_markup"] == markup


async def test_an_empty_keyboard_is_none(bot: Bot, aliya: Phone) -> None:
    assert "reply_markup" not in await bot("sendMessage", chat_id=7, text="x", reply_markup={"inline_keyboard": [[]]})


async def test_a_card_cannot_get_a_reply_keyboard(bot: Bot, aliya: Phone) -> None:
    sent = await bot("sendMessage", chat_id=7, text="x")
    edit = {"chat_id": 7, "message_id": sent["message_id"], "text": "y", "reply_markup": {"keyboard": [["Yes"]]}}
    assert await bot.refused("editMessageText", **edit) == "Bad Request: inline keyboard expected"
