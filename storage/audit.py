"""The facts an audit judges: counters beside what they count, narrow and read only. No seal is opened."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, case, func, select

from storage.records import VisitState
from storage.tables import bookings, buses, delegates, inbox, metadata, outbox, riders, visits


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedVisit:
    id: int
    key: str
    state: VisitState
    leaves_at: datetime
    returns_at: datetime
    seats_taken: int
    waiting: int
    walk: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedBus:
    id: int
    label: str
    visit_id: int
    active: bool
    seats_taken: int
    wheelchairs_taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedBooking:
    """A booking of any state; `riders` is how many riders it has, `on_wheels` how many need a wheelchair place."""

    id: int
    code: str
    visit_id: int
    bus_id: int | None
    delegate_id: int
    state: str
    party: int
    riders: int
    wheelchairs: int
    on_wheels: int
    queue_no: int | None
    offer_until: datetime | None
    replaces: int | None
    rest_of: int | None
    has_telegram: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedMessage:
    id: int
    key: str
    kind: str
    state: str
    delegate_id: int
    booking_id: int | None
    message_id: int | None
    expires_at: datetime
    lease_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedUpdate:
    """An update that is not done; `kept` says whether its content is still there."""

    update_id: int
    state: str
    received_at: datetime
    kept: bool


def read_visits(tx: Connection) -> list[AuditedVisit]:
    """Return every visit."""
    return [
        AuditedVisit(
            id=row.id,
            key=row.key,
            state=VisitState(row.state),
            leaves_at=row.leaves_at,
            returns_at=row.returns_at,
            seats_taken=row.seats_taken,
            waiting=row.waiting,
            walk=row.details["mode"] == "walk",
        )
        for row in tx.execute(select(visits).order_by(visits.c.id))
    ]


def read_buses(tx: Connection) -> list[AuditedBus]:
    """Return every bus, removed ones too."""
    named = ("id", "label", "visit_id", "state", "seats_taken", "wheelchairs_taken")
    rows = tx.execute(select(*[buses.c[name] for name in named]).order_by(buses.c.id))
    return [
        AuditedBus(
            id=row.id,
            label=row.label,
            visit_id=row.visit_id,
            active=row.state == "active",
            seats_taken=row.seats_taken,
            wheelchairs_taken=row.wheelchairs_taken,
        )
        for row in rows
    ]


def read_bookings(tx: Connection) -> list[AuditedBooking]:
    """Return every booking with the number of its riders."""
    named = (
        "id",
        "code",
        "visit_id",
        "bus_id",
        "delegate_id",
        "state",
        "party",
        "wheelchairs",
        "queue_no",
        "offer_until",
        "replaces",
        "rest_of",
    )
    on_wheels = func.sum(case((riders.c.wheelchair, 1), else_=0)).label("on_wheels")
    counted = (
        select(riders.c.booking_id, func.count().label("number"), on_wheels)
        .group_by(riders.c.booking_id)
        .subquery("counted")
    )
    query = (
        select(
            *[bookings.c[name] for name in named],
            func.coalesce(counted.c.number, 0).label("riders"),
            func.coalesce(counted.c.on_wheels, 0).label("on_wheels"),
            delegates.c.telegram_id.is_not(None).label("has_telegram"),
        )
        .outerjoin_from(bookings, counted, counted.c.booking_id == bookings.c.id)
        .outerjoin(delegates, delegates.c.id == bookings.c.delegate_id)
        .order_by(bookings.c.id)
    )
    return [AuditedBooking(**row) for row in tx.execute(query).mappings()]


def read_messages(tx: Connection) -> list[AuditedMessage]:
    """Return every message without what it says."""
    named = ("id", "key", "kind", "state", "delegate_id", "booking_id", "message_id", "expires_at", "lease_until")
    rows = tx.execute(select(*[outbox.c[name] for name in named]).order_by(outbox.c.id)).mappings()
    return [AuditedMessage(**row) for row in rows]


def read_unfinished(tx: Connection) -> list[AuditedUpdate]:
    """Return the updates that wait or are parked."""
    query = select(inbox.c.update_id, inbox.c.state, inbox.c.received_at, inbox.c.raw.is_not(None).label("kept")).where(
        inbox.c.state != "done"
    )
    return [AuditedUpdate(**row) for row in tx.execute(query.order_by(inbox.c.update_id)).mappings()]


def count_orphans(tx: Connection) -> list[tuple[str, str, int]]:
    """Return (table, column, rows) for each reference of which some rows point nowhere."""
    found = []
    for table in metadata.sorted_tables:
        for key in sorted(table.foreign_keys, key=lambda key: key.parent.name):
            parent = key.column.table.alias("parent")
            there = select(parent.c[key.column.name]).where(parent.c[key.column.name] == key.parent).exists()
            number = tx.scalar(select(func.count()).select_from(table).where(key.parent.is_not(None), ~there)) or 0
            if number:
                found.append((table.name, key.parent.name, int(number)))
    return found
