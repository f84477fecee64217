"""Dangerous acts: a preview, a word, a minute to recall it. delivery/act_cards.py shows on the card how it went."""

from collections.abc import Mapping
from typing import Any

from telegram import InputFile, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import ActFile, ConfirmAct, RecallAct, ShowAct, ShowOthers
from bot.context import Context
from bot.documents.act_csv import act_csv
from bot.documents.making import made
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.language import LANGUAGES
from bot.rules.authority import Right
from bot.screen import Screen, answer_tap, send, send_file, show, show_below, tapped
from bot.services import acts as services
from bot.services.act_results import ActResult, give_result
from bot.services.acts import ShownAct
from bot.services.authority import NoAuthority
from bot.services.cancelled_facts import others_for
from bot.texts import act_results, cancelling, merging
from bot.texts import acts as texts
from bot.texts import organizers as organizer_texts
from storage.records import ActState


@needs(Right.CANCELVISIT)
async def cancel_visit(update: Update, context: Context) -> None:
    """/cancelvisit VISIT: what would happen, and the button that makes it happen after a minute."""
    match context.args or []:
        case [name]:
            await preview(update, context, kind=cancelling.WORDING.kind, name=name)
        case _:
            await send(update, context, Screen(cancelling.usage(context.say)))


@needs(Right.MERGE)
async def merge(update: Update, context: Context) -> None:
    """/merge BUS BUS: what putting the first on the second would come to, and the button for it."""
    match context.args or []:
        case [bus, into]:
            asked = {"bus": bus.upper(), "into": into.upper()}
            await preview(update, context, kind=merging.WORDING.kind, name=bus, arguments=asked)
        case _:
            await send(update, context, Screen(merging.usage(context.say)))


@needs(Right.CANCELVISIT)
async def confirm(update: Update, context: Context) -> None:
    """Plan what the preview shows: it happens after a minute, unless it is recalled."""
    query, card = update.callback_query, update.effective_message
    button = ConfirmAct.parse(tapped(update))
    if query is None or card is None or button is None:
        await answer_old_button(update, context)
        return
    shown = await context.db.run(
        services.plan_act,
        actor=query.from_user.id,
        delegate_id=context.delegate.id,
        act_id=button.act,
        revision=button.revision,
        message_id=card.message_id,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    await _show(update, context, shown)


@needs(Right.CANCELVISIT)
async def recall(update: Update, context: Context) -> None:
    """Take the word back."""
    query, button = update.callback_query, RecallAct.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    shown = await context.db.run(
        services.recall_act,
        actor=query.from_user.id,
        delegate_id=context.delegate.id,
        act_id=button.act,
        now=context.now,
        cause=context.cause,
    )
    is_recalled = isinstance(shown, ShownAct) and shown.act.state is ActState.RECALLED
    await _show(update, context, shown, answer=texts.recalled_answer(context.say) if is_recalled else None)


@needs(Right.CANCELVISIT)
async def show_act(update: Update, context: Context) -> None:
    """Show how the act of a button stands; nothing else happens."""
    query, data = update.callback_query, tapped(update)
    button = ConfirmAct.parse(data) or RecallAct.parse(data) or ShowAct.parse(data) or ActFile.parse(data)
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    shown = await context.db.read(
        services.act_of, actor=query.from_user.id, delegate_id=context.delegate.id, act_id=button.act
    )
    await _show(update, context, shown)


@needs(Right.CANCELVISIT)
async def act_file(update: Update, context: Context) -> None:
    """Send whom the act has touched and what they got instead, to the one who asked only."""
    query, button = update.callback_query, ActFile.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    result = await context.db.run(
        give_result,
        actor=query.from_user.id,
        delegate_id=context.delegate.id,
        act_id=button.act,
        now=context.now,
        cause=context.cause,
    )
    match result:
        case ActResult():
            await answer_tap(query)
            name = f"{result.shown.act.kind}-{result.shown.visit.key}-{result.shown.act.id}.csv"
            file = InputFile(await made(act_csv, context.say, result), filename=name)
            caption = act_results.caption(context.say, result)
            await send_file(update, context, file, caption=caption)
        case _:
            await _show(update, context, result)


async def others(update: Update, context: Context) -> None:
    """Show below what else is free to somebody whose visit is off; what is held stays on its own message."""
    button = ShowOthers.parse(tapped(update))
    found = (
        None
        if button is None
        else await context.db.read(
            others_for,
            delegate_id=context.delegate.id,
            booking_id=button.booking,
            congress=context.congress,
            now=context.now,
        )
    )
    if found is None:
        await answer_old_button(update, context)
        return
    text = cancelling.others(context.say, found, congress=context.congress)
    await show_below(update, context, Screen(text, keyboards.others(context.say, found)))


async def preview(
    update: Update,
    context: Context,
    *,
    kind: str,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    above: Screen | None = None,
    answer: str | None = None,
) -> None:
    """Show what an act would come to, on a card of its own; `above` it what it follows from, with the tap's answer."""
    assert update.effective_user is not None
    shown = await context.db.run(
        services.show_act,
        actor=update.effective_user.id,
        delegate_id=context.delegate.id,
        kind=kind,
        name=name,
        arguments=arguments,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    match shown:
        case ShownAct():
            if above is not None:
                await show(update, context, above, answer=answer, alert=answer is not None)
            await send(update, context, _screen(context, shown))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            text = organizer_texts.failure(context.say, shown, congress=context.congress)
            await show(update, context, Screen(text))


async def _show(
    update: Update, context: Context, shown: ShownAct | NoAuthority | None, *, answer: str | None = None
) -> None:
    match shown:
        case ShownAct():
            await show(update, context, _screen(context, shown), answer=answer)
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case None:
            await answer_old_button(update, context)


def _screen(context: Context, shown: ShownAct) -> Screen:
    languages = context.house.languages
    is_asked = shown.act.state is ActState.SHOWN
    quoted = [texts.quote(languages[code], shown) for code in LANGUAGES] if is_asked else []
    text = "\n".join([texts.act(context.say, shown), *quoted])
    return Screen(text, keyboards.act(context.say, shown))


HANDLERS = [
    CommandHandler("cancelvisit", cancel_visit, filters.UpdateType.MESSAGE),
    CommandHandler("merge", merge, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(confirm, ConfirmAct.pattern()),
    CallbackQueryHandler(recall, RecallAct.pattern()),
    CallbackQueryHandler(show_act, ShowAct.pattern()),
    CallbackQueryHandler(act_file, ActFile.pattern()),
    CallbackQueryHandler(others, ShowOthers.pattern()),
]
