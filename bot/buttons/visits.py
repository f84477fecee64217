"""Choosing a visit: cities, lists, filters, the card."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button


@dataclass(frozen=True, slots=True)
class Cities(Button):
    """Show the cities."""

    prefix: ClassVar[str] = "cities"


@dataclass(frozen=True, slots=True)
class Visits(Button):
    """Show a page of a city's visits."""

    prefix: ClassVar[str] = "list"
    city: str
    page: int


@dataclass(frozen=True, slots=True)
class ShowVisit(Button):
    """Show a visit's card."""

    prefix: ClassVar[str] = "visit"
    visit: int


@dataclass(frozen=True, slots=True)
class Find(Button):
    """Show a page of the visits that fit these filters (rules/packing.py)."""

    prefix: ClassVar[str] = "find"
    filters: str
    page: int


@dataclass(frozen=True, slots=True)
class Narrow(Button):
    """Show these filters, each to be changed."""

    prefix: ClassVar[str] = "sift"
    filters: str


@dataclass(frozen=True, slots=True)
class ChooseValue(Button):
    """Show what one of these filters can be set to."""

    prefix: ClassVar[str] = "pick"
    filters: str
    which: str


@dataclass(frozen=True, slots=True)
class TypeGap(Button):
    """Ask for the hours to be typed, beside these filters."""

    prefix: ClassVar[str] = "hours"
    filters: str


@dataclass(frozen=True, slots=True)
class ShowFound(Button):
    """Show a visit's card, with the way back to this page of what was found."""

    prefix: ClassVar[str] = "seen"
    visit: int
    filters: str
    page: int


@dataclass(frozen=True, slots=True)
class ShowLibraries(Button):
    """Tell about the libraries of a visit."""

    prefix: ClassVar[str] = "libs"
    visit: int


@dataclass(frozen=True, slots=True)
class ShowMap(Button):
    """Send the meeting point's pin."""

    prefix: ClassVar[str] = "pin"
    visit: int


@dataclass(frozen=True, slots=True)
class Similar(Button):
    """Show visits like this one that can be booked."""

    prefix: ClassVar[str] = "like"
    visit: int
