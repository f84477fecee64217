"""Values made safe for Telegram's HTML: what people and the programme wrote is text, the tags are ours."""

import re
import unicodedata
from html import escape, unescape

from telegram.constants import MessageLimit

from bot.language import Language
from storage.records import Words

_FIRST_STRONG, _POP = "\u2068", "\u2069"
NAMELESS = "–"
_TAG = re.compile(r"</?[A-Za-z][^<>]*>")
_RIGHT_TO_LEFT = {"R", "AL"}


def esc(text: str) -> str:
    """Return the text with <, > and & as Telegram wants them."""
    return escape(text, quote=False)


def plain(html: str) -> str:
    """Return a text of ours without its tags, as a reader sees it."""
    return unescape(_TAG.sub("", html))


def units(text: str) -> int:
    """Return the length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le")) // 2


def words(say: Language, several: Words) -> str:
    """Return the programme's words in the reader's language, escaped."""
    return esc(say.words(several))


def name(person: str) -> str:
    """Return a person's name, escaped; one in a right-to-left script is kept from turning the line around.

    Whose name is erased is a dash.
    """
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in person):
        return f"{_FIRST_STRONG}{esc(person)}{_POP}"
    return esc(person) or NAMELESS


def cut(text: str, most: int) -> str:
    """Return the text with at most so many characters, ended by an ellipsis where it was longer."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def pages(head: str, entries: list[str], *, room: int = MessageLimit.MAX_TEXT_LENGTH - 300) -> list[str]:
    """Join the entries into as few texts as fit one message each; the first begins with the head."""
    texts, current = [], head
    for entry in entries:
        if current and len(current) + len(entry) + 2 > room:
            texts.append(current)
            current = entry
        else:
            current = f"{current}\n\n{entry}" if current else entry
    return [*texts, current]


def bar(done: int, total: int) -> str:
    """Return how far something is, as ten blocks."""
    full = round(10 * done / total) if total else 10
    return "▰" * full + "▱" * (10 - full)
