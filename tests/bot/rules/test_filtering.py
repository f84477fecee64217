"""What fits a search, and what misses it by how much; what nobody has confirmed is never called step-free."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from bot.rules.filtering import (
    LIKELY_GAPS,
    Access,
    Filters,
    Match,
    Miss,
    StepFree,
    Value,
    Which,
    at_minute,
    matches,
    step_free,
    value_of,
    values,
    with_value,
)
from bot.rules.gaps import Gap
from storage.records import Congress, Visit, VisitState
from tests.makers import OPEN, a_bus, a_congress, a_visit

CONGRESS = a_congress()
MINUTE = timedelta(minutes=1)


def day(clock: str) -> datetime:
    return datetime.fromisoformat(f"2025-08-22T{clock}+05:00")


def visit(id: int = 1, *, leaves: str = "10:00", returns: str = "12:40", **changes: Any) -> Visit:
    usual: dict[str, Any] = {"leaves_at": day(leaves), "returns_at": day(returns), "stops": ("nab",)}
    return a_visit(a_bus(id=id, visit_id=id), id=id, key=f"v{id}", **usual | changes)


def look(*visits: Visit, congress: Congress = CONGRESS, **filters: Any) -> list[Match]:
    return list(matches(visits, Filters(**filters), congress=congress, now=OPEN))


def only(one: Visit, **filters: Any) -> Match:
    (match,) = look(one, **filters)
    return match


@pytest.mark.parametrize(
    ("gap", "early", "late", "spare", "before_due"),
    [
        (Gap(), 0, 0, None, None),
        (Gap(since=9 * 60), 0, 0, None, None),
        (Gap(since=9 * 60 + 55), 0, 0, None, None),  # the doors close five minutes before the bus leaves
        (Gap(since=10 * 60), 5, 0, None, None),
        (Gap(until=13 * 60 + 30), 0, 0, 50, None),
        (Gap(until=12 * 60 + 40), 0, 0, 0, None),
        (Gap(until=12 * 60 + 39), 0, 1, None, None),
        (Gap(9 * 60, 13 * 60 + 30, 17 * 60), 0, 0, 50, 260),
        (Gap(due=17 * 60), 0, 0, None, 260),
        (Gap(due=12 * 60), 0, 40, None, None),
        (Gap(until=13 * 60, due=12 * 60), 0, 40, None, None),
        (Gap(10 * 60 + 30, 12 * 60), 35, 40, None, None),
    ],
)
def test_a_gap_holds_from_the_doors_to_the_return(
    gap: Gap, early: int, late: int, spare: int | None, before_due: int | None
) -> None:
    found = only(visit(), gap=gap)
    assert (found.early, found.late) == (early * MINUTE, late * MINUTE)
    assert found.spare == (None if spare is None else spare * MINUTE)
    assert found.before_due == (None if before_due is None else before_due * MINUTE)
    assert found.fits is not bool(early or late)


def test_a_walk_has_no_doors() -> None:
    assert only(visit(mode="walk"), gap=Gap(since=600)).fits


def test_the_clock_is_the_congresss() -> None:
    assert at_minute(17 * 60, CONGRESS) == day("17:00")
    assert at_minute(None, CONGRESS) is None


@pytest.mark.parametrize(
    ("filters", "misses"),
    [
        ({}, ()),
        ({"city": "astana"}, ()),
        ({"city": "almaty"}, (Miss.CITY,)),
        ({"theme": "archives"}, ()),
        ({"theme": "ai"}, (Miss.THEME,)),
        ({"language": "ru"}, ()),
        ({"language": "kk"}, (Miss.LANGUAGE,)),
        ({"kind": "national"}, ()),
        ({"kind": "presidential"}, ()),
        ({"kind": "school"}, (Miss.KIND,)),
        ({"city": "almaty", "kind": "school"}, (Miss.CITY, Miss.KIND)),
        ({"free": True}, ()),
    ],
)
def test_each_filter_holds_a_visit_against_its_own_fact(filters: dict[str, Any], misses: tuple[Miss, ...]) -> None:
    found = only(visit(tags=("archives",), stops=("nab", "presidential")), **filters)
    assert found.misses == misses
    assert found.fits is not bool(misses)


@pytest.mark.parametrize(
    "changes",
    [
        {"seats_taken": 45, "host_limit": 45},
        {"waiting": 1},
        {"closes_at": OPEN},
        {"opens_at": OPEN + MINUTE},
        {"state": VisitState.CLOSED},
    ],
)
def test_a_free_seat_is_one_that_somebody_new_can_have_now(changes: dict[str, Any]) -> None:
    assert only(visit(**changes), free=True).misses == (Miss.SEATS,)
    assert only(visit(**changes)).fits


def test_the_last_seat_is_a_free_one() -> None:
    assert only(visit(seats_taken=44, host_limit=45), free=True).fits


def known_of(**levels: str) -> Congress:
    libraries = {
        name: replace(library, wheelchair=levels.get(name, library.wheelchair))
        for name, library in CONGRESS.libraries.items()
    }
    return replace(CONGRESS, libraries=libraries)


@pytest.mark.parametrize(
    ("levels", "known", "certain", "not_ruled_out"),
    [
        (("yes", "yes"), StepFree.YES, (), ()),
        (("yes", "unknown"), StepFree.UNKNOWN, (Miss.STEPS_UNKNOWN,), ()),
        (("unknown", "unknown"), StepFree.UNKNOWN, (Miss.STEPS_UNKNOWN,), ()),
        (("yes", "partial"), StepFree.NO, (Miss.STEPS,), (Miss.STEPS,)),
        (("yes", "no"), StepFree.NO, (Miss.STEPS,), (Miss.STEPS,)),
        (("unknown", "no"), StepFree.NO, (Miss.STEPS,), (Miss.STEPS,)),
    ],
)
def test_unknown_is_never_accessible(
    levels: tuple[str, str], known: StepFree, certain: tuple[Miss, ...], not_ruled_out: tuple[Miss, ...]
) -> None:
    congress, both = known_of(nab=levels[0], nu=levels[1]), visit(stops=("nab", "nu"))
    assert step_free(both, congress.libraries) is known
    for access, misses in ((Access.CERTAIN, certain), (Access.NOT_RULED_OUT, not_ruled_out), (None, ())):
        (found,) = look(both, congress=congress, access=access)
        assert found.misses == misses


def test_nothing_of_the_shipped_programme_is_called_step_free() -> None:
    """No source was found for any library: the negative control of the whole filter."""
    assert {step_free(visit(stops=(name,)), CONGRESS.libraries) for name in CONGRESS.libraries} == {StepFree.UNKNOWN}


def test_what_fits_comes_in_the_days_order_then_what_misses_least_and_by_the_fewest_minutes() -> None:
    fits = visit(6, leaves="09:30", returns="11:30")
    fits_later = visit(5, leaves="10:00", returns="12:00")
    ten_late = visit(4, leaves="10:00", returns="12:40")
    half_an_hour_early = visit(7, leaves="08:35", returns="10:00")
    hour_late = visit(3, leaves="10:00", returns="13:30")
    other_city = visit(2, leaves="09:30", returns="11:30", city="almaty")
    both = visit(1, leaves="09:30", returns="13:30", city="almaty")
    everything = (both, other_city, hour_late, half_an_hour_early, ten_late, fits_later, fits)
    found = look(*everything, gap=Gap(9 * 60, 12 * 60 + 30), city="astana")
    assert [match.visit.id for match in found] == [6, 5, 2, 4, 7, 3, 1]
    assert [match.visit.id for match in found if match.fits] == [6, 5]


@pytest.mark.parametrize(
    "gone", [{"state": state} for state in (VisitState.CANCELLED, VisitState.DRAFT, VisitState.DEPARTED)]
)
def test_what_will_not_leave_is_no_answer_not_even_the_nearest(gone: dict[str, Any]) -> None:
    assert look(visit(**gone)) == []


def test_only_values_that_some_visit_has_can_be_chosen() -> None:
    there = (visit(1, tags=("archives",)), visit(2, city="almaty", stops=("kaznu",), guide_languages=("ru", "kk")))
    assert values(Which.CITY, there, CONGRESS) == ("astana", "almaty")
    assert values(Which.THEME, there, CONGRESS) == ("archives",)
    assert values(Which.LANGUAGE, there, CONGRESS) == ("en", "ru", "kk")
    assert values(Which.KIND, there, CONGRESS) == ("national", "university")
    assert values(Which.ACCESS, there, CONGRESS) == (Access.CERTAIN, Access.NOT_RULED_OUT)
    assert values(Which.FREE, there, CONGRESS) == (True,)


def test_the_hours_that_many_have_are_a_tap_away() -> None:
    assert values(Which.GAP, (), CONGRESS) == LIKELY_GAPS
    assert [tuple(map(_clock, (gap.since, gap.until, gap.due))) for gap in LIKELY_GAPS] == [
        ("08:00", "13:00", ""),
        ("10:00", "14:00", ""),
        ("13:00", "19:00", ""),
        ("", "13:00", ""),
        ("", "17:00", ""),
        ("14:00", "", ""),
    ]


def _clock(minute: int | None) -> str:
    return "" if minute is None else f"{minute // 60:02}:{minute % 60:02}"


SET: list[tuple[Which, Value]] = [
    (Which.GAP, Gap(1, 2)),
    (Which.CITY, "astana"),
    (Which.THEME, "ai"),
    (Which.LANGUAGE, "kk"),
    (Which.KIND, "school"),
    (Which.ACCESS, Access.CERTAIN),
    (Which.FREE, True),
]


@pytest.mark.parametrize(("which", "value"), SET)
def test_a_filter_is_set_and_cleared_alone(which: Which, value: Value) -> None:
    filters = with_value(Filters(), which, value)
    assert [value_of(filters, each) for each in Which] == [value if each is which else None for each in Which]
    assert with_value(filters, which, None) == Filters()
