"""A clock time as somebody types it, and the moment it means in the congress's zone, where it means just one."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

_CLOCK = re.compile(r"([01]?\d|2[0-3])[:.]([0-5]\d)", re.ASCII)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotOneMoment:
    """In that night the clocks change: this time does not come (`skipped`), or it comes twice."""

    clock: time
    skipped: bool


def typed_clock(text: str) -> time | None:
    """Return such as 09:40 for what was typed (9:40 and 09.40 too); None for anything else."""
    found = _CLOCK.fullmatch(text)
    return None if found is None else time(int(found[1]), int(found[2]))


def nearest(clock: time, *, to: datetime, zone: tzinfo) -> datetime | NotOneMoment:
    """Return when the clocks of the zone show this time, nearest to a moment: at most half a day off.

    So a departure at 23:50 that is told to leave at 00:10 leaves the next day. Just half a day is half a day later.
    """
    local = to.astimezone(zone)
    on_the_wall = local.replace(tzinfo=None)
    days = (datetime.combine(local.date() + shift * _DAY, clock) for shift in (1, 0, -1))
    wanted = min(days, key=lambda moment: abs(moment - on_the_wall))
    earlier, later = (wanted.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    before, after = earlier.utcoffset(), later.utcoffset()
    assert before is not None
    assert after is not None
    if before != after:  # PEP 495: in a gap fold=0 has the smaller offset, in a fold the larger one
        return NotOneMoment(clock=clock, skipped=before < after)
    return earlier.astimezone(UTC)
