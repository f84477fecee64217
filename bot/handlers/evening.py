"""The evening's question: I'm coming, or free my seat. The answer shows on the same card and can be changed."""

from telegram import Update
from telegram.ext import CallbackQueryHandler

from bot import keyboards
from bot.buttons import AskFree, SayComing, ShowEvening
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.tickets import own_ticket, show_own, show_ticket
from bot.rules.booking import Changed
from bot.screen import Screen, show, tapped
from bot.services.answers import say_coming
from bot.services.booking import Refused, Ticket
from bot.texts import messages, refusals
from bot.texts import tickets as texts


async def evening(update: Update, context: Context) -> None:
    """Show the evening's card again."""
    button = ShowEvening.parse(tapped(update))
    await _show_evening(update, context, None if button is None else button.booking)


async def show_unanswered(update: Update, context: Context) -> None:
    """Show the evening's card of an answer that came late; nothing is stored."""
    button = SayComing.parse(tapped(update))
    await _show_evening(update, context, None if button is None else button.booking)


async def _show_evening(update: Update, context: Context, booking_id: int | None) -> None:
    shown = await own_ticket(update, context, booking_id)
    if shown is not None:
        await show(update, context, _card(context, shown))


async def answer_question(update: Update, context: Context) -> None:
    """Keep the answer and show it on the card."""
    button = SayComing.parse(tapped(update))
    said = (
        None
        if button is None or button.coming not in (0, 1)
        else await context.db.run(
            say_coming,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            booking_version=button.version,
            coming=bool(button.coming),
            now=context.now,
        )
    )
    if button is None or said is None:
        await answer_old_button(update, context)
    elif isinstance(said, Ticket):
        answer = messages.coming_answer(context.say, coming=said.booking.coming_at is not None)
        await show(update, context, _card(context, said), answer=answer)
    else:
        await _show_refusal(update, context, said, booking_id=button.booking)


async def _show_refusal(update: Update, context: Context, refused: Refused, *, booking_id: int) -> None:
    reason = refusals.refusal_answer(context.say, refused.refusal, congress=context.congress)
    if isinstance(refused.refusal, Changed):
        await show_ticket(update, context, booking_id=booking_id, answer=reason)
    else:
        await show_own(update, context, answer=reason)


async def ask_free(update: Update, context: Context) -> None:
    """Ask once before the seats are freed; "no" leads back to the evening's card."""
    button = AskFree.parse(tapped(update))
    shown = await own_ticket(update, context, None if button is None else button.booking)
    if shown is not None:
        screen = Screen(texts.ask_release(context.say, shown), keyboards.ask_free(context.say, shown))
        await show(update, context, screen)


def _card(context: Context, shown: Ticket) -> Screen:
    today = context.say.day(context.now) == context.say.day(shown.visit.leaves_at)
    text = messages.evening_reminder(context.say, shown, congress=context.congress, today=today)
    return Screen(text, keyboards.evening(context.say, shown))


HANDLERS = [
    CallbackQueryHandler(evening, ShowEvening.pattern()),
    CallbackQueryHandler(answer_question, SayComing.pattern()),
    CallbackQueryHandler(ask_free, AskFree.pattern()),
]
