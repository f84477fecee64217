"""Everybody of one bus sits on another one only where each of them finds a seat there, and a place for a wheelchair."""

from typing import Any

import pytest

from bot.rules.merging import DoesNotFit, NotTogether, refuse_merge
from storage.records import Bus
from tests.makers import a_bus


def bus(number: int = 1, **changes: Any) -> Bus:
    return a_bus(**{"id": number, "label": f"B0{number}", "seats": 10, "wheelchair_places": 2, **changes})


@pytest.mark.parametrize(
    ("there", "together"),
    [
        ({}, True),
        ({"visit_id": 18}, False),
        ({"transfer": True}, False),
        ({"number": 1}, False),
    ],
)
def test_only_two_buses_of_one_visit_and_one_place_go_together(there: dict[str, Any], together: bool) -> None:
    one, other = bus(1), bus(**{"number": 2, **there})
    assert refuse_merge(one, other) == (None if together else NotTogether(bus=one, into=other))


def test_two_transfers_go_together() -> None:
    assert refuse_merge(bus(1, transfer=True), bus(2, transfer=True)) is None


@pytest.mark.parametrize(("taken", "short"), [(0, 0), (3, 0), (4, 1), (6, 3)])
def test_the_other_bus_needs_a_seat_for_each_and_says_how_many_are_too_few(taken: int, short: int) -> None:
    one, other = bus(1, seats_taken=taken), bus(2, seats_taken=7)
    wanted = DoesNotFit(bus=one, into=other, seats=short, wheelchairs=0) if short else None
    assert refuse_merge(one, other) == wanted


@pytest.mark.parametrize(("taken", "short"), [(0, 0), (1, 0), (2, 1), (4, 3)])
def test_it_needs_a_place_for_each_wheelchair_too(taken: int, short: int) -> None:
    one = bus(1, seats_taken=4, wheelchairs_taken=taken, wheelchair_places=4)
    other = bus(2, seats_taken=4, wheelchairs_taken=1)
    wanted = DoesNotFit(bus=one, into=other, seats=0, wheelchairs=short) if short else None
    assert refuse_merge(one, other) == wanted


def test_both_shortages_are_said_at_once() -> None:
    one, other = bus(1, seats_taken=8, wheelchairs_taken=2), bus(2, seats_taken=4, wheelchairs_taken=1)
    assert refuse_merge(one, other) == DoesNotFit(bus=one, into=other, seats=2, wheelchairs=1)
