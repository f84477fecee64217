"""/texts: organizers write what the programme says of a visit or of the congress, in each language."""

from telegram import Message, Update
from telegram.constants import MessageLimit
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import SaveText, ShowText, ShowTexts, UndoText, WriteText
from bot.context import Context
from bot.handlers.fallback import unknown_text
from bot.handlers.old_buttons import answer_old_button
from bot.handlers.organizers import actor, needs, refuse
from bot.language import LANGUAGES
from bot.rules.authority import Right, may_try
from bot.rules.editing import Place, Text, named
from bot.screen import Screen, send, show, tapped
from bot.services import editing as services
from bot.services import editing_facts as facts
from bot.services.authority import NoAuthority
from bot.services.drafts import end_draft
from bot.services.importing import current_congress
from bot.services.organizers import UnknownName
from bot.texts import editing as texts
from bot.texts import organizers as organizer_texts
from bot.texts.markup import plain, units

Outcome = (
    facts.OneText
    | services.Asked
    | services.Proposal
    | services.BadText
    | services.SameText
    | services.Saved
    | services.Meanwhile
    | facts.TextGone
    | NoAuthority
)


@needs(Right.TEXTS)
async def edit_texts(update: Update, context: Context) -> None:
    """/texts [NAME [TEXT [LANGUAGE] [WORDS]]]: what is missing, all texts, one of them, or a new one to be saved."""
    assert update.message is not None
    _, *parts = (update.message.text or "").split(None, 3)
    if not parts:
        await _show_gaps(update, context)
        return
    shown = await context.db.read(facts.read_texts, actor=actor(update), name=parts[0])
    match shown:
        case facts.Texts() if len(parts) == 1:
            await send(update, context, _all_texts(context, shown))
        case facts.Texts():
            await _one_of(update, context, shown, parts[1], parts[2] if len(parts) == 3 else "")
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case UnknownName():
            text = organizer_texts.failure(context.say, shown, congress=context.congress)
            await send(update, context, Screen(f"{text}\n\n{texts.usage(context.say)}"))


async def _show_gaps(update: Update, context: Context) -> None:
    found = await context.db.read(facts.read_gaps, actor=actor(update))
    if isinstance(found, NoAuthority):
        await refuse(update, context, found)
        return
    await send(update, context, Screen(texts.text_gaps(context.say, found), keyboards.text_gaps(context.say, found)))


async def _one_of(update: Update, context: Context, shown: facts.Texts, typed: str, rest: str) -> None:
    """One text of those that are shown: to be looked at, asked for, or with its new words in the same line."""
    text = named(typed, shown.texts)
    if text is None:
        known = tuple(each.typed for each in shown.texts)
        unknown = facts.UnknownText(typed=typed, known=known, name=shown.name)
        await send(update, context, Screen(texts.unknown_text(context.say, unknown)))
        return
    visit_id = 0 if shown.visit is None else shown.visit.id
    word, _, words = rest.partition(" ")
    language, words = (word.lower(), words) if word.lower() in LANGUAGES else ("", rest)
    if not rest:
        outcome: Outcome = await context.db.read(facts.read_text, actor=actor(update), visit_id=visit_id, text=text)
    elif not words.strip():
        outcome = await _ask(update, context, visit_id, text, language)
    else:
        outcome = await context.db.run(
            services.propose_text,
            actor=actor(update),
            delegate_id=context.delegate.id,
            visit_id=visit_id,
            text=text,
            language=language,
            typed=words,
            key=update.update_id,
            now=context.now,
        )
    await _answer(update, context, outcome)


async def take_words(update: Update, context: Context, message: Message) -> None:
    """Take what was typed for the text that is being written."""
    if not may_try(context.person.roles, Right.TEXTS):
        await unknown_text(update, context)
        return
    context.right = Right.TEXTS
    outcome = await context.db.run(
        services.propose_typed,
        actor=actor(update),
        delegate_id=context.delegate.id,
        typed=message.text or "",
        key=update.update_id,
        now=context.now,
    )
    await _answer(update, context, outcome)


@needs(Right.TEXTS)
async def show_texts(update: Update, context: Context) -> None:
    """Show every text of the button's visit, or of the congress."""
    button = ShowTexts.parse(tapped(update))
    found = None
    if button is not None:
        found = await context.db.read(facts.read_texts, actor=actor(update), name=button.name)
    match found:
        case facts.Texts():
            await show(update, context, _all_texts(context, found))
        case NoAuthority() as refused:
            await refuse(update, context, refused)
        case _:
            await answer_old_button(update, context)


@needs(Right.TEXTS)
async def show_text(update: Update, context: Context) -> None:
    """Show one text in each language; in place of a late wish to write it, too."""
    data = tapped(update)
    button = ShowText.parse(data) or WriteText.parse(data)
    text = None if button is None else _text(button)
    if button is None or text is None:
        await answer_old_button(update, context)
        return
    found = await context.db.read(facts.read_text, actor=actor(update), visit_id=button.visit, text=text)
    await _answer(update, context, found)


@needs(Right.TEXTS)
async def write_text(update: Update, context: Context) -> None:
    """Ask for the new text."""
    button = WriteText.parse(tapped(update))
    text = None if button is None else _text(button)
    if button is None or text is None:
        await answer_old_button(update, context)
        return
    await _answer(update, context, await _ask(update, context, button.visit, text, button.language))


@needs(Right.TEXTS)
async def save(update: Update, context: Context) -> None:
    """Save what is shown, unless somebody has changed the text since."""
    button = SaveText.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    outcome = await context.db.run(
        services.save_text,
        actor=actor(update),
        delegate_id=context.delegate.id,
        key=button.key,
        undo_key=update.update_id,
        now=context.now,
        cause=context.cause,
    )
    await _use(context, outcome)
    await _answer(update, context, outcome)


@needs(Right.TEXTS)
async def show_proposal(update: Update, context: Context) -> None:
    """Show once more what would be saved; nothing is."""
    button = SaveText.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    found = await context.db.read(
        services.proposal_of,
        actor=actor(update),
        delegate_id=context.delegate.id,
        key=button.key,
        now=context.now,
    )
    await _answer(update, context, found)


@needs(Right.TEXTS)
async def undo(update: Update, context: Context) -> None:
    """Put the former text back, unless somebody has changed it since."""
    button = UndoText.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    outcome = await context.db.run(
        services.undo_text,
        actor=actor(update),
        key=button.key,
        undo_key=update.update_id,
        now=context.now,
        cause=context.cause,
    )
    await _use(context, outcome)
    await _answer(update, context, outcome)


@needs(Right.TEXTS)
async def show_saved(update: Update, context: Context) -> None:
    """Show the text that the button would take back, as it is now."""
    button = UndoText.parse(tapped(update))
    if button is None:
        await answer_old_button(update, context)
        return
    await _answer(update, context, await context.db.read(services.text_of_save, actor=actor(update), key=button.key))


async def _ask(update: Update, context: Context, visit_id: int, text: Text, language: str) -> Outcome:
    return await context.db.run(
        services.ask_text,
        actor=actor(update),
        delegate_id=context.delegate.id,
        visit_id=visit_id,
        text=text,
        language=language,
        now=context.now,
    )


async def _use(context: Context, outcome: Outcome) -> None:
    """Let this process show the new text at once; the others follow (app.py)."""
    if isinstance(outcome, services.Saved):
        context.house.congress = await context.db.read(current_congress)
        context.house.sender.wake()


async def _answer(update: Update, context: Context, outcome: Outcome) -> None:
    say = context.say
    match outcome:
        case facts.OneText():
            await show(update, context, Screen(texts.one_text(say, outcome), keyboards.one_text(say, outcome)))
        case services.Asked():
            await show(update, context, Screen(texts.asked(say, outcome), keyboards.close(say)))
        case services.Proposal(by=None):
            await _propose(update, context, outcome)
        case services.Proposal():
            screen = Screen(texts.proposed(say, outcome), keyboards.proposed_text(say, outcome))
            await show(update, context, screen, answer=texts.meanwhile_answer(say), alert=True)
        case services.BadText():
            await show(update, context, Screen(texts.bad_text(say, outcome), keyboards.close(say)))
        case services.SameText():
            await show(update, context, Screen(texts.same_text(say, outcome), keyboards.one_text(say, outcome.shown)))
        case services.Saved():
            screen = Screen(texts.saved(say, outcome), keyboards.saved_text(say, outcome))
            await show(update, context, screen, answer=texts.saved_answer(say))
        case services.Meanwhile():
            screen = Screen(texts.not_undone(say, outcome), keyboards.one_text(say, outcome.shown))
            await show(update, context, screen, answer=texts.meanwhile_answer(say), alert=True)
        case facts.TextGone():
            await show(update, context, Screen(texts.gone(say)))
        case NoAuthority() as refused:
            await refuse(update, context, refused)


async def _propose(update: Update, context: Context, shown: services.Proposal) -> None:
    """Show the card as people will see it in each language that changes, then old and new to be saved."""
    screen = Screen(texts.proposed(context.say, shown), keyboards.proposed_text(context.say, shown))
    if update.callback_query is not None:
        await show(update, context, screen)
        return
    languages = [context.house.languages[code] for code in shown.new if code in context.house.languages]
    cards = [texts.as_seen(say, shown, now=context.now) for say in languages]
    if any(units(plain(card)) > MessageLimit.MAX_TEXT_LENGTH for card in cards):
        await context.db.run(end_draft, delegate_id=context.delegate.id)
        await send(update, context, Screen(texts.card_too_long(context.say)))
        return
    for card in cards:
        await send(update, context, Screen(card))
    await send(update, context, screen)


def _all_texts(context: Context, shown: facts.Texts) -> Screen:
    return Screen(texts.all_texts(context.say, shown), keyboards.all_texts(context.say, shown))


def _text(button: ShowText | WriteText) -> Text | None:
    return Text(Place(button.place), button.id, button.field) if button.place in list(Place) else None


HANDLERS = [
    CommandHandler("texts", edit_texts, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(show_texts, ShowTexts.pattern()),
    CallbackQueryHandler(show_text, ShowText.pattern()),
    CallbackQueryHandler(write_text, WriteText.pattern()),
    CallbackQueryHandler(save, SaveText.pattern()),
    CallbackQueryHandler(undo, UndoText.pattern()),
]
