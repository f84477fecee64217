"""Filters in a button: read back as they were, small enough, refused when forged or written with another programme."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.buttons import MOST_BYTES, Find, ShowFound
from bot.rules.filtering import Access, Filters
from bot.rules.gaps import DAY, Gap
from bot.rules.packing import MOST_PACKED, pack, unpack
from tests.makers import a_congress

CONGRESS = a_congress()
MINUTE = st.none() | st.integers(0, DAY)
GAPS = st.builds(Gap, MINUTE, MINUTE, MINUTE).filter(lambda gap: gap.is_possible)


def names(of: object) -> st.SearchStrategy[str | None]:
    return st.none() | st.sampled_from(list(of))  # type: ignore[call-overload]


FILTERS = st.builds(
    Filters,
    gap=GAPS,
    city=names(CONGRESS.cities),
    theme=names(CONGRESS.tags),
    language=names(("en", "kk", "zh-hant")),
    kind=names(CONGRESS.kinds),
    access=names(Access),
    free=st.booleans(),
)


@given(FILTERS)
def test_what_is_packed_is_read_back(filters: Filters) -> None:
    assert unpack(pack(filters, CONGRESS), CONGRESS) == filters


@given(FILTERS)
def test_filters_of_another_programme_are_not_read(filters: Filters) -> None:
    assert unpack(pack(filters, CONGRESS), replace(CONGRESS, version=2)) is None


def test_the_longest_fit_a_button_with_room_for_a_visit_and_a_page() -> None:
    """99 cities, themes and kinds, ten million changes of the event file: more than any congress."""
    many: dict[str, Any] = dict.fromkeys(f"name-{number}" for number in range(100))
    congress = replace(CONGRESS, version=9_999_999, cities=many, tags=many, kinds=many)
    longest = Filters(
        gap=Gap(1000, 1100, 1200),
        city="name-99",
        theme="name-99",
        language="zh-hant",
        kind="name-99",
        access=Access.CERTAIN,
        free=True,
    )
    packed = pack(longest, congress)
    assert len(packed) == MOST_PACKED
    assert unpack(packed, congress) == longest
    assert len(ShowFound(9_999_999, packed, 99).data.encode()) <= MOST_BYTES
    assert len(Find(packed, 9_999_999).data.encode()) <= MOST_BYTES


@pytest.mark.parametrize(
    "forged",
    [
        *("", "1.", "2", "01", "x", "1.x", "1.600.500", "1.1440", "1..1441", "1.-5", "1.600.810.700.x", "1....99"),
        *("1.........2", "1........x", "1.........1.1", "1......EN", "1......e", "1....١", "1.0600", "1 ", "1\n"),
        "1." + "9" * 50,
    ],
)
def test_what_was_never_packed_is_not_read(forged: str) -> None:
    assert unpack(forged, CONGRESS) is None


@given(st.from_regex(r"1(\.[0-9a-z]{0,4}){0,10}", fullmatch=True))
def test_whatever_is_made_up_is_read_only_as_it_would_be_written(made_up: str) -> None:
    filters = unpack(made_up, CONGRESS)
    assert filters is None or pack(filters, CONGRESS) == made_up
