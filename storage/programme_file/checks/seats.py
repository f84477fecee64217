"""Seats: every visit has what carries it, and the counts add up."""

from collections.abc import Iterator

from storage.programme_file.faults import Finding
from storage.programme_file.written import Table, buses_of


def seat_findings(file: Table) -> Iterator[Finding]:
    """Buses too many or too few, and seats that do not add up.

    A host limit below the seats of the buses is no fault: then the host limit counts.
    """
    for visit in file.tables("visits"):
        buses = buses_of(visit, file)
        if visit.text("mode") == "walk":
            for bus in buses:
                problem = f'it belongs to "{visit.id}", which is a walk'
                yield bus.finding("visit", problem, mend='take the bus out, or take mode = "walk" out of the visit')
        elif visit.id and not buses:
            problem = "no bus carries this visit"
            yield visit.finding("id", problem, mend=f'add a bus with visit = "{visit.id}", or write mode = "walk"')
        yield from _held_back(visit, buses)
    for bus in file.tables("buses"):
        seats, wheelchair = bus.number("seats"), bus.number("wheelchair_places")
        if seats is not None and wheelchair is not None and wheelchair > seats:
            problem = f"{wheelchair} wheelchair places are more than the {seats} seats they are part of"
            yield bus.finding("wheelchair_places", problem, mend=f"write at most {seats}")


def _held_back(visit: Table, buses: list[Table]) -> Iterator[Finding]:
    capacity, held_back = visit.number("capacity"), visit.number("held_back")
    seats = [bus.number("seats") for bus in buses]
    if capacity is None or held_back is None or None in seats:
        return
    room = min(capacity, sum(each for each in seats if each)) if buses else capacity
    if held_back > room:
        problem = f"{held_back} seats are held back, and there are {room}"
        yield visit.finding("held_back", problem, mend=f"write at most {room}")
