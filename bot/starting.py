"""What is found out at a start, before anybody is answered: a faulty event file, old zone data, a port that is taken.

What must not run does not start; what only is to be known is said in one line of the log.
"""

import asyncio
import hashlib
import logging
from datetime import datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from starlette.applications import Starlette

from bot.rules.retention import due
from bot.services.programme import Harmful, apply_programme
from bot.services.programme_changes import SEATS, Harm
from bot.settings import Address, Settings
from bot.web import HttpServer
from storage import congress as congress_table
from storage.database import Database
from storage.programme_file import Fault, ProgrammeFile, read_programme
from storage.records import Congress
from storage.resealing import some_lie_readable

log = logging.getLogger(__name__)


class CannotStart(Exception):
    """The bot must not run like this; the message says why and the mend, a line each."""


class BadProgramme(CannotStart):
    """The event file has faults."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__(f"{len(faults)} faults in the event file; python -m bot check FILE names them")
        self.faults = faults


class HarmfulProgramme(CannotStart):
    """The changed event file would harm people who are booked."""

    def __init__(self, harms: tuple[Harm, ...]) -> None:
        lines = [f"{harm.subject}: {harm.change}, but {harm.seats} seats are taken" for harm in harms]
        if any(harm.field == SEATS for harm in harms):
            lines.append(
                "for smaller buses start with the old file and send the new one to the bot: it plans who leaves"
            )
        super().__init__("\n".join(["the changed event file would harm booked people; nothing was applied:", *lines]))
        self.harms = harms


async def load_congress(db: Database, path: Path, *, now: datetime) -> Congress:
    """Apply the event file and return the congress. Raise BadProgramme or HarmfulProgramme; then nothing changed."""
    try:
        text = await asyncio.to_thread(path.read_text, "utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise CannotStart(f"the event file {path} cannot be read ({problem}); mend BOT_PROGRAMME or the file") from None
    file = read_programme(text, source=path.name)
    if not isinstance(file, ProgrammeFile):
        raise BadProgramme(file)
    digest = hashlib.sha256(text.encode()).hexdigest()
    outcome = await db.run(apply_programme, file=file, digest=digest, now=now)
    if isinstance(outcome, Harmful):
        raise HarmfulProgramme(outcome.harms)
    return await db.read(congress_table.read)


def check_zone(congress: Congress) -> None:
    """Raise CannotStart when this machine's zone data is wrong for the congress's day.

    Asia/Almaty is +05:00 since 2024-03-01; zone data older than 2024a is an hour off.
    """
    try:
        zone = ZoneInfo(congress.zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise CannotStart(f"this machine knows no zone {congress.zone}; install the package tzdata") from None
    noon = datetime.combine(congress.visits_on, time(12), tzinfo=zone)
    offset = noon.utcoffset() or timedelta()
    if offset != congress.utc_offset:
        raise CannotStart(
            f"this machine's zone data gives {congress.zone} {_hours(offset)} on {congress.visits_on}, the programme "
            f"{_hours(congress.utc_offset)}; update tzdata, or set PYTHONTZPATH= (empty) so that the package wins"
        )


def _hours(offset: timedelta) -> str:
    minutes = int(offset.total_seconds() // 60)
    return f"{'+' if minutes >= 0 else '-'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


async def tell_of_data(db: Database, *, settings: Settings, congress: Congress, now: datetime) -> None:
    """Say in one line what lies readable at rest, if anything does; and that nobody is kept any more."""
    if due(congress.privacy, now=now, zone=ZoneInfo(congress.zone)).everything:
        log.warning(
            "retention_until (%s) has come: whoever agrees from now on is forgotten at once; "
            "for another congress set BOT_PROGRAMME",
            congress.privacy.retention_until,
        )
    if not settings.keys:
        log.warning(
            "BOT_DATA_KEY is not set: names and what people write lie readable in the database and its backups; "
            "make a key (.env.example shows how), then run python -m bot reseal"
        )
    elif await db.read(some_lie_readable):
        log.warning("names from before BOT_DATA_KEY was set lie readable: run python -m bot reseal")


def listen(app: Starlette, address: Address, *, variable: str) -> HttpServer:
    """Take the port that the setting names. Raise CannotStart where it is not to be had."""
    try:
        return HttpServer(app, address)
    except OSError as error:
        host, port = address
        raise CannotStart(f"{variable}: {host}:{port} cannot be listened at ({error.strerror})") from None
