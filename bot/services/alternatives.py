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
    return alternatives_among(
        visits.read_all(tx),
        wanted,
        held=held,
        party=party,
        wheelchairs=wheelchairs,
        congress=congress,
        now=now,
        most=most,
    )


def alternatives_among(
    every: Sequence[Visit],
    wanted: Visit,
    *,
    held: Sequence[HeldSeat],
    party: int,
    wheelchairs: int,
    congress: Congress,
    now: datetime,
    most: int = 3,
) -> tuple[Visit, ...]:
    """Return the same of these visits."""
    return nearest_alternatives(
        wanted,
        visits=every,
        libraries=dict(congress.libraries),
        held=held,
        party=party,
        wheelchairs=wheelchairs,
        rules=congress.rules,
        now=now,
        most=most,
    )
