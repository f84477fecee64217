"""Taking seats: alone, with companions, or in the place of others. One tap, one transaction."""

import functools

from telegram import Update
from telegram.ext import CallbackQueryHandler

from bot import keyboards
from bot.buttons import Book, BringCompanions, DropCompanion, Pairs, Replace
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.tickets import show_ticket, ticket_screen
from bot.handlers.visits import show_visit
from bot.rules.booking import AlreadyBooked, Changed, NoSeats
from bot.screen import Screen, show, tapped
from bot.services.booking import Booked, Refused, book_seat, look_for_room, tickets_of
from bot.services.drafts import Party, begin_party, drop_companion, read_party
from bot.texts import companions, refusals
from bot.texts import tickets as texts
from storage.records import SeatAsked


async def book(update: Update, context: Context) -> None:
    """Take the seats, or say why not."""
    button = Book.parse(tapped(update))
    if button is None or button.party < 1:
        await answer_old_button(update, context)
        return
    await _take(update, context, visit=button.visit, version=button.version, party=button.party, giving_up=())


async def replace(update: Update, context: Context) -> None:
    """Take the seats and give up what is in their way, in one transaction."""
    button = Replace.parse(tapped(update))
    if button is None or button.party < 1:
        await answer_old_button(update, context)
        return
    await _take(
        update,
        context,
        visit=button.visit,
        version=button.version,
        party=button.party,
        giving_up=button.giving_up,
    )


async def _take(update: Update, context: Context, *, visit: int, version: int, party: int, giving_up: Pairs) -> None:
    if visit in context.house.full and not giving_up:
        refused = await context.db.look_up(
            look_for_room,
            delegate=context.delegate,
            visit_id=visit,
            visit_version=version,
            party=party,
            congress=context.congress,
            now=context.now,
        )
        if refused is not None:
            await show_refusal(update, context, refused, party=party)
            return
    lease = context.lease_for_tap(update)
    booking = functools.partial(
        book_seat,
        delegate_id=context.delegate.id,
        visit_id=visit,
        visit_version=version,
        party=party,
        giving_up=giving_up,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
        lease=lease,
    )
    if giving_up:  # other visits are locked too
        outcome = await context.db.run(booking)
    else:
        outcome = await context.db.run_grouped(SeatAsked(visit_id=visit, delegate_id=context.delegate.id), booking)
    match outcome:
        case Booked():
            context.house.full.discard(visit)
            await show_booked(update, context, outcome, token=lease.token)
        case Refused():
            if isinstance(outcome.refusal, NoSeats):
                context.house.full.add(visit)
            await show_refusal(update, context, outcome, party=party)
        case None:
            await answer_old_button(update, context)


async def show_booked(
    update: Update, context: Context, booked: Booked, *, token: str, answer: str | None = None
) -> None:
    """Show the ticket on the card and mark its message as sent; if that fails, delivery sends it anew."""
    given_up = texts.given_up(context.say, booked.given_up) if booked.given_up else ""
    screen = await ticket_screen(context, booked.ticket, below=given_up, may_wait=booked.may_wait)
    shown_on = await show(update, context, screen, answer=answer or texts.booked_answer(context.say, booked))
    if shown_on is not None:
        context.house.sender.settle_tap(token, shown_on)


async def show_refusal(update: Update, context: Context, refused: Refused, *, party: int) -> None:
    """Say why not, at once and on the card, with the nearest alternatives."""
    reason = refusals.refusal_answer(context.say, refused.refusal, congress=context.congress)
    if isinstance(refused.refusal, AlreadyBooked):  # a second tap, mostly: the ticket stays on the card
        await show_ticket(update, context, booking_id=refused.refusal.booking.id, answer=reason)
        return
    if isinstance(refused.refusal, Changed):
        await show_visit(update, context, visit_id=refused.visit.id, answer=reason)
        return
    text = refusals.refusal(
        context.say,
        refused.refusal,
        visit=refused.visit,
        congress=context.congress,
        alternatives=refused.alternatives,
    )
    keyboard = keyboards.refusal(
        context.say, refused.refusal, visit=refused.visit, party=party, others=refused.alternatives
    )
    await show(update, context, Screen(text, keyboard), answer=reason)


async def bring_companions(update: Update, context: Context) -> None:
    """Ask for the names of those who come along; nothing is held while people type."""
    button = BringCompanions.parse(tapped(update))
    card = update.effective_message
    party = (
        None
        if button is None
        else await context.db.run(
            begin_party,
            delegate_id=context.delegate.id,
            visit_id=button.visit,
            message_id=card.message_id if card else None,
            congress=context.congress,
            now=context.now,
        )
    )
    if button is None or party is None:
        await answer_old_button(update, context)
        return
    if isinstance(party, Party):
        await _show_party(update, context, party)
        return
    reason = refusals.refusal_answer(context.say, party, congress=context.congress)
    if isinstance(party, AlreadyBooked):
        await show_ticket(update, context, booking_id=party.booking.id, answer=reason)
        return
    await show_visit(update, context, visit_id=button.visit, answer=reason)


async def drop(update: Update, context: Context) -> None:
    """Take the last typed name back."""
    button = DropCompanion.parse(tapped(update))
    card = update.effective_message
    party = (
        None
        if button is None
        else await context.db.run(
            drop_companion,
            delegate_id=context.delegate.id,
            visit_id=button.visit,
            message_id=card.message_id if card else None,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    )
    await _show_party(update, context, party)


async def show_seat(update: Update, context: Context) -> None:
    """Show the ticket of the visit that was to be taken, or where the person has no seat on it, its card."""
    data = tapped(update)
    button = Book.parse(data) or Replace.parse(data)
    await _show_seat_on(update, context, visit=None if button is None else button.visit)


async def _show_seat_on(update: Update, context: Context, *, visit: int | None) -> None:
    held = await context.db.read(tickets_of, delegate_id=context.delegate.id)
    own = next((ticket.booking.id for ticket in held if ticket.visit.id == visit), None)
    if own is not None:
        await show_ticket(update, context, booking_id=own)
    elif visit is None or not await show_visit(update, context, visit_id=visit):
        await answer_old_button(update, context)


async def show_party(update: Update, context: Context) -> None:
    """Show who comes along to this visit so far; the ticket or the card where nobody is being asked for names."""
    data = tapped(update)
    button = BringCompanions.parse(data) or DropCompanion.parse(data)
    party = await context.db.read(
        read_party, delegate_id=context.delegate.id, congress=context.congress, now=context.now
    )
    if party is not None and button is not None and party.visit.id == button.visit:
        await _show_party(update, context, party)
    else:
        await _show_seat_on(update, context, visit=None if button is None else button.visit)


async def _show_party(update: Update, context: Context, party: Party | None) -> None:
    if party is None:
        await answer_old_button(update, context)
        return
    text = companions.party(context.say, party, person=context.delegate.name)
    await show(update, context, Screen(text, keyboards.party(context.say, party)))


HANDLERS = [
    CallbackQueryHandler(book, Book.pattern()),
    CallbackQueryHandler(replace, Replace.pattern()),
    CallbackQueryHandler(bring_companions, BringCompanions.pattern()),
    CallbackQueryHandler(drop, DropCompanion.pattern()),
]
