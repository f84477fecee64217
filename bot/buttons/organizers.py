"""What organizers tap: lists and announcements."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button, UpdateId


@dataclass(frozen=True, slots=True)
class RosterPage(Button):
    """Show a page of a list (riders, waiting, access) of this visit, bus or city."""

    prefix: ClassVar[str] = "roster"
    kind: str
    name: str
    page: int


@dataclass(frozen=True, slots=True)
class RosterFile(Button):
    """Send a list of this visit, bus or city as a file of this form (pdf, xlsx, csv)."""

    prefix: ClassVar[str] = "file"
    form: str
    kind: str
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
class TestAnnouncement(Button):
    """Send the announcement kept under this key to its author alone."""

    prefix: ClassVar[str] = "trial"
    key: UpdateId


@dataclass(frozen=True, slots=True)
class AskForAnswers(Button):
    """Let the announcement kept under this key ask its readers to confirm (1), or not (0)."""

    prefix: ClassVar[str] = "asking"
    key: UpdateId
    asks: int


@dataclass(frozen=True, slots=True)
class WithdrawAnnouncement(Button):
    """Let an announcement that is planned not go out."""

    prefix: ClassVar[str] = "unplan"
    announcement: int


@dataclass(frozen=True, slots=True)
class ShowUnheard(Button):
    """Show who has not confirmed this announcement by now."""

    prefix: ClassVar[str] = "unheard"
    announcement: int


@dataclass(frozen=True, slots=True)
class RemindUnheard(Button):
    """Send it once more to who has not confirmed."""

    prefix: ClassVar[str] = "nudge"
    announcement: int


@dataclass(frozen=True, slots=True)
class ShowPhrases(Button):
    """Show a group of the phrasebook."""

    prefix: ClassVar[str] = "phrases"
    group: int


@dataclass(frozen=True, slots=True)
class ApplyImport(Button):
    """Apply the event file kept under this key, if it still does what was seen: a comparison's fingerprint."""

    prefix: ClassVar[str] = "import"
    key: UpdateId
    seen: str


@dataclass(frozen=True, slots=True)
class ApplyList(Button):
    """Apply the list of people kept under this key, if it still does what was seen: a difference's fingerprint."""

    prefix: ClassVar[str] = "people"
    key: UpdateId
    seen: str


@dataclass(frozen=True, slots=True)
class ShowTexts(Button):
    """Show every text of this visit, or of the congress."""

    prefix: ClassVar[str] = "texts"
    name: str


@dataclass(frozen=True, slots=True)
class ShowText(Button):
    """Show one text (rules/editing.py) in each language; beside the congress's own, of which visit."""

    prefix: ClassVar[str] = "text"
    visit: int
    place: str
    id: str
    field: str


@dataclass(frozen=True, slots=True)
class WriteText(Button):
    """Begin to write one text in this language, or in all of them."""

    prefix: ClassVar[str] = "write"
    visit: int
    place: str
    id: str
    field: str
    language: str


@dataclass(frozen=True, slots=True)
class SaveText(Button):
    """Save the new text kept under this key."""

    prefix: ClassVar[str] = "save"
    key: UpdateId


@dataclass(frozen=True, slots=True)
class UndoText(Button):
    """Let a text say again what it said before the save of this key."""

    prefix: ClassVar[str] = "unsave"
    key: UpdateId


@dataclass(frozen=True, slots=True)
class AskRevoke(Button):
    """Ask whether this grant is to be taken back."""

    prefix: ClassVar[str] = "crewask"
    grant: int


@dataclass(frozen=True, slots=True)
class Revoke(Button):
    """Take this grant back."""

    prefix: ClassVar[str] = "crewoff"
    grant: int


@dataclass(frozen=True, slots=True)
class ShowCrew(Button):
    """Show who has which role."""

    prefix: ClassVar[str] = "crew"


@dataclass(frozen=True, slots=True)
class WhyOf(Button):
    """Tell the story of whoever this booking belongs to."""

    prefix: ClassVar[str] = "why"
    booking: int


@dataclass(frozen=True, slots=True)
class EarlierLog(Button):
    """Show the lines of the log before this one, asked for in the same way (rules/logbook.py); `since` in minutes."""

    prefix: ClassVar[str] = "log"
    before: int
    since: int
    who: str
    what: str
    about: str


@dataclass(frozen=True, slots=True)
class PauseLine(Button):
    """Pause the waiting list of this visit (1), or let it go on (0)."""

    prefix: ClassVar[str] = "pause"
    name: str
    paused: int


@dataclass(frozen=True, slots=True)
class RenewBoard(Button):
    """Show this board as it stands now."""

    prefix: ClassVar[str] = "boardon"
    board: int


@dataclass(frozen=True, slots=True)
class StopBoard(Button):
    """Let this board rest: it is not edited any more."""

    prefix: ClassVar[str] = "boardoff"
    board: int


@dataclass(frozen=True, slots=True)
class ShowBus(Button):
    """Show what is wrong with this bus, who leads it and who cannot be reached, below the board."""

    prefix: ClassVar[str] = "bus"
    bus: int


@dataclass(frozen=True, slots=True)
class ShowDay(Button):
    """Show another of the reader's days, by its ordinal."""

    prefix: ClassVar[str] = "day"
    day: int
