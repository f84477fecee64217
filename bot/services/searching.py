"""Organizers look for riders: by code, registration number, or a name in any script and spelling. They choose."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.rules.authority import Right, may
from bot.rules.spelling import closest, keys
from bot.services.authority import NoAuthority, refusal
from bot.services.listed import row_of_number
from storage import Tx, bookings, grants, visits
from storage.records import Booking, Visit

_MOST = 5
_NAMED = 0.6
"""So much of what was typed must be the name: a first name of two, misspelt, still finds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A party that may be meant, and the rider whose name it was."""

    booking: Booking
    visit: Visit
    name: str
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberOf:
    """A number of the list of registered people; `delegate_id` is who has said that it is theirs.

    `name` is the list's, for those who may look for anybody; empty for who works for one city.
    """

    number: str
    name: str
    delegate_id: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """Whom the words may mean, the likeliest first; at most five. `number` where they are a number of the list."""

    typed: str
    found: tuple[Candidate, ...]
    number: NumberOf | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """A rider with the party and visit they are on, and the keys of the name."""

    candidate: Candidate
    keys: frozenset[str]


def seated_on(tx: Tx, *, actor: int, visit_id: int) -> tuple[Seated, ...] | NoAuthority:
    """Return the riders of one visit, nobody of one that is not theirs to see.

    Names are sealed at rest, so they are read whole and compared by `choose_riders`.

    A visit at a time, since two thousand names at once would keep everybody's taps waiting.
    """
    if (refused := refusal(tx, actor, Right.FIND)) is not None:
        return refused
    visit = visits.read(tx, visit_id)
    if visit is None or refusal(tx, actor, Right.FIND, visit=visit) is not None:
        return ()
    return tuple(
        Seated(
            candidate=Candidate(
                booking=holder.booking,
                visit=visit,
                name=rider.name,
                reachable=holder.telegram_id is not None and not holder.unreachable,
            ),
            keys=frozenset(keys(rider.name)),
        )
        for holder in bookings.passengers(tx, visit_id=visit_id)
        for rider in holder.booking.riders
    )


def number_of(tx: Tx, *, actor: int, typed: str) -> NumberOf | NoAuthority | None:
    """Return whose registration number was typed, in any spelling; None where it is none of the list."""
    if (refused := refusal(tx, actor, Right.FIND)) is not None:
        return refused
    row = row_of_number(tx, typed)
    if row is None:
        return None
    name = row.person.name if may(grants.of(tx, actor), Right.FIND) else ""
    return NumberOf(number=row.person.number, name=name, delegate_id=row.delegate_id)


def choose_riders(seated: Sequence[Seated], *, typed: str, number: NumberOf | None = None) -> Candidates:
    """Return who of these may be meant, the likeliest first. A booking's code beats a number, and both every name."""
    code = typed.strip().upper()
    coded = [each.candidate for each in seated if each.candidate.booking.code == code]
    if coded:
        return Candidates(typed=typed, found=tuple(coded[:1]))
    if number is not None:
        theirs = {
            each.candidate.booking.id: each.candidate
            for each in reversed(seated)  # of a party the first, who is its owner
            if each.candidate.booking.delegate_id == number.delegate_id
        }
        return Candidates(typed=typed, found=tuple(reversed(theirs.values()))[:_MOST], number=number)
    places = closest(keys(typed), [each.keys for each in seated], least=_NAMED, most=_MOST)
    return Candidates(typed=typed, found=tuple(seated[place].candidate for place in places))
