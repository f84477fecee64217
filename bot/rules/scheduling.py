"""How an announcement is to go out: later (`@07:40`, `@22.08 07:40`, `@2025-08-22 07:40`), and asking for an answer.

Both stand before the text, in any order. Moments are by the congress's own clock.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

FARTHEST: Final = timedelta(days=60)
"""Farther ahead it is more likely a slip than a plan."""

_WHEN = re.compile(
    r"@(?:(?P<day>\d{4}-\d{1,2}-\d{1,2}|\d{1,2}\.\d{1,2}\.?)\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?=\s|$)"
)


@dataclass(frozen=True, slots=True)
class NotAMoment:
    """No such day or time of the clock, also on a night when the clock is put forward; `typed` as it was."""

    typed: str


@dataclass(frozen=True, slots=True)
class TooLate:
    """The moment has passed."""

    moment: datetime


@dataclass(frozen=True, slots=True)
class TooFar:
    """The moment is farther ahead than anybody plans."""

    moment: datetime


ASK: Final = "!ok"
"""Its readers are asked to confirm that they have read it."""
_ASKS = re.compile(rf"{re.escape(ASK)}(?=\s|$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was wished for before the text: a moment (UTC) and whether its readers are asked to confirm."""

    text: str
    due_at: datetime | None = None
    asks: bool = False


def read_wishes(text: str, *, now: datetime, zone: ZoneInfo) -> Wishes | NotAMoment | TooLate | TooFar:
    """Read the wishes off the beginning of a text."""
    wishes = Wishes(text=text)
    while True:
        asks = _ASKS.match(wishes.text)
        if asks is not None and not wishes.asks:
            wishes = replace(wishes, text=wishes.text[asks.end() :].strip(), asks=True)
        elif wishes.text.startswith("@") and wishes.due_at is None:
            taken = take_moment(wishes.text, now=now, zone=zone)
            if not isinstance(taken, tuple):
                return taken
            wishes = replace(wishes, due_at=taken[0], text=taken[1])
        else:
            return wishes


def take_moment(text: str, *, now: datetime, zone: ZoneInfo) -> tuple[datetime, str] | NotAMoment | TooLate | TooFar:
    """Split a moment (UTC) off the beginning of a text that begins with "@".

    Without a day it is the next time that the clock shows it. Of an hour that comes twice the first is meant.
    """
    found = _WHEN.match(text)
    if found is None:
        return NotAMoment(text.split()[0])
    today = now.astimezone(zone).date()
    try:
        clock = time(int(found["hour"]), int(found["minute"]))
        day = _day(found["day"], today) if found["day"] else today
    except ValueError:
        return NotAMoment(found[0])
    if not found["day"] and _moment(day, clock, zone) <= now:
        day += timedelta(days=1)
    moment = _moment(day, clock, zone)
    if moment.astimezone(zone).time() != clock:
        return NotAMoment(found[0])  # the clock is put forward over it
    if moment <= now:
        return TooLate(moment)
    return TooFar(moment) if moment - now > FARTHEST else (moment, text[found.end() :].strip())


def _moment(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, zone).astimezone(UTC)


def _day(typed: str, today: date) -> date:
    if "-" in typed:
        year, month, day = map(int, typed.split("-"))
        return date(year, month, day)
    day, month = map(int, typed.rstrip(".").split("."))
    return date(today.year, month, day)
