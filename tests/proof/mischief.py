"""What people, broken clients and forgers send, made up from a seed: texts, names, callback data, damaged updates.

A placeholder that somebody types is always `{typed}`: any other that shows up in the chat is the bot's own mistake.
"""

import copy
from collections.abc import Sequence
from random import Random
from typing import Any

from bot.buttons import MOST_BYTES, Button
from bot.simulator.wire import Json

LANGUAGE_CODES = (
    "en",
    "kk",
    "ru",
    "en-GB",
    "ru-RU",
    "kk-KZ",
    "de",
    "zh-hans",
    "pt-br",
    "tlh",
    "x",
    "",
    "EN",
    "kk_KZ",
    "🙂",
)
LETTERS = (
    "abcdefghijklmnopqrstuvwxyz", "ABCXYZ", "әіңғүұқөһ", "абвгдеёжщъыьэюя", "אבגדה", "ابتثجحخ", "汉字漢字", "ひらがな",
    "한국어", "ไทยภาษา", "देवनागरी", "ქართული", "αβγδε", "0123456789", "٠١٢٣٤٥٦٧٨٩", "\u0301\u0308\u0323",
)  # fmt: skip
ODD = (
    "\u202e", "\u2066", "\u200b", "\u200c", "\u200d", "\u2060",
    "\ufeff", "\u00ad", "\u0000", "\u0007", "\u001b", "\u0085",
    "\u2028", "\u2029", "\u3164", "\u115f", "\ue000", "\ufffd",
    "\U000e0041", "\ud83d", "\udc4d", "👍", "👨‍👩‍👧‍👦", "🇰🇿", "❤️",
)  # fmt: skip
MARKUP = (
    "<b>", "</b>", "<a href='tg://user?id=1'>", "<script>", "&", "&amp;", "&#0;",
    "&lt", "<", ">", '"', "'", "`", "*_~|",
    "{typed}", "{typed!r}", "{typed.x}", "{{", "}}",
    "%s", "%(typed)s", "$typed", "\\n", "\\u0000", "'; DROP TABLE x; --",
    "=1+1", "@SUM(A1)", "+7 717", "-1", "https://example.org/?a=1&b=2",
    "/my", "@library_visits_demo_bot", "#x", "\t", "\n", "\r\n",
)  # fmt: skip
MUCH = (0, 0, 1, 1, 2, 3, 5, 8, 30, 64, 65, 300, 1000, 3000, 4096)


def a_text(random: Random, *, most: int = 4096) -> str:
    """Anything that can be typed or pasted, from nothing visible to the longest message."""
    length = min(random.choice(MUCH), most)
    pieces: list[str] = []
    written = 0
    alphabet = random.choice(LETTERS)
    while written < length:
        match random.randrange(12):
            case 0:
                pieces.append(random.choice(ODD))
            case 1:
                pieces.append(random.choice(MARKUP))
            case 2:
                pieces.append(random.choice((" ", "\n", "\u00a0", "  ")))
            case 3:
                alphabet = random.choice(LETTERS)
            case _:
                pieces.append("".join(random.choices(alphabet, k=random.randrange(1, 6))))
        written += len(pieces[-1]) if pieces else 0
    return whole("".join(pieces)[:most]) or random.choice(("?", "hello", " ", "Айгерім"))


def whole(text: str) -> str:
    """The text as Telegram would pass it on: half a surrogate pair cannot be sent."""
    return text.encode("utf-8", "ignore").decode()


def a_name(random: Random) -> str:
    """A name, mostly one that a person could have."""
    if random.random() < 0.6:
        return random.choice(
            ("Айгерім", "José Ángel", "李小龍", "O’Brien", "Əли", "Мария-Луиза", "Zoë", "محمد", "Ó", "Anna\nBo")
        )
    return a_text(random, most=random.choice((10, 64, 200, 4096)))


def a_number(random: Random) -> str:
    """A number in an argument: plain, absurd, or none at all."""
    return random.choice((
        str(random.randrange(-30, 60)), str(random.randrange(1, 60)), str(random.randrange(-800, 800)),
        "0", "-0", "+5", "−15", "1e3", "1.5", "", "99999999999999999999", "-720", "720", "721", "٣", "１５", "NaN", "x",
    ))  # fmt: skip


def a_case(random: Random, text: str) -> str:
    """The same in another case, now and then."""
    return random.choice((text, text, text, text.upper(), text.title(), text.swapcase()))


def made_up_data(random: Random, seen: Sequence[str]) -> str:
    """Callback data that no honest client sends: a seen one changed, or one composed anew. At most 64 bytes."""
    prefixes = [button.prefix for button in Button.__subclasses__()]
    parts = random.choice(list(seen) or ["menu"]).split(":")
    match random.randrange(9):
        case 0:
            parts[-1] = parts[-1][: random.randrange(len(parts[-1]) + 1)]
        case 1:
            parts = parts[: random.randrange(len(parts) + 1)]
        case 2 if len(parts) > 1:
            parts[random.randrange(1, len(parts))] = str(random.randrange(60))
        case 3 if len(parts) > 1:
            parts[random.randrange(1, len(parts))] = random.choice(
                (
                    "-1",
                    "0",
                    str(2**31),
                    str(2**52),
                    str(2**52 + 1),
                    str(2**63),
                    "9" * 40,
                    "1.5",
                    "",
                    " 1",
                    "1_0",
                    "٣",
                    "1.2.3",
                )
            )
        case 4:
            parts[0] = random.choice(prefixes)
        case 5:
            parts = [random.choice(prefixes), *(str(random.randrange(40)) for _ in range(random.randrange(6)))]
        case 6:
            parts = [a_text(random, most=60)]
        case 7:
            parts.append(a_text(random, most=20))
        case _:
            place = random.randrange(len(parts))
            parts[place] = parts[place].swapcase()
    data = ":".join(parts).encode("utf-8", "ignore")[:MOST_BYTES].decode("utf-8", "ignore")
    return data or ":"


WRONG: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    1e300,
    "x",
    "",
    [],
    {},
    [[]],
    {"id": "x"},
    {"id": None},
    [1],
    "\ud83d",
    "\u0000",
)


def damaged(random: Random, update: Json) -> Json:
    """The update with one to three fields missing, of a wrong type, or there that should not be. Its id stays."""
    broken = copy.deepcopy(update)
    for _ in range(random.randrange(1, 4)):
        places = [place for place in _places(broken) if place[1] != "update_id"]
        if not places:
            break
        holder, key = random.choice(places)
        match random.randrange(3):
            case 0:
                holder.pop(key, None)
            case 1:
                holder[key] = copy.deepcopy(random.choice(WRONG))
            case _:
                holder[random.choice(("new_field", "edited_message", "entities", "reply_to_message", "photo"))] = (
                    copy.deepcopy(random.choice(WRONG))
                )
    return broken


def _places(holder: Json) -> list[tuple[Json, str]]:
    """Every field of the objects within, each with the object that holds it."""
    found = []
    for key, value in holder.items():
        found.append((holder, key))
        if isinstance(value, dict):
            found += _places(value)
        elif isinstance(value, list):
            found += [place for each in value if isinstance(each, dict) for place in _places(each)]
    return found
