"""show(): one card edited in place or sent anew, the tap answered at once, Telegram's moods forgiven.

"Not modified" is success, "query is too old" is nothing, a card that is gone is sent again. An edit may be repeated
safely; a new message is repeated only when the first certainly did not arrive.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

from telegram import CallbackQuery, InlineKeyboardMarkup, InputFile, LinkPreviewOptions, Message, Update
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot.context import Context
from bot.transport import was_sent

T = TypeVar("T")

_LONGEST_ANSWER = 200
_NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
_ALREADY_SO = "message is not modified"
_CARD_IS_GONE = (
    "message to edit not found",
    "message can't be edited",
    "message_id_invalid",
    "there is no text in the message to edit",  # a made-up tap on a file
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Screen:
    """What a person sees: HTML and its buttons."""

    text: str
    keyboard: InlineKeyboardMarkup | None = None


def tapped(update: Update) -> str | None:
    """Return the data of the button that was tapped; None for anything else."""
    return update.callback_query.data if update.callback_query else None


async def show(
    update: Update, context: Context, screen: Screen, *, answer: str | None = None, alert: bool = False
) -> int | None:
    """Show the screen: on the tapped card, else as a new message. Return the message id, None if nobody sees it.

    `answer` is the tap's own answer (at most 200 characters), as an alert where it must be read; a late tap's is an
    excuse where there is no other. Both go out at the same time; neither waits for the other.
    """
    query = update.callback_query
    if query is None:
        return await send(update, context, screen)
    _, message_id = await asyncio.gather(
        answer_tap(query, answer or context.excuse, alert=alert), _edit(update, context, screen)
    )
    return message_id


async def show_below(update: Update, context: Context, screen: Screen) -> int | None:
    """Show the screen as a new message and leave the tapped card as it is. Return the message id, None if unseen."""
    assert update.callback_query is not None
    _, message_id = await asyncio.gather(
        answer_tap(update.callback_query, context.excuse), send(update, context, screen)
    )
    return message_id


async def answer_tap(query: CallbackQuery, text: str | None = None, *, alert: bool = False) -> None:
    """Stop the button's spinner, with a word where there is one. Nothing depends on it."""
    try:
        await query.answer(text=text[:_LONGEST_ANSWER] if text else None, show_alert=alert)
    except TelegramError as error:
        log.info("a tap could not be answered: %s", type(error).__name__)


async def send(update: Update, context: Context, screen: Screen) -> int | None:
    """Send the screen as a new message to the one who wrote; None when they cannot be reached."""
    assert update.effective_user is not None
    chat_id = update.effective_user.id

    async def call() -> Message:
        return await context.bot.send_message(
            chat_id,
            screen.text,
            parse_mode=ParseMode.HTML,
            reply_markup=screen.keyboard,
            link_preview_options=_NO_PREVIEW,
        )

    try:
        message = await patiently(call, again_when_unknown=False)
    except Forbidden:
        return None
    return message.message_id


async def send_file(update: Update, context: Context, file: InputFile, *, caption: str) -> None:
    """Send a file with words under it to the one who asked; who has blocked the bot since sees nothing."""
    assert update.effective_user is not None
    with suppress(Forbidden):
        await context.bot.send_document(update.effective_user.id, file, caption=caption, parse_mode=ParseMode.HTML)


async def send_photo(update: Update, context: Context, picture: bytes, *, caption: str) -> None:
    """Send a picture with words under it to the one who asked; who has blocked the bot since sees nothing."""
    assert update.effective_user is not None
    with suppress(Forbidden):
        await context.bot.send_photo(update.effective_user.id, picture, caption=caption, parse_mode=ParseMode.HTML)


async def strip_buttons(context: Context, *, chat_id: int, message_id: int | None) -> None:
    """Take the buttons off a card that a newer one has replaced; if that fails, they are answered kindly."""
    if message_id is None:
        return
    try:
        await context.bot.edit_message_reply_markup(chat_id=chat_id, message_id=message_id, reply_markup=None)
    except TelegramError as error:
        log.info("the buttons of an old card stay: %s", type(error).__name__)


async def patiently(call: Callable[[], Awaitable[T]], *, again_when_unknown: bool) -> T:
    """Make a call; once more after "slow down", or after a failure that may be repeated safely."""
    try:
        return await call()
    except RetryAfter:
        pass  # the gate lets the next one through when the pause is over, or says no at once (delivery/gate.py)
    except BadRequest:
        raise
    except NetworkError as error:
        if not again_when_unknown and was_sent(error) is not False:
            raise
        await asyncio.sleep(0.3)
    return await call()


async def _edit(update: Update, context: Context, screen: Screen) -> int | None:
    query = update.callback_query
    assert query is not None
    if not isinstance(query.message, Message):
        return await send(update, context, screen)
    card = query.message

    async def call() -> Any:
        return await context.bot.edit_message_text(
            screen.text,
            chat_id=card.chat.id,
            message_id=card.message_id,
            parse_mode=ParseMode.HTML,
            reply_markup=screen.keyboard,
            link_preview_options=_NO_PREVIEW,
        )

    try:
        await patiently(call, again_when_unknown=True)
    except BadRequest as error:
        reason = error.message.lower()
        if _ALREADY_SO in reason:
            return card.message_id
        if any(known in reason for known in _CARD_IS_GONE):
            return await send(update, context, screen)
        raise
    except Forbidden:
        return None
    return card.message_id
