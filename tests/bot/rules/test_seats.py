"""How many seats a visit has and which bus a party takes: tables for the cases, properties for the promises."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.seats import (
    Fullness,
    choose_bus,
    fullness,
    has_room,
    largest_ever,
    largest_party,
    most_wheelchairs,
    seats_left,
    seats_offered,
)
from storage.records import Bus, Visit
from tests.makers import a_bus, a_visit


def fleet(*seats_and_taken: tuple[int, int]) -> tuple[Bus, ...]:
    return tuple(
        a_bus(id=number, label=f"B{number:02}", seats=seats, seats_taken=taken)
        for number, (seats, taken) in enumerate(seats_and_taken, start=1)
    )


@st.composite
def some_buses(draw: st.DrawFn) -> tuple[Bus, ...]:
    sizes = draw(st.lists(st.integers(0, 60), min_size=0, max_size=4))
    return fleet(*((seats, draw(st.integers(0, seats))) for seats in sizes))


@st.composite
def some_visits(draw: st.DrawFn) -> Visit:
    buses = draw(some_buses())
    on_foot = draw(st.booleans())
    taken = draw(st.integers(0, 60)) if on_foot else sum(bus.seats_taken for bus in buses)
    return a_visit(
        *(() if on_foot else buses),
        mode="walk" if on_foot else "bus",
        host_limit=draw(st.integers(1, 200)),
        held_back=draw(st.integers(0, 30)),
        seats_taken=taken,
    )


@pytest.mark.parametrize(
    ("visit", "offered", "left"),
    [
        (a_visit(*fleet((45, 10), (45, 2)), host_limit=90, seats_taken=12), 90, 78),
        (a_visit(*fleet((18, 0), (18, 0)), host_limit=30), 30, 30),  # small rooms: the host limit counts
        (a_visit(*fleet((45, 0)), host_limit=90), 45, 45),  # a small bus: its seats count
        (a_visit(*fleet((45, 40)), host_limit=45, held_back=3, seats_taken=40), 42, 2),
        (a_visit(*fleet((45, 44)), host_limit=45, held_back=3, seats_taken=44), 42, 0),  # never below 0
        (a_visit(*fleet((2, 0)), host_limit=45, held_back=3), 0, 0),
        (a_visit(mode="walk", host_limit=25, seats_taken=24), 25, 1),  # no bus, the host limit alone
        (a_visit(host_limit=25), 0, 0),  # no bus yet, and not a walk
    ],
)
def test_a_visit_offers_what_host_and_buses_both_hold(visit: Visit, offered: int, left: int) -> None:
    assert (seats_offered(visit), seats_left(visit)) == (offered, left)


@pytest.mark.parametrize(
    ("visit", "largest"),
    [
        (a_visit(*fleet((45, 42), (45, 43)), seats_taken=85), 3),  # 5 seats left, but a party is never split
        (a_visit(*fleet((45, 0)), host_limit=2), 2),  # the host takes only two more
        (a_visit(*fleet((45, 45)), seats_taken=45), 0),
        (a_visit(), 0),
        (a_visit(mode="walk", host_limit=4), 4),
    ],
)
def test_the_largest_party_is_the_one_that_stays_together(visit: Visit, largest: int) -> None:
    assert largest_party(visit) == largest


@pytest.mark.parametrize(
    ("buses", "party", "chosen"),
    [
        (fleet((45, 0), (45, 44)), 1, 2),  # the fullest bus first, so that larger parties keep room
        (fleet((45, 0), (45, 44)), 2, 1),  # but only one that holds all
        (fleet((45, 40), (45, 40)), 2, 1),  # alike: the lowest id
        (fleet((45, 45)), 1, None),
        ((), 1, None),
    ],
)
def test_a_party_takes_the_fullest_bus_that_still_holds_it(
    buses: tuple[Bus, ...], party: int, chosen: int | None
) -> None:
    bus = choose_bus(a_visit(*buses), party=party, wheelchairs=0)
    assert (bus.id if bus else None) == chosen


def with_places(id: int, places: int, *, used: int = 0, taken: int = 0) -> Bus:
    return a_bus(id=id, seats=45, seats_taken=taken, wheelchair_places=places, wheelchairs_taken=used)


@pytest.mark.parametrize(
    ("buses", "wheelchairs", "largest", "chosen"),
    [
        ((with_places(1, 0), with_places(2, 1, taken=42)), 0, 45, 2),  # who needs no place may take either bus
        ((with_places(1, 0), with_places(2, 1, taken=42)), 1, 3, 2),  # a place counts only on the bus that has it
        ((with_places(1, 0), with_places(2, 1, used=1)), 1, 0, None),
        ((with_places(1, 2, used=1),), 1, 45, 1),
        ((with_places(1, 2, used=1),), 2, 0, None),
    ],
)
def test_wheelchairs_take_a_bus_with_free_places_for_them(
    buses: tuple[Bus, ...], wheelchairs: int, largest: int, chosen: int | None
) -> None:
    visit = a_visit(*buses, seats_taken=sum(bus.seats_taken for bus in buses))
    assert largest_party(visit, wheelchairs=wheelchairs) == largest
    bus = choose_bus(visit, party=1, wheelchairs=wheelchairs)
    assert (bus.id if bus else None) == chosen


def test_a_place_for_who_sits_there_already_asks_for_no_seat() -> None:
    assert has_room(with_places(1, 1, taken=45), wheelchairs=1)
    assert not has_room(with_places(1, 1, taken=45), party=1, wheelchairs=1)


@pytest.mark.parametrize(
    ("visit", "together", "wheelchairs"),
    [
        (a_visit(*fleet((18, 18), (45, 0))), 45, 0),
        (a_visit(with_places(1, 1, used=1), with_places(2, 2)), 45, 2),
        (a_visit(mode="walk", host_limit=25), 25, None),  # nobody counts them there
        (a_visit(host_limit=25), 25, 0),  # no bus yet
    ],
)
def test_what_could_ever_travel_together(visit: Visit, together: int, wheelchairs: int | None) -> None:
    assert (largest_ever(visit), most_wheelchairs(visit)) == (together, wheelchairs)


@given(visit=some_visits(), party=st.integers(1, 10))
def test_whoever_may_come_by_bus_gets_one_with_room(visit: Visit, party: int) -> None:
    bus = choose_bus(visit, party=party, wheelchairs=0)
    if bus is not None:
        assert bus.seats - bus.seats_taken >= party
    if visit.mode != "walk" and party <= largest_party(visit):
        assert bus is not None


@given(visit=some_visits())
def test_never_more_than_is_left_and_never_less_than_nothing(visit: Visit) -> None:
    assert 0 <= largest_party(visit) <= seats_left(visit) <= seats_offered(visit) <= visit.host_limit


@pytest.mark.parametrize(
    ("taken", "expected"),
    [(0, Fullness.FREE), (35, Fullness.FREE), (36, Fullness.FILLING), (44, Fullness.FILLING), (45, Fullness.FULL)],
)
def test_filling_begins_at_its_share(taken: int, expected: Fullness) -> None:
    visit = a_visit(*fleet((45, taken)), host_limit=45, seats_taken=taken)
    assert fullness(visit, filling_share=0.8) is expected


def test_a_visit_without_seats_is_full() -> None:
    assert fullness(a_visit(), filling_share=0.8) is Fullness.FULL
