"""Reminders and offers: each rule can be followed."""

from collections.abc import Iterator
from datetime import time
from itertools import pairwise

from pydantic import ValidationError

from storage.programme_file.faults import Finding, said
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
        # Translators: it is a reminder.
        problem = said("it is due twice") if kinds else said("nothing says when it is due")
        mend = said("write either {one} or {other}", one='evening_at = "18:00"', other="minutes_before = 60")
        yield reminder.finding("id", problem, mend=mend)
    evening = _clock(reminder.text("evening_at"))
    if evening and quiet and quiet.holds(evening):
        problem = said(
            "{time} is inside the quiet hours {start}-{end}",
            time=f"{evening:%H:%M}",
            start=f"{quiet.start:%H:%M}",
            end=f"{quiet.end:%H:%M}",
        )
        yield reminder.finding("evening_at", problem, mend=said("write an earlier clock time"))
    minutes, grace = reminder.number("minutes_before"), reminder.number("grace_minutes")
    if minutes is not None and grace is not None and grace >= minutes:
        problem = said("it could go out {minutes} min late, when the bus has left", minutes=grace)
        yield reminder.finding("grace_minutes", problem, mend=said("write less than {limit}", limit=minutes))


def _deadlines(offers: Table) -> Iterator[Finding]:
    hours = [deadline.number("more_than_hours_left") for deadline in offers.tables("deadlines")]
    known = [each for each in hours if each is not None]
    if not known or len(known) != len(hours):
        return
    if any(later >= earlier for earlier, later in pairwise(known)):
        problem = said("the deadlines do not run from most hours left to least")
        mend = said("sort them by {key}, the greatest first", key="more_than_hours_left")
        yield offers.finding("deadlines", problem, mend=mend)
    if min(known) != 0:
        problem = said("no deadline holds for the last {hours} h", hours=min(known))
        yield offers.finding(
            "deadlines", problem, mend=said("add one with {setting}", setting="more_than_hours_left = 0")
        )


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
