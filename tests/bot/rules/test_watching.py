"""Canaries: one copy for each rule and due moment, and what is an alarm."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.rules.reminding import DueMoment
from bot.rules.watching import copies_due, is_alarming
from storage.records import MessageState

DUE = datetime(2025, 8, 21, 13, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
E = MessageState


def moment(rule: str, *, departs: int, due: datetime = DUE, bus: int = 1) -> DueMoment:
    departs_at = DUE + departs * MINUTE
    return DueMoment(
        rule_id=rule, visit_id=1, bus_id=bus, due_at=due, departs_at=departs_at, expires_at=departs_at, evening=True
    )


def test_a_canary_gets_the_earliest_departure_of_each_rule_and_moment() -> None:
    early, late = moment("evening", departs=600, bus=2), moment("evening", departs=700)
    another = moment("evening", departs=650, due=DUE + MINUTE)
    hour = moment("hour", departs=60)
    assert copies_due([late, early, another, hour]) == [early, another, hour]
    assert copies_due([]) == []


def test_of_two_buses_that_leave_together_the_first_counts() -> None:
    first, second = moment("evening", departs=600, bus=1), moment("evening", departs=600, bus=2)
    assert copies_due([first, second]) == [first]


@pytest.mark.parametrize("state", list(MessageState))
def test_a_copy_that_is_not_out_after_five_minutes_is_an_alarm_unless_it_is_moot(state: MessageState) -> None:
    well = state in (E.SENT, E.CANCELLED)
    assert is_alarming(state, due_at=DUE, now=DUE + 5 * MINUTE) == (not well)
    assert not is_alarming(state, due_at=DUE, now=DUE + 5 * MINUTE - timedelta(seconds=1))
