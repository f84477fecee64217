"""/find: an organizer looks for a rider by any spelling of the name, a registration number or a booking's code."""

from telegram import Update
from telegram.ext import CommandHandler, filters

from bot.context import Context
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, send
from bot.services.authority import NoAuthority
from bot.services.searching import Seated, choose_riders, number_of, seated_on
from bot.services.visits import listed_visits
from bot.texts import searching as texts

_LONGEST_NAME = 100


@needs(Right.FIND)
async def find(update: Update, context: Context) -> None:
    """/find NAME, /find NUMBER or /find CODE: up to five who may be meant; whom is for the organizer to say."""
    assert update.effective_user is not None
    typed = " ".join(context.args or ())
    if not typed or len(typed) > _LONGEST_NAME:
        await send(update, context, Screen(texts.usage_find(context.say)))
        return
    number = await context.db.read(number_of, actor=update.effective_user.id, typed=typed)
    if isinstance(number, NoAuthority):
        await refuse(update, context, number)
        return
    seated: list[Seated] = []
    for visit in await context.db.read(listed_visits):
        there = await context.db.read(seated_on, actor=update.effective_user.id, visit_id=visit.id)
        if isinstance(there, NoAuthority):
            await refuse(update, context, there)
            return
        seated += there
    chosen = choose_riders(seated, typed=typed, number=number)
    await send(update, context, Screen(texts.candidates(context.say, chosen)))


HANDLERS = [CommandHandler("find", find, filters.UpdateType.MESSAGE)]
