"""The law of the house: every import in its room, the arrow never turns back. Change it on purpose and say why."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

LAW: dict[str, set[str]] = {
    # storage remembers. It knows nothing of Telegram or of languages; records and the event file know no database.
    "storage": {"storage", "sqlalchemy"},
    "storage.records": set(),
    "storage.seal": {"sqlalchemy", "cryptography"},
    # Which of the driver's errors ends what, and what is said before a commit.
    "storage.postgresql": {"storage.prepared", "storage.seal", "sqlalchemy", "asyncpg"},
    "storage.schema": {"storage", "sqlalchemy", "alembic"},
    "storage.migrations": {"storage.tables", "sqlalchemy", "alembic"},
    "storage.programme_file": {"storage.programme_file", "pydantic", "pydantic_core", "tomli_w"},
    # bot asks, from the rules up.
    "bot.rules": {"bot.rules", "storage.records"},
    # How alike two words are: rapidfuzz counts letters and knows nothing of ours, so the rules stay pure.
    "bot.rules.spelling": {"rapidfuzz"},
    "bot.rules.questions": {"bot.rules", "rapidfuzz"},
    "bot.services": {"bot.services", "bot.rules", "storage"},
    "bot.language": {"storage.records", "babel"},
    "bot.texts": {"bot.texts", "bot.language", "bot.rules", "bot.services", "storage.records"},
    "bot.texts.markup": {"bot.language", "storage.records", "telegram.constants"},  # numbers: how long a message may be
    "bot.documents": {
        *("bot.documents", "bot.language", "bot.services", "bot.texts", "storage.records"),
        *("PIL", "font_roboto", "fpdf", "icalendar", "segno", "xlsxwriter"),  # loaded when the first file is made
    },
    "bot.documents.charts": {"bot.language", "bot.rules", "PIL", "font_roboto"},
    "bot.documents.posters": {
        *("bot.documents", "bot.language", "bot.rules", "bot.texts", "fpdf", "storage.records"),
    },
    "bot.buttons": {"bot.buttons"},
    "bot.keyboards": {
        *("bot.keyboards", "bot.buttons", "bot.language", "bot.rules", "bot.services", "bot.texts"),
        *("storage.records", "telegram"),
    },
    "bot.context": {
        *("bot.clock", "bot.delivery", "bot.language", "bot.rules", "bot.services", "bot.settings"),
        *("storage.database", "storage.records", "telegram"),
    },
    "bot.screen": {"bot.context", "bot.transport", "telegram"},
    "bot.profile": {"bot.context", "bot.language", "bot.rules", "bot.texts", "storage.records", "telegram"},
    "bot.handlers": {
        *("bot.handlers", "bot.buttons", "bot.context", "bot.documents", "bot.keyboards", "bot.language"),
        *("bot.profile", "bot.rules", "bot.screen", "bot.services", "bot.texts", "storage.records", "telegram"),
    },
    # What runs beside the handlers. These two may claim and settle rows themselves.
    "bot.intake": {"bot.intake", "bot.clock", "bot.tally", "bot.transport", "storage", "telegram"},
    "bot.delivery": {
        *("bot.delivery", "bot.clock", "bot.keyboards", "bot.language", "bot.rules", "bot.services", "bot.tally"),
        *("bot.texts", "bot.transport", "storage", "telegram"),
    },
    "bot.delivery.wording": {  # a message may be a file
        *("bot.delivery", "bot.clock", "bot.documents", "bot.keyboards", "bot.language", "bot.rules", "bot.services"),
        *("bot.texts", "storage"),
    },
    "bot.ticker": {"bot.clock", "apscheduler"},
    "bot.transport": {"bot.logs", "aiohttp", "telegram", "yarl"},
    # The doors: HTTP that others speak to us. Only these know Starlette, uvicorn and Prometheus.
    "bot.web": {"starlette", "uvicorn"},
    "bot.intake.webhook": {"bot.intake", "bot.tally", "bot.web", "starlette"},
    "bot.metrics": {"bot.services", "bot.tally", "prometheus_client", "storage.records"},
    "bot.vitals": {
        *("bot.clock", "bot.metrics", "bot.services", "bot.tally", "bot.ticker", "bot.web", "starlette"),
    },
    # The ground.
    "bot.clock": set(),
    "bot.tally": {"bot.clock"},
    "bot.logs": set(),
    "bot.health": set(),
    "bot.settings": {"storage.database", "cryptography", "pydantic", "pydantic_settings"},
    "bot.simulator": {"bot.simulator", "aiohttp"},
    # Where the parts meet: these may know every room of ours, and no database.
    "bot.app": {"bot", "storage", "telegram"},
    "bot.jobs": {
        *("bot.clock", "bot.context", "bot.delivery", "bot.language", "bot.profile", "bot.services", "bot.ticker"),
        *("storage.congress", "telegram"),
    },
    "bot.starting": {"bot.rules", "bot.services", "bot.settings", "bot.web", "storage", "starlette"},
    "bot.running": {"bot", "storage"},
    "bot.keeping": {"bot.clock", "bot.services", "bot.settings", "storage"},
    "bot.printing": {"bot", "storage", "telegram"},
    "bot.demo": {"bot", "aiohttp"},
    "bot.__main__": {"bot", "storage.programme_file"},
}
"""What a room imports beside the standard library; of several names that fit a module, the longest counts."""

ASKING_THE_TIME = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.sleep"}
MAY_ASK_THE_TIME = {
    "bot.clock",  # the only question "what time is it?"
    "bot.health",  # the age of a file, which the machine's clock made
    "bot.simulator",  # Telegram's servers have a clock of their own
}

SOURCES = sorted([*ROOT.glob("bot/**/*.py"), *ROOT.glob("storage/**/*.py")])


def module_of(source: Path, *, root: Path = ROOT) -> str:
    return ".".join(source.relative_to(root).with_suffix("").parts).removesuffix(".__init__")


def imports_of(source: Path, *, root: Path = ROOT) -> Iterator[str]:
    """What a module imports, at its top or further in: modules of ours and others, not the standard library."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        match node:
            case ast.Import(names=names):
                found = [name.name for name in names]
            case ast.ImportFrom(module=str(module), names=names, level=0):
                found = [_named(module, name.name, root) for name in names]
            case ast.ImportFrom():
                found = ["a relative import"]
            case _:
                continue
        yield from (name for name in found if name.split(".")[0] not in sys.stdlib_module_names)


def _named(module: str, name: str, root: Path) -> str:
    """`from storage import visits` imports a module, `from storage import Tx` a name of one."""
    place = root.joinpath(*module.split("."), name)
    return f"{module}.{name}" if place.is_dir() or place.with_suffix(".py").is_file() else module


def _lies_in(module: str, room: str) -> bool:
    return module == room or module.startswith(f"{room}.")


def breaches(source: Path, *, root: Path = ROOT) -> list[str]:
    """Imports that the law does not allow this module."""
    module = module_of(source, root=root)
    rooms = [room for room in LAW if _lies_in(module, room)]
    if not rooms:
        return [] if module == "bot" else [f"{module} is in no room that the law names"]
    allowed = LAW[max(rooms, key=len)]
    return [
        f"{module} imports {name}"
        for name in imports_of(source, root=root)
        if not any(_lies_in(name, each) for each in allowed)
    ]


def test_every_import_is_in_its_room() -> None:
    assert [breach for source in SOURCES for breach in breaches(source)] == []


def test_the_law_names_rooms_that_exist() -> None:
    modules = {module_of(source) for source in SOURCES}
    assert [room for room in LAW if not any(_lies_in(module, room) for module in modules)] == []


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("storage/visits.py", "from bot.rules import seats"),
        ("bot/rules/seats.py", "import sqlalchemy"),
        ("bot/rules/seats.py", "from storage import visits"),
        ("bot/services/booking.py", "from sqlalchemy import select"),
        ("bot/services/booking.py", "from bot.texts import tickets"),
        ("bot/handlers/visits.py", "from storage import visits"),
        ("bot/texts/tickets.py", "from telegram.constants import MessageLimit"),
        ("bot/texts/markup.py", "from telegram import Bot"),
        ("bot/texts/tickets.py", "from babel import Locale"),
        ("bot/simulator/world.py", "from bot.clock import Clock"),
        ("bot/handlers/visits.py", "def later():\n    from storage import visits"),
        ("bot/rules/seats.py", "from . import booking"),
        ("bot/attic/box.py", "import json"),
    ],
)
def test_the_law_sees_a_breach(tmp_path: Path, path: str, line: str) -> None:
    source = tmp_path / path
    source.parent.mkdir(parents=True)
    (tmp_path / "storage").mkdir(exist_ok=True)
    (tmp_path / "storage" / "visits.py").touch()
    source.write_text(line)
    assert len(breaches(source, root=tmp_path)) == 1


def questions(source: Path) -> Iterator[str]:
    """Where a module asks the time or sleeps."""
    for node in ast.walk(ast.parse(source.read_text("utf-8"))):
        if isinstance(node, ast.Attribute):
            asked = ast.unparse(node)
            if any(asked == each or asked.endswith(f".{each}") for each in ASKING_THE_TIME):
                yield f"{module_of(source)}:{node.lineno} {asked}"


def test_only_the_clock_is_asked_the_time() -> None:
    others = [s for s in SOURCES if not any(_lies_in(module_of(s), room) for room in MAY_ASK_THE_TIME)]
    assert [question for source in others for question in questions(source)] == []
    assert len(list(questions(ROOT / "bot" / "clock.py"))) == 1
