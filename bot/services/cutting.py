"""A bus gets smaller than what is taken on it, or another coach comes in its place: what that would come to, and done.

`prepare` counts, with or without the locks, by the one rule (rules/cutting.py); `cut` does what it has counted, at once
or as far as asking the passengers goes. services/asking.py ends what was asked.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from bot.rules.cutting import asks_until, leaving, may_leave, reseated, volunteers, withdrawn
from bot.rules.lateness import KINDS
from bot.rules.plan_b import Displaced, Hold, Plan, plan_b, told_at
from bot.services.cards import renew_booking, renew_ended
from bot.services.deeds import BeingCut, Busy, Deed, TooManyStay
from bot.services.displacing import displaced_from, guarded_visits, hold_all, queue_all, release_all
from bot.services.organizers import CannotBeMoved
from bot.services.promotion import promote, take_back
from bot.services.swapping import OTHER_BUS, tell_of_coach
from storage import Tx, bookings, cuts, delegates, log, outbox, queue, seats, visits
from storage.records import Act, Booking, Bus, Congress, Holder, NewMessage, Visit, VisitState

CUT = "the bus became smaller"
"""Why the seats of those who left a smaller bus have ended, and what was held for those who stay on it."""
ASKED, KEPT, LOST = "seat-asked", "seat-kept", "seat-lost"
WITHDRAWN = "offer-withdrawn"
_OVER = (VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shrinking:
    """What a smaller bus would come to at this moment."""

    visit: Visit
    bus: Bus
    seats: int
    passengers: tuple[Holder, ...]
    """All on the bus now."""
    offers: tuple[Booking, ...]
    """Open offers that are withdrawn."""
    too_many: int
    """So many seats are too many once they are."""
    reseated: tuple[tuple[Displaced, Bus], ...]
    leaving: tuple[Displaced, ...]
    """Who leaves by the rule if nobody else does."""
    plan: Plan
    """What each of those gets."""
    volunteers: tuple[Hold, ...]
    """Who else is asked, and what is held for them."""
    asks_until: datetime | None
    told_at: datetime
    reachable: frozenset[int]
    """The people on the bus who have Telegram."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the numbers of the preview, all but the offers in seats; its seats too, which somebody may change."""
        return {
            "was": self.bus.seats,
            "people": sum(holder.booking.party for holder in self.passengers),
            "too_many": self.too_many,
            "offers": len(self.offers),
            "other_bus": sum(party.booking.party for party, _ in self.reseated),
            "asked": sum(hold.party.booking.party for hold in self.volunteers),
            "leaving": sum(party.booking.party for party in self.leaving),
            **counts_of(self.plan),
        }


def counts_of(plan: Plan) -> dict[str, int]:
    """Return how many people of a plan are held seats, get a place in a line, get nothing, and cannot be told."""
    return {
        "held": sum(hold.party.booking.party for hold in plan.held),
        "queued": sum(place.party.booking.party for place in plan.queued),
        "nothing": sum(party.booking.party for party in plan.nothing),
        "unreachable": sum(party.booking.party for party in plan.nothing if not party.reachable),
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
) -> Shrinking | CannotBeMoved | TooManyStay | BeingCut | Busy | None:
    """Say what this number of seats would come to now; a refusal, or None when there is no such bus any more.

    `locked`: under the locks of its people and of all visits, so that it can be done as it was counted.
    """
    wanted = int(arguments["seats"])
    known = people_of(tx, subject)
    if locked:
        delegates.lock_all(tx, known)
        fresh = visits.lock(tx, [visit.id for visit in visits.read_all(tx)])
        late = people_of(tx, subject) - known
        if not all(queue.try_lock_delegate(tx, person) for person in sorted(late)):
            return Busy()
    else:
        fresh = {visit.id: visit for visit in visits.read_all(tx)}
    visit = next((visit for visit in fresh.values() if visit.bus(subject) is not None), None)
    bus = None if visit is None else visit.bus(subject)
    if visit is None or bus is None:
        return None
    if visit.state in _OVER or now >= visit.leaves_at:
        return CannotBeMoved(visit)
    asking = cuts.open_on(tx, [bus.id])
    if bus.closing:
        return BeingCut(bus=bus, until=asking[0].asks_until)
    if asking and locked:  # a new number of seats has ended it; what it holds is given back at the next tick
        return Busy()
    return plan_cut(tx, visit, bus, wanted, fresh=fresh, congress=congress, now=now)


def plan_cut(
    tx: Tx,
    visit: Visit,
    bus: Bus,
    wanted: int,
    *,
    fresh: Mapping[int, Visit],
    held: frozenset[int] = frozenset(),
    may_ask: bool = True,
    congress: Congress,
    now: datetime,
) -> Shrinking | TooManyStay:
    """Say by the rule what happens to the people on the bus when it is to carry so many.

    `held` are bookings for which a seat is held already. `fresh` are all visits; with `may_ask` passengers are asked.
    """
    zone = ZoneInfo(congress.zone)
    passengers = bookings.passengers(tx, bus_id=bus.id)
    over = bus.seats_taken - wanted
    offers = withdrawn((each for each in queue.offers_on(tx, visit.id) if each.bus_id == bus.id), too_many=over)
    over -= sum(offer.party for offer in offers)
    people = delegates.read_all(tx, {holder.booking.delegate_id for holder in passengers})
    movable = displaced_from(
        tx,
        visit,
        (holder for holder in passengers if may_leave(holder)),
        {person.id: person.language for person in people.values()},
    )
    sitting = reseated(visit, bus, movable, too_many=over)
    still = over - sum(party.booking.party for party, _ in sitting)
    moved = {party.booking.id for party, _ in sitting}
    rest = [party for party in movable if party.booking.id not in moved]
    gone = leaving(rest, too_many=still)
    if sum(party.booking.party for party in gone) < still:
        least = wanted + still - sum(party.booking.party for party in gone)
        return TooManyStay(bus=bus, wanted=wanted, least=least)
    told = told_at(visit, congress=congress, now=now, zone=zone)
    guarded = guarded_visits(tx, fresh.values(), congress=congress, now=now) if gone else frozenset()
    ends = asks_until(visit, told=told) if gone and may_ask else None
    leave_ids = {party.booking.id for party in gone}

    def planned(at: datetime) -> Plan:
        without = [party for party in gone if party.booking.id not in held]
        return plan_b(visit, without, visits=fresh.values(), guarded=guarded, congress=congress, now=at, zone=zone)

    plan = planned(ends or now)
    asked: tuple[Hold, ...] = ()
    if ends is not None:
        asked = volunteers(
            visit,
            [party for party in rest if party.booking.id not in leave_ids],
            plan,
            too_many=still,
            visits=tuple(fresh.values()),
            guarded=guarded,
            congress=congress,
            now=ends,
            zone=zone,
        )
        if not asked:  # nobody has a choice: the rule applies at once
            ends, plan = None, planned(now)
    return Shrinking(
        visit=visit,
        bus=bus,
        seats=wanted,
        passengers=passengers,
        offers=offers,
        too_many=max(0, over),
        reseated=sitting,
        leaving=gone,
        plan=plan,
        volunteers=asked,
        asks_until=ends,
        told_at=told,
        reachable=frozenset(person.id for person in people.values() if person.telegram_id is not None),
    )


def cut(tx: Tx, act: Act, prepared: Shrinking, *, actor: int, congress: Congress, now: datetime) -> None:
    """Do what was prepared under the locks: at once, or as far as asking those who sit on the bus."""
    withdraw(tx, prepared, act_id=act.id, now=now)
    untold = reseat(tx, prepared, act_id=act.id, now=now)
    if prepared.asks_until is not None:
        _ask(tx, act, prepared, now=now)
    else:
        let_go(tx, prepared, act_id=act.id, follows={}, now=now)
        set_seats(tx, prepared)
    _tell_of_coach(tx, act, prepared, now=now)
    cause = f"act/{act.id}/{act.revision}"
    log_seats(tx, prepared, act_id=act.id, untold=untold, actor=actor, cause=cause, now=now)
    for other in visits.read_all(tx):
        promote(tx, other.id, congress=congress, now=now)


def people_of(tx: Tx, bus_id: int) -> set[int]:
    """Return those who sit on the bus or are offered seats on it."""
    booked = {holder.booking.delegate_id for holder in bookings.passengers(tx, bus_id=bus_id)}
    offered = {
        holder.booking.delegate_id
        for holder in bookings.passengers(tx, bus_id=bus_id, waiting=True)
        if holder.booking.bus_id == bus_id
    }
    return booked | offered


def withdraw(tx: Tx, prepared: Shrinking, *, act_id: int, now: datetime) -> None:
    """Take open offers back: their parties wait on at their old place, and are told."""
    asking = cuts.asking_holds(tx, [offer.id for offer in prepared.offers])
    for offer in prepared.offers:
        take_back(tx, offer)
        if offer.id in asking:  # they have a seat on another bus that gets smaller: what is held is no promise yet
            queue.end(tx, offer, reason=CUT, now=now)
            continue
        rest = queue.rest_of(tx, offer.id)
        if rest is not None:
            queue.unite(tx, offer, rest)
        if offer.queue_no is None:  # held for somebody who has lost a seat: they come first
            offer = queue.change(tx, offer.id, queue_no=offer.id, priority=1)
        waits = queue.wait_again(tx, offer, least=offer.party_least)
        outbox.add(
            tx, _message(WITHDRAWN, act_id, prepared, waits.delegate_id, waits.id, slots={"version": waits.version})
        )


def reseat(tx: Tx, prepared: Shrinking, *, act_id: int, now: datetime) -> list[int]:
    """Let parties sit on other buses of their visit, and tell them which; return the bookings without Telegram."""
    visit, bus = prepared.visit, prepared.bus
    messages: list[NewMessage] = []
    for party, other in prepared.reseated:
        booking = party.booking
        counted: dict[str, Any] = {"visit_id": visit.id, "riders": booking.party, "wheelchairs": booking.wheelchairs}
        seats.give_back(tx, bus_id=bus.id, **counted)
        seats.take(tx, bus_id=other.id, **counted)
        bookings.move_to_bus(tx, booking.id, bus_id=other.id)
        renew_booking(tx, booking, visit, now=now)
        if booking.delegate_id in prepared.reachable:
            slots = {"was": bus.label, "bus": other.id}
            messages.append(_message(OTHER_BUS, act_id, prepared, booking.delegate_id, booking.id, slots=slots))
    outbox.add_many(tx, messages)
    sat = [party.booking for party, _ in prepared.reseated]
    return [booking.id for booking in sat if booking.delegate_id not in prepared.reachable]


def let_go(tx: Tx, prepared: Shrinking, *, act_id: int, follows: Mapping[int, int], now: datetime) -> None:
    """End the seats of those who leave by the rule; each is told what follows. `follows`: what is held already."""
    ended = [party.booking for party in prepared.leaving]
    what = {**follows, **hold_all(tx, prepared.plan.held, now=now), **queue_all(tx, prepared.plan.queued, now=now)}
    for booking in ended:
        rest = queue.rest_of(tx, booking.id)
        if rest is not None:
            queue.end(tx, rest, reason=CUT, now=now)
    release_all(tx, ended, reason=CUT, now=now)
    told = [booking for booking in ended if booking.delegate_id in prepared.reachable]
    renew_ended(tx, told, prepared.visit, now=now)
    outbox.add_many(
        tx,
        [
            _message(LOST, act_id, prepared, each.delegate_id, each.id, slots={"next": what.get(each.id)})
            for each in told
        ],
    )


def set_seats(tx: Tx, prepared: Shrinking) -> None:
    """Let the bus have its new number of seats."""
    places = min(prepared.bus.wheelchair_places, prepared.seats)
    visits.change_bus(tx, prepared.bus.id, roster_up=True, seats=prepared.seats, wheelchair_places=places)


def log_seats(
    tx: Tx,
    prepared: Shrinking,
    *,
    act_id: int,
    untold: Collection[int],
    actor: int | None,
    cause: str | None,
    now: datetime,
) -> None:
    """Write down that the bus got smaller, what that came to, and whom on another bus no message reaches."""
    bus = prepared.bus
    log.write(
        tx,
        at=now,
        actor=actor,
        action="seats",
        subject=f"bus:{bus.id}",
        before={"seats": bus.seats},
        after={"seats": prepared.seats, **prepared.counts},
        outcome={"act": act_id, "was": bus.seats, "untold": list(untold)},
        cause=cause,
    )


def tell_kept(tx: Tx, prepared_for: Visit, kept: Iterable[Booking], *, act_id: int, now: datetime) -> None:
    """Tell those who were asked and did not go that they keep their seats."""
    kind = KINDS[KEPT]
    outbox.add_many(
        tx,
        [
            NewMessage(
                key=f"{KEPT}/{act_id}/{booking.id}",
                kind=KEPT,
                delegate_id=booking.delegate_id,
                booking_id=booking.id,
                act_id=act_id,
                message_class=kind.message_class,
                due_at=now,
                expires_at=kind.expires_at(now, ends_at=prepared_for.leaves_at),
                departs_at=prepared_for.leaves_at,
            )
            for booking in kept
        ],
    )


def _tell_of_coach(tx: Tx, act: Act, prepared: Shrinking, *, now: datetime) -> None:
    """Tell those who stay on the bus that it is another coach, if it is; who is asked hears with what comes of it."""
    bay, plate = act.arguments.get("bay"), act.arguments.get("plate")
    if bay is None and plate is None:
        return
    asked = [*prepared.plan.held, *prepared.volunteers] if prepared.asks_until is not None else []
    others = {hold.party.booking.id for hold in asked}
    staying = (holder for holder in bookings.passengers(tx, bus_id=prepared.bus.id) if holder.booking.id not in others)
    tell_of_coach(tx, prepared.visit, prepared.bus, staying, bay=bay, plate=plate, act_id=act.id, now=now)


def _ask(tx: Tx, act: Act, prepared: Shrinking, *, now: datetime) -> None:
    """Hold seats elsewhere for those who would leave and for volunteers, and ask them; nobody more gets on the bus."""
    assert prepared.asks_until is not None
    cut_id = cuts.begin(tx, act_id=act.id, bus_id=prepared.bus.id, seats=prepared.seats, asks_until=prepared.asks_until)
    last = {party.booking.id for party in prepared.leaving}
    holds = [*prepared.plan.held, *prepared.volunteers]
    follows = hold_all(tx, holds, now=now)
    cuts.ask(tx, cut_id=cut_id, asked={hold: (booking, booking in last) for booking, hold in follows.items()})
    outbox.add_many(
        tx,
        [
            _message(
                ASKED,
                act.id,
                prepared,
                hold.party.booking.delegate_id,
                hold.party.booking.id,
                slots={"hold": follows[hold.party.booking.id]},
            )
            for hold in holds
        ],
    )


def _message(
    kind: str,
    act_id: int,
    prepared: Shrinking,
    person: int,
    booking_id: int,
    *,
    slots: Mapping[str, object],
) -> NewMessage:
    visit = prepared.visit
    ends = prepared.asks_until if kind == ASKED and prepared.asks_until is not None else visit.returns_at
    return NewMessage(
        key=f"{kind}/{act_id}/{booking_id}",
        kind=kind,
        delegate_id=person,
        booking_id=booking_id,
        act_id=act_id,
        slots=slots,
        message_class=KINDS[kind].message_class,
        due_at=prepared.told_at,
        expires_at=KINDS[kind].expires_at(prepared.told_at, ends_at=ends),
        departs_at=visit.leaves_at,
    )


def _find(tx: Tx, name: str) -> str | None:
    bus = visits.bus_by_label(tx, name)
    return None if bus is None else f"bus:{bus.id}"


def without_telegram(tx: Tx, act: Act, bus_ids: Collection[int], *, causes: Iterable[str]) -> tuple[str, ...]:
    """Return who has no Telegram and lost a seat by this act or sits on another bus, as the log has it."""
    assert act.due_at is not None
    lines = [log.outcome_of(tx, cause) or {} for cause in causes]
    sits = bookings.owners_of(tx, [booking for line in lines for booking in line.get("untold", ())])
    lost = cuts.without_telegram(tx, bus_ids=bus_ids, reason=CUT, since=act.due_at)
    return (*lost, *(name for _, name, _ in sits.values()))


def _missed(tx: Tx, act: Act) -> tuple[str, ...]:
    _, _, bus_id = act.subject.partition(":")
    asked = cuts.of_act(tx, act.id)
    causes = [f"act/{act.id}/{act.revision}", *([] if asked is None else [f"cut/{asked.id}"])]
    return without_telegram(tx, act, [int(bus_id)], causes=causes)


DEED = Deed(
    kind="seats",
    find=_find,
    prepare=prepare,
    carry_out=cut,
    missed=_missed,
    going=lambda tx, act: cuts.of_act(tx, act.id),
)
