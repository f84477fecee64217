"""When lists go out by themselves: to the leaders of a bus and the hosts of a visit, some hours before it leaves."""

from datetime import datetime, timedelta

from storage.records import MessageClass

ROUNDS = (timedelta(hours=12), timedelta(hours=1))
"""So long before the departure; organizers and peers print at these hours (facts/peers.md 3.2, 26)."""
RINGS_BEFORE = timedelta(hours=2)
"""What changes so shortly before the departure is said at once; earlier it waits for the end of the quiet hours."""


def round_due(departs_at: datetime, *, now: datetime) -> timedelta | None:
    """Return the round whose list a leader should have by now; None before the first and after the departure.

    Who becomes a leader between two rounds gets the list of the one before at once.
    """
    if now >= departs_at:
        return None
    return next((before for before in sorted(ROUNDS) if now >= departs_at - before), None)


def class_of(departs_at: datetime, *, now: datetime) -> MessageClass:
    """Say whether news of a list are urgent."""
    return MessageClass.URGENT if now >= departs_at - RINGS_BEFORE else MessageClass.NORMAL
