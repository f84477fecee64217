"""A wait that does not go with a seat one has: be asked all the same, or wait no more. From the ticket or the wait."""

from telegram import Update
from telegram.ext import CallbackQueryHandler

from bot.buttons import EndWait, KeepUntil, SwapForWait
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.tickets import show_ticket
from bot.handlers.waiting import leave_line, show_not_taken, show_standing_of
from bot.screen import tapped
from bot.services.overlapping import keep_until_real
from bot.services.standing import Offered, Wait
from bot.services.waiting import LeftLine, NotTaken
from bot.texts import overlapping as texts
from bot.texts import waiting as waiting_texts


async def keep_until(update: Update, context: Context) -> None:
    """Let a wait keep the seat in its way until it is real; the wait stays on the card."""
    button = KeepUntil.parse(tapped(update))
    outcome = None
    if button is not None:
        outcome = await _keep(context, wait=button.booking, version=button.version, seat=button.seat)
    match outcome:
        case Wait() | Offered():
            await show_standing_of(update, context, outcome, answer=waiting_texts.changed_answer(context.say))
        case NotTaken():
            await show_not_taken(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def swap_for_wait(update: Update, context: Context) -> None:
    """The same from the ticket, which stays on the card."""
    button = SwapForWait.parse(tapped(update))
    outcome = None
    if button is not None:
        outcome = await _keep(context, wait=button.wait, version=button.version, seat=button.booking)
    if button is None or outcome is None:
        await answer_old_button(update, context)
        return
    say = context.say
    if isinstance(outcome, NotTaken):
        answer = waiting_texts.offer_reason_answer(say, outcome.refusal, congress=context.congress)
        await show_ticket(update, context, booking_id=button.booking, answer=answer)
        return
    above = texts.kept(say, outcome) if isinstance(outcome, Wait) else ""
    await show_ticket(update, context, booking_id=button.booking, answer=waiting_texts.changed_answer(say), above=above)


async def _keep(context: Context, *, wait: int, version: int, seat: int) -> Wait | Offered | NotTaken | None:
    outcome = await context.db.run(
        keep_until_real,
        delegate_id=context.delegate.id,
        booking_id=wait,
        booking_version=version,
        seat_id=seat,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    context.house.sender.wake()  # the seat waited for may be free
    return outcome


async def end_wait(update: Update, context: Context) -> None:
    """Leave a line from the ticket that is in its way, which stays on the card."""
    button = EndWait.parse(tapped(update))
    outcome = None
    if button is not None:
        outcome = await leave_line(context, wait=button.wait, version=button.version)
    if button is None or outcome is None:
        await answer_old_button(update, context)
        return
    if isinstance(outcome, LeftLine):
        above, answer = waiting_texts.left(context.say, outcome), waiting_texts.left_answer(context.say)
    else:
        above, answer = "", waiting_texts.offer_reason_answer(context.say, outcome.refusal, congress=context.congress)
    await show_ticket(update, context, booking_id=button.booking, answer=answer, above=above)


HANDLERS = [
    CallbackQueryHandler(keep_until, KeepUntil.pattern()),
    CallbackQueryHandler(swap_for_wait, SwapForWait.pattern()),
    CallbackQueryHandler(end_wait, EndWait.pattern()),
]
