"""/export and /import: the event file leaves as it stands, comes back, is looked at, and is applied with a tap."""

import asyncio
from contextlib import suppress

from telegram import Document, InputFile, Message, Update
from telegram.error import Forbidden
from telegram.ext import CallbackQueryHandler, CommandHandler, MessageHandler, filters

from bot import keyboards
from bot.buttons import ApplyImport
from bot.context import Context
from bot.handlers import registered
from bot.handlers.acts import preview
from bot.handlers.fallback import unknown_text
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import needs, refuse
from bot.rules.authority import Right, may_try
from bot.screen import Screen, send, show, tapped
from bot.services import importing as services
from bot.services.authority import NoAuthority
from bot.services.import_acts import arguments_of
from bot.services.importing import (
    IMPORT,
    LARGEST_FILE,
    Export,
    Faults,
    Imported,
    ImportGone,
    KeptFile,
    NoText,
    NothingNew,
    OtherZone,
    Shown,
    Understood,
    understand,
)
from bot.texts import importing as texts


@needs(Right.EXPORT)
async def export(update: Update, context: Context) -> None:
    """Send the event file as it stands now."""
    assert update.effective_user is not None
    given = await context.db.read(services.export_programme, actor=update.effective_user.id, now=context.now)
    if not isinstance(given, Export):
        await unknown_text(update, context)
        return
    file = InputFile(given.text.encode(), filename=f"{given.congress_id}.toml")
    with suppress(Forbidden):
        await context.bot.send_document(
            update.effective_user.id, file, caption=texts.export_caption(context.say, given)
        )


@needs(Right.IMPORT)
async def ask_file(update: Update, context: Context) -> None:
    """/import: wait for the event file."""
    await context.db.run(services.begin_import, delegate_id=context.delegate.id, now=context.now)
    await send(update, context, Screen(texts.ask_file(context.say), keyboards.close(context.say)))


async def ask_again(update: Update, context: Context, message: Message) -> None:
    """Ask again for the file when words come instead."""
    await send(update, context, Screen(texts.ask_file(context.say), keyboards.close(context.say)))


async def take_file(update: Update, context: Context) -> None:
    """Look at a document: an organizer's event file or list of people at any time, any file when one was asked for."""
    message, draft = update.message, context.person.draft
    assert message is not None
    document = message.document
    named = document is not None and (document.file_name or "").lower().endswith((".toml", ".csv"))
    asked = draft is not None and draft.kind == IMPORT
    if document is None or not may_try(context.person.roles, Right.IMPORT) or not (named or asked):
        await unknown_text(update, context)
        return
    if not named:
        await send(update, context, Screen(texts.not_toml(context.say), keyboards.close(context.say)))
        return
    if (document.file_size or 0) > LARGEST_FILE:
        await send(update, context, Screen(texts.too_large(context.say)))
        return
    context.right = Right.IMPORT
    if (document.file_name or "").lower().endswith(".csv"):
        await registered.take_list(update, context, document)
        return
    read = await _read(context, document.file_id, name=_name(document))
    if not isinstance(read, Understood):
        await _refuse(update, context, read)
        return
    shown = await context.db.run(
        services.show_import,
        actor=message.chat.id,
        delegate_id=context.delegate.id,
        understood=read,
        file_id=document.file_id,
        name=_name(document),
        key=update.update_id,
        now=context.now,
    )
    await _show(update, context, shown, read=read, name=_name(document), key=update.update_id)


@needs(Right.IMPORT)
async def apply(update: Update, context: Context) -> None:
    """Apply the file that was shown, unless it would do something else by now."""
    await _answer_tap(update, context, act=True)


@needs(Right.IMPORT)
async def show_import(update: Update, context: Context) -> None:
    """Show what the file of this card would change by now; nothing is applied."""
    await _answer_tap(update, context, act=False)


async def _answer_tap(update: Update, context: Context, *, act: bool) -> None:
    query, button = update.callback_query, ApplyImport.parse(tapped(update))
    if query is None or button is None:
        await answer_old_button(update, context)
        return
    actor = query.from_user.id
    kept = await context.db.read(
        services.kept_import,
        actor=actor,
        delegate_id=context.delegate.id,
        key=button.key,
        now=context.now,
        cause=context.cause,
    )
    if not isinstance(kept, KeptFile):
        await _show(update, context, kept, key=button.key)
        return
    read = await _read(context, kept.file_id, name=kept.name)
    if not isinstance(read, Understood) or read.digest != kept.digest:
        await _show(update, context, ImportGone(), key=button.key)
        return
    if act:
        done = await context.db.run(
            services.import_programme,
            actor=actor,
            understood=read,
            seen=button.seen,
            now=context.now,
            cause=context.cause,
        )
    else:
        done = await context.db.read(services.look_again, actor=actor, understood=read)
    if isinstance(done, Imported):
        context.house.congress = await context.db.read(services.current_congress)
        context.house.sender.wake()
    await _show(update, context, done, read=read, name=kept.name, key=button.key)


async def _show_plan(update: Update, context: Context, shown: Shown, read: Understood, *, name: str) -> None:
    """Show what the file changes and, below, the act of applying it: people have to leave buses that get smaller."""
    compared, say = shown.comparison, context.say
    await preview(
        update,
        context,
        kind=Right.IMPORT,
        name=name,
        arguments=arguments_of(read.file.model_dump(mode="json"), compared, digest=read.digest, name=name),
        above=Screen(texts.comparison(say, compared)),
        answer=texts.changed_answer(say) if shown.changed else None,
    )


async def _show(
    update: Update,
    context: Context,
    outcome: Shown | Imported | NothingNew | OtherZone | ImportGone | NoAuthority,
    *,
    key: int,
    read: Understood | None = None,
    name: str = "",
) -> None:
    say = context.say
    match outcome:
        case Shown(comparison=compared) if read is not None and compared.can_be_planned:
            await _show_plan(update, context, outcome, read, name=name)
        case Shown(comparison=compared):
            keyboard = None if compared.harms else keyboards.imported_file(say, key=key, seen=compared.fingerprint)
            answer = texts.changed_answer(say) if outcome.changed else None
            screen = Screen(texts.comparison(say, compared), keyboard)
            await show(update, context, screen, answer=answer, alert=outcome.changed)
        case Imported():
            await show(update, context, Screen(texts.imported(say, outcome)))
        case NothingNew():
            await show(update, context, Screen(texts.nothing_new(say)))
        case OtherZone():
            await show(update, context, Screen(texts.other_zone(say, outcome)))
        case ImportGone():
            await show(update, context, Screen(texts.import_gone(say)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


async def _refuse(update: Update, context: Context, why: NoText | Faults | None) -> None:
    """Say what is wrong with a file; where many things are, all of them in a file of their own."""
    match why:
        case Faults():
            await send(update, context, Screen(texts.faults(context.say, why)))
            if len(why.faults) > texts.MOST_FAULTS:
                every = texts.all_faults(context.say, why).encode()
                assert update.effective_user is not None
                with suppress(Forbidden):
                    await context.bot.send_document(update.effective_user.id, InputFile(every, filename="faults.txt"))
        case NoText():
            await send(update, context, Screen(texts.no_text(context.say)))
        case None:
            await send(update, context, Screen(texts.too_large(context.say)))


async def _read(context: Context, file_id: str, *, name: str) -> Understood | NoText | Faults | None:
    """Fetch a file from Telegram and read it beside the event loop; None for one that is too large after all."""
    file = await context.bot.get_file(file_id)
    if (file.file_size or 0) > LARGEST_FILE:
        return None
    content = bytes(await file.download_as_bytearray())
    return None if len(content) > LARGEST_FILE else await asyncio.to_thread(understand, content, source=name)


def _name(document: Document) -> str:
    return (document.file_name or "")[-60:]


HANDLERS = [
    CommandHandler("export", export, filters.UpdateType.MESSAGE),
    CommandHandler("import", ask_file, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(apply, ApplyImport.pattern()),
    MessageHandler(filters.UpdateType.MESSAGE & filters.Document.ALL, take_file),
]
