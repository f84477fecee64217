"""Real processes for a bar: a simulator of its own, and as many replicas of the bot as it asks for."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from tests.house import OPEN, OWNER
from tests.phone import Phone, Telegram
from tests.processes.bot_process import ROOT, TOKEN, BotProcess, bot_process

_START_SECONDS = 20.0


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@dataclass(slots=True, kw_only=True)
class Fleet:
    """A running simulator (a process of its own) and the bots that were started against it."""

    url: str
    database_url: str
    session: aiohttp.ClientSession
    telegram: Telegram
    settings: dict[str, str]
    bots: list[BotProcess] = field(default_factory=list)
    _stack: AsyncExitStack

    async def start_bot(
        self, *, ready: bool = True, program: Sequence[str] = ("bot", "run"), **settings: str
    ) -> BotProcess:
        """Start one more replica; it is killed at the end when it still runs."""
        bot = await self._stack.enter_async_context(
            bot_process({**self.settings, **settings}, ready=ready, program=program)
        )
        self.bots.append(bot)
        return bot

    async def phone(self, number: int, first_name: str | None = None, *, language: str = "en") -> Phone:
        return await Phone.create(
            self.url,
            id=number,
            first_name=first_name or f"Person {number}",
            language_code=language,
            session=self.session,
        )

    async def ask(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """GET a page of the simulator's control, or POST to it: /sim/limits, /sim/faults, /sim/updates, ..."""
        call = self.session.get(self.url + path) if body is None else self.session.post(self.url + path, json=body)
        async with call as answer:
            answer.raise_for_status()
            return await answer.json()


@asynccontextmanager
async def fleet(database_url: str, *, query_seconds: float = 60.0, **settings: str) -> AsyncIterator[Fleet]:
    """Run a simulator until the block ends; bots are started by `start_bot`, with these BOT_* settings."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", f"--port={port}", f"--token={TOKEN}", f"--query-seconds={query_seconds}",
        cwd=ROOT,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    url = f"http://127.0.0.1:{port}"
    given = {
        "token": TOKEN,
        "api_url": url,
        "database_url": database_url,
        "clock": OPEN.isoformat(),
        "owner_ids": str(OWNER),
        **settings,
    }
    try:
        async with (
            aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
            AsyncExitStack() as stack,
        ):
            async with asyncio.timeout(_START_SECONDS):
                await _healthy(process, session, f"{url}/sim/health")
            yield Fleet(
                url=url,
                database_url=database_url,
                session=session,
                telegram=Telegram(url, session=session),
                settings=given,
                _stack=stack,
            )
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def _healthy(process: asyncio.subprocess.Process, session: aiohttp.ClientSession, url: str) -> None:
    while process.returncode is None:
        try:
            async with session.get(url) as answer:
                if answer.status == 200:
                    return
        except aiohttp.ClientConnectionError:
            await asyncio.sleep(0.05)
    raise RuntimeError(f"the simulator ended with exit status {process.returncode}")
