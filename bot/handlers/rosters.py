"""/roster: who travels, waits or needs a wheelchair place, in the chat and as files."""

from collections.abc import Callable, Mapping
from typing import Final

from telegram import InputFile, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import RosterFile, RosterPage
from bot.context import Context
from bot.documents.making import made
from bot.documents.roster_csv import roster_csv
from bot.documents.roster_pdf import roster_pdf
from bot.documents.roster_xlsx import roster_xlsx
from bot.documents.sheet import Sheet, sheet_of
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, answer_tap, send, send_file, show, tapped
from bot.services import rosters as services
from bot.services.authority import NoAuthority
from bot.services.organizers import UnknownName
from bot.services.rosters import ListKind, Roster
from bot.texts import organizers, roster_files
from bot.texts import rosters as texts

FORMS: Final[Mapping[str, Callable[[Sheet], bytes]]] = {"pdf": roster_pdf, "xlsx": roster_xlsx, "csv": roster_csv}


@needs(Right.ROSTER)
async def roster(update: Update, context: Context) -> None:
    """/roster VISIT|BUS|CITY: the passenger list, its first page."""
    if len(context.args or ()) != 1:
        await send(update, context, Screen(texts.usage_roster(context.say)))
        return
    assert context.args is not None
    await _show_roster(update, context, kind=ListKind.RIDERS, name=context.args[0], page=0)


@needs(Right.ROSTER)
async def roster_page(update: Update, context: Context) -> None:
    """Turn the page of a list, or show another one of the same bus, visit or city."""
    button = RosterPage.parse(tapped(update))
    if button is None or button.kind not in list(ListKind):
        await answer_old_button(update, context)
        return
    await _show_roster(update, context, kind=ListKind(button.kind), name=button.name, page=button.page)


async def _show_roster(update: Update, context: Context, *, kind: ListKind, name: str, page: int) -> None:
    assert update.effective_user is not None
    found = await context.db.read(
        services.read_roster,
        actor=update.effective_user.id,
        name=name,
        kind=kind,
        congress=context.congress,
        now=context.now,
    )
    match found:
        case Roster():
            pages = texts.roster_pages(context.say, found, congress=context.congress, now=context.now)
            page = min(page, len(pages) - 1)
            keyboard = keyboards.roster(context.say, found, page=page, last_page=len(pages) - 1)
            await show(update, context, Screen(pages[page], keyboard))
        case UnknownName():
            await show(update, context, Screen(organizers.failure(context.say, found, congress=context.congress)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


@needs(Right.ROSTER_FILE)
async def roster_file(update: Update, context: Context) -> None:
    """Send a list as a file, to the one who asked only; it is given out from then on."""
    query = update.callback_query
    button = RosterFile.parse(tapped(update))
    if query is None or button is None or button.kind not in list(ListKind) or button.form not in FORMS:
        await answer_old_button(update, context)
        return
    found = await context.db.run(
        services.give_roster,
        actor=query.from_user.id,
        name=button.name,
        kind=ListKind(button.kind),
        form=button.form,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    if isinstance(found, NoAuthority):
        await refuse(update, context, found)
        return
    if not isinstance(found, Roster):
        await answer_old_button(update, context)
        return
    await answer_tap(query)
    sheet = sheet_of(context.say, found, congress=context.congress, now=context.now)
    file = InputFile(await made(FORMS[button.form], sheet), filename=f"{sheet.name}.{button.form}")
    caption = roster_files.caption(context.say, found, congress=context.congress, now=context.now)
    await send_file(update, context, file, caption=caption)


@needs(Right.ROSTER)
async def show_roster_of_file(update: Update, context: Context) -> None:
    """Show the first page of the list whose file was asked for."""
    button = RosterFile.parse(tapped(update))
    if button is None or button.kind not in list(ListKind):
        await answer_old_button(update, context)
        return
    await _show_roster(update, context, kind=ListKind(button.kind), name=button.name, page=0)


HANDLERS = [
    CommandHandler("roster", roster, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(roster_page, RosterPage.pattern()),
    CallbackQueryHandler(roster_file, RosterFile.pattern()),
]
