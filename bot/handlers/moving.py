"""/move: a party goes to another visit or another bus, as an organizer was shown."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import MoveParty
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import actor, needs, refuse
from bot.language import SOURCE
from bot.rules.authority import Right
from bot.screen import Screen, send, show, tapped
from bot.services import moving as services
from bot.services.authority import NoAuthority
from bot.services.deeds import BeingCut
from bot.texts import moving as texts
from bot.texts import organizers as organizer_texts


@needs(Right.MOVE)
async def move(update: Update, context: Context) -> None:
    """/move CODE VISIT|BUS: what it would come to, and the button that does it."""
    match context.args or []:
        case [code, name]:
            looked = await context.db.read(
                services.show_move,
                actor=actor(update),
                code=code,
                name=name,
                congress=context.congress,
                now=context.now,
            )
        case _:
            await send(update, context, Screen(texts.usage(context.say)))
            return
    match looked:
        case services.MoveShown():
            await send(update, context, _preview(context, looked))
        case services.NotMoved():
            await send(update, context, Screen(texts.not_moved(context.say, looked, congress=context.congress)))
        case services.UnknownCode():
            await send(update, context, Screen(texts.unknown_code(context.say, looked)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            text = organizer_texts.failure(context.say, looked, congress=context.congress)
            await send(update, context, Screen(text))


@needs(Right.MOVE)
async def confirm(update: Update, context: Context) -> None:
    """Move the party as the card shows it."""
    button = MoveParty.parse(tapped(update))
    done = None
    if button is not None:
        done = await context.db.run(
            services.move_booking,
            actor=actor(update),
            booking_id=button.booking,
            booking_version=button.version,
            visit_id=button.visit,
            visit_version=button.visit_version,
            bus_id=button.bus,
            passed=button.passed,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    if isinstance(done, services.Moved):
        context.house.sender.wake()
        await show(update, context, Screen(texts.done(context.say, done)), answer=texts.done_answer(context.say))
    else:
        await _show(update, context, done)


@needs(Right.MOVE)
async def show_move(update: Update, context: Context) -> None:
    """Show what the move of the button would come to now; nothing happens."""
    button = MoveParty.parse(tapped(update))
    looked = None
    if button is not None:
        looked = await context.db.read(
            services.move_of,
            actor=actor(update),
            booking_id=button.booking,
            visit_id=button.visit,
            bus_id=button.bus,
            congress=context.congress,
            now=context.now,
        )
    await _show(update, context, looked)


async def _show(
    update: Update,
    context: Context,
    looked: services.MoveShown | services.NotMoved | NoAuthority | BeingCut | None,
) -> None:
    match looked:
        case services.MoveShown():
            await show(update, context, _preview(context, looked))
        case services.NotMoved():
            await show(update, context, Screen(texts.not_moved(context.say, looked, congress=context.congress)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case None:
            await answer_old_button(update, context)
        case _:
            text = organizer_texts.failure(context.say, looked, congress=context.congress)
            await show(update, context, Screen(text))


def _preview(context: Context, shown: services.MoveShown) -> Screen:
    theirs = context.house.languages[shown.person.language or SOURCE]
    quoted = texts.quote(theirs, shown, congress=context.congress)
    return Screen(f"{texts.preview(context.say, shown)}\n{quoted}", keyboards.move(context.say, shown))


HANDLERS = [
    CommandHandler("move", move, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(confirm, MoveParty.pattern()),
]
