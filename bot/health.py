"""A heartbeat that the container's health check reads: a file whose age tells whether the event loop turns."""

import asyncio
import hashlib
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_EVERY_SECONDS = 5.0
_ALIVE_SECONDS = 30.0


async def beat(database_url: str, *, is_well: Callable[[], bool]) -> None:
    """Touch the heartbeat file as long as the bot says that it is well; cancelled, it leaves none behind."""
    path = _path(database_url)
    try:
        while True:
            if is_well():
                await asyncio.to_thread(path.touch)
            await asyncio.sleep(_EVERY_SECONDS)
    finally:
        path.unlink(missing_ok=True)


def is_alive(database_url: str) -> bool:
    """Say whether the bot of this database beat within the last 30 s on this machine."""
    try:
        return time.time() - _path(database_url).stat().st_mtime < _ALIVE_SECONDS
    except FileNotFoundError:
        return False


def _path(database_url: str) -> Path:
    name = hashlib.sha256(database_url.encode()).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"library-visit-bot-{name}.heartbeat"
