"""The methods that change a message that is there: edit, delete, pin."""

import time

from bot.simulator.arguments import Arguments
from bot.simulator.chats import Chat
from bot.simulator.errors import bad_request
from bot.simulator.keyboards import Keyboard, read_keyboard
from bot.simulator.markup import Marked
from bot.simulator.messages import WITH_CAPTION, Message
from bot.simulator.sending import read_caption, read_text
from bot.simulator.world import World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same as a current "
    "content and reply markup of the message"
)


async def edit_message_text(world: World, args: Arguments) -> str:
    """editMessageText: new words; the keyboard goes unless the call brings one."""
    marked = read_text(args, too_long="MESSAGE_TOO_LONG")
    chat, keyboard = _chat_and_keyboard(world, args)
    message = _editable(chat, args)
    if message.kind in WITH_CAPTION:
        raise bad_request("there is no text in the message to edit")
    if message.kind != "text":
        raise bad_request("message can't be edited")
    return _change(world, message, marked=marked, keyboard=keyboard)


async def edit_message_caption(world: World, args: Arguments) -> str:
    """editMessageCaption: a new caption, or none."""
    marked = read_caption(args)
    chat, keyboard = _chat_and_keyboard(world, args)
    message = _editable(chat, args)
    if message.kind == "text":
        raise bad_request("there is no caption in the message to edit")
    if message.kind not in WITH_CAPTION:
        raise bad_request("message can't be edited")
    return _change(world, message, marked=marked, keyboard=keyboard)


async def edit_message_reply_markup(world: World, args: Arguments) -> str:
    """editMessageReplyMarkup: another keyboard, or none."""
    chat, keyboard = _chat_and_keyboard(world, args)
    message = _editable(chat, args)
    return _change(world, message, marked=message.marked, keyboard=keyboard)


async def delete_message(world: World, args: Arguments) -> str:
    """deleteMessage: the bot's own, and anybody's in a private chat. The 48 hours are not counted."""
    chat = world.chat(args.text("chat_id"))
    message = _find(chat, args, name="message to delete")
    if not (message.from_bot or chat.is_private):
        raise bad_request("message can't be deleted")
    message.deleted = True
    chat.changed(message)
    return "true"


async def pin_chat_message(world: World, args: Arguments) -> str:
    """pinChatMessage."""
    chat = world.writable(world.chat(args.text("chat_id")))
    return _pin(_find(chat, args, name="message to pin"), pinned=True)


async def unpin_chat_message(world: World, args: Arguments) -> str:
    """unpinChatMessage: the named message, else the one pinned last."""
    chat = world.writable(world.chat(args.text("chat_id")))
    if "message_id" in args.values:
        return _pin(_find(chat, args, name="message to unpin"), pinned=False)
    pinned = [message for message in chat.messages.values() if message.pinned and not message.deleted]
    if not pinned:
        raise bad_request("message to unpin not found")
    return _pin(pinned[-1], pinned=False)


def _pin(message: Message, *, pinned: bool) -> str:
    if message.pinned != pinned:
        message.pinned = pinned
        message.chat.changed(message)
    return "true"


def _find(chat: Chat, args: Arguments, *, name: str) -> Message:
    message_id = args.integer("message_id")
    if message_id <= 0:
        raise bad_request("message identifier is not specified")
    message = chat.message(message_id)
    if message is None:
        raise bad_request(f"{name} not found")
    return message


def _chat_and_keyboard(world: World, args: Arguments) -> tuple[Chat, Keyboard | None]:
    if not args.text("chat_id") and args.text("inline_message_id"):
        raise bad_request("MESSAGE_ID_INVALID")
    chat = world.chat(args.text("chat_id"))
    return chat, read_keyboard(args, private=chat.is_private)


def _editable(chat: Chat, args: Arguments) -> Message:
    message = _find(chat, args, name="message to edit")
    if not message.from_bot or message.fixed:
        raise bad_request("message can't be edited")
    return message


def _change(world: World, message: Message, *, marked: Marked, keyboard: Keyboard | None) -> str:
    if keyboard is not None and keyboard.kind != "inline":
        raise bad_request("inline keyboard expected")
    # Whether a block also forbids edits is not documented; the stricter reading is taken.
    world.writable(message.chat)
    if message.marked == marked and message.keyboard == keyboard:
        raise bad_request(NOT_MODIFIED)
    message.marked = marked
    message.keyboard = keyboard
    message.edit_date = int(time.time())
    message.chat.changed(message)
    return message.wire()
