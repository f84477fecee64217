"""A scripted Bot API: what each phone has received, and what goes wrong on the way, by the seed alone."""

from collections import Counter, defaultdict
from collections.abc import Callable
from random import Random
from typing import Any

from telegram.error import BadRequest, Forbidden, RetryAfter, TimedOut

from bot.transport import NotSentError

FAULTS = {
    "429": 3,
    "answer lost": 4,
    "not delivered, nobody knows": 2,
    "never left": 3,
    "died before the call": 3,
    "died after the call": 3,
    "HTML refused": 1,
    "refused": 1,
    "": 80,
}


class Died(BaseException):
    """The process ends here; nothing after this line runs."""


class Sent:
    """What the courier reads of Telegram's answer."""

    def __init__(self, message_id: int) -> None:
        self.message_id = message_id


class Phones:
    """Everybody's phone. `about` is the outbox key of the message that is on its way."""

    def __init__(self, random: Random, reached: Counter[str]) -> None:
        self._random = random
        self._reached = reached
        self.blocked: set[int] = set()
        self.about = ""
        self.calm = False
        self.copies: Counter[str] = Counter()
        """How often a message was seen, by its key."""
        self.doubts: Counter[str] = Counter()
        """After how many calls nobody could know whether it had been."""
        self.seen: defaultdict[int, list[str]] = defaultdict(list)
        self.stands: dict[tuple[int, int], str] = {}
        """What each message says at last, by chat and message."""
        self._edited: set[tuple[int, int | None]] = set()
        self._messages = 0

    async def send_message(self, chat_id: int, text: str, *, parse_mode: object, **_: Any) -> Sent:
        """Deliver, or not, as the seed wants it."""
        return self._do(lambda: self.show(chat_id, text), chat_id, parse_mode)

    async def edit_message_text(
        self, text: str, *, chat_id: int, message_id: int, parse_mode: object, **_: Any
    ) -> Sent:
        """Let a message say something else, or not; now and then the person has deleted it."""
        if not self.calm and self._random.random() < 0.03:
            self._reached["card gone"] += 1
            raise BadRequest("Bad Request: message to edit not found")
        return self._do(lambda: self._say(chat_id, message_id, text), chat_id, parse_mode)

    def _do(self, act: Callable[[], Sent], chat_id: int, parse_mode: object) -> Sent:
        if chat_id in self.blocked:
            raise Forbidden("Forbidden: bot was blocked by the user")
        fault = "" if self.calm else self._random.choices(list(FAULTS), list(FAULTS.values()))[0]
        self._reached[fault or "went well"] += 1
        match fault:
            case "429":
                raise RetryAfter(self._random.randint(1, 40))
            case "never left":
                raise NotSentError("no connection")
            case "refused":
                raise BadRequest("Bad Request: something Telegram does not like")
            case "HTML refused" if parse_mode is not None:
                raise BadRequest("Bad Request: can't parse entities: unsupported start tag")
            case "not delivered, nobody knows":
                self.doubts[self.about] += 1
                raise TimedOut
            case "died before the call":
                self.doubts[self.about] += 1
                raise Died
            case _:
                pass
        sent = act()
        if fault == "answer lost":
            self.doubts[self.about] += 1
            raise TimedOut
        if fault == "died after the call":
            self.doubts[self.about] += 1
            raise Died
        return sent

    def edit(self, chat_id: int, message_id: int | None, text: str) -> Sent:
        """A tap's card says this now; the same card with the same ticket once more is no second copy."""
        card = (chat_id, message_id)
        if card not in self._edited:
            self._edited.add(card)
            self._say(chat_id, message_id or 0, text)
        return Sent(message_id or 0)

    def show(self, chat_id: int, text: str) -> Sent:
        """The text stands on the phone."""
        self._messages += 1
        return self._say(chat_id, self._messages, text)

    def _say(self, chat_id: int, message_id: int, text: str) -> Sent:
        self.copies[self.about] += 1
        self.seen[chat_id].append(text)
        self.stands[chat_id, message_id] = text
        return Sent(message_id)
