"""One's own tickets: the list, one ticket, giving seats back with a question before it."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import AskRelease, Own, Release, ShowTicket
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.rules.booking import AlreadyReleased, Changed
from bot.screen import Screen, show
from bot.services.booking import Refused, Released, Ticket, release_seat, ticket_of
from bot.services.waiting import own_of
from bot.texts import refusals
from bot.texts import tickets as texts
from bot.texts.own import own as own_text


async def own(update: Update, context: Context) -> None:
    """List the tickets."""
    await show_own(update, context, answer=None)


async def show_own(update: Update, context: Context, *, answer: str | None, above: str = "") -> None:
    """List tickets, offers and waits, with a word above them where there is one."""
    found = await context.db.read(own_of, delegate_id=context.delegate.id)
    text = own_text(context.say, found, congress=context.congress)
    screen = Screen(f"{above}\n\n{text}" if above else text, keyboards.own(context.say, found))
    await show(update, context, screen, answer=answer)


async def ticket(update: Update, context: Context) -> None:
    """Show one ticket."""
    button = ShowTicket.parse(update.callback_query.data if update.callback_query else None)
    await show_ticket(update, context, booking_id=None if button is None else button.booking)


async def show_ticket(update: Update, context: Context, *, booking_id: int | None, answer: str | None = None) -> None:
    """Show the person's ticket; one that is not theirs is answered as an old button."""
    shown = await own_ticket(update, context, booking_id)
    if shown is not None:
        text = texts.ticket(context.say, shown, congress=context.congress)
        await show(update, context, Screen(text, keyboards.ticket(context.say, shown)), answer=answer)


async def ask_release(update: Update, context: Context) -> None:
    """Ask before the seats are given back."""
    button = AskRelease.parse(update.callback_query.data if update.callback_query else None)
    shown = await own_ticket(update, context, None if button is None else button.booking)
    if shown is not None:
        text = texts.ask_release(context.say, shown)
        await show(update, context, Screen(text, keyboards.ask_release(context.say, shown)))


async def own_ticket(update: Update, context: Context, booking_id: int | None) -> Ticket | None:
    """Return the person's ticket, or answer the button as an old one."""
    found = (
        None
        if booking_id is None
        else await context.db.read(ticket_of, booking_id=booking_id, delegate_id=context.delegate.id)
    )
    if isinstance(found, Ticket):
        return found
    if found is None:
        await answer_old_button(update, context)
    else:
        reason = refusals.refusal_answer(context.say, found.refusal, congress=context.congress)
        await show_own(update, context, answer=reason)
    return None


async def release(update: Update, context: Context) -> None:
    """Give the seats back."""
    button = Release.parse(update.callback_query.data if update.callback_query else None)
    outcome = (
        None
        if button is None
        else await context.db.run(
            release_seat,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            booking_version=button.version,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    )
    match outcome:
        case Released():
            context.house.sender.wake()  # the seat may be offered to the next in line
            done = texts.released(context.say, outcome)
            await show_own(update, context, answer=texts.released_answer(context.say), above=done)
        case Refused():
            await _show_refusal(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def show_kept(update: Update, context: Context) -> None:
    """Show the ticket that was to be given back, or that it was."""
    button = Release.parse(update.callback_query.data if update.callback_query else None)
    await show_ticket(update, context, booking_id=None if button is None else button.booking)


async def _show_refusal(update: Update, context: Context, refused: Refused) -> None:
    reason = refusals.refusal_answer(context.say, refused.refusal, congress=context.congress)
    if isinstance(refused.refusal, Changed | AlreadyReleased):
        await show_own(update, context, answer=reason)
        return
    text = refusals.refusal(context.say, refused.refusal, visit=refused.visit, congress=context.congress)
    await show_own(update, context, answer=reason, above=text)


HANDLERS = [
    CommandHandler("my", own, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(own, Own.pattern()),
    CallbackQueryHandler(ticket, ShowTicket.pattern()),
    CallbackQueryHandler(ask_release, AskRelease.pattern()),
    CallbackQueryHandler(release, Release.pattern()),
]
