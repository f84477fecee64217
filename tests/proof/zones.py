"""zones: summer-time nights and the zone change of 2024, by dates alone: what is shown and when a reminder is due."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.proof.trial import Line, Trial

CHANGES = (
    ("Asia/Almaty", date(2024, 2, 29), timedelta(hours=6)),
    ("Asia/Almaty", date(2024, 3, 1), timedelta(hours=5)),
    ("Asia/Almaty", date(2025, 8, 22), timedelta(hours=5)),
)


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """The zone data of this machine knows the change."""
    wrong = [
        f"{zone} on {day}"
        for zone, day, offset in CHANGES
        if datetime.combine(day, time(12), tzinfo=ZoneInfo(zone)).astimezone(UTC).hour != 12 - offset.seconds // 3600
    ]
    yield Line(name="zones", figure=f"{len(wrong)} wrong of {len(CHANGES)} {wrong}", bar="0 wrong", holds=not wrong)
