"""What nothing else knows: a helpful answer, never silence. And what is said when something broke."""

import logging
from collections import deque

from telegram import Bot, Update
from telegram.error import RetryAfter, TelegramError
from telegram.ext import CallbackQueryHandler, MessageHandler, filters

from bot import keyboards
from bot.context import Context, House
from bot.handlers.old_buttons import answer_old_button
from bot.language import SOURCE, Language, guess_language
from bot.screen import Screen, answer_tap, send
from bot.services.people import find_person
from bot.texts import welcome

log = logging.getLogger(__name__)


async def unknown_text(update: Update, context: Context) -> None:
    """Answer a text, a photo, a sticker or a command the bot does not know; strangers to a command too."""
    await send(update, context, Screen(welcome.unknown(context.say), keyboards.menu(context.say)))


async def on_error(update: object, context: Context) -> None:
    """Log first, remember the failure for the inbox, then one calm sentence in the reader's language.

    In a pause that Telegram asks for nothing can be said; when the answer comes is the inbox's concern.
    """
    failures: dict[int, BaseException] = context.bot_data["failures"]
    if isinstance(update, Update) and isinstance(context.error, RetryAfter):
        log.info("an answer meets a pause that Telegram asks for")
        failures[update.update_id] = context.error
        return
    log.error("an update could not be handled", exc_info=context.error)
    if not isinstance(update, Update) or context.error is None:
        return
    failures[update.update_id] = context.error
    apologies: deque[int] = context.bot_data["apologies"]
    if update.update_id in apologies:
        return  # it is tried again; the person has heard of it
    apologies.append(update.update_id)
    # The library hands a context of its own to its error handler: what `meet` filled in is not there.
    try:
        say = await _language_of(update, context.house)
    except Exception:
        log.exception("who wrote cannot be read; the phone's language must do")
        say = context.house.languages[_phone_language(update) or SOURCE]
    text = welcome.something_failed(say, context.congress.contacts)
    try:
        if update.callback_query is not None:
            await answer_tap(update.callback_query, text, alert=True)
        elif update.message is not None:
            await send(update, context, Screen(text))
    except TelegramError as error:
        log.warning("nobody could be told: %s", type(error).__name__)


async def answer_flood(update: Update, house: House, bot: Bot) -> None:
    """Ask somebody of whom too many updates wait to slow down; called at most once a minute for a person."""
    user = update.effective_user
    if user is None:
        return
    say = await _language_of(update, house)
    if update.callback_query is not None:
        await answer_tap(update.callback_query, welcome.too_many_answer(say), alert=True)
    else:
        await bot.send_message(user.id, welcome.too_many_answer(say))


async def _language_of(update: Update, house: House) -> Language:
    """Return the language that whoever wrote has chosen, else their phone's."""
    user = update.effective_user
    person = None if user is None else await house.db.read(find_person, telegram_id=user.id, now=house.clock.now())
    chosen = person.delegate.language if person is not None and person.delegate is not None else None
    return house.languages[chosen or _phone_language(update) or SOURCE]


def _phone_language(update: Update) -> str | None:
    code = update.effective_user.language_code if update.effective_user is not None else None
    return guess_language(code) if isinstance(code, str) else None  # what ails the update may be this very field


HANDLERS = [
    CallbackQueryHandler(answer_old_button),
    MessageHandler(filters.UpdateType.MESSAGE & ~filters.StatusUpdate.ALL, unknown_text),
]
