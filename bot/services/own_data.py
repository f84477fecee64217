"""All that is stored about one person, with the visits it speaks of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from storage import Tx, visits
from storage import own_data as storage
from storage.own_data import Rows
from storage.records import Visit

ONESELF = storage.ONESELF
"""The actor of a line of the log that is the person's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """Rows by table, as of one moment."""

    taken_at: datetime
    rows: Rows
    visits: Mapping[int, Visit]


def own_data(tx: Tx, *, delegate_id: int, telegram_id: int, now: datetime) -> OwnData:
    """Return everything about this person and nothing about others, but the companions they named themselves."""
    rows = storage.rows_about(tx, delegate_id=delegate_id, telegram_id=telegram_id)
    named = {row["visit_id"] for row in rows["bookings"]}
    return OwnData(taken_at=now, rows=rows, visits=visits.read_some(tx, named))
