"""Times: the visits are on their day, buses leave during their visit, booking ends before anybody leaves."""

from collections.abc import Iterator
from datetime import datetime

from storage.programme_file.faults import Finding
from storage.programme_file.written import Table, buses_of, leaves_at


def time_findings(file: Table) -> Iterator[Finding]:
    """Everything that would happen in the wrong order or on the wrong day."""
    yield from _congress_days(file.table("event"))
    for visit in file.tables("visits"):
        yield from _on_the_day(file, visit, "start", "end")
        start, end = visit.clock("start"), visit.clock("end")
        if start and end and end <= start:
            yield visit.finding(
                "end", f"it ends {_at(end)}, not after its start {_at(start)}", mend="write a later end"
            )
        yield from _own_booking_times(file, visit)
        for bus in buses_of(visit, file):
            yield from _during(visit, bus)
    for bus in file.tables("buses"):
        yield from _on_the_day(file, bus, "boarding", "departs")
        boarding, departs = bus.clock("boarding"), bus.clock("departs")
        if boarding and departs and boarding > departs:
            problem = f"boarding {_at(boarding)} is after departure {_at(departs)}"
            yield bus.finding("boarding", problem, mend="let boarding begin before the bus departs")
    yield from _general_booking_times(file)


def _congress_days(event: Table) -> Iterator[Finding]:
    first, last, visits = event.day("start_date"), event.day("end_date"), event.day("visits_date")
    if first and last and last < first:
        yield event.finding("end_date", f"{last} is before the first day {first}", mend="write a later day")
    elif first and last and visits and not first <= visits <= last:
        problem = f"{visits} is not a day of the congress ({first} to {last})"
        yield event.finding("visits_date", problem, mend="write one of its days")


def _on_the_day(file: Table, table: Table, *keys: str) -> Iterator[Finding]:
    day = file.table("event").day("visits_date")
    for key in keys:
        clock = table.clock(key)
        if day and clock and clock.date() != day:
            problem = f"{_at(clock)} is not on the visits day {day}"
            yield table.finding(key, problem, mend="write a moment of that day, or change event.visits_date")


def _during(visit: Table, bus: Table) -> Iterator[Finding]:
    start, end, departs = visit.clock("start"), visit.clock("end"), bus.clock("departs")
    if start and departs and departs < start and not bus.says("transfer"):
        problem = f'it departs {_at(departs)}, before the start of "{visit.id}" {_at(start)}'
        yield bus.finding("departs", problem, mend="write a later departure, or an earlier start of the visit")
    if end and departs and departs >= end:
        problem = f'it departs {_at(departs)}, when "{visit.id}" is over ({_at(end)})'
        yield bus.finding("departs", problem, mend="write an earlier departure, or a later end of the visit")


def _own_booking_times(file: Table, visit: Table) -> Iterator[Finding]:
    rules = file.table("rules")
    own_opening, own_closing = visit.clock("booking_opens"), visit.clock("booking_closes")
    if not own_opening and not own_closing:
        return
    opens, closes = own_opening or rules.clock("booking_opens"), own_closing or rules.clock("booking_closes")
    if opens and closes and closes <= opens:
        key = "booking_closes" if own_closing else "booking_opens"
        problem = f"booking closes {_at(closes)}, not after it opens {_at(opens)}"
        missing = [each for each in ("booking_opens", "booking_closes") if each not in visit.raw]
        yield visit.finding(
            key, problem, mend=f"give the visit its own {missing[0]}" if missing else "move one of them"
        )
    leaves = leaves_at(visit, file)
    for key, clock in (("booking_opens", own_opening), ("booking_closes", own_closing)):
        if clock and leaves and clock >= leaves:
            problem = f"{_at(clock)} is not before departure {_at(leaves)}"
            yield visit.finding(key, problem, mend="write a moment before departure")


def _general_booking_times(file: Table) -> Iterator[Finding]:
    rules = file.table("rules")
    opens, closes = rules.clock("booking_opens"), rules.clock("booking_closes")
    if opens and closes and closes <= opens:
        problem = f"booking closes {_at(closes)}, not after it opens {_at(opens)}"
        yield rules.finding("booking_closes", problem, mend="write a later moment")
    for key, clock in (("booking_opens", opens), ("booking_closes", closes)):
        gone = [visit.id for visit in file.tables("visits") if key not in visit.raw and _left(file, visit, clock)]
        if gone:
            problem = f"{clock and _at(clock)} is not before the departure of {', '.join(gone)}"
            yield rules.finding(key, problem, mend=f"write an earlier moment, or give these visits their own {key}")


def _left(file: Table, visit: Table, clock: datetime | None) -> bool:
    leaves = leaves_at(visit, file)
    return clock is not None and leaves is not None and clock >= leaves


def _at(clock: datetime) -> str:
    return f"{clock:%Y-%m-%d %H:%M}"
