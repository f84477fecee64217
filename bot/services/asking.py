"""What passengers of a bus that gets smaller answer, and what becomes of it when the asking ends.

Taking what is held elsewhere is taking an offer (services/waiting.py). It ends by the clock, or once enough have gone.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import partial

from bot.services.cutting import CUT, counts_of, let_go, plan_cut, reseat, set_seats, tell_kept, withdraw
from bot.services.deeds import TooManyStay
from bot.services.promotion import promote, take_back
from storage import Tx, bookings, cuts, delegates, log, queue, visits
from storage.records import Ask, Booking, BookingState, Congress, Cut, Visit, VisitState

_RUNS = (VisitState.OPEN, VisitState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stays:
    """The party would rather stay. `is_sure`: nobody moves it; else it depends on how many others go until then."""

    visit: Visit
    hold: Booking
    until: datetime
    is_sure: bool


def stay_on_bus(
    tx: Tx, *, delegate_id: int, hold_id: int, congress: Congress, now: datetime, cause: str
) -> Stays | None:
    """Write down that the person would rather stay on the bus; None when they are not asked, or no more.

    What is held for somebody whom the rule would not move is free for others at once; for the others it stays held.
    """
    person = delegates.lock(tx, delegate_id)
    ask = cuts.of_hold(tx, hold_id)
    if ask is None or ask.hold.delegate_id != delegate_id:
        return None
    visits.lock(tx, [ask.hold.visit_id])
    cut = cuts.read(tx, ask.cut_id)
    ask = cuts.of_hold(tx, hold_id)
    seat = None if ask is None else bookings.read(tx, ask.booking_id)
    visit = None if seat is None else visits.read(tx, seat.visit_id)
    if ask is None or seat is None or visit is None or seat.state is not BookingState.BOOKED:
        return None
    stays = Stays(visit=visit, hold=ask.hold, until=cut.asks_until, is_sure=not ask.is_last)
    if ask.stays or log.outcome_of(tx, cause) is not None:
        return stays
    if ask.hold.state is not BookingState.OFFERED:
        return None
    cuts.stay(tx, hold_id, now=now)
    if not ask.is_last:
        take_back(tx, ask.hold)
        queue.end(tx, ask.hold, reason=CUT, now=now)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="stay",
        subject=f"booking:{seat.id}",
        outcome={"hold": hold_id},
        cause=cause,
    )
    if not ask.is_last:
        promote(tx, ask.hold.visit_id, congress=congress, now=now)
    return stays


def end_asking(tx: Tx, *, congress: Congress, now: datetime) -> bool:
    """End the asking on one bus that has nothing more to ask; say whether there was one.

    Called at each tick by every process: the cut is claimed in this transaction, so one of them does it.
    """
    cut = cuts.claim_ended(tx, now=now)
    if cut is None:
        return False
    asks = cuts.asks_of(tx, cut.id)
    known = _people_of(tx, cut, asks)
    delegates.lock_all(tx, known)
    fresh = visits.lock(tx, [visit.id for visit in visits.read_all(tx)])
    asks = cuts.asks_of(tx, cut.id)
    late = _people_of(tx, cut, asks) - known
    if not all(queue.try_lock_delegate(tx, person) for person in sorted(late)):
        return False  # at the next tick
    visit = next((each for each in fresh.values() if each.bus(cut.bus_id) is not None), None)
    untold: list[int] = []
    outcome = {"gone": sum(ask.hold.party for ask in asks if ask.hold.state is BookingState.BOOKED)}
    if visit is None or visit.state not in _RUNS or now >= visit.leaves_at:
        give_up(tx, asks, now=now)
        visits.change_bus(tx, cut.bus_id, closing_to=None)  # nobody is moved any more: it stays as it was
    else:
        settled, untold = _settle(tx, cut, asks, visit, congress=congress, now=now)
        outcome |= settled
    cuts.end(tx, cut.id, outcome=outcome, now=now)
    log.write(
        tx,
        at=now,
        actor=None,
        action="asked",
        subject=f"bus:{cut.bus_id}",
        after=outcome,
        outcome={"act": cut.act_id, "untold": untold},
        cause=f"cut/{cut.id}",
    )
    for other in visits.read_all(tx):
        promote(tx, other.id, congress=congress, now=now)
    return True


def end_asking_on(tx: Tx, bus_ids: list[int], *, now: datetime) -> None:
    """Give up what is held for those who are asked on these buses: they lose their seats by another act.

    All visits are locked. The cuts themselves end at the next tick.
    """
    for cut in cuts.open_on(tx, bus_ids):
        give_up(tx, cuts.asks_of(tx, cut.id), now=now)


def give_up(tx: Tx, asks: tuple[Ask, ...], *, now: datetime) -> list[int]:
    """End what is still held for these parties; return the ids of their own bookings."""
    open_ones = [ask for ask in asks if ask.hold.state is BookingState.OFFERED]
    for ask in open_ones:
        take_back(tx, ask.hold)
        queue.end(tx, ask.hold, reason=CUT, now=now)
    return [ask.booking_id for ask in open_ones]


def _settle(
    tx: Tx, cut: Cut, asks: tuple[Ask, ...], visit: Visit, *, congress: Congress, now: datetime
) -> tuple[dict[str, int], list[int]]:
    """Let the rule decide what the answers left open: the bus has its number of seats, everybody knows.

    Return what it came to, and the bookings on another bus whom no message reaches.
    """
    bus = visit.bus(cut.bus_id)
    assert bus is not None
    by_seat = {ask.booking_id: ask for ask in asks}
    live = {ask.booking_id: ask.hold.id for ask in asks if _still_held(ask, now=now)}
    told = [ask for ask in asks if ask.hold.state is BookingState.OFFERED]

    seats = bus.seats if bus.closing else max(bus.seats, bus.seats_taken)
    decide = partial(plan_cut, tx, visit, bus, held=frozenset(live), may_ask=False, congress=congress, now=now)
    everything = {each.id: each for each in visits.read_all(tx)}
    prepared = decide(seats, fresh=everything)
    if isinstance(prepared, TooManyStay):  # somebody has said meanwhile that they need a wheelchair place
        seats = prepared.least
        prepared = decide(seats, fresh=everything)
    assert not isinstance(prepared, TooManyStay)
    last = {party.booking.id for party in prepared.leaving}
    give_up(tx, tuple(ask for ask in told if ask.booking_id not in last or ask.booking_id not in live), now=now)
    # Seats that nobody needs any more are free again: who is held nothing yet may get one of them.
    prepared = decide(seats, fresh={each.id: each for each in visits.read_all(tx)})
    assert not isinstance(prepared, TooManyStay)
    withdraw(tx, prepared, act_id=cut.act_id, now=now)
    untold = reseat(tx, prepared, act_id=cut.act_id, now=now)
    follows = {booking: hold for booking, hold in live.items() if booking in last}
    let_go(tx, prepared, act_id=cut.act_id, follows=follows, now=now)
    if bus.closing:
        set_seats(tx, prepared)
    moved = last | {party.booking.id for party, _ in prepared.reseated}
    kept = [bookings.read(tx, ask.booking_id) for ask in told if ask.booking_id not in moved]
    tell_kept(
        tx,
        visit,
        [each for each in kept if each is not None and _must_hear(each, by_seat[each.id])],
        act_id=cut.act_id,
        now=now,
    )
    held = sum(party.booking.party for party in prepared.leaving if party.booking.id in follows)
    counts = counts_of(prepared.plan)
    outcome = {
        "seats": seats,
        "other_bus": sum(party.booking.party for party, _ in prepared.reseated),
        "leaving": sum(party.booking.party for party in prepared.leaving),
        **counts,
        "held": counts["held"] + held,
    }
    return outcome, untold


def _people_of(tx: Tx, cut: Cut, asks: tuple[Ask, ...]) -> set[int]:
    on_bus = {holder.booking.delegate_id for holder in bookings.passengers(tx, bus_id=cut.bus_id)}
    return on_bus | {ask.hold.delegate_id for ask in asks}


def _still_held(ask: Ask, *, now: datetime) -> bool:
    hold = ask.hold
    return hold.state is BookingState.OFFERED and hold.offer_until is not None and now < hold.offer_until


def _must_hear(booking: Booking, ask: Ask) -> bool:
    """Somebody who travels on and has not heard yet that they do."""
    return booking.state is BookingState.BOOKED and not (ask.stays and not ask.is_last)
