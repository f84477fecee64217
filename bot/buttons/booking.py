"""Taking seats, alone, with others or in the place of others."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button, Pairs


@dataclass(frozen=True, slots=True)
class Book(Button):
    """Take `party` seats on the visit as it stood at `version`."""

    prefix: ClassVar[str] = "book"
    visit: int
    version: int
    party: int


@dataclass(frozen=True, slots=True)
class Replace(Button):
    """Take the seats and give these bookings (id, version) up, in one transaction."""

    prefix: ClassVar[str] = "swap"
    visit: int
    version: int
    party: int
    giving_up: Pairs


@dataclass(frozen=True, slots=True)
class BringCompanions(Button):
    """Ask for companions' names."""

    prefix: ClassVar[str] = "with"
    visit: int


@dataclass(frozen=True, slots=True)
class DropCompanion(Button):
    """Take the last companion's name back."""

    prefix: ClassVar[str] = "drop"
    visit: int
