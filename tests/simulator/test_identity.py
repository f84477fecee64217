"""What the bot says of itself, and which command menu a person sees."""

from typing import Any

import pytest

from tests.phone import Phone
from tests.simulator.conftest import Bot, Dial

PRIVATE = {"type": "all_private_chats"}


def menu(word: str) -> list[dict[str, str]]:
    return [{"command": word, "description": "x"}]


async def words(phone: Phone) -> list[str]:
    return [command.command for command in await phone.commands()]


async def test_the_menu_is_looked_up_from_the_chat_to_the_default(bot: Bot, dial: Dial) -> None:
    dana = await dial(7, language_code="kk-KZ")
    chat = {"type": "chat", "chat_id": 7}
    lists: list[dict[str, Any]] = [
        {},
        {"language_code": "kk"},
        {"scope": PRIVATE},
        {"scope": PRIVATE, "language_code": "kk"},
        {"scope": chat},
        {"scope": chat, "language_code": "kk"},
    ]
    for number, place in enumerate(lists):
        await bot("setMyCommands", commands=menu(f"menu{number}"), **place)
        assert await words(dana) == [f"menu{number}"]
        assert await bot("getMyCommands", **place) == menu(f"menu{number}")
    for number in range(len(lists) - 1, -1, -1):
        assert await words(dana) == [f"menu{number}"]
        await bot("deleteMyCommands", **lists[number])
    assert await words(dana) == []


async def test_a_menu_for_all_private_chats_hides_a_default_one_in_the_language(bot: Bot, dial: Dial) -> None:
    vera = await dial(7, language_code="ru")
    await bot("setMyCommands", commands=menu("russian"), language_code="ru")
    await bot("setMyCommands", commands=menu("private"), scope=PRIVATE)
    assert await words(vera) == ["private"]


async def test_new_commands_are_news_for_the_phone(bot: Bot, aliya: Phone) -> None:
    await aliya.look()
    before = aliya.version
    await bot("setMyCommands", commands=menu("start"))
    await aliya.look(wait=10)
    assert aliya.version > before


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        ({"commands": "{"}, "can't parse commands JSON object"),
        ({"commands": {"command": "x"}}, "expected an Array of BotCommand"),
        ({"commands": [{"command": "x"}]}, 'can\'t parse BotCommand: Can\'t find field "description"'),
        ({"commands": menu("Start")}, "BOT_COMMAND_INVALID"),
        ({"commands": menu("x" * 33)}, "BOT_COMMAND_INVALID"),
        ({"commands": [{"command": "x", "description": "x" * 257}]}, "BOT_COMMAND_DESCRIPTION_INVALID"),
        ({"commands": menu("x") * 101}, "BOT_COMMANDS_TOO_MUCH"),
        ({"commands": menu("x"), "language_code": "eng"}, "invalid language code specified"),
        ({"commands": menu("x"), "scope": {"type": "planet"}},
         "can't parse BotCommandScope: Unsupported type specified"),
        ({"commands": menu("x"), "scope": {"type": "chat", "chat_id": 99}}, "chat not found"),
    ],
)  # fmt: skip
async def test_refused_commands(bot: Bot, aliya: Phone, arguments: dict[str, Any], refusal: str) -> None:
    assert await bot.refused("setMyCommands", **arguments) == f"Bad Request: {refusal}"


@pytest.mark.parametrize(
    ("method", "field", "longest"),
    [("Name", "name", 64), ("Description", "description", 512), ("ShortDescription", "short_description", 120)],
)
async def test_names_and_descriptions_speak_the_readers_language(
    bot: Bot, dial: Dial, method: str, field: str, longest: int
) -> None:
    vera, emma = await dial(7, language_code="ru"), await dial(8, language_code="en")
    await bot(f"setMy{method}", **{field: "Visits"})
    await bot(f"setMy{method}", **{field: "Визиты"}, language_code="ru")
    assert getattr(await vera.bot(), field) == "Визиты"
    assert getattr(await emma.bot(), field) == "Visits"
    assert await bot(f"getMy{method}", language_code="ru") == {field: "Визиты"}
    assert "too long" in await bot.refused(f"setMy{method}", **{field: "x" * (longest + 1)})
    await bot(f"setMy{method}", **{field: ""}, language_code="ru")
    assert getattr(await vera.bot(), field) == "Visits"


async def test_the_menu_button_of_a_chat_is_its_own(bot: Bot, aliya: Phone) -> None:
    await bot("setChatMenuButton", menu_button={"type": "commands"})
    assert await bot("getChatMenuButton", chat_id=7) == {"type": "commands"}
    app = {"type": "web_app", "text": "x", "web_app": {"url": "https://example.org"}}
    await bot("setChatMenuButton", chat_id=7, menu_button=app)
    assert await bot("getChatMenuButton", chat_id=7) == app
    assert await bot("getChatMenuButton") == {"type": "commands"}


async def test_a_renamed_person_is_renamed_everywhere(bot: Bot, aliya: Phone) -> None:
    await bot("sendMessage", chat_id=7, text="x")
    await Phone.create(bot.simulator.url, id=7, first_name="Dana", session=bot.session)
    assert (await bot("getChat", chat_id=7))["first_name"] == "Dana"
    assert (await bot("editMessageText", chat_id=7, message_id=2, text="y"))["chat"]["first_name"] == "Dana"
