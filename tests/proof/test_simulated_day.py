"""The simulated day in short: a few days hold, one comes again by its seed, one with a defect breaks."""

from collections import Counter

from tests.proof.day.defects import DEFECTS, leave_tickets_as_they_are, remind_nobody
from tests.proof.simulated_day import days_until_caught, live


def test_a_few_days_hold_and_come_again_by_their_seed() -> None:
    days = live([0, 1, 0])
    assert [day.broken for day in days] == [""] * 3
    assert days[2] == days[0]
    reached = sum((day.reached for day in days), Counter[str]())
    assert min(reached[what] for what in ("Booked", "Released", "died", "reminder sent", "announcement sent")) > 0


def test_a_day_with_a_defect_breaks() -> None:
    for defect in (remind_nobody, leave_tickets_as_they_are):
        assert days_until_caught(DEFECTS.index(defect), range(4)) is not None, defect
