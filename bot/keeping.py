"""What an operator does with a database: back it up, restore it, audit it, seal it anew. Exit codes as everywhere."""

import sys
from datetime import datetime
from pathlib import Path

from bot.clock import real_now
from bot.services.auditing import find_deviations
from bot.settings import Settings, parse_clock
from storage import schema
from storage.backup import CannotBackUp, Receipt, write_backup
from storage.database import Database, NoDatabase, UnknownDatabase
from storage.raw_rows import PROCESS_TABLES
from storage.resealing import CannotReseal, Progress
from storage.resealing import reseal as reseal_values
from storage.restoring import CannotRestore, Restored, restore_backup
from storage.schema import BrokenReferences, NewerSchema
from storage.seal import Seal, UnreadableSeal
from storage.sqlite import FileInUse

_REFUSALS = (
    *(CannotBackUp, CannotReseal, CannotRestore, BrokenReferences, FileInUse, NewerSchema, NoDatabase, UnknownDatabase),
    UnreadableSeal,
)


async def back_up(settings: Settings, file: Path) -> int:
    """Write a backup and print what it holds: 0, or 2 with the reason. The bot may run meanwhile."""
    try:
        database = await Database.open_beside(settings.database_url)
        try:
            receipt = await write_backup(database, file, now=real_now())
        finally:
            await database.close()
    except _REFUSALS as refusal:
        return _refuse(refusal)
    print(f"{file}: {_describe(receipt)}; read back and whole. Only you can read it: keep it so.")
    _print_rows(receipt)
    print(f"  without {', '.join(sorted(PROCESS_TABLES))}: they belong to the processes that run now")
    return 0


async def restore(settings: Settings, file: Path, *, silent: bool) -> int:
    """Fill an empty database from a backup and print what came back: 0, or 2 with the reason and nothing changed."""
    try:
        restored = await restore_backup(
            settings.database_url, file, keys=settings.keys, silent=silent, now=_now(settings)
        )
    except _REFUSALS as refusal:
        return _refuse(refusal)
    print(f"restored {_describe(restored.receipt)}; the tables are at revision {schema.newest()}.")
    _print_rows(restored.receipt)
    print(_describe_waiting(restored, silent=silent))
    print(
        "What came after the backup is not in it: seats given since then are free again, and reminders that went out "
        "may come a second time."
    )
    return 0


async def audit(settings: Settings) -> int:
    """Print each deviation and their number: 0 when there is none, 1 when there are, 2 when it cannot be looked at."""
    try:
        database = await Database.open_beside(settings.database_url)
        try:
            await _check_revision(database)
            deviations = await database.read(find_deviations, now=_now(settings), real_now=real_now())
        finally:
            await database.close()
    except _REFUSALS as refusal:
        return _refuse(refusal)
    for deviation in deviations:
        print(f"{deviation.where}: {deviation.what}")
    print(f"{len(deviations)} deviations" if deviations else "no deviation")
    return 1 if deviations else 0


async def reseal(settings: Settings, *, unseal: bool) -> int:
    """Seal everything with the first key of BOT_DATA_KEY, or open it for good: 0, or 2 with the reason.

    May be killed and run again. On PostgreSQL the bot may run meanwhile, if it has the same keys.
    """
    if not settings.keys and not unseal:
        print(
            "BOT_DATA_KEY is missing: there is nothing to seal with; .env.example shows how to make a key",
            file=sys.stderr,
        )
        return 2
    closes = Seal(() if unseal else settings.keys[:1])
    try:
        database = await Database.open(settings.database_url, migrate=False)
        try:
            await _check_revision(database)
            seen, renewed = await reseal_values(database, opens=Seal(settings.keys), closes=closes, tell=_tell)
        finally:
            await database.close()
    except _REFUSALS as refusal:
        return _refuse(refusal)
    print(f"{seen} values, {renewed} of them {'opened' if unseal else 'sealed anew'}.")
    if unseal:
        print("All lie readable now: take BOT_DATA_KEY out, or the bot seals what it writes from now on.")
    else:
        print("All are sealed with the first key: a second one in BOT_DATA_KEY opens only backups made before.")
    return 0


def _tell(progress: Progress) -> None:
    print(f"  {progress.name}: {progress.seen} seen, {progress.renewed} renewed", flush=True)


async def _check_revision(database: Database) -> None:
    revision = await database.read(schema.revision_of)
    if revision is None:
        raise NoDatabase("the database holds no tables of this bot; mend BOT_DATABASE_URL")
    if revision != schema.newest():
        raise NoDatabase(
            f"the database is at revision {revision}, this version at {schema.newest()}; "
            "run python -m bot migrate first"
        )


def _refuse(refusal: Exception) -> int:
    print(refusal, file=sys.stderr)
    return 2


def _now(settings: Settings) -> datetime:
    """Business time: a rehearsal's clock stands at its beginning."""
    return real_now() if settings.clock is None else parse_clock(settings.clock)[0]


def _describe(receipt: Receipt) -> str:
    return (
        f"congress {receipt.congress} out of {receipt.came_from}, as of {receipt.taken_at:%Y-%m-%d %H:%M:%S} UTC, "
        f"revision {receipt.revision}, {sum(receipt.rows.values())} rows in {len(receipt.rows)} tables"
    )


def _print_rows(receipt: Receipt) -> None:
    for table, number in receipt.rows.items():
        print(f"  {table:<13} {number:>9}")


def _describe_waiting(restored: Restored, *, silent: bool) -> str:
    number = sum(restored.waiting.values())
    if not number:
        return "No message waited to be sent."
    kinds = ", ".join(f"{kind} {of_kind}" for kind, of_kind in sorted(restored.waiting.items()))
    if silent:
        return f"{number} messages waited ({kinds}); they are marked as unknown and do not go out."
    return (
        f"{number} messages wait ({kinds}) and go out at the next start; those that went out after the backup was "
        "taken come a second time. To keep them in, restore into an empty database with --silent."
    )
