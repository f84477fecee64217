"""Organizers' commands. A stranger gets the answer of an unknown command; the services check the grant again."""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import wraps
from typing import Any

from telegram import InputFile, Update
from telegram.error import Forbidden
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import RosterFile, RosterPage
from bot.context import Context
from bot.documents.roster_csv import file_name, roster_csv
from bot.handlers.fallback import unknown_text
from bot.handlers.old_buttons import answer_old_button
from bot.rules.authority import may_organize
from bot.screen import Screen, answer_tap, send, show, tapped
from bot.services import organizers as services
from bot.services.organizers import NoAuthority, Roster, UnknownName
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
async def stats(update: Update, context: Context) -> None:
    """Seats taken, free and held back per visit and bus."""
    visits = await context.db.read(services.all_visits, actor=_actor(update))
    if isinstance(visits, NoAuthority):
        await unknown_text(update, context)
        return
    for text in texts.stats(context.say, visits, congress=context.congress, now=context.now):
        await send(update, context, Screen(text))


@for_organizers
async def roster(update: Update, context: Context) -> None:
    """/roster VISIT|BUS: the passenger list, its first page."""
    if len(context.args or ()) != 1:
        await send(update, context, Screen(texts.usage_roster(context.say)))
        return
    assert context.args is not None
    await _show_roster(update, context, name=context.args[0], page=0)


@for_organizers
async def roster_page(update: Update, context: Context) -> None:
    """Turn the page of a roster."""
    button = RosterPage.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    await _show_roster(update, context, name=button.name, page=button.page)


async def _show_roster(update: Update, context: Context, *, name: str, page: int) -> None:
    found = await context.db.read(
        services.roster, actor=_actor(update), name=name, congress=context.congress, now=context.now
    )
    match found:
        case Roster():
            pages = texts.roster_pages(context.say, found, congress=context.congress, now=context.now)
            page = min(page, len(pages) - 1)
            called = found.bus.label if found.bus else found.visit.key
            keyboard = keyboards.roster(context.say, name=called, page=page, last_page=len(pages) - 1)
            await show(update, context, Screen(pages[page], keyboard))
        case UnknownName():
            await show(update, context, Screen(texts.failure(context.say, found, congress=context.congress)))
        case NoAuthority():
            await unknown_text(update, context)


@for_organizers
async def roster_file(update: Update, context: Context) -> None:
    """Send a roster as CSV, to the one who asked only."""
    query = update.callback_query
    button = RosterFile.parse(tapped(update))
    found = (
        None
        if button is None
        else await context.db.read(
            services.roster, actor=_actor(update), name=button.name, congress=context.congress, now=context.now
        )
    )
    if query is None or not isinstance(found, Roster):
        await answer_old_button(update, context)
        return
    await answer_tap(query)
    document = InputFile(roster_csv(context.say, found), filename=file_name(found))
    with suppress(Forbidden):  # blocked since the tap: nobody sees it
        await context.bot.send_document(query.from_user.id, document)


@for_organizers
async def show_roster_of_file(update: Update, context: Context) -> None:
    """Show the first page of the roster whose file was asked for."""
    button = RosterFile.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    await _show_roster(update, context, name=button.name, page=0)


@for_organizers
async def delay(update: Update, context: Context) -> None:
    """/delay VISIT MINUTES: move the departure and tell its passengers."""
    arguments = context.args or []
    minutes = _whole_number(arguments[1].replace("−", "-")) if len(arguments) == 2 else None
    longest = services.LONGEST_DELAY.total_seconds() / 60
    if minutes is None or minutes == 0 or abs(minutes) > longest:
        await send(update, context, Screen(texts.usage_delay(context.say)))
        return
    done = await context.db.run(
        services.delay_visit,
        actor=_actor(update),
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


@for_organizers
async def seats(update: Update, context: Context) -> None:
    """/seats BUS N: set how many seats a bus has."""
    arguments = context.args or []
    number = _whole_number(arguments[1]) if len(arguments) == 2 else None
    if number is None or not 1 <= number <= services.MOST_SEATS:
        await send(update, context, Screen(texts.usage_seats(context.say)))
        return
    done = await context.db.run(
        services.set_seats,
        actor=_actor(update),
        name=arguments[0],
        seats=number,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case services.SeatsSet():
            await send(update, context, Screen(texts.seats_set(context.say, done)))
        case NoAuthority():
            await unknown_text(update, context)
        case _:
            await send(update, context, Screen(texts.failure(context.say, done, congress=context.congress)))


def _actor(update: Update) -> int:
    assert update.effective_user is not None
    return update.effective_user.id


def _whole_number(text: str) -> int | None:
    digits = text.removeprefix("-").removeprefix("+")
    return int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 6 else None


_TYPED = filters.UpdateType.MESSAGE
HANDLERS = [
    CommandHandler("stats", stats, _TYPED),
    CommandHandler("roster", roster, _TYPED),
    CommandHandler("delay", delay, _TYPED),
    CommandHandler("seats", seats, _TYPED),
    CallbackQueryHandler(roster_page, RosterPage.pattern()),
    CallbackQueryHandler(roster_file, RosterFile.pattern()),
]
