"""/stop ends all messages but the needful, and says which those are; the button and /start bring them back."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import HearAll
from bot.context import Context
from bot.screen import Screen, send, show
from bot.services import people
from bot.texts import stopping as texts


async def stop(update: Update, context: Context) -> None:
    """Want only the needful from now on."""
    await context.db.run(people.stop_messages, delegate_id=context.delegate.id, now=context.now)
    await send(update, context, Screen(texts.stopped(context.say), keyboards.stopped(context.say)))


async def hear_all(update: Update, context: Context) -> None:
    """Want everything again."""
    await context.db.run(people.resume_messages, delegate_id=context.delegate.id)
    screen = Screen(texts.resumed(context.say), keyboards.menu(context.say))
    await show(update, context, screen, answer=texts.resumed_answer(context.say))


async def show_stopped(update: Update, context: Context) -> None:
    """Show how it stands; nothing is changed."""
    if context.delegate.stopped:
        screen = Screen(texts.stopped(context.say), keyboards.stopped(context.say))
    else:
        screen = Screen(texts.resumed(context.say), keyboards.menu(context.say))
    await show(update, context, screen)


HANDLERS = [
    CommandHandler("stop", stop, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(hear_all, HearAll.pattern()),
]
