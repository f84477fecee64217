"""Seats given by a link: until when, and who may take them."""

from datetime import timedelta
from typing import Any

import pytest

from bot.rules.booking import AlreadyBooked, AlreadyLeft, BookingClosed, Clashes, NotListed, VisitCancelled
from bot.rules.gifts import LIFE, GiftGone, GiftRefusal, OwnGift, gift_ends, refuse_gift, refuse_giving
from storage.records import Booking, BookingState, Gift, HeldSeat, Rider, Visit, VisitState
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

RULES = a_congress().rules
GIVER, TAKER = 7, 8
SECOND = timedelta(seconds=1)


def a_gift(**changes: Any) -> Gift:
    usual: dict[str, Any] = {
        "id": 1,
        "booking_id": 7,
        "rider_id": 70,
        "delegate_id": GIVER,
        "name": "Amina",
        "ends_at": OPEN + LIFE,
        "is_open": True,
    }
    return Gift(**usual | changes)


def seat(**changes: Any) -> Booking:
    usual: dict[str, Any] = {"id": 7, "delegate_id": GIVER, "riders": (Rider(id=70, name="Emma", is_owner=True),)}
    return a_booking(**usual | changes)


def refused(
    gift: Gift | None = None,
    booking: Booking | None = None,
    visit: Visit | None = None,
    *,
    taker: int = TAKER,
    held: tuple[HeldSeat, ...] = (),
    later: timedelta = timedelta(),
) -> GiftRefusal | None:
    return refuse_gift(
        gift or a_gift(),
        booking or seat(),
        visit or a_visit(a_bus()),
        taker_id=taker,
        held=held,
        rules=RULES,
        now=OPEN + later,
    )


def test_a_link_works_for_a_day_and_never_past_departure() -> None:
    assert gift_ends(a_visit(), now=OPEN) == OPEN + timedelta(hours=24)
    assert gift_ends(a_visit(), now=LEAVES - SECOND) == LEAVES
    assert refused() is None
    assert refused(later=LIFE - SECOND) is None
    assert refused(later=LIFE) == GiftGone()


@pytest.mark.parametrize(
    ("gift", "booking"),
    [
        (a_gift(is_open=False), seat()),
        (a_gift(), seat(state=BookingState.RELEASED)),
        (a_gift(), seat(state=BookingState.OFFERED)),
        (a_gift(rider_id=71), seat()),
    ],
    ids=["used or taken back", "seat given back", "an offer", "another rider"],
)
def test_a_link_without_its_seat_leads_nowhere(gift: Gift, booking: Booking) -> None:
    assert refused(gift, booking) == GiftGone()


def test_each_rider_of_a_party_can_be_given_away() -> None:
    party = seat(riders=(Rider(id=70, name="Emma", is_owner=True), Rider(id=71, name="Amina", is_owner=False)))
    assert refused(a_gift(rider_id=70), party) is None
    assert refused(a_gift(rider_id=71), party) is None


@pytest.mark.parametrize(
    "found",
    [
        (None, None, None),
        (None, seat(), a_visit(a_bus())),
        (a_gift(), None, a_visit(a_bus())),
        (a_gift(), seat(), None),
    ],
    ids=["nothing", "no gift", "no seat", "no visit"],
)
def test_a_link_that_leads_to_less_than_a_seat_on_a_visit_leads_nowhere(
    found: tuple[Gift | None, Booking | None, Visit | None],
) -> None:
    assert refuse_gift(*found, taker_id=TAKER, held=(), rules=RULES, now=OPEN) == GiftGone()


def test_the_givers_own_link_is_for_somebody_else() -> None:
    assert refused(taker=GIVER) == OwnGift()


def test_a_seat_for_registered_people_goes_to_one_of_them_alone() -> None:
    found = (a_gift(), seat(), a_visit(a_bus()))
    assert refuse_gift(*found, taker_id=TAKER, held=(), rules=RULES, now=OPEN, listed=False) == NotListed()
    assert refuse_gift(*found, taker_id=TAKER, held=(), rules=RULES, now=OPEN, listed=True) is None


def test_the_taker_keeps_what_they_hold() -> None:
    same = HeldSeat(booking=a_booking(id=9), visit=a_visit(a_bus()))
    assert refused(held=(same,)) == AlreadyBooked(same.booking)
    other = HeldSeat(booking=a_booking(id=9, visit_id=18), visit=a_visit(id=18))
    assert isinstance(refused(held=(other,)), Clashes)


@pytest.mark.parametrize("state", VisitState)
def test_seats_change_hands_until_departure_also_after_closing(state: VisitState) -> None:
    refusal = refuse_giving(a_visit(a_bus(), state=state), rules=RULES, now=OPEN)
    if state is VisitState.CANCELLED:
        assert refusal == VisitCancelled()
    elif state in (VisitState.DEPARTED, VisitState.RETURNED):
        assert refusal == AlreadyLeft()
    else:
        assert refusal is None
    assert refused(visit=a_visit(a_bus(), state=state)) == refusal


def test_nobody_boards_a_bus_that_has_left() -> None:
    visit = a_visit(a_bus())
    assert refuse_giving(visit, rules=RULES, now=visit.leaves_at) == AlreadyLeft()
    assert refuse_giving(visit, rules=RULES, now=visit.leaves_at - SECOND) is None


def test_where_names_are_final_they_are_once_sign_up_has_closed() -> None:
    flight = a_visit(a_bus(), names_final=True, closes_at=OPEN)
    assert refuse_giving(flight, rules=RULES, now=OPEN - SECOND) is None
    assert refuse_giving(flight, rules=RULES, now=OPEN) == BookingClosed(OPEN)
    assert refuse_giving(a_visit(a_bus(), closes_at=OPEN), rules=RULES, now=OPEN) is None
