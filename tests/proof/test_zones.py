"""The nights of zone changes; and a rule that counts by the wall clock is caught."""

from datetime import UTC, datetime, timedelta, tzinfo

import pytest

from bot.rules import reminding
from storage.records import ReminderRule
from tests.proof import zones

TICK = timedelta(minutes=30)


@pytest.mark.parametrize("night", zones.NIGHTS, ids=lambda night: f"{night.zone} {night.at:%Y-%m-%d}")
def test_each_reminder_comes_once_at_its_instant_and_is_shown_right(night: zones.Night) -> None:
    rules = (*zones.evening_rules(), zones.BEFORE)
    for ahead in (9, 27):  # mornings of the changed day and of the next
        departs_at = night.at + ahead * zones.HOUR
        assert list(zones.faults(night, departs_at, rules=rules, tick=TICK)) == []


@pytest.mark.parametrize("night", zones.NIGHTS, ids=lambda night: f"{night.zone} {night.at:%Y-%m-%d}")
def test_control_a_rule_that_takes_every_day_for_24_hours_is_caught(
    night: zones.Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    def naive(rule: ReminderRule, departs_at: datetime, *, zone: tzinfo) -> datetime:
        if rule.minutes_before is not None:
            return departs_at - timedelta(minutes=rule.minutes_before)
        assert rule.evening_at is not None
        local = departs_at.astimezone(zone)
        ahead = datetime.combine(local, rule.evening_at, tzinfo=UTC) - local.replace(tzinfo=UTC)
        return departs_at + ahead - timedelta(hours=24)

    monkeypatch.setattr(reminding, "due_moment", naive)
    rules = (*zones.evening_rules(), zones.BEFORE)
    assert list(zones.faults(night, night.at + 9 * zones.HOUR, rules=rules, tick=TICK))
