"""`python -m bot run` as a process of its own, with settings by environment."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
TOKEN = "424242:TEST-TEST-TEST-TEST-TEST-TEST-TEST-"
READY = "ready:"
HEARD = "HEARD_FILE"
"""The variable that names the file of --hear-everything, while it is asked for."""


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment with these BOT_* settings and no others."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BOT_")}
    if HEARD in kept:
        kept["BOT_LOG_LEVEL"] = "DEBUG"
    return kept | {f"BOT_{name.upper()}": value for name, value in settings.items()}


async def run_command(*arguments: str, **settings: str) -> tuple[int, str]:
    """Run a command to its end; return exit code and all it printed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        *arguments,
        cwd=ROOT,
        env=environment(**settings),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    _hear(output)
    return process.returncode, output.decode()


def _hear(output: bytes) -> None:
    """Let --hear-everything (tests/hearing.py) know what a process has printed."""
    if HEARD in os.environ:
        with Path(os.environ[HEARD]).open("ab") as heard:
            heard.write(output)


class BotProcess:
    """A running bot; `lines` is what it has logged."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process
        self.lines: list[str] = []
        self._news = asyncio.Event()
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        assert self.process.stderr is not None
        async for line in self.process.stderr:
            self.lines.append(line.decode())
            _hear(line)
            self._news.set()
        self._news.set()

    async def logged(self, words: str) -> None:
        """Return once a line with these words has been logged; AssertionError when the process ends before."""
        async with asyncio.timeout(60):
            while not any(words in line for line in self.lines):
                assert not self._reading.done(), "".join(self.lines)
                self._news.clear()
                await self._news.wait()

    async def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        await self.process.wait()
        await self._reading

    async def stop(self, *, signals: int = 1, within: float = 10.0) -> int:
        """Send SIGTERM so many times; return the exit code. TimeoutError when it takes longer (real seconds)."""
        for _ in range(signals):
            self.process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(self.process.wait(), within)
        await self._reading
        return code


@asynccontextmanager
async def bot_process(
    settings: Mapping[str, str], *, ready: bool = True, program: Sequence[str] = ("bot", "run")
) -> AsyncIterator[BotProcess]:
    """Start the bot and wait until it is ready; killed at the end when it still runs.

    `program` is another module that runs a bot, with its arguments.
    """
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        *program,
        cwd=ROOT,
        env=environment(**settings),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    bot = BotProcess(process)
    try:
        if ready:
            await bot.logged(READY)
        yield bot
    finally:
        if process.returncode is None:
            await bot.kill()
