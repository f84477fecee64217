"""What follows a seat that somebody loses by no doing of theirs: another one held, a place in a line, or nothing.

Used by every act that takes seats away; which party gets what is rules/plan_b.py's. All visits are locked.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.plan_b import Displaced, Hold, Place
from bot.rules.waiting import Candidate, would_overtake
from storage import Tx, bookings, cuts, queue
from storage import seats as counters
from storage.records import Booking, Congress, HeldSeat, Holder, Rider, Visit


def displaced_from(
    tx: Tx, visit: Visit, passengers: Iterable[Holder], languages: Mapping[int, str | None]
) -> list[Displaced]:
    """Return the parties of these passengers as the rule looks at them, without what they hold on this visit.

    Nor what is held elsewhere while they are asked whether they would leave this very seat: it ends with the asking.
    """
    passengers = list(passengers)
    people = {holder.booking.delegate_id for holder in passengers}
    held, waited = queue.held_by_each(tx, people), queue.visits_waited_for(tx, people)
    asking = cuts.asking_holds(tx, [seat.booking.id for seats in held.values() for seat in seats])
    return [
        Displaced(
            booking=holder.booking,
            held=tuple(
                seat
                for seat in _without(held.get(holder.booking.delegate_id, ()), visit.id)
                if not (seat.booking.id in asking and seat.booking.replaces == holder.booking.id)
            ),
            waits=waited.get(holder.booking.delegate_id, frozenset()) - {visit.id},
            language=languages[holder.booking.delegate_id],
            reachable=holder.telegram_id is not None and not holder.unreachable,
        )
        for holder in passengers
    ]


def guarded_visits(
    tx: Tx, visits: Iterable[Visit], *, called_off: int | None = None, congress: Congress, now: datetime
) -> frozenset[int]:
    """Return the visits of which what is free belongs to those who wait.

    Once nobody holds a seat on the one that is called off, if one is: a wait that it was in the way of counts.
    """
    zone = ZoneInfo(congress.zone)
    return frozenset(
        visit.id
        for visit in visits
        if visit.waiting and _is_guarded(tx, visit, but=called_off, congress=congress, now=now, zone=zone)
    )


def hold_all(tx: Tx, holds: Iterable[Hold], *, now: datetime) -> dict[int, int]:
    """Hold these seats; return the ids of the offers by the bookings that they follow."""
    holds = list(holds)
    follows: dict[int, int] = {}
    riders: dict[int, tuple[Rider, ...]] = {}
    for hold in holds:
        booking = hold.party.booking
        offer = queue.hold(tx, booking, visit_id=hold.visit.id, bus_id=hold.bus_id, until=hold.until, now=now)
        riders[offer] = booking.riders
        follows[booking.id] = offer
    if riders:
        bookings.add_parties(tx, riders)
    _count(tx, counters.take, [((hold.visit.id, hold.bus_id), hold.party.booking) for hold in holds])
    return follows


def queue_all(tx: Tx, places: Iterable[Place], *, now: datetime) -> dict[int, int]:
    """Give these places in lines; return the ids of the waits by the bookings that they follow."""
    return {place.party.booking.id: _join(tx, place, now=now).id for place in places}


def release_all(tx: Tx, ended: Iterable[Booking], *, reason: str, now: datetime) -> None:
    """End these bookings and count their seats as free."""
    ended = list(ended)
    if ended:
        bookings.release_all(tx, [booking.id for booking in ended], reason=reason, now=now)
    _count(tx, counters.give_back, [((booking.visit_id, booking.bus_id), booking) for booking in ended])


def _is_guarded(tx: Tx, other: Visit, *, but: int | None, congress: Congress, now: datetime, zone: ZoneInfo) -> bool:
    line = [
        Candidate(
            booking=each.booking,
            held=_without(each.held, but),
            reachable=each.reachable,
            part_is_offered=each.part_is_offered,
        )
        for each in queue.line_of(tx, other.id)
    ]
    return would_overtake(other, line, congress=congress, now=now, zone=zone)


def _without(held: tuple[HeldSeat, ...], visit_id: int | None) -> tuple[HeldSeat, ...]:
    return tuple(seat for seat in held if seat.visit.id != visit_id)


def _join(tx: Tx, place: Place, *, now: datetime) -> Booking:
    booking = place.party.booking
    return queue.join(
        tx,
        visit_id=place.visit.id,
        delegate_id=booking.delegate_id,
        party=booking.riders,
        least=booking.party,
        any_time=False,
        replaces=booking.id,
        priority=int(place.ahead),
        now=now,
    )


def _count(tx: Tx, change: Callable[..., None], those: Iterable[tuple[tuple[int, int | None], Booking]]) -> None:
    """Count the seats of all these parties at once, by visit and bus."""
    sums: dict[tuple[int, int | None], tuple[int, int]] = {}
    for where, booking in those:
        riders, wheelchairs = sums.get(where, (0, 0))
        sums[where] = riders + booking.party, wheelchairs + booking.wheelchairs
    for (visit_id, bus_id), (riders, wheelchairs) in sums.items():
        change(tx, visit_id=visit_id, bus_id=bus_id, riders=riders, wheelchairs=wheelchairs)
