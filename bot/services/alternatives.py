"""What else a person could sign up for right now, nearest first."""

from collections.abc import Sequence
from datetime import datetime

from bot.rules.finding import nearest_alternatives
from storage import Tx, visits
from storage.records import Congress, HeldSeat, Visit


def alternatives_to(
    tx: Tx,
    wanted: Visit,
    *,
    held: Sequence[HeldSeat],
    party: int,
    wheelchairs: int,
    congress: Congress,
    now: datetime,
    most: int = 3,
) -> tuple[Visit, ...]:
    """Return the visits with free seats that come nearest to one that cannot be had; `held` are the person's seats."""
    return nearest_alternatives(
        wanted,
        visits=visits.read_all(tx),
        libraries=dict(congress.libraries),
        held=held,
        party=party,
        wheelchairs=wheelchairs,
        rules=congress.rules,
        now=now,
        most=most,
    )
