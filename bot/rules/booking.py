"""Who may take a seat, and who may give one back: facts in, a refusal or None out.

A new refusal is a new class here, named in `Refusal`; mypy then points at bot/texts/refusals.py, where it is worded.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.rules.seats import largest_party, seats_left
from storage.records import Booking, BookingRules, BookingState, HeldSeat, Visit, VisitState


@dataclass(frozen=True, slots=True)
class Changed:
    """The button is older than what it acts on; the fresh card is shown instead."""


@dataclass(frozen=True, slots=True)
class VisitCancelled:
    """The organizers called the visit off."""


@dataclass(frozen=True, slots=True)
class AlreadyLeft:
    """The visit has departed."""


@dataclass(frozen=True, slots=True)
class OpensLater:
    """Booking of this visit has not begun."""

    opens_at: datetime


@dataclass(frozen=True, slots=True)
class BookingClosed:
    """Booking of this visit is over; `closed_at` is None when the organizers closed it by hand."""

    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class NotListed:
    """The programme gives seats to registered people alone, and this person has said no number of the list."""


@dataclass(frozen=True, slots=True)
class PartyTooLarge:
    """The programme allows fewer travellers in one booking."""

    most: int


@dataclass(frozen=True, slots=True)
class AlreadyBooked:
    """The person has a seat on this very visit."""

    booking: Booking


class Clash(StrEnum):
    """Why a visit and another one do not go together."""

    OVERLAP = "overlap"
    OTHER_CITY = "other city"
    DAY_LIMIT = "day limit"


@dataclass(frozen=True, slots=True)
class Clashes:
    """Seats the person holds that exclude this visit; giving all of them up would make room."""

    reason: Clash
    seats: tuple[HeldSeat, ...]
    changeover: timedelta


@dataclass(frozen=True, slots=True)
class NoSeats:
    """Nothing is left for this party: 0 seats, or `largest` that still fit together."""

    left: int
    largest: int


@dataclass(frozen=True, slots=True)
class NoWheelchairPlace:
    """There are seats for the party, but no bus with a free place for its wheelchairs."""


@dataclass(frozen=True, slots=True)
class PeopleWait:
    """There may be free seats, but so many parties stand in line for them: nobody passes them."""

    parties: int


@dataclass(frozen=True, slots=True)
class AlreadyReleased:
    """The seat has been given back before."""


VisitRefusal = VisitCancelled | AlreadyLeft | OpensLater | BookingClosed
"""Why nobody can book a visit, whoever it is."""
Refusal = (
    VisitRefusal
    | Changed
    | NotListed
    | PartyTooLarge
    | AlreadyBooked
    | Clashes
    | NoSeats
    | NoWheelchairPlace
    | PeopleWait
    | AlreadyReleased
)


def refuse_booking(
    visit: Visit,
    *,
    party: int,
    wheelchairs: int = 0,
    held: Sequence[HeldSeat],
    giving_up: Collection[int] = (),
    rules: BookingRules,
    now: datetime,
    listed: bool = True,
) -> Refusal | None:
    """Say why this person may not take `party` seats now, so many of them with a wheelchair place; or None.

    `held` are the seats the person holds, `giving_up` the ids of those bookings that end in the same transaction.
    `listed`: a seat may be theirs as far as the list of registered people goes.
    """
    closed = refuse_visit(visit, rules=rules, now=now)
    if closed is not None:
        return closed
    if not listed:
        return NotListed()
    if party > rules.party_size:
        return PartyTooLarge(rules.party_size)
    kept = [seat for seat in held if seat.booking.id not in giving_up]
    for seat in kept:
        if seat.visit.id == visit.id:
            return AlreadyBooked(seat.booking)
    clashes = find_clashes(visit, kept, rules=rules)
    if clashes is not None:
        return clashes
    if party > largest_party(visit):
        return NoSeats(left=seats_left(visit), largest=largest_party(visit))
    if party > largest_party(visit, wheelchairs=wheelchairs):
        return NoWheelchairPlace()
    return None


def refuse_visit(visit: Visit, *, rules: BookingRules, now: datetime) -> VisitRefusal | None:
    """Say why nobody may book this visit now, whoever it is; or None. The visit's own moments beat the rules'."""
    if visit.state is VisitState.CANCELLED:
        return VisitCancelled()
    if visit.state in (VisitState.DEPARTED, VisitState.RETURNED) or now >= visit.leaves_at:
        return AlreadyLeft()
    opens_at = visit.opens_at or rules.opens_at
    closes_at = visit.closes_at or rules.closes_at
    if now < opens_at:
        return OpensLater(opens_at)
    if now >= closes_at:
        return BookingClosed(closes_at)
    if visit.state is not VisitState.OPEN:
        return BookingClosed(None)
    return None


def refuse_release(booking: Booking, visit: Visit, *, version: int, now: datetime) -> Refusal | None:
    """Say why this seat may not be given back now, or None: it may until departure, also after closing."""
    if booking.state is BookingState.RELEASED:
        return AlreadyReleased()
    if booking.version != version or booking.is_waiting:
        return Changed()
    if now >= visit.leaves_at:
        return AlreadyLeft()
    return None


def find_clashes(visit: Visit, held: Iterable[HeldSeat], *, rules: BookingRules) -> Clashes | None:
    """Return every held seat that excludes this visit, with the first reason; or None.

    A seat excludes another when their times overlap, the changeover included (shorter at one meeting point), when
    they are in two cities, or past the programme's number of half-day and full-day visits.
    """
    others = list(held)
    overlapping = [seat for seat in others if _overlap(visit, seat.visit, rules)]
    elsewhere = [seat for seat in others if seat.visit.city != visit.city]
    over_limit = _over_the_limit(visit, others, rules)
    for reason, seats in (
        (Clash.OVERLAP, overlapping),
        (Clash.OTHER_CITY, elsewhere),
        (Clash.DAY_LIMIT, over_limit),
    ):
        if seats:
            clashing = {seat.booking.id for seat in (*overlapping, *elsewhere, *over_limit)}
            return Clashes(
                reason=reason,
                seats=tuple(seat for seat in others if seat.booking.id in clashing),
                changeover=max(_changeover(visit, seat.visit, rules) for seat in seats),
            )
    return None


def _overlap(one: Visit, other: Visit, rules: BookingRules) -> bool:
    between = _changeover(one, other, rules)
    return one.leaves_at < other.returns_at + between and other.leaves_at < one.returns_at + between


def _changeover(one: Visit, other: Visit, rules: BookingRules) -> timedelta:
    same_point = one.meeting_point == other.meeting_point
    minutes = rules.changeover_minutes_same_point if same_point else rules.changeover_minutes_other_point
    return timedelta(minutes=minutes)


def _over_the_limit(visit: Visit, held: list[HeldSeat], rules: BookingRules) -> list[HeldSeat]:
    """A full-day visit leaves room for no half-day one; past a limit the seats of the same slot go first, then late."""
    full = [seat for seat in held if seat.visit.slot == "full"]
    half = [seat for seat in held if seat.visit.slot != "full"]
    if visit.slot == "full":
        return half + (full if len(full) >= rules.most_full_days else [])
    kept_first = sorted(half, key=lambda seat: seat.visit.slot == visit.slot)
    return full + kept_first[max(0, rules.most_half_days - 1) :]
