"""Changing one's mind: one seat of a party, a minute to undo, a move to another visit."""

from telegram import Update
from telegram.ext import CallbackQueryHandler

from bot import keyboards
from bot.buttons import AskMove, ChooseMove, Move, ReleaseRider, Undo
from bot.context import Context
from bot.handlers.booking import show_booked
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.tickets import own_ticket, show_not_released, show_ticket
from bot.handlers.visits import show_visit
from bot.screen import Screen, show, show_below, tapped
from bot.services import changing as services
from bot.services.booking import Booked, Refused, Released, book_seat
from bot.services.changing import Moves, NotUndone
from bot.services.visits import listed_visit
from bot.texts import changing as texts
from bot.texts import refusals
from bot.texts import tickets as ticket_texts


async def release_rider(update: Update, context: Context) -> None:
    """Give one seat of a party back."""
    button = ReleaseRider.parse(tapped(update))
    outcome = (
        None
        if button is None
        else await context.db.run(
            services.release_rider,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            booking_version=button.version,
            rider_id=button.rider,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    )
    match outcome:
        case Released():
            context.house.sender.wake()  # the seat may be offered to the next in line
            assert button is not None
            ticket = await own_ticket(update, context, button.booking)
            if ticket is not None:
                (rider,) = outcome.booking.riders
                await show_ticket(
                    update,
                    context,
                    booking_id=button.booking,
                    answer=ticket_texts.released_answer(context.say),
                    above=texts.released_one(context.say, ticket, rider=rider.name),
                    undo=outcome.booking,
                )
        case Refused():
            await show_not_released(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def undo(update: Update, context: Context) -> None:
    """Take the seats back that were given back a moment ago."""
    button = Undo.parse(tapped(update))
    lease = context.lease_for_tap(update)
    outcome = (
        None
        if button is None
        else await context.db.run(
            services.undo_release,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            booking_version=button.version,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
            lease=lease,
        )
    )
    match outcome:
        case Booked():
            answer = texts.undone_answer(context.say)
            await show_booked(update, context, outcome, token=lease.token, answer=answer)
        case NotUndone():
            why = texts.why_no_undo(context.say, outcome.refusal, congress=context.congress)
            await show_visit(update, context, visit_id=outcome.visit.id, answer=why)
        case None:
            await answer_old_button(update, context)


async def choose_move(update: Update, context: Context) -> None:
    """Show where else a sign-up could go, below the ticket."""
    button = ChooseMove.parse(tapped(update))
    await _show_moves(update, context, booking=None if button is None else button.booking, below=True)


async def _show_moves(
    update: Update, context: Context, *, booking: int | None, answer: str | None = None, below: bool = False
) -> None:
    found = (
        None
        if booking is None
        else await context.db.read(
            services.moves_of,
            delegate_id=context.delegate.id,
            booking_id=booking,
            congress=context.congress,
            now=context.now,
        )
    )
    match found:
        case Moves():
            screen = Screen(texts.choose_move(context.say, found), keyboards.moves(context.say, found))
            await (show_below(update, context, screen) if below else show(update, context, screen, answer=answer))
        case Refused():
            await show_not_released(update, context, found)
        case None:
            await answer_old_button(update, context)


async def ask_move(update: Update, context: Context) -> None:
    """Ask before a sign-up moves."""
    button = AskMove.parse(tapped(update))
    to = None if button is None else await context.db.read(listed_visit, visit_id=button.visit)
    if button is None or to is None:
        await answer_old_button(update, context)
        return
    ticket = await own_ticket(update, context, button.booking)
    if ticket is not None:
        text = texts.ask_move(context.say, ticket, to=to)
        await show(update, context, Screen(text, keyboards.ask_move(context.say, ticket, to=to)))


async def move(update: Update, context: Context) -> None:
    """Move a sign-up with all who travel on it: the new seats are real before the old ones are free."""
    button = Move.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    lease = context.lease_for_tap(update)
    outcome = await context.db.run(
        book_seat,
        delegate_id=context.delegate.id,
        visit_id=button.visit,
        visit_version=button.visit_version,
        giving_up=((button.booking, button.version),),
        moving=True,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
        lease=lease,
    )
    match outcome:
        case Booked():
            context.house.sender.wake()  # the old seat may be offered to the next in line
            answer = texts.moved_answer(context.say, outcome)
            await show_booked(update, context, outcome, token=lease.token, answer=answer)
        case Refused():
            why = refusals.refusal_answer(context.say, outcome.refusal, congress=context.congress)
            await _show_moves(update, context, booking=button.booking, answer=why)
        case None:
            await answer_old_button(update, context)


HANDLERS = [
    CallbackQueryHandler(release_rider, ReleaseRider.pattern()),
    CallbackQueryHandler(undo, Undo.pattern()),
    CallbackQueryHandler(choose_move, ChooseMove.pattern()),
    CallbackQueryHandler(ask_move, AskMove.pattern()),
    CallbackQueryHandler(move, Move.pattern()),
]
