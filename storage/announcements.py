"""Announcements: what organizers say to many, and how far its delivery is."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, insert, or_, select, true, update

from storage.records import Announcement, BookingState, Who
from storage.tables import announcements, bookings, delegates, grants, visits

_PLANNED = (
    announcements.c.due_at.is_not(None),
    announcements.c.begun_at.is_(None),
    announcements.c.withdrawn_at.is_(None),
)
_BOOKED = bookings.c.state == BookingState.BOOKED
_STATES: Mapping[str, ColumnElement[bool]] = {
    "booked": _BOOKED,
    "waiting": bookings.c.state.in_((BookingState.WAITING, BookingState.OFFERED)),
    "silent": and_(_BOOKED, bookings.c.coming_at.is_(None)),
}


def audience(tx: Connection, groups: Sequence[Who]) -> tuple[tuple[int, str | None, bool], ...]:
    """Return (delegate id, language, unreachable) of everybody in any of these groups.

    Without those who want nothing but the needful.
    """
    query = select(delegates.c.id, delegates.c.language, delegates.c.unreachable_since).where(
        *_who(groups), delegates.c.stopped_at.is_(None)
    )
    rows = tx.execute(query.order_by(delegates.c.id))
    return tuple((row.id, row.language, row.unreachable_since is not None) for row in rows)


def without_telegram(tx: Connection, groups: Sequence[Who]) -> tuple[str, ...]:
    """Return the names of those who would be in this audience, had they Telegram."""
    query = select(delegates.c.name).where(
        delegates.c.telegram_id.is_(None), delegates.c.erased_at.is_(None), _in_any(groups)
    )
    return tuple(tx.scalars(query.order_by(delegates.c.id)))


def count_opted_out(tx: Connection, groups: Sequence[Who]) -> int:
    """Count those who would be in this audience, had they not stopped such messages."""
    query = select(func.count()).select_from(delegates).where(*_who(groups), delegates.c.stopped_at.is_not(None))
    return int(tx.scalar(query) or 0)


def _who(groups: Sequence[Who]) -> list[ColumnElement[bool]]:
    agreed: list[ColumnElement[bool]] = [delegates.c.telegram_id.is_not(None), delegates.c.consent.is_not(None)]
    return [*agreed, _in_any(groups)]


def _in_any(groups: Sequence[Who]) -> ColumnElement[bool]:
    return or_(*(and_(true(), *_all_of(group)) for group in groups))


def _all_of(group: Who) -> list[ColumnElement[bool]]:
    states = [_STATES[state] for state in group.states] or [_STATES["booked"]]
    places: list[ColumnElement[bool]] = [
        *(bookings.c.visit_id == visit for visit in group.visits),
        *(bookings.c.bus_id == bus for bus in group.buses),
        *(bookings.c.visit_id.in_(select(visits.c.id).where(visits.c.city == city)) for city in group.cities),
    ]
    if group.states and not places:
        places = [true()]
    conditions: list[ColumnElement[bool]] = [
        delegates.c.id.in_(select(bookings.c.delegate_id).where(place, *states)) for place in places
    ]
    conditions += [func.coalesce(delegates.c.language, "en") == language for language in group.languages]
    return conditions + [
        delegates.c.telegram_id.in_(select(grants.c.telegram_id).where(grants.c.role == role)) for role in group.roles
    ]


def add(
    tx: Connection,
    *,
    author_id: int,
    visit_id: int | None,
    text: str,
    message_id: int | None,
    now: datetime,
    who: str = "",
    groups: Sequence[Who] = (),
    asks: bool = False,
    due_at: datetime | None = None,
) -> int:
    """Insert an announcement; `message_id` is the organizer's progress card, `who` its audience as it was written.

    With `due_at` it is to go out then.
    """
    row = insert(announcements).values(
        author_id=author_id,
        visit_id=visit_id,
        audience={"who": who, "groups": [asdict(group) for group in groups]},
        text=text,
        message_id=message_id,
        made_at=now,
        asks=asks,
        due_at=due_at,
    )
    return int(tx.execute(row.returning(announcements.c.id)).scalar_one())


def groups_from(stored: Iterable[Mapping[str, Any]]) -> tuple[Who, ...]:
    """Return the groups of an audience from their JSON."""
    return tuple(Who(**{name: tuple(values) for name, values in group.items()}) for group in stored)


def read(tx: Connection, announcement_id: int) -> Announcement | None:
    """Return one announcement, or None."""
    row = tx.execute(select(announcements).where(announcements.c.id == announcement_id)).one_or_none()
    return None if row is None else _announcement(row)


def ids_of_visit(tx: Connection, visit_id: int) -> tuple[int, ...]:
    """Return the announcements to the passengers of this visit and to nobody else."""
    return tuple(tx.scalars(select(announcements.c.id).where(announcements.c.visit_id == visit_id)))


def on_card(tx: Connection, *, author_id: int, message_id: int) -> Announcement | None:
    """Return the announcement whose progress this message of the author's chat shows, or None."""
    shown = announcements.c.author_id == author_id, announcements.c.message_id == message_id
    row = tx.execute(select(announcements).where(*shown).order_by(announcements.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _announcement(row)


def unreported(tx: Connection) -> tuple[Announcement, ...]:
    """Return the announcements on their way whose final result the organizer has not seen.

    Those that ask, too, until their author is told who has not confirmed: more people may confirm.
    """
    on_the_way = or_(announcements.c.due_at.is_(None), announcements.c.begun_at.is_not(None))
    counting = and_(announcements.c.asks.is_(True), announcements.c.listed_at.is_(None))
    query = select(announcements).where(or_(announcements.c.reported_at.is_(None), counting), on_the_way)
    return tuple(_announcement(row) for row in tx.execute(query.order_by(announcements.c.id)))


def planned(tx: Connection) -> tuple[Announcement, ...]:
    """Return those that are still to go out, the next one first."""
    query = select(announcements).where(*_PLANNED).order_by(announcements.c.due_at, announcements.c.id)
    return tuple(_announcement(row) for row in tx.execute(query))


def claim_due(tx: Connection, *, now: datetime) -> Announcement | None:
    """Lock one that is to go out by now; of several processes one gets it."""
    query = select(announcements).where(*_PLANNED, announcements.c.due_at <= now).order_by(announcements.c.id).limit(1)
    row = tx.execute(query.with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else _announcement(row)


def lock(tx: Connection, announcement_id: int) -> Announcement | None:
    """Return one announcement, locked until the transaction ends; or None."""
    query = select(announcements).where(announcements.c.id == announcement_id).with_for_update()
    row = tx.execute(query).one_or_none()
    return None if row is None else _announcement(row)


def begin(tx: Connection, announcement_id: int, *, now: datetime) -> None:
    """Its messages are written."""
    tx.execute(update(announcements).where(announcements.c.id == announcement_id).values(begun_at=now))


def withdraw(tx: Connection, announcement_id: int, *, now: datetime) -> None:
    """It does not go out."""
    tx.execute(update(announcements).where(announcements.c.id == announcement_id).values(withdrawn_at=now))


def claim_unlisted(tx: Connection, *, reported_by: datetime) -> Announcement | None:
    """Lock one that asks, whose result its author saw by then, and of which nobody was told who has not confirmed."""
    asked = announcements.c.asks.is_(True), announcements.c.reported_at <= reported_by
    query = select(announcements).where(*asked, announcements.c.listed_at.is_(None)).order_by(announcements.c.id)
    row = tx.execute(query.limit(1).with_for_update(skip_locked=True)).one_or_none()
    return None if row is None else _announcement(row)


def mark_listed(tx: Connection, announcement_id: int, *, now: datetime) -> None:
    """Its author is being told who has not confirmed."""
    tx.execute(update(announcements).where(announcements.c.id == announcement_id).values(listed_at=now))


def reopen(tx: Connection, announcement_id: int) -> None:
    """More of its messages are on their way: the result is shown once more."""
    tx.execute(update(announcements).where(announcements.c.id == announcement_id).values(reported_at=None))


def mark_reported(tx: Connection, announcement_id: int, *, now: datetime) -> None:
    """The organizer has been shown the final counts; the first time counts."""
    unseen = announcements.c.id == announcement_id, announcements.c.reported_at.is_(None)
    tx.execute(update(announcements).where(*unseen).values(reported_at=now))


def _announcement(row: Any) -> Announcement:
    stored = row.audience or {"who": "", "groups": [] if row.visit_id is None else [{"visits": [row.visit_id]}]}
    return Announcement(
        id=row.id,
        author_id=row.author_id,
        visit_id=row.visit_id,
        text=row.text,
        message_id=row.message_id,
        who=stored["who"],
        groups=groups_from(stored["groups"]) or (Who(),),
        asks=bool(row.asks),
        due_at=row.due_at,
        begun_at=row.begun_at,
        withdrawn_at=row.withdrawn_at,
    )
