"""A crowd that taps at a steady rate whether it is answered or not, and when and how each tap was answered."""

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.phone import Call
from tests.proof.fleet import Fleet
from tests.proof.ledger import Seat, bus_told, reached, told_of_seats

_LOOK_SECONDS = 0.5
LATE = 150.0
"""Seconds that Telegram keeps a tap, and after which the bot does nothing about it but show its card."""
_CONNECTIONS = 256  # a process has 1,024 files at most on many machines


@dataclass(frozen=True, slots=True, kw_only=True)
class Tap:
    """One tap; `at` is real unix time, taken before it was sent: what the way to the simulator takes is counted."""

    query: str
    person: int
    data: str
    at: float


@dataclass(slots=True, kw_only=True)
class Crowd:
    """People with a card each. `calls` is what the bot has called since the crowd came, as far as it was looked at."""

    fleet: Fleet
    cards: Mapping[int, int]
    taps: dict[str, Tap] = field(default_factory=dict)
    answers: dict[str, Call] = field(default_factory=dict)
    calls: list[Call] = field(default_factory=list)
    late: float = 0.0
    """Seconds by which the driver fell behind its own plan at most: it was the bottleneck when this is large."""
    _seen: int = 0
    _on_the_way: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(_CONNECTIONS))

    async def tap(self, person: int, data: str) -> str:
        """Tap a button of the person's card, there or not; return the id of the query."""
        at = time.time()
        asked = {"message_id": self.cards[person], "data": data, "forge": True}
        async with self._on_the_way:
            query = str((await self.fleet.ask(f"/sim/phones/{person}/tap", asked))["query_id"])
        self.taps[query] = Tap(query=query, person=person, data=data, at=at)
        return query

    async def tap_steadily(self, taps: Iterable[tuple[int, str]], *, per_second: float) -> None:
        """Begin so many (person, data) a second, each at its moment, however the ones before fare."""
        began = time.monotonic()
        async with asyncio.TaskGroup() as group:
            for number, (person, data) in enumerate(taps):
                ahead = began + number / per_second - time.monotonic()
                if ahead > 0:
                    await asyncio.sleep(ahead)
                else:
                    self.late = max(self.late, -ahead)
                    if number % 16 == 0:
                        await asyncio.sleep(0)
                group.create_task(self.tap(person, data))

    async def look(self) -> None:
        """See what the bot has called since the last look."""
        new = await self.fleet.telegram.calls(since=self._seen)
        if new:
            self._seen = new[-1].n
            self.calls += new
        for call in new:
            if call.method == "answerCallbackQuery" and reached(call):
                self.answers.setdefault(str(call.params["callback_query_id"]), call)

    async def answered(self, *, within: float) -> int:
        """Wait until each tap has been answered, at most so many seconds; return how many have not."""
        ends = time.monotonic() + within
        await self.look()
        while (left := self.taps.keys() - self.answers.keys()) and time.monotonic() < ends:
            await asyncio.sleep(_LOOK_SECONDS)
            await self.look()
        return len(left)

    def was_late(self, query: str) -> bool:
        """Say whether a tap was answered so late that the bot shows its card afresh and does nothing, as it must."""
        answer = self.answers.get(query)
        return answer is not None and answer.at - self.taps[query].at > LATE

    @property
    def latencies(self) -> list[float]:
        """Seconds from each tap to its answer's arrival at the simulator, of those that were answered."""
        return [self.answers[query].at - tap.at for query, tap in self.taps.items() if query in self.answers]

    @property
    def told(self) -> set[Seat]:
        """Who was told of a seat on which bus, in whatever way."""
        by_answer = {
            (self.taps[query].person, bus)
            for query, call in self.answers.items()
            if query in self.taps and (bus := bus_told(str(call.params.get("text", "")))) is not None
        }
        return by_answer | told_of_seats(self.calls)
