"""What time it is: the real time, or another, or faster."""

from datetime import UTC, datetime, timedelta, timezone

from bot.clock import Clock, real_now

ASTANA = timezone(timedelta(hours=5))
START = datetime(2025, 8, 20, 9, tzinfo=ASTANA)


def test_a_clock_shows_the_real_time_in_utc() -> None:
    before = real_now()
    shown = Clock().now()
    assert before <= shown <= real_now()
    assert shown.tzinfo is UTC


def test_a_clock_started_elsewhere_goes_on_from_there() -> None:
    began = real_now()
    clock = Clock(START)
    shown = clock.now()
    assert START <= shown <= START + (real_now() - began)
    assert shown.tzinfo is UTC


def test_a_faster_clock_goes_as_many_times_as_far() -> None:
    before = real_now()
    clock = Clock(START, speed=1000)
    after = real_now()
    asked = real_now()
    shown = clock.now()
    assert START + 1000 * (asked - after) <= shown <= START + 1000 * (real_now() - before)


def test_a_clock_can_be_moved_and_keeps_its_speed() -> None:
    clock = Clock(START, speed=60)
    clock.move_to(START + timedelta(days=1))
    assert clock.now() >= START + timedelta(days=1)
    clock.advance(timedelta(hours=-30))
    assert START - timedelta(hours=6) <= clock.now() < START + timedelta(hours=1)
