"""One's tickets: what leaves them as a file, wheelchair places, what is asked about a visit."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button


@dataclass(frozen=True, slots=True)
class Own(Button):
    """Show the person's own tickets."""

    prefix: ClassVar[str] = "my"


@dataclass(frozen=True, slots=True)
class OwnBelow(Button):
    """Show the person's own tickets below the ticket, which stays."""

    prefix: ClassVar[str] = "mine"


@dataclass(frozen=True, slots=True)
class ShowTicket(Button):
    """Show one ticket."""

    prefix: ClassVar[str] = "ticket"
    booking: int


@dataclass(frozen=True, slots=True)
class MoreOfTicket(Button):
    """Show what else can be had of a ticket."""

    prefix: ClassVar[str] = "more"
    booking: int


@dataclass(frozen=True, slots=True)
class ShowPass(Button):
    """Send the QR pass."""

    prefix: ClassVar[str] = "pass"
    booking: int


@dataclass(frozen=True, slots=True)
class TakeCalendar(Button):
    """Send the calendar file; of a seat given back, the one that takes it out of the calendar."""

    prefix: ClassVar[str] = "ics"
    booking: int


@dataclass(frozen=True, slots=True)
class PrintTicket(Button):
    """Send the ticket as a page to be printed."""

    prefix: ClassVar[str] = "paper"
    booking: int


@dataclass(frozen=True, slots=True)
class ShowToDriver(Button):
    """Send the picture that asks a driver or a guard for help."""

    prefix: ClassVar[str] = "driver"
    booking: int


@dataclass(frozen=True, slots=True)
class ShowWheelchairs(Button):
    """Show who has a wheelchair place, and on which seats."""

    prefix: ClassVar[str] = "wheels"


@dataclass(frozen=True, slots=True)
class NeedWheelchair(Button):
    """Say whether the person needs a wheelchair place (1) or not (0)."""

    prefix: ClassVar[str] = "wheel"
    wanted: int


@dataclass(frozen=True, slots=True)
class RiderWheelchair(Button):
    """Say whether one rider needs a wheelchair place (1) or not (0)."""

    prefix: ClassVar[str] = "wheelof"
    rider: int
    wanted: int


@dataclass(frozen=True, slots=True)
class ShowEvening(Button):
    """Show the evening's question about a booking."""

    prefix: ClassVar[str] = "eve"
    booking: int


@dataclass(frozen=True, slots=True)
class SayComing(Button):
    """Say that one comes (1), or is not sure any more (0)."""

    prefix: ClassVar[str] = "come"
    booking: int
    version: int
    coming: int


@dataclass(frozen=True, slots=True)
class AskFree(Button):
    """Ask, on the evening's card, whether to free the seats."""

    prefix: ClassVar[str] = "freeq"
    booking: int


@dataclass(frozen=True, slots=True)
class Rate(Button):
    """Say how the visit of a booking was, 1 to 5."""

    prefix: ClassVar[str] = "rate"
    booking: int
    score: int


@dataclass(frozen=True, slots=True)
class AddComment(Button):
    """Ask for a line of words beside the score."""

    prefix: ClassVar[str] = "note"
    booking: int
