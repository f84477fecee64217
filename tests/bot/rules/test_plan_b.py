"""Who gets which seat when a visit is called off: tables of the rule, and what holds whatever the visits are."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.booking import find_clashes
from bot.rules.hours import SHORTEST_OFFER
from bot.rules.plan_b import HELD_FOR, HELD_UNTIL, TOLD_AT_NIGHT, Displaced, Hold, Place, Plan, plan_b, told_at
from bot.rules.seats import has_room, largest_party
from storage.records import HeldSeat, Visit, VisitState
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

ZONE = ZoneInfo("Asia/Almaty")
DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
WANTED = a_visit(a_bus(), key="wanted")
CONGRESS = a_congress()
WITH_STEPS = replace(
    CONGRESS,
    libraries={
        key: replace(CONGRESS.libraries["nab"], wheelchair=wheelchair)
        for key, wheelchair in (("flat", "yes"), ("steps", "partly"))
    },
)


def other(number: int, *, free: int = 10, places: int = 0, later: timedelta = HOUR, **changes: Any) -> Visit:
    """A visit with one bus of so many free seats, that leaves so much later than the one that is off."""
    bus = a_bus(id=number, visit_id=number, label=f"B{number}", seats=free, wheelchair_places=places)
    times: dict[str, Any] = {"leaves_at": LEAVES + later, "returns_at": LEAVES + later + 2 * HOUR}
    return a_visit(bus, **{"id": number, "key": f"other-{number}", **times, **changes})


def party(number: int, *names: str, wheelchairs: int = 0, **changes: Any) -> Displaced:
    booking = a_booking(
        *(names or ("Aigerim",)),
        id=number,
        delegate_id=number,
        wheelchairs=wheelchairs,
        made_at=OPEN + number * MINUTE,
    )
    return Displaced(**{"booking": booking, "language": "en", **changes})


def plan(parties: list[Displaced], visits: list[Visit], **changes: Any) -> Plan:
    usual: dict[str, Any] = {"guarded": frozenset[int](), "congress": CONGRESS, "now": LEAVES - 2 * HOUR, "zone": ZONE}
    return plan_b(WANTED, parties, visits=[WANTED, *visits], **{**usual, **changes})


def held(found: Plan) -> list[tuple[int, int]]:
    return [(hold.party.booking.id, hold.visit.id) for hold in found.held]


def queued(found: Plan) -> list[tuple[int, int, bool]]:
    return [(place.party.booking.id, place.visit.id, place.ahead) for place in found.queued]


def test_who_booked_first_is_served_first_and_the_rest_stands_at_the_head_of_the_line() -> None:
    found = plan([party(3), party(1), party(2)], [other(30, free=2)])
    assert held(found) == [(1, 30), (2, 30)]
    assert queued(found) == [(3, 30, True)]


def test_wheelchairs_come_before_everybody_and_take_only_a_bus_with_a_place() -> None:
    found = plan([party(1), party(2, wheelchairs=1)], [other(30, free=1, places=1)])
    assert held(found) == [(2, 30)]
    none = plan([party(2, wheelchairs=1)], [other(30, free=5)])
    assert (held(none), queued(none), len(none.nothing)) == ([], [], 1)


def test_a_party_stays_whole() -> None:
    found = plan([party(1, "A", "B", "C"), party(2)], [other(30, free=2)])
    assert held(found) == [(2, 30)]
    assert len(found.nothing) == 1  # no bus of the visit would ever hold three


def test_the_best_fit_is_near_in_time_in_the_city_and_in_the_language() -> None:
    near, tongue = other(31, later=HOUR), other(32, later=HOUR / 2, guide_languages=("kk",))
    away = other(33, later=HOUR / 4, city="karaganda")
    assert held(plan([party(1)], [away, tongue, near])) == [(1, 31)]
    assert held(plan([party(1)], [away, tongue])) == [(1, 32)]
    assert held(plan([party(1)], [away])) == [(1, 33)]


def test_a_seat_is_held_for_twenty_minutes_and_never_past_three_quarters_before_departure() -> None:
    (hold,) = plan([party(1)], [other(30)]).held
    assert hold.until == LEAVES - 2 * HOUR + HELD_FOR
    (near,) = plan([party(1)], [other(30)], now=LEAVES + HOUR - HELD_UNTIL - 15 * MINUTE).held
    assert near.until == LEAVES + HOUR - HELD_UNTIL
    late = plan([party(1)], [other(30)], now=LEAVES + HOUR - HELD_UNTIL - 9 * MINUTE)
    assert (held(late), len(late.nothing)) == ([], 1)


def test_at_night_the_twenty_minutes_begin_in_the_morning() -> None:
    night = LEAVES - timedelta(hours=14)
    found = plan([party(1)], [other(30)], now=night)
    assert found.told_at > night
    assert found.held[0].until == found.told_at + HELD_FOR


def test_seats_that_people_in_a_line_have_a_right_to_are_not_given_away() -> None:
    found = plan([party(1)], [other(30, waiting=1)], guarded=frozenset({30}))
    assert held(found) == []
    assert queued(found) == [(1, 30, False)]


def test_nobody_goes_where_they_hold_a_seat_at_that_time_or_wait_already() -> None:
    rival = other(31, later=90 * MINUTE)
    seat = HeldSeat(booking=a_booking(id=9, visit_id=31), visit=rival)
    assert len(plan([party(1, held=(seat,))], [other(30)]).nothing) == 1
    assert len(plan([party(1, waits=frozenset({30}))], [other(30)]).nothing) == 1


def test_nothing_is_held_for_who_cannot_be_reached_nor_on_a_visit_that_gives_no_seats() -> None:
    assert len(plan([party(1, reachable=False)], [other(30)]).nothing) == 1
    for state in (VisitState.DRAFT, VisitState.CANCELLED, VisitState.DEPARTED):
        assert len(plan([party(1)], [other(30, state=state)]).nothing) == 1
    assert len(plan([party(1)], [other(30, queue_paused=True)]).nothing) == 1


def test_the_numbers_are_those_that_organizers_are_told() -> None:
    assert (HELD_FOR, HELD_UNTIL, TOLD_AT_NIGHT) == (20 * MINUTE, 45 * MINUTE, 12 * HOUR)


def best(one: Visit, rival: Visit, **of_party: Any) -> int:
    """Which of the two is held for one party."""
    return plan([party(1, **of_party)], [one, rival]).held[0].visit.id


@pytest.mark.parametrize(
    ("changes", "of_party", "weighs"),
    [
        ({"city": "karaganda"}, {}, 4 * HOUR),
        ({"guide_languages": ("ru",)}, {}, HOUR),
        ({"stops": ("steps",)}, {"wheelchairs": 1}, 2 * HOUR),
    ],
    ids=["another city", "another language", "steps"],
)
def test_what_does_not_fit_weighs_as_much_as_so_much_time(
    changes: dict[str, Any], of_party: dict[str, Any], weighs: timedelta
) -> None:
    worse = other(30, later=HOUR, places=1, **{"stops": ("flat",), **changes})
    for apart, chosen in ((weighs - MINUTE, 31), (weighs + MINUTE, 30)):
        fitting = other(31, later=HOUR + apart, places=1, stops=("flat",))
        found = plan([party(1, **of_party)], [worse, fitting], congress=WITH_STEPS)
        assert found.held[0].visit.id == chosen


def test_steps_matter_to_wheelchairs_alone_and_one_stop_with_steps_is_enough() -> None:
    steps = other(30, later=HOUR, places=1, stops=("flat", "steps"))
    flat = other(31, later=2 * HOUR, places=1, stops=("flat", "flat"))
    assert held(plan([party(1)], [steps, flat], congress=WITH_STEPS)) == [(1, 30)]
    assert held(plan([party(1, wheelchairs=1)], [steps, flat], congress=WITH_STEPS)) == [(1, 31)]


def test_whose_language_was_not_spoken_goes_where_any_of_its_languages_is() -> None:
    same, strange = other(30, later=90 * MINUTE, guide_languages=("ru", "kk")), other(31, guide_languages=("de",))
    assert best(same, strange, language="fr") == 30
    assert best(same, strange, language=None) == 30
    # In theirs the guide spoke English, so a guide who speaks Russian alone is as far as one who speaks German.
    assert best(same, strange, language="en") == 31


def test_who_is_told_at_night_is_told_at_once_when_the_visit_leaves_within_twelve_hours() -> None:
    night = LEAVES.replace(hour=18)  # 23:00 in Astana
    for leaves_in, at_once in ((12 * HOUR - MINUTE, True), (12 * HOUR, False)):
        found = told_at(replace(WANTED, leaves_at=night + leaves_in), congress=CONGRESS, now=night, zone=ZONE)
        assert (found == night) is at_once


def test_a_seat_is_held_for_ten_minutes_at_least() -> None:
    until = LEAVES + HOUR - HELD_UNTIL
    assert held(plan([party(1)], [other(30)], now=until - SHORTEST_OFFER)) == [(1, 30)]
    assert held(plan([party(1)], [other(30)], now=until - SHORTEST_OFFER + MINUTE)) == []


@pytest.mark.parametrize("own_opening", [True, False])
def test_nothing_is_held_before_the_booking_opens(own_opening: bool) -> None:
    now = LEAVES - 2 * HOUR
    for opens_at, gives in ((now + MINUTE, False), (now, True), (now - MINUTE, True)):
        general = replace(CONGRESS.rules, opens_at=now - DAY if own_opening else opens_at)
        found = plan(
            [party(1)],
            [other(30, opens_at=opens_at if own_opening else None)],
            congress=replace(CONGRESS, rules=general),
            now=now,
        )
        assert (held(found) == [(1, 30)]) is gives
        assert bool(found.nothing) is not gives


def test_where_names_are_final_nothing_is_held_once_the_booking_has_closed() -> None:
    now = LEAVES - 2 * HOUR
    for closes_at, names_final, gives in (
        (now - MINUTE, True, False),
        (now - MINUTE, False, True),
        (now + MINUTE, True, True),
    ):
        found = plan([party(1)], [other(30, closes_at=closes_at, names_final=names_final)], now=now)
        assert (held(found) == [(1, 30)]) is gives


def test_a_line_takes_who_would_fit_the_largest_bus_and_a_walk_asks_for_no_wheelchair_place() -> None:
    full = other(30, free=2, places=1)
    taken = replace(full, buses=(replace(full.buses[0], seats_taken=2),), seats_taken=2)
    assert queued(plan([party(1, "A", "B")], [taken])) == [(1, 30, True)]
    assert queued(plan([party(1, "A", "B", "C")], [taken])) == []
    assert queued(plan([party(1, wheelchairs=1)], [taken])) == [(1, 30, True)]
    assert queued(plan([party(1, wheelchairs=2)], [taken])) == []
    walk = replace(other(31), mode="walk", buses=(), host_limit=2, seats_taken=2)
    assert queued(plan([party(1, wheelchairs=1)], [walk])) == [(1, 31, True)]


def full(visit: Visit) -> Visit:
    """The same visit with every seat of its bus taken."""
    (bus,) = visit.buses
    return replace(visit, buses=(replace(bus, seats_taken=bus.seats),), seats_taken=bus.seats)


def test_nobody_is_sent_to_a_line_that_moves_no_more() -> None:
    ends = CONGRESS.offers.promotion_ends
    for later, moves in ((ends - 2 * HOUR, False), (ends - 2 * HOUR + 30 * MINUTE, True)):
        assert bool(queued(plan([party(1)], [full(other(30, later=later))]))) is moves


def test_a_wheelchair_place_is_given_once() -> None:
    found = plan([party(1, wheelchairs=1), party(2, wheelchairs=1)], [other(30, places=1)])
    assert (held(found), queued(found)) == ([(1, 30)], [(2, 30, True)])


def test_each_party_counts_on_the_bus_it_gets() -> None:
    visit = other(30, free=3)
    second = replace(visit.buses[0], id=301, label="B301", seats=2)
    visit = replace(visit, buses=(*visit.buses, second))
    found = plan([party(1, "A", "B"), party(2, "C", "D"), party(3), party(4)], [visit])
    assert [(hold.party.booking.id, hold.bus_id) for hold in found.held] == [(1, 301), (2, 30), (3, 30)]
    assert queued(found) == [(4, 30, True)]


several = st.builds(
    lambda number, free, places, later, limit: other(
        number, free=free, places=places, later=later * 30 * MINUTE, host_limit=limit
    ),
    number=st.integers(30, 34),
    free=st.integers(1, 5),
    places=st.integers(0, 1),
    later=st.integers(0, 8),
    limit=st.integers(1, 6),
)


@st.composite
def displaced(draw: st.DrawFn) -> Displaced:
    number = draw(st.integers(1, 40))
    size = draw(st.sampled_from([1, 1, 2, 3]))
    return party(
        number,
        *(f"Person {each}" for each in range(size)),
        wheelchairs=draw(st.sampled_from([0, 0, 0, 1])),
        language=draw(st.sampled_from([None, "en", "kk", "de"])),
        waits=draw(st.sampled_from([frozenset(), frozenset({30})])),
        held=draw(
            st.sampled_from([(), (HeldSeat(booking=a_booking(id=99, visit_id=50), visit=other(50, later=4 * HOUR)),)])
        ),
        reachable=draw(st.sampled_from([True, True, False])),
    )


@given(
    visits=st.lists(several, unique_by=lambda visit: visit.id, max_size=5),
    parties=st.lists(displaced(), unique_by=lambda each: each.booking.id, max_size=12),
    guarded=st.sampled_from([frozenset[int](), frozenset({31}), frozenset({30, 32})]),
)
def test_whatever_there_is_nobody_is_forgotten_doubled_or_squeezed_in(
    visits: list[Visit], parties: list[Displaced], guarded: frozenset[int]
) -> None:
    found = plan(parties, visits, guarded=guarded)
    by_id = {visit.id: visit for visit in visits}
    served = [hold.party for hold in found.held], [place.party for place in found.queued], found.nothing
    everybody = Counter(each.booking.id for some in served for each in some)
    assert everybody == Counter(each.booking.id for each in parties)
    for visit in visits:
        on_it = [hold for hold in found.held if hold.visit.id == visit.id]
        riders = sum(hold.party.booking.party for hold in on_it)
        assert riders <= min(visit.host_limit, visit.buses[0].seats)
        wheels = sum(hold.party.booking.wheelchairs for hold in on_it)
        assert has_room(visit.buses[0], party=riders, wheelchairs=wheels)
        assert visit.id not in guarded or not on_it
    served_at: tuple[Hold | Place, ...] = (*found.held, *found.queued)
    for each in served_at:
        assert each.party.reachable
        assert each.visit.id not in each.party.waits
        assert find_clashes(each.visit, each.party.held, rules=CONGRESS.rules) is None
    # Nobody stands before somebody with a wheelchair, or before somebody who booked earlier, for the same seats.
    order = [hold.party for hold in found.held]
    assert order == sorted(order, key=lambda one: (not one.booking.wheelchairs, one.booking.made_at, one.booking.id))
    # Who waits at the head finds less than they need, once all that is held is held.
    for place in found.queued:
        taken = sum(hold.party.booking.party for hold in found.held if hold.visit.id == place.visit.id)
        wheels = sum(hold.party.booking.wheelchairs for hold in found.held if hold.visit.id == place.visit.id)
        bus = by_id[place.visit.id].buses[0]
        fuller = replace(
            by_id[place.visit.id],
            seats_taken=taken,
            buses=(replace(bus, seats_taken=taken, wheelchairs_taken=wheels),),
        )
        if place.ahead:
            assert largest_party(fuller, wheelchairs=place.party.booking.wheelchairs) < place.party.booking.party
