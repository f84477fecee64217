"""What a delegate sees while choosing: cities, visits, one visit with their own relation to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.rules.booking import Refusal, refuse_visit
from bot.services.alternatives import alternatives_to
from storage import Tx, bookings, delegates, visits
from storage.records import Booking, Congress, HeldSeat, Visit, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitCard:
    """One visit, why nobody can book it now if so, and the reader's own booking of it: seat, offer or wait."""

    visit: Visit
    refusal: Refusal | None
    own: Booking | None
    held: tuple[HeldSeat, ...] = ()
    """The seats the reader holds, this visit's too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Visits to choose from, and the seats their reader holds already."""

    visits: tuple[Visit, ...]
    held: tuple[HeldSeat, ...] = ()


def listed_visits(tx: Tx) -> tuple[Visit, ...]:
    """Return the visits that delegates are shown, earliest first: all but drafts."""
    return _listed(visits.read_all(tx))


def choice(tx: Tx, *, delegate_id: int) -> Choice:
    """Return the visits that delegates are shown, earliest first, beside the seats this one holds: one statement."""
    every, held = bookings.visits_beside_held(tx, delegate_id=delegate_id)
    return Choice(visits=_listed(every), held=held)


def _listed(every: Iterable[Visit]) -> tuple[Visit, ...]:
    return tuple(visit for visit in every if visit.state is not VisitState.DRAFT)


def listed_visit(tx: Tx, *, visit_id: int) -> Visit | None:
    """Return one visit that delegates are shown; None for a draft and where there is none of this id."""
    visit = visits.read(tx, visit_id)
    return None if visit is None or visit.state is VisitState.DRAFT else visit


def visit_card(tx: Tx, *, visit_id: int, delegate_id: int, congress: Congress, now: datetime) -> VisitCard | None:
    """Return the visit for this reader, or None when there is none of this id: one statement."""
    visit, live = bookings.visit_beside_live(tx, visit_id=visit_id, delegate_id=delegate_id)
    if visit is None or visit.state is VisitState.DRAFT:
        return None
    return VisitCard(
        visit=visit,
        refusal=refuse_visit(visit, rules=congress.rules, now=now),
        own=next((each.booking for each in live if each.visit.id == visit_id), None),
        held=tuple(each for each in live if each.booking.holds_seat),
    )


def similar_visits(
    tx: Tx, *, visit_id: int, delegate_id: int, congress: Congress, now: datetime
) -> tuple[Visit, tuple[Visit, ...]] | None:
    """Return the visit and those like it that this person could book now; None when there is none of this id."""
    wanted = visits.read(tx, visit_id)
    if wanted is None:
        return None
    others = alternatives_to(
        tx,
        wanted,
        held=bookings.held_by(tx, delegate_id),
        party=1,
        wheelchairs=int(delegates.read(tx, delegate_id).wheelchair),
        congress=congress,
        now=now,
    )
    return wanted, others


def find_visit(tx: Tx, *, key: str) -> Visit | None:
    """Return the visit with this key of the event file, such as nab-am."""
    visit_id = visits.by_key(tx, key)
    return None if visit_id is None else visits.read(tx, visit_id)
