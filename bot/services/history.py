"""Why it came so: of a booking, a person, a bus or a visit the facts in order, from log, bookings and outbox."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.authority import Right
from bot.rules.editing import texts_of_visit
from bot.rules.reminding import Silence, departure, due_moment, why_silent
from bot.rules.spelling import closest, keys
from bot.services.authority import NoAuthority, refusal
from bot.services.entries import Entry, entries_of
from bot.services.rosters import ListKind
from storage import Tx, announcements, bookings, delegates, log, outbox, reminders, rosters, visits
from storage.records import (
    Booking,
    BookingState,
    Bus,
    Congress,
    Delegate,
    MessageState,
    Posted,
    ReminderRule,
    Visit,
    VisitState,
)

_EDITS = ("card", "old-card")
"""Kinds that only edit a ticket: they tell nobody anything."""
_TO_ALL = ("delay", "cancel visit")
"""What happens to a visit happens to everybody who has a seat on it."""
_REPLACED = "replaced"
"""Why a booking ended whose seats made room for another of the same moment."""
_MOST, _NAMED = 5, 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A booking began, and the log has no line of its own for it: it was made in place of one of a cancelled visit."""

    at: datetime
    booking: Booking
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A booking ended, and the log has no line of its own for it: the reason it bears."""

    at: datetime
    booking: Booking
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message about a booking, and what became of it; `rule` where it was a reminder."""

    at: datetime
    posted: Posted
    rule: ReminderRule | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NotReminded:
    """There is no such reminder of this visit: why, or None while its moment is still to come."""

    at: datetime
    rule: ReminderRule
    visit: Visit
    why: Silence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ListHad:
    """Somebody has this version of a bus's passenger list."""

    at: datetime
    version: int
    reader: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """A line of the log."""

    at: datetime
    entry: Entry


Fact = Done | Begun | Ended | Told | NotReminded | ListHad


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """All that is known of a person's bookings, or of a bus or a visit, oldest first."""

    person: Delegate | None = None
    bookings: tuple[tuple[Booking, Visit], ...] = ()
    """What they have or had, as it stands now."""
    visit: Visit | None = None
    bus: Bus | None = None
    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Somebody who has or had a booking, the keys of a name on it, and by which booking they are asked for."""

    booking_id: int
    delegate_id: int
    name: str
    visit: str
    keys: frozenset[str]


def story_of(tx: Tx, *, actor: int, name: str, congress: Congress, now: datetime) -> Story | NoAuthority | None:
    """Return the story of what has this name: a booking's code, a bus or a visit; None where nothing has."""
    if (refused := refusal(tx, actor, Right.WHY)) is not None:
        return refused
    booking = bookings.by_code(tx, name.upper())
    if booking is not None:
        return _of_booking(tx, booking, actor=actor, alone=True, congress=congress, now=now)
    bus = visits.bus_by_label(tx, name)
    visit_id = visits.by_key(tx, name) if bus is None else bus.visit_id
    visit = None if visit_id is None else visits.read(tx, visit_id)
    if visit is None:
        return None
    return refusal(tx, actor, Right.WHY, visit=visit, bus=bus) or _of_bus(tx, visit, bus)


def story_of_person(
    tx: Tx, *, actor: int, booking_id: int, congress: Congress, now: datetime
) -> Story | NoAuthority | None:
    """Return the story of whoever this booking belongs to; None when there is no such booking."""
    if (refused := refusal(tx, actor, Right.WHY)) is not None:
        return refused
    booking = bookings.read(tx, booking_id)
    return None if booking is None else _of_booking(tx, booking, actor=actor, alone=False, congress=congress, now=now)


def known_on(tx: Tx, *, actor: int, visit_id: int) -> tuple[Known, ...] | NoAuthority:
    """Return everybody who has or had a booking on this visit; nobody of one that is not theirs to see.

    A visit at a time: two thousand names at once would keep everybody's taps waiting.
    """
    if (refused := refusal(tx, actor, Right.WHY)) is not None:
        return refused
    visit = visits.read(tx, visit_id)
    if visit is None or refusal(tx, actor, Right.WHY, visit=visit) is not None:
        return ()
    return tuple(
        Known(
            booking_id=booking.id,
            delegate_id=booking.delegate_id,
            name=rider.name,
            visit=visit.key,
            keys=frozenset(keys(rider.name)),
        )
        for booking in bookings.ever_on(tx, visit_id)
        for rider in booking.riders
    )


def choose_known(known: Iterable[Known], *, typed: str) -> tuple[Known, ...]:
    """Return who of these may be meant, the likeliest first, each name of a person once; at most five."""
    once = {(each.delegate_id, each.keys): each for each in known}
    several = tuple(once.values())
    places = closest(keys(typed), [each.keys for each in several], least=_NAMED, most=_MOST)
    return tuple(several[place] for place in places)


def _of_booking(
    tx: Tx, booking: Booking, *, actor: int, alone: bool, congress: Congress, now: datetime
) -> Story | NoAuthority:
    """Of one booking and those it grew from or into, or of all of its owner's, on visits that the reader sees."""
    every = bookings.ever_of(tx, booking.delegate_id)
    seen = {
        visit_id: visit
        for visit_id, visit in visits.read_some(tx, {each.visit_id for each in every}).items()
        if refusal(tx, actor, Right.WHY, visit=visit) is None
    }
    if booking.visit_id not in seen:
        visit = visits.read(tx, booking.visit_id)
        return NoAuthority(booking.code if visit is None else visit.key)
    lines = log.about(tx, [f"booking:{each.id}" for each in every])
    given = bookings.given_moments(tx, [each.id for each in every])
    wanted = _kin(booking, every, given) if alone else {each.id for each in every}
    theirs = tuple(each for each in every if each.id in wanted and each.visit_id in seen)
    ids = {each.id for each in theirs}
    own = [line for line in lines if _number(line.subject) in ids]
    person = delegates.read(tx, booking.delegate_id)
    if not alone:
        own += [line for line in log.about(tx, [f"delegate:{person.id}"]) if line.action != "agree"]
    own += [
        line
        for line in log.about(tx, {f"visit:{each.visit_id}" for each in theirs})
        if line.action in _TO_ALL and any(_concerns(line.at, _number(line.subject), each) for each in theirs)
    ]
    own += [
        line
        for each in theirs
        for line in log.about(tx, [f"bus:{each.bus_id}"])
        if line.action == "delay" and _concerns(line.at, each.visit_id, each)
    ]
    posted = outbox.of_bookings(tx, ids, but=_EDITS)
    rules = {rule.id: rule for rule in congress.reminders}
    facts: list[Fact] = [Done(at=entry.line.at, entry=entry) for entry in entries_of(tx, own)]
    facts += _unlogged(theirs, seen, {(line.subject, line.at) for line in own})
    facts += [Told(at=each.at, posted=each, rule=_rule_of(each, rules)) for each in posted]
    for each in theirs:
        if each.id in given:
            mine = [message for message in posted if message.booking_id == each.id]
            facts += _silences(each, given[each.id], seen[each.visit_id], mine, person, congress=congress, now=now)
    return Story(
        person=person,
        bookings=tuple((each, seen[each.visit_id]) for each in theirs),
        facts=_in_order(facts),
    )


def _of_bus(tx: Tx, visit: Visit, bus: Bus | None) -> Story:
    """Of a bus and its visit, or of a visit with all its buses; who leads or hosts, and who has which list."""
    fleet = visit.buses if bus is None else (bus,)
    subjects = [f"visit:{visit.id}", f"crew:host:{visit.key}"]
    subjects += [f"text:{text.path}" for text in texts_of_visit(visit) if text.id]
    subjects += [f"bus:{each.id}" for each in fleet] + [f"crew:leader:{each.label}" for each in fleet]
    if bus is None:
        subjects += [f"announcement:{each}" for each in announcements.ids_of_visit(tx, visit.id)]
    lines = list(log.about(tx, subjects))
    lines += log.of_action(tx, "programme")
    facts: list[Fact] = [Done(at=entry.line.at, entry=entry) for entry in entries_of(tx, lines)]
    logged = {(line.at, line.after.get("version")) for line in lines if line.action == "list"}
    had = [
        (version, delegate_id, at)
        for each in fleet
        for version, delegate_id, at in rosters.given_of(tx, f"{ListKind.RIDERS}/bus:{each.id}")
        if (at, version) not in logged
    ]
    readers = delegates.read_all(tx, {reader for _, reader, _ in had if reader is not None})
    facts += [
        ListHad(at=at, version=version, reader=readers[reader].name if reader in readers else "")
        for version, reader, at in had
    ]
    return Story(visit=visit, bus=bus, facts=_in_order(facts))


def _in_order(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    return tuple(sorted(facts, key=lambda fact: fact.at))


def _number(subject: str) -> int:
    return int(subject.partition(":")[2])


def _kin(booking: Booking, every: tuple[Booking, ...], given: Mapping[int, datetime]) -> set[int]:
    """Return this booking with those it replaced, was split from, or became."""
    pairs = {pair for each in every for pair in ((each.id, each.replaces), (each.id, each.rest_of))}
    replaced = [each for each in every if each.reason == _REPLACED]
    pairs |= {(each.id, other) for each in replaced for other, at in given.items() if at == each.released_at}
    kin, grown = {booking.id}, True
    while grown:
        more = {other for one, two in pairs for other in (one, two) if other and {one, two} & kin} - kin
        kin, grown = kin | more, bool(more)
    return kin


def _concerns(at: datetime, visit_id: int, booking: Booking) -> bool:
    ended = booking.released_at
    return booking.visit_id == visit_id and booking.made_at <= at and (ended is None or at <= ended)


def _unlogged(theirs: Iterable[Booking], seen: dict[int, Visit], logged: set[tuple[str, datetime]]) -> Iterator[Fact]:
    """Yield beginnings and ends of which the log says nothing by themselves: what followed on a cancelled visit."""
    for booking in theirs:
        subject, visit = f"booking:{booking.id}", seen[booking.visit_id]
        if (subject, booking.made_at) not in logged and booking.rest_of is None:
            yield Begun(at=booking.made_at, booking=booking, visit=visit)
        if booking.released_at is not None and (subject, booking.released_at) not in logged:
            yield Ended(at=booking.released_at, booking=booking, visit=visit)


def _rule_of(posted: Posted, rules: dict[str, ReminderRule]) -> ReminderRule | None:
    return rules.get(posted.key.partition("/")[0]) if posted.kind == reminders.KIND else None


def _silences(
    booking: Booking,
    given_at: datetime,
    visit: Visit,
    posted: Iterable[Posted],
    person: Delegate,
    *,
    congress: Congress,
    now: datetime,
) -> Iterator[NotReminded]:
    """Yield each reminder that a seat has not had: it is still to come, or why it was not written."""
    written = {each.key.partition("/")[0] for each in posted if each.kind == reminders.KIND}
    written -= {
        each.key.partition("/")[0]
        for each in posted
        if each.state is MessageState.CANCELLED and booking.state is BookingState.BOOKED
    }
    if visit.state not in (VisitState.OPEN, VisitState.CLOSED):
        return
    for rule in congress.reminders:
        due_at = due_moment(rule, departure(visit, visit.bus(booking.bus_id)), zone=ZoneInfo(congress.zone))
        ended = booking.released_at
        if rule.id in written or (ended is not None and ended <= max(due_at, given_at)):
            continue
        if ended is not None and now < due_at:
            continue
        why = why_silent(
            rule,
            due_at=due_at,
            given_at=given_at,
            has_telegram=person.telegram_id is not None,
            unreachable=person.unreachable,
            stopped=person.stopped,
        )
        is_to_come = now < due_at or (now == due_at and why is Silence.MISSED)
        yield NotReminded(at=due_at, rule=rule, visit=visit, why=None if is_to_come and why is Silence.MISSED else why)
