"""/undelivered: what did not arrive and whom the desk must look for, in pages."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import UndeliveredPage
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, send, show, tapped
from bot.services.authority import NoAuthority
from bot.services.organizers import UnknownName
from bot.services.undelivered import Undelivered, list_undelivered
from bot.texts import organizers as organizer_texts
from bot.texts import undelivered as texts


@needs(Right.UNDELIVERED)
async def undelivered(update: Update, context: Context) -> None:
    """/undelivered [VISIT|BUS]: the first page."""
    arguments = context.args or []
    if len(arguments) > 1:
        await send(update, context, Screen(texts.usage_undelivered(context.say)))
        return
    await _show(update, context, name=arguments[0] if arguments else "", page=0)


@needs(Right.UNDELIVERED)
async def undelivered_page(update: Update, context: Context) -> None:
    """Turn the page."""
    button = UndeliveredPage.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    await _show(update, context, name=button.name, page=button.page)


async def _show(update: Update, context: Context, *, name: str, page: int) -> None:
    assert update.effective_user is not None
    found = await context.db.read(list_undelivered, actor=update.effective_user.id, name=name or None)
    match found:
        case Undelivered():
            pages = texts.undelivered_pages(context.say, found, congress=context.congress, now=context.now)
            page = min(page, len(pages) - 1)
            called = found.bus.label if found.bus else found.visit.key if found.visit else ""
            keyboard = keyboards.undelivered(context.say, name=called, page=page, last_page=len(pages) - 1)
            await show(update, context, Screen(pages[page], keyboard))
        case UnknownName():
            text = organizer_texts.failure(context.say, found, congress=context.congress)
            await show(update, context, Screen(text))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


HANDLERS = [
    CommandHandler("undelivered", undelivered, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(undelivered_page, UndeliveredPage.pattern()),
]
