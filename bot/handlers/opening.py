"""/open, /close, /holdback: what organizers let into a visit."""

from telegram import Update
from telegram.ext import CommandHandler, filters

from bot.context import Context
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.rules.coaches import MOST_SEATS
from bot.screen import Screen, send
from bot.services.authority import NoAuthority
from bot.services.opening import DoorSet, HeldBack, TooManyHeld, hold_back, set_door
from bot.texts import opening as texts
from bot.texts import organizers as organizer_texts


@needs(Right.OPEN)
async def open_visit(update: Update, context: Context) -> None:
    """/open VISIT: let people sign up."""
    await _set_door(update, context, is_open=True)


@needs(Right.CLOSE)
async def close_visit(update: Update, context: Context) -> None:
    """/close VISIT: let nobody new sign up."""
    await _set_door(update, context, is_open=False)


async def _set_door(update: Update, context: Context, *, is_open: bool) -> None:
    assert update.effective_user is not None
    if len(context.args or ()) != 1:
        usage = texts.usage_open(context.say) if is_open else texts.usage_close(context.say)
        await send(update, context, Screen(usage))
        return
    assert context.args is not None
    done = await context.db.run(
        set_door,
        actor=update.effective_user.id,
        name=context.args[0],
        is_open=is_open,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case DoorSet():
            await send(update, context, Screen(texts.door_set(context.say, done)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            await send(update, context, Screen(organizer_texts.failure(context.say, done, congress=context.congress)))


@needs(Right.HOLDBACK)
async def hold_seats(update: Update, context: Context) -> None:
    """/holdback VISIT N: keep so many seats from delegates."""
    assert update.effective_user is not None
    arguments = context.args or []
    number = arguments[1] if len(arguments) == 2 else ""
    if not (number.isascii() and number.isdigit() and len(number) <= 3 and int(number) <= MOST_SEATS):
        await send(update, context, Screen(texts.usage_hold_back(context.say)))
        return
    done = await context.db.run(
        hold_back,
        actor=update.effective_user.id,
        name=arguments[0],
        seats=int(number),
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case HeldBack():
            context.house.sender.wake()
            await send(update, context, Screen(texts.held_back(context.say, done)))
        case TooManyHeld():
            await send(update, context, Screen(texts.too_many_held(context.say, done)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            await send(update, context, Screen(organizer_texts.failure(context.say, done, congress=context.congress)))


_TYPED = filters.UpdateType.MESSAGE
HANDLERS = [
    CommandHandler("open", open_visit, _TYPED),
    CommandHandler("close", close_visit, _TYPED),
    CommandHandler("holdback", hold_seats, _TYPED),
]
