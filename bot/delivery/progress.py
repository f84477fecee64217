"""Keeps the organizer's card of an announcement up to date until its final result has been shown."""

import logging

from telegram import Bot, InlineKeyboardMarkup
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.clock import Clock
from bot.language import SOURCE, Languages
from bot.services.broadcasts import Progress, close_announcement, open_progress
from bot.texts import broadcasts as texts
from storage import delegates
from storage.database import Database
from storage.records import Delegate, DeliveryCounts

log = logging.getLogger(__name__)

_ALREADY_SO = "message is not modified"
LEAST_CHANGE = 20
"""The card is edited for each so many messages, and at the end: a chat takes one edit a second."""


class Progresses:
    """Shows how far each announcement is; called by the ticker."""

    def __init__(self, *, db: Database, bot: Bot, clock: Clock, languages: Languages) -> None:
        self._db = db
        self._bot = bot
        self._clock = clock
        self._languages = languages
        self._shown: dict[int, tuple[DeliveryCounts, int]] = {}

    async def show_all(self) -> None:
        """Edit the cards whose numbers changed, and close what is finished."""
        for progress in await self._db.read(open_progress):
            await self._show(progress)

    async def _show(self, progress: Progress) -> None:
        announcement, counts = progress.announcement, progress.counts
        before = self._shown.get(announcement.id)
        if before == (counts, progress.confirmed):
            return
        if not progress.finished and before is not None and counts.waiting > before[0].waiting - LEAST_CHANGE:
            return
        author = await self._db.read(delegates.read, announcement.author_id)
        text = texts.progress(self._languages[author.language or SOURCE], progress)
        try:
            await edit_or_send(self._bot, author, announcement.message_id, text)
        except Forbidden:
            log.info("the author of announcement %d cannot be reached", announcement.id)
        except TelegramError as error:
            log.info("the progress of announcement %d is shown later: %s", announcement.id, type(error).__name__)
            return
        self._shown[announcement.id] = counts, progress.confirmed
        if progress.finished:
            await self._db.run(close_announcement, announcement_id=announcement.id, now=self._clock.now())
            if not announcement.asks:  # else more people may confirm
                del self._shown[announcement.id]


async def edit_or_send(
    bot: Bot, author: Delegate, message_id: int | None, text: str, *, keyboard: InlineKeyboardMarkup | None = None
) -> None:
    """Edit the organizer's card; send a new one where it is gone."""
    if author.telegram_id is None:  # erased since: nobody wants to see it
        return
    if message_id is not None:
        try:
            await bot.edit_message_text(
                text,
                chat_id=author.telegram_id,
                message_id=message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=keyboard,
            )
        except BadRequest as error:
            if _ALREADY_SO in error.message.lower():
                return
        else:
            return
    await bot.send_message(author.telegram_id, text, parse_mode=ParseMode.HTML, reply_markup=keyboard)
