"""The simulator as a process of its own, and what a benchmark asks of its phones."""

import asyncio
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

TOKEN = f"123456789:{'BENCHMARK' * 4}"
START_SECONDS = 15.0


class Phones:
    """The phone side of a running simulator."""

    def __init__(self, session: aiohttp.ClientSession, *, root: str) -> None:
        self.root = root
        self._session = session

    async def add(self, phone_id: int) -> None:
        """Let this phone exist and have written to the bot, so that the bot may write to it."""
        await self._post("/sim/phones", id=phone_id, first_name=f"Delegate {phone_id}", language_code="en")
        await self._post(f"/sim/phones/{phone_id}/send", text="/start")

    async def tap(self, phone_id: int, *, message_id: int, data: str) -> str:
        """Tap a button; give the id of the callback query, which is left unanswered."""
        query = await self._post(f"/sim/phones/{phone_id}/tap", message_id=message_id, data=data, forge=True)
        return str(query["query_id"])

    async def shown(self, phone_id: int) -> Any:
        """Return the chat as the phone shows it."""
        async with self._session.get(f"{self.root}/sim/phones/{phone_id}") as answer:
            return await answer.json()

    async def lift_limits(self) -> None:
        """Let the bot send as fast as it can."""
        await self._post("/sim/limits", enforce=False)

    async def _post(self, path: str, **body: object) -> Any:
        async with self._session.post(f"{self.root}{path}", json=body) as answer:
            answer.raise_for_status()
            return await answer.json()


@asynccontextmanager
async def simulator() -> AsyncIterator[Phones]:
    """Run `python -m bot.simulator` without rate limits for as long as the block lasts."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.simulator", "--port", str(port), "--token", TOKEN,
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with aiohttp.ClientSession() as session:
            phones = Phones(session, root=f"http://127.0.0.1:{port}")
            async with asyncio.timeout(START_SECONDS):
                await _healthy(process, session, f"{phones.root}/sim/health")
            await phones.lift_limits()
            yield phones
    finally:
        if process.returncode is None:
            process.terminate()
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
