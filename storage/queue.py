"""The waiting lists: parties in their order, offers made and taken back. Each change is made under the visit's lock.

A place is (priority, queue number): the number a party got when it joined, which it keeps when a part of it is served.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, or_, select, update

from storage.bookings import (
    add_riders,
    booking_columns,
    booking_from,
    insert_under_new_code,
    riders_of,
    visit_row,
    wheelchairs_of,
)
from storage.records import Booking, BookingState, HeldSeat, Rider, Visit, VisitState
from storage.tables import asks, bookings, cuts, delegates, riders, visits
from storage.visits import visit_from

_WAITING, _OFFERED, _BOOKED = BookingState.WAITING, BookingState.OFFERED, BookingState.BOOKED

_main = bookings.alias("main")
_LINE = (
    select(
        *booking_columns(),
        delegates.c.telegram_id,
        delegates.c.unreachable_since,
        (_main.c.state == _OFFERED).label("part_is_offered"),
    )
    .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
    .outerjoin(_main, _main.c.id == bookings.c.rest_of)
    .where(bookings.c.visit_id == bindparam("visit_id"), bookings.c.state == _WAITING)
    .order_by(bookings.c.priority.desc(), bookings.c.queue_no, bookings.c.id)
)
_WITH_VISIT = select(*[column.label(f"booking_{column.name}") for column in booking_columns()], *visit_row()).join_from(
    bookings, visits, bookings.c.visit_id == visits.c.id
)
_HELD = _WITH_VISIT.where(
    bookings.c.delegate_id.in_(bindparam("ids", expanding=True)), bookings.c.state.in_((_OFFERED, _BOOKED))
).order_by(visits.c.leaves_at, bookings.c.id)
_WAITS = _WITH_VISIT.where(bookings.c.delegate_id == bindparam("delegate_id"), bookings.c.state == _WAITING).order_by(
    visits.c.leaves_at, bookings.c.id
)

_ASKING = select(asks.c.hold_id).join_from(asks, cuts, asks.c.cut_id == cuts.c.id).where(cuts.c.ended_at.is_(None))


@dataclass(frozen=True, slots=True, kw_only=True)
class InLine:
    """A waiting party as it stands in the line of a visit. `held` are all seats its owner holds, with their visits."""

    booking: Booking
    held: tuple[HeldSeat, ...]
    reachable: bool
    part_is_offered: bool


def line_of(tx: Connection, visit_id: int) -> tuple[InLine, ...]:
    """Return the parties that wait for a visit, the first in line first."""
    rows: Sequence[Any] = tx.execute(_LINE, {"visit_id": visit_id}).all()
    held = held_by_each(tx, {row.delegate_id for row in rows})
    return tuple(
        InLine(
            booking=booking_from(row),
            held=held.get(row.delegate_id, ()),
            reachable=row.telegram_id is not None and row.unreachable_since is None,
            part_is_offered=bool(row.part_is_offered),
        )
        for row in rows
    )


def held_by_each(tx: Connection, delegate_ids: Collection[int]) -> dict[int, tuple[HeldSeat, ...]]:
    """Return what each of these people holds, booked and offered, with the visits (without buses), earliest first."""
    held: dict[int, list[HeldSeat]] = {}
    if delegate_ids:
        for row in tx.execute(_HELD, {"ids": sorted(delegate_ids)}):
            held.setdefault(row.booking_delegate_id, []).append(_seat(row))
    return {person: tuple(seats) for person, seats in held.items()}


def visits_waited_for(tx: Connection, delegate_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Return the ids of the visits that each of these people waits for."""
    found: dict[int, set[int]] = {}
    query = select(bookings.c.delegate_id, bookings.c.visit_id).where(
        bookings.c.delegate_id.in_(delegate_ids), bookings.c.state == _WAITING
    )
    for row in tx.execute(query) if delegate_ids else ():
        found.setdefault(row.delegate_id, set()).add(row.visit_id)
    return {person: frozenset(waited) for person, waited in found.items()}


def offers_on(tx: Connection, visit_id: int) -> tuple[Booking, ...]:
    """Return the open offers on a visit, the newest last."""
    query = select(*booking_columns()).where(bookings.c.visit_id == visit_id, bookings.c.state == _OFFERED)
    return tuple(booking_from(row) for row in tx.execute(query.order_by(bookings.c.id)))


def waits_of(tx: Connection, delegate_id: int) -> tuple[HeldSeat, ...]:
    """Return the parties with which a person waits, with the visits (without buses), earliest first."""
    return tuple(_seat(row) for row in tx.execute(_WAITS, {"delegate_id": delegate_id}))


def place_of(tx: Connection, booking: Booking) -> int:
    """Return the place of a waiting party in its line, 1 for the head."""
    ahead = or_(
        bookings.c.priority > booking.priority,
        (bookings.c.priority == booking.priority) & (bookings.c.queue_no < booking.queue_no),
    )
    query = select(func.count()).where(
        bookings.c.visit_id == booking.visit_id, bookings.c.state == _WAITING, bookings.c.id != booking.id, ahead
    )
    return 1 + int(tx.scalar(query) or 0)


def wish_of(tx: Connection, wish: int) -> tuple[Booking, ...]:
    """Return the live bookings of one wish: waiting, offered or booked."""
    query = select(*booking_columns()).where(bookings.c.wish == wish, bookings.c.state != BookingState.RELEASED)
    return tuple(booking_from(row) for row in tx.execute(query.order_by(bookings.c.id)))


def rest_of(tx: Connection, booking_id: int) -> Booking | None:
    """Return the party that waits for what becomes of this booking's offer, or for its turn after it; or None."""
    query = select(*booking_columns()).where(bookings.c.rest_of == booking_id, bookings.c.state == _WAITING)
    row = tx.execute(query).first()
    return None if row is None else booking_from(row)


def join(
    tx: Connection,
    *,
    visit_id: int,
    delegate_id: int,
    party: Sequence[Rider],
    least: int,
    any_time: bool,
    replaces: int | None,
    priority: int = 0,
    now: datetime,
) -> Booking:
    """Put a party at the end of a visit's line, before all of a lower priority, and return it; the visit is locked."""
    columns = {
        "visit_id": visit_id,
        "delegate_id": delegate_id,
        "state": _WAITING,
        "party": len(party),
        "party_least": least,
        "wheelchairs": wheelchairs_of(party),
        "any_time": any_time,
        "replaces": replaces,
        "priority": priority,
        "queue_no": 0,
        "made_at": now,
    }
    booking_id, _ = insert_under_new_code(tx, columns)
    # Its own id: under the visit's lock ids are given in the order of joining.
    _set(tx, booking_id, queue_no=booking_id)
    add_riders(tx, booking_id, party)
    _count(tx, visit_id, 1)
    return _read(tx, booking_id)


def hold(tx: Connection, former: Booking, *, visit_id: int, bus_id: int | None, until: datetime, now: datetime) -> int:
    """Let the party of a former booking hold seats of another visit until then; return the id of that offer.

    The caller counts the seats and adds the riders: a hundred parties may be held seats at once.
    """
    columns = {
        "visit_id": visit_id,
        "bus_id": bus_id,
        "delegate_id": former.delegate_id,
        "state": _OFFERED,
        "party": former.party,
        "party_least": former.party,
        "wheelchairs": former.wheelchairs,
        "offer_until": until,
        "replaces": former.id,
        "made_at": now,
    }
    return insert_under_new_code(tx, columns)[0]


def make_one_wish(tx: Connection, first: Booking, other: Booking) -> None:
    """Let the other booking wait together with the first and its wish: what becomes real first ends the others."""
    both = bookings.c.id.in_((first.id, other.id))
    tx.execute(update(bookings).where(both).values(wish=first.wish or first.id))


def offer(tx: Connection, booking: Booking, *, bus_id: int | None, until: datetime) -> Booking:
    """Let a waiting party hold seats until then; the caller counts them."""
    _set(tx, booking.id, state=_OFFERED, bus_id=bus_id, offer_until=until, version=bookings.c.version + 1)
    _count(tx, booking.visit_id, -1)
    return _read(tx, booking.id)


def give(tx: Connection, booking: Booking, *, now: datetime) -> Booking:
    """Make an offer real; the seats are counted already."""
    _set(tx, booking.id, state=_BOOKED, given_at=now, offer_until=None, replaces=None, version=bookings.c.version + 1)
    return _read(tx, booking.id)


def split(tx: Connection, booking: Booking, *, keep: int) -> Booking:
    """Leave the first `keep` travellers on a waiting booking; the others wait on, at the same place. Return it."""
    columns = {
        "visit_id": booking.visit_id,
        "delegate_id": booking.delegate_id,
        "state": _WAITING,
        "party": booking.party - keep,
        "party_least": 1,
        "any_time": booking.any_time,
        "queue_no": booking.queue_no,
        "priority": booking.priority,
        "rest_of": booking.id,
        "made_at": booking.made_at,
    }
    rest_id, _ = insert_under_new_code(tx, columns)
    moved = update(riders).where(riders.c.booking_id == booking.id, riders.c.position >= keep)
    tx.execute(moved.values(booking_id=rest_id, position=riders.c.position - keep))
    _set(tx, booking.id, party=keep, party_least=min(booking.party_least, keep))
    _count(tx, booking.visit_id, 1)
    return _read(tx, booking.id)


def unite(tx: Connection, booking: Booking, rest: Booking) -> None:
    """Put a party back together: the rest had never been offered a seat, and its row goes."""
    moved = update(riders).where(riders.c.booking_id == rest.id)
    tx.execute(moved.values(booking_id=booking.id, position=riders.c.position + booking.party))
    _set(tx, booking.id, party=booking.party + rest.party)
    tx.execute(delete(bookings).where(bookings.c.id == rest.id))
    _count(tx, rest.visit_id, -1)


def wait_again(tx: Connection, booking: Booking, *, least: int) -> Booking:
    """Put an offered party back to its old place; the caller has counted its seats as free."""
    _set(
        tx,
        booking.id,
        state=_WAITING,
        bus_id=None,
        offer_until=None,
        party_least=least,
        version=bookings.c.version + 1,
    )
    _count(tx, booking.visit_id, 1)
    return _read(tx, booking.id)


def end(tx: Connection, booking: Booking, *, reason: str, now: datetime) -> None:
    """End a waiting or offered booking; the seats of an offer are counted as free by the caller."""
    state = BookingState.RELEASED
    _set(tx, booking.id, state=state, reason=reason, released_at=now, version=bookings.c.version + 1)
    if booking.state is _WAITING:
        _count(tx, booking.visit_id, -1)


def change(tx: Connection, booking_id: int, **columns: Any) -> Booking:
    """Set what a waiting party wishes: fewer seats, any time, no seat to give up; return it."""
    _set(tx, booking_id, version=bookings.c.version + 1, **columns)
    return _read(tx, booking_id)


def visits_of_run_out_offers(tx: Connection, *, now: datetime) -> set[int]:
    """Return the visits that have an offer whose time is over; what is held while a bus asks ends with the asking."""
    query = select(bookings.c.visit_id).where(
        bookings.c.state == _OFFERED, bookings.c.offer_until <= now, bookings.c.id.not_in(_ASKING)
    )
    return set(tx.scalars(query.distinct()))


def run_out_offers(tx: Connection, visit_ids: Collection[int], *, now: datetime) -> tuple[Booking, ...]:
    """Return the offers of these visits whose time is over."""
    query = select(*booking_columns()).where(
        bookings.c.visit_id.in_(visit_ids),
        bookings.c.state == _OFFERED,
        bookings.c.offer_until <= now,
        bookings.c.id.not_in(_ASKING),
    )
    return tuple(booking_from(row) for row in tx.execute(query.order_by(bookings.c.id)))


def visits_with_a_line(tx: Connection) -> set[int]:
    """Return the visits for which somebody waits, and those called off or gone on which an offer is open."""
    offered = select(bookings.c.id).where(bookings.c.visit_id == visits.c.id, bookings.c.state == _OFFERED).exists()
    gone = visits.c.state.in_((VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)) & offered
    return set(tx.scalars(select(visits.c.id).where(or_(visits.c.waiting > 0, gone))))


def offers_to_any_time(tx: Connection) -> tuple[Booking, ...]:
    """Return the open offers to parties that said "any time"."""
    query = select(*booking_columns()).where(bookings.c.state == _OFFERED, bookings.c.any_time)
    return tuple(booking_from(row) for row in tx.execute(query.order_by(bookings.c.id)))


def with_riders(tx: Connection, booking: Booking) -> Booking:
    """Return the booking with the names of its party."""
    return booking.with_riders(riders_of(tx, [booking.id]).get(booking.id, ()))


def try_lock_delegate(tx: Connection, delegate_id: int) -> bool:
    """Lock a person's own facts if nobody has them locked; False without waiting when somebody has.

    A visit is locked already, and everybody else locks the person first: waiting here could be waiting in a ring.
    """
    query = select(delegates.c.id).where(delegates.c.id == delegate_id)
    return tx.execute(query.with_for_update(key_share=True, skip_locked=True)).first() is not None


def _read(tx: Connection, booking_id: int) -> Booking:
    row = tx.execute(select(*booking_columns()).where(bookings.c.id == booking_id)).one()
    return booking_from(row, riders_of(tx, [booking_id]).get(booking_id, ()))


def _set(tx: Connection, booking_id: int, **columns: Any) -> None:
    tx.execute(update(bookings).where(bookings.c.id == booking_id).values(**columns))


def _count(tx: Connection, visit_id: int, change: int) -> None:
    tx.execute(update(visits).where(visits.c.id == visit_id).values(waiting=visits.c.waiting + change))


def _seat(row: Any) -> HeldSeat:
    visit: Visit = visit_from(row, ())
    return HeldSeat(booking=booking_from(row, prefix="booking_"), visit=visit)
