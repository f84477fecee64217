"""What the crew types and sends, made up from a seed: every command of the console, event files, lists of people.

Mostly with words that fit (a visit, a bus, a code, a name that is known), and now and then with anything else.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from bot.rules.phrasing import PHRASES
from storage.records import Role
from tests.makers import PROGRAMME
from tests.proof.mischief import a_name, a_number, a_text

ORDERS: Final = (
    "/stats", "/stats {place}", "/board", "/board {city}", "/today", "/feedback", "/feedback {visit}",
    "/roster {place}", "/roster {place}", "/queue {visit}", "/find {who}", "/why {thing}", "/why {thing}",
    "/log", "/log {thing} {number}h", "/log {thing} all csv", "/log refused", "/log {who} {clock}",
    "/undelivered", "/undelivered {place}", "/crew", "/invite {role} {place}", "/invite {role}",
    "/delay {place} {number}", "/delay {place} {clock}", "/delay {place} {number}",
    "/desk {visit} {name}", "/desk {who} {visit}", "/desk {who}", "/desk {visit} {name}, {number}",
    "/force {who} {visit} {words}", "/force {who} {visit}", "/move {code} {place}", "/move {code} {place}",
    "/merge {bus} {bus}", "/seats {bus} {number}", "/seats {bus} {number}", "/swapbus {bus} seats={number} bay={word}",
    "/swapbus {bus} plate={word}", "/close {visit}", "/open {visit}", "/open {visit}", "/holdback {visit} {number}",
    "/cancelvisit {visit}", "/export", "/import", "/phrases", "/cancel",
    "/texts", "/texts {visit}", "/texts {visit} {text} {language} {words}", "/texts congress",
    "/texts {visit} {text}\nen: {words}\nkk: {words}\nru: {words}", "/texts congress {text} {language} {words}",
    "/announce", "/announce {group} {words}", "/announce {group} and {state}: {words}",
    "/announce {group} or {group}: en: {words}\nru: {words}", "/announce {group} @{clock} !ok {words}",
    "/announce {group} #{phrase} {bus} {number}", "/announce {group} #{phrase} {clock} {word} #{phrase}",
)  # fmt: skip
TEXTS: Final = ("title", "about", "bring", "payment", "meeting", "desk", "name", "place", "aitu.name", "x")
CLOCKS: Final = ("07:40", "09:20", "9.20", "23:59", "24:00", "25:61", "22.08 07:40", "21.08", "0:00", "07:40:01")
GROUPS: Final = ("astana", "karaganda", "kk", "ru", "leader", "nobody", "all")
VALUES: Final = (
    "0", "-1", "1", "29", "60", "9223372036854775808", "1.5", "nan", "inf", "true", "false", '""', '" "', '"x"', "[]",
    "[[]]", "{}", '{ en = "" }', "2025-08-22", "0001-01-01", "9999-12-31", "2025-08-22T09:00:00",
    "2025-08-22T09:00:00+05:00", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59", "09:00:00", '"18:00"',
    '"25:00"', '["en"]', '["en", "en"]', '["nab-am"]', '"Europe/Athens"', "[1, 2", '"open', "9" * 5_000, "[" * 5_000,
)  # fmt: skip
"""What stands behind the = of an event file that somebody has had their hands on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The words that name something."""

    visits: Sequence[str]
    buses: Sequence[str]
    codes: Sequence[str]
    names: Sequence[str]


def an_order(random: Random, known: Known) -> str:
    """A command of the console, with its words."""
    pools: dict[str, Sequence[str]] = {
        "visit": known.visits,
        "bus": known.buses,
        "place": [*known.visits, *known.buses, "astana"],
        "city": ["astana", "karaganda", "Қарағанды"],
        "code": known.codes,
        "who": [*known.codes, *known.names],
        "thing": [*known.codes, *known.names, *known.visits, *known.buses],
        "group": [*known.visits, *known.buses, *GROUPS],  # each to all is a message to everybody
        "state": ["booked", "waiting", "silent"],
        "role": list(Role),
        "language": ["en", "kk", "ru"],
        "text": list(TEXTS),
        "clock": list(CLOCKS),
        "phrase": list(PHRASES),
    }

    def word(place: re.Match[str]) -> str:
        match place[1]:
            case "number":
                return str(random.randrange(30)) if random.random() < 0.6 else a_number(random)
            case "name":
                return a_name(random)[:200]
            case "words":
                return a_text(random)
            case kind if kind in pools and random.random() > 0.1:
                return random.choice(pools[kind])
            case _:
                return a_text(random, most=20)

    return re.sub(r"\{(\w+)\}", word, random.choice(ORDERS))


def a_file(random: Random) -> tuple[str, bytes]:
    """A file that an organizer sends: its name, and what is in it."""
    match random.randrange(6):
        case 0:
            return "people.csv", _spoilt(
                random, _people(random).encode(random.choice(("utf-8", "cp1251", "utf-16")), "replace")
            )
        case 1:
            return "people.csv", _people(random).encode()
        case 2:
            return a_text(random, most=60), random.randbytes(random.randrange(1, 2_000))
        case _:
            return "programme.toml", _programme(random).encode()


def _programme(random: Random) -> str:
    """The shipped event file with one to three other values, or lines twice, or missing."""
    rows = PROGRAMME.read_text(encoding="utf-8").split("\n")
    keys = [number for number, row in enumerate(rows) if re.match(r"\s*[\w-]+ = ", row)]
    for _ in range(random.randrange(1, 4)):
        number = random.choice(keys)
        match random.randrange(8):
            case 0:
                rows[number] = ""
            case 1:
                rows[number] += "\n" + rows[random.choice(keys)]
            case 2 | 3 if re.search(r" = \d+$", rows[number]):
                rows[number] = re.sub(r"\d+$", str(random.randrange(60)), rows[number])
            case _:
                rows[number] = rows[number].partition("=")[0] + "= " + random.choice(VALUES)
    return "\n".join(rows)


def _people(random: Random) -> str:
    sign = random.choice(",;\t")
    head = random.choice((("number", "name"), ("нөмір", "аты-жөні", "тіл"), ("Имя", "номер", "город"), ("x", "y")))
    lines = [sign.join(head)]
    for number in range(random.randrange(30)):
        lines.append(sign.join((f"WLIC-{number}", random.choice(("Айгерім", "José", "O’Brien", "=1+1", "")), "kk")))
    return "\n".join(lines)


def _spoilt(random: Random, content: bytes) -> bytes:
    changed = bytearray(content)
    for _ in range(random.randrange(1, 10)):
        at = random.randrange(len(changed) + 1)
        changed[at : at + random.randrange(3)] = random.choice(
            (b'"', b";", b",", b"\n", b"\r", b"\x00", b"\xff", b"=1")
        )
    return bytes(changed) or b"x"
