"""How the bot shows itself in Telegram: names, descriptions, and each role's commands in each language.

Telegram limits these calls hard, so at start only what differs is set (facts/telegram.md, "Identity of the bot").
"""

import logging
from collections.abc import Awaitable, Callable, Iterable, Sequence

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, BotCommandScopeChat
from telegram.error import BadRequest, TelegramError

from bot.context import Context
from bot.language import SOURCE, Language, Languages, guess_language
from bot.texts import profile
from storage.records import Congress, Role

log = logging.getLogger(__name__)

Commands = Sequence[tuple[str, str]]


async def present(
    bot: Bot,
    *,
    languages: Languages,
    congress: Congress,
    crew: Iterable[tuple[int, str, frozenset[Role]]],
    former: Iterable[tuple[int, str]] = (),
) -> None:
    """Bring name, descriptions and commands up to date: for everybody in each language, for the crew in their own.

    `crew` are (Telegram id, language, roles), `former` (Telegram id, language) of those who have none any more: their
    menu is a delegate's again. An owner who never wrote to the bot gets theirs when they do.
    """
    for code, say in languages.items():
        shown_for = None if code == SOURCE else code
        await _present_in(bot, say, congress, shown_for)
        await _set_commands(bot, profile.delegate_commands(say), BotCommandScopeAllPrivateChats(), shown_for)
    for telegram_id, code, roles in crew:
        await show_commands(bot, telegram_id, languages[code], roles)
    for telegram_id, code in former:
        await _for_one(bot, telegram_id, profile.delegate_commands(languages[code]))


async def follow_language(context: Context, *, phone: str | None, chosen_again: bool) -> None:
    """List the commands of one chat in the chosen language and for the person's role.

    Most chats need nothing: the phone's own language is the chosen one and the role is a delegate's. Who has chosen
    before may have a list of their own in the language of then.
    """
    delegate = context.delegate
    assert delegate.telegram_id is not None
    is_own_list = chosen_again or (guess_language(phone) or SOURCE) != context.say.code
    if is_own_list or context.person.roles:
        await show_commands(context.bot, delegate.telegram_id, context.say, context.person.roles)


async def show_commands(bot: Bot, telegram_id: int, say: Language, roles: frozenset[Role]) -> None:
    """List in one chat the commands of these roles; at once, where a role came or went."""
    commands = profile.crew_commands(say, roles) if roles else profile.delegate_commands(say)
    await _for_one(bot, telegram_id, commands)


async def _present_in(bot: Bot, say: Language, congress: Congress, code: str | None) -> None:
    wanted = profile.bot_name(say)
    if (await bot.get_my_name(code)).name != wanted:
        await _try("name", lambda: bot.set_my_name(wanted, code))
    text = profile.description(say, congress)
    if (await bot.get_my_description(code)).description != text:
        await _try("description", lambda: bot.set_my_description(text, code))
    short = profile.short_description(say)
    if (await bot.get_my_short_description(code)).short_description != short:
        await _try("short description", lambda: bot.set_my_short_description(short, code))


async def _for_one(bot: Bot, telegram_id: int, commands: Commands) -> None:
    try:
        await _set_commands(bot, commands, BotCommandScopeChat(telegram_id), None)
    except BadRequest as error:  # "chat not found": they have not written yet
        log.info("commands of one chat not set: %s", error.message)
    except TelegramError as error:
        log.warning("commands of one chat not set: %s", type(error).__name__)


async def _set_commands(
    bot: Bot, commands: Commands, scope: BotCommandScopeAllPrivateChats | BotCommandScopeChat, code: str | None
) -> None:
    wanted = tuple(BotCommand(command, text) for command, text in commands)
    if tuple(await bot.get_my_commands(scope, code)) != wanted:
        await bot.set_my_commands(wanted, scope, code)


async def _try(what: str, call: Callable[[], Awaitable[bool]]) -> None:
    """A name can be changed a few times a day only; the old one does until tomorrow."""
    try:
        await call()
    except TelegramError as error:
        log.warning("the bot's %s could not be set: %s", what, type(error).__name__)
