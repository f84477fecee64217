"""A dangerous act, and what a person does whose visit is off."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button


@dataclass(frozen=True, slots=True)
class ConfirmAct(Button):
    """Do what this preview of an act shows, after its minute."""

    prefix: ClassVar[str] = "act"
    act: int
    revision: int


@dataclass(frozen=True, slots=True)
class RecallAct(Button):
    """Take the word back: nothing has changed yet."""

    prefix: ClassVar[str] = "recall"
    act: int


@dataclass(frozen=True, slots=True)
class ShowAct(Button):
    """Show how an act stands."""

    prefix: ClassVar[str] = "acted"
    act: int


@dataclass(frozen=True, slots=True)
class ActFile(Button):
    """Send what an act came to for each person, as CSV."""

    prefix: ClassVar[str] = "actcsv"
    act: int


@dataclass(frozen=True, slots=True)
class StayOnBus(Button):
    """Would rather stay on a bus that gets smaller than take what is held elsewhere."""

    prefix: ClassVar[str] = "stay"
    hold: int


@dataclass(frozen=True, slots=True)
class ShowOthers(Button):
    """Show what else is free to the owner of this booking, whose visit is off."""

    prefix: ClassVar[str] = "others"
    booking: int


@dataclass(frozen=True, slots=True)
class MoveParty(Button):
    """Move this booking to that bus of that visit, past so many who wait there, as it was shown; bus 0 is on foot."""

    prefix: ClassVar[str] = "reseat"
    booking: int
    version: int
    visit: int
    visit_version: int
    bus: int
    passed: int
