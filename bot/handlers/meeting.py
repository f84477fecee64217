"""Before anything else: who wrote, in which language, and have they agreed to the privacy notice?"""

import logging

from telegram import Chat, ChatMember, Update
from telegram.constants import ChatType, ParseMode
from telegram.error import BadRequest, ChatMigrated, Forbidden
from telegram.ext import ApplicationHandlerStop, ChatMemberHandler, TypeHandler

from bot import buttons, keyboards
from bot.context import Context
from bot.handlers.late import show_instead
from bot.handlers.welcome import show_changed_notice, show_welcome
from bot.language import SOURCE, guess_language
from bot.screen import answer_tap
from bot.services import people
from bot.services.drafts import COMPANIONS, FEEDBACK, NAME, end_draft
from bot.services.finding import HOURS
from bot.services.gifts import GIFT
from bot.services.importing import IMPORT
from bot.services.seating_draft import SEATING
from bot.texts import welcome

_OPEN_TO_ALL = ("/start", "/privacy", "/help", "/language", "/mydata", "/forget")
"""Commands that work before the notice is agreed to; leaving must be as easy as coming."""
_OPEN_BUTTONS = (buttons.PickLanguage, buttons.Agree, buttons.OwnData, buttons.AskForget, buttons.Forget)
_KEEPS_DRAFT = (
    buttons.Book,
    buttons.Replace,
    buttons.Join,
    buttons.JoinKeeping,
    buttons.BringCompanions,
    buttons.DropCompanion,
    buttons.CloseDraft,
    buttons.ShowMap,
    buttons.ShowPass,
    buttons.TakeCalendar,
    buttons.PrintTicket,
    buttons.ShowToDriver,
    buttons.SeatPerson,
    buttons.SeatOn,
    buttons.SeatWheelchair,
    buttons.SeatThem,
    buttons.LetWait,
    buttons.PastRules,
    buttons.ForceThem,
)

log = logging.getLogger(__name__)


async def meet(update: Update, context: Context) -> None:
    """Fill in the context; stop here in groups, before the notice, and for what is neither a tap nor a new message.

    A tap that comes late is answered here too, where it would do more than show something.
    """
    context.now = context.house.clock.now()
    context.cause = f"update/{update.update_id}"
    user, chat = update.effective_user, update.effective_chat
    if user is None or user.is_bot or (update.message is None and update.callback_query is None):
        raise ApplicationHandlerStop
    context.person = await context.db.look_up(people.find_person, telegram_id=user.id, now=context.now)
    delegate = context.person.delegate
    chosen = (delegate.language if delegate else None) or guess_language(user.language_code) or SOURCE
    context.say = context.house.languages[chosen]
    if chat is None or (chat.type == ChatType.PRIVATE and chat.id != user.id):
        # No message of this person's own: no client of Telegram's sends that, and another's card is not to be edited.
        if update.callback_query is not None:
            await answer_tap(update.callback_query, welcome.old_button_answer(context.say))
        raise ApplicationHandlerStop
    is_late = update.update_id in context.bot_data["late"]
    if is_late:
        context.excuse = welcome.old_button_answer(context.say)
    if chat.type != ChatType.PRIVATE:
        await _point_to_private_chat(update, context, chat)
        raise ApplicationHandlerStop
    if delegate is None or delegate.consent != context.congress.privacy.version:
        if not _is_open(update):
            if delegate is None:
                await show_welcome(update, context, then="")
            else:
                await show_changed_notice(update, context)
            raise ApplicationHandlerStop
        if is_late and await show_instead(update, context):
            raise ApplicationHandlerStop
        return
    if delegate.unreachable:
        await context.db.run(people.mark_reachable, telegram_id=user.id, reachable=True, now=context.now)
    if is_late:
        if await show_instead(update, context):
            raise ApplicationHandlerStop
        return
    await _leave_draft(update, context)


async def note_block(update: Update, context: Context) -> None:
    """Remember who blocked the bot, and who is back."""
    change = update.my_chat_member
    if change is not None and change.chat.type == ChatType.PRIVATE:
        await context.db.run(
            people.mark_reachable,
            telegram_id=change.from_user.id,
            reachable=change.new_chat_member.status not in (ChatMember.BANNED, ChatMember.LEFT),
            now=context.house.clock.now(),
        )
    raise ApplicationHandlerStop


def _is_open(update: Update) -> bool:
    query = update.callback_query
    if query is not None:
        return any(button.parse(query.data) is not None for button in _OPEN_BUTTONS)
    return _first_word(update).split("@")[0].lower() in _OPEN_TO_ALL


async def _leave_draft(update: Update, context: Context) -> None:
    """A command, or a button that leads elsewhere, ends a draft that waits for text."""
    draft = context.person.draft
    if draft is None or draft.kind not in (COMPANIONS, FEEDBACK, GIFT, HOURS, IMPORT, NAME, SEATING):
        return
    query, message = update.callback_query, update.message
    if query is not None:
        leads_elsewhere = all(button.parse(query.data) is None for button in _KEEPS_DRAFT)
    else:
        text = (message.text if message else None) or ""
        leads_elsewhere = text.startswith("/") and not text.startswith("/cancel")
    if leads_elsewhere:
        await context.db.run(end_draft, delegate_id=context.delegate.id)


async def _point_to_private_chat(update: Update, context: Context, chat: Chat) -> None:
    """In a group: no personal data, only the way to the private chat, and only when the bot is spoken to."""
    if update.callback_query is not None:
        await answer_tap(update.callback_query, welcome.group_text(context.say))
    elif _is_command_for(_first_word(update), username=context.bot.username):
        try:
            await context.bot.send_message(
                chat.id,
                welcome.group_text(context.say),
                parse_mode=ParseMode.HTML,
                reply_markup=keyboards.private_chat(context.say, username=context.bot.username),
            )
        except (BadRequest, ChatMigrated, Forbidden) as error:  # removed from the group, or not allowed to write there
            log.info("a group could not be answered: %s", type(error).__name__)


def _is_command_for(word: str, *, username: str) -> bool:
    """Say whether this is a command for every bot of a group or for this one."""
    _, at, bot = word.partition("@")
    return word.startswith("/") and (not at or bot.lower() == username.lower())


def _first_word(update: Update) -> str:
    words = (update.message.text or "").split() if update.message is not None else []
    return words[0] if words else ""


MEETING = [
    ChatMemberHandler(note_block, ChatMemberHandler.MY_CHAT_MEMBER),
    TypeHandler(Update, meet),
]
