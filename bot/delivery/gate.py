"""The gate: every call to Telegram goes through here, python-telegram-bot's one place for rate limits.

Its own `AIORateLimiter` would not do: its state is one process's, it knows no limit for private chats, and (22.8) any
call that finishes lifts its halt.
"""

import math
from collections.abc import Callable, Coroutine
from datetime import timedelta
from typing import Any, Final

from telegram.error import RetryAfter
from telegram.ext import BaseRateLimiter

from bot.delivery.pace import Pace
from bot.transport import seconds_of

IN_TURN: Final = "in turn"
"""What delivery passes as `rate_limit_args`: this call has waited for its turn."""
LONGEST_WAIT: Final = 10.0
"""Seconds that an answer waits while Telegram wants nothing; longer, and the person taps again."""
_COUNTED = ("send", "edit", "copy", "forward")

Answer = bool | dict[str, Any] | list[dict[str, Any]]


class Gate(BaseRateLimiter[str]):
    """Lets answers to taps pass at once, counted; nothing that Telegram counts while it wants nothing."""

    def __init__(self, pace: Pace) -> None:
        self._pace = pace

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Stop counting for the others."""
        await self._pace.close()

    async def process_request(
        self,
        callback: Callable[..., Coroutine[Any, Any, Answer]],
        args: Any,
        kwargs: dict[str, Any],
        endpoint: str,
        data: dict[str, Any],
        rate_limit_args: str | None,
    ) -> Answer:
        """Make the call. Raise RetryAfter when Telegram says so, or said so and the wait is longer than ten seconds."""
        if not endpoint.startswith(_COUNTED) or endpoint == "sendChatAction":
            return await callback(*args, **kwargs)
        if rate_limit_args != IN_TURN:
            await self._wait()
            self._pace.note_answer()
        try:
            return await callback(*args, **kwargs)
        except RetryAfter as error:
            await self._pace.hold(seconds_of(error))
            raise

    async def _wait(self) -> None:
        while (left := await self._pace.glance()) > 0:
            if left > LONGEST_WAIT:
                raise RetryAfter(timedelta(seconds=math.ceil(left)))
            await self._pace.sit_out()
