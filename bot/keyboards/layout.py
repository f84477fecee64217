"""What all keyboards are laid out with: a button, its rows, the visits of a list."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote, urlencode

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot import buttons
from bot.buttons import Button
from bot.language import Language
from bot.texts import visits as visit_texts
from bot.texts.markup import cut
from storage.records import Visit, VisitState

PAGE = 8
"""Visits on one page of a list: what a phone shows without scrolling far."""
_LONGEST_LABEL = 60

Row = list[InlineKeyboardButton]


class _Keyboard(InlineKeyboardMarkup):
    """A keyboard of this bot's two kinds of buttons; python-telegram-bot would look for all that a button can have."""

    __slots__ = ()

    def to_dict(self, recursive: bool = True) -> dict[str, Any]:
        """Return it as the Bot API wants it."""
        return {"inline_keyboard": [[_told(each) for each in row] for row in self.inline_keyboard]}


def _told(each: InlineKeyboardButton) -> dict[str, str]:
    if each.url is not None:
        return {"text": each.text, "url": each.url}
    assert isinstance(each.callback_data, str)
    return {"text": each.text, "callback_data": each.callback_data}


def button(label: str, pressed: Button) -> InlineKeyboardButton:
    """One button, its label short enough for a phone."""
    return InlineKeyboardButton(cut(label, _LONGEST_LABEL), callback_data=pressed.data)


def share(label: str, *, link: str, words: str) -> InlineKeyboardButton:
    """Open Telegram's own dialog that sends a link to a chat; it needs no inline mode."""
    told = urlencode({"url": link, "text": words}, quote_via=quote)
    return InlineKeyboardButton(cut(label, _LONGEST_LABEL), url=f"https://t.me/share/url?{told}")


def markup(rows: Iterable[Row]) -> InlineKeyboardMarkup:
    """The rows that are not empty, as a keyboard."""
    return _Keyboard([row for row in rows if row])


def visit_rows(say: Language, visits: Sequence[Visit]) -> list[Row]:
    """One button a visit; drafts are nobody's business."""
    return [
        [button(visit_texts.visit_label(say, visit), buttons.ShowVisit(visit.id))]
        for visit in visits
        if visit.state is not VisitState.DRAFT
    ]
