"""Announcements: preview with the number of people, confirm, then a card that counts."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import AskForAnswers, SendAnnouncement, TestAnnouncement, WithdrawAnnouncement
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.screen import Screen, answer_tap, send, show, tapped
from bot.services import broadcasts as services
from bot.services.authority import NoAuthority
from bot.services.broadcasts import (
    DraftGone,
    Planned,
    Preview,
    Progress,
    announcement_of_card,
    preview_announcement,
    send_announcement,
)
from bot.services.planned import planned_announcements, withdraw_announcement
from bot.texts import broadcasts as texts
from bot.texts.messages import announcement

LONGEST_TEXT = 3_000
"""Leaves room in a message of 4,096 for the heading, and for the preview's own words around it."""


@needs(Right.ANNOUNCE)
async def announce(update: Update, context: Context) -> None:
    """/announce WHO TEXT: show what would be sent, and to how many."""
    assert update.message is not None
    parts = (update.message.text or "").split(None, 2)
    if len(parts) < 3 or len(parts[2]) > LONGEST_TEXT:
        await send(update, context, Screen(texts.usage(context.say, most=LONGEST_TEXT)))
        for each in await _all_planned(update, context) if len(parts) == 1 else ():
            await send(update, context, _planned(context, each))
        return
    shown = await context.db.run(
        preview_announcement,
        actor=update.message.chat.id,
        delegate_id=context.delegate.id,
        name=parts[1],
        text=parts[2],
        draft_key=update.update_id,
        congress=context.congress,
        now=context.now,
    )
    match shown:
        case Preview():
            await send(update, context, _preview(context, shown, draft_key=update.update_id))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            await send(update, context, Screen(texts.refused(context.say, shown, most=LONGEST_TEXT)))


@needs(Right.ANNOUNCE)
async def confirm(update: Update, context: Context) -> None:
    """Write the messages; the card becomes their progress (delivery/progress.py keeps it up to date)."""
    query, card = update.callback_query, update.effective_message
    button = SendAnnouncement.parse(tapped(update))
    if query is None or card is None or button is None:
        await answer_old_button(update, context)
        return
    begun = await context.db.run(
        send_announcement,
        actor=query.from_user.id,
        delegate_id=context.delegate.id,
        draft_key=button.key,
        message_id=card.message_id,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    match begun:
        case Progress():
            context.house.sender.wake()
            await show(update, context, Screen(texts.progress(context.say, begun)))
        case Planned():
            await show(update, context, _planned(context, begun))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            await show(update, context, Screen(texts.refused(context.say, begun, most=LONGEST_TEXT)))


@needs(Right.ANNOUNCE)
async def try_out(update: Update, context: Context) -> None:
    """Send the texts to their author alone, each as its readers will get it; the preview stays."""
    found = await _of_card(update, context)
    if update.callback_query is None or not isinstance(found, Preview):
        await show_announcement(update, context)
        return
    await answer_tap(update.callback_query, texts.tested_answer(context.say))
    for code in sorted(found.languages) or (context.say.code,):
        await send(update, context, Screen(announcement(context.house.languages[code], text=found.text)))


@needs(Right.ANNOUNCE)
async def show_announcement(update: Update, context: Context) -> None:
    """Show how far the announcement of this card is, or the preview again; nothing is sent."""
    found, key = await _of_card(update, context), _key(update)
    match found:
        case Preview() if key is not None:
            await show(update, context, _preview(context, found, draft_key=key))
        case Progress():
            await show(update, context, Screen(texts.progress(context.say, found)))
        case Planned():
            await show(update, context, _planned(context, found))
        case DraftGone():
            await show(update, context, Screen(texts.refused(context.say, found, most=LONGEST_TEXT)))
        case _:
            await answer_old_button(update, context)


async def _of_card(update: Update, context: Context) -> Preview | Progress | Planned | DraftGone | NoAuthority | None:
    """Return what became of the announcement of the card that was tapped; None for a tap that names none."""
    query, card, key = update.callback_query, update.effective_message, _key(update)
    if query is None or card is None or key is None:
        return None
    return await context.db.read(
        announcement_of_card,
        actor=query.from_user.id,
        delegate_id=context.delegate.id,
        draft_key=key,
        message_id=card.message_id,
        congress=context.congress,
        now=context.now,
    )


def _key(update: Update) -> int | None:
    data = tapped(update)
    button = SendAnnouncement.parse(data) or TestAnnouncement.parse(data) or AskForAnswers.parse(data)
    return None if button is None else button.key


@needs(Right.ANNOUNCE)
async def ask_for_answers(update: Update, context: Context) -> None:
    """Let the announcement of this preview ask its readers to confirm, or not."""
    query, button = update.callback_query, AskForAnswers.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    shown = await context.db.run(
        services.ask_for_answers,
        actor=query.from_user.id,
        delegate_id=context.delegate.id,
        draft_key=button.key,
        congress=context.congress,
        now=context.now,
        asks=bool(button.asks),
    )
    if isinstance(shown, Preview):
        await show(update, context, _preview(context, shown, draft_key=button.key))
    else:
        await show_announcement(update, context)  # sent meanwhile, or gone


@needs(Right.ANNOUNCE)
async def withdraw(update: Update, context: Context) -> None:
    """Let a planned announcement not go out; one that has begun shows how far it is."""
    query, button = update.callback_query, WithdrawAnnouncement.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    done = await context.db.run(
        withdraw_announcement,
        actor=query.from_user.id,
        announcement_id=button.announcement,
        now=context.now,
        cause=context.cause,
    )
    match done:
        case Planned():
            await show(update, context, _planned(context, done), answer=texts.withdrawn_answer(context.say))
        case Progress():
            await show(update, context, Screen(texts.progress(context.say, done)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case None:
            await answer_old_button(update, context)


@needs(Right.ANNOUNCE)
async def show_planned(update: Update, context: Context) -> None:
    """Show the announcement as it is planned, in place of a deed that came too late."""
    button = WithdrawAnnouncement.parse(tapped(update))
    every = await _all_planned(update, context)
    found = next((each for each in every if button is not None and each.announcement.id == button.announcement), None)
    if found is None:
        await answer_old_button(update, context)
        return
    await show(update, context, _planned(context, found))


async def _all_planned(update: Update, context: Context) -> tuple[Planned, ...]:
    assert update.effective_user is not None
    every = await context.db.read(planned_announcements, actor=update.effective_user.id)
    return () if isinstance(every, NoAuthority) else every


def _preview(context: Context, shown: Preview, *, draft_key: int) -> Screen:
    text = texts.preview(context.say, shown, languages=context.house.languages)
    return Screen(text, keyboards.preview(context.say, shown, draft_key=draft_key))


def _planned(context: Context, shown: Planned) -> Screen:
    return Screen(texts.planned(context.say, shown), keyboards.planned(context.say, shown))


HANDLERS = [
    CommandHandler("announce", announce, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(confirm, SendAnnouncement.pattern()),
    CallbackQueryHandler(try_out, TestAnnouncement.pattern()),
    CallbackQueryHandler(ask_for_answers, AskForAnswers.pattern()),
    CallbackQueryHandler(withdraw, WithdrawAnnouncement.pattern()),
]
