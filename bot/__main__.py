"""The command line: run · demo · check · migrate · backup · restore · audit · reseal · posters · health."""

import argparse
import asyncio
import gc
import sys
from collections.abc import Callable
from pathlib import Path

from bot.settings import BadSettings, read_settings
from storage.programme_file import ProgrammeFile, format_faults, read_programme


def main(arguments: list[str] | None = None) -> int:
    """Run the asked command; 0 when it went well, 1 when it did not, 2 when it was asked or set up wrongly."""
    asked = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = asked.command
    try:
        return command(asked)
    except BadSettings as faults:
        print(faults, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot", description="The library visit bot.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    run = commands.add_parser("run", help="run the bot with the settings of the environment and .env")
    run.set_defaults(command=_run)
    demo = commands.add_parser("demo", help="the bot against its own Telegram simulator, phones in the browser")
    demo.add_argument("--port", type=int, default=8081, help="of the page; the next free one when it is taken")
    demo.add_argument("--no-browser", action="store_true", help="print the address only")
    demo.set_defaults(command=_demo)
    check = commands.add_parser("check", help="name every fault of an event file")
    check.add_argument("file", type=Path)
    check.set_defaults(command=_check)
    migrate = commands.add_parser("migrate", help="bring the database's tables to this version")
    migrate.set_defaults(command=_migrate)
    backup = commands.add_parser("backup", help="write the database into a new file, while the bot runs or not")
    backup.add_argument("file", type=Path)
    backup.set_defaults(command=_backup)
    restore = commands.add_parser("restore", help="fill an empty database from a backup; the way to PostgreSQL too")
    restore.add_argument("file", type=Path)
    restore.add_argument("--silent", action="store_true", help="send none of the messages that waited in the backup")
    restore.set_defaults(command=_restore)
    audit = commands.add_parser("audit", help="recount seats, queue, messages; exit 1 when something is wrong")
    audit.set_defaults(command=_audit)
    posters = commands.add_parser("posters", help="write a PDF to print: a page a visit, with its QR code")
    posters.add_argument("file", type=Path)
    posters.add_argument("--username", help="of the bot; without it Telegram is asked")
    posters.set_defaults(command=_posters)
    reseal = commands.add_parser("reseal", help="seal names and texts with the first key of BOT_DATA_KEY")
    reseal.add_argument("--unseal", action="store_true", help="the other way: let everything lie readable")
    reseal.set_defaults(command=_reseal)
    health = commands.add_parser("health", help="exit 0 when the bot of this database is alive on this machine")
    health.set_defaults(command=_health)
    return parser


# The heavy parts are imported when their command runs: `check` and `health` answer at once.


def _run(_: argparse.Namespace) -> int:
    gc.disable()  # what is imported stays: looking for rubbish in it takes a sixth of the start
    from bot import running
    from bot.app import App

    gc.freeze()
    gc.enable()
    settings = read_settings()
    running.prepare_logging(settings)
    return asyncio.run(running.run(App(settings)))


def _demo(asked: argparse.Namespace) -> int:
    from bot import demo

    return asyncio.run(demo.run(port=asked.port, open_browser=not asked.no_browser))


def _check(asked: argparse.Namespace) -> int:
    path: Path = asked.file
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        print(f"{path} cannot be read: {problem}", file=sys.stderr)
        return 2
    programme = read_programme(text, source=path.name)
    if not isinstance(programme, ProgrammeFile):
        print(format_faults(programme), file=sys.stderr)
        return 2
    seats = sum(min(visit.capacity, _bus_seats(programme, visit.id) or visit.capacity) for visit in programme.visits)
    print(f"{path.name}: no faults. {len(programme.visits)} visits, {len(programme.buses)} buses, {seats} seats.")
    return 0


def _bus_seats(programme: ProgrammeFile, visit: str) -> int:
    return sum(bus.seats for bus in programme.buses if bus.visit == visit)


def _migrate(_: argparse.Namespace) -> int:
    from bot import running

    settings = read_settings()
    running.prepare_logging(settings)
    return asyncio.run(running.migrate(settings))


def _backup(asked: argparse.Namespace) -> int:
    from bot import keeping

    return asyncio.run(keeping.back_up(read_settings(), asked.file))


def _restore(asked: argparse.Namespace) -> int:
    from bot import keeping

    return asyncio.run(keeping.restore(read_settings(), asked.file, silent=asked.silent))


def _audit(_: argparse.Namespace) -> int:
    from bot import keeping

    return asyncio.run(keeping.audit(read_settings()))


def _posters(asked: argparse.Namespace) -> int:
    from bot import printing

    return asyncio.run(printing.print_posters(read_settings(), asked.file, username=asked.username))


def _reseal(asked: argparse.Namespace) -> int:
    from bot import keeping

    return asyncio.run(keeping.reseal(read_settings(), unseal=asked.unseal))


def _health(_: argparse.Namespace) -> int:
    from bot import health

    return 0 if health.is_alive(read_settings().database_url) else 1


if __name__ == "__main__":
    sys.exit(main())
