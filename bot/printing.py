"""What an operator prints beside the bot: a poster for each visit, as the database knows it now."""

import asyncio
import re
import sys
from pathlib import Path

from telegram import Bot
from telegram.error import TelegramError

from bot.clock import real_now
from bot.language import load_languages
from bot.rules.agenda import is_coming
from bot.services.visits import listed_visits
from bot.settings import Settings, parse_clock
from bot.transport import Transport
from storage import congress as congress_table
from storage import schema
from storage.database import Database, NoDatabase, UnknownDatabase
from storage.schema import NewerSchema

_USERNAME = re.compile(r"@?([A-Za-z0-9_]{4,32})")


async def print_posters(settings: Settings, file: Path, *, username: str | None) -> int:
    """Write the posters of all visits still to come: 0, or 2 with the reason. The bot may run meanwhile."""
    from bot.documents.posters import posters  # fpdf and segno, which nothing else here needs

    if file.suffix.lower() != ".pdf":
        return _refuse(f"{file} is not called .pdf; write such as posters.pdf")
    name = None if username is None else _USERNAME.fullmatch(username)
    if username is not None and name is None:
        return _refuse(f"{username!r} is no bot's username; write such as library_visits_bot")
    try:
        database = await Database.open_beside(settings.database_url)
        try:
            if await database.read(schema.revision_of) != schema.newest():
                raise NoDatabase("the database is of another version than this one; run python -m bot migrate first")
            visits = await database.read(listed_visits)
            if not visits:
                raise NoDatabase("the database holds no visit yet")
            congress = await database.read(congress_table.read)
        finally:
            await database.close()
        called = name.group(1) if name else await _ask_username(settings)
        now = real_now() if settings.clock is None else parse_clock(settings.clock)[0]
        coming = [visit for visit in visits if is_coming(visit, now=now)]
        if not coming:
            return _refuse("no visit is still to come, so there is nothing to print")
        content = posters(coming, languages=load_languages(congress.zone), congress=congress, username=called)
        await asyncio.to_thread(file.write_bytes, content)
    except (NoDatabase, UnknownDatabase, NewerSchema) as refusal:
        return _refuse(f"{refusal}; the bot writes its programme there at its first start")
    except TelegramError as error:
        return _refuse(
            f"Telegram does not say what the bot is called ({type(error).__name__}); give it: --username NAME"
        )
    except OSError as problem:
        return _refuse(f"{file} cannot be written ({problem.strerror})")
    print(f"{file}: {len(coming)} posters of @{called}, a page each.")
    return 0


async def _ask_username(settings: Settings) -> str:
    bot = Bot(settings.token.get_secret_value(), base_url=f"{settings.api_url}/bot", request=Transport())
    async with bot:
        return bot.username


def _refuse(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 2
