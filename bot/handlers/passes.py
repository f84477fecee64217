"""A pass is opened: its owner sees the ticket, the crew whether it is good, everybody else learns nothing."""

from telegram import Update

from bot import keyboards
from bot.context import Context
from bot.handlers.tickets import show_ticket
from bot.rules.authority import Right, may_try
from bot.rules.passes import Pass, PassEnded, PassOutdated, read_pass, refuse_pass
from bot.screen import Screen, send
from bot.services.booking import Refused, ticket_of
from bot.services.passes import CheckedPass, check_pass
from bot.texts import passes as texts


async def open_pass(update: Update, context: Context, payload: str) -> None:
    """Answer /start with a pass as its payload."""
    signed = read_pass(payload, keys=context.house.pass_keys)
    found = (
        None
        if signed is None
        else await context.db.read(ticket_of, booking_id=signed.booking_id, delegate_id=context.delegate.id)
    )
    if signed is not None and found is None and may_try(context.person.roles, Right.CHECK_PASS):
        await _check(update, context, signed)
        return
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


async def _check(update: Update, context: Context, signed: Pass) -> None:
    """Say to somebody of the crew whether a pass is good; one of another bus or visit tells them nothing."""
    assert update.effective_user is not None
    checked = await context.db.read(check_pass, actor=update.effective_user.id, signed=signed)
    if isinstance(checked, CheckedPass):
        await send(update, context, Screen(texts.checked(context.say, checked)))
    else:
        await send(update, context, Screen(texts.foreign(context.say), keyboards.menu(context.say)))
