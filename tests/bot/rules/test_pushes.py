"""When a message may be heard: a table of moments, numbers and kinds."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.lateness import KINDS
from bot.rules.pushes import NO_PUSH, day_began, heard_from
from storage.records import ClockSpan, MessageClass

ASTANA = ZoneInfo("Asia/Almaty")
NIGHT = ClockSpan(start=time(22), end=time(7))
MOST = 5
BULK, NORMAL, URGENT = MessageClass.BULK, MessageClass.NORMAL, MessageClass.URGENT


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-{text.replace(' ', 'T')}+05:00")


def heard(
    kind: str, message_class: MessageClass, now: datetime, *, today: int = 0, expires_at: datetime | None = None
) -> datetime:
    return heard_from(
        kind,
        message_class,
        heard_today=today,
        most_a_day=MOST,
        quiet=NIGHT,
        expires_at=expires_at or now + timedelta(days=2),
        now=now,
        zone=ASTANA,
    )


@pytest.mark.parametrize(
    ("kind", "message_class", "now", "today", "from_when"),
    [
        ("announcement", BULK, "08-21 12:00", 0, "08-21 12:00"),
        ("announcement", BULK, "08-21 21:59", 4, "08-21 21:59"),
        ("announcement", BULK, "08-21 22:00", 0, "08-22 07:00"),
        ("announcement", BULK, "08-22 03:00", 0, "08-22 07:00"),
        ("announcement", BULK, "08-22 06:59", 0, "08-22 07:00"),
        ("announcement", BULK, "08-22 07:00", 0, "08-22 07:00"),
        ("announcement", BULK, "08-21 12:00", 5, "08-22 07:00"),
        ("announcement", BULK, "08-21 23:30", 5, "08-22 07:00"),
        ("announcement", BULK, "08-22 03:00", 5, "08-23 07:00"),  # five since midnight: the morning after the next
        ("reminder", NORMAL, "08-21 18:00", 5, "08-22 07:00"),
        ("reminder", URGENT, "08-22 04:15", 9, "08-22 04:15"),
        ("moved", URGENT, "08-22 02:00", 9, "08-22 02:00"),
        ("offer", NORMAL, "08-21 12:00", 0, "08-21 12:00"),
        ("offer", URGENT, "08-22 06:30", 5, "08-22 06:30"),  # little time is left
        ("ticket", NORMAL, "08-22 02:00", 9, "08-22 02:00"),  # one's own tap
        ("canary", NORMAL, "08-22 02:00", 9, "08-22 02:00"),
        ("alarm", URGENT, "08-22 02:00", 9, "08-22 02:00"),
        ("unheard-of", NORMAL, "08-21 12:00", 5, "08-22 07:00"),
    ],
)
def test_what_is_not_urgent_waits_for_the_morning(
    kind: str, message_class: MessageClass, now: str, today: int, from_when: str
) -> None:
    assert heard(kind, message_class, at(now), today=today) == at(from_when)


@pytest.mark.parametrize(
    ("kind", "expires_at", "from_when"),
    [
        ("reminder", "08-21 22:00", "08-21 18:00"),  # its grace ends today: as a seat depends on it, it goes
        ("reminder", "08-22 07:00", "08-21 18:00"),
        ("reminder", "08-22 07:01", "08-22 07:00"),
        ("announcement", "08-21 22:00", "08-22 07:00"),  # no seat depends on it: it will expire, visibly
        ("unheard-of", "08-21 22:00", "08-22 07:00"),
    ],
)
def test_the_days_number_costs_nobody_a_seat(kind: str, expires_at: str, from_when: str) -> None:
    assert heard(kind, NORMAL, at("08-21 18:00"), today=5, expires_at=at(expires_at)) == at(from_when)


def test_the_quiet_hours_hold_even_for_what_they_let_expire() -> None:
    assert heard("offer-over", NORMAL, at("08-21 23:00"), expires_at=at("08-22 05:15")) == at("08-22 07:00")


def test_what_answers_a_tap_or_watches_is_no_push() -> None:
    edits, watching = (
        {"card", "old-card"},
        {"canary", "alarm", "cancelled-crew", "cancelled-team", "moved-crew", "merged-crew", "unheard"},
    )
    assert {"ticket"} | edits | watching == NO_PUSH


@given(
    st.sampled_from(sorted(KINDS)),
    st.sampled_from(list(MessageClass)),
    st.timedeltas(timedelta(), timedelta(days=365)).map(lambda later: at("01-01 00:00") + later),
    st.integers(0, 9),
    st.timedeltas(timedelta(minutes=1), timedelta(days=3)),
)
def test_nothing_is_moved_into_the_night_or_the_past(
    kind: str, message_class: MessageClass, now: datetime, today: int, lasts: timedelta
) -> None:
    moment = heard(kind, message_class, now, today=today, expires_at=now + lasts)
    assert moment >= now
    if moment > now:
        assert not NIGHT.holds(moment.astimezone(ASTANA).time())
    assert moment - now <= timedelta(days=1, hours=7)


def test_a_day_begins_at_the_local_midnight() -> None:
    assert day_began(at("08-22 00:00"), zone=ASTANA) == at("08-22 00:00")
    assert day_began(at("08-21 23:59"), zone=ASTANA) == at("08-21 00:00")
