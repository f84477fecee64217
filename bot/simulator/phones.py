"""The phone side: what people do, and what they see. Its routes are under /sim/phones and /sim/groups."""

import re
import time

from bot.simulator.arguments import Upload
from bot.simulator.chats import Chat
from bot.simulator.errors import Refused, bad_request
from bot.simulator.markup import read_plain
from bot.simulator.messages import Message
from bot.simulator.wire import Json, dumps
from bot.simulator.world import World

LONGEST_WAIT = 60.0  # seconds a question may stay open
NAMES = ("first_name", "last_name", "username", "language_code")
FOR_BOTS = re.compile(r"/[A-Za-z0-9_]+(?:@(\w+))?")


def person(world: World, chat_id: int) -> Chat:
    """The phone with this id, or 404."""
    chat = world.chats.get(chat_id)
    if chat is None or not chat.is_private:
        raise Refused(404, "Not Found: no such phone")
    return chat


def group(world: World, chat_id: int) -> Chat:
    """The group with this id, or 404."""
    chat = world.chats.get(chat_id)
    if chat is None or chat.is_private:
        raise Refused(404, "Not Found: no such group")
    return chat


def put_phone(world: World, asked: Json) -> Json:
    """A phone with this id and these names; one that is there gets the names."""
    chat_id = _whole(asked, "id")
    if not 0 < chat_id < 1 << 52:
        raise bad_request("id must be a positive whole number of at most 52 bits")
    names = {name: str(asked[name]) for name in NAMES if asked.get(name)}
    if "first_name" not in names:
        raise bad_request("first_name is empty")
    chat = world.chats.get(chat_id)
    if chat is None:
        chat = world.chats[chat_id] = Chat(chat_id=chat_id, kind="private", names=names)
    elif chat.names != names:
        chat.rename(names)
    return phone_view(chat)


def phone_view(chat: Chat) -> Json:
    """Who a phone belongs to."""
    return {"id": chat.chat_id, **chat.names, "blocked": chat.blocked, "started": chat.started}


def put_group(world: World, asked: Json) -> Json:
    """A group with this id, title and members; making one tells the bot that its first member added it."""
    chat_id = _whole(asked, "id")
    members = asked.get("members") or []
    if chat_id >= 0 or not asked.get("title") or not isinstance(members, list):
        raise bad_request("a group has an id below 0, a title and members")
    people = [person(world, member) for member in members]
    kind = "supergroup" if str(chat_id).startswith("-100") else "group"
    chat = world.chats.get(chat_id)
    if chat is None:
        chat = world.chats[chat_id] = Chat(
            chat_id=chat_id, kind=kind, names={"title": str(asked["title"])}, started=True
        )
        if people:
            world.tell_membership(chat, person=people[0], before="left", after="member")
    else:
        chat.rename({"title": str(asked["title"])})
    chat.members = set(members)
    return {"id": chat_id, "title": chat.names["title"], "members": members}


def see(world: World, chat: Chat, *, since: int, only_changes: bool) -> str:
    """JSON of the chat as its person sees it now. With `only_changes`, only messages and alerts newer than
    `since`: that costs what changed, not what the chat holds."""
    if only_changes:
        messages = sorted(chat.changed_since(since), key=lambda message: message.message_id)
        alerts = [alert.view() for alert in chat.alerts if alert.version > since]
    else:
        messages = list(chat.messages.values())
        alerts = [alert.view() for alert in chat.alerts]
    now = time.monotonic()
    language = str(chat.names.get("language_code", ""))[:2]
    rest = {
        "phone": phone_view(chat),
        "alerts": alerts,
        "commands": world.profile.commands_in(chat.chat_id, language=language),
        "bot": world.profile.seen_in(language),
        "blocked": chat.blocked,
        "pending": [query for query in chat.pending if world.queries.is_waiting(query, now=now)],
    }
    listed = ",".join(message.view() for message in messages)
    return f'{{"version":{chat.version},"messages":[{listed}],{dumps(rest)[1:]}'


def send_text(world: World, chat: Chat, author: Chat, asked: Json) -> Json:
    """A person writes a text. In a group the bot hears only what privacy mode lets through."""
    text = asked.get("text")
    if not isinstance(text, str) or not text.strip():
        raise bad_request("text is empty")
    marked = read_plain(text)
    if len(marked.text) > 4096:
        raise bad_request("text is too long")
    return _write(world, chat, author, Message(
        chat=chat, message_id=world.new_message_id(), sender=author.user, from_bot=False,
        date=int(time.time()), marked=marked,
    ))  # fmt: skip


def send_document(world: World, chat: Chat, upload: Upload, *, caption: str) -> Json:
    """A person sends a file."""
    file = world.files.store(upload)
    document: Json = {"file_name": file.name, "mime_type": file.mime_type, **file.wire()}
    media: Json = {"document": document}
    return _write(world, chat, chat, Message(
        chat=chat, message_id=world.new_message_id(), sender=chat.user, from_bot=False,
        date=int(time.time()), kind="document", marked=read_plain(caption), media=media, phone_media=media,
    ))  # fmt: skip


def _write(world: World, chat: Chat, author: Chat, message: Message) -> Json:
    if chat.blocked:
        raise bad_request("the bot is blocked by this phone" if chat.is_private else "the bot is not in this group")
    chat.started = True
    if chat.is_private or _is_for_bot(message.marked.text, username=world.profile.username):
        world.send_to_bot(message)
    else:
        chat.add(message)
    return {"message_id": message.message_id, "chat_id": chat.chat_id, "from": author.chat_id}


def _is_for_bot(text: str, *, username: str) -> bool:
    """Privacy mode: a command for every bot or for this one [Bot features: privacy mode]."""
    found = FOR_BOTS.match(text)
    return found is not None and (found[1] is None or found[1].lower() == username.lower())


async def tap(world: World, author: Chat, asked: Json) -> Json:
    """A person presses a button and, with `wait`, waits so many seconds for the bot's answer.

    Refuses data that stands on no button of that message, as Telegram's servers do, unless `forge` is set:
    then the update comes as if from a client that makes up its own.
    """
    chat = world.chats.get(asked.get("chat_id", author.chat_id))
    data, message_id = asked.get("data"), _whole(asked, "message_id")
    if not isinstance(data, str) or not 1 <= len(data.encode()) <= 64:
        raise bad_request("data must be 1-64 bytes")
    if chat is None or (chat is not author and author.chat_id not in chat.members):
        raise bad_request("this phone is not in that chat")
    message = chat.message(message_id)
    if not asked.get("forge"):
        if message is None:
            raise bad_request("message not found")
        if data not in message.inline_data:
            raise bad_request("no button of this message sends that data")
        if author.blocked:
            raise bad_request("the bot is blocked by this phone")
    query = world.queries.open(author, now=time.monotonic())
    author.wake()
    if message is not None:
        shown = message.wire()
    else:
        shown = f'{{"chat":{chat.wire},"message_id":{message_id},"date":0}}'
    world.updates.add(
        "callback_query",
        f'{{"id":"{query.query_id}","from":{author.user},"message":{shown},'
        f'"chat_instance":"{chat.chat_id * 7919}","data":{dumps(data)}}}',
        lane=("tap", author.chat_id),
    )
    answer = await query.wait(seconds=min(float(asked.get("wait") or 0), LONGEST_WAIT))
    return {"query_id": query.query_id, "answer": answer}


def block(world: World, chat: Chat, *, blocked: bool) -> Json:
    """A person blocks or unblocks the bot; it is told when that changes something."""
    if chat.blocked != blocked:
        chat.blocked = blocked
        before, after = ("member", "kicked") if blocked else ("kicked", "member")
        world.tell_membership(chat, person=chat, before=before, after=after)
        chat.wake()
    return phone_view(chat)


def delete(chat: Chat, asked: Json) -> Json:
    """A person deletes a message for both sides."""
    message = chat.message(_whole(asked, "message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    message.deleted = True
    chat.changed(message)
    return {"ok": True}


def _whole(asked: Json, name: str) -> int:
    value = asked.get(name)
    if type(value) is not int:
        raise bad_request(f"{name} must be a whole number")
    return value
