"""Raw updates as Telegram would bring them, to be put into the simulator's queue many at a time."""

import itertools
from typing import Any

_message_ids = itertools.count(5_000_000)
"""Above any that the simulator counts up to in a bar."""


def text_update(person: int, text: str) -> dict[str, Any]:
    """Return the update of a text that this person writes to the bot; the simulator gives it the next id."""
    names = {"id": person, "first_name": f"Person {person}"}
    return {
        "message": {
            "message_id": next(_message_ids),
            "from": {**names, "is_bot": False, "language_code": "en"},
            "chat": {**names, "type": "private"},
            "date": 1_755_662_400,
            "text": text,
        }
    }
