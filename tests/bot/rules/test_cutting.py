"""Who leaves a bus that gets smaller, who is asked first and for how long: the rule as organizers are told it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from bot.rules.cutting import asks_until, leaving, may_leave, newest_first, reseated, volunteers, withdrawn
from bot.rules.plan_b import Displaced, Hold, Plan
from storage.records import Booking, BookingState, Bus, Holder, Visit
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

ZONE = ZoneInfo("Asia/Almaty")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
NOON = LEAVES - 3 * HOUR
NAMES = ("Aigerim", "Dana", "Emma")


def booked(number: int, *, size: int = 1, **changes: Any) -> Booking:
    """A booking that was made so many minutes after the opening."""
    usual: dict[str, Any] = {"id": number, "delegate_id": number, "made_at": OPEN + number * MINUTE}
    return a_booking(*NAMES[:size], **{**usual, **changes})


def party(number: int, **changes: Any) -> Displaced:
    return Displaced(booking=booked(number, **changes), language="en")


def ids(parties: Any) -> list[int]:
    return [each.booking.id for each in parties]


@pytest.mark.parametrize(
    ("before", "minutes"),
    [
        (3 * HOUR, 15),
        (75 * MINUTE, 15),
        (74 * MINUTE, 14),
        (65 * MINUTE, 5),
        (64 * MINUTE, None),
        (HOUR, None),
        (MINUTE, None),
    ],
)
def test_passengers_are_asked_for_a_quarter_of_an_hour_and_not_in_the_last_hour(
    before: timedelta, minutes: int | None
) -> None:
    told = LEAVES - before
    wanted = None if minutes is None else told + minutes * MINUTE
    assert asks_until(a_visit(a_bus()), told=told) == wanted


@pytest.mark.parametrize(
    ("wheelchairs", "says_so", "may"), [(0, False, True), (1, False, False), (0, True, False), (1, True, False)]
)
def test_who_needs_a_wheelchair_place_is_never_moved(wheelchairs: int, says_so: bool, may: bool) -> None:
    holder = Holder(
        booking=booked(1, wheelchairs=wheelchairs), telegram_id=7, unreachable=False, needs_wheelchair=says_so
    )
    assert may_leave(holder) is may


def an_offer(number: int, *, place: int | None, **changes: Any) -> Booking:
    return booked(number, state=BookingState.OFFERED, queue_no=place, **changes)


OFFERS = (
    an_offer(1, place=9),
    an_offer(2, place=7),
    an_offer(3, place=8, priority=1),
    an_offer(4, place=None),
    an_offer(5, place=None),
)
"""Two of the line, one at its head, and two that are held for people who have lost seats elsewhere."""


@pytest.mark.parametrize(
    ("too_many", "gone"),
    [(-1, []), (0, []), (1, [1]), (2, [1, 2]), (3, [1, 2, 3]), (4, [1, 2, 3, 5]), (9, [1, 2, 3, 5, 4])],
)
def test_offers_go_from_the_end_of_the_line_and_what_is_held_for_the_displaced_goes_last(
    too_many: int, gone: list[int]
) -> None:
    assert [offer.id for offer in withdrawn(OFFERS, too_many=too_many)] == gone
    assert [offer.id for offer in withdrawn(reversed(OFFERS), too_many=too_many)] == gone


def test_an_offer_goes_whole_and_no_more_of_them_than_needed() -> None:
    offers = (an_offer(1, place=1), an_offer(2, place=2, size=3))
    assert [offer.id for offer in withdrawn(offers, too_many=2)] == [2]
    assert [offer.id for offer in withdrawn(offers, too_many=3)] == [2]
    assert [offer.id for offer in withdrawn(offers, too_many=4)] == [2, 1]


def test_the_newest_sign_up_is_first_and_of_one_moment_the_later_number() -> None:
    same = {"made_at": OPEN + 2 * MINUTE}
    assert ids(newest_first([party(2), party(7, made_at=OPEN), party(3, **same), party(5)])) == [5, 3, 2, 7]


@pytest.mark.parametrize(("too_many", "gone"), [(-1, []), (0, []), (1, [3]), (2, [3, 2]), (3, [3, 2]), (4, [3, 2, 1])])
def test_the_newest_parties_leave_whole_until_enough_have_or_all(too_many: int, gone: list[int]) -> None:
    assert ids(leaving([party(1), party(2, size=2), party(3)], too_many=too_many)) == gone


def two_buses(*, free: int = 2, **changes: Any) -> Visit:
    """B03, which gets smaller, and B04 with so many free seats."""
    other = a_bus(**{"id": 4, "label": "B04", "seats": 10, "seats_taken": 10 - free, **changes})
    return a_visit(a_bus(seats_taken=9), other)


def seated(visit: Visit, parties: list[Displaced], *, too_many: int) -> list[tuple[int, int]]:
    found = reseated(visit, visit.buses[0], parties, too_many=too_many)
    return [(party.booking.id, bus.id) for party, bus in found]


def test_the_newest_that_fit_sit_on_another_bus_of_the_visit_until_enough_do() -> None:
    parties = [party(1), party(2), party(3, size=3), party(4)]
    assert seated(two_buses(), parties, too_many=0) == []
    assert seated(two_buses(), parties, too_many=1) == [(4, 4)]
    assert seated(two_buses(), parties, too_many=5) == [(4, 4), (2, 4)]
    assert seated(two_buses(free=3), parties, too_many=5) == [(4, 4), (2, 4), (1, 4)]


def test_whole_parties_are_counted_as_they_sit_down() -> None:
    parties = [party(1), party(2, size=2)]
    assert seated(two_buses(free=9), parties, too_many=2) == [(2, 4)]
    assert seated(two_buses(free=9), parties, too_many=3) == [(2, 4), (1, 4)]


def test_nobody_is_put_on_the_bus_that_gets_smaller_nor_into_a_transfer() -> None:
    assert seated(a_visit(a_bus(seats=45, seats_taken=3)), [party(1)], too_many=1) == []
    assert seated(two_buses(transfer=True), [party(1)], too_many=1) == []
    transfers = a_visit(*(replace(bus, transfer=True) for bus in two_buses().buses))
    assert seated(transfers, [party(1)], too_many=1) == [(1, 4)]


def test_each_bus_is_filled_before_an_emptier_one() -> None:
    visit = two_buses(free=2)
    third = a_bus(id=5, label="B05", seats=10, seats_taken=7)
    visit = replace(visit, buses=(*visit.buses, third))
    parties = [party(number) for number in range(1, 8)]
    assert seated(visit, parties, too_many=9) == [(7, 4), (6, 4), (5, 5), (4, 5), (3, 5)]


WANTED = a_visit(a_bus(), key="wanted")


def elsewhere(number: int = 30, *, free: int = 10, later: timedelta = HOUR) -> Visit:
    bus: Bus = a_bus(id=number, visit_id=number, label=f"B{number}", seats=free)
    times: dict[str, Any] = {"leaves_at": LEAVES + later, "returns_at": LEAVES + later + 2 * HOUR}
    return a_visit(bus, **{"id": number, "key": f"other-{number}", **times})


def asked(
    parties: list[Displaced],
    visits: list[Visit],
    *,
    too_many: int,
    held: tuple[Hold, ...] = (),
    guarded: frozenset[int] = frozenset(),
) -> tuple[Hold, ...]:
    return volunteers(
        WANTED,
        parties,
        Plan(told_at=NOON, held=held),
        too_many=too_many,
        visits=[WANTED, *visits],
        guarded=guarded,
        congress=a_congress(),
        now=NOON,
        zone=ZONE,
    )


def test_volunteers_are_the_newest_and_as_many_as_are_too_many() -> None:
    parties = [party(1), party(2, size=2), party(3)]
    for too_many, found in ((-1, []), (0, []), (1, [3]), (2, [3, 2]), (3, [3, 2]), (4, [3, 2, 1]), (9, [3, 2, 1])):
        holds = asked(parties, [elsewhere()], too_many=too_many)
        assert [hold.party.booking.id for hold in holds] == found
        assert {hold.visit.id for hold in holds} <= {30}


def test_what_is_held_for_them_is_theirs_while_they_are_asked() -> None:
    (hold,) = asked([party(1)], [elsewhere()], too_many=1)
    assert (hold.until, hold.bus_id) == (NOON, 30)


def test_who_would_get_nothing_elsewhere_is_not_asked_and_counts_for_nobody() -> None:
    holds = asked([party(1), party(2, size=3)], [elsewhere(free=2)], too_many=1)
    assert [hold.party.booking.id for hold in holds] == [1]
    assert asked([party(1)], [elsewhere()], too_many=1, guarded=frozenset({30})) == ()


def test_no_seat_is_held_twice_neither_among_volunteers_nor_with_those_who_would_leave() -> None:
    parties = [party(number) for number in range(1, 6)]
    visits = [elsewhere(free=2), elsewhere(31, free=1, later=2 * HOUR)]
    assert [hold.visit.id for hold in asked(parties, visits, too_many=5)] == [30, 30, 31]
    last = Hold(party=party(9), visit=visits[0], bus_id=30, until=NOON)
    assert [hold.visit.id for hold in asked(parties, visits, too_many=5, held=(last,))] == [30, 31]
