"""Brings updates by long polling: asks, has them stored, and only then confirms them with the next question.

getUpdates is called raw, on the same transport as all other calls: `Bot.get_updates` reads a whole batch at once and
fails with it.
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, NoReturn
from urllib.parse import urlencode

from telegram.error import TelegramError
from telegram.request import BaseRequest

from bot.intake.arrivals import id_of
from bot.intake.failures import type_and_place

ALLOWED_UPDATES: Final = ("message", "callback_query", "my_chat_member")
POLL_SECONDS: Final = 25  # Telegram's server holds a question for at most 50.
_GRACE_SECONDS: Final = 10.0

_FIRST_PAUSE: Final = 1.0
_PAUSE_GROWTH: Final = 1.5
_LONGEST_PAUSE: Final = 30.0
# After an update without an id, which no offset surely confirms: it may come again at once, for ever.
_PAUSE_IN_VAIN: Final = 0.5

log = logging.getLogger(__name__)


class _Refused(Exception):
    """Telegram answered, and the answer is no."""

    def __init__(self, *, code: int, description: str, retry_after: float | None) -> None:
        super().__init__(code)
        self.code = code
        self.description = description
        self.retry_after = retry_after


class Poller:
    """Asks Telegram for updates until cancelled, and outlives whatever it answers.

    `store` must have written the updates down when it returns: they are confirmed next. `may_poll` returns once this
    process is the one that polls, `polls` says whether it still is. `pause` waits for seconds.
    """

    def __init__(
        self,
        *,
        request: BaseRequest,
        api_url: str,
        token: str,
        store: Callable[[Sequence[Any]], Awaitable[None]],
        may_poll: Callable[[], Awaitable[None]],
        polls: Callable[[], bool],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._request = request
        self._url = f"{api_url}/bot{token}/getUpdates"
        self._store = store
        self._may_poll = may_poll
        self._polls = polls
        self._pause = pause
        self._offset: int | None = None
        self._next_pause = _FIRST_PAUSE
        self._trouble: str | None = None

    async def run(self) -> NoReturn:
        """Poll until cancelled. A poll under way is dropped: what it would have brought is not confirmed."""
        while True:
            await self._may_poll()
            seconds = await self._poll()
            if seconds:
                await self._pause(seconds)

    async def _poll(self) -> float:
        """Ask once; return the seconds to wait before the next time."""
        try:
            updates = await self._get_updates()
            await self._store(updates)
        except _Refused as refusal:
            return self._after_refusal(refusal)
        except TelegramError as error:
            self._tell(f"Telegram cannot be reached, trying on: {error.message}")
            return self._growing_pause()
        except Exception as error:  # noqa: BLE001 - unstored is unconfirmed: Telegram brings them again
            self._tell(f"updates could not be stored, trying on: {type_and_place(error)}", level=logging.ERROR)
            return self._growing_pause()
        if self._trouble is not None:
            log.info("updates come in again")
        self._trouble, self._next_pause = None, _FIRST_PAUSE
        return self._confirm(updates)

    async def _get_updates(self) -> list[Any]:
        question: dict[str, Any] = {"timeout": POLL_SECONDS, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset is not None:
            question["offset"] = self._offset
        status, payload = await self._request.do_request(
            f"{self._url}?{urlencode(question)}",
            "POST",
            read_timeout=POLL_SECONDS + _GRACE_SECONDS,
            pool_timeout=_GRACE_SECONDS,
        )
        answer = self._request.parse_json_payload(payload)
        if answer.get("ok") is True and isinstance(answer.get("result"), list):
            updates: list[Any] = answer["result"]
            return updates
        parameters = answer.get("parameters")
        retry_after = parameters.get("retry_after") if isinstance(parameters, dict) else None
        raise _Refused(
            code=status,
            description=str(answer.get("description", "")),
            retry_after=retry_after if isinstance(retry_after, int | float) else None,
        )

    def _confirm(self, updates: Sequence[Any]) -> float:
        """Move the offset past what is stored; return the seconds to wait before asking again."""
        ids = [update_id for update_id in map(id_of, updates) if update_id is not None]
        # It may move back: after a week of silence Telegram's ids go on from anywhere (Bot API, Update).
        offset = max(ids) + 1 if ids else self._offset
        in_vain = len(ids) < len(updates) or (bool(updates) and offset == self._offset)
        self._offset = offset
        return _PAUSE_IN_VAIN if in_vain else 0.0

    def _after_refusal(self, refusal: _Refused) -> float:
        match refusal.code:
            case 429 if refusal.retry_after is not None:
                self._tell("Telegram asks the bot to slow down")
                return max(refusal.retry_after, _FIRST_PAUSE)
            case 401 | 404:
                self._tell(f"Telegram does not know this bot ({refusal.code}): check BOT_TOKEN", level=logging.CRITICAL)
                return _LONGEST_PAUSE
            case 409 if not self._polls():
                return 0.0  # the process that has taken over asked: so it is meant
            case 409:
                self._tell(f"somebody else takes this bot's updates: {refusal.description}", level=logging.ERROR)
                return self._growing_pause()
            case code:
                self._tell(f"Telegram refuses to give updates ({code}): {refusal.description}")
                return self._growing_pause()

    def _growing_pause(self) -> float:
        seconds = self._next_pause
        self._next_pause = min(seconds * _PAUSE_GROWTH, _LONGEST_PAUSE)
        return seconds

    def _tell(self, trouble: str, *, level: int = logging.WARNING) -> None:
        """Log a trouble once, not at each try."""
        if trouble != self._trouble:
            log.log(level, "%s", trouble)
        self._trouble = trouble
