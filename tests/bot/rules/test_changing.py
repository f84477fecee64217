"""A minute to undo: when seats given back can be had again, and on which bus."""

from datetime import timedelta
from typing import Any

import pytest

from bot.rules.booking import AlreadyBooked, AlreadyLeft, Changed, Clash, Clashes, NoSeats, VisitCancelled
from bot.rules.changing import GIVEN_BACK, UndoIsOver, UndoRefusal, bus_again, refuse_undo
from storage.records import Booking, BookingState, Bus, HeldSeat, Visit, VisitState
from tests.makers import OPEN, a_booking, a_bus, a_congress, a_visit

RULES = a_congress().rules
BUS, LARGER = a_bus(id=3, seats=2), a_bus(id=4, label="B04", seats=9)


def given_back(**changes: Any) -> Booking:
    usual: dict[str, Any] = {
        "id": 7,
        "version": 2,
        "visit_id": 17,
        "bus_id": 3,
        "state": BookingState.RELEASED,
        "reason": GIVEN_BACK,
        "released_at": OPEN,
        "party": 1,
    }
    return a_booking(**usual | changes)


def refused(
    released: Booking,
    visit: Visit | None = None,
    *,
    version: int = 2,
    main: Booking | None = None,
    held: tuple[HeldSeat, ...] = (),
    later: timedelta = timedelta(),
) -> UndoRefusal | None:
    visit = visit or a_visit(BUS)
    return refuse_undo(released, visit, version=version, main=main, held=held, rules=RULES, now=OPEN + later)


def test_a_seat_can_be_had_again_until_the_minute_is_over() -> None:
    assert refused(given_back()) is None
    assert refused(given_back(), later=timedelta(seconds=60)) is None
    assert refused(given_back(), later=timedelta(seconds=61)) == UndoIsOver()


@pytest.mark.parametrize(
    ("released", "version"),
    [
        (given_back(state=BookingState.BOOKED), 2),
        (given_back(reason="replaced"), 2),
        (given_back(), 1),
        (given_back(rest_of=5), 2),  # its party travels no more
    ],
    ids=["not released", "ended otherwise", "another version", "without its party"],
)
def test_nothing_else_can_be_undone(released: Booking, version: int) -> None:
    assert refused(released, version=version) == Changed()


def test_a_visit_that_is_off_or_away_takes_nobody_back() -> None:
    assert refused(given_back(), a_visit(BUS, state=VisitState.CANCELLED)) == VisitCancelled()
    visit = a_visit(BUS)
    released = given_back(released_at=visit.leaves_at)
    assert refused(released, visit, later=visit.leaves_at - OPEN) == AlreadyLeft()


def test_sign_up_may_have_closed_meanwhile() -> None:
    assert refused(given_back(), a_visit(BUS, state=VisitState.CLOSED)) is None


def test_a_seat_that_is_gone_is_gone() -> None:
    full = a_visit(a_bus(seats=2, seats_taken=2), seats_taken=2)
    assert refused(given_back(), full) == NoSeats(left=0, largest=0)
    held_back = a_visit(BUS, host_limit=2, held_back=1, seats_taken=1)
    assert refused(given_back(), held_back) == NoSeats(left=0, largest=0)


def test_the_last_seats_and_those_of_a_walk_can_be_had_again() -> None:
    last = a_visit(a_bus(seats=2, seats_taken=1), seats_taken=1)
    assert refused(given_back(), last) is None
    assert refused(given_back(bus_id=None), a_visit(mode="walk", host_limit=3)) is None


def test_what_was_taken_meanwhile_is_not_run_over() -> None:
    elsewhere = a_visit(id=18)
    clash = HeldSeat(booking=a_booking(id=9, visit_id=18), visit=elsewhere)
    refusal = refused(given_back(), held=(clash,))
    assert isinstance(refusal, Clashes)
    assert refusal.reason is Clash.OVERLAP
    again = HeldSeat(booking=a_booking(id=9), visit=a_visit(BUS))
    assert refused(given_back(), held=(again,)) == AlreadyBooked(again.booking)


def test_a_single_seat_goes_back_to_its_party_and_nowhere_else() -> None:
    main = a_booking(id=5, bus_id=3, party=1)
    seat = HeldSeat(booking=main, visit=a_visit(BUS))
    part = given_back(rest_of=5)
    room = a_visit(a_bus(id=3, seats=2, seats_taken=1), LARGER, seats_taken=1)
    assert refused(part, room, main=main, held=(seat,)) is None
    elsewhere = HeldSeat(booking=a_booking(id=9, visit_id=18), visit=a_visit(id=18))
    assert isinstance(refused(part, room, main=main, held=(seat, elsewhere)), Clashes), "by a delay of either"
    full = a_visit(a_bus(id=3, seats=2, seats_taken=2), LARGER, seats_taken=2)
    assert refused(part, full, main=main, held=(seat,)) == NoSeats(left=9, largest=9)


@pytest.mark.parametrize(
    ("buses", "again"),
    [((BUS, LARGER), 3), ((a_bus(id=3, seats=2, seats_taken=2), LARGER), 4), ((LARGER,), 4)],
    ids=["its own", "its own is full", "its own is gone"],
)
def test_the_bus_is_the_one_it_was_where_there_is_room(buses: tuple[Bus, ...], again: int) -> None:
    found = bus_again(given_back(), a_visit(*buses), main=None)
    assert found is not None
    assert found.id == again
