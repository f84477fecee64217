"""--hear-everything=FILE: run the tests with every logger at DEBUG, and count what the log must never hold.

The log goes through the bot's own set-up (bot/logs.py) into FILE, from this process and from the bots that tests start;
every logger of every library is set to DEBUG, before each test again. What must not stand in it is noted as tests go:
names of phones, texts that are typed. The counts are written beside it, as FILE.json.
"""

import json
import logging
import os
import re
from collections.abc import Awaitable, Callable, Iterable
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

import pytest

from bot.language import LANGUAGES
from bot.logs import TOKEN as ANY_TOKEN
from bot.logs import set_up_logging
from tests.house import TOKEN
from tests.phone import Phone, Telegram
from tests.processes.bot_process import HEARD

UNGUARDED: Final = "HEARD_UNGUARDED"
"""The negative control: nothing is filtered."""
LONG_ENOUGH: Final = 4
"""Characters; a shorter word may stand in any log."""
_KEY: Final = re.compile(r"(?<![\w-])[\w-]{43}=(?![\w=])")

ROOT: Final = Path(__file__).parents[1]

Ask = Callable[..., Awaitable[Any]]


class Hearing:
    """Listens until the end of the run, and knows what was said."""

    def __init__(self, file: Path, *, guarded: bool = True) -> None:
        self.file = file
        self.names: set[str] = set()
        self.texts: set[str] = set()
        set_up_logging(token=TOKEN, secrets=[], level=logging.DEBUG)
        (handler,) = logging.getLogger().handlers
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(file.open("a", encoding="utf-8", errors="backslashreplace"))
        if not guarded:
            handler.filters.clear()
        self.handler = handler
        self.open_ears()

    def open_ears(self) -> None:
        """Set every logger there is to DEBUG, and listen again where a test has set up logging itself."""
        root = logging.getLogger()
        if self.handler not in root.handlers:
            root.addHandler(self.handler)
        root.setLevel(logging.DEBUG)
        for logger in root.manager.loggerDict.values():
            if isinstance(logger, logging.Logger):
                logger.setLevel(logging.NOTSET)
                logger.disabled = False

    def note(self, sent: Any) -> None:
        """Remember the names and the free texts that a phone or a test sends."""
        for key, value in _strings(sent):
            if key in ("first_name", "last_name"):
                self.names.add(value)
            elif key == "text" and not value.startswith("/"):
                self.texts.add(value)
            elif key == "text" and value.startswith("/announce "):
                self.texts.update(value.split(None, 2)[2:])

    def counts(self) -> dict[str, Any]:
        """How often what must never be in the log is in it, and how many lines it has; the words, to look at."""
        self.handler.flush()
        log = self.file.read_text("utf-8")
        names, texts = _in(log, self.names), _in(log, {*self.texts, *_sentences()})
        return {
            "lines": log.count("\n"),
            "tokens": len(ANY_TOKEN.findall(log)) + log.count(TOKEN),
            "keys": len(_KEY.findall(log)),
            "names": len(names),
            "texts": len(texts),
            "names noted": len(self.names),
            "texts noted": len(self.texts),
            "found": sorted({*names, *texts}),
        }


def _strings(sent: Any, key: str = "") -> Iterable[tuple[str, str]]:
    if isinstance(sent, str):
        yield key, sent
    elif isinstance(sent, dict):
        for name, value in sent.items():
            yield from _strings(value, name)
    elif isinstance(sent, list):
        for value in sent:
            yield from _strings(value, key)


def _in(log: str, words: Iterable[str]) -> list[str]:
    """Which of the words stand in the log as words, written plainly or escaped."""
    forms = {
        form
        for word in words
        if len(word.strip()) >= LONG_ENOUGH
        for form in (word, json.dumps(word)[1:-1], repr(word)[1:-1], ascii(word)[1:-1])
    }
    return [form for form in forms if form in log and re.search(rf"(?<!\w){re.escape(form)}(?!\w)", log)]


def _sentences() -> set[str]:
    """What the bot itself says: whole sentences of the catalogs without anything to fill in."""
    quoted = re.compile(r'^"(.*)"$|^msg\w+(?:\[\d\])? "(.*)"$', re.MULTILINE)
    found: set[str] = set()
    for code in LANGUAGES:
        catalog = ROOT / "locales" / code / "LC_MESSAGES" / "bot.po"
        lines = (plain or whole for plain, whole in quoted.findall(catalog.read_text("utf-8")))
        found |= {line for line in lines if len(line) >= 30 and not set(line) & set("{}\\<:")}
    return found


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--hear-everything", metavar="FILE", help="everything at DEBUG into FILE; counts into FILE.json")


def pytest_configure(config: pytest.Config) -> None:
    """Begin to listen."""
    asked = config.getoption("--hear-everything")
    if not asked:
        return
    file = Path(asked).resolve()
    hearing = Hearing(file, guarded=UNGUARDED not in os.environ)
    os.environ[HEARD] = str(file)  # for the bots that tests start: tests/processes/bot_process.py
    for line in (Phone, Telegram):
        patch.object(line, "ask", _noted(line.ask, hearing)).start()
    config.pluginmanager.register(_Ears(hearing), "ears")


def _noted(ask: Ask, hearing: Hearing) -> Ask:
    async def noted(line: Any, method: str, path: str, **options: Any) -> Any:
        hearing.note(options.get("json"))
        return await ask(line, method, path, **options)

    return noted


class _Ears:
    """Opens the ears before each part of a test, and counts at the end."""

    def __init__(self, hearing: Hearing) -> None:
        self.hearing = hearing

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_call(self) -> None:
        self.hearing.open_ears()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(self) -> None:
        self.hearing.open_ears()

    def pytest_unconfigure(self) -> None:
        self.hearing.file.with_suffix(".json").write_text(json.dumps(self.hearing.counts()))
