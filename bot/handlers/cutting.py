"""How many seats a bus has: more at once, fewer than are taken after a preview; and "I stay" of those who are asked."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import StayOnBus
from bot.context import Context
from bot.handlers.acts import preview
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import actor, needs, refuse, whole_number
from bot.rules.authority import Right
from bot.rules.coaches import MOST_SEATS, typed_coach
from bot.screen import Screen, send, show, tapped
from bot.services import asking, organizers, swapping
from bot.services.authority import NoAuthority
from bot.texts import cutting as texts
from bot.texts import organizers as organizer_texts


@needs(Right.SEATS)
async def seats(update: Update, context: Context) -> None:
    """/seats BUS N: set how many seats a bus has; fewer than are taken only after a preview."""
    arguments = context.args or []
    number = whole_number(arguments[1]) if len(arguments) == 2 else None
    if number is None or not 1 <= number <= MOST_SEATS:
        await send(update, context, Screen(texts.usage_seats(context.say)))
        return
    done = await context.db.run(
        organizers.set_seats,
        actor=actor(update),
        name=arguments[0],
        seats=number,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case organizers.SeatsSet():
            await send(update, context, Screen(organizer_texts.seats_set(context.say, done)))
        case organizers.SeatsBelowTaken():
            asked = {"seats": number, "bus": done.bus.label}
            await preview(update, context, kind=texts.WORDING.kind, name=done.bus.label, arguments=asked)
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            text = organizer_texts.failure(context.say, done, congress=context.congress)
            await send(update, context, Screen(text))


@needs(Right.SWAPBUS)
async def swap_bus(update: Update, context: Context) -> None:
    """/swapbus BUS seats=N bay=X plate=Y: another coach; with fewer seats than are taken only after a preview."""
    typed = typed_coach(context.args or [])
    if typed is None:
        await send(update, context, Screen(texts.usage_swap(context.say)))
        return
    done = await context.db.run(
        swapping.swap_bus,
        actor=actor(update),
        name=typed.bus,
        seats=typed.seats,
        bay=typed.bay,
        plate=typed.plate,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case swapping.Swapped():
            context.house.sender.wake()
            await send(update, context, Screen(texts.swapped(context.say, done)))
        case organizers.SeatsBelowTaken():
            asked = {"seats": typed.seats, "bus": done.bus.label, "bay": typed.bay, "plate": typed.plate}
            await preview(update, context, kind=texts.WORDING.kind, name=done.bus.label, arguments=asked)
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            text = organizer_texts.failure(context.say, done, congress=context.congress)
            await send(update, context, Screen(text))


async def stay(update: Update, context: Context) -> None:
    """Note that somebody would rather stay on a bus that gets smaller."""
    button = StayOnBus.parse(tapped(update))
    done = (
        None
        if button is None
        else await context.db.run(
            asking.stay_on_bus,
            delegate_id=context.delegate.id,
            hold_id=button.hold,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    )
    if done is None:
        await answer_old_button(update, context)
        return
    screen = Screen(texts.stays(context.say, done), keyboards.stays(context.say, done))
    await show(update, context, screen, answer=texts.stays_answer(context.say, done))


HANDLERS = [
    CommandHandler("seats", seats, filters.UpdateType.MESSAGE),
    CommandHandler("swapbus", swap_bus, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(stay, StayOnBus.pattern()),
]
