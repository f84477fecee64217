"""What is offered instead: only what this person can have now, the likest first."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.booking import refuse_booking
from bot.rules.finding import nearest_alternatives
from storage.records import HeldSeat, Visit, VisitState
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

CONGRESS = a_congress()
LIBRARIES = dict(CONGRESS.libraries)
HOUR = timedelta(hours=1)
WANTED = a_visit(id=1, seats_taken=45, stops=("nab",), guide_languages=("en",))


def other(number: int, **changes: Any) -> Visit:
    """A visit with free seats that has nothing in common with the wanted one but the hour and the city."""
    usual: dict[str, Any] = {"stops": ("binom",), "guide_languages": ("ru",), "key": f"visit-{number}"}
    return a_visit(a_bus(id=number), **usual | changes, id=number)


def find(*visits: Visit, held: tuple[HeldSeat, ...] = (), party: int = 1, most: int = 3) -> list[int]:
    found = nearest_alternatives(
        WANTED,
        visits=visits,
        libraries=LIBRARIES,
        held=held,
        party=party,
        wheelchairs=0,
        rules=CONGRESS.rules,
        now=OPEN,
        most=most,
    )
    return [visit.id for visit in found]


def test_the_same_library_comes_before_the_city_and_that_before_the_kind_and_the_language() -> None:
    unlike = {"city": "almaty"}
    # The liker, the higher the id: where two were taken for equally like, the lower id would come first.
    same_library = other(7, stops=("nab", "nu"), **unlike)
    same_city = other(6)
    same_kind_and_language = other(5, stops=(_like("nab"),), guide_languages=("en",), **unlike)
    same_kind = other(4, stops=(_like("nab"),), **unlike)
    same_language = other(3, guide_languages=("en", "kk"), **unlike)
    nothing = other(2, **unlike)
    everything = (nothing, same_language, same_kind, same_kind_and_language, same_city, same_library)
    assert find(*everything, most=6) == [7, 6, 5, 4, 3, 2]


def _like(library: str) -> str:
    """Another library of the same kind."""
    kind = LIBRARIES[library].kind
    return next(each.id for each in LIBRARIES.values() if each.kind == kind and each.id != library)


def test_of_equally_like_visits_the_nearest_hour_comes_first_then_the_lower_id() -> None:
    late = other(2, leaves_at=LEAVES + 2 * HOUR, returns_at=LEAVES + 4 * HOUR)
    early = other(3, leaves_at=LEAVES - HOUR, returns_at=LEAVES + HOUR)
    assert find(late, early, other(5), other(4), most=4) == [4, 5, 3, 2]


@pytest.mark.parametrize(
    "unfit",
    [
        other(2, state=VisitState.CANCELLED),
        other(2, state=VisitState.DRAFT),
        other(2, host_limit=1),  # the party of two does not fit
        other(2, leaves_at=OPEN - HOUR),
        other(2, closes_at=OPEN),
        other(2, waiting=1),  # what is free there goes to those who wait
        WANTED,
    ],
)
def test_what_cannot_be_had_is_not_offered(unfit: Visit) -> None:
    assert find(unfit, other(3), party=2) == [3]


def test_what_clashes_with_ones_own_seat_is_not_offered() -> None:
    own = HeldSeat(booking=a_booking(visit_id=9), visit=other(9))
    later = other(3, slot="am", leaves_at=LEAVES + 6 * HOUR, returns_at=LEAVES + 7 * HOUR)
    assert find(other(2), later, held=(own,)) == [3]


@given(most=st.integers(0, 5), ids=st.sets(st.integers(2, 9)))
def test_at_most_so_many_and_each_can_be_booked(most: int, ids: set[int]) -> None:
    visits = {number: other(number, host_limit=1 + number % 2) for number in ids}
    found = find(*visits.values(), party=2, most=most)
    assert len(found) <= most
    for number in found:
        assert refuse_booking(visits[number], party=2, held=(), rules=CONGRESS.rules, now=OPEN) is None
