"""Troubles a test may order: what goes wrong with which call, and how often. "*" strikes getUpdates too."""

from dataclasses import dataclass, replace
from typing import Literal, get_args

from bot.simulator.errors import Refused, too_many_requests

Kind = Literal[
    "429", "500", "502", "403", "400",  # refused, nothing done
    "close", "hang_before",             # no answer, nothing done
    "lost", "hang",                     # done, no answer
    "bad_json", "partial_json",         # done, an answer nobody can read
    "502_after",                        # done, and a gateway on the way back says that it failed
]  # fmt: skip
KINDS: tuple[str, ...] = get_args(Kind)
WORDS = {
    "500": "Internal Server Error",
    "502": "Bad Gateway",
    "403": "Forbidden: bot was blocked by the user",
    "400": "Bad Request: chat not found",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One order; `times` is how often it still strikes, -1 for ever. `retry_after` in seconds."""

    fault_id: int
    method: str  # in small letters, or "*"
    kind: Kind
    times: int = 1
    chat_id: int | None = None
    retry_after: int = 1
    description: str | None = None

    def refusal(self) -> Refused | None:
        """The answer of a refusing fault; nothing for one that breaks the answer instead."""
        if self.kind == "429":
            return too_many_requests(seconds=self.retry_after)
        if self.kind in WORDS:
            return Refused(int(self.kind), self.description or WORDS[self.kind])
        return None


class Faults:
    """Orders in the order they came; the first that fits a call strikes it."""

    def __init__(self) -> None:
        self._faults: dict[int, Fault] = {}
        self._last_id = 0

    def order(
        self,
        *,
        method: str,
        kind: Kind,
        times: int = 1,
        chat_id: int | None = None,
        retry_after: int = 1,
        description: str | None = None,
    ) -> int:
        """A new order; its id."""
        self._last_id += 1
        self._faults[self._last_id] = Fault(
            fault_id=self._last_id,
            method=method.lower(),
            kind=kind,
            times=times,
            chat_id=chat_id,
            retry_after=retry_after,
            description=description,
        )
        return self._last_id

    def cancel(self, fault_id: int | None = None) -> None:
        """Cancel one order, or all."""
        if fault_id is None:
            self._faults.clear()
        else:
            self._faults.pop(fault_id, None)

    def strike(self, method: str, *, chat_id: int | None) -> Fault | None:
        """The fault that strikes this call (method in small letters), counted down."""
        for fault in self._faults.values():
            if fault.method in ("*", method) and fault.chat_id in (None, chat_id):
                if fault.times == 1:
                    del self._faults[fault.fault_id]
                elif fault.times > 1:
                    self._faults[fault.fault_id] = replace(fault, times=fault.times - 1)
                return fault
        return None
