"""What the pictures show: every visit, its buses where there are several, and seats by when."""

from datetime import timedelta

from bot.rules.charts import MOST_POINTS, bars, growth
from tests.makers import OPEN, a_bus, a_visit

HOUR = timedelta(hours=1)


def test_a_visit_has_a_bar_and_each_of_several_buses() -> None:
    two = a_visit(a_bus(seats=45, seats_taken=40), a_bus(id=4, label="B04", seats=20), host_limit=60, seats_taken=40)
    one = a_visit(a_bus(), key="one", host_limit=45)
    walk = a_visit(key="walk", mode="walk", host_limit=0)
    assert [(bar.label, bar.taken, bar.offered) for bar in bars([two, one, walk])] == [
        ("nab-pres-pm", 40, 60),
        ("B03", 40, 45),
        ("B04", 0, 20),
        ("one", 0, 45),
        ("walk", 0, 0),
    ]
    assert [bar.share for bar in bars([walk])] == [1.0]


def test_seats_grow_as_they_are_given_and_fall_as_they_are_given_back() -> None:
    given = [(OPEN + 2 * HOUR, 3), (OPEN, 1), (OPEN + 4 * HOUR, -3)]
    assert growth(given, now=OPEN + 5 * HOUR) == tuple(
        (OPEN + hour * HOUR, taken) for hour, taken in enumerate((1, 1, 4, 4, 1, 1))
    )


def test_nothing_is_drawn_of_nothing_and_a_long_time_has_few_points() -> None:
    assert growth([], now=OPEN) == ()
    points = growth([(OPEN, 1)], now=OPEN + 90 * 24 * HOUR)
    assert len(points) <= MOST_POINTS + 2
    assert points[-1] == (OPEN + 90 * 24 * HOUR, 1)
