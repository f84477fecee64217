"""Callback queries: taps that wait for the bot's answer."""

import asyncio
from collections import OrderedDict
from dataclasses import dataclass, field

from bot.simulator.chats import Chat
from bot.simulator.errors import bad_request
from bot.simulator.wire import Json

LONGEST_ANSWER = 200  # characters [Bot API: answerCallbackQuery]
KEPT_SECONDS = 300.0  # a query older than this is forgotten; it is too old for an answer long before
TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


@dataclass(slots=True, kw_only=True, eq=False)
class Query:
    """One tap. `at` is on the monotonic clock, in seconds."""

    query_id: str
    person: Chat
    at: float
    answer: Json | None = None
    _waiting: list[asyncio.Future[None]] = field(default_factory=list)

    def settle(self, answer: Json) -> None:
        """The bot's answer reaches the phone."""
        self.answer = answer
        for future in self._waiting:
            if not future.done():
                future.set_result(None)
        self._waiting.clear()

    async def wait(self, *, seconds: float) -> Json | None:
        """The bot's answer, or nothing after so many real seconds."""
        if self.answer is None and seconds > 0:
            future = asyncio.get_running_loop().create_future()
            self._waiting.append(future)
            try:
                async with asyncio.timeout(seconds):
                    await future
            except TimeoutError:
                return None
        return self.answer


class Queries:
    """The taps of the last minutes. Telegram's own deadline is not published; bots saw 10-20 s."""

    def __init__(self, *, query_seconds: float) -> None:
        self.query_seconds = query_seconds
        self._queries: OrderedDict[str, Query] = OrderedDict()
        self._next_id = 4_382_000_000_000_000

    def open(self, person: Chat, *, now: float) -> Query:
        """A new tap of this person."""
        while self._queries:
            oldest = next(iter(self._queries.values()))
            if now - oldest.at < KEPT_SECONDS:
                break
            self._queries.popitem(last=False)
            oldest.person.pending.pop(oldest.query_id, None)
        self._next_id += 7
        query = Query(query_id=str(self._next_id), person=person, at=now)
        self._queries[query.query_id] = query
        person.pending[query.query_id] = None
        return query

    def is_waiting(self, query_id: str, *, now: float) -> bool:
        """Whether an answer to this query would still be taken."""
        query = self._queries.get(query_id)
        return query is not None and query.answer is None and now - query.at <= self.query_seconds

    def take(self, query_id: str, *, now: float) -> Query:
        """The query to be answered now. Refuses an unknown, an old and an already answered one."""
        query = self._queries.get(query_id)
        if query is None or not self.is_waiting(query_id, now=now):
            raise bad_request(TOO_OLD)
        query.person.pending.pop(query_id, None)
        return query
