"""One's own data: /mydata sends it, /forget deletes it after a question. Both work without the newest consent too."""

from contextlib import suppress

from telegram import InputFile, Update
from telegram.error import Forbidden
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import AskForget, Forget, OwnData
from bot.context import Context
from bot.documents import own_data as documents
from bot.screen import Screen, answer_tap, patiently, send, show, tapped
from bot.services import own_data as services
from bot.services.forgetting import Forgotten, Leaving, forget, look_at_leaving, receipt_of
from bot.texts import forgetting as texts
from bot.texts import own_data as own_data_texts


async def own_data(update: Update, context: Context) -> None:
    """Send all that is stored about the person: a page to read, and the same as JSON."""
    user = update.effective_user
    assert user is not None
    if update.callback_query is not None:
        await answer_tap(update.callback_query, context.excuse)
    if context.person.delegate is None:
        await send(update, context, Screen(texts.nothing_stored(context.say)))
        return
    found = await context.db.read(
        services.own_data, delegate_id=context.delegate.id, telegram_id=user.id, now=context.now
    )
    page = documents.page(context.say, found, congress=context.congress)
    machine = documents.as_json(found, congress=context.congress)
    caption = own_data_texts.caption(context.say)
    with suppress(Forbidden):  # blocked meanwhile: nobody sees it
        page_file = InputFile(page, filename=documents.PAGE)
        await patiently(lambda: context.bot.send_document(user.id, page_file, caption=caption), again_when_unknown=True)
        json_file = InputFile(machine, filename=documents.JSON)
        await patiently(lambda: context.bot.send_document(user.id, json_file), again_when_unknown=True)


async def ask(update: Update, context: Context) -> None:
    """/forget: say what goes and what stays, and ask."""
    if context.person.delegate is None:
        await show(update, context, Screen(texts.nothing_stored(context.say)))
        return
    assert update.effective_user is not None
    asked = await context.db.read(
        look_at_leaving,
        delegate_id=context.delegate.id,
        telegram_id=update.effective_user.id,
        now=context.now,
    )
    await _ask(update, context, asked, answer=None)


async def _ask(update: Update, context: Context, asked: Leaving, *, answer: str | None) -> None:
    screen = Screen(texts.ask_forget(context.say, asked), keyboards.ask_forget(context.say, key=asked.key))
    await show(update, context, screen, answer=answer)


async def forget_all(update: Update, context: Context) -> None:
    """Delete everything and give the receipt; a repeat gives the same receipt."""
    button = Forget.parse(tapped(update))
    if button is None or context.person.delegate is None:
        await show_left(update, context)
        return
    done = await context.db.run(
        forget,
        delegate_id=context.delegate.id,
        key=button.key,
        congress=context.congress,
        now=context.now,
        cause=context.cause,
        update_id=update.update_id,
    )
    match done:
        case Forgotten():
            context.house.sender.wake()  # freed seats may be offered to the next in line
            await _show_receipt(update, context, done)
        case Leaving():
            await _ask(update, context, done, answer=texts.changed_answer(context.say))
        case None:
            await show_left(update, context)


async def show_left(update: Update, context: Context) -> None:
    """Show what a tap on "delete" has led to: the receipt, or the question where nothing has been deleted."""
    done = await context.db.read(receipt_of, context.cause)
    if done is None:
        await ask(update, context)
    else:
        await _show_receipt(update, context, done)


async def _show_receipt(update: Update, context: Context, done: Forgotten) -> None:
    text = texts.forgotten(context.say, done, congress=context.congress)
    await show(update, context, Screen(text), answer=texts.forgotten_answer(context.say))


_TYPED = filters.UpdateType.MESSAGE
HANDLERS = [
    CommandHandler("mydata", own_data, _TYPED),
    CommandHandler("forget", ask, _TYPED),
    CallbackQueryHandler(own_data, OwnData.pattern()),
    CallbackQueryHandler(ask, AskForget.pattern()),
    CallbackQueryHandler(forget_all, Forget.pattern()),
]
