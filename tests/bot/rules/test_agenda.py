"""A visit beside one's own seats: theirs, in the way, or with so much time between."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.rules.agenda import Fits, OwnSeat, is_coming, is_over, relation
from bot.rules.booking import Clash, Clashes
from storage.records import BookingState, HeldSeat, Visit, VisitState
from tests.makers import LEAVES, OPEN, a_booking, a_congress, a_visit

RULES = a_congress().rules
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def seat(**changes: Any) -> HeldSeat:
    visit = a_visit(**{"id": 1, "slot": "am"} | changes)
    return HeldSeat(booking=a_booking(id=visit.id, visit_id=visit.id), visit=visit)


def test_nothing_is_said_to_who_holds_nothing() -> None:
    assert relation(a_visit(), (), rules=RULES) is None


def test_a_seat_on_this_very_visit_is_ones_own_whatever_else_clashes() -> None:
    own = seat(id=17)
    assert relation(a_visit(id=17), (seat(), own), rules=RULES) == OwnSeat(own.booking)


def test_what_excludes_a_visit_is_named_with_its_reason() -> None:
    clashing = relation(a_visit(), (seat(),), rules=RULES)
    assert isinstance(clashing, Clashes)
    assert clashing.reason is Clash.OVERLAP
    elsewhere = relation(a_visit(city="almaty", leaves_at=LEAVES + 8 * HOUR), (seat(),), rules=RULES)
    assert isinstance(elsewhere, Clashes)
    assert elsewhere.reason is Clash.OTHER_CITY


@pytest.mark.parametrize(("minutes", "fits"), [(14, False), (15, True), (40, True)])
def test_the_time_between_counts_from_return_to_departure(minutes: int, *, fits: bool) -> None:
    """15 minutes lie between two visits at one meeting point, at the least."""
    earlier = seat(leaves_at=LEAVES - 3 * HOUR, returns_at=LEAVES - minutes * MINUTE)
    found = relation(a_visit(), (earlier,), rules=RULES)
    assert found == Fits(earlier, minutes * MINUTE, is_after=True) if fits else isinstance(found, Clashes)
    visit = a_visit(slot="am", leaves_at=LEAVES - 3 * HOUR, returns_at=LEAVES - minutes * MINUTE)
    later = seat(slot="pm")
    found = relation(visit, (later,), rules=RULES)
    assert found == Fits(later, minutes * MINUTE, is_after=False) if fits else isinstance(found, Clashes)


def test_of_several_seats_the_nearest_in_time_is_named() -> None:
    many = a_congress().rules
    far = seat(id=1, leaves_at=LEAVES - 6 * HOUR, returns_at=LEAVES - 5 * HOUR)
    near = seat(id=2, leaves_at=LEAVES + 5 * HOUR, returns_at=LEAVES + 6 * HOUR)
    visit = a_visit(returns_at=LEAVES + 4 * HOUR)
    found = [relation(visit, (each,), rules=many) for each in (far, near)]
    assert found == [Fits(far, 5 * HOUR, is_after=True), Fits(near, HOUR, is_after=False)]
    generous = replace(many, most_half_days=3)
    assert relation(visit, (far, near), rules=generous) == Fits(near, HOUR, is_after=False)


@pytest.mark.parametrize(
    ("changes", "coming", "over"),
    [
        ({}, True, False),
        ({"state": VisitState.CLOSED}, True, False),
        ({"state": VisitState.DRAFT}, False, False),
        ({"state": VisitState.CANCELLED}, False, True),
        ({"state": VisitState.DEPARTED}, False, False),
        ({"state": VisitState.RETURNED}, False, True),
        ({"leaves_at": OPEN}, False, False),
        ({"leaves_at": OPEN + MINUTE}, True, False),
        ({"leaves_at": OPEN - HOUR, "returns_at": OPEN}, False, True),
        ({"leaves_at": OPEN - HOUR, "returns_at": OPEN + MINUTE}, False, False),
    ],
)
def test_a_visit_comes_until_it_leaves_and_is_over_once_it_is_back(
    changes: dict[str, Any], *, coming: bool, over: bool
) -> None:
    visit: Visit = a_visit(**changes)
    assert is_coming(visit, now=OPEN) is coming
    assert is_over(visit, now=OPEN) is over


def test_an_offered_seat_counts_as_ones_own() -> None:
    offered = HeldSeat(booking=a_booking(state=BookingState.OFFERED), visit=a_visit())
    assert relation(a_visit(), (offered,), rules=RULES) == OwnSeat(offered.booking)
