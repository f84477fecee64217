"""A change of mind: a seat given back and had again, moved, given to a colleague."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button


@dataclass(frozen=True, slots=True)
class AskRelease(Button):
    """Ask whether to give the seats back."""

    prefix: ClassVar[str] = "giveq"
    booking: int


@dataclass(frozen=True, slots=True)
class Release(Button):
    """Give the seats back."""

    prefix: ClassVar[str] = "give"
    booking: int
    version: int


@dataclass(frozen=True, slots=True)
class ReleaseRider(Button):
    """Give one seat of a party back; the others travel on."""

    prefix: ClassVar[str] = "giveone"
    booking: int
    version: int
    rider: int


@dataclass(frozen=True, slots=True)
class Undo(Button):
    """Take back the seats that were given back a moment ago."""

    prefix: ClassVar[str] = "undo"
    booking: int
    version: int


@dataclass(frozen=True, slots=True)
class ChooseMove(Button):
    """Show where else this sign-up could go."""

    prefix: ClassVar[str] = "moves"
    booking: int


@dataclass(frozen=True, slots=True)
class AskMove(Button):
    """Ask before all of a sign-up moves to that visit."""

    prefix: ClassVar[str] = "moveq"
    booking: int
    visit: int


@dataclass(frozen=True, slots=True)
class Move(Button):
    """Move all of a sign-up to that visit, in one transaction."""

    prefix: ClassVar[str] = "moveto"
    booking: int
    version: int
    visit: int
    visit_version: int


@dataclass(frozen=True, slots=True)
class GiveAway(Button):
    """Show how the seats of a ticket can be given to a colleague, and the links that still work."""

    prefix: ClassVar[str] = "gifts"
    booking: int


@dataclass(frozen=True, slots=True)
class GiveRider(Button):
    """Ask for the name of the colleague who gets this rider's seat."""

    prefix: ClassVar[str] = "giftto"
    booking: int
    rider: int


@dataclass(frozen=True, slots=True)
class WithdrawGift(Button):
    """Take back a link that nobody has used."""

    prefix: ClassVar[str] = "unlink"
    gift: int


@dataclass(frozen=True, slots=True)
class TakeGift(Button):
    """Take the seat that the link of this token leads to."""

    prefix: ClassVar[str] = "gift"
    token: str
