"""Callback data: made and parsed here, at most 64 bytes, with the version of what it acts on.

Data names an intent; authority and versions are checked by the service that acts. Anything else that arrives, forged
or from an older bot, parses to None and is answered as an old button.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, NewType, TypeVar

_SEPARATOR = ":"
_LIST = "."
MOST_BYTES = 64
_LARGEST = 2**31 - 1
"""Ids and versions are no larger: PostgreSQL refuses to look for a number that its column cannot hold."""
_LARGEST_UPDATE = 2**53

UpdateId = NewType("UpdateId", int)

B = TypeVar("B", bound="Button")


@dataclass(frozen=True, slots=True)
class Button:
    """A button's intent. Fields are ints, short plain texts, or tuples of (id, version) pairs."""

    prefix: ClassVar[str]

    @property
    def data(self) -> str:
        """Return the callback data; within Telegram's 64 bytes by construction of the fields."""
        data = _SEPARATOR.join([self.prefix, *(_write(getattr(self, field.name)) for field in fields(self))])
        assert len(data.encode()) <= MOST_BYTES, data
        return data

    @classmethod
    def pattern(cls) -> str:
        """Return the expression by which a CallbackQueryHandler knows this button."""
        return rf"^{cls.prefix}(?:{_SEPARATOR}|$)"

    @classmethod
    def parse(cls: type[B], data: str | None) -> B | None:
        """Return the button of this data, or None for data that no button of this bot carries."""
        prefix, *parts = (data or "").split(_SEPARATOR)
        if prefix != cls.prefix or len(parts) != len(fields(cls)):
            return None
        try:
            return cls(*(_read(part, field.type) for part, field in zip(parts, fields(cls), strict=True)))
        except ValueError:
            return None


def _write(value: Any) -> str:
    if isinstance(value, tuple):
        return _LIST.join(str(number) for pair in value for number in pair)
    return str(value)


def _read(part: str, kind: Any) -> Any:
    if kind is str:
        if not part.isascii():
            raise ValueError(part)
        return part
    if kind is int:
        return _number(part)
    if kind is UpdateId:
        return _number(part, most=_LARGEST_UPDATE)
    numbers = [_number(piece) for piece in part.split(_LIST)]
    if len(numbers) % 2:
        raise ValueError(part)
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _number(part: str, *, most: int = _LARGEST) -> int:
    if not part.isascii() or not part.isdigit() or int(part) > most:
        raise ValueError(part)
    return int(part)


Pairs = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class PickLanguage(Button):
    """Read the notice in this language; `then` is what the person came for: a visit's key, or empty."""

    prefix: ClassVar[str] = "lang"
    language: str
    then: str


@dataclass(frozen=True, slots=True)
class Agree(Button):
    """The notice was read: begin in this language."""

    prefix: ClassVar[str] = "ok"
    language: str
    then: str


@dataclass(frozen=True, slots=True)
class SetLanguage(Button):
    """Change the language of everything to come."""

    prefix: ClassVar[str] = "say"
    language: str


@dataclass(frozen=True, slots=True)
class ChooseLanguage(Button):
    """Show the languages."""

    prefix: ClassVar[str] = "langs"


@dataclass(frozen=True, slots=True)
class Menu(Button):
    """Show the main menu."""

    prefix: ClassVar[str] = "menu"


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


@dataclass(frozen=True, slots=True)
class Own(Button):
    """Show the person's own tickets."""

    prefix: ClassVar[str] = "my"


@dataclass(frozen=True, slots=True)
class ShowTicket(Button):
    """Show one ticket."""

    prefix: ClassVar[str] = "ticket"
    booking: int


@dataclass(frozen=True, slots=True)
class OwnBelow(Button):
    """Show the person's own tickets below the ticket, which stays."""

    prefix: ClassVar[str] = "mine"


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


@dataclass(frozen=True, slots=True)
class ChangeName(Button):
    """Ask for the person's name."""

    prefix: ClassVar[str] = "name"


@dataclass(frozen=True, slots=True)
class CloseDraft(Button):
    """Drop what was begun to type."""

    prefix: ClassVar[str] = "end"


@dataclass(frozen=True, slots=True)
class RosterPage(Button):
    """Show a page of the roster of this visit or bus."""

    prefix: ClassVar[str] = "roster"
    name: str
    page: int


@dataclass(frozen=True, slots=True)
class RosterFile(Button):
    """Send the roster of this visit or bus as CSV."""

    prefix: ClassVar[str] = "csv"
    name: str


@dataclass(frozen=True, slots=True)
class UndeliveredPage(Button):
    """Show a page of what did not arrive, of this visit or bus; of everything without a name."""

    prefix: ClassVar[str] = "lost"
    name: str
    page: int


@dataclass(frozen=True, slots=True)
class SendAnnouncement(Button):
    """Send the announcement kept under this key."""

    prefix: ClassVar[str] = "announce"
    key: UpdateId


@dataclass(frozen=True, slots=True)
class PauseLine(Button):
    """Pause the waiting list of this visit (1), or let it go on (0)."""

    prefix: ClassVar[str] = "pause"
    name: str
    paused: int


@dataclass(frozen=True, slots=True)
class HearAll(Button):
    """Get every message again."""

    prefix: ClassVar[str] = "hear"


@dataclass(frozen=True, slots=True)
class OwnData(Button):
    """Send everything that is stored about the person."""

    prefix: ClassVar[str] = "mydata"


@dataclass(frozen=True, slots=True)
class AskForget(Button):
    """Ask whether everything about the person shall be deleted."""

    prefix: ClassVar[str] = "forgetq"


@dataclass(frozen=True, slots=True)
class Forget(Button):
    """Delete everything about the person; `key` is that of the question (services/forgetting.py)."""

    prefix: ClassVar[str] = "forget"
    key: int
