"""When a visit's passengers are asked how it was."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bot.rules.feedback import LONGEST_COMMENT, SCORES, Question, questions_due
from storage.records import ClockSpan, VisitState
from tests.makers import a_visit

ASTANA = ZoneInfo("Asia/Almaty")
NIGHT = ClockSpan(start=time(22), end=time(7))
HALF_AN_HOUR = timedelta(minutes=30)


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2025-{text.replace(' ', 'T')}+05:00")


def due(returns_at: str, now: str, *, after: timedelta | None = HALF_AN_HOUR, **visit: object) -> list[Question]:
    came_back = a_visit(returns_at=at(returns_at), **visit)
    return questions_due([came_back], after=after, quiet=NIGHT, now=at(now), zone=ASTANA)


@pytest.mark.parametrize(
    ("returns_at", "due_at"),
    [
        ("08-22 12:00", "08-22 12:30"),
        ("08-22 21:29", "08-22 21:59"),
        ("08-22 21:30", "08-23 07:00"),
        ("08-22 23:00", "08-23 07:00"),
        ("08-23 05:00", "08-23 07:00"),
        ("08-23 06:45", "08-23 07:15"),
    ],
)
def test_half_an_hour_after_the_return_but_not_at_night(returns_at: str, due_at: str) -> None:
    moment = at(due_at)
    (question,) = due(returns_at, due_at)
    assert question == Question(visit_id=17, due_at=moment, expires_at=moment + timedelta(hours=24))
    just_before = (moment - timedelta(minutes=1)).strftime("%m-%d %H:%M")
    assert due(returns_at, just_before) == []


@pytest.mark.parametrize(("now", "asked"), [("08-23 00:29", True), ("08-23 00:30", False)])
def test_after_half_a_day_nobody_begins_to_ask(now: str, asked: bool) -> None:
    assert bool(due("08-22 12:00", now)) is asked


@pytest.mark.parametrize("state", list(VisitState))
def test_what_never_went_is_not_asked_about(state: VisitState) -> None:
    never = (VisitState.DRAFT, VisitState.CANCELLED)
    assert bool(due("08-22 12:00", "08-22 12:30", state=state)) is (state not in never)


def test_nobody_is_asked_where_the_event_file_says_nothing() -> None:
    assert due("08-22 12:00", "08-22 12:30", after=None) == []


def test_one_to_five_and_a_line_of_words() -> None:
    assert list(SCORES) == [1, 2, 3, 4, 5], "as the database checks"
    assert LONGEST_COMMENT == 300, "as the question says"
