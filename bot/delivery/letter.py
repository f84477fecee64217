"""What a message says at the moment it is sent, as the app words it."""

from dataclasses import dataclass, replace

from telegram import InlineKeyboardMarkup

from bot.texts.markup import plain


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A message in Telegram's HTML. `edits` names the reader's message it takes the place of; None is a new one."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None
    quiet: bool = False
    edits: int | None = None
    only_edits: bool = False
    """Where the message to edit is gone, nobody needs a new one."""
    document: Attachment | None = None
    """The message is this file, the text stands under it (at most 1,024 characters); it edits nothing."""
    plain: bool = False
    """The text holds no HTML."""

    def as_plain(self) -> "Letter":
        """Return the same words without tags, for a reader who would otherwise get nothing."""
        return replace(self, text=plain(self.text), plain=True)

    def as_new(self) -> "Letter":
        """Return the same words as a message of their own."""
        return replace(self, edits=None)


@dataclass(frozen=True, slots=True)
class Moot:
    """The facts have changed since the row was written: it must not be sent, for this reason."""

    reason: str
