"""Which seats keep a wait from being asked, and which one of them it could keep until it is real."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.overlapping import seat_to_keep, seats_in_the_way
from bot.rules.waiting import line_is_over, offers_are_over
from storage.records import BookingState, HeldSeat, VisitState
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

RULES = a_congress().rules
WANTED = a_visit(a_bus(), id=20)
WAIT = a_booking(id=50, visit_id=20, state=BookingState.WAITING)
AT_ONCE = HeldSeat(booking=a_booking(id=6), visit=a_visit(id=17))
LATER = HeldSeat(
    booking=a_booking(id=7, visit_id=18),
    visit=a_visit(id=18, slot="am", leaves_at=LEAVES - timedelta(hours=5), returns_at=LEAVES - timedelta(hours=1)),
)


def test_a_seat_at_the_same_time_is_in_the_way_and_one_before_is_not() -> None:
    assert seats_in_the_way(WAIT, WANTED, held=[AT_ONCE, LATER], rules=RULES) == (AT_ONCE,)
    assert seats_in_the_way(WAIT, WANTED, held=[LATER], rules=RULES) == ()


def test_the_seat_that_the_wait_replaces_is_not_in_the_way() -> None:
    keeping = replace(WAIT, replaces=AT_ONCE.booking.id)
    assert seats_in_the_way(keeping, WANTED, held=[AT_ONCE], rules=RULES) == ()
    assert seat_to_keep(keeping, WANTED, held=[AT_ONCE], rules=RULES) is None


def test_one_seat_in_the_way_can_be_kept_until_the_other_is_real_two_cannot() -> None:
    assert seat_to_keep(WAIT, WANTED, held=[AT_ONCE, LATER], rules=RULES) == AT_ONCE.booking
    second = HeldSeat(booking=a_booking(id=8, visit_id=19), visit=a_visit(id=19))
    assert seat_to_keep(WAIT, WANTED, held=[AT_ONCE, second], rules=RULES) is None


@pytest.mark.parametrize(
    "seat",
    [
        replace(AT_ONCE, booking=replace(AT_ONCE.booking, state=BookingState.OFFERED)),
        HeldSeat(booking=a_booking(id=9, visit_id=20), visit=WANTED),
    ],
    ids=["an offer", "a seat on the very visit"],
)
def test_neither_an_offer_nor_the_same_visit_can_be_kept(seat: HeldSeat) -> None:
    assert seats_in_the_way(WAIT, WANTED, held=[seat], rules=RULES) == (seat,)
    assert seat_to_keep(WAIT, WANTED, held=[seat], rules=RULES) is None


@pytest.mark.parametrize("state", [VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED])
def test_a_line_ends_with_its_visit_and_its_offers_too(state: VisitState) -> None:
    visit = replace(WANTED, state=state)
    assert line_is_over(visit, rules=RULES, now=OPEN)
    assert offers_are_over(visit, now=OPEN)


def test_a_line_ends_when_the_visit_leaves_not_before_and_not_when_it_is_closed() -> None:
    for visit in (WANTED, replace(WANTED, state=VisitState.CLOSED)):
        assert not line_is_over(visit, rules=RULES, now=LEAVES - timedelta(seconds=1))
        assert line_is_over(visit, rules=RULES, now=LEAVES)


def test_where_names_are_final_the_line_ends_with_the_sign_up_and_an_offer_may_still_be_answered() -> None:
    visit = replace(WANTED, names_final=True)
    closes = RULES.closes_at
    assert not line_is_over(visit, rules=RULES, now=closes - timedelta(seconds=1))
    assert line_is_over(visit, rules=RULES, now=closes)
    assert not offers_are_over(visit, now=closes)
