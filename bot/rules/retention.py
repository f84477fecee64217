"""What must be gone by now: the days are the event file's, local days of the congress, gone as the day begins."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from storage.records import Privacy


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """What must be gone: the names on lists, or everything about people."""

    names: bool
    everything: bool


def due(privacy: Privacy, *, now: datetime, zone: ZoneInfo) -> Due:
    """Say what the promised days have come for."""
    today = now.astimezone(zone).date()
    return Due(names=today >= privacy.names_until, everything=today >= privacy.retention_until)
