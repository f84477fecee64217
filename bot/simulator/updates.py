"""The queue of updates that wait for the bot."""

import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

from bot.simulator.wire import Json, dumps

DAY = 86_400.0  # seconds a message or a member change waits [Bot API: getUpdates]
# Everything but these three is sent when the bot never named its types [Bot API: allowed_updates].
OPT_IN = frozenset(("chat_member", "message_reaction", "message_reaction_count"))
KINDS = frozenset((
    "message", "edited_message", "channel_post", "edited_channel_post", "business_connection",
    "business_message", "edited_business_message", "deleted_business_messages", "message_reaction",
    "message_reaction_count", "inline_query", "chosen_inline_result", "callback_query", "shipping_query",
    "pre_checkout_query", "purchased_paid_media", "poll", "poll_answer", "my_chat_member", "chat_member",
    "chat_join_request", "chat_boost", "removed_chat_boost",
))  # fmt: skip


@dataclass(slots=True, kw_only=True, eq=False)
class Update:
    """One update. `expires` is on the monotonic clock."""

    update_id: int
    wire: str
    lane: Hashable  # updates of one lane reach a webhook one after another
    expires: float
    is_raw: bool = False  # put in by a test under its own id: delivered at least once, whatever the offset
    is_delivered: bool = False
    place: int = 0  # in the queue


class Updates:
    """In order of arrival; dropped when confirmed or expired. Every operation costs what it returns."""

    def __init__(self, *, tap_seconds: float) -> None:
        self.tap_seconds = tap_seconds
        self.allowed: frozenset[str] | None = None
        self.last_id = 0
        self.on_arrival: list[Callable[[Update], None]] = []
        self._queue: OrderedDict[int, Update] = OrderedDict()
        self._next_place = 0

    def __iter__(self) -> Iterator[Update]:
        return iter(list(self._queue.values()))

    def wants(self, kind: str) -> bool:
        """Whether the bot gets updates of this kind. The setting acts on new updates only."""
        return kind not in OPT_IN if self.allowed is None else kind in self.allowed

    def allow(self, kinds: object) -> None:
        """The bot's `allowed_updates`: nothing keeps the setting, an empty list means the default."""
        if isinstance(kinds, list):
            known = frozenset(k for k in kinds if isinstance(k, str) and k in KINDS)
            self.allowed = known or None

    def add(self, kind: str, payload: str, *, lane: Hashable) -> None:
        """A new update with the next id, unless the bot does not want its kind."""
        if not self.wants(kind):
            return
        self.last_id += 1
        seconds = self.tap_seconds if kind == "callback_query" else DAY
        self._put(
            Update(
                update_id=self.last_id,
                wire=f'{{"update_id":{self.last_id},"{kind}":{payload}}}',
                lane=lane,
                expires=time.monotonic() + seconds,
            )
        )

    def add_raw(self, update: Json) -> int:
        """An update as a test wrote it, poison too. Its own id stands; without one it gets the next."""
        given = update.get("update_id")
        update_id = given if type(given) is int else self.last_id + 1
        self.last_id = max(self.last_id, update_id)
        wire = dumps({"update_id": update_id, **update})
        expires = time.monotonic() + DAY
        self._put(Update(update_id=update_id, wire=wire, lane=None, expires=expires, is_raw=True))
        return update_id

    def _put(self, update: Update) -> None:
        self._next_place += 1
        update.place = self._next_place
        self._queue[update.place] = update
        for listener in self.on_arrival:
            listener(update)

    def confirm(self, offset: int) -> None:
        """Drop everything below the offset; a negative one keeps only the last so many."""
        if offset < 0:
            while len(self._queue) > -offset:
                self._queue.popitem(last=False)
            return
        kept: list[Update] = []
        while self._queue:
            update = next(iter(self._queue.values()))
            if update.update_id >= offset:
                break
            del self._queue[update.place]
            if update.is_raw and not update.is_delivered:
                kept.append(update)
        for update in reversed(kept):
            self._queue[update.place] = update
            self._queue.move_to_end(update.place, last=False)

    def take(self, *, limit: int) -> list[str]:
        """The first updates, as JSON; they stay until confirmed."""
        now = time.monotonic()
        taken: list[str] = []
        expired: list[Update] = []
        for update in self._queue.values():
            if update.expires < now:
                expired.append(update)
                continue
            update.is_delivered = True
            taken.append(update.wire)
            if len(taken) == limit:
                break
        for update in expired:
            self.drop(update)
        return taken

    def count(self) -> int:
        """How many wait. Looks at each, to leave out the expired."""
        now = time.monotonic()
        for update in [u for u in self._queue.values() if u.expires < now]:
            self.drop(update)
        return len(self._queue)

    def drop(self, update: Update) -> None:
        """This one was taken by a webhook, or nobody will want it any more."""
        self._queue.pop(update.place, None)

    def clear(self) -> None:
        """Drop all (`drop_pending_updates`)."""
        self._queue.clear()
