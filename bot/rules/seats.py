"""How many seats a visit has, how many are left, and which bus a party takes."""

from enum import StrEnum

from storage.records import Bus, Visit


class Fullness(StrEnum):
    """What a list says beside the number of seats left."""

    FREE = "free"
    FILLING = "filling"
    FULL = "full"


def seats_offered(visit: Visit) -> int:
    """Return the seats there are, less what is held back."""
    return max(0, seats_there_are(visit) - visit.held_back)


def seats_there_are(visit: Visit) -> int:
    """Return min(host limit, seats of its buses), held back or not; a walk has the host limit alone."""
    in_buses = sum(bus.seats for bus in visit.buses)
    return visit.host_limit if is_walk(visit) else min(visit.host_limit, in_buses)


def seats_left(visit: Visit) -> int:
    """Return the seats nobody holds; never below 0, also after a cut."""
    return max(0, seats_offered(visit) - visit.seats_taken)


def largest_party(visit: Visit, *, wheelchairs: int = 0) -> int:
    """Return the largest party that still fits, with so many wheelchairs; a party is never split between buses."""
    if is_walk(visit):
        return seats_left(visit)
    return min(
        seats_left(visit), max((_free(bus) for bus in visit.buses if has_room(bus, wheelchairs=wheelchairs)), default=0)
    )


def largest_ever(visit: Visit) -> int:
    """Return the largest party that could ever travel together: the seats of the largest bus, taken or not."""
    return max((bus.seats for bus in visit.buses), default=visit.host_limit)


def most_wheelchairs(visit: Visit) -> int | None:
    """Return how many wheelchair places its best bus has, taken or not; None on a walk, where nobody counts them."""
    return None if is_walk(visit) else max((bus.wheelchair_places for bus in visit.buses), default=0)


def choose_bus(visit: Visit, *, party: int, wheelchairs: int) -> Bus | None:
    """Return the bus with the fewest free seats that still holds the party, lowest id first; None on a walk.

    Filling the fullest bus first keeps room for larger parties in the others. Wheelchairs take a bus with free places
    for them.
    """
    fitting = [bus for bus in visit.buses if has_room(bus, party=party, wheelchairs=wheelchairs)]
    return min(fitting, key=lambda bus: (_free(bus), bus.id), default=None)


def has_room(bus: Bus, *, party: int = 0, wheelchairs: int) -> bool:
    """Say whether the bus has so many free seats, and so many free places for wheelchairs."""
    return party <= _free(bus) and wheelchairs <= bus.wheelchair_places - bus.wheelchairs_taken


def fullness(visit: Visit, *, filling_share: float) -> Fullness:
    """Say how full the visit is; `filling` begins at this share of its seats."""
    left, offered = seats_left(visit), seats_offered(visit)
    if left == 0:
        return Fullness.FULL
    return Fullness.FILLING if offered - left >= filling_share * offered else Fullness.FREE


def is_walk(visit: Visit) -> bool:
    """A walk has no bus."""
    return visit.mode == "walk"


def too_many(bus: Bus) -> int:
    """Return how many sit on the bus above what it is to carry: it is closing."""
    return max(0, bus.seats_taken - bus.seats)


def _free(bus: Bus) -> int:
    return max(0, bus.seats - bus.seats_taken)
