"""What comes in: an update's JSON, of which only the id and the person are read before it is stored.

All else is read when its turn comes, alone, so that one update that cannot be read harms no other: python-telegram-bot
refuses a whole batch for it, and asks for the same batch again at once.

What JSON can spell and no text can hold is left out here, once for all: a NUL, which PostgreSQL takes in no text, and
half an emoji, which neither a database nor Telegram takes back.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, TypeGuard

from telegram import Update

from storage.inbox import NewUpdate
from storage.records import StoredUpdate

# Telegram's own ids need at most 52 bits (Bot API, User.id); beyond 63 the database could not hold them.
_END_OF_IDS: Final = 2**53
# A tap waits no longer in Telegram's queue, and an answer to it later than that is refused.
_TAP_LIVES: Final = timedelta(seconds=150)

_as_text: Final = json.JSONEncoder(separators=(",", ":")).encode


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """One update on its way to its handler. `received_at` is real time."""

    update_id: int
    person: int | None
    content: dict[str, Any]
    received_at: datetime

    @property
    def line(self) -> int:
        """Where it waits its turn: behind what its person sent before; what nobody sent waits for nobody."""
        return -_END_OF_IDS - self.update_id if self.person is None else self.person


def id_of(content: object) -> int | None:
    """Return the id of an update if it is one that can be stored."""
    update_id = content.get("update_id") if isinstance(content, dict) else None
    return update_id if _is_id(update_id) and update_id > 0 else None


def read_arrival(content: object, *, received_at: datetime) -> Arrival | None:
    """Read the id and the person of an update, or return None where there is no id to know it by."""
    update_id = id_of(content)
    if update_id is None or not isinstance(content, dict):
        return None
    return Arrival(update_id=update_id, person=_person_of(content), content=_writable(content), received_at=received_at)


def to_store(arrival: Arrival) -> NewUpdate:
    """Return the arrival as storage takes it. The JSON is pure ASCII."""
    return NewUpdate(update_id=arrival.update_id, person=arrival.person, raw=_as_text(arrival.content))


def from_store(stored: StoredUpdate) -> Arrival:
    """Return what was stored, to be handled now."""
    return Arrival(
        update_id=stored.update_id,
        person=stored.person,
        content=json.loads(stored.raw),
        received_at=stored.received_at,
    )


def is_late_tap(update: Update, *, received_at: datetime, now: datetime) -> bool:
    """Say whether this is a tap that Telegram lets nobody answer any more: its card may be shown afresh.

    Both moments are real time: the 150 seconds are Telegram's, whatever the congress's clock shows.
    """
    return update.callback_query is not None and now - received_at > _TAP_LIVES


def _person_of(content: dict[str, Any]) -> int | None:
    """Return the id of who sent it, else of its chat, whatever kind of update it is."""
    for happening in content.values():
        if not isinstance(happening, dict):
            continue
        for who in (happening.get("from"), happening.get("chat")):
            person = who.get("id") if isinstance(who, dict) else None
            if _is_id(person):
                return person
    return None


def _writable(content: dict[str, Any]) -> dict[str, Any]:
    try:
        return {key: _cleaned(value) for key, value in content.items()}
    except RecursionError:
        return content  # nobody typed that: whoever reads it fails, and it is parked


def _cleaned(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "").encode("utf-8", "ignore").decode()
        case dict():
            return {key: _cleaned(each) for key, each in value.items()}
        case list():
            return [_cleaned(each) for each in value]
        case _:
            return value


def _is_id(value: object) -> TypeGuard[int]:
    return type(value) is int and -_END_OF_IDS < value < _END_OF_IDS
