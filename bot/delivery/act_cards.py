"""Keeps the card of a dangerous act up to date once it was due: how far its messages are, or what has changed."""

import logging

from telegram import Bot
from telegram.error import Forbidden, TelegramError

from bot import keyboards
from bot.clock import Clock
from bot.delivery.progress import LEAST_CHANGE, edit_or_send
from bot.language import SOURCE, Languages
from bot.services.acts import ShownAct, close_act, open_acts
from bot.services.deeds import Going
from bot.texts import acts as texts
from storage import delegates
from storage.database import Database

log = logging.getLogger(__name__)


class ActCards:
    """Edits one card an act; called by the ticker."""

    def __init__(self, *, db: Database, bot: Bot, clock: Clock, languages: Languages) -> None:
        self._db = db
        self._bot = bot
        self._clock = clock
        self._languages = languages
        self._seen: dict[int, tuple[int | None, Going | None]] = {}

    async def show_all(self) -> None:
        """Edit the cards whose acts have come to an end or whose numbers changed; close what is finished."""
        for shown in await self._db.read(open_acts):
            await self._show(shown)

    async def _show(self, shown: ShownAct) -> None:
        act, waiting = shown.act, 0 if shown.told is None else shown.told.waiting
        before, going = self._seen.get(act.id, (None, None))
        if not shown.finished and before is not None and waiting > before - LEAST_CHANGE and going == shown.going:
            return
        author = await self._db.read(delegates.read, act.author_id)
        say = self._languages[author.language or SOURCE]
        text = texts.act(say, shown)
        try:
            await edit_or_send(self._bot, author, act.message_id, text, keyboard=keyboards.act(say, shown))
        except Forbidden:
            log.info("the author of act %d cannot be reached", act.id)
        except TelegramError as error:
            log.info("the card of act %d is shown later: %s", act.id, type(error).__name__)
            return
        self._seen[act.id] = (waiting, shown.going)
        if shown.finished:
            await self._db.run(close_act, act_id=act.id, revision=act.revision, now=self._clock.now())
            self._seen.pop(act.id, None)
