"""Who may take a seat and who may give one back: a table for each reason, properties for what clashes."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    AlreadyReleased,
    BookingClosed,
    Changed,
    Clash,
    Clashes,
    NoSeats,
    NoWheelchairPlace,
    OpensLater,
    PartyTooLarge,
    Refusal,
    VisitCancelled,
    find_clashes,
    refuse_booking,
    refuse_release,
    refuse_visit,
)
from storage.records import BookingState, HeldSeat, Visit, VisitState
from tests.makers import LEAVES, OPEN, a_booking, a_bus, a_congress, a_visit

MINUTE = timedelta(minutes=1)
HOUR = 60 * MINUTE
RULES = a_congress().rules
VISIT = a_visit(a_bus())
S = VisitState


def seat(number: int = 1, *, visit: Visit | None = None, **changes: Any) -> HeldSeat:
    """A seat the person holds, on a visit of this number."""
    held_on = visit or a_visit(**{"id": number, **changes})
    return HeldSeat(booking=a_booking(id=100 + number, visit_id=held_on.id), visit=held_on)


def refuse(visit: Visit = VISIT, *, party: int = 1, held: tuple[HeldSeat, ...] = (), **more: Any) -> Refusal | None:
    return refuse_booking(visit, **{"party": party, "held": held, "rules": RULES, "now": OPEN, **more})


@pytest.mark.parametrize(
    ("changes", "now", "expected"),
    [
        ({}, OPEN, None),
        ({}, RULES.opens_at, None),
        ({}, RULES.opens_at - MINUTE, OpensLater(RULES.opens_at)),
        ({}, RULES.closes_at - MINUTE, None),
        ({}, RULES.closes_at, BookingClosed(RULES.closes_at)),
        ({"opens_at": OPEN - 90 * HOUR}, RULES.opens_at - MINUTE, None),  # its own moments beat the rules'
        ({"opens_at": OPEN + HOUR}, OPEN, OpensLater(OPEN + HOUR)),
        ({"closes_at": OPEN}, OPEN, BookingClosed(OPEN)),
        ({"closes_at": RULES.closes_at + HOUR}, RULES.closes_at, None),
        ({"state": S.CLOSED}, OPEN, BookingClosed(None)),  # by hand: there is no moment
        ({"state": S.DRAFT}, OPEN, BookingClosed(None)),
        ({"state": S.CANCELLED}, LEAVES, VisitCancelled()),
        ({"state": S.DEPARTED}, OPEN, AlreadyLeft()),
        ({"state": S.RETURNED}, OPEN, AlreadyLeft()),
        ({"closes_at": LEAVES + HOUR}, LEAVES, AlreadyLeft()),
        ({"closes_at": LEAVES + HOUR}, LEAVES - MINUTE, None),
    ],
)
def test_a_visit_can_be_booked_from_its_opening_to_its_closing(
    changes: dict[str, Any], now: datetime, expected: Refusal | None
) -> None:
    visit = a_visit(a_bus(), **changes)
    assert refuse_visit(visit, rules=RULES, now=now) == expected
    assert refuse_booking(visit, party=1, held=(), rules=RULES, now=now) == expected


def test_a_party_may_be_as_large_as_the_programme_says() -> None:
    assert refuse(party=RULES.party_size) is None
    assert refuse(party=RULES.party_size + 1) == PartyTooLarge(RULES.party_size)


def test_nobody_has_two_bookings_of_one_visit() -> None:
    own = seat(visit=VISIT)
    assert refuse(held=(own,)) == AlreadyBooked(own.booking)
    assert refuse(held=(own,), giving_up=[own.booking.id]) is None


@pytest.mark.parametrize(
    ("visit", "party", "expected"),
    [
        (a_visit(a_bus(seats_taken=44), seats_taken=44, host_limit=45), 1, None),
        (a_visit(a_bus(seats_taken=44), seats_taken=44, host_limit=45), 2, NoSeats(left=1, largest=1)),
        (a_visit(a_bus(seats_taken=45), seats_taken=45, host_limit=45), 1, NoSeats(left=0, largest=0)),
        (a_visit(a_bus(seats_taken=20), seats_taken=20, host_limit=22, held_back=2), 1, NoSeats(left=0, largest=0)),
        (
            a_visit(a_bus(id=1, seats_taken=43), a_bus(id=2, seats_taken=43), seats_taken=86),
            3,
            NoSeats(left=4, largest=2),  # never split between two buses
        ),
        (a_visit(mode="walk", host_limit=25, seats_taken=24), 2, NoSeats(left=1, largest=1)),
    ],
)
def test_seats_run_out_for_the_party_that_does_not_fit(visit: Visit, party: int, expected: Refusal | None) -> None:
    assert refuse(visit, party=party) == expected


@pytest.mark.parametrize(
    ("places", "taken", "wheelchairs", "expected"),
    [(1, 0, 1, None), (0, 0, 0, None), (1, 1, 1, NoWheelchairPlace()), (1, 0, 2, NoWheelchairPlace())],
)
def test_wheelchairs_need_places_of_their_own(
    places: int, taken: int, wheelchairs: int, expected: Refusal | None
) -> None:
    visit = a_visit(a_bus(wheelchair_places=places, wheelchairs_taken=taken))
    assert refuse(visit, party=2, wheelchairs=wheelchairs) == expected


def test_the_first_reason_that_nothing_can_mend_is_told_before_those_that_can_be() -> None:
    full = a_visit(a_bus(seats_taken=45), seats_taken=45, host_limit=45)
    held = (seat(2),)
    assert isinstance(refuse(replace(full, state=S.CANCELLED), party=9, held=held), VisitCancelled)
    assert isinstance(refuse(full, party=9, held=held), PartyTooLarge)
    assert isinstance(refuse(full, party=2, held=held), Clashes)
    assert isinstance(refuse(full, party=2, held=held, giving_up=[102]), NoSeats)


@pytest.mark.parametrize(
    ("gap", "changes", "expected"),
    [
        (timedelta(0), {}, Clash.OVERLAP),
        (14 * MINUTE, {}, Clash.OVERLAP),
        (15 * MINUTE, {}, None),  # the same meeting point
        (15 * MINUTE, {"meeting_point": "mp-walk"}, Clash.OVERLAP),
        (29 * MINUTE, {"meeting_point": "mp-walk"}, Clash.OVERLAP),
        (30 * MINUTE, {"meeting_point": "mp-walk"}, None),
        (5 * HOUR, {"city": "almaty"}, Clash.OTHER_CITY),
        (5 * HOUR, {"slot": "full"}, Clash.DAY_LIMIT),
    ],
)
@pytest.mark.parametrize("comes_first", [True, False])
def test_two_visits_of_one_person_need_time_between_and_one_city(
    gap: timedelta, changes: dict[str, Any], expected: Clash | None, comes_first: bool
) -> None:
    wanted = a_visit(id=2, slot="pm")
    start = wanted.returns_at + gap if comes_first else wanted.leaves_at - gap - HOUR
    held = seat(1, **{"slot": "am", "leaves_at": start, "returns_at": start + HOUR, **changes})
    clashes = find_clashes(wanted, [held], rules=RULES)
    assert (clashes.reason if clashes else None) == expected
    assert clashes is None or clashes.seats == (held,)
    assert (find_clashes(held.visit, [seat(visit=wanted)], rules=RULES) is None) == (expected is None)


def test_the_changeover_told_is_the_one_that_was_too_short() -> None:
    wanted = a_visit(id=2)
    same, other = seat(1), seat(3, meeting_point="mp-walk")
    told = {point: find_clashes(wanted, [held], rules=RULES) for point, held in {"same": same, "other": other}.items()}
    assert {point: clashes.changeover if clashes else None for point, clashes in told.items()} == {
        "same": 15 * MINUTE,
        "other": 30 * MINUTE,
    }


def test_every_seat_in_the_way_is_named_whatever_its_reason() -> None:
    overlapping = seat(1)
    elsewhere = seat(3, city="almaty", leaves_at=LEAVES + 9 * HOUR, returns_at=LEAVES + 10 * HOUR)
    apart = seat(4, slot="am", leaves_at=LEAVES - 9 * HOUR, returns_at=LEAVES - 8 * HOUR)
    clashes = find_clashes(a_visit(id=2), [apart, overlapping, elsewhere], rules=replace(RULES, most_half_days=9))
    assert clashes is not None
    assert clashes.reason is Clash.OVERLAP
    assert clashes.seats == (overlapping, elsewhere)


def test_the_longest_of_the_changeovers_is_told() -> None:
    until = LEAVES + MINUTE
    held = [seat(1, returns_at=until), seat(2, returns_at=until, meeting_point="mp-walk")]
    clashes = find_clashes(VISIT, held, rules=RULES)
    assert clashes is not None
    assert clashes.changeover == 30 * MINUTE


@pytest.mark.parametrize(
    ("slot", "held_slots", "gives_up"),
    [
        ("pm", ["am"], []),
        ("pm", ["am", "pm"], ["pm"]),  # the seats of the same slot go first
        ("am", ["pm", "pm"], ["pm"]),  # then the latest
        ("full", ["am"], ["am"]),
        ("full", ["am", "pm"], ["am", "pm"]),
        ("full", ["full"], ["full"]),
        ("am", ["full"], ["full"]),
        ("pm", ["full", "am"], ["full"]),  # no half day is asked for, once the whole one is gone
        ("am", ["am", "pm", "pm"], ["am", "pm"]),  # more than the rules allow by now
    ],
)
def test_a_day_holds_two_halves_or_one_whole(slot: str, held_slots: list[str], gives_up: list[str]) -> None:
    def on(hour: int, number: int, slot: str) -> Visit:
        start = LEAVES + hour * HOUR
        return a_visit(id=number, slot=slot, leaves_at=start, returns_at=start + HOUR)

    held = [seat(number, visit=on(3 * number, number, each)) for number, each in enumerate(held_slots, start=1)]
    clashes = find_clashes(on(99, 99, slot), held, rules=RULES)
    assert ([each.visit.slot for each in clashes.seats] if clashes else []) == gives_up
    assert clashes is None or clashes.reason is Clash.DAY_LIMIT


def test_where_no_half_days_are_allowed_every_one_is_in_the_way() -> None:
    early, late = LEAVES - 8 * HOUR, LEAVES - 4 * HOUR
    held = [
        seat(1, slot="am", leaves_at=early, returns_at=early + HOUR),
        seat(2, slot="pm", leaves_at=late, returns_at=late + HOUR),
    ]
    clashes = find_clashes(a_visit(id=3, slot="am"), held, rules=replace(RULES, most_half_days=0))
    assert clashes is not None
    assert clashes.seats == tuple(held)


@st.composite
def some_visits(draw: st.DrawFn, ids: st.SearchStrategy[int]) -> Visit:
    leaves = LEAVES + draw(st.integers(0, 40)) * 15 * MINUTE
    return a_visit(
        a_bus(),
        id=draw(ids),
        slot=draw(st.sampled_from(["am", "pm", "full"])),
        city=draw(st.sampled_from(["astana", "astana", "almaty"])),
        meeting_point=draw(st.sampled_from(["mp-main", "mp-walk"])),
        leaves_at=leaves,
        returns_at=leaves + draw(st.integers(1, 20)) * 15 * MINUTE,
    )


@given(
    wanted=some_visits(st.just(1)),
    others=st.lists(some_visits(st.integers(2, 9)), max_size=5, unique_by=lambda visit: visit.id),
    most_half_days=st.integers(1, 3),
)
def test_giving_up_what_clashes_makes_room_and_nothing_else_is_asked_for(
    wanted: Visit, others: list[Visit], most_half_days: int
) -> None:
    rules = replace(RULES, most_half_days=most_half_days)
    held = [seat(visit.id, visit=visit) for visit in others]
    clashes = find_clashes(wanted, held, rules=rules)
    asked_for = {each.booking.id for each in clashes.seats} if clashes else set()
    assert (clashes is None) == (not asked_for)
    kept = [each for each in held if each.booking.id not in asked_for]
    assert find_clashes(wanted, kept, rules=rules) is None
    for each in kept:
        assert each.visit.city == wanted.city
        between = 15 * MINUTE if each.visit.meeting_point == wanted.meeting_point else 30 * MINUTE
        assert (
            each.visit.leaves_at >= wanted.returns_at + between or wanted.leaves_at >= each.visit.returns_at + between
        )
    slots = [each.visit.slot for each in kept] + [wanted.slot]
    assert slots.count("full") <= (1 if len(slots) == 1 else 0)
    assert len(slots) <= max(most_half_days, 1)


@pytest.mark.parametrize(
    ("state", "version", "now", "expected"),
    [
        (BookingState.BOOKED, 1, OPEN, None),
        (BookingState.BOOKED, 1, RULES.closes_at + MINUTE, None),  # after closing too
        (BookingState.BOOKED, 1, LEAVES - MINUTE, None),
        (BookingState.BOOKED, 1, LEAVES, AlreadyLeft()),
        (BookingState.BOOKED, 2, OPEN, Changed()),
        (BookingState.WAITING, 1, OPEN, Changed()),  # a place in line is no seat; it has a button of its own
        (BookingState.RELEASED, 2, OPEN, AlreadyReleased()),
        (BookingState.RELEASED, 1, LEAVES, AlreadyReleased()),
    ],
)
def test_a_seat_can_be_given_back_once_until_departure(
    state: BookingState, version: int, now: datetime, expected: Refusal | None
) -> None:
    booking = a_booking(state=state)
    assert refuse_release(booking, VISIT, version=version, now=now) == expected
