"""What handlers receive: the House that all share, and for this update who wrote, in which language, and when."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from telegram import Update
from telegram.ext import Application, CallbackContext, ExtBot

from bot.clock import Clock, real_now
from bot.delivery.sender import Sender
from bot.language import Language, Languages
from bot.rules.passes import PassKey
from bot.services.people import Person
from bot.settings import Settings
from storage.database import Database
from storage.records import Congress, Delegate, Lease

_TAP_LEASE = timedelta(seconds=20)
"""How long a tap may take to show its own ticket before delivery sends it as a new message."""


@dataclass(slots=True, kw_only=True)
class House:
    """The parts that live as long as the process; the congress is renewed when its programme changes."""

    settings: Settings
    db: Database
    clock: Clock
    languages: Languages
    congress: Congress
    sender: Sender
    pass_keys: tuple[PassKey, ...]
    """QR passes are signed with the first and read with any."""
    full: set[int] = field(default_factory=set)
    """The visits that had no seats for somebody when they were last asked for: there one looks before one locks."""


class Context(CallbackContext[ExtBot[str], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """One update's context; `meet` (handlers/meeting.py) fills in who wrote before any other handler runs."""

    person: Person
    say: Language
    now: datetime
    cause: str
    """The key of this update's effect: a replayed update finds what it came to."""
    right: str = ""
    """What this update asks for, where that is for the crew alone (handlers/organizers.py)."""
    excuse: str | None = None
    """What the answer of a tap says that has nothing else to say: it comes late."""

    @property
    def house(self) -> House:
        house: House = self.bot_data["house"]
        return house

    @property
    def congress(self) -> Congress:
        return self.house.congress

    @property
    def db(self) -> Database:
        return self.house.db

    @property
    def delegate(self) -> Delegate:
        """The person, who has agreed: no handler but those of the welcome is reached before."""
        assert self.person.delegate is not None
        return self.person.delegate

    def lease_for_tap(self, update: Update) -> Lease:
        """Return the hold with which this tap shows its own message by editing the card that was tapped."""
        card = update.effective_message
        return Lease(token=secrets.token_hex(8), until=real_now() + _TAP_LEASE, edits=card.message_id if card else None)


BotApplication = Application[ExtBot[str], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]
