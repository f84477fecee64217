"""What organizers change and read: departures, seats, numbers. Each act is logged."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.authority import Right
from bot.rules.lateness import KINDS
from bot.services.authority import NoAuthority, refusal, visits_of
from bot.services.cards import renew_visit
from bot.services.promotion import promote
from storage import Tx, acts, bookings, congress, log, outbox, visits
from storage.records import Bus, NewMessage, Visit, VisitState

LONGEST_DELAY = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class UnknownName:
    """No visit and no bus is called so."""

    name: str


@dataclass(frozen=True, slots=True)
class InThePast:
    """The new departure would lie before now."""

    leaves_at: datetime


@dataclass(frozen=True, slots=True)
class CannotBeMoved:
    """The visit is cancelled or over."""

    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Delayed:
    """The departure is moved; so many bookings are being told."""

    visit: Visit
    was: datetime
    told: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsBelowTaken:
    """More seats of the bus are taken than the new number."""

    bus: Bus
    wanted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SeatsSet:
    """The bus has its new number of seats; `visit` is fresh."""

    bus: Bus
    was: int
    visit: Visit


def delay_visit(
    tx: Tx, *, actor: int, name: str, minutes: int, now: datetime, cause: str
) -> Delayed | NoAuthority | UnknownName | InThePast | CannotBeMoved:
    """Move the departure and return of a visit and its buses, and write the news to everybody booked.

    A repeat of `cause` moves nothing again: the log holds the clock time that was set.
    """
    if (refused := refusal(tx, actor, Right.DELAY)) is not None:
        return refused
    visit_id = visits.by_key(tx, name)
    if visit_id is None:
        return UnknownName(name)
    visit = visits.lock(tx, [visit_id])[visit_id]
    if (refused := refusal(tx, actor, Right.DELAY, visit=visit)) is not None:
        return refused
    done = log.outcome_of(tx, cause)
    if done is not None:
        return Delayed(visit=visit, was=datetime.fromisoformat(done["was"]), told=done["told"])
    if visit.state in (VisitState.CANCELLED, VisitState.RETURNED):
        return CannotBeMoved(visit)
    shift = timedelta(minutes=minutes)
    leaves_at = visit.leaves_at + shift
    if leaves_at <= now:
        return InThePast(leaves_at)
    visits.change_visit(tx, visit_id, version_up=True, leaves_at=leaves_at, returns_at=visit.returns_at + shift)
    visits.shift_buses(tx, [(bus.id, bus.boards_at + shift, bus.departs_at + shift) for bus in visit.buses])
    told = _tell_passengers(tx, visit, version=visit.version + 1, now=now, until=leaves_at)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="delay",
        subject=f"visit:{visit_id}",
        before={"leaves_at": visit.leaves_at.isoformat()},
        after={"leaves_at": leaves_at.isoformat()},
        outcome={"was": visit.leaves_at.isoformat(), "told": told},
        cause=cause,
    )
    moved = visits.read(tx, visit_id)
    assert moved is not None
    renew_visit(tx, moved, now=now)
    return Delayed(visit=moved, was=visit.leaves_at, told=told)


def _tell_passengers(tx: Tx, visit: Visit, *, version: int, now: datetime, until: datetime) -> int:
    """Write one message a booking of somebody with Telegram; a newer change makes an unsent one moot."""
    messages = [
        NewMessage(
            key=f"moved/{holder.booking.id}/{version}",
            kind="moved",
            delegate_id=holder.booking.delegate_id,
            booking_id=holder.booking.id,
            slots={"version": version, "was": visit.leaves_at.isoformat()},
            message_class=KINDS["moved"].message_class,
            due_at=now,
            expires_at=KINDS["moved"].expires_at(now, ends_at=until),
            departs_at=until,
        )
        for holder in bookings.passengers(tx, visit_id=visit.id)
        if holder.telegram_id is not None
    ]
    outbox.add_many(tx, messages)
    return len(messages)


def set_seats(
    tx: Tx, *, actor: int, name: str, seats: int, now: datetime, cause: str
) -> SeatsSet | SeatsBelowTaken | NoAuthority | UnknownName:
    """Set how many seats a bus has; below what is taken that is services/cutting.py's. Gained ones are offered."""
    if (refused := refusal(tx, actor, Right.SEATS)) is not None:
        return refused
    found = visits.bus_by_label(tx, name)
    if found is None:
        return UnknownName(name)
    visit = visits.lock(tx, [found.visit_id])[found.visit_id]
    bus = visit.bus(found.id)
    if bus is None:
        return UnknownName(name)
    if (refused := refusal(tx, actor, Right.SEATS, visit=visit, bus=bus)) is not None:
        return refused
    done = log.outcome_of(tx, cause)
    if done is not None:
        return SeatsSet(bus=bus, was=done["was"], visit=visit)
    if seats < bus.seats_taken or acts.of_cause(tx, cause) is not None:  # a repeat of what was shown first
        return SeatsBelowTaken(bus=bus, wanted=seats)
    visits.change_bus(tx, bus.id, roster_up=True, seats=seats, wheelchair_places=min(bus.wheelchair_places, seats))
    log.write(
        tx,
        at=now,
        actor=actor,
        action="seats",
        subject=f"bus:{bus.id}",
        before={"seats": bus.seats},
        after={"seats": seats},
        outcome={"was": bus.seats},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress.read(tx), now=now)
    fresh = visits.read(tx, visit.id)
    assert fresh is not None
    changed = fresh.bus(bus.id)
    assert changed is not None
    return SeatsSet(bus=changed, was=bus.seats, visit=fresh)


def sign_ups(tx: Tx, *, actor: int) -> tuple[tuple[datetime, int], ...] | NoAuthority:
    """Return when seats were given (above zero) and given back (below), of the visits that this person sees."""
    seen = all_visits(tx, actor=actor)
    if isinstance(seen, NoAuthority):
        return seen
    return bookings.given_over_time(tx, [visit.id for visit in seen])


def all_visits(tx: Tx, *, actor: int) -> tuple[Visit, ...] | NoAuthority:
    """Return every visit that this person sees, with its buses, drafts too, for the numbers of the day."""
    return visits_of(tx, actor, Right.STATS, visits.read_all(tx))
