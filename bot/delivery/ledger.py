"""What is written down about messages: what is noted while a transaction runs goes together into the next one."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from storage import Tx, outbox
from storage.database import Database
from storage.outbox import Outcome

_MOST_AT_ONCE = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A call is about to be made for this row."""

    id: int
    token: str
    lease_until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A tap has shown the message that it leased."""

    token: str
    message_id: int


Entry = Begun | Outcome | Shown


class Ledger:
    """Writes entries in the order they come, in as few transactions as the database is slow."""

    def __init__(self, database: Database, *, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._waiting: list[tuple[Entry, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    def note(self, entry: Entry) -> asyncio.Future[bool]:
        """Write the entry with what else waits; the future says, once that is committed, whether its token still held.

        It raises what the database raised, to all whose entries went together. Nobody need wait for it.
        """
        answer: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(_log_failure)
        self._waiting.append((entry, answer))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return answer

    async def write(self, entry: Entry) -> bool:
        """Note the entry and wait until it is written. A cancelled caller stops nothing."""
        return await self.note(entry)

    async def close(self) -> None:
        """Finish what has been noted."""
        if self._writer is not None:
            await self._writer

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
                await self._write_together(batch)
        finally:
            self._writer = None

    async def _write_together(self, batch: Sequence[tuple[Entry, asyncio.Future[bool]]]) -> None:
        try:
            held = await self._database.run(_enter, [entry for entry, _ in batch], now=self._now())
        except Exception as error:  # noqa: BLE001 - handed to everybody who waits for it
            for _, answer in batch:
                if not answer.cancelled():
                    answer.set_exception(error)
            return
        for (_, answer), is_held in zip(batch, held, strict=True):
            if not answer.cancelled():
                answer.set_result(is_held)


def _log_failure(answer: asyncio.Future[bool]) -> None:
    if not answer.cancelled() and answer.exception() is not None:
        log.warning("an outcome could not be written down: %s", type(answer.exception()).__name__)


def _enter(tx: Tx, entries: Sequence[Entry], *, now: datetime) -> list[bool]:
    return [_enter_one(tx, entry, now) for entry in entries]


def _enter_one(tx: Tx, entry: Entry, now: datetime) -> bool:
    match entry:
        case Begun():
            return bool(outbox.start_sending(tx, [entry.id], token=entry.token, lease_until=entry.lease_until))
        case Outcome():
            return bool(outbox.settle(tx, [entry], now=now))
        case Shown():
            return outbox.settle_leased(tx, token=entry.token, message_id=entry.message_id, now=now)
