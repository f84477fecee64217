"""When reminders are due: tables for the moments, properties for the windows."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.reminding import DueMoment, Stale, asked_at, counts_due, due_moment, moments_due, why_stale
from storage.records import BookingState, Bus, ReminderRule, Visit, VisitState

ASTANA = ZoneInfo("Asia/Almaty")
MINUTE = timedelta(minutes=1)
LEAVES = datetime(2025, 8, 22, 9, tzinfo=ASTANA).astimezone(UTC)
YEARS_FROM = datetime(2024, 1, 1, tzinfo=UTC)
EVENING = ReminderRule(id="evening", evening_at=time(19), minutes_before=None, grace=120 * MINUTE)
HOUR = ReminderRule(id="hour", evening_at=None, minutes_before=60, grace=50 * MINUTE)


def a_bus(**changes: Any) -> Bus:
    usual: dict[str, Any] = {
        "id": 3,
        "visit_id": 17,
        "label": "B01",
        "kind": "coach",
        "seats": 45,
        "wheelchair_places": 0,
        "boards_at": LEAVES - 20 * MINUTE,
        "departs_at": LEAVES,
        "bay": "",
        "plate": "",
        "transfer": False,
        "version": 1,
        "roster_version": 1,
        "seats_taken": 0,
    }
    return Bus(**usual | changes)


def a_visit(*buses: Bus, **changes: Any) -> Visit:
    usual: dict[str, Any] = {
        "id": 17,
        "key": "nab-am",
        "city": "astana",
        "slot": "am",
        "mode": "bus",
        "title": {"en": "Libraries"},
        "about": None,
        "bring": None,
        "payment": None,
        "stops": ("nab",),
        "tags": (),
        "meeting_point": "gate",
        "leaves_at": LEAVES,
        "returns_at": LEAVES + 240 * MINUTE,
        "guide_languages": ("en",),
        "host_limit": 45,
        "held_back": 0,
        "price_eur": 0,
        "needs_id": False,
        "lunch": False,
        "tentative": False,
        "names_final": False,
        "state": VisitState.OPEN,
        "queue_paused": False,
        "opens_at": None,
        "closes_at": None,
        "version": 1,
        "seats_taken": 0,
        "waiting": 0,
        "buses": buses,
    }
    return Visit(**usual | changes)


def due(*visits: Visit, now: datetime, rules: tuple[ReminderRule, ...] = (EVENING, HOUR)) -> list[DueMoment]:
    return moments_due(visits, rules, now=now, zone=ASTANA)


@pytest.mark.parametrize(
    ("rule", "leaves", "expected"),
    [
        (EVENING, "2025-08-22T09:00+05:00", "2025-08-21T19:00+05:00"),
        (EVENING, "2025-08-22T00:10+05:00", "2025-08-21T19:00+05:00"),
        (EVENING, "2025-08-21T23:50+05:00", "2025-08-20T19:00+05:00"),
        # Still the 21st in UTC, yet the evening before is Astana's.
        (EVENING, "2025-08-21T21:00+00:00", "2025-08-21T19:00+05:00"),
        # The country went from +06:00 to +05:00 on this night.
        (EVENING, "2024-03-01T09:00+05:00", "2024-02-29T19:00+06:00"),
        (HOUR, "2025-08-22T09:00+05:00", "2025-08-22T08:00+05:00"),
        (HOUR, "2025-08-22T00:10+05:00", "2025-08-21T23:10+05:00"),
    ],
)
def test_a_rule_names_its_moment_in_the_congresss_own_time(rule: ReminderRule, leaves: str, expected: str) -> None:
    moment = due_moment(rule, datetime.fromisoformat(leaves).astimezone(UTC), zone=ASTANA)
    assert moment == datetime.fromisoformat(expected)
    assert moment.tzinfo is UTC


@pytest.mark.parametrize(
    ("now", "rules"),
    [
        ("2025-08-21T18:59:59+05:00", []),
        ("2025-08-21T19:00:00+05:00", ["evening"]),
        ("2025-08-21T20:59:59+05:00", ["evening"]),
        ("2025-08-21T21:00:00+05:00", []),
        ("2025-08-22T07:59:59+05:00", []),
        ("2025-08-22T08:00:00+05:00", ["hour"]),
        ("2025-08-22T08:49:59+05:00", ["hour"]),
        ("2025-08-22T08:50:00+05:00", []),
    ],
)
def test_a_reminder_is_due_from_its_moment_to_the_end_of_its_grace(now: str, rules: list[str]) -> None:
    found = due(a_visit(a_bus()), now=datetime.fromisoformat(now))
    assert [moment.rule_id for moment in found if moment.bus_id == 3] == rules


def test_a_moment_says_whom_it_reminds_of_what() -> None:
    by_bus, by_visit = due(a_visit(a_bus(departs_at=LEAVES + 5 * MINUTE)), now=LEAVES - 55 * MINUTE)
    assert by_bus == DueMoment(
        rule_id="hour",
        visit_id=17,
        bus_id=3,
        due_at=LEAVES - 55 * MINUTE,
        departs_at=LEAVES + 5 * MINUTE,
        expires_at=LEAVES - 5 * MINUTE,
        evening=False,
    )
    assert (by_visit.bus_id, by_visit.departs_at) == (None, LEAVES)


def test_a_transfer_elsewhere_is_reminded_of_at_the_visits_own_time() -> None:
    airport = a_bus(transfer=True, departs_at=LEAVES + 150 * MINUTE)
    moments = due(a_visit(airport), now=LEAVES - 60 * MINUTE)
    assert [(moment.bus_id, moment.departs_at) for moment in moments] == [(3, LEAVES), (None, LEAVES)]


@pytest.mark.parametrize("state", sorted(VisitState))
def test_only_visits_that_are_going_to_run_are_reminded_of(state: VisitState) -> None:
    expected = state in (VisitState.OPEN, VisitState.CLOSED)
    assert bool(due(a_visit(a_bus(), state=state), now=LEAVES - 60 * MINUTE)) is expected


@given(
    before=st.integers(min_value=1, max_value=600),
    grace=st.integers(min_value=1, max_value=900),
    seconds=st.integers(min_value=-50_000, max_value=50_000),
)
def test_nothing_is_due_early_nor_past_its_grace_nor_after_departure(before: int, grace: int, seconds: int) -> None:
    rule = ReminderRule(id="r", evening_at=None, minutes_before=before, grace=grace * MINUTE)
    now = LEAVES + timedelta(seconds=seconds)
    found = due(a_visit(), now=now, rules=(rule,))
    moment = LEAVES - before * MINUTE
    assert bool(found) is (moment <= now < min(LEAVES, moment + grace * MINUTE))
    assert all(one.due_at <= now < one.expires_at <= one.departs_at for one in found)


@given(
    leaves=st.integers(min_value=0, max_value=4 * 366 * 24 * 60).map(lambda minutes: YEARS_FROM + minutes * MINUTE),
    at=st.times(),
    zone=st.sampled_from(["Asia/Almaty", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati"]),
)
def test_the_evening_before_is_that_clock_time_on_the_day_before(leaves: datetime, at: time, zone: str) -> None:
    rule = ReminderRule(id="e", evening_at=at, minutes_before=None, grace=MINUTE)
    place = ZoneInfo(zone)
    moment = due_moment(rule, leaves, zone=place)
    day_before: date = leaves.astimezone(place).date() - timedelta(days=1)
    assert moment < leaves
    local = moment.astimezone(place)
    # A clock time that is left out in spring stands for the one an hour later.
    assert (local.date(), local.time()) == (day_before, at) or not _exists(day_before, at, place)


def _exists(day: date, at: time, zone: ZoneInfo) -> bool:
    local = datetime.combine(day, at, tzinfo=zone)
    return local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, None),
        ({"state": BookingState.RELEASED}, Stale.GIVEN_BACK),
        ({"state": BookingState.WAITING}, Stale.GIVEN_BACK),
        ({"visit": a_visit(state=VisitState.CANCELLED)}, Stale.NOT_RUNNING),
        ({"visit": a_visit(state=VisitState.DEPARTED)}, Stale.NOT_RUNNING),
        ({"rule": None}, Stale.RULE_GONE),
        ({"bus": a_bus(departs_at=LEAVES + MINUTE)}, Stale.MOVED),
        ({"bus": a_bus(departs_at=LEAVES - 30 * MINUTE)}, None),
        ({"now": LEAVES}, Stale.DEPARTED),
        ({"now": LEAVES - MINUTE}, None),
    ],
)
def test_a_reminder_holds_while_the_seat_the_visit_and_the_moment_do(
    changes: dict[str, Any], expected: Stale | None
) -> None:
    usual: dict[str, Any] = {
        "rule": HOUR,
        "visit": a_visit(),
        "bus": a_bus(),
        "state": BookingState.BOOKED,
        "now": LEAVES - 60 * MINUTE,
        "zone": ASTANA,
    }
    given_facts = usual | changes
    rule = given_facts.pop("rule")
    assert why_stale(rule, **given_facts) is expected


@given(seconds=st.integers(min_value=-90_000, max_value=4000), evening=st.booleans())
def test_what_is_due_is_never_withdrawn_at_once(seconds: int, evening: bool) -> None:
    rule = EVENING if evening else HOUR
    visit, now = a_visit(a_bus()), LEAVES + timedelta(seconds=seconds)
    for moment in due(visit, now=now, rules=(rule,)):
        bus = visit.bus(moment.bus_id)
        assert why_stale(rule, visit=visit, bus=bus, state=BookingState.BOOKED, now=now, zone=ASTANA) is None


def test_passengers_are_asked_the_evening_before_where_the_rules_have_one() -> None:
    nineteen = datetime(2025, 8, 21, 19, tzinfo=ASTANA)
    earlier = replace(EVENING, id="earlier", evening_at=time(18))
    assert asked_at(a_visit(), [HOUR, EVENING], zone=ASTANA) == nineteen
    assert asked_at(a_visit(), [EVENING, earlier], zone=ASTANA) == nineteen - 60 * MINUTE
    assert asked_at(a_visit(), [HOUR], zone=ASTANA) is None


@pytest.mark.parametrize(
    ("now", "told"),
    [
        (datetime(2025, 8, 21, 21, 59, tzinfo=ASTANA), False),
        (datetime(2025, 8, 21, 22, tzinfo=ASTANA), True),
        (datetime(2025, 8, 22, 8, 59, tzinfo=ASTANA), True),
        (datetime(2025, 8, 22, 9, tzinfo=ASTANA), False),  # the first of them has left
    ],
)
def test_what_was_answered_is_told_three_hours_later_until_the_first_departs(now: datetime, told: bool) -> None:
    first, second = a_visit(), a_visit(id=18, leaves_at=LEAVES + 300 * MINUTE)
    off = a_visit(id=19, state=VisitState.CANCELLED)
    due = counts_due([first, second, off], [HOUR, EVENING], now=now, zone=ASTANA)
    asked = datetime(2025, 8, 21, 19, tzinfo=ASTANA)
    assert due == ({asked: (first, second)} if told else {})


def test_where_nobody_is_asked_nothing_is_told() -> None:
    assert counts_due([a_visit()], [HOUR], now=LEAVES - MINUTE, zone=ASTANA) == {}
