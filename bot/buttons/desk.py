"""What the desk taps while somebody stands before it, and what goes past a rule. `key` is of the tapper's own draft."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button, UpdateId


@dataclass(frozen=True, slots=True)
class SeatPerson(Button):
    """It is this person who was meant by the name."""

    prefix: ClassVar[str] = "deskwho"
    key: UpdateId
    person: int


@dataclass(frozen=True, slots=True)
class SeatOn(Button):
    """It shall be this visit."""

    prefix: ClassVar[str] = "deskon"
    key: UpdateId
    visit: int


@dataclass(frozen=True, slots=True)
class SeatWheelchair(Button):
    """They need a wheelchair place (1), or not (0)."""

    prefix: ClassVar[str] = "deskwheel"
    key: UpdateId
    wanted: int


@dataclass(frozen=True, slots=True)
class SeatThem(Button):
    """Sign them up as it was shown; bus 0 is on foot."""

    prefix: ClassVar[str] = "deskseat"
    key: UpdateId
    visit_version: int
    bus: int


@dataclass(frozen=True, slots=True)
class LetWait(Button):
    """Put them into the visit's waiting list."""

    prefix: ClassVar[str] = "deskwait"
    key: UpdateId


@dataclass(frozen=True, slots=True)
class PastRules(Button):
    """Show what seating them past the rules would come to."""

    prefix: ClassVar[str] = "forceask"
    key: UpdateId


@dataclass(frozen=True, slots=True)
class ForceThem(Button):
    """Seat them as it was shown, past these rules (a mask) and so many who wait; bus 0 is on foot."""

    prefix: ClassVar[str] = "force"
    key: UpdateId
    visit_version: int
    bus: int
    rules: int
    passed: int


@dataclass(frozen=True, slots=True)
class LinkToPhone(Button):
    """Make the link with which this seat comes to its person's own phone."""

    prefix: ClassVar[str] = "deskphone"
    booking: int


@dataclass(frozen=True, slots=True)
class ShowDeskSeat(Button):
    """Show this seat with what the desk can do about it."""

    prefix: ClassVar[str] = "desk"
    booking: int


@dataclass(frozen=True, slots=True)
class PrintSlip(Button):
    """Send the seat's slip as a page to be printed."""

    prefix: ClassVar[str] = "slip"
    booking: int


@dataclass(frozen=True, slots=True)
class SeatAgain(Button):
    """Sign the same person up for another visit."""

    prefix: ClassVar[str] = "deskmore"
    booking: int


@dataclass(frozen=True, slots=True)
class AskTakeBack(Button):
    """Ask before the seat is taken back."""

    prefix: ClassVar[str] = "deskbackq"
    booking: int


@dataclass(frozen=True, slots=True)
class TakeBack(Button):
    """Take the seat back: it is free for others."""

    prefix: ClassVar[str] = "deskback"
    booking: int
    version: int


@dataclass(frozen=True, slots=True)
class ForgetAtDesk(Button):
    """Free the seats of this booking's person, who has no Telegram, and delete what is kept of them."""

    prefix: ClassVar[str] = "deskgone"
    booking: int
    version: int
