"""Keyboards under a message: what Telegram accepts as reply_markup.

Stricter than Telegram in two things, so that nothing passes here that fails there: a button with two
actions is refused (Telegram takes the first it knows), and so is a link to an address inside a house.
"""

import ipaddress
import json
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal
from urllib.parse import urlsplit

from bot.simulator.arguments import Arguments
from bot.simulator.errors import bad_request
from bot.simulator.wire import Json, dumps

MOST_BUTTONS = 100  # not documented; the number practice reports
LONGEST_DATA = 64  # bytes [Bot API: InlineKeyboardButton.callback_data]
LONGEST_COPY = 256  # characters [Bot API: CopyTextButton]
ACTIONS = (
    "url", "callback_data", "web_app", "copy_text",
    "switch_inline_query", "switch_inline_query_current_chat", "switch_inline_query_chosen_chat",
    "login_url", "callback_game", "pay",
)  # fmt: skip
# The stand-in has no games, no payments, no log-in by link and no inline mode.
UNSUPPORTED = frozenset(ACTIONS[4:])


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyboard:
    """A checked keyboard. `data` holds what its buttons send when tapped."""

    kind: Literal["inline", "reply", "remove", "force"]
    markup: Json
    wire: str
    data: frozenset[str]
    has_web_app: bool


def read_keyboard(args: Arguments, *, private: bool) -> Keyboard | None:
    """The keyboard of a call, checked, or nothing. `private`: the chat is one person's.

    Refuses in Telegram's words whatever Telegram refuses: callback data of more than 64 bytes, a link
    without a public host, more than 100 buttons.
    """
    value = args.values.get("reply_markup")
    if value is None or value == "":
        return None
    keyboard = _checked(value if isinstance(value, str) else dumps(value))
    if keyboard is not None and keyboard.has_web_app and not private:
        raise bad_request("BUTTON_TYPE_INVALID")
    return keyboard


@lru_cache(maxsize=4096)
def _checked(raw: str) -> Keyboard | None:
    try:
        markup = json.loads(raw)
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if markup.get("keyboard"):
        rows = _rows(markup["keyboard"], 'field "keyboard" must be an Array of Arrays')
        return _keyboard("reply", {**markup, "keyboard": [[_reply_button(b) for b in row] for row in rows]})
    if "inline_keyboard" in markup:
        words = 'field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays'
        rows = [row for row in _rows(markup["inline_keyboard"], words) if row]
        if rows:
            return _keyboard("inline", {"inline_keyboard": [[_inline_button(b) for b in row] for row in rows]})
    if markup.get("remove_keyboard"):
        return _keyboard("remove", {"remove_keyboard": True})
    if markup.get("force_reply"):
        return _keyboard("force", markup)
    return None


def _keyboard(kind: Literal["inline", "reply", "remove", "force"], markup: Json) -> Keyboard:
    buttons = [b for row in markup.get("inline_keyboard") or markup.get("keyboard") or () for b in row]
    if len(buttons) > MOST_BUTTONS:
        raise bad_request("reply markup is too long")
    return Keyboard(
        kind=kind,
        markup=markup,
        wire=dumps(markup),
        data=frozenset(b["callback_data"] for b in buttons if "callback_data" in b),
        has_web_app=any("web_app" in b for b in buttons),
    )


def _rows(rows: Any, refusal: str) -> list[list[Any]]:
    if not isinstance(rows, list) or not all(isinstance(row, list) for row in rows):
        raise bad_request(refusal)
    return rows


def _reply_button(button: Any) -> Json:
    if isinstance(button, str):
        button = {"text": button}
    if not isinstance(button, dict):
        raise bad_request("can't parse keyboard button: KeyboardButton must be a String or an Object")
    _require_text(button, "can't parse keyboard button", "keyboard button text must be non-empty")
    return button


def _require_text(button: Json, place: str, empty: str) -> None:
    if not isinstance(button.get("text"), str):
        raise bad_request(f'{place}: Can\'t find field "text"')
    if not button["text"].strip():
        raise bad_request(empty)


def _inline_button(button: Any) -> Json:
    place = "can't parse inline keyboard button"
    if not isinstance(button, dict):
        raise bad_request(f"{place}: InlineKeyboardButton must be an Object")
    _require_text(button, place, "inline keyboard button text must be non-empty")
    actions = [name for name in ACTIONS if name in button]
    if not actions or button[actions[0]] == "":
        raise bad_request(f"{place}: Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise bad_request(f"{place}: exactly one action is allowed, found {' and '.join(actions)}")
    _check_action(actions[0], button[actions[0]])
    return button


def _check_action(action: str, value: Any) -> None:
    if action in UNSUPPORTED:
        raise bad_request("BUTTON_TYPE_INVALID")
    if action == "callback_data":
        if not isinstance(value, str) or len(value.encode()) > LONGEST_DATA:
            raise bad_request("BUTTON_DATA_INVALID")
    elif action == "url":
        check_link(str(value), place="inline keyboard button URL")
    elif action == "web_app":
        url = value.get("url") if isinstance(value, dict) else None
        if not isinstance(url, str) or not url.startswith("https://"):
            raise bad_request(f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
        check_link(url, place="inline keyboard button Web App URL")
    elif action == "copy_text":
        copied = value.get("text") if isinstance(value, dict) else None
        if not isinstance(copied, str) or not 1 <= len(copied) <= LONGEST_COPY:
            raise bad_request("BUTTON_COPY_TEXT_INVALID")


def check_link(link: str, *, place: str) -> None:
    """Refuses a link that Telegram would not put on a button: other schemes, no host, or no public one."""
    split = _split(link)
    if split is None:
        raise bad_request(f"{place} '{link}' is invalid: Wrong HTTP URL")
    scheme, host = split
    if scheme not in ("http", "https", "tg", "ton"):
        raise bad_request(f"{place} '{link}' is invalid: Unsupported URL protocol")
    if scheme in ("http", "https") and not _is_public(host):
        raise bad_request(f"{place} '{link}' is invalid: Wrong HTTP URL")


def _split(link: str) -> tuple[str, str] | None:
    try:
        has_scheme = "://" in link or link.startswith(("tg:", "ton:"))
        parts = urlsplit(link if has_scheme else f"http://{link}")
        return (parts.scheme, parts.hostname or "") if not set(link) & set(" \n\t") else None
    except ValueError:
        return None


def _is_public(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        labels = host.split(".")
        return len(labels) > 1 and all(labels) and labels[-1] != "localhost"
