"""When lists go out by themselves, and what of them rings at night."""

from datetime import timedelta

import pytest

from bot.rules.rounds import class_of, round_due
from storage.records import MessageClass
from tests.makers import LEAVES

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


@pytest.mark.parametrize(
    ("before", "due"),
    [
        (12 * HOUR + SECOND, None),
        (12 * HOUR, 12 * HOUR),
        (HOUR + SECOND, 12 * HOUR),
        (HOUR, HOUR),
        (SECOND, HOUR),
        (timedelta(0), None),
        (-SECOND, None),
    ],
)
def test_a_leader_has_the_list_of_the_round_before_until_the_bus_leaves(
    before: timedelta, due: timedelta | None
) -> None:
    assert round_due(LEAVES, now=LEAVES - before) == due


@pytest.mark.parametrize(("before", "urgent"), [(2 * HOUR + SECOND, False), (2 * HOUR, True), (SECOND, True)])
def test_news_of_the_last_two_hours_ring(before: timedelta, urgent: bool) -> None:
    assert (class_of(LEAVES, now=LEAVES - before) is MessageClass.URGENT) is urgent
    assert (class_of(LEAVES, now=LEAVES - before) is MessageClass.NORMAL) is not urgent
