"""The list of registered people comes as a CSV file by /import; /number says whose number a delegate's is."""

import asyncio
from contextlib import suppress

from telegram import Document, InputFile, Message, Update
from telegram.error import Forbidden
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import ApplyList, AskNumber
from bot.context import Context
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right
from bot.rules.registered import ListFault
from bot.screen import Screen, send, show, tapped
from bot.services import registered as services
from bot.services.authority import NoAuthority
from bot.services.importing import LARGEST_FILE, ImportGone, KeptFile
from bot.services.registered import (
    ListImported,
    NumberIsYours,
    NumberRefused,
    SameList,
    ShownList,
    UnderstoodList,
    understand_list,
)
from bot.texts import importing as file_texts
from bot.texts import registered as texts


async def take_list(update: Update, context: Context, document: Document) -> None:
    """Look at a list that an organizer has sent, and show what it would change."""
    assert update.effective_user is not None
    read = await _read(context, document.file_id)
    if not isinstance(read, UnderstoodList):
        await _refuse(update, context, read)
        return
    shown = await context.db.run(
        services.show_list,
        actor=update.effective_user.id,
        delegate_id=context.delegate.id,
        understood=read,
        file_id=document.file_id,
        name=(document.file_name or "")[-60:],
        key=update.update_id,
        now=context.now,
    )
    await _show(update, context, shown, key=update.update_id)


@needs(Right.IMPORT)
async def apply_list(update: Update, context: Context) -> None:
    """Apply the list that was shown, unless it would do something else by now."""
    await _answer_tap(update, context, act=True)


@needs(Right.IMPORT)
async def show_list(update: Update, context: Context) -> None:
    """Show what the list of this card would change by now; nothing is applied."""
    await _answer_tap(update, context, act=False)


async def _answer_tap(update: Update, context: Context, *, act: bool) -> None:
    query, button = update.callback_query, ApplyList.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    actor = query.from_user.id
    kept = await context.db.read(
        services.kept_list,
        actor=actor,
        delegate_id=context.delegate.id,
        key=button.key,
        now=context.now,
        cause=context.cause,
    )
    if not isinstance(kept, KeptFile):
        await _show(update, context, kept, key=button.key)
        return
    read = await _read(context, kept.file_id)
    if not isinstance(read, UnderstoodList) or read.digest != kept.digest:
        await _show(update, context, ImportGone(), key=button.key)
        return
    done: ListImported | ShownList | SameList | NoAuthority
    if act:
        done = await context.db.run(
            services.import_list,
            actor=actor,
            understood=read,
            seen=button.seen,
            now=context.now,
            cause=context.cause,
        )
    else:
        done = await context.db.read(services.look_again_at_list, actor=actor, understood=read)
    await _show(update, context, done, key=button.key)


async def _show(
    update: Update,
    context: Context,
    outcome: ShownList | ListImported | SameList | ImportGone | NoAuthority,
    *,
    key: int,
) -> None:
    say = context.say
    match outcome:
        case ShownList(difference=difference):
            keyboard = keyboards.people_list(say, key=key, seen=difference.fingerprint)
            answer = file_texts.changed_answer(say) if outcome.changed else None
            await show(
                update, context, Screen(texts.shown(say, outcome), keyboard), answer=answer, alert=outcome.changed
            )
        case ListImported():
            await show(update, context, Screen(texts.imported(say, outcome)))
        case SameList():
            await show(update, context, Screen(texts.same(say)))
        case ImportGone():
            await show(update, context, Screen(file_texts.import_gone(say)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


async def _refuse(update: Update, context: Context, faults: tuple[ListFault, ...] | None) -> None:
    """Say what is wrong with a list; where many things are, all of them in a file of their own."""
    if faults is None:
        await send(update, context, Screen(file_texts.too_large(context.say)))
        return
    await send(update, context, Screen(texts.faults(context.say, faults)))
    if len(faults) > texts.MOST_FAULTS:
        assert update.effective_user is not None
        report = InputFile(texts.report(context.say, faults).encode(), filename="faults.txt")
        with suppress(Forbidden):
            await context.bot.send_document(update.effective_user.id, report)


async def _read(context: Context, file_id: str) -> UnderstoodList | tuple[ListFault, ...] | None:
    """Fetch a list from Telegram and read it beside the event loop; None for one that is too large after all."""
    file = await context.bot.get_file(file_id)
    if (file.file_size or 0) > LARGEST_FILE:
        return None
    content = bytes(await file.download_as_bytearray())
    return None if len(content) > LARGEST_FILE else await asyncio.to_thread(understand_list, content)


async def number(update: Update, context: Context) -> None:
    """/number NUMBER: whose number it is; without one, it is asked for."""
    if context.args:
        await _say_number(update, context, " ".join(context.args))
    else:
        await ask_number(update, context)


async def ask_number(update: Update, context: Context) -> None:
    """Ask for the registration number."""
    await context.db.run(services.begin_number, delegate_id=context.delegate.id, now=context.now)
    await show(update, context, Screen(texts.ask_number(context.say), keyboards.close(context.say)))


async def take_number(update: Update, context: Context, message: Message) -> None:
    """Take the typed words as the number that was asked for."""
    await _say_number(update, context, message.text or "")


async def _say_number(update: Update, context: Context, typed: str) -> None:
    say, congress = context.say, context.congress
    said = await context.db.run(
        services.say_number, delegate_id=context.delegate.id, typed=typed, now=context.now, cause=context.cause
    )
    match said:
        case NumberIsYours():
            screen = Screen(texts.number_is_yours(say, said), keyboards.menu(say))
        case NumberRefused():
            screen = Screen(texts.number_refused(say, said, congress=congress), keyboards.close(say))
        case _:
            screen = Screen(texts.too_many_numbers(say, congress=congress), keyboards.menu(say))
    await send(update, context, screen)


HANDLERS = [
    CommandHandler("number", number, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(ask_number, AskNumber.pattern()),
    CallbackQueryHandler(apply_list, ApplyList.pattern()),
]
