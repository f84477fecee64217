"""Organizers' commands. A stranger gets the answer of an unknown command; the services check the grant again."""

from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any

from telegram import Update

from bot.context import Context
from bot.handlers.fallback import unknown_text
from bot.handlers.old_buttons import answer_old_button
from bot.rules.authority import may_try
from bot.screen import Screen, answer_tap, send
from bot.services.authority import NoAuthority, note_refusal
from bot.texts import organizers as texts

Handle = Callable[[Update, Context], Coroutine[Any, Any, None]]


def needs(right: str) -> Callable[[Handle], Handle]:
    """Let whoever has no such right meet an unknown command, or an old button; services ask for what they have it."""

    def guard(handle: Handle) -> Handle:
        @wraps(handle)
        async def guarded(update: Update, context: Context) -> None:
            context.right = right
            if may_try(context.person.roles, right):
                await handle(update, context)
            else:
                await refuse(update, context, NoAuthority())

        return guarded

    return guard


def for_organizers(handle: Handle) -> Handle:
    """Let organizers of the whole congress in alone: for what the table of rights does not know yet."""
    return needs(handle.__name__)(handle)


async def refuse(update: Update, context: Context, refused: NoAuthority) -> None:
    """Write the attempt down and give a stranger's answer; who may do it elsewhere reads that this is not theirs."""
    await context.db.run(
        note_refusal,
        actor=actor(update),
        right=context.right,
        name=refused.name,
        now=context.now,
        cause=context.cause,
    )
    query = update.callback_query
    if query is not None and refused.name:
        await answer_tap(query, texts.not_yours_answer(context.say, refused), alert=True)
    elif query is not None:
        await answer_old_button(update, context)
    elif refused.name:
        await send(update, context, Screen(texts.not_yours(context.say, refused)))
    else:
        await unknown_text(update, context)


def actor(update: Update) -> int:
    """Return who wrote or tapped."""
    assert update.effective_user is not None
    return update.effective_user.id


def whole_number(text: str) -> int | None:
    """Return the number that was typed, with its sign; None where it is none, or absurdly long."""
    digits = text.removeprefix("-").removeprefix("+")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None
