"""/stats: seats taken, free and held back, in words and in pictures."""

from contextlib import suppress

from telegram import Update
from telegram.error import Forbidden
from telegram.ext import CommandHandler, filters

from bot.context import Context
from bot.documents.charts import fill_charts, growth_chart
from bot.documents.making import made
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.rules.charts import bars, growth
from bot.screen import Screen, send
from bot.services import organizers as services
from bot.services.authority import NoAuthority
from bot.texts import organizers as texts


@needs(Right.STATS)
async def stats(update: Update, context: Context) -> None:
    """Send the numbers per visit and bus, then how full they are and how the sign-ups grew, as pictures."""
    assert update.effective_user is not None
    actor = update.effective_user.id
    visits = await context.db.read(services.all_visits, actor=actor)
    given = await context.db.read(services.sign_ups, actor=actor)
    if isinstance(visits, NoAuthority) or isinstance(given, NoAuthority):
        await refuse(update, context, NoAuthority())
        return
    for text in texts.stats(context.say, visits, congress=context.congress, now=context.now):
        await send(update, context, Screen(text))
    filled, grown = texts.fill_title(context.say), texts.growth_title(context.say)
    pictures = [(filled, picture) for picture in await made(fill_charts, bars(visits), title=filled)]
    points = growth(given, now=context.now)
    if points:
        pictures.append((grown, await made(growth_chart, points, title=grown, say=context.say)))
    moment = context.say.moment(context.now)
    with suppress(Forbidden):  # blocked since the command: nobody sees it
        for title, picture in pictures:
            await context.bot.send_photo(actor, picture, caption=f"{title}, {moment}")


HANDLERS = [CommandHandler("stats", stats, filters.UpdateType.MESSAGE)]
