"""Chats: one for each phone, and groups. A chat counts its changes and wakes who waits for one."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.simulator.messages import Message
from bot.simulator.wire import Json, dumps

KEPT_ALERTS = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """What the bot's answer to a tap showed; `at` in real unix seconds."""

    query_id: str
    text: str
    show_alert: bool
    at: float
    version: int

    def view(self) -> Json:
        """The alert for the phone's page."""
        return {"query_id": self.query_id, "text": self.text, "show_alert": self.show_alert, "at": self.at}


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """A conversation of the bot with one person (id > 0) or a group (id < 0)."""

    chat_id: int
    kind: str  # private, group or supergroup
    names: Json  # first_name, last_name, username, language_code; title of a group
    members: set[int] = field(default_factory=set)
    started: bool = False  # the person wrote to the bot at least once
    blocked: bool = False
    version: int = 1
    messages: dict[int, Message] = field(default_factory=dict)
    alerts: deque[Alert] = field(default_factory=lambda: deque(maxlen=KEPT_ALERTS))
    pending: dict[str, None] = field(default_factory=dict)  # queries the bot has not answered
    wire: str = ""  # JSON of the Bot API's Chat
    user: str = ""  # JSON of the Bot API's User, for a person
    _by_change: OrderedDict[int, Message] = field(default_factory=OrderedDict)
    _waiting: set[asyncio.Future[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rename(self.names)

    @property
    def is_private(self) -> bool:
        """Whether this is one person's chat."""
        return self.chat_id > 0

    @property
    def shown_names(self) -> Json:
        """The names a Bot API Chat carries."""
        return {name: value for name, value in self.names.items() if name != "language_code"}

    def rename(self, names: Json) -> None:
        """New names, seen in every message from now on."""
        self.names = names
        self.wire = dumps({"id": self.chat_id, **self.shown_names, "type": self.kind})
        old_user, self.user = self.user, dumps({"id": self.chat_id, "is_bot": False, **names})
        for message in self.messages.values():
            if message.sender == old_user:
                message.sender = self.user
            message.forget_views()
        self.wake()

    def add(self, message: Message) -> Message:
        """A new message at the end."""
        self.messages[message.message_id] = message
        self.changed(message)
        return message

    def changed(self, message: Message) -> None:
        """A message is new or different: count it, wake the waiting."""
        self.wake()
        message.version = self.version
        message.forget_views()
        self._by_change[message.message_id] = message
        self._by_change.move_to_end(message.message_id)

    def changed_since(self, version: int) -> Iterator[Message]:
        """Messages changed after this version, latest change first; costs what it yields."""
        for message in reversed(self._by_change.values()):
            if message.version <= version:
                return
            yield message

    def message(self, message_id: int) -> Message | None:
        """The message, unless it is gone."""
        message = self.messages.get(message_id)
        return None if message is None or message.deleted else message

    def wake(self) -> None:
        """The chat changed."""
        self.version += 1
        if self._waiting:
            waiting, self._waiting = self._waiting, set()
            for future in waiting:
                if not future.done():
                    future.set_result(None)

    def close(self) -> None:
        """Nobody waits any more: the simulator stops."""
        for future in self._waiting:
            future.cancel()

    async def wait_past(self, version: int, *, seconds: float) -> None:
        """Return as soon as the chat is newer than `version`, or after so many real seconds."""
        try:
            async with asyncio.timeout(seconds):
                while self.version <= version:
                    future = asyncio.get_running_loop().create_future()
                    self._waiting.add(future)
                    try:
                        await future
                    finally:
                        self._waiting.discard(future)
        except TimeoutError:
            return
