"""/why and /log: what happened to somebody or something and why, and who of the crew did what."""

from telegram import InputFile, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import EarlierLog, WhyOf
from bot.context import Context
from bot.documents.log_csv import log_csv
from bot.documents.making import made
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, answer_tap, send, send_file, show, tapped
from bot.services import history as services
from bot.services import logbook
from bot.services.authority import NoAuthority
from bot.services.history import Known, Story
from bot.services.logbook import Asked, NotUnderstood
from bot.services.visits import listed_visits
from bot.texts import history as texts
from bot.texts import log as log_texts

_LONGEST = 100


@needs(Right.WHY)
async def why(update: Update, context: Context) -> None:
    """/why CODE, NAME, BUS or VISIT: the facts in order; of a name that several bear, who is meant."""
    assert update.effective_user is not None
    actor, typed = update.effective_user.id, " ".join(context.args or ())
    if not typed or len(typed) > _LONGEST:
        await send(update, context, Screen(texts.usage_why(context.say)))
        return
    story = await context.db.read(
        services.story_of, actor=actor, name=typed, congress=context.congress, now=context.now
    )
    if story is not None:
        await _tell(update, context, story)
        return
    known: list[Known] = []
    for visit in await context.db.read(listed_visits):
        there = await context.db.read(services.known_on, actor=actor, visit_id=visit.id)
        if isinstance(there, NoAuthority):
            await refuse(update, context, there)
            return
        known += there
    meant = services.choose_known(known, typed=typed)
    if len(meant) == 1:
        await _tell_of(update, context, meant[0].booking_id)
    else:
        text = texts.who_is_meant(context.say, typed, meant)
        await send(update, context, Screen(text, keyboards.known(context.say, meant)))


@needs(Right.WHY)
async def why_of(update: Update, context: Context) -> None:
    """Tell the story of the person who was chosen, below the choice."""
    button = WhyOf.parse(tapped(update))
    if update.callback_query is None or button is None:
        await answer_old_button(update, context)
        return
    await _tell_of(update, context, button.booking)


async def _tell_of(update: Update, context: Context, booking_id: int) -> None:
    assert update.effective_user is not None
    story = await context.db.read(
        services.story_of_person,
        actor=update.effective_user.id,
        booking_id=booking_id,
        congress=context.congress,
        now=context.now,
    )
    if story is None:
        await answer_old_button(update, context)
        return
    await _tell(update, context, story)


async def _tell(update: Update, context: Context, story: Story | NoAuthority) -> None:
    if isinstance(story, NoAuthority):
        await refuse(update, context, story)
        return
    if update.callback_query is not None:
        await answer_tap(update.callback_query, context.excuse)
    for page in texts.story_pages(context.say, story, congress=context.congress, now=context.now):
        await send(update, context, Screen(page))


@needs(Right.LOG)
async def log(update: Update, context: Context) -> None:
    """/log and what to look for: the newest page, or with csv all of it as a file."""
    assert update.effective_user is not None
    actor = update.effective_user.id
    asked = await context.db.read(
        logbook.read_words, actor=actor, words=context.args or (), congress=context.congress, now=context.now
    )
    match asked:
        case NoAuthority():
            await refuse(update, context, asked)
        case NotUnderstood():
            await send(update, context, Screen(log_texts.not_understood(context.say, asked)))
        case Asked(as_file=True):
            await _send_file(update, context, asked)
        case Asked():
            page = await context.db.read(logbook.read_page, actor=actor, filters=asked.filters, before=None)
            if isinstance(page, NoAuthority):
                await refuse(update, context, page)
                return
            text = log_texts.log_page(context.say, page, congress=context.congress)
            await send(update, context, Screen(text, keyboards.log_page(context.say, page)))


async def _send_file(update: Update, context: Context, asked: Asked) -> None:
    assert update.effective_user is not None
    actor = update.effective_user.id
    page = await context.db.run(
        logbook.give_file, actor=actor, filters=asked.filters, now=context.now, cause=context.cause
    )
    if isinstance(page, NoAuthority):
        await refuse(update, context, page)
        return
    file = InputFile(await made(log_csv, context.say, page), filename="log.csv")
    caption = log_texts.log_caption(context.say, page, congress=context.congress)
    await send_file(update, context, file, caption=caption)


@needs(Right.LOG)
async def earlier_log(update: Update, context: Context) -> None:
    """Show the lines before those of this page, on the same card."""
    query, button = update.callback_query, EarlierLog.parse(tapped(update))
    asked = None if button is None else keyboards.filters_of(button)
    if query is None or button is None or asked is None:
        await answer_old_button(update, context)
        return
    page = await context.db.read(logbook.read_page, actor=query.from_user.id, filters=asked, before=button.before)
    if isinstance(page, NoAuthority):
        await refuse(update, context, page)
        return
    text = log_texts.log_page(context.say, page, congress=context.congress)
    await show(update, context, Screen(text, keyboards.log_page(context.say, page)))


HANDLERS = [
    CommandHandler("why", why, filters.UpdateType.MESSAGE),
    CommandHandler("log", log, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(why_of, WhyOf.pattern()),
    CallbackQueryHandler(earlier_log, EarlierLog.pattern()),
]
