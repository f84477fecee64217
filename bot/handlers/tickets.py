"""One's own tickets: the list, one ticket, giving seats back with a question before it."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import AskRelease, MoreOfTicket, Own, OwnBelow, Release, ShowTicket
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.rules.booking import AlreadyReleased, Changed
from bot.screen import Screen, show, show_below, tapped
from bot.services.booking import Refused, Released, Ticket, release_seat, ticket_of
from bot.services.cards import card_of, move_card
from bot.services.overlapping import blocked_waits
from bot.services.standing import own_of
from bot.texts import changing, refusals
from bot.texts import tickets as texts
from bot.texts.overlapping import beside_ticket
from bot.texts.own import own as own_text
from storage.records import Booking


async def own(update: Update, context: Context) -> None:
    """List the tickets."""
    await show_own(update, context, answer=None)


async def own_below(update: Update, context: Context) -> None:
    """List the tickets in a message of its own: the ticket tapped stays."""
    await show_below(update, context, await _own_screen(context))


async def show_own(
    update: Update, context: Context, *, answer: str | None, above: str = "", released: Released | None = None
) -> None:
    """List tickets, offers and waits, with a word above them where there is one, and the way back from `released`."""
    await show(update, context, await _own_screen(context, above=above, released=released), answer=answer)


async def _own_screen(context: Context, *, above: str = "", released: Released | None = None) -> Screen:
    found = await context.db.read(own_of, delegate_id=context.delegate.id)
    text = own_text(context.say, found, congress=context.congress)
    keyboard = keyboards.own(context.say, found, released=released)
    return Screen(f"{above}\n\n{text}" if above else text, keyboard)


async def ticket(update: Update, context: Context) -> None:
    """Show one ticket."""
    button = ShowTicket.parse(tapped(update))
    await show_ticket(update, context, booking_id=None if button is None else button.booking)


async def show_ticket(
    update: Update,
    context: Context,
    *,
    booking_id: int | None,
    answer: str | None = None,
    above: str = "",
    undo: Booking | None = None,
) -> None:
    """Show the person's ticket, with a word above it where there is one, and the way back from `undo`.

    One that is not theirs is answered as an old button.
    """
    shown = await own_ticket(update, context, booking_id)
    if shown is None:
        return
    screen = await ticket_screen(context, shown, above=above, undo=undo)
    await keep_card(context, shown, await show(update, context, screen, answer=answer))


async def ticket_screen(
    context: Context,
    shown: Ticket,
    *,
    above: str = "",
    below: str = "",
    undo: Booking | None = None,
    may_wait: bool = True,
) -> Screen:
    """Return the ticket with words above and below it, and the person's waits that are passed over for its seat.

    Where it is known that they do not wait (`may_wait` False), nothing is asked.
    """
    say = context.say
    waits = (
        await context.db.read(blocked_waits, delegate_id=context.delegate.id, rules=context.congress.rules)
        if may_wait
        else ()
    )
    blocked = [each for each in waits if shown.booking.id in {seat.booking.id for seat in each.seats}]
    parts = (above, texts.ticket(say, shown, congress=context.congress), below, beside_ticket(say, blocked))
    return Screen("\n\n".join(part for part in parts if part), keyboards.ticket(say, shown, undo=undo, blocked=blocked))


async def keep_card(context: Context, shown: Ticket, message_id: int | None) -> None:
    """Let the message on which a ticket is shown now be its card, which follows its facts from here on."""
    if message_id is None:
        return
    known = await context.db.read(card_of, booking_id=shown.booking.id, delegate_id=context.delegate.id)
    if known != message_id:
        await context.db.run(
            move_card, shown.booking, shown.visit, message_id=message_id, now=context.now, cause=context.cause
        )
        context.house.sender.wake()  # the former card retires


async def more(update: Update, context: Context) -> None:
    """Show what else can be had of the ticket, under it."""
    button = MoreOfTicket.parse(tapped(update))
    shown = await own_ticket(update, context, None if button is None else button.booking)
    if shown is not None:
        text = texts.ticket(context.say, shown, congress=context.congress)
        await show(update, context, Screen(text, keyboards.more_of_ticket(context.say, shown)))


async def ask_release(update: Update, context: Context) -> None:
    """Ask before the seats are given back."""
    button = AskRelease.parse(tapped(update))
    shown = await own_ticket(update, context, None if button is None else button.booking)
    if shown is not None:
        text = changing.ask_release(context.say, shown)
        await show(update, context, Screen(text, keyboards.ask_release(context.say, shown)))


async def own_ticket(update: Update, context: Context, booking_id: int | None) -> Ticket | None:
    """Return the person's ticket; None where the tap has been answered: an old button, a seat given back."""
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
    button = Release.parse(tapped(update))
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
            shown_on=update.effective_message.message_id if update.effective_message else None,
        )
    )
    match outcome:
        case Released():
            context.house.sender.wake()  # the seat may be offered to the next in line
            done = texts.released(context.say, outcome)
            answer = texts.released_answer(context.say)
            await show_own(update, context, answer=answer, above=done, released=outcome)
        case Refused():
            await show_not_released(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def show_not_released(update: Update, context: Context, refused: Refused) -> None:
    """Say why a seat could not be given back, over what the person has."""
    reason = refusals.refusal_answer(context.say, refused.refusal, congress=context.congress)
    if isinstance(refused.refusal, Changed | AlreadyReleased):
        await show_own(update, context, answer=reason)
        return
    text = refusals.refusal(context.say, refused.refusal, visit=refused.visit, congress=context.congress)
    await show_own(update, context, answer=reason, above=text)


HANDLERS = [
    CommandHandler("my", own, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(own, Own.pattern()),
    CallbackQueryHandler(own_below, OwnBelow.pattern()),
    CallbackQueryHandler(more, MoreOfTicket.pattern()),
    CallbackQueryHandler(ticket, ShowTicket.pattern()),
    CallbackQueryHandler(ask_release, AskRelease.pattern()),
    CallbackQueryHandler(release, Release.pattern()),
]
