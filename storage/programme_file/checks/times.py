"""Times: the visits are on their day, buses leave during their visit, booking ends before anybody leaves."""

from collections.abc import Iterator
from datetime import datetime

from storage.programme_file.faults import Finding, Said, said
from storage.programme_file.written import Table, buses_of, leaves_at


def time_findings(file: Table) -> Iterator[Finding]:
    """Everything that would happen in the wrong order or on the wrong day."""
    yield from _congress_days(file.table("event"))
    for visit in file.tables("visits"):
        yield from _on_the_day(file, visit, "start", "end")
        start, end = visit.clock("start"), visit.clock("end")
        if start and end and end <= start:
            # Translators: it is a visit.
            problem = said("it ends {end}, not after its start {start}", end=_at(end), start=_at(start))
            yield visit.finding("end", problem, mend=said("write a later end"))
        yield from _own_booking_times(file, visit)
        for bus in buses_of(visit, file):
            yield from _during(visit, bus)
    for bus in file.tables("buses"):
        yield from _on_the_day(file, bus, "boarding", "departs")
        boarding, departs = bus.clock("boarding"), bus.clock("departs")
        if boarding and departs and boarding > departs:
            problem = said(
                "boarding {boarding} is after departure {departure}", boarding=_at(boarding), departure=_at(departs)
            )
            yield bus.finding("boarding", problem, mend=said("let boarding begin before the bus departs"))
    yield from _general_booking_times(file)


def _congress_days(event: Table) -> Iterator[Finding]:
    first, last, visits = event.day("start_date"), event.day("end_date"), event.day("visits_date")
    if first and last and last < first:
        problem = said("{day} is before the first day {first}", day=last, first=first)
        yield event.finding("end_date", problem, mend=said("write a later day"))
    elif first and last and visits and not first <= visits <= last:
        problem = said("{day} is not a day of the congress ({first} to {last})", day=visits, first=first, last=last)
        yield event.finding("visits_date", problem, mend=said("write one of its days"))


def _on_the_day(file: Table, table: Table, *keys: str) -> Iterator[Finding]:
    day = file.table("event").day("visits_date")
    for key in keys:
        clock = table.clock(key)
        if day and clock and clock.date() != day:
            problem = said("{moment} is not on the visits day {day}", moment=_at(clock), day=day)
            mend = said("write a moment of that day, or change {key}", key="event.visits_date")
            yield table.finding(key, problem, mend=mend)


def _during(visit: Table, bus: Table) -> Iterator[Finding]:
    start, end, departs = visit.clock("start"), visit.clock("end"), bus.clock("departs")
    if start and departs and departs < start and not bus.says("transfer"):
        # Translators: it is a bus.
        problem = said(
            "it departs {departure}, before “{visit}” starts ({start})",
            departure=_at(departs),
            visit=visit.id,
            start=_at(start),
        )
        yield bus.finding("departs", problem, mend=said("write a later departure, or an earlier start of the visit"))
    if end and departs and departs >= end:
        # Translators: it is a bus.
        problem = said(
            "it departs {departure}, when “{visit}” is over ({end})",
            departure=_at(departs),
            visit=visit.id,
            end=_at(end),
        )
        yield bus.finding("departs", problem, mend=said("write an earlier departure, or a later end of the visit"))


def _own_booking_times(file: Table, visit: Table) -> Iterator[Finding]:
    rules = file.table("rules")
    own_opening, own_closing = visit.clock("booking_opens"), visit.clock("booking_closes")
    if not own_opening and not own_closing:
        return
    opens, closes = own_opening or rules.clock("booking_opens"), own_closing or rules.clock("booking_closes")
    if opens and closes and closes <= opens:
        key = "booking_closes" if own_closing else "booking_opens"
        missing = [each for each in ("booking_opens", "booking_closes") if each not in visit.raw]
        mend = said("give the visit its own {key}", key=missing[0]) if missing else said("move one of them")
        yield visit.finding(key, _closes_too_early(closes, opens), mend=mend)
    leaves = leaves_at(visit, file)
    for key, clock in (("booking_opens", own_opening), ("booking_closes", own_closing)):
        if clock and leaves and clock >= leaves:
            problem = said("{moment} is not before departure {departure}", moment=_at(clock), departure=_at(leaves))
            yield visit.finding(key, problem, mend=said("write a moment before departure"))


def _general_booking_times(file: Table) -> Iterator[Finding]:
    rules = file.table("rules")
    opens, closes = rules.clock("booking_opens"), rules.clock("booking_closes")
    if opens and closes and closes <= opens:
        yield rules.finding("booking_closes", _closes_too_early(closes, opens), mend=said("write a later moment"))
    for key, clock in (("booking_opens", opens), ("booking_closes", closes)):
        gone = [visit.id for visit in file.tables("visits") if key not in visit.raw and _left(file, visit, clock)]
        if clock and gone:
            problem = said(
                "{moment} is not before the departure of {visits}", moment=_at(clock), visits=", ".join(gone)
            )
            mend = said("write an earlier moment, or give these visits their own {key}", key=key)
            yield rules.finding(key, problem, mend=mend)


def _closes_too_early(closes: datetime, opens: datetime) -> Said:
    return said("booking closes {end}, not after it opens {start}", end=_at(closes), start=_at(opens))


def _left(file: Table, visit: Table, clock: datetime | None) -> bool:
    leaves = leaves_at(visit, file)
    return clock is not None and leaves is not None and clock >= leaves


def _at(clock: datetime) -> str:
    return f"{clock:%Y-%m-%d %H:%M}"
