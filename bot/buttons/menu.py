"""The first screens and what is at hand everywhere: language, notice, menu, own data, /stop."""

from dataclasses import dataclass
from typing import ClassVar

from bot.buttons.base import Button


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
class AskNumber(Button):
    """Ask for the registration number."""

    prefix: ClassVar[str] = "number"


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
class HearAll(Button):
    """Get every message again."""

    prefix: ClassVar[str] = "hear"


@dataclass(frozen=True, slots=True)
class GotIt(Button):
    """Confirm that one has read this announcement."""

    prefix: ClassVar[str] = "gotit"
    announcement: int


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


@dataclass(frozen=True, slots=True)
class ChangeName(Button):
    """Ask for the person's name."""

    prefix: ClassVar[str] = "name"


@dataclass(frozen=True, slots=True)
class CloseDraft(Button):
    """Drop what was begun to type."""

    prefix: ClassVar[str] = "end"
