"""A seat given to a colleague by a link: until when, and who may take it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    BookingClosed,
    Clashes,
    NotListed,
    VisitCancelled,
    find_clashes,
    refuse_visit,
)
from storage.records import Booking, BookingRules, BookingState, Gift, HeldSeat, Visit, VisitState

LIFE = timedelta(hours=24)
"""A colleague who has not answered by then does not want it; the giver can make another link."""


@dataclass(frozen=True, slots=True)
class GiftGone:
    """The link was used, taken back, or is too old; or its seat is not the giver's any more."""


@dataclass(frozen=True, slots=True)
class OwnGift:
    """The giver opened their own link."""


GiftRefusal = GiftGone | OwnGift | VisitCancelled | AlreadyLeft | BookingClosed | AlreadyBooked | NotListed | Clashes
"""Why a seat cannot be taken by its link."""
GivingRefusal = VisitCancelled | AlreadyLeft | BookingClosed
"""Why a seat cannot be given away."""


def gift_ends(visit: Visit, *, now: datetime) -> datetime:
    """Return until when a link made now works, in UTC: a day, at most until departure."""
    return min(now + LIFE, visit.leaves_at)


def refuse_giving(visit: Visit, *, rules: BookingRules, now: datetime) -> GivingRefusal | None:
    """Say why a seat on this visit may not be given to a colleague now, or None.

    It may until departure, also after sign-up has closed; where names are final (a flight) until then only.
    """
    if visit.state is VisitState.CANCELLED:
        return VisitCancelled()
    if visit.state in (VisitState.DEPARTED, VisitState.RETURNED) or now >= visit.leaves_at:
        return AlreadyLeft()
    closed = refuse_visit(visit, rules=rules, now=now) if visit.names_final else None
    return closed if isinstance(closed, BookingClosed) else None


def refuse_gift(
    gift: Gift | None,
    booking: Booking | None,
    visit: Visit | None,
    *,
    taker_id: int,
    held: Sequence[HeldSeat],
    rules: BookingRules,
    now: datetime,
    listed: bool = True,
) -> GiftRefusal | None:
    """Say why this person may not take the seat that a link leads to, or None.

    `booking` is the giver's, `held` are the seats that the taker holds. Nobody in a waiting list is passed: the seat
    was never free.
    """
    if gift is None or booking is None or visit is None:
        return GiftGone()
    if not gift.is_open or now >= gift.ends_at or booking.state is not BookingState.BOOKED:
        return GiftGone()
    if all(rider.id != gift.rider_id for rider in booking.riders):
        return GiftGone()
    if gift.delegate_id == taker_id:
        return OwnGift()
    refusal = refuse_giving(visit, rules=rules, now=now)
    if refusal is not None:
        return refusal
    for seat in held:
        if seat.visit.id == visit.id:
            return AlreadyBooked(seat.booking)
    if not listed:
        return NotListed()
    return find_clashes(visit, held, rules=rules)
