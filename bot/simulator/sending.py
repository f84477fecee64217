"""The methods that put a message into a chat."""

import time

from bot.simulator.arguments import Arguments
from bot.simulator.chats import Chat
from bot.simulator.errors import bad_request
from bot.simulator.files import LARGEST_PHOTO, picture_size
from bot.simulator.keyboards import read_keyboard
from bot.simulator.markup import Marked, read_html, read_plain
from bot.simulator.messages import NO_TEXT, Message
from bot.simulator.wire import Json
from bot.simulator.world import World

LONGEST_TEXT = 4096  # characters after parsing [Bot API: sendMessage]
LONGEST_CAPTION = 1024  # characters after parsing [Bot API: sendDocument]
LONGEST_RAW = 1 << 15  # bytes before parsing [tdlib/telegram-bot-api: get_formatted_text]
ACTIONS = frozenset((
    "typing", "upload_photo", "record_video", "upload_video", "record_voice", "upload_voice",
    "upload_document", "choose_sticker", "find_location", "record_video_note", "upload_video_note", "cancel",
))  # fmt: skip


def read_words(args: Arguments, name: str, *, entities: str) -> Marked:
    """Text or caption of a call with its entities. Refuses what cannot be parsed; Markdown is not spoken here."""
    raw = args.text(name)
    if len(raw) * 4 > LONGEST_RAW and len(raw.encode()) > LONGEST_RAW:
        raise bad_request("text is too long")
    mode = args.text("parse_mode").lower()
    if mode == "html":
        return read_html(raw)
    if mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    if entities not in args.values:
        return read_plain(raw)
    given = args.json(entities, refusal="can't parse entities JSON object")
    if given is not None and not _are_entities(given):
        raise bad_request("can't parse MessageEntity")
    return read_plain(raw, entities=given)


def _are_entities(given: object) -> bool:
    return isinstance(given, list) and all(
        isinstance(e, dict)
        and isinstance(e.get("type"), str)
        and type(e.get("offset")) is int
        and type(e.get("length")) is int
        and all(isinstance(e[name], str) for name in ("url", "language") if name in e)
        for e in given
    )


def read_text(args: Arguments, *, too_long: str) -> Marked:
    """The text of a message: 1-4096 characters after parsing."""
    if not args.text("text"):
        raise bad_request("message text is empty")
    marked = read_words(args, "text", entities="entities")
    if not marked.text:
        raise bad_request("text must be non-empty")
    if len(marked.text) > LONGEST_TEXT:
        raise bad_request(too_long)
    return marked


def read_caption(args: Arguments) -> Marked:
    """The caption of a document or photo: 0-1024 characters after parsing."""
    if not args.text("caption"):
        return NO_TEXT
    marked = read_words(args, "caption", entities="caption_entities")
    if len(marked.text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return marked


async def send_message(world: World, args: Arguments) -> str:
    """sendMessage."""
    marked = read_text(args, too_long="message is too long")
    chat = world.chat(args.text("chat_id"))
    return _put(world, chat, args, kind="text", marked=marked)


async def send_document(world: World, args: Arguments) -> str:
    """sendDocument: an upload or the file_id of one."""
    marked = read_caption(args)
    chat = world.writable(world.chat(args.text("chat_id")))
    file = world.files.read(args, "document")
    document: Json = {"file_name": file.name, "mime_type": file.mime_type, **file.wire()}
    return _put(world, chat, args, kind="document", marked=marked, media={"document": document})


async def send_photo(world: World, args: Arguments) -> str:
    """sendPhoto: a PNG, JPEG or GIF up to 10 MB; width and height together up to 10,000, ratio up to 20."""
    marked = read_caption(args)
    chat = world.writable(world.chat(args.text("chat_id")))
    file = world.files.read(args, "photo")
    if len(file.content) > LARGEST_PHOTO:
        raise bad_request("file is too big for a photo")
    size = picture_size(file.content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if not (width and height) or width + height > 10_000 or max(size) > 20 * min(size):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    photo = {**file.wire(), "width": width, "height": height}
    return _put(world, chat, args, kind="photo", marked=marked, media={"photo": [photo]}, phone_media={"photo": photo})


async def send_location(world: World, args: Arguments) -> str:
    """sendLocation."""
    media: Json = {"location": _location(args)}
    return _put(world, world.chat(args.text("chat_id")), args, kind="location", media=media)


async def send_venue(world: World, args: Arguments) -> str:
    """sendVenue: a place with title and address; the message carries the location twice, as Telegram's does."""
    location = _location(args)
    for name in ("title", "address"):
        if not args.text(name).strip():
            raise bad_request(f"VENUE_{name.upper()}_EMPTY")
    venue = {"location": location, "title": args.text("title"), "address": args.text("address")}
    media: Json = {"location": location, "venue": venue}
    return _put(world, world.chat(args.text("chat_id")), args, kind="venue", media=media)


async def send_chat_action(world: World, args: Arguments) -> str:
    """sendChatAction: checked and forgotten."""
    if args.text("action").lower() not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    world.writable(world.chat(args.text("chat_id")))
    return "true"


def _location(args: Arguments) -> Json:
    place: Json = {}
    for name, most in (("latitude", 90), ("longitude", 180)):
        if not args.text(name).strip():
            raise bad_request(f"{name} is empty")
        value = args.number(name)
        if value is None or not -most <= value <= most:
            raise bad_request("wrong location specified")
        place[name] = value
    return place


def _put(
    world: World,
    chat: Chat,
    args: Arguments,
    *,
    kind: str,
    marked: Marked = NO_TEXT,
    media: Json | None = None,
    phone_media: Json | None = None,
) -> str:
    """A new message of the bot at the end of the chat; its JSON."""
    keyboard = read_keyboard(args, private=chat.is_private)
    world.writable(chat)
    media = media or {}
    if "reply_parameters" in args.values or "reply_to_message_id" in args.values:
        media |= _reply(args, chat)
    message = Message(
        chat=chat,
        message_id=world.new_message_id(),
        sender=world.profile.user(),
        from_bot=True,
        date=int(time.time()),
        kind=kind,
        marked=marked,
        media=media,
        phone_media=media if phone_media is None else phone_media,
        keyboard=keyboard,
        fixed=keyboard is not None and keyboard.kind != "inline",
    )
    return chat.add(message).wire()


def _reply(args: Arguments, chat: Chat) -> Json:
    """The message replied to, if it is there. Refuses one that is gone, unless the call allows that."""
    given = args.json("reply_parameters", refusal="can't parse reply parameters JSON object")
    if isinstance(given, dict):
        message_id, allowed = given.get("message_id"), given.get("allow_sending_without_reply")
    else:
        message_id, allowed = args.integer("reply_to_message_id"), args.flag("allow_sending_without_reply")
    found = chat.message(message_id) if isinstance(message_id, int) else None
    if found is None:
        if message_id and not allowed:
            raise bad_request("message to be replied not found")
        return {}
    place = {"id": chat.chat_id, "type": chat.kind, **chat.shown_names}
    return {"reply_to_message": {"message_id": found.message_id, "date": found.date, "chat": place}}
