"""A process that climbs and kills itself on the way, again and again: `python -m tests.storage.migrating`.

Reads lines "URL REVISION MOMENT" and answers each with one: "killed" when a process of its own climbed to the revision
and ended itself by kill -9 at that moment, "done" when it came to its end before. Moments count what happens on the
connection: each statement, and the commit before and after.
"""

import asyncio
import os
import signal
import sys

from sqlalchemy import Engine, event

from storage import schema
from storage.database import Database, parse_url


def climb(url: str, revision: str, *, moment: int) -> None:
    """Climb as the bot does it at its start, and kill this process at the given moment."""
    happened = 0

    def happen(*_: object) -> None:
        nonlocal happened
        happened += 1
        if happened == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    for name in ("before_cursor_execute", "commit"):
        event.listen(Engine, name, happen)
    if url.startswith("sqlite"):
        schema.upgrade_sqlite(parse_url(url), revision)
    else:
        asyncio.run(_climb_on_server(url, revision))
    happen()


async def _climb_on_server(url: str, revision: str) -> None:
    database = await Database.open(url, migrate=False)
    await database.run(schema.upgrade, revision)
    await database.close()


def main() -> None:
    for line in sys.stdin:
        url, revision, moment = line.split()
        child = os.fork()
        if not child:
            climb(url, revision, moment=int(moment))
            os._exit(0)
        _, status = os.waitpid(child, 0)
        print({0: "done", signal.SIGKILL: "killed"}.get(status, f"failed: {status}"), flush=True)


if __name__ == "__main__":
    main()
