"""The courier: carries one claimed message to its reader and says what became of it.

One row's way: worded -> marked as sending, committed -> its turn -> the call, outside any transaction. A crash
before the mark loses nothing; after it the row is ambiguous until its lease runs out, and is then judged as after
a lost answer.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Final, assert_never

from telegram import Bot, LinkPreviewOptions
from telegram import Message as TelegramMessage
from telegram.constants import ParseMode
from telegram.error import TelegramError

from bot.delivery.ledger import Begun, Ledger
from bot.delivery.letter import Letter, Moot
from bot.delivery.pace import Pacer
from bot.delivery.verdict import Again, AsNew, AsPlain, Ended, Halted, TokenRefused, judge
from storage.outbox import Outcome
from storage.records import Message, MessageState

LEASE: Final = timedelta(seconds=90)
"""Three times the longest call: a second for a connection, 5 to connect, 20 to write, 5 to read."""
_MARKED_AHEAD = 3
"""So many rows may be marked while they wait for their turn; a crash leaves no more of them ambiguous unsent."""
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)

log = logging.getLogger(__name__)


class Courier:
    """Carries messages, several at a time."""

    def __init__(
        self,
        *,
        bot: Bot,
        ledger: Ledger,
        pacer: Pacer,
        word: Callable[[Message], Awaitable[Letter | Moot]],
        is_critical: Callable[[str], bool],
        now: Callable[[], datetime],
        real_now: Callable[[], datetime],
    ) -> None:
        self._bot = bot
        self._ledger = ledger
        self._pacer = pacer
        self._word = word
        self._is_critical = is_critical
        self._now = now
        self._real_now = real_now
        self._ahead = asyncio.Semaphore(_MARKED_AHEAD)
        self.token_refused = False

    async def carry(self, message: Message) -> Outcome | None:
        """Bring one message to its outcome; None when another sender has it by now. Raises what `word` raises."""
        letter = await self._word(message)
        if isinstance(letter, Moot):
            return ended(message, MessageState.CANCELLED, letter.reason)
        if message.resumed and letter.edits is None and not self._is_critical(message.kind):
            return ended(message, MessageState.UNKNOWN, "the sender died in mid-send")
        async with self._ahead:
            if message.expires_at <= self._now():
                return ended(message, MessageState.EXPIRED, "not sent in time")
            lease_until = self._real_now() + LEASE
            if not await self._ledger.write(Begun(id=message.id, token=message.token, lease_until=lease_until)):
                log.warning("message %d was taken over before it was sent", message.id)
                return None
            if not await self._pacer.turn(message.delegate_id):
                return self.given_back(message)
        return await self._send(message, letter)

    def given_back(self, message: Message, *, wait: timedelta | None = None, reason: str | None = None) -> Outcome:
        """Return the outcome that makes a message due again, after so long in real time."""
        not_before = None if wait is None else self._real_now() + wait
        return Outcome(id=message.id, token=message.token, state=MessageState.DUE, not_before=not_before, reason=reason)

    async def _send(self, message: Message, letter: Letter) -> Outcome:
        """Make the call, and whatever its failure asks for at once."""
        while True:
            try:
                message_id = await self._call(message, letter)
            except Exception as error:  # noqa: BLE001 - judged and logged below, whatever it is
                failure = error
            else:
                return ended(message, MessageState.SENT, message_id=message_id)
            verdict = judge(
                failure,
                critical=self._is_critical(message.kind),
                edits=letter.edits is not None,
                plain=letter.plain,
                tries=message.tries,
            )
            reason = _describe(failure)
            match verdict:
                case Ended(state=MessageState.SENT):
                    return ended(message, MessageState.SENT, message_id=letter.edits)
                case Ended(state=state):
                    _tell(message, f"ended as {state}", failure)
                    return ended(message, state, reason)
                case Again(seconds=seconds):
                    _tell(message, f"is sent again in {seconds:g} s", failure)
                    return self.given_back(message, wait=timedelta(seconds=seconds), reason=reason)
                case Halted(seconds=seconds):
                    self._pacer.halt(seconds)
                    log.warning("Telegram asks for a pause of %g s; nothing is sent until then", seconds)
                    return self.given_back(message, wait=timedelta(seconds=seconds), reason=reason)
                case TokenRefused():
                    self._refuse_token()
                    return self.given_back(message, reason=reason)
                case AsPlain():
                    log.error("a bug: the HTML of %s (message %d) is broken: %s", message.kind, message.id, failure)
                    letter = letter.as_plain()
                case AsNew():
                    letter = letter.as_new()
                case _:
                    assert_never(verdict)
            if not await self._pacer.turn(message.delegate_id):
                return self.given_back(message)

    async def _call(self, message: Message, letter: Letter) -> int:
        parse_mode = None if letter.plain else ParseMode.HTML
        assert message.telegram_id is not None
        if letter.edits is None:
            sent = await self._bot.send_message(
                message.telegram_id,
                letter.text,
                parse_mode=parse_mode,
                link_preview_options=_NO_PREVIEW,
                reply_markup=letter.keyboard,
                disable_notification=letter.quiet,
            )
            return sent.message_id
        edited = await self._bot.edit_message_text(
            letter.text,
            chat_id=message.telegram_id,
            message_id=letter.edits,
            parse_mode=parse_mode,
            link_preview_options=_NO_PREVIEW,
            reply_markup=letter.keyboard,
        )
        return edited.message_id if isinstance(edited, TelegramMessage) else letter.edits

    def _refuse_token(self) -> None:
        if not self.token_refused:
            self.token_refused = True
            log.critical("Telegram refuses BOT_TOKEN: nothing is sent. Set the new token and start the bot again.")


def ended(
    message: Message, state: MessageState, reason: str | None = None, *, message_id: int | None = None
) -> Outcome:
    """Return the outcome that ends a message."""
    return Outcome(id=message.id, token=message.token, state=state, reason=reason, message_id=message_id)


def _describe(failure: Exception) -> str:
    # Telegram's own words are safe to keep; a surprise may quote what it stumbled over.
    name = type(failure).__name__
    return f"{name}: {failure}" if isinstance(failure, TelegramError) else name


def _tell(message: Message, what: str, failure: Exception) -> None:
    surprise = None if isinstance(failure, TelegramError) else failure
    log.warning("message %d (%s) %s: %s", message.id, message.kind, what, _describe(failure), exc_info=surprise)
