"""Texts with entities, as Telegram keeps them: cleaned, trimmed, and with what it finds by itself.

Offsets and lengths of entities count UTF-16 code units, as the Bot API does.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.simulator.html_reader import read_tags, utf16_length
from bot.simulator.wire import Json

MOST_ENTITIES = 100

# Outer entities first where several begin at the same place and are equally long.
ORDER = {kind: place for place, kind in enumerate(("blockquote", "expandable_blockquote", "text_link"))}

_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f]")
_FOUND = re.compile(
    r"(?P<url>https?://[^\s<>\"]+[^\s<>\".,;:!?)\]'])|(?<![\w/@.:])(?P<bot_command>/[A-Za-z0-9_]{1,64}(?:@\w+)?)(?![\w/])"
    r"|(?<![\w@/.])(?P<mention>@[A-Za-z]\w{3,31})\b"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A text as Telegram keeps it: trimmed, its tags turned into entities."""

    text: str
    entities: tuple[Json, ...]


def read_plain(text: str, *, entities: list[Json] | None = None) -> Marked:
    """The text as it is; links, /commands and @mentions in it become entities, as Telegram finds them."""
    return _finish(_clean(text), list(entities or ()))


def read_html(html: str) -> Marked:
    """The text and entities of HTML. Refuses ("can't parse entities: ...") what Telegram refuses."""
    html = _clean(html)
    if "<" not in html and "&" not in html:
        return _finish(html, [])
    return _finish(*read_tags(html))


def _clean(text: str) -> str:
    if _CONTROLS.search(text):
        text = _CONTROLS.sub(lambda found: "" if found[0] == "\r" else " ", text)
    return text


def _finish(text: str, entities: list[Json]) -> Marked:
    """Trim the text, move the entities with it, and add those that Telegram finds by itself."""
    trimmed = text.rstrip()
    length = utf16_length(trimmed)
    left = len(trimmed) - len(trimmed.lstrip())
    if left:
        trimmed, length = trimmed[left:], length - left
    kept = []
    for entity in entities:
        start = max(entity["offset"] - left, 0)
        end = min(entity["offset"] + entity["length"] - left, length)
        if start < end:
            kept.append({**entity, "offset": start, "length": end - start})
    if "/" in trimmed or "@" in trimmed:
        kept.extend(_find(trimmed, kept))
    kept.sort(key=lambda e: (e["offset"], -e["length"], ORDER.get(e["type"], len(ORDER))))
    return Marked(text=trimmed, entities=tuple(kept[:MOST_ENTITIES]))


def _find(text: str, marked: list[Json]) -> Iterator[Json]:
    taken = [e for e in marked if e["type"] in ("text_link", "text_mention", "code", "pre")]
    for found in _FOUND.finditer(text):
        offset, length = utf16_length(text[: found.start()]), utf16_length(found[0])
        if not any(e["offset"] < offset + length and offset < e["offset"] + e["length"] for e in taken):
            yield {"type": found.lastgroup, "offset": offset, "length": length}
