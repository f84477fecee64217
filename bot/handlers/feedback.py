"""How was it? A tap for the score, a typed line where somebody likes; /feedback shows organizers what came of it."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import AddComment, Rate
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, send, show, tapped
from bot.services import feedback as services
from bot.services.authority import NoAuthority
from bot.services.feedback import Said
from bot.services.organizers import UnknownName
from bot.texts import feedback as texts
from bot.texts import organizers as organizer_texts


async def rate(update: Update, context: Context) -> None:
    """Keep the score and show it on the card."""
    button = Rate.parse(tapped(update))
    said = (
        None
        if button is None
        else await context.db.run(
            services.rate_visit,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            score=button.score,
            now=context.now,
        )
    )
    if said is None:
        await answer_old_button(update, context)
        return
    await show(update, context, card(context, said), answer=texts.rated_answer(context.say, said))


async def ask_comment(update: Update, context: Context) -> None:
    """Ask for a line of words."""
    button = AddComment.parse(tapped(update))
    message = update.effective_message
    said = (
        None
        if button is None
        else await context.db.run(
            services.begin_comment,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            message_id=message.message_id if message else None,
            now=context.now,
        )
    )
    if said is None:
        await answer_old_button(update, context)
        return
    await show(update, context, Screen(texts.ask_comment(context.say, said), keyboards.close(context.say)))


async def show_said(update: Update, context: Context) -> None:
    """Show what was said so far; nothing is kept."""
    data = tapped(update)
    button = Rate.parse(data) or AddComment.parse(data)
    said = (
        None
        if button is None
        else await context.db.read(
            services.said_of, delegate_id=context.delegate.id, booking_id=button.booking, now=context.now
        )
    )
    if said is None:
        await answer_old_button(update, context)
    else:
        await show(update, context, card(context, said))


def card(context: Context, said: Said) -> Screen:
    """Return the question as it stands."""
    return Screen(texts.question(context.say, said), keyboards.feedback(context.say, said))


@needs(Right.FEEDBACK)
async def opinions(update: Update, context: Context) -> None:
    """/feedback [VISIT]: averages and comments."""
    assert update.effective_user is not None
    arguments = context.args or []
    if len(arguments) > 1:
        await send(update, context, Screen(texts.usage_feedback(context.say)))
        return
    name = arguments[0] if arguments else None
    found = await context.db.read(services.opinions, actor=update.effective_user.id, name=name)
    match found:
        case UnknownName():
            text = organizer_texts.failure(context.say, found, congress=context.congress)
            await send(update, context, Screen(text))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            for text in texts.opinion_pages(context.say, found):
                await send(update, context, Screen(text))


HANDLERS = [
    CommandHandler("feedback", opinions, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(rate, Rate.pattern()),
    CallbackQueryHandler(ask_comment, AddComment.pattern()),
]
