"""What an organizer may do to a party's seat, and in which order the reasons against it are told."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    AlreadyReleased,
    Changed,
    Clash,
    Clashes,
    NoSeats,
    NoWheelchairPlace,
    Refusal,
    VisitCancelled,
)
from bot.rules.moving import refuse_move
from storage.records import Booking, BookingState, Bus, HeldSeat, Visit, VisitState
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

RULES = a_congress().rules
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
HERE = a_visit(a_bus(seats_taken=2), a_bus(id=4, label="B04"), seats_taken=2)
PAIR = a_booking("Aigerim", "Dana")


def there(*, seats: int = 10, taken: int = 0, places: int = 0, **changes: Any) -> Visit:
    """A visit of the next day by one bus, nobody held back."""
    bus = a_bus(id=8, visit_id=18, label="B08", seats=seats, seats_taken=taken, wheelchair_places=places)
    usual: dict[str, Any] = {"id": 18, "leaves_at": LEAVES + DAY, "returns_at": LEAVES + DAY + timedelta(hours=3)}
    return a_visit(bus, **{**usual, "seats_taken": taken, **changes})


def refuse(
    to: Visit,
    *,
    booking: Booking = PAIR,
    bus: Bus | None = None,
    walks: bool = False,
    held: tuple[HeldSeat, ...] = (),
    now: datetime = OPEN,
) -> Refusal | None:
    """Try to move the party to this bus of the visit, or to its first one."""
    if bus is None and not walks:
        bus = to.buses[0]
    own = HeldSeat(booking=booking, visit=HERE)
    return refuse_move(booking, HERE, to=to, bus=bus, held=(own, *held), rules=RULES, now=now)


def test_a_party_goes_where_there_is_room_and_its_own_seat_is_not_in_the_way() -> None:
    assert refuse(there()) is None
    assert refuse(there(leaves_at=LEAVES, returns_at=LEAVES + timedelta(hours=3))) is None
    assert refuse(there(city="almaty")) is None


@pytest.mark.parametrize("state", [VisitState.CLOSED, VisitState.OPEN])
def test_an_organizer_moves_people_where_sign_up_has_not_begun_or_is_over(state: VisitState) -> None:
    assert refuse(there(state=state, closes_at=OPEN - MINUTE)) is None
    assert refuse(there(state=state, opens_at=OPEN + MINUTE)) is None


def test_nobody_is_moved_to_a_visit_that_is_off_or_has_left() -> None:
    assert refuse(there(state=VisitState.CANCELLED)) == VisitCancelled()
    assert refuse(there(state=VisitState.DEPARTED)) == AlreadyLeft()
    assert refuse(there(leaves_at=OPEN)) == AlreadyLeft()


def test_nor_from_one_that_has_left() -> None:
    assert refuse(there(), now=LEAVES - MINUTE) is None
    assert refuse(there(), now=LEAVES) == AlreadyLeft()


@pytest.mark.parametrize(
    ("state", "refusal"),
    [
        (BookingState.BOOKED, None),
        (BookingState.OFFERED, Changed()),
        (BookingState.WAITING, Changed()),
        (BookingState.RELEASED, AlreadyReleased()),
    ],
)
def test_only_who_has_a_seat_is_moved(state: BookingState, refusal: Refusal | None) -> None:
    assert refuse(there(), booking=replace(PAIR, state=state)) == refusal


def test_within_a_visit_a_party_goes_to_another_bus_alone() -> None:
    own, other = HERE.buses
    assert refuse(HERE, bus=other) is None
    assert refuse(HERE, bus=own) == AlreadyBooked(PAIR)
    assert refuse(HERE, walks=True) == AlreadyBooked(PAIR)


def test_within_a_visit_that_is_full_by_its_hosts_limit_only_the_other_bus_counts() -> None:
    full = replace(HERE, host_limit=2)
    assert refuse(full, bus=full.buses[1]) is None


def test_who_has_a_seat_there_already_is_not_moved() -> None:
    seat = HeldSeat(booking=a_booking(id=6, visit_id=18), visit=there())
    assert refuse(there(), held=(seat,)) == AlreadyBooked(seat.booking)


def test_another_seat_at_the_same_time_is_in_the_way() -> None:
    rival = HeldSeat(booking=a_booking(id=6, visit_id=19), visit=there(id=19))
    found = refuse(there(), held=(rival,))
    assert isinstance(found, Clashes)
    assert (found.reason, found.seats) == (Clash.OVERLAP, (rival,))


@pytest.mark.parametrize(
    ("visit", "refusal"),
    [
        (there(seats=2), None),
        (there(seats=10, host_limit=2), None),
        (there(seats=10, taken=8), None),
        (there(seats=10, host_limit=1), NoSeats(left=1, largest=1)),
        (there(seats=10, held_back=9), NoSeats(left=1, largest=1)),
        (there(seats=10, taken=9), NoSeats(left=1, largest=1)),
        (there(seats=1, taken=3, host_limit=90), NoSeats(left=0, largest=0)),
    ],
)
def test_no_seat_host_limit_or_held_back_seat_is_passed(visit: Visit, refusal: Refusal | None) -> None:
    assert refuse(visit) == refusal


@pytest.mark.parametrize(("taken", "left"), [(10, 0), (9, 1), (12, 0)])
def test_a_full_bus_takes_nobody_though_the_visit_has_seats(taken: int, left: int) -> None:
    second = a_bus(id=9, visit_id=18, label="B09")
    first = replace(there().buses[0], seats_taken=taken)
    visit = there(buses=(first, second), seats_taken=taken)
    assert refuse(visit, bus=first) == NoSeats(left=left, largest=left)
    assert refuse(visit, bus=second) is None


def test_where_buses_go_nobody_is_moved_without_one() -> None:
    assert refuse(there(), walks=True) == NoSeats(left=0, largest=0)


def test_wheelchairs_need_places_on_the_bus_and_none_on_a_walk() -> None:
    wheelchair = replace(PAIR, wheelchairs=1)
    assert refuse(there(places=1), booking=wheelchair) is None
    assert refuse(there(), booking=wheelchair) == NoWheelchairPlace()
    assert refuse(there(seats=2, taken=1, places=1, host_limit=90), booking=wheelchair) == NoSeats(left=1, largest=1)
    walk = there(mode="walk", buses=())
    assert refuse(walk, booking=wheelchair, walks=True) is None
    assert refuse(replace(walk, seats_taken=89), booking=wheelchair, walks=True) == NoSeats(left=1, largest=1)
