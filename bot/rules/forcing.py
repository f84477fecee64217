"""Which rules would an organizer go past to seat somebody, and which may nobody? Facts in, a list or a reason out.

A place in a line, a limit, a closed door and a list are agreements, and who answers for the day may go past them. A
bus's seats, a wheelchair place, one person in two places and a visit that has left or is off are facts.
"""

from collections.abc import Sequence
from enum import StrEnum

from bot.rules.booking import (
    AlreadyBooked,
    AlreadyLeft,
    BookingClosed,
    Clash,
    Clashes,
    NoSeats,
    NotListed,
    NoWheelchairPlace,
    OpensLater,
    PeopleWait,
    Refusal,
    VisitCancelled,
    VisitRefusal,
    find_clashes,
)
from bot.rules.seats import choose_bus, has_room, is_walk, seats_left, seats_there_are
from storage.records import BookingRules, HeldSeat, Visit


class Passed(StrEnum):
    """A rule that is gone past, in the order in which they are told."""

    LINE = "line"
    HELD_BACK = "held back"
    LIMIT = "limit"
    CLOSED = "closed"
    NOT_LISTED = "not listed"


def rules_passed(
    visit: Visit,
    *,
    closed: VisitRefusal | None,
    party: int,
    wheelchairs: int,
    held: Sequence[HeldSeat],
    overtakes: bool,
    listed: bool,
    rules: BookingRules,
) -> tuple[Passed, ...] | Refusal:
    """Return the rules that seating this party would go past, none where nothing is against it; or why nobody may.

    `held` are the seats the person holds; `overtakes`: somebody who waits has a right to what is free; `closed`: why
    delegates may not sign up.
    """
    if isinstance(closed, VisitCancelled | AlreadyLeft):
        return closed
    for seat in held:
        if seat.visit.id == visit.id:
            return AlreadyBooked(seat.booking)
    clashes = find_clashes(visit, held, rules=rules)
    if clashes is not None and clashes.reason is not Clash.DAY_LIMIT:
        return clashes
    free = seats_there_are(visit) - visit.seats_taken
    if not is_walk(visit):
        free = min(free, max((bus.seats - bus.seats_taken for bus in visit.buses), default=0))
    if party > free:
        return NoSeats(left=max(0, free), largest=max(0, free))
    if not is_walk(visit) and choose_bus(visit, party=party, wheelchairs=wheelchairs) is None:
        return NoWheelchairPlace()
    against = {
        Passed.LINE: overtakes,
        Passed.HELD_BACK: taken_from_held_back(visit, party=party) > 0,
        Passed.LIMIT: clashes is not None,
        Passed.CLOSED: closed is not None,
        Passed.NOT_LISTED: not listed,
    }
    return tuple(each for each in Passed if against[each])


def taken_from_held_back(visit: Visit, *, party: int) -> int:
    """Return how many of the seats held back a party would need."""
    return min(visit.held_back, max(0, party - seats_left(visit)))


def may_be_forced(visit: Visit, refusal: Refusal) -> bool:
    """Say whether an organizer may go past what this refusal says: a seat is there, and only a rule keeps it."""
    match refusal:
        case PeopleWait() | OpensLater() | BookingClosed() | NotListed():
            return True
        case Clashes(reason=reason):
            return reason is Clash.DAY_LIMIT
        case NoSeats():
            buses_have = is_walk(visit) or any(has_room(bus, party=1, wheelchairs=0) for bus in visit.buses)
            return buses_have and seats_there_are(visit) > visit.seats_taken
        case _:
            return False
