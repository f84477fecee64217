"""Everything Telegram's servers would remember of one bot and of those who talk to it."""

import asyncio
import time
from dataclasses import dataclass, field

from bot.simulator.calls import Calls
from bot.simulator.chats import Chat
from bot.simulator.errors import Refused, bad_request
from bot.simulator.faults import Faults
from bot.simulator.files import Files
from bot.simulator.limits import Limits
from bot.simulator.messages import Message
from bot.simulator.profile import Profile
from bot.simulator.queries import Queries
from bot.simulator.updates import Update, Updates
from bot.simulator.webhook import Webhook


@dataclass(slots=True, kw_only=True, eq=False)
class World:
    """One bot's Telegram."""

    token: str
    profile: Profile
    updates: Updates
    queries: Queries
    webhook: Webhook
    files: Files = field(default_factory=Files)
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    calls: Calls = field(default_factory=Calls)
    chats: dict[int, Chat] = field(default_factory=dict)
    webhook_set_at: float = float("-inf")  # monotonic
    latency: float = 0.0  # seconds before each call is looked at
    jitter: float = 0.0  # and up to so many more, differently for each
    poller: asyncio.Future[None] | None = None  # the long poll that waits
    last_message_id: int = 0

    def __post_init__(self) -> None:
        self.updates.on_arrival.append(self._wake_poller)

    def _wake_poller(self, update: Update) -> None:
        if self.poller is not None and not self.poller.done():
            self.poller.set_result(None)

    def new_message_id(self) -> int:
        """Counted over all private chats, as Telegram does."""
        self.last_message_id += 1
        return self.last_message_id

    def chat(self, chat_id: str) -> Chat:
        """The chat a call names. Refuses an empty, a malformed and an unknown one."""
        if not chat_id:
            raise bad_request("chat_id is empty")
        try:
            chat = self.chats.get(int(chat_id))
        except ValueError:
            chat = None
        if chat is None:
            raise bad_request("chat not found")
        return chat

    def writable(self, chat: Chat) -> Chat:
        """The same chat, if the bot may write there: its person began the conversation and goes on with it."""
        if chat.blocked:
            if chat.is_private:
                raise Refused(403, "Forbidden: bot was blocked by the user")
            raise Refused(403, f"Forbidden: bot was kicked from the {chat.kind} chat")
        if chat.is_private and not chat.started:
            raise Refused(403, "Forbidden: bot can't initiate conversation with a user")
        return chat

    def send_to_bot(self, message: Message) -> None:
        """A person's message, put into its chat and the queue of updates."""
        message.chat.add(message)
        self.updates.add("message", message.wire(), lane=message.chat.chat_id)

    def tell_membership(self, chat: Chat, *, person: Chat, before: str, after: str) -> None:
        """A my_chat_member update: the person blocked or unblocked the bot, or added it to a group."""
        me = self.profile.user()
        old, new = (f'{{"user":{me},"status":"{status}"{_until(status)}}}' for status in (before, after))
        payload = (
            f'{{"chat":{chat.wire},"from":{person.user},"date":{int(time.time())},'
            f'"old_chat_member":{old},"new_chat_member":{new}}}'
        )
        self.updates.add("my_chat_member", payload, lane=("member", chat.chat_id))

    def profile_changed(self) -> None:
        """Names or commands changed: every phone looks again."""
        for chat in self.chats.values():
            chat.wake()


def _until(status: str) -> str:
    return ',"until_date":0' if status == "kicked" else ""
