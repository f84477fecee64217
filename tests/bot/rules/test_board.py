"""The order of the morning's board: what leaves people standing outside comes first, what has left comes last."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.rules.board import BusFacts, Trouble, by_trouble, has_ended, is_rested, troubles
from storage.records import VisitState
from tests.makers import a_bus, a_visit

MINUTE = timedelta(minutes=1)


def well(label: str = "B01", *, taken: int = 40, seats: int = 45, **changes: object) -> BusFacts:
    """A bus with which nothing is wrong."""
    bus = a_bus(label=label, seats=seats, seats_taken=taken)
    facts = BusFacts(
        visit=a_visit(bus),
        bus=bus,
        is_led=True,
        coming=taken,
        unreachable=0,
        untold=0,
        unreminded=0,
        is_listed=True,
        moved=timedelta(),
    )
    return replace(facts, **changes)  # type: ignore[arg-type]


def waited_for(*, parties: int = 2, **changes: object) -> BusFacts:
    facts = well(**changes)  # type: ignore[arg-type]
    return replace(facts, visit=replace(facts.visit, waiting=parties))


NOW = well().departs_at - 30 * MINUTE
EARLY = well().departs_at - timedelta(days=1)


@pytest.mark.parametrize(
    ("facts", "wanted"),
    [
        (well(), ()),
        (well(taken=46), (Trouble.OVER,)),
        (well(is_led=False), (Trouble.LEADERLESS_NOW,)),
        (well(untold=1), (Trouble.UNTOLD,)),
        (well(coming=19), (Trouble.FEW,)),
        (well(coming=20), ()),
        (well(unreminded=3), (Trouble.UNREMINDED,)),
        (well(unreachable=2), (Trouble.UNREACHABLE,)),
        (well(is_listed=False), (Trouble.LISTLESS,)),
        (well(is_led=False, is_listed=False), (Trouble.LEADERLESS_NOW,)),
        (well(unreminded=1), (Trouble.UNREMINDED,)),
        (waited_for(), (Trouble.FREE,)),
        (waited_for(parties=1, taken=44), (Trouble.FREE,)),
        (waited_for(taken=45), ()),
        (well(moved=-5 * MINUTE), (Trouble.MOVED,)),
        (well(taken=10), (Trouble.UNDER,)),
        (well(taken=22), (Trouble.UNDER,)),
        (well(taken=22, seats=44), ()),
        (well(taken=15, seats=44, coming=7), (Trouble.FEW, Trouble.UNDER)),
        (well(untold=1, moved=5 * MINUTE, unreachable=1), (Trouble.UNTOLD, Trouble.UNREACHABLE, Trouble.MOVED)),
    ],
)
def test_what_is_wrong_half_an_hour_before(facts: BusFacts, wanted: tuple[Trouble, ...]) -> None:
    assert troubles(facts, now=NOW) == wanted


def test_the_day_before_a_bus_may_be_empty_and_unanswered_but_not_without_a_leader() -> None:
    assert troubles(well(taken=10, coming=0, is_led=False), now=EARLY) == (Trouble.LEADERLESS,)
    assert troubles(well(taken=10, coming=0), now=EARLY) == ()


def test_from_an_hour_before_on_nothing_can_wait() -> None:
    facts = well(taken=10, coming=4, is_led=False)
    near = facts.departs_at - timedelta(hours=1)
    assert troubles(facts, now=near) == (Trouble.LEADERLESS_NOW, Trouble.FEW, Trouble.UNDER)
    assert troubles(facts, now=near - MINUTE) == (Trouble.LEADERLESS,)


@pytest.mark.parametrize(
    ("taken", "coming", "maybe", "free"), [(40, 30, 10, 5), (40, 40, 0, 5), (45, 0, 45, 0), (47, 48, 0, 0)]
)
def test_who_has_not_answered_may_come_and_nothing_is_less_than_none(
    taken: int, coming: int, maybe: int, free: int
) -> None:
    facts = well(taken=taken, coming=coming)
    assert (facts.maybe, facts.free) == (maybe, free)


def test_of_a_cancelled_visit_only_that_is_said_and_of_a_bus_that_left_nothing() -> None:
    facts = well(untold=3, is_led=False)
    off = replace(facts, visit=replace(facts.visit, state=VisitState.CANCELLED))
    assert troubles(off, now=NOW) == (Trouble.CANCELLED,)
    assert troubles(facts, now=facts.departs_at) == ()


def test_the_worst_bus_is_first_then_the_earliest_then_those_that_left() -> None:
    gone = well("B00", untold=1)
    gone = replace(gone, bus=replace(gone.bus, departs_at=NOW, boards_at=NOW))
    gone = replace(gone, visit=a_visit(gone.bus, leaves_at=NOW))
    fleet = [gone, well("B03"), well("B02"), well("B04", unreachable=1), well("B05", taken=46), well("B01")]
    assert [facts.bus.label for facts in by_trouble(fleet, now=NOW)] == ["B05", "B04", "B01", "B02", "B03", "B00"]


def test_a_bus_that_was_called_off_is_looked_at_before_those_that_run_well() -> None:
    later = NOW + timedelta(hours=3)
    bus = replace(well("B09").bus, departs_at=later, boards_at=later)
    off = replace(well("B09"), bus=bus, visit=a_visit(bus, leaves_at=later, state=VisitState.CANCELLED))
    few = well("B08", taken=10)
    assert [facts.bus.label for facts in by_trouble([well(), off, few], now=NOW)] == ["B08", "B09", "B01"]


def test_a_board_ends_with_the_last_return_whatever_was_called_off() -> None:
    facts = well()
    early = replace(facts, visit=replace(facts.visit, returns_at=facts.visit.returns_at - timedelta(hours=1)))
    off = replace(facts.visit, state=VisitState.CANCELLED, returns_at=facts.visit.returns_at + timedelta(hours=3))
    fleet = [early, facts, replace(facts, visit=off)]
    assert not has_ended(fleet, now=facts.visit.returns_at - MINUTE)
    assert has_ended(fleet, now=facts.visit.returns_at)
    assert has_ended([], now=NOW)


def test_a_board_rests_twenty_seconds_and_no_longer_when_the_clock_was_turned_back() -> None:
    second = timedelta(seconds=1)
    assert not is_rested(NOW, now=NOW + 19 * second)
    assert is_rested(NOW, now=NOW + 20 * second)
    assert not is_rested(NOW, now=NOW - second)
    assert is_rested(NOW, now=NOW - timedelta(hours=1))
