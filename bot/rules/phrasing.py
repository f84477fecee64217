"""The phrasebook's grammar: `#late B01 15 #id` names phrases, each with what fills its gaps, in order.

What organizers type is kept as they typed it; each reader gets the phrases in their own language (texts/phrases.py).
The last gap of a phrase takes the rest of its words, so that a place needs no quotation marks.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MARK: Final = "#"
"""What begins with it names a phrase."""
MOST_PHRASES: Final = 6
LONGEST_PLACE: Final = 60
LONGEST_BAY: Final = 12
MOST_MINUTES: Final = 240


class Gap(StrEnum):
    """What fills a gap; each is checked as what it is."""

    BUS = "bus"
    BAY = "bay"
    MINUTES = "minutes"
    TIME = "time"
    PHONE = "phone"
    PLACE = "place"


EXAMPLES: Final[Mapping[Gap, str]] = {
    Gap.BUS: "B01",
    Gap.BAY: "C",
    Gap.MINUTES: "15",
    Gap.TIME: "09:20",
    Gap.PHONE: "+77172000000",
    Gap.PLACE: "Hall 2",
}
PHRASES: Final[Mapping[str, tuple[Gap, ...]]] = {
    "here": (Gap.BUS, Gap.BAY),
    "bay": (Gap.BUS, Gap.BAY),
    "leaves": (Gap.BUS, Gap.TIME),
    "late": (Gap.BUS, Gap.MINUTES),
    "waits": (Gap.BUS, Gap.MINUTES),
    "lastcall": (Gap.BUS, Gap.MINUTES),
    "gone": (Gap.BUS,),
    "coach": (Gap.BUS,),
    "traffic": (Gap.MINUTES,),
    "belt": (),
    "cool": (),
    "comedown": (),
    "come": (Gap.TIME, Gap.PLACE),
    "meet": (Gap.PLACE,),
    "entrance": (Gap.PLACE,),
    "desk": (Gap.PLACE,),
    "leader": (),
    "sign": (),
    "group": (),
    "badge": (),
    "id": (),
    "hat": (),
    "umbrella": (),
    "warm": (),
    "shoes": (),
    "cash": (),
    "bags": (),
    "nophotos": (),
    "photos": (),
    "quiet": (),
    "toilets": (Gap.PLACE,),
    "lunch": (),
    "nolunch": (),
    "lunchat": (Gap.TIME, Gap.PLACE),
    "water": (),
    "begins": (Gap.TIME,),
    "ends": (Gap.TIME,),
    "back": (Gap.TIME, Gap.PLACE),
    "return": (),
    "lost": (Gap.PLACE,),
    "call": (Gap.PHONE,),
    "urgent": (Gap.PHONE,),
    "sorry": (),
    "fine": (),
    "thanks": (),
}
"""Every phrase, with its gaps in the order in which they are typed."""

_TIME = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)")
_PHONE = re.compile(r"\+?[\d ()-]{3,24}")


@dataclass(frozen=True, slots=True)
class Saying:
    """One phrase with what fills its gaps, as readers see it."""

    key: str
    values: tuple[str, ...] = ()

    def named(self) -> dict[str, str]:
        """Return the values by the names of their gaps."""
        return {gap.value: value for gap, value in zip(PHRASES[self.key], self.values, strict=True)}


@dataclass(frozen=True, slots=True)
class UnknownPhrase:
    """There is no phrase of this name; `near` are some that look like it."""

    key: str
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadGap:
    """What was typed does not fill this gap; nothing where it is missing."""

    key: str
    gap: Gap
    typed: str = ""


@dataclass(frozen=True, slots=True)
class TooMuch:
    """More was typed than the phrase has gaps for, or there are too many phrases."""

    key: str
    typed: str


def is_phrased(text: str) -> bool:
    """Say whether a text names phrases instead of being one."""
    return text.startswith(MARK)


def read_phrases(
    text: str, *, buses: Mapping[str, str] | None = None
) -> tuple[Saying, ...] | UnknownPhrase | BadGap | TooMuch:
    """Read what names phrases. `buses` are the labels by their lower case; None: any is right.

    What was read once is read again in the same way, for `written` gives it back so.
    """
    sayings: list[Saying] = []
    for part in re.split(r"(?:^|\s+)#(?=\S)", text.strip())[1:]:
        key, *words = part.split()
        key = key.lower()
        if key not in PHRASES:
            return UnknownPhrase(key, _near(key))
        filled = _fill(key, words, buses)
        if not isinstance(filled, Saying):
            return filled
        sayings.append(filled)
    if len(sayings) > MOST_PHRASES:
        return TooMuch(sayings[MOST_PHRASES].key, "")
    return tuple(sayings) or UnknownPhrase(text.strip().removeprefix(MARK))


def written(sayings: Sequence[Saying]) -> str:
    """Return what names these phrases, as it is kept."""
    return " ".join(" ".join((MARK + saying.key, *saying.values)) for saying in sayings)


def example_of(key: str) -> str:
    """Return how this phrase may be typed."""
    return " ".join((MARK + key, *(EXAMPLES[gap] for gap in PHRASES[key])))


def _fill(key: str, words: list[str], buses: Mapping[str, str] | None) -> Saying | BadGap | TooMuch:
    gaps = PHRASES[key]
    if len(words) > len(gaps) and (not gaps or gaps[-1] not in (Gap.PLACE, Gap.PHONE)):
        return TooMuch(key, " ".join(words[len(gaps) :]))
    typed = [*words[: len(gaps) - 1], " ".join(words[len(gaps) - 1 :])] if gaps else []
    values: list[str] = []
    for gap, text in zip(gaps, [*typed, *[""] * len(gaps)], strict=False):
        value = _value(gap, text, buses)
        if value is None:
            return BadGap(key, gap, text)
        values.append(value)
    return Saying(key, tuple(values))


def _value(gap: Gap, typed: str, buses: Mapping[str, str] | None) -> str | None:
    """Return what fills the gap, as readers see it; None for what does not."""
    match gap:
        case Gap.BUS:
            return typed or None if buses is None else buses.get(typed.lower())
        case Gap.BAY:
            return typed if 0 < len(typed) <= LONGEST_BAY else None
        case Gap.MINUTES:
            return str(int(typed)) if typed.isascii() and typed.isdigit() and 0 < int(typed) <= MOST_MINUTES else None
        case Gap.TIME:
            clock = _TIME.fullmatch(typed)
            return None if clock is None else f"{int(clock[1]):02}:{clock[2]}"
        case Gap.PHONE:
            return typed if _PHONE.fullmatch(typed) else None
        case Gap.PLACE:
            return typed if 0 < len(typed) <= LONGEST_PLACE else None


def _near(key: str) -> tuple[str, ...]:
    """The phrases that begin like it, or have it within."""
    return tuple(each for each in PHRASES if len(key) > 1 and (each.startswith(key[:2]) or key in each))
