"""Requests for seats: what one is decided on, locked, and read behind the locks."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, func, select, true

from storage import bookings, delegates, log, visits
from storage.bookings import Place
from storage.prepared import Prepared, Together
from storage.records import Delegate, HeldSeat, Visit
from storage.tables import delegates as people
from storage.tables import visits as rows

_PERSON = "delegate_"
# The order of FROM is the order of the locks: the person, then the visit. No stronger ones (delegates.lock).
_BOTH = (
    select(*[column.label(_PERSON + column.name) for column in delegates.delegate_columns()], *bookings.visit_row())
    .join_from(people, rows, true())
    .where(people.c.id == bindparam("delegate_id"), rows.c.id == bindparam("visit_id"))
)
_LOCKED = _BOTH.with_for_update(key_share=True, of=[people, rows])
_NEW_ID = func.nextval("bookings_id_seq").label("new_id")
_LOCK = {"postgresql": Prepared(_LOCKED.add_columns(_NEW_ID)), "sqlite": Prepared(_LOCKED)}
_BUSES = visits.QUESTIONS_OF_ONE[1]
_FACTS = log.OUTCOME, bookings.LIVE, _BUSES.with_for_update()
_BEHIND = {"postgresql": Together(*_FACTS, bookings.IS_TAKEN), "sqlite": Together(*_FACTS)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Who asks for seats, and what is so until the transaction ends."""

    delegate: Delegate
    outcome: Any | None
    """What the command came to if it has run already."""
    live: tuple[HeldSeat, ...]
    """All that the person holds or waits for, as `bookings.live_of` returns it."""
    visits: dict[int, Visit]
    """The visit asked for, and those of the seats they would leave for it."""
    place: Place | None = None
    """On PostgreSQL where a new booking can stand, so that it need not be asked for as it is written."""


def lock(tx: Connection, *, delegate_id: int, visit_id: int, cause: str, leaving: Collection[int] = ()) -> Asked | None:
    """Lock the person, the visit and its buses, and read what is behind; None when there is no such visit.

    `leaving` are ids of the person's bookings whose visits are locked too, all in the order of `visits.lock`. Without
    them it takes two statements on PostgreSQL: what the second sees was committed before the locks were had.
    """
    if leaving:
        return _lock_several(tx, delegate_id=delegate_id, visit_id=visit_id, cause=cause, leaving=leaving)
    row = _LOCK[tx.dialect.name].first(tx, delegate_id=delegate_id, visit_id=visit_id)
    if row is None:
        return None
    place, asked = None, {"cause": cause, "delegate_id": delegate_id, "visit_id": visit_id}
    if tx.dialect.name == "postgresql":
        place = Place(row.new_id, bookings.draw_code())
        asked["code"] = place.code
    outcomes, live, buses, *taken = _BEHIND[tx.dialect.name].all(tx, **asked)
    return Asked(
        delegate=delegates.delegate_from(row, prefix=_PERSON),
        outcome=outcomes[0].outcome if outcomes else None,
        live=bookings.seats_from(live),
        visits={visit_id: visits.visit_from(row, tuple(map(visits.bus_from, buses)))},
        place=None if any(taken) else place,
    )


def _lock_several(
    tx: Connection, *, delegate_id: int, visit_id: int, cause: str, leaving: Collection[int]
) -> Asked | None:
    delegate = delegates.lock(tx, delegate_id)
    outcome = log.outcome_of(tx, cause)
    live = bookings.live_of(tx, delegate_id)
    left = {seat.visit.id for seat in live if seat.booking.id in leaving and not seat.booking.is_waiting}
    fresh = visits.lock(tx, {visit_id, *left})
    return Asked(delegate=delegate, outcome=outcome, live=live, visits=fresh) if visit_id in fresh else None
