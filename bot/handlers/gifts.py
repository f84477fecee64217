"""Seats given to a colleague: make a link, take it back; open one, take its seat."""

import secrets

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler

from bot import keyboards
from bot.buttons import GiveAway, GiveRider, TakeGift, WithdrawGift
from bot.context import Context
from bot.handlers.booking import show_booked
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.tickets import show_not_released, show_own, show_ticket
from bot.rules.booking import AlreadyBooked
from bot.rules.links import GIFT_BYTES, gift_link
from bot.screen import Screen, send, show, show_below, tapped
from bot.services import gifts as services
from bot.services.booking import Booked, Refused
from bot.services.drafts import BadName
from bot.services.gifts import Given, Giving, NotGiving, NotTaken, Present
from bot.texts import companions, refusals
from bot.texts import gifts as texts


async def giving(update: Update, context: Context) -> None:
    """Show how the seats of a ticket go to a colleague, below the ticket."""
    button = GiveAway.parse(tapped(update))
    outcome = (
        None
        if button is None
        else await context.db.read(
            services.giving_of,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            congress=context.congress,
            now=context.now,
        )
    )
    await _show_giving(update, context, outcome, below=True)


async def _show_giving(
    update: Update, context: Context, outcome: Giving | NotGiving | Refused | None, *, below: bool = False
) -> None:
    match outcome:
        case Giving():
            text = texts.giving(context.say, outcome, congress=context.congress)
            screen = Screen(text, keyboards.giving(context.say, outcome))
            await (show_below(update, context, screen) if below else show(update, context, screen))
        case NotGiving():
            why = refusals.refusal_answer(context.say, outcome.refusal, congress=context.congress)
            await show_own(update, context, answer=why)
        case Refused():
            await show_not_released(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def ask_name(update: Update, context: Context) -> None:
    """Ask for the colleague's name."""
    button, card = GiveRider.parse(tapped(update)), update.effective_message
    outcome = (
        None
        if button is None
        else await context.db.run(
            services.begin_gift,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            rider_id=button.rider,
            message_id=card.message_id if card else None,
            congress=context.congress,
            now=context.now,
        )
    )
    if isinstance(outcome, Giving):
        await show(update, context, Screen(texts.ask_name(context.say), keyboards.close(context.say)))
    else:
        await _show_giving(update, context, outcome)


async def take_name(update: Update, context: Context, message: Message) -> None:
    """Make the link for the colleague whose name was typed, and show it below."""
    token = secrets.token_urlsafe(GIFT_BYTES)
    outcome = await context.db.run(
        services.make_gift,
        delegate_id=context.delegate.id,
        typed=message.text or "",
        token=token,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    match outcome:
        case Given():
            url = gift_link(token, username=context.bot.username)
            text = texts.link_made(context.say, outcome, url=url, congress=context.congress)
            await send(update, context, Screen(text, keyboards.link(context.say, outcome, url=url)))
        case BadName(typed=typed):
            text = companions.bad_name(context.say, typed=typed)
            await send(update, context, Screen(text, keyboards.close(context.say)))
        case NotGiving():
            why = refusals.refusal_answer(context.say, outcome.refusal, congress=context.congress)
            await show_own(update, context, answer=None, above=why)
        case Refused():
            await show_not_released(update, context, outcome)
        case None:
            await show_own(update, context, answer=None)


async def withdraw(update: Update, context: Context) -> None:
    """Take a link back."""
    button = WithdrawGift.parse(tapped(update))
    outcome = (
        None
        if button is None
        else await context.db.run(
            services.withdraw_gift,
            delegate_id=context.delegate.id,
            gift_id=button.gift,
            congress=context.congress,
            now=context.now,
        )
    )
    await _show_giving(update, context, outcome)


async def show_present(update: Update, context: Context, *, token: str) -> None:
    """Show what a link leads to."""
    found = await context.db.read(
        services.present_of, delegate_id=context.delegate.id, token=token, congress=context.congress, now=context.now
    )
    if isinstance(found, Present):
        text = texts.present(context.say, found, congress=context.congress)
        await show(update, context, Screen(text, keyboards.present(context.say, token=token)))
    else:
        await _show_not_taken(update, context, found, answer=None)


async def take(update: Update, context: Context) -> None:
    """Take the seat of a link."""
    button = TakeGift.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    lease = context.lease_for_tap(update)
    outcome = await context.db.run(
        services.take_gift,
        delegate_id=context.delegate.id,
        token=button.token,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
        lease=lease,
    )
    match outcome:
        case Booked():
            context.house.sender.wake()  # the giver is told
            await show_booked(update, context, outcome, token=lease.token)
        case NotTaken():
            why = texts.why_not(context.say, outcome.refusal, congress=context.congress)
            await _show_not_taken(update, context, outcome, answer=why)


async def _show_not_taken(update: Update, context: Context, refused: NotTaken, *, answer: str | None) -> None:
    if isinstance(refused.refusal, AlreadyBooked):
        await show_ticket(update, context, booking_id=refused.refusal.booking.id, answer=answer)
        return
    text = texts.not_taken(context.say, refused.refusal, visit=refused.visit, congress=context.congress)
    await show_own(update, context, answer=answer, above=text)


async def show_what_link_gives(update: Update, context: Context) -> None:
    """Show what the link of a late tap leads to now."""
    button = TakeGift.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
    else:
        await show_present(update, context, token=button.token)


HANDLERS = [
    CallbackQueryHandler(giving, GiveAway.pattern()),
    CallbackQueryHandler(ask_name, GiveRider.pattern()),
    CallbackQueryHandler(withdraw, WithdrawGift.pattern()),
    CallbackQueryHandler(take, TakeGift.pattern()),
]
