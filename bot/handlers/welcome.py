"""The beginning and what is always at hand: /start, the notice, /language, /help, /privacy, the menu."""

from telegram import Update
from telegram.ext import CallbackQueryHandler, CommandHandler, filters

from bot import keyboards
from bot.buttons import Agree, ChooseLanguage, Menu, PickLanguage, SetLanguage
from bot.context import Context
from bot.handlers.crew import join as join_crew
from bot.handlers.gifts import show_present
from bot.handlers.passes import open_pass
from bot.handlers.visits import show_visit_by_key
from bot.language import LANGUAGES, guess_language
from bot.profile import follow_language
from bot.rules.links import FROM_A_GROUP, GIFT, INVITATION, read_payload
from bot.rules.passes import PREFIX
from bot.screen import Screen, answer_tap, send, show, tapped
from bot.services import people
from bot.texts import stopping, welcome


async def start(update: Update, context: Context) -> None:
    """Greet, or show what a link names: visit, ticket, seat given away, crew; after /stop let everything come again.

    Strangers see picker or notice first.
    """
    written = context.args[0] if context.args else ""
    if written.startswith(PREFIX) and _has_agreed(context):
        await open_pass(update, context, written)
        return
    then = read_payload(written) if written else ""
    if not _has_agreed(context):
        await show_welcome(update, context, then=then or "")
        return
    if context.delegate.stopped and not context.args:
        await context.db.run(people.resume_messages, delegate_id=context.delegate.id)
        await send(update, context, Screen(stopping.resumed(context.say), keyboards.menu(context.say)))
        return
    await _begin(update, context, then=then, answer=None)


async def show_welcome(update: Update, context: Context, *, then: str) -> None:
    """Show the notice in the phone's language, or the picker when the bot does not speak that."""
    assert update.effective_user is not None
    known = context.person.delegate.language if context.person.delegate else None
    code = known or guess_language(update.effective_user.language_code)
    if code is None:
        await show(update, context, Screen(welcome.picker(context.congress), keyboards.picker(then=then)))
        return
    await _show_notice(update, context, language=code, then=then)


async def pick_language(update: Update, context: Context) -> None:
    """Show the notice in the language picked; nothing is stored yet."""
    button = PickLanguage.parse(tapped(update))
    if button is None or button.language not in LANGUAGES:
        await show_welcome(update, context, then="")
        return
    await _show_notice(update, context, language=button.language, then=button.then)


async def _show_notice(update: Update, context: Context, *, language: str, then: str) -> None:
    say = context.house.languages[language]
    worded = welcome.notice if context.person.delegate is None else welcome.changed_notice
    await show(update, context, Screen(worded(say, context.congress), keyboards.notice(say, then=then)))


async def show_changed_notice(update: Update, context: Context) -> None:
    """Ask somebody who agreed to an earlier notice to read the new one; the card they tapped stays as it is."""
    say = context.say
    if update.callback_query is not None:
        await answer_tap(update.callback_query, welcome.changed_notice_answer(say))
    text = welcome.changed_notice(say, context.congress)
    await send(update, context, Screen(text, keyboards.notice(say, then="")))


async def agree(update: Update, context: Context) -> None:
    """Store consent, language and name, then go where the person wanted to."""
    button = Agree.parse(tapped(update))
    user = update.effective_user
    if button is None or button.language not in LANGUAGES or user is None:
        await show_welcome(update, context, then="")
        return
    known = context.person.delegate
    delegate = await context.db.run(
        people.agree,
        telegram_id=user.id,
        name=user.full_name,
        language=button.language,
        notice=context.congress.privacy.version,
        now=context.now,
    )
    context.person = people.Person(delegate=delegate, roles=context.person.roles)
    context.say = context.house.languages[button.language]
    await _begin(update, context, then=button.then, answer=None)
    await follow_language(context, phone=user.language_code, chosen_again=known is not None)


async def show_where_they_were(update: Update, context: Context) -> None:
    """Show the notice again, or to who has agreed where they wanted to go; nothing is agreed to."""
    button = Agree.parse(tapped(update))
    then = "" if button is None else button.then
    if _has_agreed(context):
        await _begin(update, context, then=then, answer=None)
    else:
        await show_welcome(update, context, then=then)


async def _begin(update: Update, context: Context, *, then: str | None, answer: str | None) -> None:
    """Show the visit or the seat of a link, else the menu; one that leads nowhere (None: nor ever could) is told so."""
    if then is not None and then.startswith(INVITATION):
        await join_crew(update, context, token=then.removeprefix(INVITATION))
        return
    if then is not None and then.startswith(GIFT):
        await show_present(update, context, token=then.removeprefix(GIFT))
        return
    if then and await show_visit_by_key(update, context, key=then):
        return
    text = welcome.greeting(context.say, context.congress, person=context.delegate.name)
    if then not in ("", FROM_A_GROUP):
        text = f"{welcome.link_leads_nowhere(context.say)}\n\n{text}"
    await show(update, context, Screen(text, keyboards.menu(context.say)), answer=answer)


async def language(update: Update, context: Context) -> None:
    """Offer the languages; before the notice the picker does."""
    if not _has_agreed(context):
        await send(update, context, Screen(welcome.picker(context.congress), keyboards.picker(then="")))
        return
    await show(update, context, Screen(welcome.choose_language(context.say), keyboards.languages(context.say)))


async def set_language(update: Update, context: Context) -> None:
    """Store the language for everything to come."""
    button = SetLanguage.parse(tapped(update))
    if button is None or button.language not in LANGUAGES:
        await show_menu(update, context)
        return
    await context.db.run(
        people.choose_language, delegate_id=context.delegate.id, language=button.language, now=context.now
    )
    context.house.sender.wake()  # tickets in the chat are edited
    context.say = context.house.languages[button.language]
    done = welcome.language_set_answer(context.say)
    screen = Screen(f"{done}\n\n{welcome.menu(context.say, context.congress)}", keyboards.menu(context.say))
    await show(update, context, screen, answer=done)
    assert update.effective_user is not None
    await follow_language(context, phone=update.effective_user.language_code, chosen_again=True)


async def help_(update: Update, context: Context) -> None:
    """Say in short what the bot can do, organizers' commands for organizers."""
    text = welcome.help_text(context.say, context.congress, roles=context.person.roles)
    keyboard = keyboards.menu(context.say) if _has_agreed(context) else None
    await send(update, context, Screen(text, keyboard))


async def privacy(update: Update, context: Context) -> None:
    """Show the whole privacy notice; who has not agreed yet can agree right under it."""
    keyboard = keyboards.privacy(context.say) if _has_agreed(context) else keyboards.notice(context.say, then="")
    await show(update, context, Screen(welcome.privacy(context.say, context.congress), keyboard))


async def show_menu(update: Update, context: Context, *, answer: str | None = None) -> None:
    """Show the main menu on the card."""
    screen = Screen(welcome.menu(context.say, context.congress), keyboards.menu(context.say))
    await show(update, context, screen, answer=answer)


async def menu(update: Update, context: Context) -> None:
    """The menu button."""
    await show_menu(update, context)


def _has_agreed(context: Context) -> bool:
    delegate = context.person.delegate
    return delegate is not None and delegate.consent == context.congress.privacy.version


HANDLERS = [
    CommandHandler("start", start, filters.UpdateType.MESSAGE),
    CommandHandler("help", help_, filters.UpdateType.MESSAGE),
    CommandHandler("privacy", privacy, filters.UpdateType.MESSAGE),
    CommandHandler("language", language, filters.UpdateType.MESSAGE),
    CallbackQueryHandler(pick_language, PickLanguage.pattern()),
    CallbackQueryHandler(agree, Agree.pattern()),
    CallbackQueryHandler(language, ChooseLanguage.pattern()),
    CallbackQueryHandler(set_language, SetLanguage.pattern()),
    CallbackQueryHandler(menu, Menu.pattern()),
]
