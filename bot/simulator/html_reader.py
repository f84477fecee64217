"""Telegram's HTML, read tag by tag.

It follows TDLib's rules and words, with byte offsets in its refusals; offsets and lengths of entities
count UTF-16 code units. Over 200 lines, for it is one grammar.
"""

import re
from dataclasses import dataclass

from bot.simulator.errors import Refused, bad_request
from bot.simulator.keyboards import check_link
from bot.simulator.wire import Json

KINDS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough",
    "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "pre": "pre", "code": "code",
    "blockquote": "blockquote", "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip

_SPECIAL = re.compile(r"[<&]")
_REFERENCE = re.compile(r"&(?:#x([0-9a-fA-F]+)|#([0-9]+)|(lt|gt|amp|quot)(?![A-Za-z]));?")
_NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
_BARE_TAG = re.compile(r"<(/?)([a-z-]+)>")
_NAME_END = re.compile(r"[\s>]")
_ATTRIBUTE = re.compile(r"""[^\s=>/"']+""")
_TOKEN = re.compile(r"[A-Za-z0-9.-]*")
_SPACES = re.compile(r"\s*")


def read_tags(html: str) -> tuple[str, list[Json]]:
    """The text without its tags, and what the tags said. Refuses with "can't parse entities: ..."."""
    return _Reader(html).read()


def utf16_length(text: str) -> int:
    """How many UTF-16 code units the text takes."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


@dataclass(slots=True)
class _Open:
    """A tag that waits for its end."""

    tag: str
    argument: str
    offset: int
    parts: int  # how many pieces of text stood before it


class _Reader:
    """One pass over one HTML text."""

    def __init__(self, html: str) -> None:
        self.html = html
        self.at = 0
        self.parts: list[str] = []
        self.offset = 0  # UTF-16 units of text so far
        self.opened: list[_Open] = []
        self.entities: list[Json] = []

    def read(self) -> tuple[str, list[Json]]:
        while special := _SPECIAL.search(self.html, self.at):
            self._keep(self.html[self.at : special.start()])
            self.at = special.start()
            if special[0] == "&":
                self._keep(self._reference() or self._one_character())
            elif self._bare_tag():
                continue
            elif self.html.startswith("</", self.at):
                self._end_tag()
            else:
                self._start_tag()
        self._keep(self.html[self.at :])
        if self.opened:
            raise _refuse(f'Can\'t find end tag corresponding to start tag "{self.opened[-1].tag}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return "".join(self.parts), self.entities

    def _keep(self, text: str) -> None:
        if text:
            self.parts.append(text)
            self.offset += utf16_length(text)

    def _one_character(self) -> str:
        self.at += 1
        return self.html[self.at - 1]

    def _reference(self) -> str:
        """The character a reference stands for, stepping over it; nothing when it stands for none."""
        found = _REFERENCE.match(self.html, self.at)
        if not found:
            return ""
        if found[3]:
            character = _NAMED[found[3]]
        else:
            code = int(found[1], 16) if found[1] else int(found[2])
            if not 0 < code < 0x10FFFF:
                return ""
            if 0xD800 <= code <= 0xDFFF:
                raise bad_request("text contains invalid Unicode characters after decoding HTML entities")
            character = chr(code)
        self.at = found.end()
        return character

    def _bytes(self, position: int) -> int:
        return len(self.html[:position].encode())

    def _bare_tag(self) -> bool:
        """Steps over a tag without attributes, as nearly all are; leaves every other and every wrong one."""
        found = _BARE_TAG.match(self.html, self.at)
        if not found:
            return False
        tag = found[2]
        if found[1]:
            if not self.opened or self.opened[-1].tag != tag:
                return False
            opened = self.opened.pop()
            if self.offset > opened.offset:
                self._add(opened)
        elif tag in KINDS and tag != "span":
            self.opened.append(_Open(tag, "", self.offset, len(self.parts)))
        else:
            return False
        self.at = found.end()
        return True

    def _start_tag(self) -> None:
        begin = self.at
        end = _NAME_END.search(self.html, begin + 1)
        if not end:
            raise _refuse(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        tag = self.html[begin + 1 : end.start()].lower()
        if tag not in KINDS:
            raise _refuse(f'Unsupported start tag "{tag}" at byte offset {self._bytes(begin)}')
        self.at = end.start()
        argument = self._attributes(tag, begin)
        if tag == "span" and argument != "spoiler":
            raise _refuse(f'Tag "span" must have class "tg-spoiler" at byte offset {self._bytes(begin)}')
        self.opened.append(_Open(tag, argument, self.offset, len(self.parts)))

    def _attributes(self, tag: str, begin: int) -> str:
        """The one attribute that matters to this tag; steps over the closing ">"."""
        html, argument = self.html, ""
        while True:
            self._skip_spaces()
            if html.startswith(">", self.at):
                self.at += 1
                return argument
            name = _ATTRIBUTE.match(html, self.at)
            if not name:
                raise _refuse(f'Empty attribute name in the tag "{tag}" at byte offset {self._bytes(begin)}')
            self.at = name.end()
            self._skip_spaces()
            if self.at >= len(html):
                raise _refuse(f'Unclosed start tag "{tag}" at byte offset {self._bytes(begin)}')
            if html[self.at] != "=":
                value = "1"
            else:
                self.at += 1
                self._skip_spaces()
                value = self._attribute_value(tag, begin)
            argument = _argument(tag, name[0], value, argument)

    def _attribute_value(self, tag: str, begin: int) -> str:
        html = self.html
        if self.at >= len(html):
            raise _refuse(f'Unclosed start tag "{tag}" at byte offset {self._bytes(begin)}')
        quote = html[self.at]
        if quote not in "\"'":
            token = _TOKEN.match(html, self.at)
            start, self.at = self.at, token.end() if token else self.at
            if self.at < len(html) and not (html[self.at].isspace() or html[self.at] == ">"):
                raise _refuse(f"Unexpected end of name token at byte offset {self._bytes(start)}")
            value = html[start : self.at].lower()
        else:
            self.at += 1
            end = html.find(quote, self.at)
            pieces = []
            while end >= 0 and (reference := html.find("&", self.at, end)) >= 0:
                pieces.append(html[self.at : reference])
                self.at = reference
                pieces.append(self._reference() or self._one_character())
            value = "".join((*pieces, html[self.at : end]))
            self.at = end + 1 if end >= 0 else len(html)
        if self.at >= len(html):
            raise _refuse(f"Unclosed start tag at byte offset {self._bytes(begin)}")
        return value

    def _skip_spaces(self) -> None:
        spaces = _SPACES.match(self.html, self.at)
        self.at = spaces.end() if spaces else self.at

    def _end_tag(self) -> None:
        begin = self.at
        if not self.opened:
            raise _refuse(f"Unexpected end tag at byte offset {self._bytes(begin)}")
        name = _NAME_END.search(self.html, begin + 2)
        self.at = name.start() if name else len(self.html)
        tag = self.html[begin + 2 : self.at].lower()
        self._skip_spaces()
        if not self.html.startswith(">", self.at):
            raise _refuse(f"Unclosed end tag at byte offset {self._bytes(begin)}")
        self.at += 1
        opened = self.opened.pop()
        if tag and tag != opened.tag:
            raise _refuse(
                f'Unmatched end tag at byte offset {self._bytes(begin)}, expected "</{opened.tag}>", found "</{tag}>"'
            )
        if self.offset > opened.offset:
            self._add(opened)

    def _add(self, opened: _Open) -> None:
        kind = KINDS[opened.tag]
        entity: Json = {"type": kind, "offset": opened.offset, "length": self.offset - opened.offset}
        inner = self.entities[-1] if self.entities else None
        same_place = inner is not None and all(inner[k] == entity[k] for k in ("offset", "length"))
        if inner is not None and same_place and kind == "pre" and inner["type"] == "code" and "language" in inner:
            inner["type"] = "pre"
            return
        if inner is not None and same_place and kind == "code" and inner["type"] == "pre" and opened.argument:
            inner["language"] = opened.argument
            return
        if kind == "text_link":
            link = _link(opened.argument or "".join(self.parts[opened.parts :]))
            if link is None:
                return
            entity |= link
        elif kind == "code" and opened.argument:
            entity["language"] = opened.argument
        elif kind == "blockquote" and opened.argument:
            entity["type"] = "expandable_blockquote"
        elif kind == "custom_emoji":
            if not opened.argument.isdecimal():
                raise _refuse("Invalid custom emoji identifier specified")
            entity["custom_emoji_id"] = opened.argument
        elif kind == "date_time":
            if not opened.argument.isdecimal():
                return
            entity["unix_time"] = int(opened.argument)
        self.entities.append(entity)


def _argument(tag: str, name: str, value: str, before: str) -> str:
    if tag == "code" and name == "class" and value.startswith("language-"):
        return value.removeprefix("language-")
    if tag == "span" and name == "class" and value.startswith("tg-"):
        return value.removeprefix("tg-")
    if tag == "blockquote" and name == "expandable":
        return "1"
    if (tag, name) in (("a", "href"), ("tg-emoji", "emoji-id"), ("tg-time", "unix")):
        return value
    return before


def _refuse(words: str) -> Refused:
    return bad_request(f"can't parse entities: {words}")


def _link(url: str) -> Json | None:
    """What an <a> becomes: a link, a mention of a person, or (a wrong address) nothing, as in TDLib."""
    person = re.fullmatch(r"tg://user/?\?id=([0-9]+)", url)
    if person:
        user = {"id": int(person[1]), "is_bot": False, "first_name": ""}
        return {"type": "text_mention", "user": user}
    try:
        check_link(url, place="link")
    except Refused:
        return None
    return {"type": "text_link", "url": url if ":" in url else f"http://{url}/"}
