"""What is thrown away in time: handled updates, the contents of those that could not be handled, old drafts."""

from datetime import datetime, timedelta

from storage import Tx, drafts, inbox

_KEEP_DONE = timedelta(hours=25)
"""Telegram may bring an update again for 24 hours; so long its id must be known."""
_KEEP_PARKED = timedelta(hours=24)


def tidy_inbox(tx: Tx, *, real_now: datetime) -> None:
    """Forget handled updates after a day, and what parked ones said."""
    inbox.forget_parked(tx, before=real_now - _KEEP_PARKED)
    inbox.delete_done(tx, before=real_now - _KEEP_DONE)


def tidy_drafts(tx: Tx, *, now: datetime) -> int:
    """Delete expired drafts: they hold names of people who never got a seat. Return how many."""
    return drafts.delete_expired(tx, now=now)
