"""The methods by which the bot introduces itself: names, descriptions, commands, menu button, chats, files."""

import re
from typing import Any

from bot.simulator.arguments import Arguments
from bot.simulator.errors import bad_request
from bot.simulator.files import LARGEST_DOWNLOAD
from bot.simulator.keyboards import check_link
from bot.simulator.wire import Json, dumps
from bot.simulator.world import World

MOST_COMMANDS = 100
COMMAND = re.compile(r"[a-z0-9_]{1,32}")
LONGEST_COMMAND_DESCRIPTION = 256
LONGEST_NAME, LONGEST_DESCRIPTION, LONGEST_SHORT = 64, 512, 120  # characters [Bot API: setMyName ...]


async def get_me(world: World, args: Arguments) -> str:
    """getMe."""
    return dumps(
        world.profile.me()
        | {
            "can_join_groups": True,
            "can_read_all_group_messages": False,
            "supports_inline_queries": False,
            "can_connect_to_business": False,
            "has_main_web_app": False,
        }
    )


async def set_my_name(world: World, args: Arguments) -> str:
    """setMyName: up to 64 characters."""
    return _set(world, args, "name", world.profile.names, longest=LONGEST_NAME)


async def get_my_name(world: World, args: Arguments) -> str:
    """getMyName: of the language, else of all, else the first one."""
    return dumps({"name": world.profile.name(_language(args))})


async def set_my_description(world: World, args: Arguments) -> str:
    """setMyDescription: up to 512 characters."""
    return _set(world, args, "description", world.profile.descriptions, longest=LONGEST_DESCRIPTION)


async def get_my_description(world: World, args: Arguments) -> str:
    """getMyDescription: of exactly this language."""
    return dumps({"description": world.profile.descriptions.get(_language(args), "")})


async def set_my_short_description(world: World, args: Arguments) -> str:
    """setMyShortDescription: up to 120 characters."""
    return _set(world, args, "short_description", world.profile.short_descriptions, longest=LONGEST_SHORT)


async def get_my_short_description(world: World, args: Arguments) -> str:
    """getMyShortDescription: of exactly this language."""
    return dumps({"short_description": world.profile.short_descriptions.get(_language(args), "")})


def _set(world: World, args: Arguments, name: str, kept: dict[str, str], *, longest: int) -> str:
    language, value = _language(args), args.text(name).strip()
    if len(value) > longest:
        raise bad_request(f"bot {name.replace('_', ' ')} is too long")
    if value:
        kept[language] = value
    else:
        kept.pop(language, None)
    world.profile_changed()
    return "true"


def _language(args: Arguments) -> str:
    language = args.text("language_code")
    if language and not re.fullmatch(r"[a-z]{2}", language):
        raise bad_request("invalid language code specified")
    return language


async def set_my_commands(world: World, args: Arguments) -> str:
    """setMyCommands: at most 100, of 1-32 letters a-z0-9_, described in 1-256 characters."""
    scope, language = _scope(world, args), _language(args)
    given = args.json("commands", refusal="can't parse commands JSON object") or []
    if not isinstance(given, list):
        raise bad_request("expected an Array of BotCommand")
    if len(given) > MOST_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    commands = [_command(command) for command in given]
    if commands:
        world.profile.commands[scope, language] = commands
    else:
        world.profile.commands.pop((scope, language), None)
    world.profile_changed()
    return "true"


async def get_my_commands(world: World, args: Arguments) -> str:
    """getMyCommands: the list of exactly this scope and language."""
    return dumps(world.profile.commands.get((_scope(world, args), _language(args)), []))


async def delete_my_commands(world: World, args: Arguments) -> str:
    """deleteMyCommands."""
    world.profile.commands.pop((_scope(world, args), _language(args)), None)
    world.profile_changed()
    return "true"


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("can't parse BotCommand: expected an Object")
    for name in ("command", "description"):
        if not isinstance(command.get(name), str):
            raise bad_request(f"can't parse BotCommand: Can't find field \"{name}\"")
    word = command["command"].removeprefix("/")
    if not COMMAND.fullmatch(word):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(command["description"].strip()) <= LONGEST_COMMAND_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": word, "description": command["description"].strip()}


def _scope(world: World, args: Arguments) -> str:
    scope = args.json("scope", refusal="can't parse BotCommandScope JSON object")
    if scope is None:
        return "default"
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind in ("default", "all_private_chats", "all_group_chats", "all_chat_administrators"):
        return str(kind)
    if kind not in ("chat", "chat_administrators", "chat_member"):
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    chat = world.chat(str(scope.get("chat_id") or ""))
    if kind == "chat":
        return f"chat:{chat.chat_id}"
    if chat.is_private:
        raise bad_request("can't use specified scope in private chats")
    member = f":{scope.get('user_id')}" if kind == "chat_member" else ""
    return f"{kind}:{chat.chat_id}{member}"


async def set_chat_menu_button(world: World, args: Arguments) -> str:
    """setChatMenuButton: for one private chat, or for all."""
    button = args.json("menu_button", refusal="can't parse menu button JSON object") or {"type": "default"}
    kind = button.get("type") if isinstance(button, dict) else None
    if kind not in ("default", "commands", "web_app"):
        raise bad_request("can't parse menu button: MenuButton has unsupported type")
    if kind == "web_app":
        app = button.get("web_app")
        url = str(app.get("url", "")) if isinstance(app, dict) else ""
        if not url.startswith("https://"):
            raise bad_request(f"menu button Web App URL '{url}' is invalid: Only HTTPS links are allowed")
        check_link(url, place="menu button Web App URL")
    world.profile.menu_buttons[_private_chat_id(world, args)] = button
    return "true"


async def get_chat_menu_button(world: World, args: Arguments) -> str:
    """getChatMenuButton: of the chat, else of all."""
    buttons = world.profile.menu_buttons
    common = buttons.get(0, {"type": "default"})
    return dumps(buttons.get(_private_chat_id(world, args), common))


def _private_chat_id(world: World, args: Arguments) -> int:
    if not args.text("chat_id"):
        return 0
    chat = world.chat(args.text("chat_id"))
    if not chat.is_private:
        raise bad_request("menu button can be set only in private chats")
    return chat.chat_id


async def get_chat(world: World, args: Arguments) -> str:
    """getChat."""
    chat = world.chat(args.text("chat_id"))
    gifts = dict.fromkeys(
        ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), True
    )
    full: Json = {"id": chat.chat_id, "type": chat.kind, **chat.shown_names}
    return dumps(full | {"accent_color_id": 0, "max_reaction_count": 11, "accepted_gift_types": gifts})


async def get_file(world: World, args: Arguments) -> str:
    """getFile: up to 20 MB."""
    file = world.files.find(args.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    if len(file.content) > LARGEST_DOWNLOAD:
        raise bad_request("file is too big")
    return dumps({**file.wire(), "file_path": file.path})


async def agree(world: World, args: Arguments) -> str:
    """close and logOut: nothing to do here."""
    return "true"
