"""Filters as they ride in a button: short, checked, and read with the programme they were written with alone."""

import re
from collections.abc import Iterable

from bot.rules.filtering import Access, Filters
from bot.rules.gaps import Gap
from storage.records import Congress

MOST_PACKED = 43
"""Characters: a version of seven digits, three minutes of the day, three places, a language, two switches."""
_PARTS = 10
_SEPARATOR = "."
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z]{2,4})?")
_NUMBER = re.compile(r"0|[1-9][0-9]{0,6}")


def pack(filters: Filters, congress: Congress) -> str:
    """Write the filters in at most MOST_PACKED characters: places in the event file stand for its names.

    The first number is the programme's version, since in another one the same place may be another name's.
    """
    parts = (
        str(congress.version),
        *("" if minute is None else str(minute) for minute in (filters.gap.since, filters.gap.until, filters.gap.due)),
        _place(filters.city, congress.cities),
        _place(filters.theme, congress.tags),
        filters.language or "",
        _place(filters.kind, congress.kinds),
        filters.access or "",
        "1" if filters.free else "",
    )
    return _SEPARATOR.join(parts).rstrip(_SEPARATOR)


def unpack(packed: str, congress: Congress) -> Filters | None:
    """Read what `pack` wrote; None for everything else, and for filters of another programme."""
    parts = packed.split(_SEPARATOR)
    if len(parts) > _PARTS:
        return None
    _, since, until, due, city, theme, language, kind, access, free = parts + [""] * (_PARTS - len(parts))
    try:
        filters = Filters(
            gap=Gap(_number(since), _number(until), _number(due)),
            city=_name(city, congress.cities),
            theme=_name(theme, congress.tags),
            language=_language(language),
            kind=_name(kind, congress.kinds),
            access=Access(access) if access else None,
            free=free == "1",
        )
    except (ValueError, IndexError):
        return None
    # Written again it is the same, or it was never written so: the programme's version too.
    return filters if filters.gap.is_possible and pack(filters, congress) == packed else None


def _place(name: str | None, names: Iterable[str]) -> str:
    return "" if name is None else str(list(names).index(name))


def _name(place: str, names: Iterable[str]) -> str | None:
    number = _number(place)
    return None if number is None else list(names)[number]


def _number(part: str) -> int | None:
    if part and not _NUMBER.fullmatch(part):
        raise ValueError(part)
    return int(part) if part else None


def _language(part: str) -> str | None:
    if part and not _LANGUAGE.fullmatch(part):
        raise ValueError(part)
    return part or None
