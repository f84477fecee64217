"""The ledger: what the bot called, when, and what it was told."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.simulator.wire import Json

KEPT_CALLS = 200_000
LONGEST_VALUE = 200  # characters of an argument that are written down


@dataclass(frozen=True, slots=True)
class Call:
    """One call; it came `at` and was decided on at `ended`, real unix seconds. Not keyword-only: one for every call."""

    n: int
    at: float
    ended: float
    method: str
    chat_id: int | None
    params: Mapping[str, Any]
    status: int
    error: str | None

    def view(self) -> Json:
        """The call for a reader of the ledger."""
        view: Json = {
            "n": self.n, "at": self.at, "ended": self.ended, "method": self.method,
            "chat_id": self.chat_id, "params": self.params, "status": self.status,
        }  # fmt: skip
        return view if self.error is None else {**view, "error": self.error}


class Calls:
    """The last 200,000 calls, numbered from 1."""

    def __init__(self) -> None:
        self.count = 0
        self._calls: deque[Call] = deque(maxlen=KEPT_CALLS)

    def record(
        self,
        method: str,
        *,
        at: float,
        ended: float,
        chat_id: int | None,
        params: Mapping[str, Any],
        status: int,
        error: str | None,
    ) -> None:
        """Write down a call. Long values are cut."""
        small = {
            k: v if type(v) is not str or len(v) <= LONGEST_VALUE else v[:LONGEST_VALUE] + "…"
            for k, v in params.items()
        }
        self.count += 1
        self._calls.append(Call(self.count, at, ended, method, chat_id, small, status, error))

    def since(self, n: int, *, method: str | None = None) -> list[Json]:
        """Calls after number `n`, in order; of one method, or of all."""
        found = []
        for call in reversed(self._calls):
            if call.n <= n:
                break
            if method is None or call.method.lower() == method.lower():
                found.append(call.view())
        return found[::-1]
