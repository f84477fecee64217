"""Who gets which seat when a visit is called off: a held one, a place in a line, or nothing.

The rule, as organizers are told it: those with a wheelchair first, then in the order of booking. Each party gets,
whole, the best fit among what it could travel on: the time first, where another city weighs as much as four hours, a
guide who does not speak its language as much as one, steps in the way of a wheelchair as much as two. A seat that
somebody in a waiting list has a right to is not theirs: those who wait are passed by nobody. Who finds no seat goes
to the head of the line of the best fit that is too full for them; where seats are being kept for those who wait, to
its end.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from bot.rules.booking import find_clashes, refuse_visit
from bot.rules.hours import SHORTEST_OFFER, heard_at
from bot.rules.seats import choose_bus, largest_ever, largest_party, most_wheelchairs
from bot.rules.waiting import still_promotes
from storage.records import Booking, Congress, HeldSeat, Library, Visit, VisitState

HELD_FOR = timedelta(minutes=20)
"""So long a seat is held for somebody whose visit is off, counted from when they are told."""
HELD_UNTIL = timedelta(minutes=45)
"""But never so near to the departure of the visit it is on."""
TOLD_AT_NIGHT = timedelta(hours=12)
"""Whose visit would leave sooner is told at once, also in the quiet hours."""

_OTHER_CITY, _OTHER_LANGUAGE, _STEPS = timedelta(hours=4), timedelta(hours=1), timedelta(hours=2)
_USABLE = (VisitState.OPEN, VisitState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Displaced:
    """A party that loses its seats. `held` are the other seats of its owner, `waits` the visits they wait for."""

    booking: Booking
    held: tuple[HeldSeat, ...] = ()
    waits: frozenset[int] = frozenset()
    language: str | None = None
    reachable: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Seats that are held for a party, on this bus (None: a walk), until then."""

    party: Displaced
    visit: Visit
    bus_id: int | None
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A place in the line of a visit: at its head, or where seats are being kept for those who wait, at its end."""

    party: Displaced
    visit: Visit
    ahead: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What each party gets: each is in one of the three, those with nothing can go to the desk."""

    told_at: datetime
    held: tuple[Hold, ...] = ()
    queued: tuple[Place, ...] = ()
    nothing: tuple[Displaced, ...] = ()


def told_at(visit: Visit, *, congress: Congress, now: datetime, zone: tzinfo) -> datetime:
    """Return when its people hear that the visit is off: at once, or in the morning when there is time."""
    if visit.leaves_at - now < TOLD_AT_NIGHT:
        return now
    return heard_at(now, quiet=congress.quiet_hours, zone=zone)


def plan_b(
    wanted: Visit,
    parties: Iterable[Displaced],
    *,
    visits: Iterable[Visit],
    guarded: frozenset[int],
    congress: Congress,
    now: datetime,
    zone: tzinfo,
) -> Plan:
    """Say what becomes of the parties of a visit that is called off.

    `guarded` are the visits of which what is free belongs to those who wait. Nobody gets two seats at a time, no party
    is split, no bus gets more than it holds. Whom the bot cannot reach gets nothing: the desk looks for them.
    """
    told = told_at(wanted, congress=congress, now=now, zone=zone)
    others = {
        visit.id: visit for visit in visits if visit.id != wanted.id and _moves(visit, congress=congress, now=now)
    }
    held: list[Hold] = []
    queued: list[Place] = []
    nothing: list[Displaced] = []
    for party in sorted(parties, key=_turn):
        fitting = _by_fit(party, wanted, others.values(), congress=congress) if party.reachable else []
        hold = _hold(party, fitting, guarded=guarded, told=told)
        place = None if hold else _place(party, fitting, congress=congress, now=now, zone=zone)
        if hold is not None:
            held.append(hold)
            others[hold.visit.id] = taken(others[hold.visit.id], hold)
        elif place is not None:
            queued.append(place)
        else:
            nothing.append(party)
    return Plan(told_at=told, held=tuple(held), queued=tuple(queued), nothing=tuple(nothing))


def _turn(party: Displaced) -> tuple[bool, datetime, int]:
    return not party.booking.wheelchairs, party.booking.made_at, party.booking.id


def _moves(visit: Visit, *, congress: Congress, now: datetime) -> bool:
    """Say whether seats of this visit are still being given: like the waiting list, also after booking has closed."""
    opens_at = visit.opens_at or congress.rules.opens_at
    is_final = visit.names_final and refuse_visit(visit, rules=congress.rules, now=now) is not None
    return visit.state in _USABLE and not visit.queue_paused and now >= opens_at and not is_final


def _by_fit(party: Displaced, wanted: Visit, visits: Iterable[Visit], *, congress: Congress) -> list[Visit]:
    """Return where the party could go, seats aside, the best fit first; not where it holds seats or waits already."""
    own = {seat.visit.id for seat in party.held} | party.waits
    possible = (
        visit
        for visit in visits
        if visit.id not in own and find_clashes(visit, party.held, rules=congress.rules) is None
    )

    def distance(visit: Visit) -> tuple[timedelta, int]:
        far = abs(visit.leaves_at - wanted.leaves_at)
        if visit.city != wanted.city:
            far += _OTHER_CITY
        if not _speaks(visit, party, wanted):
            far += _OTHER_LANGUAGE
        if party.booking.wheelchairs and not _is_step_free(visit, congress.libraries):
            far += _STEPS
        return far, visit.id

    return sorted(possible, key=distance)


def _speaks(visit: Visit, party: Displaced, wanted: Visit) -> bool:
    """The owner's language, where the guide of the visit that is off spoke it; else any that he spoke."""
    if party.language in wanted.guide_languages:
        return party.language in visit.guide_languages
    return not set(visit.guide_languages).isdisjoint(wanted.guide_languages)


def _is_step_free(visit: Visit, libraries: Mapping[str, Library]) -> bool:
    return all(libraries[stop].wheelchair == "yes" for stop in visit.stops)


def _hold(party: Displaced, fitting: Sequence[Visit], *, guarded: frozenset[int], told: datetime) -> Hold | None:
    for visit in fitting:
        until = min(told + HELD_FOR, visit.leaves_at - HELD_UNTIL)
        if visit.id not in guarded and _has_seats(party, visit) and until - told >= SHORTEST_OFFER:
            bus = choose_bus(visit, party=party.booking.party, wheelchairs=party.booking.wheelchairs)
            return Hold(party=party, visit=visit, bus_id=bus.id if bus else None, until=until)
    return None


def _place(
    party: Displaced,
    fitting: Sequence[Visit],
    *,
    congress: Congress,
    now: datetime,
    zone: tzinfo,
) -> Place | None:
    for visit in fitting:
        places = most_wheelchairs(visit)
        ever = party.booking.party <= largest_ever(visit) and (places is None or party.booking.wheelchairs <= places)
        if ever and still_promotes(visit, congress=congress, now=now, zone=zone):
            return Place(party=party, visit=visit, ahead=not _has_seats(party, visit))
    return None


def _has_seats(party: Displaced, visit: Visit) -> bool:
    return party.booking.party <= largest_party(visit, wheelchairs=party.booking.wheelchairs)


def taken(visit: Visit, hold: Hold) -> Visit:
    """Return the visit as it is once these seats are taken."""
    booking = hold.party.booking
    buses = tuple(
        replace(
            bus,
            seats_taken=bus.seats_taken + booking.party,
            wheelchairs_taken=bus.wheelchairs_taken + booking.wheelchairs,
        )
        if bus.id == hold.bus_id
        else bus
        for bus in visit.buses
    )
    return replace(visit, seats_taken=visit.seats_taken + booking.party, buses=buses)
