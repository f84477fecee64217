"""From the first instruction to ready, and the memory then: the whole bot against importing all that it stands on.

"Imports" is an interpreter that imports every package of requirements.txt and no more. "Bot" is `python -m bot run`
until it says that it is ready: settings, tables, programme, words, Telegram met, on an SQLite file that it knows.
Both are read off from outside: seconds from the start of the process, and its peak of resident memory.
"""

import asyncio
import itertools
import re
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from importlib.metadata import packages_distributions
from pathlib import Path

from tests.benchmarks.simulated import TOKEN, simulator
from tests.house import OPEN
from tests.processes.bot_process import READY, ROOT, environment

_PINNED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """One process that has come up."""

    seconds: float
    megabytes: float


async def run(*, rounds: int) -> AsyncIterator[str]:
    """Give the table."""
    imports = f"import {', '.join(modules())}, sys; print('{READY}', file=sys.stderr, flush=True); input()"
    measured: dict[str, list[Start]] = {"imports": [], "bot": []}
    async with simulator() as phones:
        with tempfile.TemporaryDirectory(prefix="benchmark-") as folder:
            settings = {
                "token": TOKEN,
                "api_url": phones.root,
                "database_url": f"sqlite:///{folder}/start.sqlite",
                "clock": OPEN.isoformat(),
            }
            commands = {"imports": ["-c", imports], "bot": ["-m", "bot", "run"]}
            surroundings = environment(**settings)
            surroundings.pop("PYTHONDONTWRITEBYTECODE", None)  # an image comes compiled (Dockerfile)
            for turn, name in itertools.product(range(rounds + 1), commands):
                start = await _start(commands[name], surroundings)
                if turn:  # the first round warms the disk's cache, compiles, and makes the database
                    measured[name].append(start)
    yield _table(measured)


def modules() -> list[str]:
    """The modules that the packages of requirements.txt bring, those that can be imported on this machine."""
    pinned = {_normal(name) for name in _PINNED.findall((ROOT / "requirements.txt").read_text("utf-8"))}
    return sorted(
        module
        for module, packages in packages_distributions().items()
        if module.isidentifier() and not module.startswith("_") and any(_normal(each) in pinned for each in packages)
    )


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


async def _start(command: list[str], surroundings: dict[str, str]) -> Start:
    began = time.perf_counter()
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command,
        cwd=ROOT,
        env=surroundings,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stderr is not None
    try:
        said = b""
        while READY.encode() not in said:
            line = await process.stderr.readline()
            assert line, said.decode()
            said += line
        seconds = time.perf_counter() - began
        status = await asyncio.to_thread(Path(f"/proc/{process.pid}/status").read_text, "utf-8")
    finally:
        process.kill()
        await process.wait()
    peak = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert peak is not None
    return Start(seconds=seconds, megabytes=int(peak[1]) / 1024)


def _table(measured: dict[str, list[Start]]) -> str:
    rows = ["| from start to ready | seconds | megabytes |", "| --- | --- | --- |"]
    for name, starts in measured.items():
        seconds = statistics.median(start.seconds for start in starts)
        megabytes = statistics.median(start.megabytes for start in starts)
        rows.append(f"| {name} | {seconds:.2f} | {megabytes:.0f} |")
    pairs = list(zip(measured["bot"], measured["imports"], strict=True))
    longer = [bot.seconds / imports.seconds for bot, imports in pairs]
    larger = [bot.megabytes / imports.megabytes for bot, imports in pairs]
    rows.append(f"| bot, times the imports | {_spread(longer)} | {_spread(larger)} |")
    return "\n".join(rows)


def _spread(ratios: list[float]) -> str:
    return f"**{statistics.median(ratios):.2f}** ({min(ratios):.2f} to {max(ratios):.2f})"
