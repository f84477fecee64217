"""Bots with one guard off, for negative controls: `python -m tests.proof.careless intake|delivery`.

`intake` confirms updates to Telegram before they are stored, as the library does; `delivery` writes a message down as
sent before it sends it. Under the same kills these must lose what the bot itself does not.
"""

import asyncio
import sys
from collections.abc import Sequence
from typing import Any

from bot.__main__ import main
from bot.delivery.courier import Courier, ended
from bot.delivery.letter import Letter
from bot.intake import Intake
from storage.records import Message, MessageState

_LATE_SECONDS = 1.0


def confirm_before_storing() -> None:
    """Say that updates are stored, and store them a moment later."""
    store = Intake.stored
    late: set[asyncio.Task[None]] = set()

    async def store_later(self: Intake, updates: Sequence[Any]) -> None:
        await asyncio.sleep(_LATE_SECONDS)
        await store(self, updates)

    async def stored(self: Intake, updates: Sequence[Any]) -> None:
        task = asyncio.create_task(store_later(self, updates))
        late.add(task)
        task.add_done_callback(late.discard)

    Intake.stored = stored  # type: ignore[method-assign]


def mark_before_sending() -> None:
    """Settle a message as sent, and make the call a moment later."""
    call = Courier._call

    async def marked(self: Courier, message: Message, letter: Letter) -> int:
        await self._ledger.write(ended(message, MessageState.SENT))
        await asyncio.sleep(_LATE_SECONDS)
        return await call(self, message, letter)

    Courier._call = marked  # type: ignore[method-assign]


if __name__ == "__main__":
    {"intake": confirm_before_storing, "delivery": mark_before_sending}[sys.argv[1]]()
    sys.argv = ["bot", "run"]
    sys.exit(main())
