"""`python -m tests.proof.bare URL`: the least that can answer a tap, to see what the machine itself can do.

It asks for updates, answers each tap and edits its card, 64 at once: no library, no database, no words.
"""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp

from tests.processes.bot_process import ROOT, TOKEN

_AT_ONCE = 64


@asynccontextmanager
async def bare_bot(url: str) -> AsyncIterator[None]:
    """Run it against this simulator for as long as the block lasts."""
    process = await asyncio.create_subprocess_exec(sys.executable, "-m", "tests.proof.bare", url, cwd=ROOT)
    try:
        yield
    finally:
        process.kill()
        await process.wait()


async def answer_all(url: str) -> None:
    """Answer taps until killed."""
    waiting: asyncio.Queue[Any] = asyncio.Queue()
    async with aiohttp.ClientSession(f"{url}/bot{TOKEN}/", connector=aiohttp.TCPConnector(limit=0)) as session:

        async def call(method: str, **arguments: Any) -> Any:
            async with session.post(method, json=arguments) as answer:
                return (await answer.json())["result"]

        async def work() -> None:
            while True:
                tapped = await waiting.get()
                card = tapped["message"]
                place = {"chat_id": card["chat"]["id"], "message_id": card["message_id"]}
                await asyncio.gather(
                    call("answerCallbackQuery", callback_query_id=tapped["id"], text="Tapped."),
                    call("editMessageText", **place, text=f"Tapped: {tapped['id']}"),
                )

        async with asyncio.TaskGroup() as group:
            for _ in range(_AT_ONCE):
                group.create_task(work())
            offset = 0
            while True:
                for update in await call("getUpdates", offset=offset, timeout=25):
                    offset = update["update_id"] + 1
                    waiting.put_nowait(update["callback_query"])


if __name__ == "__main__":
    asyncio.run(answer_all(sys.argv[1]))
