"""The waiting list's rules: deadlines with a night pause, holds, who is next, who may join."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    BookingClosed,
    Changed,
    Clashes,
    NoWheelchairPlace,
    OpensLater,
    PartyTooLarge,
)
from bot.rules.hours import SHORTEST_OFFER, asks_no_more, heard_at, hold_ends, offer_deadline
from bot.rules.waiting import (
    AlreadyWaiting,
    Candidate,
    Kept,
    LookAgain,
    NeverFits,
    Offer,
    OfferGone,
    SeatsAreFree,
    Standing,
    TooManyWishes,
    next_step,
    refuse_joining,
    refuse_offer,
    standing_of,
    still_promotes,
    would_overtake,
)
from storage.records import Booking, BookingState, ClockSpan, Congress, HeldSeat, Visit, VisitState
from tests.house import at
from tests.makers import a_booking, a_bus, a_congress, a_visit

ASTANA = ZoneInfo("Asia/Almaty")
CONGRESS = a_congress()
MORNING, AFTERNOON = at("08-22 09:00"), at("08-22 13:45")


def deadline(leaves_at: datetime, now: datetime) -> datetime | None:
    return offer_deadline(leaves_at, CONGRESS.offers, quiet=CONGRESS.quiet_hours, now=now, zone=ASTANA)


@pytest.mark.parametrize(
    ("leaves", "now", "until"),
    [
        # Twelve hours while more than two days are left, the night from 22 to 8 not counted.
        ("08-22 09:00", "08-19 09:00", "08-19 21:00"),
        ("08-22 09:00", "08-19 12:00", "08-20 10:00"),
        ("08-22 09:00", "08-18 23:30", "08-19 20:00"),
        ("08-22 09:00", "08-19 10:00", "08-19 22:00"),  # it is over as the night begins
        # Four hours while more than fourteen are left.
        ("08-22 13:45", "08-21 09:00", "08-21 13:00"),
        ("08-22 13:45", "08-21 19:00", "08-22 09:00"),
        ("08-22 09:00", "08-20 09:00", "08-20 13:00"),
        # Half an hour on the last day.
        ("08-22 09:00", "08-21 19:30", "08-21 20:00"),
        ("08-22 13:45", "08-22 08:00", "08-22 08:30"),
        # Never nearer to departure than an hour; over night the answer has until then.
        ("08-22 09:00", "08-21 21:50", "08-22 08:00"),
        ("08-22 13:45", "08-22 12:30", "08-22 12:45"),
        ("08-22 09:00", "08-22 02:00", "08-22 08:00"),
        ("08-22 09:00", "08-22 07:50", "08-22 08:00"),  # ten minutes are enough to read and answer
    ],
)
def test_an_offer_stands_as_long_as_the_programme_says(leaves: str, now: str, until: str) -> None:
    assert deadline(at(leaves), at(now)) == at(until)


def test_where_the_clock_never_stops_an_offer_stands_through_the_night() -> None:
    rules = replace(CONGRESS.offers, clock_stops=ClockSpan(start=time(22), end=time(22)))
    until = offer_deadline(MORNING, rules, quiet=CONGRESS.quiet_hours, now=at("08-18 22:00"), zone=ASTANA)
    assert until == at("08-19 10:00")


@pytest.mark.parametrize(
    ("leaves", "now"),
    [
        ("08-22 09:00", "08-22 07:51"),  # nine minutes are left
        ("08-22 09:00", "08-22 08:00"),
        ("08-22 09:00", "08-22 10:00"),
        ("08-22 08:05", "08-21 23:00"),  # heard at seven, over at five past
    ],
)
def test_nobody_is_asked_who_could_not_answer(leaves: str, now: str) -> None:
    assert deadline(at(leaves), at(now)) is None


@given(hours=st.integers(0, 24 * 8), minutes=st.integers(0, 59))
def test_an_offer_always_leaves_time_to_answer_and_ends_before_departure(hours: int, minutes: int) -> None:
    now = MORNING - timedelta(hours=hours, minutes=minutes)
    until = deadline(MORNING, now)
    if until is not None:
        assert until <= MORNING - CONGRESS.offers.never_past
        assert until - heard_at(now, quiet=CONGRESS.quiet_hours, zone=ASTANA) >= SHORTEST_OFFER
        local = until.astimezone(ASTANA)
        assert 8 <= local.hour < 22 or (local.hour, local.minute) == (22, 0)


def test_seats_are_kept_for_the_head_until_three_hours_before_and_for_mornings_until_the_evening_before() -> None:
    assert hold_ends(AFTERNOON, CONGRESS.offers, zone=ASTANA) == at("08-22 10:45")
    assert hold_ends(MORNING, CONGRESS.offers, zone=ASTANA) == at("08-21 20:00")
    assert hold_ends(at("08-22 12:00"), CONGRESS.offers, zone=ASTANA) == at("08-22 09:00")


def test_no_question_is_asked_from_the_evening_before_on() -> None:
    assert asks_no_more(MORNING, CONGRESS.offers, zone=ASTANA) == at("08-21 19:00")
    assert asks_no_more(AFTERNOON, CONGRESS.offers, zone=ASTANA) == at("08-21 20:00")


@pytest.mark.parametrize(
    ("written", "heard"),
    [("08-21 21:59", "08-21 21:59"), ("08-21 22:00", "08-22 07:00"), ("08-22 03:00", "08-22 07:00")],
)
def test_nobody_is_woken_at_night(written: str, heard: str) -> None:
    assert heard_at(at(written), quiet=CONGRESS.quiet_hours, zone=ASTANA) == at(heard)


def a_full(*, free: int = 0, **changes: Any) -> Visit:
    """An afternoon visit whose bus of ten has so many seats left."""
    taken = 10 - free
    bus = a_bus(seats=10, seats_taken=taken)
    return a_visit(bus, host_limit=10, seats_taken=taken, waiting=1, **changes)


def in_line(number: int, *, party: int = 1, least: int | None = None, **changes: Any) -> Booking:
    names = [f"Rider {each}" for each in range(party)]
    usual: dict[str, Any] = {
        "id": number,
        "delegate_id": number,
        "state": BookingState.WAITING,
        "bus_id": None,
        "queue_no": number,
        "party_least": least or party,
    }
    return a_booking(*names, **usual | changes)


def candidate(booking: Booking, *held: HeldSeat, **changes: Any) -> Candidate:
    return Candidate(booking=booking, held=held, **{"reachable": True, **changes})


def step(visit: Visit, *line: Candidate, now: datetime | None = None) -> Any:
    return next_step(visit, line, congress=CONGRESS, now=now or at("08-21 10:00"), zone=ASTANA)


def test_the_head_of_the_line_is_offered_what_is_free() -> None:
    first, second = candidate(in_line(1)), candidate(in_line(2))
    assert step(a_full(free=1), first, second) == Offer(first.booking, 1)
    assert step(a_full(free=0), first, second) is None
    assert step(a_full(free=1)) is None


def test_what_is_free_is_kept_for_a_party_at_the_head_and_passes_when_the_hold_ends() -> None:
    party, single = candidate(in_line(1, party=3)), candidate(in_line(2))
    visit = a_full(free=2)
    assert step(visit, party, single) == Kept(party.booking, at("08-22 10:45"))
    assert step(visit, party, single, now=at("08-22 10:45")) == Offer(single.booking, 1, (party.booking,))


def test_a_party_that_goes_with_fewer_is_offered_a_part() -> None:
    party = candidate(in_line(1, party=3, least=1))
    assert step(a_full(free=2), party) == Offer(party.booking, 2)
    assert step(a_full(free=5), party) == Offer(party.booking, 3)


def a_seat(visit: Visit, **changes: Any) -> HeldSeat:
    return HeldSeat(booking=a_booking(**{"id": 90, "visit_id": visit.id, **changes}), visit=visit)


def test_who_cannot_be_served_now_is_passed_over_and_blocks_nobody() -> None:
    visit = a_full(free=1)
    other = a_visit(id=18, leaves_at=visit.leaves_at, returns_at=visit.returns_at)
    ready = candidate(in_line(9))
    for passed in (
        candidate(in_line(1), reachable=False),
        candidate(in_line(1), part_is_offered=True),
        candidate(in_line(1), a_seat(other)),
        candidate(in_line(1, wish=7), a_seat(a_visit(id=19, city="karaganda"), wish=7)),
    ):
        assert step(visit, passed, ready) == Offer(ready.booking, 1)


AM = {"id": 19, "slot": "am", "leaves_at": at("08-22 08:00"), "returns_at": at("08-22 10:00")}
"""A visit that is over before the afternoon's begins."""


@pytest.mark.parametrize(
    ("waits", "why"),
    [
        (candidate(in_line(1)), Standing.READY),
        (candidate(in_line(1), reachable=False), Standing.UNREACHABLE),
        (candidate(in_line(1), part_is_offered=True), Standing.PART_OFFERED),
        (candidate(in_line(1), busy=True), Standing.BUSY),
        (candidate(in_line(1), a_seat(a_visit(**AM))), Standing.READY),
        (candidate(in_line(1), a_seat(a_visit(id=18))), Standing.OVERLAPS),
        (candidate(in_line(1), a_seat(a_full())), Standing.OVERLAPS),  # a seat on this very visit
        (candidate(in_line(1, wish=7), a_seat(a_visit(**AM), wish=7)), Standing.OFFERED),
        (candidate(in_line(1, wish=7), a_seat(a_visit(**AM), wish=6)), Standing.READY),
        (candidate(in_line(1, wish=7), a_seat(a_visit(**AM)), a_seat(a_visit(id=20), wish=7)), Standing.OFFERED),
        (candidate(in_line(1, wheelchairs=1)), Standing.NO_PLACE),
    ],
)
def test_why_somebody_is_passed_over_can_be_told(waits: Candidate, why: Standing) -> None:
    assert standing_of(waits, a_full(free=1), rules=CONGRESS.rules) is why


def test_who_needs_a_wheelchair_place_stands_like_all_others_while_nothing_is_free_or_a_place_is() -> None:
    waits = candidate(in_line(1, wheelchairs=1))
    assert standing_of(waits, a_full(), rules=CONGRESS.rules) is Standing.READY
    bus = a_bus(seats=10, seats_taken=9, wheelchair_places=1)
    assert standing_of(waits, a_visit(bus, host_limit=10, seats_taken=9), rules=CONGRESS.rules) is Standing.READY


def test_the_seat_to_be_replaced_is_not_in_the_way() -> None:
    visit = a_full(free=1)
    other = a_visit(id=18, leaves_at=visit.leaves_at, returns_at=visit.returns_at)
    mover = candidate(in_line(1, replaces=90), a_seat(other))
    assert step(visit, mover) == Offer(mover.booking, 1)


def test_who_changes_their_own_bookings_at_this_moment_is_not_passed_over() -> None:
    assert step(a_full(free=1), candidate(in_line(1), busy=True), candidate(in_line(2))) == LookAgain()


def test_a_paused_queue_and_a_line_that_has_ended_stand_still() -> None:
    waiting = candidate(in_line(1))
    assert step(a_full(free=1, queue_paused=True), waiting) is None
    assert step(a_full(free=1), waiting, now=at("08-22 12:45")) is None
    assert step(a_full(free=1, state=VisitState.CANCELLED), waiting) is None


def test_a_line_moves_on_after_sign_up_has_closed_but_not_where_names_are_final() -> None:
    after_closing = at("08-22 09:00")
    waiting = candidate(in_line(1))
    assert step(a_full(free=1), waiting, now=after_closing) == Offer(waiting.booking, 1)
    assert step(a_full(free=1, names_final=True), waiting, now=after_closing) is None
    assert promotes(a_full(names_final=True), "08-22 09:00") is False
    assert promotes(a_full(names_final=True), "08-21 10:00") is True


def promotes(visit: Visit, now: str, *, congress: Congress = CONGRESS) -> bool:
    return still_promotes(visit, congress=congress, now=at(now), zone=ASTANA)


def test_a_line_moves_from_the_moment_its_visit_opens() -> None:
    later = a_full(opens_at=at("08-20 12:00"))
    assert promotes(later, "08-20 11:59") is False
    assert promotes(later, "08-20 12:00") is True
    assert promotes(a_full(), "08-17 10:00") is False


def test_a_line_ends_as_long_before_departure_as_the_programme_says_and_when_nobody_could_answer() -> None:
    three_hours = replace(CONGRESS, offers=replace(CONGRESS.offers, promotion_ends=timedelta(hours=3)))
    assert promotes(a_full(), "08-22 10:45") is True
    assert promotes(a_full(), "08-22 10:44", congress=three_hours) is True
    assert promotes(a_full(), "08-22 10:45", congress=three_hours) is False
    at_eight = a_full(leaves_at=at("08-22 08:05"))  # heard at seven, over at five past
    assert promotes(at_eight, "08-21 23:00") is False


def overtakes(visit: Visit, *line: Candidate, now: datetime | None = None) -> bool:
    return would_overtake(visit, line, congress=CONGRESS, now=now or at("08-21 10:00"), zone=ASTANA)


def test_a_direct_sign_up_never_passes_who_waits_and_could_be_served() -> None:
    single, party = candidate(in_line(1)), candidate(in_line(1, party=3))
    assert overtakes(a_full(free=1), single)
    assert overtakes(a_full(free=1), party)  # what is free is kept for it
    assert not overtakes(a_full(free=1), party, now=at("08-22 11:00"))
    assert overtakes(a_full(free=3), party, now=at("08-22 11:00"))
    assert overtakes(a_full(free=1, queue_paused=True), party, now=at("08-22 11:00"))
    assert not overtakes(a_full(free=1), candidate(in_line(1), reachable=False))
    assert not overtakes(a_full(free=1), party, now=at("08-22 10:45"))
    assert overtakes(a_full(free=1), party, single, now=at("08-22 11:00"))
    assert overtakes(a_full(free=1)) is False
    assert overtakes(a_full(free=1), single, now=at("08-22 12:45")) is False  # the line has ended


def refusal(visit: Visit, **changes: Any) -> Any:
    asked: dict[str, Any] = {
        "party": 1,
        "wheelchairs": 0,
        "held": (),
        "waiting": (),
        "replaces": None,
        "overtakes": False,
        "most_wishes": 2,
        "rules": CONGRESS.rules,
        "now": at("08-21 10:00"),
    }
    return refuse_joining(visit, **asked | changes)


def test_who_may_join() -> None:
    visit = a_full()
    assert refusal(visit) is None
    assert refusal(visit, party=4) is None
    assert refusal(visit, now=at("08-17 10:00")) == OpensLater(CONGRESS.rules.opens_at)
    assert refusal(visit, now=at("08-21 20:00")) == BookingClosed(CONGRESS.rules.closes_at)
    assert refusal(visit, now=at("08-22 14:00")) == AlreadyLeft()
    assert refusal(visit, party=5) == PartyTooLarge(4)
    assert refusal(a_full(free=1)) == SeatsAreFree()
    assert refusal(a_full(free=1), overtakes=True) is None
    assert refusal(a_full(free=1), party=2) is None
    small = a_visit(a_bus(seats=3, seats_taken=3), host_limit=3, seats_taken=3)
    assert refusal(small, party=4) == NeverFits(3)
    assert refusal(small, party=3) is None


def test_who_needs_a_wheelchair_place_waits_where_there_could_be_one() -> None:
    assert refusal(a_full(), wheelchairs=1) == NoWheelchairPlace()
    taken = a_bus(seats=10, seats_taken=9, wheelchair_places=1, wheelchairs_taken=1)
    assert refusal(a_visit(taken, host_limit=10, seats_taken=9), wheelchairs=1) is None
    assert refusal(a_visit(mode="walk", host_limit=10, seats_taken=10), wheelchairs=1) is None


def test_who_holds_or_waits_already_is_told_so() -> None:
    visit = a_full()
    booked = a_seat(visit)
    offered = a_seat(visit, state=BookingState.OFFERED)
    waits = HeldSeat(booking=in_line(4, visit_id=visit.id), visit=visit)
    elsewhere = [HeldSeat(booking=in_line(5 + n, visit_id=50 + n), visit=a_visit(id=50 + n)) for n in range(2)]
    assert refusal(visit, held=(booked,)) == AlreadyBooked(booked.booking)
    assert refusal(visit, held=(offered,)) == AlreadyWaiting(offered.booking)
    assert refusal(visit, waiting=(waits,)) == AlreadyWaiting(waits.booking)
    assert refusal(visit, waiting=elsewhere) == TooManyWishes(2)


def test_a_seat_in_the_way_may_be_kept_until_the_new_one_is_real() -> None:
    visit = a_full()
    other = a_seat(a_visit(id=18, leaves_at=visit.leaves_at, returns_at=visit.returns_at))
    assert isinstance(refusal(visit, held=(other,)), Clashes)
    assert refusal(visit, held=(other,), replaces=other.booking.id) is None


def an_offer(**changes: Any) -> Booking:
    usual: dict[str, Any] = {"state": BookingState.OFFERED, "offer_until": at("08-21 12:00"), "version": 2}
    return in_line(1, **usual | changes)


TAKEN = an_offer(state=BookingState.BOOKED, offer_until=None)


@pytest.mark.parametrize(
    ("booking", "version", "now", "expected"),
    [
        (an_offer(), 2, "08-21 11:59", None),
        (an_offer(), 2, "08-21 12:00", OfferGone()),
        (an_offer(), 1, "08-21 11:00", Changed()),
        (an_offer(state=BookingState.WAITING, offer_until=None), 2, "08-21 11:00", OfferGone()),
        (an_offer(state=BookingState.RELEASED), 2, "08-21 11:00", OfferGone()),
        (an_offer(offer_until=None), 2, "08-21 11:00", OfferGone()),
        (TAKEN, 2, "08-21 11:00", AlreadyBooked(TAKEN)),
        (an_offer(offer_until=at("08-23 12:00")), 2, "08-22 13:45", AlreadyLeft()),
    ],
)
def test_an_offer_is_taken_in_time_and_as_it_stands(booking: Booking, version: int, now: str, expected: Any) -> None:
    answer = refuse_offer(booking, a_full(), version=version, held=(), rules=CONGRESS.rules, now=at(now))
    assert answer == expected


def test_an_offer_that_overlaps_by_now_is_not_taken_but_for_the_seat_that_it_replaces() -> None:
    visit = a_full()
    other = a_seat(a_visit(id=18, leaves_at=visit.leaves_at, returns_at=visit.returns_at))
    for replaces, refused in ((None, True), (other.booking.id, False)):
        answer = refuse_offer(
            an_offer(replaces=replaces), visit, version=2, held=(other,), rules=CONGRESS.rules, now=at("08-21 11:00")
        )
        assert isinstance(answer, Clashes) == refused
