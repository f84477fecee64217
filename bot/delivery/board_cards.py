"""Keeps the morning's boards up to date: each edited by one process, when it says something else, at most each 20 s."""

import logging
from collections.abc import Callable

from telegram import Bot, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import keyboards
from bot.clock import Clock
from bot.language import SOURCE, Languages
from bot.rules.board import is_rested
from bot.services import board as services
from bot.services.board import Living
from bot.texts import board as texts
from storage.database import Database
from storage.records import Congress

log = logging.getLogger(__name__)

_ALREADY_SO = "message is not modified"


class BoardCards:
    """Edits one card a board; called by the ticker. What it knows stands in the database."""

    def __init__(
        self, *, db: Database, bot: Bot, clock: Clock, languages: Languages, congress: Callable[[], Congress]
    ) -> None:
        self._db = db
        self._bot = bot
        self._clock = clock
        self._languages = languages
        self._congress = congress

    async def show_all(self) -> None:
        """Edit the boards that say something else by now; end those of the past and those that nobody may see."""
        now = self._clock.now()
        for living in await self._db.read(services.living_boards, congress=self._congress(), now=now):
            try:
                await self._show(living)
            except TelegramError as error:
                log.info("board %d is shown later: %s", living.board.id, type(error).__name__)

    async def _show(self, living: Living) -> None:
        now, board, morning = self._clock.now(), living.board, living.morning
        if not is_rested(board.edited_at, now=now):
            return
        say = self._languages[living.reader.language or SOURCE]
        is_over = morning is None or (morning.has_ended and bool(morning.fleet))
        text = texts.not_yours(say) if morning is None else texts.board(say, morning, now=now)
        shown = "" if morning is None else texts.digest(say, morning, now=now)
        if shown == board.shown and not is_over:
            return
        if not await self._db.run(services.claim_edit, board=board, now=now):
            return
        keyboard = None
        if morning is not None and is_over:
            text = f"{text}\n{texts.ended_by_itself(say)}"
        elif morning is not None:
            keyboard = keyboards.board(say, morning, board_id=board.id, now=now)
        is_gone = not await self._edit(living, text, keyboard)
        if is_over or is_gone:
            await self._db.run(services.end_board, board_id=board.id)
        else:
            await self._db.run(services.note_shown, board=board, shown=shown)

    async def _edit(self, living: Living, text: str, keyboard: InlineKeyboardMarkup | None) -> bool:
        """Edit the card; False when it is gone, or its reader. Raise what may go better in 20 seconds."""
        if living.reader.telegram_id is None:
            return False
        try:
            await self._bot.edit_message_text(
                text,
                chat_id=living.reader.telegram_id,
                message_id=living.board.message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
            )
        except BadRequest as error:
            return _ALREADY_SO in error.message.lower()
        except Forbidden:
            return False
        return True
