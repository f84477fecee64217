"""A bus gets smaller than what is taken on it: who leaves it, who is asked first, and until when.

The rule, as organizers are told it: open offers go first, the last in line first. Whoever fits on another bus of the
same visit sits there, nobody is asked about that. For what is left, passengers are asked who would take another visit;
if too few do, the newest sign-ups leave, whole parties. Parties with a wheelchair are never moved.

Who would leave by the rule is fixed before anybody is asked, and their seats elsewhere are held from then on: every
answer, and every seat given back meanwhile, makes fewer of them leave and never others. For volunteers no more seats
are held than are too many, so a cut keeps at most twice that from everybody else, for a quarter of an hour.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from bot.rules.plan_b import Displaced, Hold, Plan, plan_b, taken
from bot.rules.seats import choose_bus
from storage.records import Booking, Bus, Congress, Holder, Visit

ASKED_FOR = timedelta(minutes=15)
"""So long passengers are asked, counted from when they hear of it."""
SHORTEST_ASK = timedelta(minutes=5)
"""Nobody is asked who would have less time than this to read and answer: then the rule applies at once."""
ASKED_UNTIL = timedelta(minutes=60)
"""Nor is anybody asked nearer to the departure: those who leave by the rule need the time."""


def asks_until(visit: Visit, *, told: datetime) -> datetime | None:
    """Return until when passengers who hear of it then are asked; None when the rule must apply at once."""
    ends = min(told + ASKED_FOR, visit.leaves_at - ASKED_UNTIL)
    return ends if ends - told >= SHORTEST_ASK else None


def may_leave(holder: Holder) -> bool:
    """Say whether a party can be moved off its bus: nobody in it needs a wheelchair place."""
    return not holder.booking.wheelchairs and not holder.needs_wheelchair


def withdrawn(offers: Iterable[Booking], *, too_many: int) -> tuple[Booking, ...]:
    """Return the open offers that go, so that fewer are too many: the last in line first.

    What is held for somebody who lost a seat elsewhere goes after what was offered to those who wait.
    """
    gone: list[Booking] = []
    for offer in sorted(offers, key=_from_the_end):
        if too_many <= 0:
            break
        gone.append(offer)
        too_many -= offer.party
    return tuple(gone)


def _from_the_end(offer: Booking) -> tuple[bool, int, int]:
    return offer.queue_no is None, offer.priority, -(offer.queue_no or offer.id)


def reseated(
    visit: Visit, bus: Bus, parties: Iterable[Displaced], *, too_many: int
) -> tuple[tuple[Displaced, Bus], ...]:
    """Return who sits on which other bus of the visit instead: the newest sign-ups that fit, until enough do.

    A transfer goes elsewhere, so nobody changes to or from one. Who waits for the visit has no right to these seats
    before somebody who has one on it already.
    """
    others = replace(
        visit, buses=tuple(each for each in visit.buses if each.id != bus.id and each.transfer == bus.transfer)
    )
    moved: list[tuple[Displaced, Bus]] = []
    for party in newest_first(parties):
        if too_many <= 0:
            break
        other = choose_bus(others, party=party.booking.party, wheelchairs=party.booking.wheelchairs)
        if other is not None:
            moved.append((party, other))
            too_many -= party.booking.party
            others = replace(
                others,
                buses=tuple(
                    replace(each, seats_taken=each.seats_taken + party.booking.party) if each.id == other.id else each
                    for each in others.buses
                ),
            )
    return tuple(moved)


def leaving(parties: Iterable[Displaced], *, too_many: int) -> tuple[Displaced, ...]:
    """Return who leaves by the rule, the newest sign-up first: whole parties, until enough have left or all have."""
    gone: list[Displaced] = []
    for party in newest_first(parties):
        if too_many <= 0:
            break
        gone.append(party)
        too_many -= party.booking.party
    return tuple(gone)


def newest_first(parties: Iterable[Displaced]) -> list[Displaced]:
    """Return the parties by when they signed up, the newest first."""
    return sorted(parties, key=lambda party: (party.booking.made_at, party.booking.id), reverse=True)


def volunteers(
    wanted: Visit,
    parties: Iterable[Displaced],
    plan: Plan,
    *,
    too_many: int,
    visits: Sequence[Visit],
    guarded: frozenset[int],
    congress: Congress,
    now: datetime,
    zone: tzinfo,
) -> tuple[Hold, ...]:
    """Return who else is asked, with what is held for them: the newest sign-ups, for as many seats as are too many.

    `plan` is what those who would leave by the rule get; its seats are taken. `now` is when the asking ends.
    """
    known = {visit.id: visit for visit in visits}
    for hold in plan.held:
        known[hold.visit.id] = taken(known[hold.visit.id], hold)
    asked: list[Hold] = []
    for party in newest_first(parties):
        if too_many <= 0:
            break
        found = plan_b(
            wanted, [party], visits=known.values(), guarded=guarded, congress=congress, now=now, zone=zone
        ).held
        for hold in found:
            asked.append(replace(hold, until=now))  # theirs to take while they are asked, no longer
            too_many -= party.booking.party
            known[hold.visit.id] = taken(known[hold.visit.id], hold)
    return tuple(asked)
