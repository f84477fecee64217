"""The waiting list: join a line, wish, take or decline an offer, leave. One tap, one transaction."""

from telegram import Update
from telegram.ext import CallbackQueryHandler

from bot import keyboards
from bot.buttons import (
    ChooseBeside,
    Join,
    JoinBeside,
    JoinKeeping,
    KeepUntil,
    LeaveLine,
    ShowWait,
    TakeOffer,
    WaitForAll,
    Wish,
)
from bot.context import Context
from bot.handlers.booking import show_booked
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.tickets import show_own, show_ticket
from bot.handlers.visits import show_visit
from bot.rules.booking import AlreadyBooked
from bot.rules.waiting import AlreadyWaiting
from bot.screen import Screen, show, tapped
from bot.services import waiting as services
from bot.services.booking import Booked
from bot.services.overlapping import blocked_waits
from bot.services.standing import Offered, Wait, visits_beside, wait_of
from bot.services.waiting import LeftLine, NotJoined, NotTaken
from bot.texts import waiting as texts


async def join(update: Update, context: Context) -> None:
    """Stand in the line of a visit."""
    button = Join.parse(tapped(update))
    if button is None or button.party < 1:
        await answer_old_button(update, context)
        return
    await _join(update, context, visit=button.visit, party=button.party)


async def join_keeping(update: Update, context: Context) -> None:
    """Stand in the line of a visit and keep another seat until the new one is real."""
    button = JoinKeeping.parse(tapped(update))
    if button is None or button.party < 1:
        await answer_old_button(update, context)
        return
    await _join(update, context, visit=button.visit, party=button.party, replaces=button.booking)


async def join_beside(update: Update, context: Context) -> None:
    """Stand in another line too: of both the first that works wins."""
    button = JoinBeside.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    await _join(update, context, visit=button.visit, party=1, beside=button.booking)


async def _join(
    update: Update,
    context: Context,
    *,
    visit: int,
    party: int,
    replaces: int | None = None,
    beside: int | None = None,
) -> None:
    outcome = await context.db.run(
        services.join_line,
        delegate_id=context.delegate.id,
        visit_id=visit,
        party=party,
        replaces=replaces,
        beside=beside,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    match outcome:
        case Wait():
            await show_standing_of(update, context, outcome, answer=texts.joined_answer(context.say, outcome))
        case Offered():
            context.house.sender.wake()
            await show_standing_of(update, context, outcome, answer=None)
        case NotJoined():
            await _show_not_joined(update, context, outcome, party=party)
        case None:
            await answer_old_button(update, context)


async def _show_not_joined(update: Update, context: Context, refused: NotJoined, *, party: int) -> None:
    answer = texts.not_joined_answer(context.say, refused.refusal, congress=context.congress)
    if isinstance(refused.refusal, AlreadyBooked):
        await show_ticket(update, context, booking_id=refused.refusal.booking.id, answer=answer)
        return
    if isinstance(refused.refusal, AlreadyWaiting):
        await show_wait(update, context, booking_id=refused.refusal.booking.id, answer=answer)
        return
    text = texts.not_joined(context.say, refused.refusal, visit=refused.visit, congress=context.congress)
    await show(update, context, Screen(text, keyboards.not_joined(context.say, refused, party=party)), answer=answer)


async def wait(update: Update, context: Context) -> None:
    """Show a wait, or the offer it has become."""
    button = ShowWait.parse(tapped(update))
    await show_wait(update, context, booking_id=None if button is None else button.booking)


async def show_wait(update: Update, context: Context, *, booking_id: int | None, answer: str | None = None) -> None:
    """Show the person's wait or open offer; their own list when it is neither any more."""
    if booking_id is None:
        await answer_old_button(update, context)
        return
    found = await context.db.read(wait_of, booking_id=booking_id, delegate_id=context.delegate.id)
    if found is None:
        await show_own(update, context, answer=answer)
        return
    await show_standing_of(update, context, found, answer=answer)


async def show_standing_of(update: Update, context: Context, found: Wait | Offered, *, answer: str | None) -> None:
    """Show a place in a line, or the offer it has become."""
    say = context.say
    if isinstance(found, Wait):
        waits = await context.db.read(blocked_waits, delegate_id=context.delegate.id, rules=context.congress.rules)
        blocked = next((each for each in waits if each.wait.id == found.booking.id), None)
        text = texts.wait(say, found, congress=context.congress, blocked=blocked)
        screen = Screen(text, keyboards.wait(say, found, blocked=blocked))
    else:
        text = texts.offer(say, found, congress=context.congress)
        screen = Screen(text, keyboards.offer(say, found.ticket.booking, waiting=found.waiting))
    await show(update, context, screen, answer=answer)


async def wish(update: Update, context: Context) -> None:
    """Note whether the party would go with fewer, and whether it takes seats without a question."""
    button = Wish.parse(tapped(update))
    outcome = (
        None
        if button is None
        else await context.db.run(
            services.change_wish,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            booking_version=button.version,
            fewer=bool(button.fewer),
            any_time=bool(button.any_time),
            congress=context.congress,
            now=context.now,
        )
    )
    match outcome:
        case Wait() | Offered():
            await show_standing_of(update, context, outcome, answer=texts.changed_answer(context.say))
        case NotTaken():
            await show_not_taken(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def show_visit_of_line(update: Update, context: Context) -> None:
    """Show the card of the visit that a button would join the line of."""
    data = tapped(update)
    button = Join.parse(data) or JoinKeeping.parse(data) or JoinBeside.parse(data)
    if button is None or not await show_visit(update, context, visit_id=button.visit):
        await answer_old_button(update, context)


async def show_standing(update: Update, context: Context) -> None:
    """Show the wait or offer that a button would change."""
    data = tapped(update)
    button = (
        Wish.parse(data)
        or KeepUntil.parse(data)
        or TakeOffer.parse(data)
        or WaitForAll.parse(data)
        or LeaveLine.parse(data)
    )
    await show_wait(update, context, booking_id=None if button is None else button.booking)


async def choose_beside(update: Update, context: Context) -> None:
    """Show for which other visits the person could wait as well."""
    button = ChooseBeside.parse(tapped(update))
    found = (
        None
        if button is None
        else await context.db.read(
            visits_beside,
            booking_id=button.booking,
            delegate_id=context.delegate.id,
            congress=context.congress,
            now=context.now,
        )
    )
    if found is None:
        await answer_old_button(update, context)
        return
    shown, others = found
    text = texts.choose_beside(context.say, shown, found=bool(others))
    await show(update, context, Screen(text, keyboards.beside(context.say, shown, others)))


async def take(update: Update, context: Context) -> None:
    """Take the offered seats."""
    button = TakeOffer.parse(tapped(update))
    lease = context.lease_for_tap(update)
    outcome = (
        None
        if button is None
        else await context.db.run(
            services.accept_offer,
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
            await show_booked(update, context, outcome, token=lease.token)
        case NotTaken():
            await show_not_taken(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def leave(update: Update, context: Context) -> None:
    """Leave a line, or decline an offer."""
    button = LeaveLine.parse(tapped(update))
    outcome = None if button is None else await leave_line(context, wait=button.booking, version=button.version)
    match outcome:
        case LeftLine():
            done = texts.left(context.say, outcome)
            await show_own(update, context, answer=texts.left_answer(context.say), above=done)
        case NotTaken():
            await show_not_taken(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def leave_line(context: Context, *, wait: int, version: int) -> LeftLine | NotTaken | None:
    """End a wait or decline an offer in the database; what was offered goes to the next."""
    outcome = await context.db.run(
        services.leave_line,
        delegate_id=context.delegate.id,
        booking_id=wait,
        booking_version=version,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    context.house.sender.wake()
    return outcome


async def wait_for_all(update: Update, context: Context) -> None:
    """Decline seats for a part of the party and wait on together."""
    button = WaitForAll.parse(tapped(update))
    outcome = (
        None
        if button is None
        else await context.db.run(
            services.wait_for_all,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            booking_version=button.version,
            congress=context.congress,
            now=context.now,
            cause=context.cause,
        )
    )
    match outcome:
        case Wait():
            context.house.sender.wake()
            await show_standing_of(update, context, outcome, answer=texts.waits_for_all_answer(context.say, outcome))
        case Offered():
            await show_standing_of(update, context, outcome, answer=None)
        case NotTaken():
            await show_not_taken(update, context, outcome)
        case None:
            await answer_old_button(update, context)


async def show_not_taken(update: Update, context: Context, refused: NotTaken) -> None:
    """Say why; what the person holds and waits for now is shown."""
    answer = texts.offer_reason_answer(context.say, refused.refusal, congress=context.congress)
    if isinstance(refused.refusal, AlreadyBooked):
        await show_ticket(update, context, booking_id=refused.refusal.booking.id, answer=answer)
        return
    await show_own(update, context, answer=answer)


HANDLERS = [
    CallbackQueryHandler(join, Join.pattern()),
    CallbackQueryHandler(join_keeping, JoinKeeping.pattern()),
    CallbackQueryHandler(join_beside, JoinBeside.pattern()),
    CallbackQueryHandler(choose_beside, ChooseBeside.pattern()),
    CallbackQueryHandler(wait, ShowWait.pattern()),
    CallbackQueryHandler(wish, Wish.pattern()),
    CallbackQueryHandler(take, TakeOffer.pattern()),
    CallbackQueryHandler(leave, LeaveLine.pattern()),
    CallbackQueryHandler(wait_for_all, WaitForAll.pattern()),
]
