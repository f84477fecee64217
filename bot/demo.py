"""`make demo`: the bot against its own simulator, phones in the browser; no token, no account, nothing kept.

The demo owns both processes and moves the bot's clock through a control that listens on loopback and exists here alone.
"""

import asyncio
import contextlib
import logging
import socket
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web

from bot import running
from bot.app import App
from bot.clock import Clock
from bot.settings import read_settings

START = datetime.fromisoformat("2025-08-20T09:00+05:00")
"""Two days before the visits: booking is open, the reminders are still to come."""
ZONE = "Asia/Almaty"
ORGANIZER = 9001
TOKEN = "123456789:DEMO-DEMO-DEMO-DEMO-DEMO-DEMO-DEMO-"
PHONES = (
    {"id": 1001, "first_name": "Emma", "last_name": "Müller", "language_code": "en"},
    {"id": 1002, "first_name": "Айгерім", "last_name": "Серікқызы", "language_code": "kk"},
    {"id": 1003, "first_name": "Иван", "last_name": "Петров", "language_code": "ru"},
    {"id": ORGANIZER, "first_name": "Gulzhan", "last_name": "(organizer)", "language_code": "en"},
)


async def run(*, port: int, open_browser: bool) -> int:
    """Run bot and simulator until Ctrl-C; return the exit code."""
    clock = Clock(START)
    control = web.AppRunner(_control(clock), access_log=None)
    await control.setup()
    await web.TCPSite(control, "127.0.0.1", 0).start()
    clock_port = control.addresses[0][1]
    simulator = await _start_simulator(_free_port(port), clock_port=clock_port, open_browser=open_browser)
    try:
        with tempfile.TemporaryDirectory(prefix="library-visits-demo-") as folder:
            return await _run_bot(clock, url=simulator.url, folder=Path(folder))
    finally:
        await simulator.stop()
        await control.cleanup()


async def _run_bot(clock: Clock, *, url: str, folder: Path) -> int:
    settings = read_settings(
        token=TOKEN,
        api_url=url,
        database_url=f"sqlite:///{folder / 'visits.sqlite'}",
        owner_ids=str(ORGANIZER),
        clock=START.isoformat(),
    )
    running.prepare_logging(settings, level=logging.WARNING)
    print(f"\n  The phones are at {url}   (DEMO, not Telegram; Ctrl-C ends it)\n", flush=True)
    return await running.run(App(settings, clock=clock))


class _Simulator:
    """The other process."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self._process = process
        self.url = url

    async def stop(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.terminate()
        await self._process.wait()


async def _start_simulator(port: int, *, clock_port: int, open_browser: bool) -> _Simulator:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot.simulator",
        f"--port={port}",
        f"--token={TOKEN}",
        f"--clock=http://127.0.0.1:{clock_port}/clock",
        *(["--open-browser"] if open_browser else []),
        stdout=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )
    simulator = _Simulator(process, f"http://127.0.0.1:{port}")
    async with aiohttp.ClientSession() as session:
        await _until_ready(session, simulator.url)
        for phone in PHONES:
            async with session.post(f"{simulator.url}/sim/phones", json=phone) as answer:
                answer.raise_for_status()
    return simulator


async def _until_ready(session: aiohttp.ClientSession, url: str) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                async with session.get(f"{url}/sim/health") as answer:
                    if answer.ok:
                        return
            except aiohttp.ClientError:
                await asyncio.sleep(0.1)


def _free_port(wanted: int) -> int:
    for port in range(wanted, wanted + 20):
        with socket.socket() as attempt:
            attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                attempt.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
    return wanted


def _control(clock: Clock) -> web.Application:
    """The clock for the page's buttons: GET tells it, POST {"now": ...} or {"advance": seconds} moves it."""

    async def tell(_: web.Request) -> web.Response:
        return web.json_response({"now": clock.now().isoformat(), "zone": ZONE})

    async def move(request: web.Request) -> web.Response:
        asked: dict[str, Any] = await request.json()
        try:
            if "advance" in asked:
                clock.advance(timedelta(seconds=float(asked["advance"])))
            else:
                clock.move_to(_aware(str(asked["now"])))
        except (KeyError, ValueError, OverflowError):
            return web.json_response({"ok": False, "error": "send now (ISO, with offset) or advance"}, status=400)
        return await tell(request)

    application = web.Application()
    application.router.add_get("/clock", tell)
    application.router.add_post("/clock", move)
    return application


def _aware(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment.astimezone(UTC)
