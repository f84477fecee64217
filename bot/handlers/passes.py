"""A pass is opened: its owner sees the ticket, everybody else learns nothing."""

from telegram import Update

from bot import keyboards
from bot.context import Context
from bot.handlers.tickets import show_ticket
from bot.rules.passes import PassEnded, PassOutdated, read_pass, refuse_pass
from bot.screen import Screen, send
from bot.services.booking import Refused, ticket_of
from bot.texts import passes as texts


async def open_pass(update: Update, context: Context, payload: str) -> None:
    """Answer /start with a pass as its payload."""
    signed = read_pass(payload, keys=context.house.pass_keys)
    found = (
        None
        if signed is None
        else await context.db.read(ticket_of, booking_id=signed.booking_id, delegate_id=context.delegate.id)
    )
    if signed is None or found is None:
        await send(update, context, Screen(texts.foreign(context.say), keyboards.menu(context.say)))
        return
    refusal = PassEnded() if isinstance(found, Refused) else refuse_pass(signed, found.booking)
    match refusal:
        case PassEnded():
            await send(update, context, Screen(texts.ended(context.say), keyboards.menu(context.say)))
        case PassOutdated():
            above = texts.outdated(context.say)
            await show_ticket(update, context, booking_id=signed.booking_id, above=above)
        case None:
            await show_ticket(update, context, booking_id=signed.booking_id)
