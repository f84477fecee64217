"""Which rules would an organizer go past to seat somebody, and which may nobody? Facts in, a list or a reason out.

A place in a line, a limit, a closed door and a list are agreements, and who answers for the day may go past them. A
bus's seats, a wheelchair place, one person in two places and a visit that has left or is off are facts.
"""

from collections.abc import Sequence
from dataclasses import replace
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
from bot.rules.seats import largest_party, seats_left
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
    all_there_are = replace(visit, held_back=0)
    largest = largest_party(all_there_are)
    if party > largest:
        return NoSeats(left=largest, largest=largest)
    if party > largest_party(all_there_are, wheelchairs=wheelchairs):
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
            return largest_party(replace(visit, held_back=0)) > 0
        case _:
            return False
