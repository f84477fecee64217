"""Reminders and offers: each rule can be followed."""

from collections.abc import Iterator
from datetime import time
from itertools import pairwise

from pydantic import ValidationError

from storage.programme_file.faults import Finding
from storage.programme_file.values import ClockSpan
from storage.programme_file.written import Table


def rule_findings(file: Table) -> Iterator[Finding]:
    """Reminders that are due never, twice or at night, and offers without a deadline."""
    rules = file.table("rules")
    for reminder in rules.tables("reminders"):
        yield from _reminder(reminder, quiet=_span(rules.table("quiet_hours")))
    yield from _deadlines(rules.table("offers"))


def _reminder(reminder: Table, *, quiet: ClockSpan | None) -> Iterator[Finding]:
    kinds = [key for key in ("evening_at", "minutes_before") if key in reminder.raw]
    if len(kinds) != 1:
        problem = "it is due twice" if kinds else "nothing says when it is due"
        yield reminder.finding("id", problem, mend='write either evening_at = "18:00" or minutes_before = 60')
    evening = _clock(reminder.text("evening_at"))
    if evening and quiet and quiet.holds(evening):
        problem = f"{evening:%H:%M} is inside the quiet hours {quiet.start:%H:%M}-{quiet.end:%H:%M}"
        yield reminder.finding("evening_at", problem, mend="write an earlier clock time")
    minutes, grace = reminder.number("minutes_before"), reminder.number("grace_minutes")
    if minutes is not None and grace is not None and grace >= minutes:
        problem = f"it could go out {grace} minutes late, when the bus has left"
        yield reminder.finding("grace_minutes", problem, mend=f"write less than {minutes}")


def _deadlines(offers: Table) -> Iterator[Finding]:
    hours = [deadline.number("more_than_hours_left") for deadline in offers.tables("deadlines")]
    known = [each for each in hours if each is not None]
    if not known or len(known) != len(hours):
        return
    if any(later >= earlier for earlier, later in pairwise(known)):
        problem = "the deadlines do not run from most hours left to least"
        yield offers.finding("deadlines", problem, mend="sort them by more_than_hours_left, the greatest first")
    if min(known) != 0:
        problem = f"no deadline holds for the last {min(known)} hours"
        yield offers.finding("deadlines", problem, mend="add one with more_than_hours_left = 0")


def _span(table: Table) -> ClockSpan | None:
    try:
        return ClockSpan.model_validate(table.raw)
    except ValidationError:
        return None


def _clock(text: str | None) -> time | None:
    try:
        return time.fromisoformat(text or "")
    except ValueError:
        return None
