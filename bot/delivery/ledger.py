"""What is written down about messages: what is noted while a transaction runs goes together into the next one."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from bot.delivery.pace import Pace
from storage import Tx, sending
from storage.database import Database
from storage.sending import Outcome, Turn

_MOST_AT_ONCE = 64

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A call is about to be made for this row: it wants its turn."""

    id: int
    token: str
    lease_until: datetime
    resumed: bool = False
    """Another sender died over it: it may have been sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A tap has shown the message that it leased."""

    token: str
    message_id: int


Entry = Begun | Outcome | Shown


class Ledger:
    """Writes entries in as few transactions as the database is slow."""

    def __init__(self, database: Database, *, pace: Pace, now: Callable[[], datetime]) -> None:
        self._database = database
        self._pace = pace
        self._now = now
        self._waiting: list[tuple[Entry, asyncio.Future[Any]]] = []
        self._writer: asyncio.Task[None] | None = None

    def note(self, entry: Outcome | Shown) -> asyncio.Future[bool]:
        """Write the entry with what else waits; the future says, once that is committed, whether its token still held.

        It raises what the database raised, to all whose entries went together. Nobody need wait for it.
        """
        return self._note(entry)

    async def write(self, entry: Outcome | Shown) -> bool:
        """Note the entry and wait until it is written. A cancelled caller stops nothing."""
        return await self.note(entry)

    async def begin(self, entry: Begun) -> Turn | None:
        """Mark the row as being sent and return when it may be; None when another sender has it by now."""
        return cast(Turn | None, await self._note(entry))

    async def close(self) -> None:
        """Finish what has been noted."""
        if self._writer is not None:
            await self._writer

    def _note(self, entry: Entry) -> asyncio.Future[Any]:
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        answer.add_done_callback(_log_failure)
        self._waiting.append((entry, answer))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        return answer

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:_MOST_AT_ONCE], self._waiting[_MOST_AT_ONCE:]
                # Turns last: who gives them out holds the pace of all processes until the commit.
                await self._write_together(sorted(batch, key=lambda waiting: isinstance(waiting[0], Begun)))
        finally:
            self._writer = None

    async def _write_together(self, batch: Sequence[tuple[Entry, asyncio.Future[Any]]]) -> None:
        entries = [entry for entry, _ in batch]
        answers = self._pace.take_answers() if isinstance(entries[-1], Begun) else 0
        try:
            # What taps have shown is one statement, which need not wait for a beginning and an end of its own.
            only_shown = all(isinstance(entry, Shown) for entry in entries)
            written, given_at = await (self._database.run_one if only_shown else self._database.run)(
                _enter,
                entries,
                gap=self._pace.gap,
                answers=answers,
                now=self._now(),
                monotonic=self._pace.monotonic,
            )
        except Exception as error:  # noqa: BLE001 - handed to everybody who waits for it
            for _, answer in batch:
                if not answer.cancelled():
                    answer.set_exception(error)
            return
        # Turns count from when they were given: what the commit took has been waited already.
        elapsed = self._pace.monotonic() - given_at
        for (_, answer), found in zip(batch, written, strict=True):
            if not answer.cancelled():
                answer.set_result(found.after(elapsed) if isinstance(found, Turn) else found)


def _log_failure(answer: asyncio.Future[Any]) -> None:
    if not answer.cancelled() and answer.exception() is not None:
        log.warning("an outcome could not be written down: %s", type(answer.exception()).__name__)


def _enter(
    tx: Tx,
    entries: Sequence[Entry],
    *,
    gap: timedelta,
    answers: int,
    now: datetime,
    monotonic: Callable[[], float],
) -> tuple[list[bool | Turn | None], float]:
    written: list[bool | Turn | None] = []
    begun = [entry for entry in entries if isinstance(entry, Begun)]
    shown = {entry.token: entry.message_id for entry in entries if isinstance(entry, Shown)}
    held = sending.settle_leased(tx, shown, now=now) if shown else set()
    for entry in entries:
        match entry:
            case Outcome():
                written.append(bool(sending.settle(tx, [entry], now=now)))
            case Shown():
                written.append(entry.token in held)
            case Begun():
                continue
    if begun:  # sorted to the end
        tokens = {entry.id: entry.token for entry in begun}
        lease_until = min(entry.lease_until for entry in begun)
        resumed = {entry.id for entry in begun if entry.resumed}
        turns = sending.start_sending(tx, tokens, lease_until=lease_until, gap=gap, answers=answers, resumed=resumed)
        written += [turns.get(entry.id) for entry in begun]
    return written, monotonic()
