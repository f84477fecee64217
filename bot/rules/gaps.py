"""A time gap as people type it: "10-13:30", "free 10 to 13", "с 10 до 13:30", "10-нан 13:30-ға дейін".

Longer than most rules because it holds the small words of three languages. Whatever was understood is shown on the card
in plain clock times, so a wrong guess is seen at once.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

DAY = 24 * 60
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Gap:
    """When somebody is free, in minutes of the congress's day; None where an end is open.

    `due` is when they must be elsewhere, as for a flight: it bounds a gap that has no other end.
    """

    since: int | None = None
    until: int | None = None
    due: int | None = None

    @property
    def ends(self) -> tuple[int, ...]:
        """By which minutes one must be back."""
        return tuple(end for end in (self.until, self.due) if end is not None)

    @property
    def is_possible(self) -> bool:
        """The start lies within the day, both ends behind it and within the day too."""
        start = self.since or 0
        return start < DAY and all(start < end <= DAY for end in self.ends)


@dataclass(frozen=True, slots=True)
class NoGap:
    """Times were meant and cannot be read so: an example helps."""


class _Role(StrEnum):
    SINCE = "since"
    UNTIL = "until"
    DUE = "due"
    AND = "and"
    EVENING = "evening"
    FREE = "free"
    MUST = "must"
    FILLER = "filler"


_WORDS = {
    _Role.SINCE: "from since after between с со после между бастап кейін",
    _Role.UNTIL: "to till til until before by до по к дейін шейін",
    _Role.DUE: "at в во",
    _Role.AND: "and и мен пен бен және",
    _Role.EVENING: "pm дня вечера",
    _Role.FREE: (
        "free available time gap slot свободен свободна свободно свободны время окно бос боспын боспыз уақытым уақыт"
    ),
    _Role.MUST: (
        "must need have flight plane train airport station hotel нужно надо должен должна должны быть рейс "
        "самолет поезд аэропорт аэропорту аэропорте вокзал вокзале вокзалу отель отеле керек болуым әуежай "
        "әуежайда ұшақ ұшағым пойыз пойызым вокзалда қонақүйде"
    ),
    _Role.FILLER: (
        "i am i'm im m we we're are my me the a is be in on back only just o'clock oclock clock o am hrs h hours "
        "я мы мне нам у меня нас есть час часа часов ч утра только а но на самолёт обратно могу менде менің маған "
        "біз біздің сағат ғана арасы арасында аралығы аралығында бар боламын"
    ),
}
_ROLES = {word: role for role, words in _WORDS.items() for word in words.split()}
_SUFFIXES = (
    (_Role.SINCE, ("нан", "нен", "дан", "ден", "тан", "тен")),
    (_Role.UNTIL, ("ға", "ге", "қа", "ке")),
    (_Role.DUE, ("да", "де", "та", "те")),
)
_SUFFIX_ROLES = {suffix: role for role, suffixes in _SUFFIXES for suffix in suffixes}
_BEHIND = {"бастап": _Role.SINCE, "кейін": _Role.SINCE, "дейін": _Role.UNTIL, "шейін": _Role.UNTIL}
"""Kazakh says these behind the time."""
_TOKEN = re.compile(
    r"(?P<hour>\d{1,2})(?:[:.h](?P<minute>\d{2})|(?<=\d\d)(?P<minute4>\d{2}))?(?!\d)"
    rf"(?:\s*-?(?P<suffix>{'|'.join(_SUFFIX_ROLES)})(?!\w))?"
    r"|(?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)|(?P<dash>-)|(?P<quiet>[\s,;.!?()]+)|(?P<other>.)",
    re.DOTALL,
)


@dataclass(slots=True)
class _Time:
    """One time of the text; `role` is what stands around it."""

    minutes: int
    role: _Role | None = None
    is_evening: bool = False
    """Written as pm."""


def read_gap(typed: str) -> Gap | NoGap | None:
    """Return the gap that was typed; NoGap for times that make none; None for a text that is about something else."""
    text = unicodedata.normalize("NFKC", typed).casefold().strip()
    if len(text) > _LONGEST:
        return None
    text = re.sub(r"[‐-―−~]", "-", text).replace("’", "'")
    text = re.sub(r"\b([ap])\.\s?m\b\.?", r"\1m", text)
    text = re.sub(r"(\d)(am|pm|h)\b", r"\1 \2", text)
    tokens = [each for each in _TOKEN.finditer(text) if each.lastgroup != "quiet"]
    if any(each["other"] for each in tokens) or not any(each["hour"] for each in tokens):
        return None
    words = [each["word"] for each in tokens if each["word"]]
    roles = {_ROLES.get(word) for word in words}
    times = _times(tokens)
    gap = None if times is None else _gap(times, must=_Role.MUST in roles)
    if None not in roles:  # nothing but times and the small words around them
        meant = len([each for each in tokens if each["hour"]]) > 1 or bool(words) or ":" in text
        return gap or (NoGap() if meant else None)
    if gap is None:
        return None
    is_pair = gap.since is not None and gap.until is not None
    said_so = not roles.isdisjoint({_Role.FREE, _Role.MUST}) or (is_pair and ":" in text)
    return gap if said_so else None


def _times(tokens: Sequence[re.Match[str]]) -> list[_Time] | None:
    """Return the times with their roles; None when one of them has no such minute or stands in a chain."""
    times: list[_Time] = []
    before = ""
    """The word or dash since the last time."""
    for each in tokens:
        if each["hour"] is None:
            word = each["word"] or "-"
            if times and not before and word in _BEHIND:
                times[-1].role = _BEHIND[word]
            elif times and not before and _ROLES.get(word) is _Role.EVENING:
                times[-1].is_evening = True
                if times[-1].minutes < DAY // 2:
                    times[-1].minutes += DAY // 2
            elif _ROLES.get(word) is not _Role.FILLER:
                before = word
            continue
        minute = int(each["minute"] or each["minute4"] or 0)
        if minute > 59:
            return None
        role = _SUFFIX_ROLES.get(each["suffix"]) or _ROLES.get(before)
        if before == "-" or role is _Role.AND:
            if not times or times[-1].role not in (None, _Role.SINCE):
                return None
            role = _Role.UNTIL
        if role is _Role.UNTIL and times and times[-1].role is None:
            times[-1].role = _Role.SINCE
        minutes = int(each["hour"]) * 60 + minute
        times.append(_Time(minutes, role if role in (_Role.SINCE, _Role.UNTIL, _Role.DUE) else None))
        before = ""
    return times


def _gap(times: Sequence[_Time], *, must: bool) -> Gap | None:
    """Put the times together, each end once; None where they do not make a gap."""
    found: dict[_Role, _Time] = {}
    for time in times:
        role = time.role
        if role is _Role.UNTIL and role in found:
            role = _Role.DUE
        if role is None or role in found or (role is _Role.DUE and not must):
            return None
        found[role] = time
    since, until = found.get(_Role.SINCE), found.get(_Role.UNTIL)
    if since is not None and until is not None:
        half = DAY // 2
        if until.minutes <= since.minutes <= half and until.minutes < 8 * 60:
            until.minutes += half  # "9 to 5", "10-1:30"
        elif until.is_evening and since.minutes + half < until.minutes:
            since.minutes += half  # "2-4 pm"
    gap = Gap(*(found[role].minutes if role in found else None for role in (_Role.SINCE, _Role.UNTIL, _Role.DUE)))
    return gap if gap.is_possible else None
