"""Wheelchair places: show them, say who needs one."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import NeedWheelchair, RiderWheelchair, ShowWheelchairs
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.screen import Screen, show, tapped
from bot.services.wheelchairs import Places, places_of, set_wheelchair
from bot.texts import wheelchairs as texts


async def wheelchairs(update: Update, context: Context) -> None:
    """Show who has a wheelchair place."""
    found = await context.db.read(places_of, delegate_id=context.delegate.id)
    await _show(update, context, found, answer=None)


async def need(update: Update, context: Context) -> None:
    """Note whether the person needs a place."""
    button = NeedWheelchair.parse(tapped(update))
    await _set(update, context, rider=None, wanted=None if button is None else button.wanted)


async def need_of_rider(update: Update, context: Context) -> None:
    """Note whether a companion needs a place."""
    button = RiderWheelchair.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
    else:
        await _set(update, context, rider=button.rider, wanted=button.wanted)


async def _set(update: Update, context: Context, *, rider: int | None, wanted: int | None) -> None:
    places = (
        None
        if wanted not in (0, 1)
        else await context.db.run(
            set_wheelchair,
            delegate_id=context.delegate.id,
            rider_id=rider,
            wanted=bool(wanted),
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    )
    if places is None:
        await answer_old_button(update, context)
        return
    context.house.sender.wake()  # a place given back may be offered to the next in line
    await _show(update, context, places, answer=texts.need_answer(context.say, wanted=bool(wanted)))


async def _show(update: Update, context: Context, places: Places, *, answer: str | None) -> None:
    text = texts.places(context.say, places, congress=context.congress)
    await show(update, context, Screen(text, keyboards.wheelchairs(context.say, places)), answer=answer)


HANDLERS = [
    CommandHandler("access", wheelchairs, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(wheelchairs, ShowWheelchairs.pattern()),
    CallbackQueryHandler(need, NeedWheelchair.pattern()),
    CallbackQueryHandler(need_of_rider, RiderWheelchair.pattern()),
]
