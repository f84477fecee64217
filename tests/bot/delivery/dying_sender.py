"""A sender in a process of its own, to be killed. Arguments: the database's address, the Bot API's root."""

import asyncio
import sys

from telegram.ext import ExtBot

from bot.clock import Clock
from bot.delivery.gate import Gate
from bot.delivery.letter import Letter
from bot.delivery.pace import Pace
from bot.delivery.sender import Sender
from bot.transport import Transport
from storage.database import Database
from storage.records import Message
from tests.bot.delivery.post import NOON, QUICK
from tests.bot.delivery.telegram_server import TOKEN


async def word(message: Message) -> Letter:
    return Letter(text=message.key)


async def main(url: str, root: str) -> None:
    database = await Database.open(url, migrate=False)
    transport = Transport()
    await transport.initialize()
    pace = Pace(database, per_second=QUICK)
    sender = Sender(
        database=database,
        bot=ExtBot(
            TOKEN,
            base_url=f"{root}/bot",
            request=transport,
            get_updates_request=transport,
            rate_limiter=Gate(pace),
        ),
        pace=pace,
        word=word,
        is_critical=lambda kind: kind == "ticket",
        now=Clock(NOON).now,
    )
    sender.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
