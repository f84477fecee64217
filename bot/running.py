"""One process from its first line to its exit code: start, wait for a signal, leave within 10 s."""

import asyncio
import gc
import logging
import os
import signal
import sys

from bot import health
from bot.app import App
from bot.logs import check_logging, set_up_logging
from bot.settings import BadSettings, Settings
from bot.starting import BadProgramme, CannotStart
from storage.database import Database, NoDatabase, UnknownDatabase
from storage.programme_file import format_faults
from storage.schema import NewerSchema
from storage.seal import UnreadableSeal
from storage.sqlite import FileInUse

log = logging.getLogger(__name__)

_REFUSALS = (CannotStart, FileInUse, NewerSchema, NoDatabase, UnreadableSeal, UnknownDatabase, BadSettings)
_HARD_STOP_SECONDS = 9.5
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def prepare_logging(settings: Settings, *, level: int | str | None = None) -> None:
    """Log to stderr without secrets, from BOT_LOG_LEVEL on where no level is given.

    A self-test shows it before anything is logged.
    """
    secrets = [*settings.keys]
    if settings.webhook_secret is not None:
        secrets.append(settings.webhook_secret.get_secret_value())
    token = settings.token.get_secret_value()
    set_up_logging(token=token, secrets=secrets, level=level or settings.log_level)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    check_logging(token=token, secrets=secrets)


async def run(app: App) -> int:
    """Run until SIGTERM or SIGINT; return the exit code, with which the process ends. More signals change nothing."""
    ended, loop = asyncio.Event(), asyncio.get_running_loop()

    # Not loop.add_signal_handler: the loop takes its handlers back as it closes, and a second SIGTERM that comes
    # while the interpreter still tidies up would end the process with -15.
    def leave(*_: object) -> None:
        _hear_no_more()  # first: handlers nest, and a storm of signals would end in a RecursionError
        loop.call_soon_threadsafe(ended.set)

    for number in _SIGNALS:
        signal.signal(number, leave)
    try:
        return await _run_until(ended, app)
    finally:
        _hear_no_more()


def _hear_no_more() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)


async def _run_until(ended: asyncio.Event, app: App) -> int:
    starting = asyncio.create_task(app.start())
    waiting = asyncio.create_task(ended.wait())
    await asyncio.wait({starting, waiting}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():  # stopped while Telegram was away
        starting.cancel()
        await asyncio.gather(starting, return_exceptions=True)
        return 0
    try:
        await starting
    except _REFUSALS as refusal:
        waiting.cancel()
        tell(refusal)
        return 2
    settle_memory()
    heart = asyncio.create_task(
        health.beat(app.settings.database_url, is_well=lambda: not app.house.sender.token_refused)
    )
    await waiting
    heart.cancel()
    log.info("stopping")
    watchdog = asyncio.get_running_loop().call_later(_HARD_STOP_SECONDS, _leave_now)
    await app.stop()
    watchdog.cancel()
    log.info("stopped")
    return 0


def settle_memory() -> None:
    """Let the garbage collector pass over what was made at start, and look less often: a tenth of a tap's cost."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


async def migrate(settings: Settings) -> int:
    """Bring the tables to this version."""
    try:
        database = await Database.open(settings.database_url, keys=settings.keys)
    except _REFUSALS as refusal:
        tell(refusal)
        return 2
    await database.close()
    return 0


def tell(refusal: Exception) -> None:
    """Say on stderr why the bot does not start, without a traceback."""
    print(refusal, file=sys.stderr)
    if isinstance(refusal, BadProgramme):
        print(format_faults(refusal.faults), file=sys.stderr)


def _leave_now() -> None:
    """Everything that matters is in the database; what hangs must not keep the process."""
    log.error("something hangs; leaving without it")
    logging.shutdown()
    os._exit(0)
