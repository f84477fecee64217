"""What must be gone on which day: local days of the congress, from their first moment."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from bot.rules.retention import Due, due
from tests.makers import a_congress

ASTANA = ZoneInfo("Asia/Almaty")
PRIVACY = replace(a_congress().privacy, names_until=date(2025, 9, 5), retention_until=date(2025, 9, 30))


@pytest.mark.parametrize(
    ("now", "names", "everything"),
    [
        ("2025-08-22T12:00+05:00", False, False),
        ("2025-09-04T23:59:59+05:00", False, False),
        ("2025-09-05T00:00+05:00", True, False),
        ("2025-09-04T19:00+00:00", True, False),  # the same moment
        ("2025-09-29T23:59:59+05:00", True, False),
        ("2025-09-30T00:00+05:00", True, True),
        ("2026-08-22T12:00+05:00", True, True),
    ],
)
def test_a_promise_is_kept_as_its_day_begins_in_the_congresss_zone(now: str, names: bool, everything: bool) -> None:
    assert due(PRIVACY, now=datetime.fromisoformat(now), zone=ASTANA) == Due(names=names, everything=everything)


def test_without_a_day_of_their_own_names_go_with_everything() -> None:
    same = replace(PRIVACY, names_until=PRIVACY.retention_until)
    assert due(same, now=datetime.fromisoformat("2025-09-29T23:59+05:00"), zone=ASTANA) == Due(
        names=False, everything=False
    )
