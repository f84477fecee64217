"""/delay: a visit or one bus leaves later or earlier."""

from datetime import time

from telegram import Update
from telegram.ext import CommandHandler, filters

from bot.context import Context
from bot.handlers.organizers import actor, needs, refuse, whole_number
from bot.rules.authority import Right
from bot.rules.clocks import NotOneMoment, typed_clock
from bot.screen import Screen, send
from bot.services import organizers as services
from bot.services.authority import NoAuthority
from bot.texts import delaying as texts
from bot.texts import organizers as organizer_texts


@needs(Right.DELAY)
async def delay(update: Update, context: Context) -> None:
    """/delay VISIT|BUS MINUTES|CLOCK: move the departure and tell all it concerns."""
    typed = _typed(context.args or [])
    if typed is None:
        await send(update, context, Screen(texts.usage(context.say)))
        return
    name, minutes, clock = typed
    done = await context.db.run(
        services.delay_visit,
        actor=actor(update),
        name=name,
        minutes=minutes,
        clock=clock,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case services.Delayed():
            context.house.sender.wake()
            await send(update, context, Screen(texts.delayed(context.say, done, congress=context.congress)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case services.AlreadyThen() | services.OnlyAsAWhole() | NotOneMoment():
            await send(update, context, Screen(texts.not_delayed(context.say, done)))
        case _:
            await send(update, context, Screen(organizer_texts.failure(context.say, done, congress=context.congress)))


def _typed(arguments: list[str]) -> tuple[str, int, time | None] | None:
    """Return name, minutes and clock time; None where it is neither a number of minutes nor a time of the clock."""
    if len(arguments) != 2:
        return None
    name, when = arguments
    clock = typed_clock(when)
    if clock is not None:
        return name, 0, clock
    minutes = whole_number(when.replace("−", "-"))
    longest = services.LONGEST_DELAY.total_seconds() / 60
    return None if minutes is None or minutes == 0 or abs(minutes) > longest else (name, minutes, None)


HANDLERS = [CommandHandler("delay", delay, filters.UpdateType.MESSAGE)]
