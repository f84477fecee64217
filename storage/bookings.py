"""Bookings and their riders: one row from waiting to released, a seat is a rider."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from secrets import choice
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Select, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from storage.prepared import Prepared, Together
from storage.records import Booking, BookingState, HeldSeat, Holder, Rider, Visit
from storage.tables import bookings, buses, delegates, riders, visits
from storage.visits import QUESTIONS_OF_ALL, QUESTIONS_OF_ONE, visit_from, visits_from

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No letters that are mistaken for others when read aloud or off paper: 0 O, 1 I L, U V."""
_CODE_LENGTH = 5

_HOLDS_SEAT = or_(bookings.c.state == BookingState.BOOKED, bookings.c.state == BookingState.OFFERED)
_OWN = (
    *("id", "code", "version", "visit_id", "bus_id", "delegate_id", "state", "reason", "party", "party_least"),
    "wheelchairs",
    *("queue_no", "priority", "offer_until", "replaces", "wish", "any_time", "rest_of", "made_at", "released_at"),
    "coming_at",
)
_COLUMNS = [bookings.c[name] for name in _OWN]
_VISIT_ROW = list(visits.c)
_HELD = (
    select(*[column.label(f"booking_{column.name}") for column in _COLUMNS], *_VISIT_ROW)
    .join_from(bookings, visits, bookings.c.visit_id == visits.c.id)
    .where(bookings.c.delegate_id == bindparam("delegate_id"), _HOLDS_SEAT)
    .order_by(visits.c.leaves_at, bookings.c.id)
)
_LIVE_ON = Prepared(
    select(*_COLUMNS)
    .where(
        bookings.c.visit_id == bindparam("visit_id"),
        bookings.c.delegate_id == bindparam("delegate_id"),
        bookings.c.state != BookingState.RELEASED,
    )
    .order_by(bookings.c.id)
)
LIVE = (
    select(*[column.label(f"booking_{column.name}") for column in _COLUMNS], *_VISIT_ROW)
    .join_from(bookings, visits, bookings.c.visit_id == visits.c.id)
    .where(bookings.c.delegate_id == bindparam("delegate_id"), bookings.c.state != BookingState.RELEASED)
    .order_by(visits.c.leaves_at, bookings.c.id)
)
_HELD_BY, _LIVE_OF = Prepared(_HELD), Prepared(LIVE)
_ALL_BESIDE = Together(*QUESTIONS_OF_ALL, _HELD)
_ONE_BESIDE = Together(*QUESTIONS_OF_ONE, LIVE)
IS_TAKEN = select(bookings.c.id).where(bookings.c.code == bindparam("code"))
_BY_ID = Prepared(select(*_COLUMNS).where(bookings.c.id == bindparam("booking_id")))
_RIDERS = (
    select(riders.c.id, riders.c.booking_id, riders.c.name, riders.c.is_owner, riders.c.wheelchair)
    .where(riders.c.booking_id.in_(bindparam("ids", expanding=True)))
    .order_by(riders.c.booking_id, riders.c.position)
)

_NEW = {
    dialect: Prepared(build(bookings).on_conflict_do_nothing(index_elements=["code"]).returning(bookings.c.id))
    for dialect, build in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}
_NEW_AT = Prepared(insert(bookings))
_NEW_RIDERS = Prepared(insert(riders))


class Place(NamedTuple):
    """The id and the code of a booking to come.

    The code was nobody's when it was drawn. Of two who draw one at the same moment the second breaks the constraint
    that there is one of each, and its transaction leaves nothing.
    """

    id: int
    code: str


def held_by(tx: Connection, delegate_id: int) -> tuple[HeldSeat, ...]:
    """Return the person's seats, booked and offered, with their visits (without buses), earliest first."""
    return seats_from(_HELD_BY.all(tx, delegate_id=delegate_id))


def live_on(tx: Connection, *, visit_id: int, delegate_id: int) -> Booking | None:
    """Return the person's first booking on this visit that waits or holds a seat, without its riders; or None."""
    row = _LIVE_ON.first(tx, visit_id=visit_id, delegate_id=delegate_id)
    return None if row is None else booking_from(row)


def live_of(tx: Connection, delegate_id: int) -> tuple[HeldSeat, ...]:
    """Return all that the person holds or waits for, with the visits (without buses), earliest first."""
    return seats_from(_LIVE_OF.all(tx, delegate_id=delegate_id))


def visits_beside_held(tx: Connection, *, delegate_id: int) -> tuple[tuple[Visit, ...], tuple[HeldSeat, ...]]:
    """Return every visit in the order of the programme, and the person's seats as `held_by` does: one statement."""
    some, fleet, seats = _ALL_BESIDE.all(tx, delegate_id=delegate_id)
    return visits_from(some, fleet), seats_from(seats)


def visit_beside_live(tx: Connection, *, visit_id: int, delegate_id: int) -> tuple[Visit | None, tuple[HeldSeat, ...]]:
    """Return one visit, if it is there, and what the person holds or waits for as `live_of` does: one statement."""
    some, fleet, seats = _ONE_BESIDE.all(tx, visit_id=visit_id, delegate_id=delegate_id)
    return next(iter(visits_from(some, fleet)), None), seats_from(seats)


def seats_from(rows: Iterable[Any]) -> tuple[HeldSeat, ...]:
    """Build what `LIVE` finds: each booking with its visit."""
    return tuple(HeldSeat(booking=booking_from(row, prefix="booking_"), visit=visit_from(row, ())) for row in rows)


def read(tx: Connection, booking_id: int) -> Booking | None:
    """Return one booking with its riders, or None."""
    row = _BY_ID.first(tx, booking_id=booking_id)
    if row is None:
        return None
    return booking_from(row, riders_of(tx, [booking_id]).get(booking_id, ()))


def read_some(tx: Connection, booking_ids: Collection[int]) -> dict[int, Booking]:
    """Return these bookings by id, without their riders; those that do not exist are left out."""
    query = select(*_COLUMNS).where(bookings.c.id.in_(booking_ids))
    return {row.id: booking_from(row) for row in tx.execute(query)} if booking_ids else {}


def riders_of(tx: Connection, booking_ids: Collection[int]) -> dict[int, tuple[Rider, ...]]:
    """Return the riders of each of these bookings, the owner first."""
    found: dict[int, list[Rider]] = {}
    if booking_ids:
        for row in tx.execute(_RIDERS, {"ids": list(booking_ids)}):
            rider = Rider(id=row.id, name=row.name, is_owner=row.is_owner, wheelchair=row.wheelchair)
            found.setdefault(row.booking_id, []).append(rider)
    return {booking_id: tuple(several) for booking_id, several in found.items()}


def add_booked(
    tx: Connection,
    *,
    visit_id: int,
    bus_id: int | None,
    delegate_id: int,
    party: Sequence[Rider],
    now: datetime,
    place: Place | None = None,
) -> Booking:
    """Insert a booking that holds its seats from now on, with its riders, in this place or under a new code."""
    columns = {
        "visit_id": visit_id,
        "bus_id": bus_id,
        "delegate_id": delegate_id,
        "state": BookingState.BOOKED,
        "party": len(party),
        "party_least": len(party),
        "wheelchairs": wheelchairs_of(party),
        "made_at": now,
        "given_at": now,
    }
    if place is None:
        booking_id, code = insert_under_new_code(tx, columns)
    else:
        booking_id, code = place
        _NEW_AT.later(tx, id=booking_id, code=code, **columns)
    add_riders(tx, booking_id, party)
    return Booking(
        id=booking_id,
        code=code,
        version=1,
        visit_id=visit_id,
        bus_id=bus_id,
        delegate_id=delegate_id,
        state=BookingState.BOOKED,
        party=len(party),
        party_least=len(party),
        wheelchairs=wheelchairs_of(party),
        made_at=now,
        riders=tuple(party),
    )


def add_riders(tx: Connection, booking_id: int, party: Sequence[Rider]) -> None:
    """Insert those who travel on a booking, in this order."""
    add_parties(tx, {booking_id: party})


def add_parties(tx: Connection, parties: Mapping[int, Sequence[Rider]]) -> None:
    """Insert those who travel on each of these bookings, in this order."""
    rows = [
        {
            "booking_id": booking_id,
            "position": position,
            "name": rider.name,
            "is_owner": rider.is_owner,
            "wheelchair": rider.wheelchair,
        }
        for booking_id, party in parties.items()
        for position, rider in enumerate(party)
    ]
    if len(rows) == 1:
        _NEW_RIDERS.later(tx, **rows[0])
    else:
        _NEW_RIDERS.do_many(tx, rows)


def wheelchairs_of(party: Sequence[Rider]) -> int:
    """Count those of a party who need a wheelchair place."""
    return sum(rider.wheelchair for rider in party)


def set_wheelchair(tx: Connection, booking: Booking, rider: Rider, *, wanted: bool) -> None:
    """Write down whether this rider needs a wheelchair place; the bus's are counted by storage.seats."""
    tx.execute(update(riders).where(riders.c.id == rider.id).values(wheelchair=wanted))
    change = int(wanted) - int(rider.wheelchair)
    tx.execute(
        update(bookings)
        .where(bookings.c.id == booking.id)
        .values(wheelchairs=bookings.c.wheelchairs + change, version=bookings.c.version + 1)
    )


def draw_code() -> str:
    """Return a code by chance; one in some thousands stands on a booking already."""
    return "".join(choice(_LETTERS) for _ in range(_CODE_LENGTH))


def insert_under_new_code(tx: Connection, columns: dict[str, Any]) -> tuple[int, str]:
    """Insert a booking with a code that no other has; return its id and code."""
    new = _NEW[tx.dialect.name]
    while True:
        code = draw_code()
        booking_id = new.value(tx, code=code, **columns)
        if booking_id is not None:
            return int(booking_id), code


def release(tx: Connection, booking_id: int, *, reason: str, now: datetime) -> None:
    """End a booking; its seats are given back by storage.seats."""
    tx.execute(
        update(bookings)
        .where(bookings.c.id == booking_id)
        .values(state=BookingState.RELEASED, reason=reason, released_at=now, version=bookings.c.version + 1)
    )


def release_all(tx: Connection, booking_ids: Collection[int], *, reason: str, now: datetime) -> None:
    """End several bookings as `release` does."""
    ended = {"state": BookingState.RELEASED, "reason": reason, "released_at": now, "version": bookings.c.version + 1}
    tx.execute(update(bookings).where(bookings.c.id.in_(booking_ids)).values(ended))


def revive(tx: Connection, booking_id: int, *, bus_id: int | None) -> None:
    """Let a released booking hold its seats again, on this bus; they are counted by storage.seats."""
    tx.execute(
        update(bookings)
        .where(bookings.c.id == booking_id)
        .values(state=BookingState.BOOKED, bus_id=bus_id, reason=None, released_at=None, version=bookings.c.version + 1)
    )


def move_to_person(tx: Connection, booking_id: int, *, delegate_id: int) -> None:
    """Let a booking be this person's, with its code, its bus and those who travel on it as they are."""
    tx.execute(
        update(bookings)
        .where(bookings.c.id == booking_id)
        .values(delegate_id=delegate_id, version=bookings.c.version + 1)
    )


def move_to_bus(tx: Connection, booking_id: int, *, bus_id: int) -> None:
    """Let a party sit on another bus of its visit; the seats are counted by storage.seats."""
    tx.execute(
        update(bookings).where(bookings.c.id == booking_id).values(bus_id=bus_id, version=bookings.c.version + 1)
    )


def move_all_to_bus(tx: Connection, bus_id: int, *, to: int) -> None:
    """Let all who hold seats on a bus sit on another one of its visit; the seats are counted by storage.seats.

    An offer stays the offer that was asked about: its version is in the button that takes it.
    """
    there = update(bookings).where(bookings.c.bus_id == bus_id)
    booked = bookings.c.state == BookingState.BOOKED
    tx.execute(there.where(booked).values(bus_id=to, version=bookings.c.version + 1))
    tx.execute(there.where(bookings.c.state == BookingState.OFFERED).values(bus_id=to))


def split_off(tx: Connection, booking: Booking, rider: Rider, *, now: datetime) -> Booking:
    """Move one rider of a party into a booking of its own, with the same bus and the same past; return it."""
    columns = {
        "visit_id": booking.visit_id,
        "bus_id": booking.bus_id,
        "delegate_id": booking.delegate_id,
        "state": booking.state,
        "party": 1,
        "party_least": 1,
        "wheelchairs": int(rider.wheelchair),
        "rest_of": booking.id,
        "made_at": booking.made_at,
        "given_at": now,
    }
    part_id, _ = insert_under_new_code(tx, columns)
    tx.execute(update(riders).where(riders.c.id == rider.id).values(booking_id=part_id, position=0))
    main = bookings.alias("main")
    since = select(main.c.given_at).where(main.c.id == booking.id).scalar_subquery()
    tx.execute(update(bookings).where(bookings.c.id == part_id).values(given_at=since))
    _resize(tx, booking.id, -1, -int(rider.wheelchair))
    part = read(tx, part_id)
    assert part is not None
    return part


def unite(tx: Connection, booking: Booking, part: Booking) -> None:
    """Bring the riders of a part back to the party it was split from; its row goes."""
    last = tx.scalar(select(func.max(riders.c.position)).where(riders.c.booking_id == booking.id))
    tx.execute(
        update(riders)
        .where(riders.c.booking_id == part.id)
        .values(booking_id=booking.id, position=riders.c.position + last + 1)
    )
    _resize(tx, booking.id, part.party, part.wheelchairs)
    tx.execute(delete(bookings).where(bookings.c.id == part.id))


def _resize(tx: Connection, booking_id: int, change: int, wheelchairs: int) -> None:
    party = bookings.c.party + change
    tx.execute(
        update(bookings)
        .where(bookings.c.id == booking_id)
        .values(
            party=party,
            party_least=party,
            wheelchairs=bookings.c.wheelchairs + wheelchairs,
            version=bookings.c.version + 1,
        )
    )


def passengers(
    tx: Connection,
    *,
    visit_id: int | None = None,
    bus_id: int | None = None,
    city: str | None = None,
    waiting: bool = False,
) -> tuple[Holder, ...]:
    """Return all who hold a booked seat, with their riders: of one bus, one visit, one city, or the whole congress.

    The one query behind every roster, count and notice. Ordered by departure, bus label, and when the seat was given.
    `waiting`: those instead who hold an offer or wait for seats, offers first, then in the order of the line.
    """
    query: Select[Any] = (
        select(
            *_COLUMNS,
            delegates.c.telegram_id,
            delegates.c.unreachable_since,
            delegates.c.wheelchair,
            delegates.c.language,
        )
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .join(visits, bookings.c.visit_id == visits.c.id)
        .outerjoin(buses, bookings.c.bus_id == buses.c.id)
    )
    if waiting:
        query = query.where(bookings.c.state.in_((BookingState.OFFERED, BookingState.WAITING))).order_by(
            visits.c.leaves_at, visits.c.id, bookings.c.state, bookings.c.priority.desc(), bookings.c.queue_no
        )
    else:
        query = query.where(bookings.c.state == BookingState.BOOKED).order_by(
            visits.c.leaves_at, visits.c.id, buses.c.label, bookings.c.given_at, bookings.c.id
        )
    if visit_id is not None:
        query = query.where(bookings.c.visit_id == visit_id)
    if bus_id is not None:
        query = query.where(bookings.c.bus_id == bus_id)
    if city is not None:
        query = query.where(visits.c.city == city)
    rows = tx.execute(query).all()
    parties = riders_of(tx, [row.id for row in rows])
    return tuple(
        Holder(
            booking=booking_from(row, parties.get(row.id, ())),
            telegram_id=row.telegram_id,
            unreachable=row.unreachable_since is not None,
            needs_wheelchair=row.wheelchair,
            language=row.language,
        )
        for row in rows
    )


def without_telegram(tx: Connection, *, visit_id: int, reason: str) -> tuple[str, ...]:
    """Return the names of those whose seats on a visit ended for this reason and who have no Telegram."""
    query = (
        select(delegates.c.name)
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .where(bookings.c.visit_id == visit_id, bookings.c.reason == reason, delegates.c.telegram_id.is_(None))
    )
    return tuple(tx.scalars(query.order_by(bookings.c.id)))


def given_over_time(tx: Connection, visit_ids: Collection[int]) -> tuple[tuple[datetime, int], ...]:
    """Return (moment, seats) of every booking on these visits that ever had its seats, and (moment, -seats) of those
    given back."""
    rows = tx.execute(
        select(bookings.c.given_at, bookings.c.released_at, bookings.c.party).where(
            bookings.c.given_at.is_not(None), bookings.c.visit_id.in_(visit_ids)
        )
    ).all()
    given = [(row.given_at, row.party) for row in rows]
    return (*given, *((row.released_at, -row.party) for row in rows if row.released_at is not None))


def by_code(tx: Connection, code: str) -> Booking | None:
    """Return the booking of this code, without its riders; or None."""
    row = tx.execute(select(*_COLUMNS).where(bookings.c.code == code)).one_or_none()
    return None if row is None else booking_from(row)


def ever_of(tx: Connection, delegate_id: int) -> tuple[Booking, ...]:
    """Return every booking that the person ever had, without the riders, oldest first."""
    query = select(*_COLUMNS).where(bookings.c.delegate_id == delegate_id).order_by(bookings.c.made_at, bookings.c.id)
    return tuple(booking_from(row) for row in tx.execute(query))


def ever_on(tx: Connection, visit_id: int) -> tuple[Booking, ...]:
    """Return every booking that a visit ever had, with the riders, the newest first."""
    query = select(*_COLUMNS).where(bookings.c.visit_id == visit_id).order_by(bookings.c.id.desc())
    rows = tx.execute(query).all()
    parties = riders_of(tx, [row.id for row in rows])
    return tuple(booking_from(row, parties.get(row.id, ())) for row in rows)


def ids_on(tx: Connection, *, visit_id: int, bus_id: int | None) -> tuple[int, ...]:
    """Return the ids of every booking that a visit ever had, or of those on one of its buses."""
    query = select(bookings.c.id).where(bookings.c.visit_id == visit_id).order_by(bookings.c.id)
    return tuple(tx.scalars(query if bus_id is None else query.where(bookings.c.bus_id == bus_id)))


def given_moments(tx: Connection, booking_ids: Collection[int]) -> dict[int, datetime]:
    """Return when each of these bookings was given its seats; those that never were are left out."""
    query = select(bookings.c.id, bookings.c.given_at).where(
        bookings.c.id.in_(booking_ids), bookings.c.given_at.is_not(None)
    )
    return {row.id: row.given_at for row in tx.execute(query)}


def owners_of(tx: Connection, booking_ids: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """Return of each of these bookings its code, the owner's name and the visit's key."""
    query = (
        select(bookings.c.id, bookings.c.code, delegates.c.name, visits.c.key)
        .join_from(bookings, delegates, bookings.c.delegate_id == delegates.c.id)
        .join(visits, bookings.c.visit_id == visits.c.id)
        .where(bookings.c.id.in_(booking_ids))
    )
    return {row.id: (row.code, row.name, row.key) for row in tx.execute(query)}


def count_ever(tx: Connection, visit_id: int) -> int:
    """Count the bookings of a visit that ever existed, released ones too."""
    return int(tx.scalar(select(func.count()).select_from(bookings).where(bookings.c.visit_id == visit_id)) or 0)


def booking_columns() -> list[Column[Any]]:
    """Return the columns that `booking_from` reads."""
    return list(_COLUMNS)


def visit_row() -> list[Column[Any]]:
    """Return all columns of visits, as `visit_from` reads them."""
    return list(_VISIT_ROW)


def booking_from(row: Any, party: tuple[Rider, ...] = (), *, prefix: str = "") -> Booking:
    """Build the record of a row that holds `booking_columns`, each name after the prefix."""
    return Booking(
        **{name: getattr(row, prefix + name) for name in _OWN if name != "state"},
        state=BookingState(getattr(row, prefix + "state")),
        riders=party,
    )
