"""What this process has done since it started, in plain counters: rooms count here, bot/metrics.py words it."""

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from bot.clock import real_now

BOUNDS: Final = (0.05, 0.1, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
"""Upper ends of the histogram's buckets, seconds; above stands one more."""
LOST: Final = 0
"""The status of a call whose answer never came."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """Counts what happens; every number only ever rises. The words used as keys become labels of metrics."""

    updates: Counter[str] = field(default_factory=Counter)
    """received (brought to this process and stored, repeats too), unreadable; handled, failed, parked, turned_away."""
    webhook: Counter[int] = field(default_factory=Counter)
    """Answers at the public door, by HTTP status."""
    messages: Counter[tuple[str, str]] = field(default_factory=Counter)
    """What delivery carried, by kind and outcome."""
    calls: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Calls of the Bot API, by method and HTTP status (LOST where none came)."""
    taps: "Latency" = field(default_factory=lambda: Latency())
    """From the moment a tap was received to the moment Telegram had taken its answer."""

    now: Callable[[], datetime] = real_now
    _open_taps: dict[str, datetime] = field(default_factory=dict)

    @contextmanager
    def tap(self, query_id: str, *, received_at: datetime) -> Iterator[None]:
        """Wait inside the block for the answer to this tap; one that is answered there counts."""
        self._open_taps[query_id] = received_at
        try:
            yield
        finally:
            self._open_taps.pop(query_id, None)

    def note_call(self, url: str, status: int, parameters: dict[str, Any]) -> None:
        """Count a call of the Bot API. Of the address only the method's name is kept: it holds the token."""
        method = url.partition("?")[0].rpartition("/")[2]
        self.calls[method if method.isalpha() else "file", status] += 1
        if method == "answerCallbackQuery" and status == 200:
            received_at = self._open_taps.pop(parameters.get("callback_query_id", ""), None)
            if received_at is not None:
                self.taps.note((self.now() - received_at).total_seconds())


class Latency:
    """How many took how long: counts by bucket, and the sum in seconds."""

    __slots__ = ("buckets", "sum")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.sum = 0.0

    @property
    def count(self) -> int:
        return sum(self.buckets)

    def note(self, seconds: float) -> None:
        self.buckets[bisect_left(BOUNDS, seconds)] += 1
        self.sum += seconds
