"""The waiting list: who may join, who is next, for whom freed seats are kept, and how long an offer stands.

Source of the rules: DESIGN section 6 and the simulation behind it. Keeping seats for the party at the head until
shortly before departure costs next to no empty seats, and "would you also go with fewer?" helps groups more than any
holding rule. The numbers are the event file's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from enum import StrEnum

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    AlreadyReleased,
    Changed,
    Clashes,
    NotListed,
    NoWheelchairPlace,
    PartyTooLarge,
    VisitRefusal,
    find_clashes,
    refuse_visit,
)
from bot.rules.hours import hold_ends, offer_deadline
from bot.rules.overlapping import seats_in_the_way
from bot.rules.seats import largest_ever, largest_party, most_wheelchairs
from storage.records import (
    Booking,
    BookingRules,
    BookingState,
    Congress,
    HeldSeat,
    Visit,
    VisitState,
)

_PROMOTED = (VisitState.OPEN, VisitState.CLOSED)
_OVER = (VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)


@dataclass(frozen=True, slots=True)
class SeatsAreFree:
    """Nobody need wait: the party can sign up now."""


@dataclass(frozen=True, slots=True)
class AlreadyWaiting:
    """The person waits for this very visit, or holds an offer."""

    booking: Booking


@dataclass(frozen=True, slots=True)
class TooManyWishes:
    """The person waits for as many visits as one may at a time."""

    most: int


@dataclass(frozen=True, slots=True)
class NeverFits:
    """The party is larger than any bus of the visit: it would wait for ever."""

    largest: int


@dataclass(frozen=True, slots=True)
class OfferGone:
    """The offer has run out, or the seat was needed."""


JoinRefusal = (
    VisitRefusal
    | SeatsAreFree
    | NoWheelchairPlace
    | AlreadyBooked
    | AlreadyWaiting
    | Clashes
    | NotListed
    | PartyTooLarge
    | TooManyWishes
    | NeverFits
)
"""Why somebody may not join a waiting list."""
OfferRefusal = OfferGone | NotListed | AlreadyReleased | AlreadyLeft | Changed | Clashes | AlreadyBooked
"""Why an offer cannot be taken."""


class Standing(StrEnum):
    """Whether a waiting party can be offered seats, and if not, why it is passed over without losing its place."""

    READY = "ready"
    UNREACHABLE = "cannot be reached"
    OVERLAPS = "holds a seat at the same time"
    OFFERED = "holds an offer of the same wish"
    PART_OFFERED = "a part of the party holds an offer"
    BUSY = "is changing their own bookings at this moment"
    NO_PLACE = "needs a wheelchair place, and none is free"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A waiting party with what decides whether it can be offered seats now."""

    booking: Booking
    held: tuple[HeldSeat, ...]
    """All seats the person holds, booked and offered."""
    reachable: bool
    part_is_offered: bool = False
    busy: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """The next step: offer so many seats to this party; `passed` stood before it and do not fit."""

    booking: Booking
    seats: int
    passed: tuple[Booking, ...] = ()


@dataclass(frozen=True, slots=True)
class Kept:
    """What is free is kept for this party, until that moment."""

    booking: Booking
    until: datetime


@dataclass(frozen=True, slots=True)
class LookAgain:
    """The next in line is busy at this very moment: nobody is passed over, the line is looked at again soon."""


def next_step(
    visit: Visit, line: Iterable[Candidate], *, congress: Congress, now: datetime, zone: tzinfo
) -> Offer | Kept | LookAgain | None:
    """Say what happens next in the line of a visit, which comes in its order; None when there is nothing to do.

    Nobody is asked while the queue is paused, nor once promotion has ended.
    """
    if visit.queue_paused or not still_promotes(visit, congress=congress, now=now, zone=zone):
        return None
    free = largest_party(visit)
    if free == 0:
        return None
    hold_until = hold_ends(visit.leaves_at, congress.offers, zone=zone)
    passed: list[Booking] = []
    for candidate in line:
        booking = candidate.booking
        standing = standing_of(candidate, visit, rules=congress.rules)
        if standing is Standing.BUSY:
            return LookAgain()
        if standing is not Standing.READY:
            continue
        fitting = seats_for(booking, visit)
        if fitting:
            return Offer(booking, fitting, tuple(passed))
        if now < hold_until:
            return Kept(booking, hold_until)
        passed.append(booking)
    return None


def seats_for(booking: Booking, visit: Visit) -> int:
    """Return how many of its seats a waiting party would be offered now; 0 where too few are free.

    A party with a wheelchair stays together.
    """
    free = largest_party(visit, wheelchairs=booking.wheelchairs)
    least = booking.party if booking.wheelchairs else booking.party_least
    return min(free, booking.party) if least <= free else 0


def standing_of(candidate: Candidate, visit: Visit, *, rules: BookingRules) -> Standing:
    """Say whether this party can be offered seats on the visit now."""
    booking = candidate.booking
    if candidate.part_is_offered:
        return Standing.PART_OFFERED
    if not candidate.reachable:
        return Standing.UNREACHABLE
    if candidate.busy:
        return Standing.BUSY
    if booking.wish is not None and any(seat.booking.wish == booking.wish for seat in candidate.held):
        return Standing.OFFERED
    if seats_in_the_way(booking, visit, held=candidate.held, rules=rules):
        return Standing.OVERLAPS
    if largest_party(visit) > 0 and largest_party(visit, wheelchairs=booking.wheelchairs) == 0:
        return Standing.NO_PLACE
    return Standing.READY


def would_overtake(visit: Visit, line: Sequence[Candidate], *, congress: Congress, now: datetime, zone: tzinfo) -> bool:
    """Say whether somebody who signs up now would take a seat that a waiting party has a right to.

    The line has a right to what is free while it can still be served: to what it would take, to what is kept for its
    head, and to all while an organizer has paused it.
    """
    if not still_promotes(visit, congress=congress, now=now, zone=zone):
        return False
    ready = [each for each in line if standing_of(each, visit, rules=congress.rules) in (Standing.READY, Standing.BUSY)]
    if not ready:
        return False
    if visit.queue_paused or now < hold_ends(visit.leaves_at, congress.offers, zone=zone):
        return True
    return any(seats_for(each.booking, visit) for each in ready)


def still_promotes(visit: Visit, *, congress: Congress, now: datetime, zone: tzinfo) -> bool:
    """Say whether the line still moves: until shortly before departure, where names are final until booking closes.

    It has ended, too, when nobody would have time to answer.
    """
    if visit.state not in _PROMOTED or now < (visit.opens_at or congress.rules.opens_at):
        return False
    if visit.names_final and refuse_visit(visit, rules=congress.rules, now=now) is not None:
        return False
    return (
        now < visit.leaves_at - congress.offers.promotion_ends
        and offer_deadline(visit.leaves_at, congress.offers, quiet=congress.quiet_hours, now=now, zone=zone) is not None
    )


def line_is_over(visit: Visit, *, rules: BookingRules, now: datetime) -> bool:
    """Say whether a line has ended for good: the visit is called off or has left, or its names are final.

    In its last hour nobody is asked any more, but a delay would let the line move again.
    """
    names_are_final = visit.names_final and visit.state in _PROMOTED and now >= (visit.closes_at or rules.closes_at)
    return offers_are_over(visit, now=now) or names_are_final


def offers_are_over(visit: Visit, *, now: datetime) -> bool:
    """Say whether no offer on the visit can stand any more; one made before its names were final may."""
    return visit.state in _OVER or now >= visit.leaves_at


def refuse_joining(
    visit: Visit,
    *,
    party: int,
    wheelchairs: int,
    held: Sequence[HeldSeat],
    waiting: Sequence[HeldSeat],
    replaces: int | None,
    overtakes: bool,
    most_wishes: int,
    rules: BookingRules,
    now: datetime,
    listed: bool = True,
) -> JoinRefusal | None:
    """Say why this person may not wait for `party` seats on the visit, or None.

    `held` are the seats the person holds, `waiting` the lines they stand in; `replaces` is the one seat they keep
    until this one is real. `overtakes`: signing up now would pass others, so what is free is not for this person.
    """
    closed = refuse_visit(visit, rules=rules, now=now)
    if closed is not None:
        return closed
    if not listed:
        return NotListed()
    if party > rules.party_size:
        return PartyTooLarge(rules.party_size)
    for seat in held:
        if seat.visit.id == visit.id:
            return (
                AlreadyWaiting(seat.booking)
                if seat.booking.state is BookingState.OFFERED
                else AlreadyBooked(seat.booking)
            )
    for wait in waiting:
        if wait.visit.id == visit.id:
            return AlreadyWaiting(wait.booking)
    clashes = find_clashes(visit, [seat for seat in held if seat.booking.id != replaces], rules=rules)
    if clashes is not None:
        return clashes
    if party > largest_ever(visit):
        return NeverFits(largest_ever(visit))
    places = most_wheelchairs(visit)
    if places is not None and wheelchairs > places:
        return NoWheelchairPlace()
    if party <= largest_party(visit, wheelchairs=wheelchairs) and not overtakes:
        return SeatsAreFree()
    if len(waiting) >= most_wishes:
        return TooManyWishes(most_wishes)
    return None


def refuse_offer(
    booking: Booking,
    visit: Visit,
    *,
    version: int,
    held: Sequence[HeldSeat],
    rules: BookingRules,
    now: datetime,
    listed: bool = True,
) -> OfferRefusal | None:
    """Say why this offer cannot be taken now, or None. `held` are the seats the person holds, this offer among them."""
    if booking.state is BookingState.BOOKED:
        return AlreadyBooked(booking)
    if booking.state is not BookingState.OFFERED or booking.offer_until is None or now >= booking.offer_until:
        return OfferGone()
    if booking.version != version:
        return Changed()
    if now >= visit.leaves_at:
        return AlreadyLeft()
    if not listed:
        return NotListed()
    others = [seat for seat in held if seat.booking.id not in (booking.id, booking.replaces, booking.rest_of)]
    return find_clashes(visit, others, rules=rules)
