"""What organizers change and read: departures, seats, numbers. Each act is logged."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from bot.rules.authority import Right
from bot.rules.clocks import NotOneMoment, nearest
from bot.services.authority import NoAuthority, refusal, visits_of
from bot.services.cards import renew_visit
from bot.services.delaying import Overlap, overlaps_of, tell_crew, tell_passengers, without_telegram
from bot.services.promotion import promote
from storage import Tx, acts, bookings, congress, log, visits
from storage.records import Bus, Visit, VisitState

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
    """The departure is moved, of the visit or of one bus of it; so many bookings and of the crew are being told."""

    visit: Visit
    was: datetime
    told: int
    bus: Bus | None = None
    crew: int = 0
    overlaps: tuple[Overlap, ...] = ()
    untold: tuple[str, ...] = ()
    """Who has no Telegram and must be told by somebody."""


@dataclass(frozen=True, slots=True)
class AlreadyThen:
    """It leaves at that very time as things stand."""

    leaves_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class OnlyAsAWhole:
    """The bus is a transfer, whose times nobody boards by: the visit can be moved, not the bus alone."""

    bus: Bus
    visit: Visit


NotDelayed = AlreadyThen | InThePast | OnlyAsAWhole | NotOneMoment
"""Why a departure stays as it is."""


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
    tx: Tx, *, actor: int, name: str, minutes: int = 0, clock: time | None = None, now: datetime, cause: str
) -> Delayed | NotDelayed | NoAuthority | UnknownName | CannotBeMoved:
    """Move a visit with all its buses, or one bus alone, by minutes or to a clock time; all it concerns are told.

    A repeat of `cause` moves nothing again: the log holds the clock time that was set.
    """
    if (refused := refusal(tx, actor, Right.DELAY)) is not None:
        return refused
    named = visits.bus_by_label(tx, name)
    visit_id = visits.by_key(tx, name)
    if visit_id is None and named is not None:
        visit_id = named.visit_id
    elif visit_id is not None:
        named = None
    if visit_id is None:
        return UnknownName(name)
    visit = visits.lock(tx, [visit_id])[visit_id]
    bus = None if named is None else visit.bus(named.id)
    if (refused := refusal(tx, actor, Right.DELAY, visit=visit, bus=bus)) is not None:
        return refused
    meeting = congress.read(tx)
    passengers = bookings.passengers(tx, visit_id=visit.id)
    if bus is not None:
        passengers = tuple(holder for holder in passengers if holder.booking.bus_id == bus.id)
    done = log.outcome_of(tx, cause)
    if done is not None:
        overlaps = overlaps_of(tx, visit, passengers, rules=meeting.rules)
        was = datetime.fromisoformat(done["was"])
        return Delayed(
            visit=visit,
            bus=bus,
            was=was,
            told=done["told"],
            crew=done.get("crew", 0),
            overlaps=overlaps,
            untold=without_telegram(passengers),
        )
    if visit.state in (VisitState.CANCELLED, VisitState.RETURNED):
        return CannotBeMoved(visit)
    if bus is not None and bus.transfer:
        return OnlyAsAWhole(bus=bus, visit=visit)
    was = visit.leaves_at if bus is None else bus.departs_at
    wanted = was + timedelta(minutes=minutes)
    if clock is not None:
        found = nearest(clock, to=was, zone=ZoneInfo(meeting.zone))
        if isinstance(found, NotOneMoment):
            return found
        wanted = found
    if wanted == was:
        return AlreadyThen(was)
    if wanted <= now:
        return InThePast(wanted)
    moved = _move(tx, visit, bus, by=wanted - was)
    key = f"{moved.version}" if bus is None else f"{bus.label}.{bus.version + 1}"
    told = tell_passengers(tx, visit, moved, passengers, key=key, now=now)
    crew = tell_crew(tx, visit, moved, bus=bus, but=actor, key=key, now=now)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="delay",
        subject=f"visit:{visit_id}" if bus is None else f"bus:{bus.id}",
        before={"leaves_at": was.isoformat()},
        after={"leaves_at": wanted.isoformat()},
        outcome={"was": was.isoformat(), "told": told, "crew": crew},
        cause=cause,
    )
    renew_visit(tx, moved, now=now)
    overlaps = overlaps_of(tx, moved, passengers, rules=meeting.rules)
    return Delayed(
        visit=moved,
        bus=None if bus is None else moved.bus(bus.id),
        was=was,
        told=told,
        crew=crew,
        overlaps=overlaps,
        untold=without_telegram(passengers),
    )


def _move(tx: Tx, visit: Visit, bus: Bus | None, *, by: timedelta) -> Visit:
    """Move all buses or one. A visit leaves with its earliest bus, and is back as long after its last one as before."""
    moving = visit.buses if bus is None else (bus,)
    visits.shift_buses(tx, [(each.id, each.boards_at + by, each.departs_at + by) for each in moving])
    leaves_at, returns_at = visit.leaves_at + by, visit.returns_at + by
    if bus is not None:
        before = [each.departs_at for each in visit.buses if not each.transfer]
        after = [
            each.departs_at + (by if each.id == bus.id else timedelta()) for each in visit.buses if not each.transfer
        ]
        leaves_at = visit.leaves_at + (min(after) - min(before))
        returns_at = visit.returns_at + (max(after) - max(before))
    must_hear = leaves_at != visit.leaves_at
    visits.change_visit(tx, visit.id, version_up=must_hear, leaves_at=leaves_at, returns_at=returns_at)
    moved = visits.read(tx, visit.id)
    assert moved is not None
    return moved


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
