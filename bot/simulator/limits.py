"""How fast a bot may send. Telegram publishes "about 30 a second in all, 1 a second in a chat, 20 a
minute in a group" and no more; the two windows here are two guesses at the rest."""

import math
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from typing import Literal

from bot.simulator.errors import too_many_requests

GROUP_PER_MINUTE = 20  # [Telegram's FAQ for bots]
KEPT_CHATS = 50_000  # chats whose pace is remembered


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """So many calls in so many seconds."""

    most: float
    seconds: float = 1.0


class Sliding:
    """At most `most` calls in any `seconds` seconds."""

    def __init__(self, rule: Rule) -> None:
        self.rule = rule
        self.at: deque[float] = deque()

    def wait(self, now: float) -> float:
        """Seconds until another call fits; 0 when it fits now."""
        while self.at and now - self.at[0] >= self.rule.seconds:
            self.at.popleft()
        return 0.0 if len(self.at) < self.rule.most else self.rule.seconds - (now - self.at[0])

    def take(self, now: float) -> None:
        """Count a call."""
        self.at.append(now)


class Bucket:
    """A store of `burst` calls, filled again evenly: short bursts pass, a steady excess does not."""

    def __init__(self, rule: Rule, *, burst: float) -> None:
        self.rate = rule.most / rule.seconds
        self.burst = max(burst, 1.0)
        self.level = self.burst
        self.at = -math.inf

    def wait(self, now: float) -> float:
        """Seconds until another call fits; 0 when it fits now."""
        self.level = min(self.burst, self.level + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.level >= 1.0 else (1.0 - self.level) / self.rate

    def take(self, now: float) -> None:
        """Count a call; `wait` was asked at the same `now`."""
        self.level -= 1.0


@dataclass(slots=True, kw_only=True)
class Limits:
    """The pace the bot is held to; off until a test turns it on.

    Sends and edits count in all, sends alone count in a chat: it is sends that the published numbers name.
    """

    enforce: bool = False
    per_second: float = 30.0
    per_chat_per_second: float = 1.0
    window: Literal["sliding", "bucket"] = "sliding"
    chat_burst: float = 3.0  # of a bucket
    _all: Sliding | Bucket = field(init=False)
    _chats: OrderedDict[int, Sliding | Bucket] = field(init=False, default_factory=OrderedDict)

    def __post_init__(self) -> None:
        self._all = self._pace(Rule(most=self.per_second), burst=self.per_second)

    def take(self, method: str, *, chat_id: int | None, now: float) -> None:
        """Count a call made at monotonic `now`, or refuse it with 429; a refused call does not count."""
        is_send = method.startswith("send") and method != "sendchataction"
        if not (is_send or method.startswith("edit")):
            return
        paces = [self._all]
        if is_send and chat_id is not None:
            paces.append(self._chat(chat_id))
        wait = max(pace.wait(now) for pace in paces)
        if wait > 0:
            raise too_many_requests(seconds=max(1, math.ceil(wait)))
        for pace in paces:
            pace.take(now)

    def _chat(self, chat_id: int) -> Sliding | Bucket:
        pace = self._chats.get(chat_id)
        if pace is None:
            if chat_id > 0:
                pace = self._pace(Rule(most=self.per_chat_per_second), burst=self.chat_burst)
            else:
                pace = Sliding(Rule(most=GROUP_PER_MINUTE, seconds=60.0))
            self._chats[chat_id] = pace
            if len(self._chats) > KEPT_CHATS:
                self._chats.popitem(last=False)
        return pace

    def _pace(self, rule: Rule, *, burst: float) -> Sliding | Bucket:
        return Sliding(rule) if self.window == "sliding" else Bucket(rule, burst=burst)
