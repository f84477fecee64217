"""What an organizer may go past to seat somebody, and what nobody may."""

from datetime import timedelta
from typing import Any

import pytest

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    BookingClosed,
    Clash,
    Clashes,
    NoSeats,
    NotListed,
    NoWheelchairPlace,
    OpensLater,
    PartyTooLarge,
    PeopleWait,
    Refusal,
    VisitCancelled,
)
from bot.rules.forcing import Passed, may_be_forced, rules_passed, taken_from_held_back
from storage.records import HeldSeat, Visit
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

RULES = a_congress().rules
HOUR = timedelta(hours=1)


def passed(visit: Visit, **facts: Any) -> tuple[Passed, ...] | Refusal:
    usual: dict[str, Any] = {
        "closed": None,
        "party": 1,
        "wheelchairs": 0,
        "held": (),
        "overtakes": False,
        "listed": True,
        "rules": RULES,
    }
    return rules_passed(visit, **usual | facts)


def holding(*, hours: float, slot: str = "pm", city: str = "astana", **booking: Any) -> HeldSeat:
    """A seat on a visit that leaves so many hours after the one asked for, and takes two."""
    leaves_at = LEAVES + hours * HOUR
    visit = a_visit(id=18, key="other", slot=slot, city=city, leaves_at=leaves_at, returns_at=leaves_at + 2 * HOUR)
    return HeldSeat(booking=a_booking(id=9, visit_id=18, **booking), visit=visit)


def test_each_rule_is_named_that_is_gone_past() -> None:
    visit = a_visit(a_bus(seats=10, seats_taken=4), seats_taken=4, host_limit=10, held_back=6, waiting=2)
    found = passed(
        visit,
        closed=BookingClosed(None),
        overtakes=True,
        listed=False,
        held=(holding(hours=-4), holding(hours=-8, slot="am")),
    )
    assert found == tuple(Passed)


def test_where_nothing_is_against_it_nothing_is_named() -> None:
    assert passed(a_visit(a_bus())) == ()


@pytest.mark.parametrize(
    ("taken", "party", "needed"), [(0, 1, 0), (3, 1, 0), (4, 1, 1), (3, 2, 1), (4, 3, 3), (5, 1, 1)]
)
def test_of_the_seats_held_back_only_what_is_needed(taken: int, party: int, needed: int) -> None:
    visit = a_visit(a_bus(seats=7, seats_taken=taken), seats_taken=taken, host_limit=90, held_back=3)
    assert taken_from_held_back(visit, party=party) == needed
    found = passed(visit, party=party)
    if taken + party > 7:
        assert isinstance(found, NoSeats)
    else:
        assert (Passed.HELD_BACK in found) == (needed > 0)  # type: ignore[operator]


@pytest.mark.parametrize("closed", [VisitCancelled(), AlreadyLeft()])
def test_never_a_visit_that_is_off_or_has_left(closed: Refusal) -> None:
    assert passed(a_visit(a_bus()), closed=closed) == closed


@pytest.mark.parametrize("seats_of_bus", [{"seats": 4, "seats_taken": 4}, {"seats": 3, "seats_taken": 4}])
def test_never_past_a_bus_s_seats(seats_of_bus: dict[str, int]) -> None:
    assert passed(a_visit(a_bus(**seats_of_bus), seats_taken=4)) == NoSeats(left=0, largest=0)


def test_never_past_what_the_host_lets_in() -> None:
    assert isinstance(passed(a_visit(a_bus(seats=45, seats_taken=4), seats_taken=4, host_limit=4)), NoSeats)


def test_never_two_visits_at_one_hour_nor_in_two_cities() -> None:
    at_once = passed(a_visit(a_bus()), held=(holding(hours=1),))
    assert isinstance(at_once, Clashes)
    assert at_once.reason is Clash.OVERLAP
    elsewhere = passed(a_visit(a_bus()), held=(holding(hours=-8, city="karaganda"),))
    assert isinstance(elsewhere, Clashes)
    assert elsewhere.reason is Clash.OTHER_CITY


def test_never_a_second_seat_on_the_same_visit() -> None:
    own = HeldSeat(booking=a_booking(), visit=a_visit())
    assert isinstance(passed(a_visit(a_bus()), held=(own,)), AlreadyBooked)


def test_never_without_the_wheelchair_place_that_is_needed() -> None:
    assert passed(a_visit(a_bus(wheelchair_places=0)), wheelchairs=1) == NoWheelchairPlace()
    assert passed(a_visit(a_bus(wheelchair_places=1)), wheelchairs=1) == ()


@pytest.mark.parametrize(
    ("refusal", "may"),
    [
        (PeopleWait(3), True),
        (OpensLater(OPEN), True),
        (BookingClosed(None), True),
        (NotListed(), True),
        (Clashes(Clash.DAY_LIMIT, (), HOUR), True),
        (Clashes(Clash.OVERLAP, (), HOUR), False),
        (Clashes(Clash.OTHER_CITY, (), HOUR), False),
        (NoSeats(left=0, largest=0), True),
        (NoWheelchairPlace(), False),
        (VisitCancelled(), False),
        (AlreadyLeft(), False),
        (PartyTooLarge(4), False),
    ],
)
def test_which_refusals_an_organizer_may_go_past(refusal: Refusal, may: bool) -> None:
    held_back = a_visit(a_bus(seats=5, seats_taken=4), seats_taken=4, host_limit=90, held_back=1)
    assert may_be_forced(held_back, refusal) == may


def test_a_full_bus_is_not_a_rule_nor_a_full_walk() -> None:
    full = a_visit(a_bus(seats=5, seats_taken=5), seats_taken=5)
    assert not may_be_forced(full, NoSeats(left=0, largest=0))
    walk = a_visit(mode="walk", host_limit=5, seats_taken=5)
    assert not may_be_forced(walk, NoSeats(left=0, largest=0))
    assert isinstance(passed(walk), NoSeats)
    assert passed(a_visit(mode="walk", host_limit=6, seats_taken=5, held_back=1), wheelchairs=1) == (Passed.HELD_BACK,)


def test_one_of_two_buses_with_room_is_enough() -> None:
    full, free = a_bus(seats=5, seats_taken=5), a_bus(id=4, label="B04", seats=6, seats_taken=5)
    visit = a_visit(full, free, seats_taken=10, held_back=1)
    assert may_be_forced(visit, NoSeats(left=0, largest=0))
    assert passed(visit) == (Passed.HELD_BACK,)
    assert isinstance(passed(visit, party=2), NoSeats)
