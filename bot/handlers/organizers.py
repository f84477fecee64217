"""Organizers' commands. A stranger gets the answer of an unknown command; the services check the grant again."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from telegram import Update
from telegram.ext import CommandHandler, filters

from bot.context import Context
from bot.handlers.fallback import unknown_text
from bot.handlers.old_buttons import answer_old_button
from bot.rules.authority import may_organize
from bot.screen import Screen, send
from bot.services import organizers as services
from bot.services.organizers import NoAuthority
from bot.texts import organizers as texts

Handle = Callable[[Update, Context], Coroutine[Any, Any, None]]


def for_organizers(handle: Handle) -> Handle:
    """Let strangers meet an unknown command, or an old button."""

    @wraps(handle)
    async def guarded(update: Update, context: Context) -> None:
        if may_organize(context.person.roles):
            await handle(update, context)
        elif update.callback_query is not None:
            await answer_old_button(update, context)
        else:
            await unknown_text(update, context)

    return guarded


@for_organizers
async def delay(update: Update, context: Context) -> None:
    """/delay VISIT MINUTES: move the departure and tell its passengers."""
    arguments = context.args or []
    minutes = whole_number(arguments[1].replace("−", "-")) if len(arguments) == 2 else None
    longest = services.LONGEST_DELAY.total_seconds() / 60
    if minutes is None or minutes == 0 or abs(minutes) > longest:
        await send(update, context, Screen(texts.usage_delay(context.say)))
        return
    done = await context.db.run(
        services.delay_visit,
        actor=actor(update),
        name=arguments[0],
        minutes=minutes,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case services.Delayed():
            context.house.sender.wake()
            await send(update, context, Screen(texts.delayed(context.say, done, congress=context.congress)))
        case NoAuthority():
            await unknown_text(update, context)
        case _:
            await send(update, context, Screen(texts.failure(context.say, done, congress=context.congress)))


def actor(update: Update) -> int:
    """Return who wrote or tapped."""
    assert update.effective_user is not None
    return update.effective_user.id


def whole_number(text: str) -> int | None:
    """Return the number that was typed, with its sign; None where it is none, or absurdly long."""
    digits = text.removeprefix("-").removeprefix("+")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


_TYPED = filters.UpdateType.MESSAGE
HANDLERS = [
    CommandHandler("delay", delay, _TYPED),
]
