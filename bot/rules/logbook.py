"""How the log is asked: which words name which acts, and since when."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

EVERYTHING: Final = "all"
"""The word for every line, what delegates did for themselves too."""
BOT: Final = "bot"
"""The word for what the bot did by itself."""
CSV: Final = "csv"

ACTS: Final[Mapping[str, frozenset[str]]] = {
    "delay": frozenset({"delay"}),
    "desk": frozenset({"desk", "desk release", "desk join", "desk forget", "desk link"}),
    "force": frozenset({"force"}),
    "move": frozenset({"move"}),
    "merge": frozenset({"merge"}),
    "seats": frozenset({"seats", "asked"}),
    "swapbus": frozenset({"swap bus"}),
    "open": frozenset({"open"}),
    "close": frozenset({"close"}),
    "holdback": frozenset({"hold back"}),
    "texts": frozenset({"text"}),
    "cancelvisit": frozenset({"plan", "recall", "cancel visit"}),
    "queue": frozenset({"pause", "go on"}),
    "announce": frozenset({"announce", "plan announcement", "withdraw announcement", "remind"}),
    "roster": frozenset({"list", "log file", "act file"}),
    "crew": frozenset({"invite", "join crew", "grant", "revoke"}),
    "import": frozenset({"programme", "people list"}),
    "refused": frozenset({"refused"}),
}
"""What the crew does, by the word that asks for it: the command's, where there is one."""
OWN: Final[Mapping[str, frozenset[str]]] = {
    "signups": frozenset(
        {
            "book",
            "release",
            "release one",
            "undo",
            "offer to a colleague",
            "take from a colleague",
            "take from the desk",
            "wheelchair",
            "stay",
        }
    ),
    "waiting": frozenset(
        {
            *("join", "leave", "offer", "accept", "decline", "wait for all", "keep until", "offer ran out"),
            "line over",
        }
    ),
    "people": frozenset(
        {"agree", "rename", "number", "wrong number", "comment", "forget", "retention", "names retention"}
    ),
}
"""What delegates do for themselves, and what the bot does for them."""
WORDS: Final[Mapping[str, frozenset[str]]] = {**ACTS, **OWN}
BY_CREW: Final = frozenset[str]().union(*ACTS.values())

_AGO = re.compile(r"(\d{1,3})(m|min|h|d|мин|ч|сағ|д|к)")
_UNITS: Final = {
    **dict.fromkeys(("m", "min", "мин"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "ч", "сағ"), timedelta(hours=1)),
    **dict.fromkeys(("d", "д", "к"), timedelta(days=1)),
}
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
_NUMBER = re.compile(r"\d{1,16}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is asked of the log; what is empty asks for nothing."""

    who: str = ""
    """A Telegram id, or `BOT`."""
    what: str = ""
    """A word of `WORDS`, or `EVERYTHING`; nothing: what the crew did."""
    about: str = ""
    """visit:17 or bus:3, as the log writes it."""
    since: datetime | None = None

    @property
    def is_known(self) -> bool:
        """Say whether these can be asked for: a forged button may hold anything."""
        who_is_known = self.who in ("", BOT) or _is_number(self.who, below=2**53)
        _, _, number = self.about.partition(":")
        what_is_known = self.what in ("", EVERYTHING) or self.what in WORDS
        return who_is_known and what_is_known and (not self.about or _is_number(number, below=2**31))


def _is_number(text: str, *, below: int) -> bool:
    return _NUMBER.fullmatch(text) is not None and int(text) < below


def acts_of(what: str, *, by_somebody: bool) -> frozenset[str] | None:
    """Return the acts that a word asks for; None for all. Without a word a person's or the bot's every act."""
    if what == EVERYTHING or (not what and by_somebody):
        return None
    return WORDS[what] if what else BY_CREW


def read_since(word: str, *, now: datetime, zone: tzinfo) -> datetime | None:
    """Return the moment that a word means: 2h, 30m, 1d ago; 08:00, the last time it was; 2025-08-20 as it began."""
    ago = _AGO.fullmatch(word.lower())
    if ago is not None:
        return now - int(ago[1]) * _UNITS[ago[2]]
    local = now.astimezone(zone)
    clock, day = _CLOCK.fullmatch(word), _DAY.fullmatch(word)
    try:
        if clock is not None:
            moment = local.replace(hour=int(clock[1]), minute=int(clock[2]), second=0, microsecond=0)
            return moment if moment <= local else moment - timedelta(days=1)
        if day is not None:
            return datetime.combine(date.fromisoformat(day[0]), time(), tzinfo=zone)
    except ValueError:
        return None
    return None
