"""Buses that get smaller than what is taken on them: who of their passengers was asked, and what they answered."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, Row, Select, and_, case, func, insert, or_, select, update

from storage.bookings import booking_columns, booking_from
from storage.records import Ask, BookingState, Cut, VisitState
from storage.tables import asks, bookings, buses, cuts, delegates, visits

_OVER = (VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)
_ASKS = select(asks, *[column.label(f"offer_{column.name}") for column in booking_columns()]).join_from(
    asks, bookings, asks.c.hold_id == bookings.c.id
)


def begin(tx: Connection, *, act_id: int, bus_id: int, seats: int, asks_until: datetime) -> int:
    """Let nobody on this bus above so many seats from now on; its passengers are asked until then. Return the cut."""
    tx.execute(update(buses).where(buses.c.id == bus_id).values(closing_to=seats, version=buses.c.version + 1))
    row = insert(cuts).values(act_id=act_id, bus_id=bus_id, asks_until=asks_until)
    return int(tx.execute(row.returning(cuts.c.id)).scalar_one())


def ask(tx: Connection, *, cut_id: int, asked: Mapping[int, tuple[int, bool]]) -> None:
    """Write down who is asked: by the id of what is held for them, their seat, and whether the rule would move them."""
    rows = [
        {"hold_id": hold, "cut_id": cut_id, "booking_id": booking, "is_last": is_last}
        for hold, (booking, is_last) in asked.items()
    ]
    if rows:
        tx.execute(insert(asks), rows)


def stay(tx: Connection, hold_id: int, *, now: datetime) -> None:
    """Write down that this party would rather stay."""
    tx.execute(update(asks).where(asks.c.hold_id == hold_id).values(stays_at=now))


def of_hold(tx: Connection, hold_id: int) -> Ask | None:
    """Return how a party was asked, by what is held for it, while its bus is closing; None when nobody was so."""
    still = _ASKS.join(cuts, cuts.c.id == asks.c.cut_id).where(asks.c.hold_id == hold_id, cuts.c.ended_at.is_(None))
    row = tx.execute(still).one_or_none()
    return None if row is None else _ask(row)


def asks_of(tx: Connection, cut_id: int) -> tuple[Ask, ...]:
    """Return all who were asked, in the order of their holds."""
    return tuple(_ask(row) for row in tx.execute(_ASKS.where(asks.c.cut_id == cut_id).order_by(asks.c.hold_id)))


def asking_holds(tx: Connection, bookings_: Collection[int]) -> frozenset[int]:
    """Return which of these offers are held for somebody who is being asked."""
    query = select(asks.c.hold_id).join_from(asks, cuts, cuts.c.id == asks.c.cut_id)
    open_ones = query.where(asks.c.hold_id.in_(bookings_), cuts.c.ended_at.is_(None))
    return frozenset(tx.scalars(open_ones)) if bookings_ else frozenset()


def read(tx: Connection, cut_id: int) -> Cut:
    """Return one cut."""
    return _cut(tx, tx.execute(select(cuts).where(cuts.c.id == cut_id)).one())


def of_act(tx: Connection, act_id: int) -> Cut | None:
    """Return how the cut of this act stands; None when nobody was asked."""
    row = tx.execute(select(cuts).where(cuts.c.act_id == act_id)).one_or_none()
    return None if row is None else _cut(tx, row)


def open_on(tx: Connection, bus_ids: Collection[int]) -> tuple[Cut, ...]:
    """Return the cuts of these buses that are still asking."""
    query = select(cuts).where(cuts.c.bus_id.in_(bus_ids), cuts.c.ended_at.is_(None)).order_by(cuts.c.id)
    return tuple(_cut(tx, row) for row in tx.execute(query).all()) if bus_ids else ()


def claim_ended(tx: Connection, *, now: datetime) -> Cut | None:
    """Lock a cut that has nothing more to ask and that no other process is at; None: there is none.

    Its time is over, enough have gone, its bus closes no more, or its visit is called off or gone.
    """
    query = (
        select(cuts)
        .join_from(cuts, buses, cuts.c.bus_id == buses.c.id)
        .join(visits, visits.c.id == buses.c.visit_id)
        .where(
            cuts.c.ended_at.is_(None),
            or_(
                cuts.c.asks_until <= now,
                buses.c.closing_to.is_(None),
                buses.c.seats_taken <= buses.c.closing_to,
                visits.c.state.in_(_OVER),
            ),
        )
        .order_by(cuts.c.id)
        .limit(1)
        .with_for_update(of=cuts, skip_locked=True)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else _cut(tx, row)


def end(tx: Connection, cut_id: int, *, outcome: Mapping[str, int], now: datetime) -> None:
    """Write down what a cut came to: nobody is asked any more."""
    tx.execute(update(cuts).where(cuts.c.id == cut_id).values(ended_at=now, outcome=dict(outcome)))


def without_telegram(tx: Connection, *, bus_ids: Collection[int], reason: str, since: datetime) -> tuple[str, ...]:
    """Return the names of those without Telegram whose seats on these buses ended for this reason since then."""
    query: Select[tuple[str]] = (
        select(delegates.c.name)
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .where(
            bookings.c.bus_id.in_(bus_ids),
            bookings.c.reason == reason,
            bookings.c.released_at >= since,
            delegates.c.telegram_id.is_(None),
        )
    )
    return tuple(tx.scalars(query.order_by(bookings.c.id)))


def _cut(tx: Connection, row: Row[tuple[object, ...]]) -> Cut:
    gone = bookings.c.state == BookingState.BOOKED
    stays = and_(asks.c.stays_at.is_not(None), ~gone)
    counts = tx.execute(
        select(
            func.coalesce(func.sum(bookings.c.party), 0).label("asked"),
            func.coalesce(func.sum(case((gone, bookings.c.party), else_=0)), 0).label("gone"),
            func.coalesce(func.sum(case((stays, bookings.c.party), else_=0)), 0).label("staying"),
        )
        .join_from(asks, bookings, asks.c.hold_id == bookings.c.id)
        .where(asks.c.cut_id == row.id)
    ).one()
    return Cut(
        id=row.id,
        act_id=row.act_id,
        bus_id=row.bus_id,
        asks_until=row.asks_until,
        is_open=row.ended_at is None,
        asked=int(counts.asked),
        gone=int(counts.gone),
        staying=int(counts.staying),
        outcome=row.outcome,
    )


def _ask(row: Row[tuple[object, ...]]) -> Ask:
    return Ask(
        cut_id=row.cut_id,
        booking_id=row.booking_id,
        hold=booking_from(row, prefix="offer_"),
        is_last=row.is_last,
        stays=row.stays_at is not None,
    )
