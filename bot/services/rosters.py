"""Rosters: who travels, waits or needs a wheelchair place, of a bus, a visit or a city; and what was given out.

Every list comes from one query (storage.bookings.passengers). One that leaves the bot has a version and stays known
as somebody's copy, so that the next one says what it replaces and what is different.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.rules.authority import Right, Subject
from bot.services.answers import ByBus, answers_on
from bot.services.authority import NoAuthority, refusal, refusal_for
from bot.services.editions import Edition, edition_of, listed
from bot.services.organizers import UnknownName
from storage import Tx, bookings, delegates, log, rosters, visits
from storage.records import Answers, Booking, BookingState, Bus, City, Congress, Holder, Rider, Visit
from storage.rosters import Listed
from storage.turns import take_turn


class ListKind(StrEnum):
    """Which list: of those who travel, who wait, or who need a wheelchair place."""

    RIDERS = "riders"
    WAITING = "waiting"
    ACCESS = "access"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passenger:
    """A booking on a roster with whether its owner can be written to."""

    booking: Booking
    reachable: bool
    lacks_wheelchair_place: bool = False
    """The person who signed up needs one, and their seat has none."""
    place: int | None = None
    """In a waiting list, 1 for the head; None for who travels or holds an offer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scope:
    """What a list is of: a bus of a visit, a visit, or a city."""

    visit: Visit | None = None
    bus: Bus | None = None
    city: City | None = None

    @property
    def name(self) -> str:
        """Return what an organizer calls it by: a bus's label, a visit's key, a city's id."""
        if self.bus is not None:
            return self.bus.label
        if self.visit is not None:
            return self.visit.key
        assert self.city is not None
        return self.city.id

    def list_name(self, kind: ListKind) -> str:
        """Return the name under which versions of the list are kept."""
        if self.bus is not None:
            return f"{kind}/bus:{self.bus.id}"
        return f"{kind}/{f'visit:{self.visit.id}' if self.visit is not None else f'city:{self.name}'}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """A list; its total is the number of riders listed."""

    kind: ListKind = ListKind.RIDERS
    scope: Scope
    visits: Mapping[int, Visit]
    passengers: tuple[Passenger, ...]
    edition: Edition
    offered: int = 0
    """Seats that are held for an offer: taken, and not on the list of those who travel."""
    answers: ByBus | None = None
    """What was answered the evening before, by bus; None before that evening, and for a city."""
    is_to_take: bool = True
    """Whether the reader may have it as a file, or only look."""

    @property
    def visit(self) -> Visit | None:
        return self.scope.visit

    @property
    def bus(self) -> Bus | None:
        return self.scope.bus

    @property
    def total(self) -> int:
        return sum(len(passenger.booking.riders) for passenger in self.passengers)

    def bus_of(self, booking: Booking) -> Bus | None:
        return self.visits[booking.visit_id].bus(booking.bus_id)

    def rows(self) -> Iterator[tuple[int, Passenger, Rider]]:
        """Yield each rider with their number on the list, from 1."""
        position = 0
        for passenger in self.passengers:
            for rider in passenger.booking.riders:
                position += 1
                yield position, passenger, rider


def read_roster(
    tx: Tx, *, actor: int, name: str, kind: ListKind = ListKind.RIDERS, congress: Congress, now: datetime
) -> Roster | NoAuthority | UnknownName:
    """Return this list of the visit, bus or city of this name, as it is now. Nothing is given out."""
    scope = _allowed(tx, actor, name, Right.ROSTER, congress=congress)
    if not isinstance(scope, Scope):
        return scope
    reader = delegates.by_telegram_id(tx, actor)
    shown = list_of(tx, scope, kind=kind, reader=None if reader is None else reader.id, congress=congress, now=now)
    return replace(shown, is_to_take=_refusal(tx, actor, Right.ROSTER_FILE, scope) is None)


def give_roster(
    tx: Tx, *, actor: int, name: str, kind: ListKind, form: str, congress: Congress, now: datetime, cause: str
) -> Roster | NoAuthority | UnknownName:
    """Return the list as `read_roster` does, and note that this person has this version of it now, as such a file.

    A version that somebody has already is the same version for everybody; a repeat gives nothing twice.
    """
    scope = _allowed(tx, actor, name, Right.ROSTER_FILE, congress=congress)
    if not isinstance(scope, Scope):
        return scope
    reader = delegates.by_telegram_id(tx, actor)
    assert reader is not None
    given = give_to(tx, scope, kind=kind, reader=reader.id, congress=congress, now=now)
    if log.outcome_of(tx, cause) is None:
        log.write(
            tx,
            at=now,
            actor=actor,
            action="list",
            subject=_subject(scope),
            after={"list": kind.value, "form": form, "version": given.edition.version, "rows": given.total},
            outcome={"version": given.edition.version},
            cause=cause,
        )
    return given


def give_to(
    tx: Tx, scope: Scope, *, kind: ListKind = ListKind.RIDERS, reader: int, congress: Congress, now: datetime
) -> Roster:
    """Return the list and note that this person has this version of it; the caller knows that they may."""
    take_turn(tx)  # two that are given out at once would both be the next version
    shown = list_of(tx, scope, kind=kind, reader=reader, congress=congress, now=now)
    rows = _listed(shown.passengers)
    rosters.give(tx, scope.list_name(kind), version=shown.edition.version, delegate_id=reader, listed=rows, now=now)
    return shown


def _allowed(tx: Tx, actor: int, name: str, right: Right, *, congress: Congress) -> Scope | NoAuthority | UnknownName:
    if (refused := refusal(tx, actor, right)) is not None:
        return refused
    scope = find_scope(tx, name, congress=congress)
    return UnknownName(name) if scope is None else _refusal(tx, actor, right, scope) or scope


def _refusal(tx: Tx, actor: int, right: Right, scope: Scope) -> NoAuthority | None:
    if scope.city is not None:
        return refusal_for(tx, actor, right, Subject(city=scope.city.id), name=scope.name)
    return refusal(tx, actor, right, visit=scope.visit, bus=scope.bus)


def find_scope(tx: Tx, name: str, *, congress: Congress) -> Scope | None:
    """Return the visit of this key, the bus of this label or the city of this id or name, upper or lower case."""
    visit_id, bus = visits.by_key(tx, name), None
    if visit_id is None:
        bus = visits.bus_by_label(tx, name)
        visit_id = None if bus is None else bus.visit_id
    if visit_id is not None:
        return Scope(visit=visits.read(tx, visit_id), bus=bus)
    city = find_city(name, congress=congress)
    return None if city is None else Scope(city=city)


def find_city(name: str, *, congress: Congress) -> City | None:
    """Return the city of this id or name in any language, upper or lower case."""
    called = name.casefold()
    cities = congress.cities.values()
    return next((each for each in cities if called in (each.id, *map(str.casefold, each.name.values()))), None)


def list_of(
    tx: Tx, scope: Scope, *, kind: ListKind = ListKind.RIDERS, reader: int | None, congress: Congress, now: datetime
) -> Roster:
    """Return a list with its version; what is different since the one that this reader has, else since the newest."""
    holders = _holders(tx, scope, waiting=kind is ListKind.WAITING)
    offers = 0
    if kind is ListKind.RIDERS:
        held = _holders(tx, scope, waiting=True)
        offers = sum(holder.booking.party for holder in held if holder.booking.state is BookingState.OFFERED)
    ids = {holder.booking.visit_id for holder in holders}
    seen = visits.read_some(tx, ids | ({scope.visit.id} if scope.visit is not None else set()))
    passengers = _of_kind(holders, kind)
    return Roster(
        kind=kind,
        scope=scope,
        visits=seen,
        passengers=passengers,
        edition=edition_of(tx, scope.list_name(kind), _listed(passengers), reader=reader, seen=seen),
        offered=offers,
        answers=_answers_on(tx, scope, congress=congress, now=now) if kind is ListKind.RIDERS else None,
    )


def listed_now(tx: Tx, scope: Scope) -> tuple[Listed, ...]:
    """Return who travels now, as `storage.rosters` keeps it of a list that is given out."""
    return _listed(_of_kind(_holders(tx, scope, waiting=False), ListKind.RIDERS))


def _holders(tx: Tx, scope: Scope, *, waiting: bool) -> tuple[Holder, ...]:
    return bookings.passengers(
        tx,
        visit_id=None if scope.visit is None or scope.bus is not None else scope.visit.id,
        bus_id=None if scope.bus is None else scope.bus.id,
        city=None if scope.city is None else scope.city.id,
        waiting=waiting,
    )


def _of_kind(holders: Sequence[Holder], kind: ListKind) -> tuple[Passenger, ...]:
    found, places = [], dict[int, int]()
    for holder in holders:
        booking, place = holder.booking, None
        lacks = holder.needs_wheelchair and any(each.is_owner and not each.wheelchair for each in booking.riders)
        if kind is ListKind.ACCESS:
            needy = tuple(each for each in booking.riders if each.wheelchair or (lacks and each.is_owner))
            if not needy:
                continue
            booking = booking.with_riders(needy)
        elif booking.is_waiting:
            place = places[booking.visit_id] = places.get(booking.visit_id, 0) + 1
        found.append(
            Passenger(
                booking=booking,
                reachable=holder.telegram_id is not None and not holder.unreachable,
                lacks_wheelchair_place=lacks and not booking.is_waiting,
                place=place,
            )
        )
    return tuple(found)


def _listed(passengers: Sequence[Passenger]) -> tuple[Listed, ...]:
    return listed(passenger.booking for passenger in passengers)


def _answers_on(tx: Tx, scope: Scope, *, congress: Congress, now: datetime) -> ByBus | None:
    if scope.visit is None:
        return None
    counted = answers_on(tx, scope.visit, congress=congress, now=now)
    if counted is None or scope.bus is None:
        return counted
    return {scope.bus.id: counted.get(scope.bus.id, Answers())}


def _subject(scope: Scope) -> str:
    if scope.bus is not None:
        return f"bus:{scope.bus.id}"
    return f"visit:{scope.visit.id}" if scope.visit is not None else f"city:{scope.name}"
