"""What may be typed of another coach, and what may not."""

import pytest

from bot.rules.coaches import Coach, typed_coach


@pytest.mark.parametrize(
    ("typed", "coach"),
    [
        ("B01 29", Coach(bus="B01", seats=29)),
        ("B01 seats=29 bay=4 plate=123ABC01", Coach(bus="B01", seats=29, bay="4", plate="123ABC01")),
        ("B01 PLATE=x Bay=C", Coach(bus="B01", bay="C", plate="x")),
        ("B01 200", Coach(bus="B01", seats=200)),
        ("B01 1", Coach(bus="B01", seats=1)),
        ("B01 bay=" + "x" * 20, Coach(bus="B01", bay="x" * 20)),
    ],
)
def test_what_is_another_is_read_in_any_order(typed: str, coach: Coach) -> None:
    assert typed_coach(typed.split()) == coach


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "B01",
        "B01 0",
        "B01 201",
        "B01 -3",
        "B01 many",
        "B01 ²",
        "B01 29 30",
        "B01 bay=",
        "B01 wheels=4",
        "B01 bay=" + "x" * 21,
    ],
)
def test_what_cannot_be_is_nothing(typed: str) -> None:
    assert typed_coach(typed.split()) is None
