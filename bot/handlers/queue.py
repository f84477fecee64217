"""/queue: an organizer looks at a waiting list, pauses it, lets it go on."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import PauseLine
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, send, show, tapped
from bot.services import queue as services
from bot.services.authority import NoAuthority
from bot.services.organizers import UnknownName
from bot.services.queue import Line
from bot.texts import organizers as organizer_texts
from bot.texts import queue as texts


@needs(Right.QUEUE)
async def queue(update: Update, context: Context) -> None:
    """/queue VISIT: who waits, in order."""
    assert update.effective_user is not None
    if len(context.args or ()) != 1:
        await send(update, context, Screen(texts.usage_queue(context.say)))
        return
    assert context.args is not None
    found = await context.db.read(
        services.read_line,
        actor=update.effective_user.id,
        name=context.args[0],
        congress=context.congress,
        now=context.now,
    )
    match found:
        case Line():
            for text in texts.line_pages(context.say, found):
                await send(update, context, Screen(text, keyboards.line(context.say, found)))
        case UnknownName():
            await send(update, context, Screen(organizer_texts.failure(context.say, found, congress=context.congress)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


@needs(Right.QUEUE)
async def show_queue(update: Update, context: Context) -> None:
    """Show the waiting list that a button would pause."""
    query = update.callback_query
    button = PauseLine.parse(tapped(update))
    found = (
        None
        if button is None or query is None
        else await context.db.read(
            services.read_line,
            actor=query.from_user.id,
            name=button.name,
            congress=context.congress,
            now=context.now,
        )
    )
    if isinstance(found, NoAuthority):
        await refuse(update, context, found)
        return
    if not isinstance(found, Line):
        await answer_old_button(update, context)
        return
    screen = Screen(texts.line_pages(context.say, found)[0], keyboards.line(context.say, found))
    await show(update, context, screen)


@needs(Right.PAUSE)
async def pause(update: Update, context: Context) -> None:
    """Pause a waiting list, or let it go on."""
    query = update.callback_query
    button = PauseLine.parse(tapped(update))
    done = (
        None
        if button is None or query is None
        else await context.db.run(
            services.pause_line,
            actor=query.from_user.id,
            name=button.name,
            paused=bool(button.paused),
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    )
    if isinstance(done, NoAuthority):
        await refuse(update, context, done)
        return
    if not isinstance(done, Line):
        await answer_old_button(update, context)
        return
    context.house.sender.wake()
    screen = Screen(texts.line_pages(context.say, done)[0], keyboards.line(context.say, done))
    answer = texts.paused_answer(context.say, paused=done.visit.queue_paused)
    await show(update, context, screen, answer=answer)


HANDLERS = [
    CommandHandler("queue", queue, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(pause, PauseLine.pattern()),
]
