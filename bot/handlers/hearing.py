"""An announcement that asks: "Got it" of its readers, and who has not confirmed, with a way to remind them. Phrases."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import GotIt, RemindUnheard, ShowPhrases, ShowUnheard
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import actor, needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, send, show, tapped
from bot.services import hearing as services
from bot.services.authority import NoAuthority
from bot.services.hearing import Heard, Silence
from bot.texts import broadcasts as texts
from bot.texts import phrases
from bot.texts.messages import heard


async def got_it(update: Update, context: Context) -> None:
    """Note that the reader has read the announcement, once; its card says so from then on."""
    button = GotIt.parse(tapped(update))
    done = (
        None
        if button is None
        else await context.db.run(
            services.acknowledge,
            delegate_id=context.delegate.id,
            announcement_id=button.announcement,
            now=context.now,
        )
    )
    await _show_heard(update, context, done, answer=texts.heard_answer(context.say))


async def show_heard(update: Update, context: Context) -> None:
    """Show the announcement as confirmed where it is, in place of a tap that came too late."""
    button = GotIt.parse(tapped(update))
    done = (
        None
        if button is None
        else await context.db.read(
            services.heard_by, delegate_id=context.delegate.id, announcement_id=button.announcement
        )
    )
    await _show_heard(update, context, done, answer=None)


async def _show_heard(update: Update, context: Context, done: Heard | None, *, answer: str | None) -> None:
    if done is None:
        await answer_old_button(update, context)
        return
    await show(update, context, Screen(heard(context.say, done)), answer=answer)


@needs(Right.ANNOUNCE)
async def show_unheard(update: Update, context: Context) -> None:
    """Show who has not confirmed by now."""
    data = tapped(update)
    button = ShowUnheard.parse(data) or RemindUnheard.parse(data)
    if button is None:
        await answer_old_button(update, context)
        return
    found = await context.db.read(services.silence_of, actor=actor(update), announcement_id=button.announcement)
    await _show_silence(update, context, found, answer=None)


@needs(Right.ANNOUNCE)
async def remind(update: Update, context: Context) -> None:
    """Send it once more to who has not confirmed."""
    button = RemindUnheard.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    done = await context.db.run(
        services.remind_unheard,
        actor=actor(update),
        announcement_id=button.announcement,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    context.house.sender.wake()
    answer = texts.reminded_answer(context.say, done) if isinstance(done, Silence) else None
    await _show_silence(update, context, done, answer=answer)


async def _show_silence(
    update: Update, context: Context, found: Silence | NoAuthority | None, *, answer: str | None
) -> None:
    match found:
        case Silence():
            screen = Screen(texts.unheard(context.say, found), keyboards.unheard(context.say, found))
            await show(update, context, screen, answer=answer)
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case None:
            await answer_old_button(update, context)


@needs(Right.PHRASES)
async def phrasebook(update: Update, context: Context) -> None:
    """/phrases: what can be said in all languages at once; a button shows another group."""
    button = ShowPhrases.parse(tapped(update))
    group = 0 if button is None else button.group
    screen = Screen(phrases.phrasebook(context.say, group), keyboards.phrasebook(context.say, group))
    if update.callback_query is None:
        await send(update, context, screen)
    else:
        await show(update, context, screen)


HANDLERS = [
    CommandHandler("phrases", phrasebook, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(phrasebook, ShowPhrases.pattern()),
    CallbackQueryHandler(got_it, GotIt.pattern()),
    CallbackQueryHandler(show_unheard, ShowUnheard.pattern()),
    CallbackQueryHandler(remind, RemindUnheard.pattern()),
]
