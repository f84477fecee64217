"""What a failed call means for its message: the whole error policy, in one function.

After an error that leaves the outcome unknown, what a seat depends on is sent once more (it reads well twice), an
edit is repeated (that is harmless), and everything else is left, marked as unknown: never twice. When the second try
leaves it unknown too, a third would risk a third copy: it is left as well, and organizers find it in /undelivered.
"""

from dataclasses import dataclass
from typing import Final

from telegram.error import BadRequest, ChatMigrated, Forbidden, InvalidToken, RetryAfter

from bot.transport import seconds_of, was_sent
from storage.records import MessageState

LONGEST_WAIT: Final = 60.0
LONGEST_DOUBT: Final = 900.0
_FIRST_DOUBT: Final = 5.0

_SAME_ALREADY = "message is not modified"
_NO_SUCH_READER = ("chat not found", "peer_id_invalid", "user is deactivated")
_NO_SUCH_MESSAGE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_BROKEN_HTML = "can't parse entities"


@dataclass(frozen=True, slots=True)
class Ended:
    """The message has come to its end."""

    state: MessageState


@dataclass(frozen=True, slots=True)
class Again:
    """The message is sent again, not before so many seconds; `in_doubt` when it may have arrived already."""

    seconds: float
    in_doubt: bool = False


@dataclass(frozen=True, slots=True)
class Halted:
    """Telegram asks the whole bot to wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class TokenRefused:
    """Telegram does not know the bot any more: nothing can be sent, nothing is used up."""


@dataclass(frozen=True, slots=True)
class AsPlain:
    """The HTML is broken, a bug of ours: the reader gets the words without it."""


@dataclass(frozen=True, slots=True)
class AsNew:
    """The message to edit is gone: the reader gets a new one."""


Verdict = Ended | Again | Halted | TokenRefused | AsPlain | AsNew


def judge(error: Exception, *, critical: bool, edits: bool, plain: bool, tries: int, in_doubt: bool = False) -> Verdict:
    """Say what a failed send or edit means for its message.

    `tries` counts the sends begun before this one; `in_doubt`, that one of them may have arrived.

    Source of the rules: the Bot API's errors as they were seen in PTB 22.8, and what each proves.
    """
    match error:
        case RetryAfter():
            return Halted(seconds_of(error))
        case InvalidToken():
            return TokenRefused()
        case Forbidden():
            return Ended(MessageState.UNREACHABLE)
        case ChatMigrated():  # private chats never migrate: the row points at a group
            return Ended(MessageState.FAILED)
        case BadRequest():
            return _judge_refusal(error.message.lower(), edits=edits, plain=plain)
        case _:
            return _judge_failure(error, once_more=critical and not in_doubt, edits=edits, tries=tries)


def _judge_failure(error: Exception, *, once_more: bool, edits: bool, tries: int) -> Verdict:
    if was_sent(error) is False:
        return Again(min(2.0**tries, LONGEST_WAIT))
    if edits:
        return Again(min(_FIRST_DOUBT * 2.0**tries, LONGEST_DOUBT), in_doubt=True)
    return Again(_FIRST_DOUBT, in_doubt=True) if once_more else Ended(MessageState.UNKNOWN)


def _judge_refusal(words: str, *, edits: bool, plain: bool) -> Verdict:
    if edits and _SAME_ALREADY in words:
        return Ended(MessageState.SENT)
    if edits and any(phrase in words for phrase in _NO_SUCH_MESSAGE):
        return AsNew()
    if any(phrase in words for phrase in _NO_SUCH_READER):
        return Ended(MessageState.UNREACHABLE)
    if _BROKEN_HTML in words and not plain:
        return AsPlain()
    return Ended(MessageState.FAILED)
