"""A visit is called off: who hears of it, who gets which seat instead, and that all at once.

`prepare` counts, with or without the locks, by the one rule (rules/plan_b.py); `call_off` does what it has counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rules.lateness import KINDS
from bot.rules.plan_b import Displaced, Plan, plan_b
from bot.services.asking import end_asking_on
from bot.services.cards import renew_ended
from bot.services.deeds import Busy, Deed
from bot.services.displacing import displaced_from, guarded_visits, hold_all, queue_all, release_all
from bot.services.organizers import CannotBeMoved
from bot.services.promotion import promote, take_back
from storage import Tx, bookings, delegates, grants, log, outbox, queue, visits
from storage.records import Act, Booking, Congress, NewMessage, Role, Visit, VisitState

CANCELLED = "visit cancelled"
"""Why the seats and waits of a visit that was called off have ended."""
CANCELLED_SEAT, CANCELLED_WAIT = "cancelled", "cancelled-wait"
CANCELLED_CREW, CANCELLED_TEAM = "cancelled-crew", "cancelled-team"
_OVER = (VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Audience:
    """Who else hears that a visit is off, by delegate id: its hosts and leaders, and the organizers."""

    crew: tuple[int, ...]
    team: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingOff:
    """What calling the visit off would come to at this moment."""

    visit: Visit
    plan: Plan
    waiting: tuple[Booking, ...]
    """The parties in its line, and those with an open offer."""
    audience: Audience
    reachable: frozenset[int]
    """The people with a seat or a wait who have Telegram."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the numbers of the preview: people, parties that wait, others who are told."""
        held = sum(hold.party.booking.party for hold in self.plan.held)
        queued = sum(place.party.booking.party for place in self.plan.queued)
        nothing = sum(party.booking.party for party in self.plan.nothing)
        unreachable = sum(party.booking.party for party in self.plan.nothing if not party.reachable)
        return {
            "people": held + queued + nothing,
            "held": held,
            "queued": queued,
            "nothing": nothing,
            "unreachable": unreachable,
            "waiting": len(self.waiting),
            "crew": len(self.audience.crew),
            "team": len(self.audience.team),
        }


def prepare(
    tx: Tx,
    *,
    subject: int,
    arguments: Mapping[str, Any],
    author_id: int,
    congress: Congress,
    now: datetime,
    locked: bool = False,
) -> CallingOff | CannotBeMoved | Busy | None:
    """Say what calling a visit off would come to now; a refusal, or None when there is no such visit.

    `locked`: under the locks of its people and of all visits, so that it can be done as it was counted.
    """
    visit_id = subject
    known = _people_of(tx, visit_id)
    if locked:
        delegates.lock_all(tx, known)
        fresh = visits.lock(tx, [visit.id for visit in visits.read_all(tx)])
        late = _people_of(tx, visit_id) - known
        if not all(queue.try_lock_delegate(tx, person) for person in sorted(late)):
            return Busy()
    else:
        fresh = {visit.id: visit for visit in visits.read_all(tx)}
    visit = fresh.get(visit_id)
    if visit is None:
        return None
    if visit.state in _OVER or now >= visit.leaves_at:
        return CannotBeMoved(visit)
    line = tuple(each.booking for each in queue.line_of(tx, visit_id))
    passengers = bookings.passengers(tx, visit_id=visit_id)
    people = delegates.read_all(tx, _people_of(tx, visit_id))
    plan = plan_b(
        visit,
        displaced_from(tx, visit, passengers, {person.id: person.language for person in people.values()}),
        visits=fresh.values(),
        guarded=guarded_visits(tx, fresh.values(), called_off=visit_id, congress=congress, now=now),
        congress=congress,
        now=now,
        zone=ZoneInfo(congress.zone),
    )
    return CallingOff(
        visit=visit,
        plan=plan,
        waiting=(*queue.offers_on(tx, visit_id), *line),
        audience=_audience(tx, visit, but=author_id),
        reachable=frozenset(person.id for person in people.values() if person.telegram_id is not None),
    )


def call_off(tx: Tx, act: Act, prepared: CallingOff, *, actor: int, congress: Congress, now: datetime) -> None:
    """Cancel the visit as it was prepared under the locks: seats and waits end, others are held, all are told."""
    visit = prepared.visit
    visits.change_visit(tx, visit.id, version_up=True, state=VisitState.CANCELLED)
    end_asking_on(tx, [bus.id for bus in visit.buses], now=now)
    for booking in prepared.waiting:
        if not booking.is_waiting:
            take_back(tx, booking)
        queue.end(tx, booking, reason=CANCELLED, now=now)
    following = _follow_up(tx, prepared.plan, now=now)
    ended = [party.booking for party, _ in following]
    release_all(tx, ended, reason=CANCELLED, now=now)
    told_ended = [booking for booking in ended if booking.delegate_id in prepared.reachable]
    renew_ended(tx, told_ended, visit, now=now)
    messages = [
        _message(CANCELLED_SEAT, act, visit, party.booking.delegate_id, prepared, party.booking.id, {"next": follows})
        for party, follows in following
        if party.booking.delegate_id in prepared.reachable
    ]
    booked = {booking.delegate_id for booking in ended}
    waited = {each.delegate_id: each.id for each in prepared.waiting}
    messages += [
        _message(CANCELLED_WAIT, act, visit, person, prepared, booking_id, {})
        for person, booking_id in waited.items()
        if person not in booked and person in prepared.reachable
    ]
    told = {"visit": visit.id, "by": act.author_id, "counts": dict(prepared.counts)}
    for kind, people in ((CANCELLED_CREW, prepared.audience.crew), (CANCELLED_TEAM, prepared.audience.team)):
        messages += [_message(kind, act, visit, person, prepared, None, told) for person in people]
    outbox.add_many(tx, messages)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="cancel visit",
        subject=f"visit:{visit.id}",
        before={"state": visit.state},
        after={"visit": visit.key, **prepared.counts},
        outcome={"act": act.id},
        cause=f"act/{act.id}/{act.revision}",
    )
    for other in visits.read_all(tx):
        promote(tx, other.id, congress=congress, now=now)


def _people_of(tx: Tx, visit_id: int) -> set[int]:
    line = {each.booking.delegate_id for each in queue.line_of(tx, visit_id)}
    offered = {each.delegate_id for each in queue.offers_on(tx, visit_id)}
    return line | offered | {holder.booking.delegate_id for holder in bookings.passengers(tx, visit_id=visit_id)}


def _audience(tx: Tx, visit: Visit, *, but: int) -> Audience:
    team = _known(
        tx, [*grants.owners(tx), *grants.holders(tx, Role.ORGANIZER), *grants.holders(tx, Role.CITY, visit.city)]
    )
    leaders = [leader for bus in visit.buses for leader in grants.holders(tx, Role.LEADER, bus.label)]
    crew = _known(tx, [*grants.holders(tx, Role.HOST, visit.key), *leaders])
    return Audience(
        crew=tuple(person for person in crew if person not in team and person != but),
        team=tuple(person for person in team if person != but),
    )


def _known(tx: Tx, telegram_ids: list[int]) -> tuple[int, ...]:
    return tuple(person.id for person in delegates.by_telegram_ids(tx, telegram_ids).values())


def _follow_up(tx: Tx, plan: Plan, *, now: datetime) -> list[tuple[Displaced, int | None]]:
    """Hold the seats and give the places of the plan; return each party with the booking that follows, if any does."""
    follows = hold_all(tx, plan.held, now=now) | queue_all(tx, plan.queued, now=now)
    parties = [*(hold.party for hold in plan.held), *(place.party for place in plan.queued), *plan.nothing]
    return [(party, follows.get(party.booking.id)) for party in parties]


def _message(
    kind: str,
    act: Act,
    visit: Visit,
    person: int,
    prepared: CallingOff,
    booking_id: int | None,
    slots: Mapping[str, object],
) -> NewMessage:
    due_at = prepared.plan.told_at
    return NewMessage(
        key=f"{kind}/{act.id}/{booking_id or person}",
        kind=kind,
        delegate_id=person,
        booking_id=booking_id,
        act_id=act.id,
        slots=slots,
        message_class=KINDS[kind].message_class,
        due_at=due_at,
        expires_at=KINDS[kind].expires_at(due_at, ends_at=visit.returns_at),
        departs_at=visit.leaves_at,
    )


def _find(tx: Tx, name: str) -> str | None:
    visit_id = visits.by_key(tx, name)
    return None if visit_id is None else f"visit:{visit_id}"


def _missed(tx: Tx, act: Act) -> tuple[str, ...]:
    return bookings.without_telegram(tx, visit_id=visits.of_subject(tx, act.subject), reason=CANCELLED)


DEED = Deed(kind="cancelvisit", find=_find, prepare=prepare, carry_out=call_off, missed=_missed)
