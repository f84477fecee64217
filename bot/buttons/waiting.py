"""Standing in a line, and what becomes of an offer."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button


@dataclass(frozen=True, slots=True)
class Join(Button):
    """Wait for `party` seats on the visit."""

    prefix: ClassVar[str] = "join"
    visit: int
    party: int


@dataclass(frozen=True, slots=True)
class JoinKeeping(Button):
    """Wait for `party` seats on the visit, and keep this booking until they are real."""

    prefix: ClassVar[str] = "move"
    visit: int
    party: int
    booking: int


@dataclass(frozen=True, slots=True)
class ChooseBeside(Button):
    """Show the visits that the person could wait for together with this wait."""

    prefix: ClassVar[str] = "anyq"
    booking: int


@dataclass(frozen=True, slots=True)
class JoinBeside(Button):
    """Wait for this visit too: of both the first that works wins."""

    prefix: ClassVar[str] = "any"
    booking: int
    visit: int


@dataclass(frozen=True, slots=True)
class ShowWait(Button):
    """Show a wait, or the offer it has become."""

    prefix: ClassVar[str] = "wait"
    booking: int


@dataclass(frozen=True, slots=True)
class Wish(Button):
    """Set whether the party would go with fewer (1 or 0) and takes seats any time (1 or 0)."""

    prefix: ClassVar[str] = "wish"
    booking: int
    version: int
    fewer: int
    any_time: int


@dataclass(frozen=True, slots=True)
class LeaveLine(Button):
    """Wait no more, or say no to the offer."""

    prefix: ClassVar[str] = "leave"
    booking: int
    version: int


@dataclass(frozen=True, slots=True)
class KeepUntil(Button):
    """On a wait: keep this seat, which does not go with the visit, until the one waited for is real."""

    prefix: ClassVar[str] = "until"
    booking: int
    version: int
    seat: int


@dataclass(frozen=True, slots=True)
class SwapForWait(Button):
    """On a ticket: keep its seat until the one waited for is real."""

    prefix: ClassVar[str] = "for"
    booking: int
    wait: int
    version: int


@dataclass(frozen=True, slots=True)
class EndWait(Button):
    """On a ticket: leave the line that does not go with it."""

    prefix: ClassVar[str] = "nowait"
    booking: int
    wait: int
    version: int


@dataclass(frozen=True, slots=True)
class TakeOffer(Button):
    """Take the seats that are offered."""

    prefix: ClassVar[str] = "take"
    booking: int
    version: int


@dataclass(frozen=True, slots=True)
class WaitForAll(Button):
    """Say no to seats for a part of the party and wait on together."""

    prefix: ClassVar[str] = "all"
    booking: int
    version: int
