"""A typed clock time is one moment, or said to be none: past midnight, and in the night in which the clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.clocks import NotOneMoment, nearest, typed_clock

ASTANA, BERLIN = ZoneInfo("Asia/Almaty"), ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(("typed", "clock"), [("09:40", time(9, 40)), ("9:40", time(9, 40)), ("09.40", time(9, 40))])
def test_a_clock_time_is_read_as_it_is_typed(typed: str, clock: time) -> None:
    assert typed_clock(typed) == clock


@pytest.mark.parametrize("typed", ["", "9", "24:00", "09:60", "9:4", "+09:40", "٠٩:٤٠", "09:40:10", "1540"])
def test_what_is_no_clock_time_is_none(typed: str) -> None:
    assert typed_clock(typed) is None


def test_the_day_is_the_one_nearest_to_the_departure() -> None:
    late = datetime(2025, 8, 22, 23, 50, tzinfo=ASTANA)
    assert nearest(time(0, 10), to=late, zone=ASTANA) == late + timedelta(minutes=20)
    early = datetime(2025, 8, 22, 0, 10, tzinfo=ASTANA)
    assert nearest(time(23, 50), to=early.astimezone(UTC), zone=ASTANA) == early - timedelta(minutes=20)


@pytest.mark.parametrize("hour", [0, 9, 12, 21])
def test_a_departure_is_never_told_to_leave_half_a_day_ago(hour: int) -> None:
    planned = datetime(2025, 8, 22, hour, 0, tzinfo=ASTANA)
    half_a_day = timedelta(hours=12)
    opposite = (planned + half_a_day).time()
    assert nearest(opposite, to=planned.astimezone(UTC), zone=ASTANA) == planned + half_a_day
    assert nearest(time(opposite.hour, 1), to=planned, zone=ASTANA) == planned - half_a_day + timedelta(minutes=1)


def test_a_time_that_does_not_come_or_comes_twice_is_no_moment() -> None:
    spring = datetime(2026, 3, 29, 1, 30, tzinfo=BERLIN)
    assert nearest(time(2, 30), to=spring, zone=BERLIN) == NotOneMoment(clock=time(2, 30), skipped=True)
    assert nearest(time(3, 0), to=spring, zone=BERLIN) == spring.astimezone(UTC) + timedelta(minutes=30)
    autumn = datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)
    assert nearest(time(2, 30), to=autumn, zone=BERLIN) == NotOneMoment(clock=time(2, 30), skipped=False)
    assert nearest(time(3, 30), to=autumn, zone=BERLIN) == autumn.astimezone(UTC) + timedelta(hours=3)


@given(st.integers(0, 3 * 365 * 24 * 60), st.times())
def test_the_clocks_of_the_zone_show_it(minutes: int, clock: time) -> None:
    clock = clock.replace(second=0, microsecond=0)
    moment = datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    found = nearest(clock, to=moment, zone=BERLIN)
    if isinstance(found, datetime):
        assert found.astimezone(BERLIN).time() == clock
        assert abs(found - moment) <= timedelta(hours=13)
