"""In a group nothing is told and nothing done: commands, texts, buttons get the way to the private chat, or none."""

from dataclasses import dataclass
from typing import Any

import pytest
from telegram.ext import CommandHandler

from bot import handlers
from bot.buttons import Button
from bot.texts import welcome
from tests.house import Running
from tests.journeys.scenes import LANGUAGES, booking_of, callbacks, plain, settled, visits_held, words_of
from tests.journeys.test_unknown import GROUP
from tests.phone import Phone

COMMANDS = sorted({name for each in handlers.ALL if isinstance(each, CommandHandler) for name in each.commands})
TEXTS = (
    "where is my bus",
    "менің автобусым қайда",
    "Nazarbayev",
    "10-13:30",
    "help",
    "/my@{bot}",
    "/start@{bot} v_nab-am",
)
ARGUMENTS = ("", " nab-am", " v_nab-am", " Emma", " nab-am 15", " all hello")


@dataclass(kw_only=True)
class Told:
    """All that a group can see and a tap is answered with."""

    texts: set[str]
    links: set[str]
    answers: set[str]


async def everything_in_the_group(running: Running, phone: Phone, cards: list[Any]) -> Told:
    """Send every command with several arguments, every text, and press every button of these cards and every kind."""
    bot = (await phone.bot()).username
    said = [f"/{command}{rest}" for command in COMMANDS for rest in ARGUMENTS] + [
        text.format(bot=bot) for text in TEXTS
    ]
    for begin in range(0, len(said), 15):  # of one person 20 may wait
        for text in said[begin : begin + 15]:
            await running.telegram.send_in_group(GROUP, author=phone, text=text)
        await settled(phone)
    data = {each for card in cards for each in callbacks(card)}
    data |= {f"{kind.prefix}:1:1:1" for kind in Button.__subclasses__()} | {
        kind.prefix for kind in Button.__subclasses__()
    }
    target = (await running.telegram.see_group(GROUP))[-1].message_id
    answers = set()
    for each in sorted(data):
        body = {"chat_id": GROUP, "message_id": target, "data": each, "forge": True, "wait": 10}
        tapped = await phone.ask("POST", f"/phones/{phone.id}/tap", json=body)
        answers.add(tapped["answer"]["text"])
    await settled(phone)
    seen = [message for message in await running.telegram.see_group(GROUP) if message.from_bot]
    return Told(
        texts={message.text for message in seen},
        links={str(button.url or button.data) for message in seen for button in message.buttons},
        answers=answers,
    )


@pytest.mark.parametrize("code", LANGUAGES)
async def test_no_command_text_or_button_in_a_group_tells_or_does_anything(quick_house: Running, code: str) -> None:
    group_text = welcome.group_text(words_of(quick_house, code))
    emma = await quick_house.delegate("Emma", language=code)
    owner = await quick_house.organizer(language=code)
    ticket = await quick_house.book(emma, "nab-am")
    card = await quick_house.card(emma, "nu-am")
    before = await booking_of(quick_house, emma)
    await quick_house.telegram.group(GROUP, title="Delegates", members=[emma, owner])
    bot = (await emma.bot()).username
    for phone in (emma, owner):
        told = await everything_in_the_group(quick_house, phone, [ticket, card])
        assert told.texts == {plain(group_text)}
        assert told.links == {f"https://t.me/{bot}?start=group"}
        assert told.answers == {group_text}
    assert await booking_of(quick_house, emma) == before
    assert await visits_held(quick_house, emma) == ["nab-am"]
