"""The courier: carries one claimed message to its reader and says what became of it.

One row's way: worded -> marked as sending with its turn, committed -> the turn -> is Telegram still willing? -> the
call, outside any transaction. A crash before the mark loses nothing; after it the row is ambiguous until its lease
runs out, and is then judged as after a lost answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from telegram import InputFile, LinkPreviewOptions
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import ExtBot

from bot.delivery.gate import IN_TURN
from bot.delivery.ledger import Begun, Ledger
from bot.delivery.letter import Letter, Moot
from bot.delivery.pace import Pace
from bot.delivery.verdict import Again, AsNew, AsPlain, Ended, Halted, TokenRefused, judge
from bot.transport import REFUSALS
from storage.records import Message, MessageState
from storage.sending import Outcome

LEASE: Final = timedelta(seconds=90)
"""Three times the longest call: a second for a connection, 5 to connect, 20 to write, 5 to read."""
_MARKED_AHEAD = 5
"""So many rows may be marked while they wait for their turn: as many as leave while one commit takes a fifth of a
second. A crash leaves no more of them ambiguous unsent, and a crowd of taps meets no more turns given away."""
_TOO_LATE = 0.05
"""Seconds after which a turn is over: a process that stood still asks for another one and does not send all at once.
What 27 a second leave of Telegram's 30 is a tenth of a second, and the way there takes its part of it."""
_MOST_TURNS = 5
"""A process that is late every time sends all the same: better a little too fast than never."""
_PROBE_SECONDS = 2.0
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _TakenOver:
    """Another sender has the message by now."""


class Courier:
    """Carries messages, several at a time."""

    def __init__(
        self,
        *,
        bot: ExtBot[str],
        ledger: Ledger,
        pace: Pace,
        word: Callable[[Message], Awaitable[Letter | Moot]],
        is_critical: Callable[[str], bool],
        now: Callable[[], datetime],
        real_now: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._ledger = ledger
        self._pace = pace
        self._word = word
        self._is_critical = is_critical
        self._now = now
        self._real_now = real_now
        self._ahead = asyncio.Semaphore(_MARKED_AHEAD)
        self._unanswered = False
        self.token_refused = False

    async def carry(self, message: Message) -> Outcome | None:
        """Bring one message to its outcome; None when another sender has it by now. Raises what `word` raises."""
        letter = await self._word(message)
        if isinstance(letter, Moot):
            return ended(message, MessageState.CANCELLED, letter.reason)
        if message.resumed and letter.edits is None and not self._is_critical(message.kind):
            return ended(message, MessageState.UNKNOWN, "the sender died in mid-send")
        outcome = await self._send(message, letter)
        return None if isinstance(outcome, _TakenOver) else outcome

    async def telegram_answers(self) -> bool:
        """Say whether Telegram answers in plain words. After a call that it did not, one that does no harm tells.

        While it does not (502 to everything, no connection), each message sent would be one more in doubt.
        """
        if self._unanswered:
            try:
                await self._bot.get_me(read_timeout=_PROBE_SECONDS, connect_timeout=_PROBE_SECONDS)
            except REFUSALS:
                pass
            except Exception as error:  # noqa: BLE001 - whatever it is, it is no answer
                log.info("Telegram does not answer yet: %s", type(error).__name__)
                return False
            self._unanswered = False
        return True

    def given_back(
        self, message: Message, *, wait: timedelta | None = None, reason: str | None = None, in_doubt: bool = False
    ) -> Outcome:
        """Return the outcome that lets a message be claimed again, after so long in real time.

        One that may have arrived stays in `sending`, as if its sender had died: it gets one more try, not two.
        """
        not_before = None if wait is None else self._real_now() + wait
        state = MessageState.DUE
        if in_doubt or message.resumed:
            state, not_before = MessageState.SENDING, not_before or self._real_now()
        return Outcome(id=message.id, token=message.token, state=state, not_before=not_before, reason=reason)

    async def _turn(self, message: Message) -> Outcome | _TakenOver | None:
        """Wait until it is the message's turn: None. Or say why it must not be sent now."""
        async with self._ahead:
            for _ in range(_MOST_TURNS):
                if message.expires_at <= self._now():
                    return ended(message, MessageState.EXPIRED, "not sent in time")
                lease_until = self._real_now() + LEASE
                begun = Begun(id=message.id, token=message.token, lease_until=lease_until, resumed=message.resumed)
                turn = await self._ledger.begin(begun)
                if turn is None:
                    log.warning("message %d was taken over before it was sent", message.id)
                    return _TakenOver()
                if turn.seconds is None:
                    return self.given_back(message)
                at = self._pace.monotonic() + turn.seconds
                await self._pace.sleep(turn.seconds)
                if self._pace.monotonic() - at < _TOO_LATE:
                    break
        return self.given_back(message) if await self._pace.look() > 0 else None

    async def _send(self, message: Message, letter: Letter) -> Outcome | _TakenOver:
        """Make the call in turn, and whatever its failure asks for at once."""
        gone: int | None = None
        while True:
            not_now = await self._turn(message)
            if not_now is not None:
                return not_now
            try:
                message_id = await self._call(message, letter)
            except Exception as error:  # noqa: BLE001 - judged and logged below, whatever it is
                failure = error
            else:
                return ended(message, MessageState.SENT, message_id=message_id, instead_of=gone)
            self._unanswered |= not isinstance(failure, REFUSALS)
            verdict = judge(
                failure,
                critical=self._is_critical(message.kind),
                edits=letter.edits is not None,
                plain=letter.plain,
                tries=message.tries,
                in_doubt=message.resumed,
            )
            reason = _describe(failure)
            match verdict:
                case Ended(state=MessageState.SENT):
                    return ended(message, MessageState.SENT, message_id=letter.edits)
                case Ended(state=state):
                    _tell(message, f"ended as {state}", failure)
                    return ended(message, state, reason)
                case Again(seconds=seconds, in_doubt=in_doubt):
                    _tell(message, f"is sent again in {seconds:g} s", failure)
                    wait = timedelta(seconds=seconds)
                    return self.given_back(message, wait=wait, reason=reason, in_doubt=in_doubt)
                case Halted(seconds=seconds):  # the gate has told everybody
                    return self.given_back(message, wait=timedelta(seconds=seconds), reason=reason)
                case TokenRefused():
                    self._refuse_token()
                    return self.given_back(message, reason=reason)
                case AsPlain():
                    log.error("a bug: the HTML of %s (message %d) is broken: %s", message.kind, message.id, failure)
                    letter = letter.as_plain()
                case AsNew() if letter.only_edits:
                    return ended(message, MessageState.CANCELLED, reason)
                case AsNew():
                    gone, letter = letter.edits, letter.as_new()
                case _:
                    assert_never(verdict)

    async def _call(self, message: Message, letter: Letter) -> int:
        parse_mode = None if letter.plain else ParseMode.HTML
        assert message.telegram_id is not None
        if letter.document is not None:
            file = InputFile(letter.document.content, filename=letter.document.name)
            with_file = await self._bot.send_document(
                message.telegram_id,
                file,
                caption=letter.text,
                parse_mode=parse_mode,
                reply_markup=letter.keyboard,
                disable_notification=letter.quiet,
                rate_limit_args=IN_TURN,
            )
            return with_file.message_id
        if letter.edits is None:
            sent = await self._bot.send_message(
                message.telegram_id,
                letter.text,
                parse_mode=parse_mode,
                link_preview_options=_NO_PREVIEW,
                reply_markup=letter.keyboard,
                disable_notification=letter.quiet,
                rate_limit_args=IN_TURN,
            )
            return sent.message_id
        edited = await self._bot.edit_message_text(
            letter.text,
            chat_id=message.telegram_id,
            message_id=letter.edits,
            parse_mode=parse_mode,
            link_preview_options=_NO_PREVIEW,
            reply_markup=letter.keyboard,
            rate_limit_args=IN_TURN,
        )
        return edited.message_id if isinstance(edited, TelegramMessage) else letter.edits

    def _refuse_token(self) -> None:
        if not self.token_refused:
            self.token_refused = True
            log.critical("Telegram refuses BOT_TOKEN: nothing is sent. Set the new token and start the bot again.")


def ended(
    message: Message,
    state: MessageState,
    reason: str | None = None,
    *,
    message_id: int | None = None,
    instead_of: int | None = None,
) -> Outcome:
    """Return the outcome that ends a message; `instead_of` is the card that was gone."""
    return Outcome(
        id=message.id,
        token=message.token,
        state=state,
        reason=reason,
        message_id=message_id,
        instead_of=instead_of,
    )


def _describe(failure: Exception) -> str:
    # Telegram's own words are safe to keep; a surprise may quote what it stumbled over.
    name = type(failure).__name__
    return f"{name}: {failure}" if isinstance(failure, TelegramError) else name


def _tell(message: Message, what: str, failure: Exception) -> None:
    surprise = None if isinstance(failure, TelegramError) else failure
    log.warning("message %d (%s) %s: %s", message.id, message.kind, what, _describe(failure), exc_info=surprise)
