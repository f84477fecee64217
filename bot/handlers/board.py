"""/board: the morning's card of a city; delivery/board_cards.py keeps it up to date."""

from contextlib import suppress

from telegram import Update
from telegram.constants import ParseMode
from telegram.error import TelegramError
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import RenewBoard, ShowBus, StopBoard
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, send, show, show_below, tapped
from bot.services import board as services
from bot.services.authority import NoAuthority
from bot.services.board import Begun
from bot.services.organizers import UnknownName
from bot.texts import board as texts


@needs(Right.BOARD)
async def board(update: Update, context: Context) -> None:
    """/board or /board CITY: begin the card of a city, or of each; the former one ends with a line."""
    assert update.effective_user is not None
    begun = await context.db.run(
        services.begin_boards,
        actor=update.effective_user.id,
        name=" ".join(context.args or ()),
        congress=context.congress,
        now=context.now,
    )
    match begun:
        case NoAuthority():
            await refuse(update, context, begun)
        case UnknownName():
            await send(update, context, Screen(texts.usage_board(context.say)))
        case ():
            await send(update, context, Screen(texts.nothing_runs(context.say)))
        case _:
            for each in begun:
                await _begin(update, context, each)


async def _begin(update: Update, context: Context, begun: Begun) -> None:
    assert update.effective_user is not None
    say, now = context.say, context.now
    text, shown = texts.board(say, begun.morning, now=now), texts.digest(say, begun.morning, now=now)
    keyboard = keyboards.board(say, begun.morning, board_id=begun.board_id, now=now)
    message_id = await send(update, context, Screen(text, keyboard))
    if message_id is None:
        return
    await context.db.run(services.keep_board, board_id=begun.board_id, message_id=message_id, shown=shown, now=now)
    if begun.former is not None:
        with suppress(TelegramError):  # it is gone, or stays as it was: nobody edits it any more
            await context.bot.edit_message_text(
                texts.goes_on_below(say),
                chat_id=update.effective_user.id,
                message_id=begun.former,
                parse_mode=ParseMode.HTML,
            )


@needs(Right.BOARD)
async def renew_board(update: Update, context: Context) -> None:
    """Show the board as it stands now; the next edit by itself counts from here."""
    query, button = update.callback_query, RenewBoard.parse(tapped(update)) or StopBoard.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    living = await context.db.read(
        services.own_board,
        actor=query.from_user.id,
        board_id=button.board,
        congress=context.congress,
        now=context.now,
    )
    if isinstance(living, NoAuthority):
        await refuse(update, context, living)
        return
    if living is None or living.morning is None:
        await answer_old_button(update, context)
        return
    say, now = context.say, context.now
    text, shown = texts.board(say, living.morning, now=now), texts.digest(say, living.morning, now=now)
    keyboard = keyboards.board(say, living.morning, board_id=button.board, now=now)
    message_id = await show(update, context, Screen(text, keyboard))
    if message_id is not None:
        await context.db.run(services.keep_board, board_id=button.board, message_id=message_id, shown=shown, now=now)


@needs(Right.BOARD)
async def stop_board(update: Update, context: Context) -> None:
    """Let the board rest, as it stands."""
    query, button = update.callback_query, StopBoard.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    living = await context.db.run(
        services.stop_board,
        actor=query.from_user.id,
        board_id=button.board,
        congress=context.congress,
        now=context.now,
    )
    if isinstance(living, NoAuthority):
        await refuse(update, context, living)
        return
    if living is None or living.morning is None:
        await answer_old_button(update, context)
        return
    text = texts.board(context.say, living.morning, now=context.now)
    await show(update, context, Screen(f"{text}\n{texts.stopped(context.say)}"))


@needs(Right.BOARD)
async def show_bus(update: Update, context: Context) -> None:
    """Show one bus below the board."""
    query, button = update.callback_query, ShowBus.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    detail = await context.db.read(services.bus_detail, actor=query.from_user.id, bus_id=button.bus, now=context.now)
    if isinstance(detail, NoAuthority):
        await refuse(update, context, detail)
        return
    if detail is None:
        await answer_old_button(update, context)
        return
    text = texts.bus_detail(context.say, detail, now=context.now)
    await show_below(update, context, Screen(text, keyboards.bus_detail(context.say, detail)))


HANDLERS = [
    CommandHandler("board", board, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(renew_board, RenewBoard.pattern()),
    CallbackQueryHandler(stop_board, StopBoard.pattern()),
    CallbackQueryHandler(show_bus, ShowBus.pattern()),
]
