"""Seats: every visit has what carries it, and the counts add up."""

from collections.abc import Iterator

from storage.programme_file.faults import Finding, said
from storage.programme_file.written import Table, buses_of

_WALK = 'mode = "walk"'


def seat_findings(file: Table) -> Iterator[Finding]:
    """Buses too many or too few, and seats that do not add up.

    A host limit below the seats of the buses is no fault: then the host limit counts.
    """
    for visit in file.tables("visits"):
        buses = buses_of(visit, file)
        if visit.text("mode") == "walk":
            for bus in buses:
                # Translators: it is a bus.
                problem = said("it belongs to “{visit}”, which is a walk", visit=visit.id)
                mend = said("take the bus out, or take {setting} out of the visit", setting=_WALK)
                yield bus.finding("visit", problem, mend=mend)
        elif visit.id and not buses:
            problem = said("no bus carries this visit")
            mend = said("add a bus with {setting}, or write {other}", setting=f'visit = "{visit.id}"', other=_WALK)
            yield visit.finding("id", problem, mend=mend)
        yield from _held_back(visit, buses)
    for bus in file.tables("buses"):
        seats, wheelchair = bus.number("seats"), bus.number("wheelchair_places")
        if seats is not None and wheelchair is not None and wheelchair > seats:
            problem = said(
                "more wheelchair places ({places}) than seats ({seats}), which they are part of",
                places=wheelchair,
                seats=seats,
            )
            yield bus.finding("wheelchair_places", problem, mend=said("write at most {limit}", limit=seats))


def _held_back(visit: Table, buses: list[Table]) -> Iterator[Finding]:
    capacity, held_back = visit.number("capacity"), visit.number("held_back")
    seats = [bus.number("seats") for bus in buses]
    if capacity is None or held_back is None or None in seats:
        return
    room = min(capacity, sum(each for each in seats if each)) if buses else capacity
    if held_back > room:
        problem = said("seats held back: {held}; there are {seats}", held=held_back, seats=room)
        yield visit.finding("held_back", problem, mend=said("write at most {limit}", limit=room))
