"""/today: the day of a leader, a host or an organizer, in order."""

from datetime import date

from telegram import InlineKeyboardMarkup, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import ShowDay
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, send, show, tapped
from bot.services import today as services
from bot.services.authority import NoAuthority
from bot.services.today import Day
from bot.texts import today as texts


@needs(Right.TODAY)
async def today(update: Update, context: Context) -> None:
    """/today: what lies before this person today, or when their next day is."""
    found = await _read(update, context, None)
    if isinstance(found, NoAuthority):
        await refuse(update, context, found)
        return
    for text, keyboard in _pages(context, found):
        await send(update, context, Screen(text, keyboard))


@needs(Right.TODAY)
async def show_day(update: Update, context: Context) -> None:
    """Show another day on the same card; what does not fit it follows."""
    button = ShowDay.parse(tapped(update))
    if button is None or not 1 <= button.day <= date.max.toordinal():
        await answer_old_button(update, context)
        return
    found = await _read(update, context, date.fromordinal(button.day))
    if isinstance(found, NoAuthority):
        await refuse(update, context, found)
        return
    first, *rest = _pages(context, found)
    await show(update, context, Screen(*first))
    for text, keyboard in rest:
        await send(update, context, Screen(text, keyboard))


async def _read(update: Update, context: Context, day: date | None) -> Day | NoAuthority:
    assert update.effective_user is not None
    return await context.db.read(
        services.day_of, actor=update.effective_user.id, day=day, congress=context.congress, now=context.now
    )


def _pages(context: Context, found: Day) -> list[tuple[str, InlineKeyboardMarkup | None]]:
    texts_ = texts.day_pages(context.say, found, congress=context.congress)
    return [*((text, None) for text in texts_[:-1]), (texts_[-1], keyboards.days(context.say, found))]


HANDLERS = [
    CommandHandler("today", today, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(show_day, ShowDay.pattern()),
]
