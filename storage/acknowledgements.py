"""Who has confirmed that they have read an announcement which asks for it, and who has not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.dialects import postgresql, sqlite

from storage.records import BookingState, MessageState
from storage.tables import acknowledgements, bookings, buses, delegates, outbox

_NEW = {
    dialect: build(acknowledgements).on_conflict_do_nothing()
    for dialect, build in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Unheard:
    """Somebody who has been sent the announcement and has not confirmed it; with the buses they ride."""

    delegate_id: int
    name: str
    buses: tuple[str, ...]
    arrived: bool
    """It has been delivered to them."""


def is_reader(tx: Connection, *, announcement_id: int, delegate_id: int) -> bool:
    """Say whether the announcement was written to this person."""
    query = select(outbox.c.id).where(outbox.c.announcement_id == announcement_id, outbox.c.delegate_id == delegate_id)
    return tx.scalar(query.limit(1)) is not None


def add(tx: Connection, *, announcement_id: int, delegate_id: int, now: datetime) -> None:
    """Note that this person has read it; a second time changes nothing."""
    row = {"announcement_id": announcement_id, "delegate_id": delegate_id, "at": now}
    tx.execute(_NEW[tx.dialect.name], row)


def read(tx: Connection, *, announcement_id: int, delegate_id: int) -> datetime | None:
    """Return when this person confirmed it, or None."""
    mine = acknowledgements.c.announcement_id == announcement_id, acknowledgements.c.delegate_id == delegate_id
    return tx.scalar(select(acknowledgements.c.at).where(*mine))


def count(tx: Connection, announcement_id: int) -> int:
    """Count who has confirmed."""
    query = select(func.count()).select_from(acknowledgements)
    return int(tx.scalar(query.where(acknowledgements.c.announcement_id == announcement_id)) or 0)


def unheard(tx: Connection, announcement_id: int) -> tuple[Unheard, ...]:
    """Return who has not confirmed, by name. Cancelled messages asked nobody."""
    confirmed = select(acknowledgements.c.delegate_id).where(acknowledgements.c.announcement_id == announcement_id)
    sent = and_(outbox.c.announcement_id == announcement_id, outbox.c.state != MessageState.CANCELLED)
    query = (
        select(delegates.c.id, delegates.c.name, outbox.c.state)
        .join(outbox, outbox.c.delegate_id == delegates.c.id)
        .where(sent, delegates.c.id.not_in(confirmed), delegates.c.telegram_id.is_not(None))
        .order_by(delegates.c.id)
    )
    found: dict[int, tuple[str, bool]] = {}
    for row in tx.execute(query):
        _, before = found.get(row.id, ("", False))
        found[row.id] = row.name, before or row.state == MessageState.SENT
    rides = _buses_of(tx, list(found))
    return tuple(
        Unheard(delegate_id=each, name=name, buses=rides.get(each, ()), arrived=arrived)
        for each, (name, arrived) in sorted(found.items(), key=lambda item: (item[1][0].casefold(), item[0]))
    )


def _buses_of(tx: Connection, delegate_ids: Sequence[int]) -> dict[int, tuple[str, ...]]:
    query = (
        select(bookings.c.delegate_id, buses.c.label)
        .join(buses, bookings.c.bus_id == buses.c.id)
        .where(bookings.c.delegate_id.in_(delegate_ids), bookings.c.state == BookingState.BOOKED)
        .order_by(buses.c.departs_at, buses.c.id)
    )
    found: dict[int, tuple[str, ...]] = {}
    for row in tx.execute(query):
        found[row.delegate_id] = (*found.get(row.delegate_id, ()), row.label)
    return found
