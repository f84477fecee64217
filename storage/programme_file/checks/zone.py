"""The zone: it exists, and each moment's offset is the one that holds there on that day.

Moments carry their offset so that stale zone data is found here and not at the bus: Asia/Almaty is +05:00
since 2024-03-01 (tzdata 2024a), and an older copy on the machine would say +06:00.
"""

import re
from collections.abc import Iterator
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from storage.programme_file.faults import Finding, Said, said
from storage.programme_file.lines import Path
from storage.programme_file.values import UTC_OFFSET
from storage.programme_file.written import Table


def zone_findings(file: Table) -> Iterator[Finding]:
    """An unknown zone, and each offset that is not the zone's."""
    event = file.table("event")
    name = event.text("timezone")
    if name is None:
        return
    try:
        zone = ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problem = said("the time zone “{zone}” is not known on this machine", zone=name)
        mend = said("write an IANA name such as {zone}, or install tzdata", zone="Asia/Almaty")
        yield event.finding("timezone", problem, mend=mend)
        return
    day, offset = event.day("visits_date"), event.text("utc_offset")
    if day is not None and offset is not None and re.match(UTC_OFFSET, offset):
        holds = _offset(datetime.combine(day, time(12), tzinfo=zone))
        if offset != holds:
            problem = said(
                "{offset} is not the offset of {zone} on {day}: there it is {other}",
                offset=offset,
                zone=name,
                day=day,
                other=holds,
            )
            yield event.finding("utc_offset", problem, mend=_mend(holds))
    for path, moment in _moments(file.raw):
        holds = _offset(moment.replace(tzinfo=zone))
        if moment.tzinfo is not None and _offset(moment) != holds:
            problem = said(
                "{moment} does not have the offset of {zone} on that day: there it is {other}",
                moment=moment.isoformat(),
                zone=name,
                other=holds,
            )
            yield Finding(path, problem, _mend(holds))


def _mend(offset: str) -> Said:
    return said("write {offset}; if the file is right, the machine’s zone data is old: update tzdata", offset=offset)


def _offset(moment: datetime) -> str:
    return f"{moment:%z}"[:3] + ":" + f"{moment:%z}"[3:5]


def _moments(node: Any, path: Path = ()) -> Iterator[tuple[Path, datetime]]:
    if isinstance(node, datetime):
        yield path, node
    elif isinstance(node, dict):
        for key, value in node.items():
            yield from _moments(value, (*path, key))
    elif isinstance(node, list):
        for position, value in enumerate(node):
            yield from _moments(value, (*path, position))
