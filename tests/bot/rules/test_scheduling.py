"""When an announcement goes out, by the congress's clock, also on the nights when that is changed; and "!ok"."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.rules.scheduling import FARTHEST, NotAMoment, TooFar, TooLate, Wishes, read_wishes
from tests.house import at

ASTANA = ZoneInfo("Asia/Almaty")
BERLIN = ZoneInfo("Europe/Berlin")
NOW = at("08-21 21:30")


def wishes(text: str) -> object:
    return read_wishes(text, now=NOW, zone=ASTANA)


@pytest.mark.parametrize(
    ("text", "due"),
    [
        ("@21:31 Come", "08-21 21:31"),
        ("@21:30 Come", "08-22 21:30"),
        ("@7:40 Come", "08-22 07:40"),
        ("@07.40 Come", "08-22 07:40"),
        ("@22.08 07:40 Come", "08-22 07:40"),
        ("@22.8. 07:40 Come", "08-22 07:40"),
        ("@2025-08-22 07:40 Come", "08-22 07:40"),
    ],
)
def test_without_a_day_it_is_the_next_time_that_the_clock_shows_it(text: str, due: str) -> None:
    assert wishes(text) == Wishes(text="Come", due_at=at(due))


def test_wishes_come_in_any_order_and_what_follows_is_the_text() -> None:
    for text in ("@07:40 !ok Come @ nine !ok", "!OK  @07:40\nCome @ nine !ok"):
        assert wishes(text) == Wishes(text="Come @ nine !ok", due_at=at("08-22 07:40"), asks=True)
    assert wishes("Come") == Wishes(text="Come")
    assert wishes("!okay then") == Wishes(text="!okay then")


def test_the_text_may_begin_on_a_line_of_its_own() -> None:
    assert wishes("!ok\nCome\nat once") == Wishes(text="Come\nat once", asks=True)
    assert wishes("!ok") == Wishes(text="", asks=True)


def test_each_wish_is_read_once_and_what_follows_is_the_text() -> None:
    assert wishes("!ok !ok Come") == Wishes(text="!ok Come", asks=True)
    assert wishes("@07:40 @08:00 Come") == Wishes(text="@08:00 Come", due_at=at("08-22 07:40"))


@pytest.mark.parametrize("text", ["@soon Come", "@25:00 Come", "@07:60 Come", "@31.02 07:40 Come", "@07:401 Come"])
def test_what_is_no_moment_is_named(text: str) -> None:
    found = wishes(text)
    assert isinstance(found, NotAMoment)
    assert text == f"{found.typed} Come"


def test_what_has_passed_and_what_is_too_far_ahead_is_refused() -> None:
    assert wishes("@21.08 21:30 Come") == TooLate(NOW)
    assert wishes("@2024-08-22 07:40 Come") == TooLate(at("08-22 07:40") - timedelta(days=365))
    assert isinstance(wishes("@2025-10-20 21:30 Come"), Wishes)
    assert wishes("@2025-10-20 21:31 Come") == TooFar(NOW + FARTHEST + timedelta(minutes=1))


def test_an_hour_that_does_not_come_is_no_moment_and_of_one_that_comes_twice_the_first_is_meant() -> None:
    spring, autumn = at("03-29 12:00"), at("10-25 12:00")
    assert read_wishes("@02:30 Come", now=spring, zone=BERLIN) == NotAMoment("@02:30")
    twice = read_wishes("@02:30 Come", now=autumn, zone=BERLIN)
    assert isinstance(twice, Wishes)
    assert twice.due_at is not None
    assert twice.due_at.astimezone(BERLIN).utcoffset() == timedelta(hours=2)
