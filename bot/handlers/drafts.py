"""Typed words that were asked for: companions' names, one's own name. And /cancel."""

from telegram import Message, Update
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot import keyboards
from bot.buttons import ChangeName, CloseDraft
from bot.context import Context
from bot.handlers import desk, editing, feedback, gifts, importing, registered
from bot.handlers.fallback import unknown_text
from bot.handlers.questions import answer_text
from bot.handlers.welcome import show_menu
from bot.screen import Screen, send, show, strip_buttons
from bot.services.drafts import (
    COMPANIONS,
    FEEDBACK,
    NAME,
    BadName,
    add_companions,
    begin_name,
    end_draft,
    move_draft,
    read_party,
    rename,
)
from bot.services.editing import WRITE, WRITTEN
from bot.services.feedback import take_comment
from bot.services.gifts import GIFT
from bot.services.importing import IMPORT
from bot.services.registered import NUMBER
from bot.services.seating_draft import SEATING
from bot.texts import companions, welcome


async def typed(update: Update, context: Context) -> None:
    """Take the words for what was asked; where nothing was, answer them."""
    draft, message = context.person.draft, update.message
    assert message is not None
    kind = None if draft is None else draft.kind
    await _TYPED.get(kind or "", answer_text)(update, context, message)


async def _add_names(update: Update, context: Context, message: Message) -> None:
    """Add the names and show the party on a new card below; the old card's buttons go."""
    draft = context.person.draft
    party = await context.db.run(
        add_companions,
        delegate_id=context.delegate.id,
        typed=message.text or "",
        message_id=draft.message_id if draft else None,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
    )
    if party is None:
        await unknown_text(update, context)
        return
    if isinstance(party, BadName):
        await send(
            update, context, Screen(companions.bad_name(context.say, typed=party.typed), keyboards.close(context.say))
        )
        return
    text = companions.party(context.say, party, person=context.delegate.name)
    shown_on = await send(update, context, Screen(text, keyboards.party(context.say, party)))
    await context.db.run(move_draft, delegate_id=context.delegate.id, message_id=shown_on)
    await strip_buttons(context, chat_id=message.chat.id, message_id=party.message_id)


async def _set_name(update: Update, context: Context, message: Message) -> None:
    outcome = await context.db.run(
        rename, delegate_id=context.delegate.id, typed=message.text or "", now=context.now, cause=context.cause
    )
    if isinstance(outcome, BadName):
        text = companions.bad_name(context.say, typed=outcome.typed)
        await send(update, context, Screen(text, keyboards.close(context.say)))
        return
    await send(update, context, Screen(companions.renamed(context.say, person=outcome), keyboards.menu(context.say)))


async def _take_comment(update: Update, context: Context, message: Message) -> None:
    """Keep the line and show it on a new card below."""
    said = await context.db.run(
        take_comment, delegate_id=context.delegate.id, typed=message.text or "", now=context.now, cause=context.cause
    )
    if said is None:
        await unknown_text(update, context)
        return
    await send(update, context, feedback.card(context, said))
    draft = context.person.draft
    await strip_buttons(context, chat_id=message.chat.id, message_id=draft.message_id if draft else None)


_TYPED = {
    COMPANIONS: _add_names,
    FEEDBACK: _take_comment,
    NAME: _set_name,
    GIFT: gifts.take_name,
    IMPORT: importing.ask_again,
    NUMBER: registered.take_number,
    WRITE: editing.take_words,
    WRITTEN: editing.take_words,
    SEATING: desk.take_typed,
}
"""What becomes of typed words, by what was asked."""


async def change_name(update: Update, context: Context) -> None:
    """Ask for the person's own name."""
    card = update.effective_message
    await context.db.run(
        begin_name,
        delegate_id=context.delegate.id,
        message_id=card.message_id if card else None,
        now=context.now,
    )
    text = companions.ask_name(context.say, person=context.delegate.name)
    await show(update, context, Screen(text, keyboards.close(context.say)))


async def show_draft(update: Update, context: Context) -> None:
    """Show what is being typed, or the menu."""
    draft = context.person.draft
    party = await context.db.read(
        read_party, delegate_id=context.delegate.id, congress=context.congress, now=context.now
    )
    if party is not None:
        text = companions.party(context.say, party, person=context.delegate.name)
        await show(update, context, Screen(text, keyboards.party(context.say, party)))
    elif draft is not None and draft.kind == NAME:
        text = companions.ask_name(context.say, person=context.delegate.name)
        await show(update, context, Screen(text, keyboards.close(context.say)))
    else:
        await show_menu(update, context)


async def cancel(update: Update, context: Context) -> None:
    """/cancel: drop what was begun; say how to give a seat back where nothing was."""
    ended = await context.db.run(end_draft, delegate_id=context.delegate.id)
    text = welcome.stopped(context.say) if ended else welcome.nothing_to_cancel(context.say)
    await send(update, context, Screen(text, keyboards.menu(context.say)))


async def close(update: Update, context: Context) -> None:
    """The button that drops what was begun."""
    await context.db.run(end_draft, delegate_id=context.delegate.id)
    await show_menu(update, context, answer=welcome.stopped(context.say))


HANDLERS = [
    CommandHandler("cancel", cancel, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(change_name, ChangeName.pattern()),
    CallbackQueryHandler(close, CloseDraft.pattern()),
    MessageHandler(filters.UpdateType.MESSAGE & filters.TEXT & ~filters.COMMAND, typed),
]
