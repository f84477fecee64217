"""What comes nearest to a visit that cannot be had."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from bot.rules.booking import refuse_booking
from storage.records import BookingRules, HeldSeat, Library, Visit


def nearest_alternatives(
    wanted: Visit,
    *,
    visits: Iterable[Visit],
    libraries: dict[str, Library],
    held: Sequence[HeldSeat],
    party: int,
    wheelchairs: int,
    rules: BookingRules,
    now: datetime,
    most: int = 3,
) -> tuple[Visit, ...]:
    """Return visits this person could book for the whole party right now, the nearest to the wanted one first.

    Nearest: a library in common, the city, a library of the same kind, a guide language in common, the hour.
    """
    bookable = (
        visit
        for visit in visits
        if visit.id != wanted.id
        and not visit.waiting  # what is free there goes to those who wait
        and refuse_booking(visit, party=party, wheelchairs=wheelchairs, held=held, rules=rules, now=now) is None
    )
    kinds = _kinds(wanted, libraries)

    def distance(visit: Visit) -> tuple[int, float, int]:
        likeness = (
            8 * (not set(visit.stops).isdisjoint(wanted.stops))
            + 4 * (visit.city == wanted.city)
            + 2 * (not kinds.isdisjoint(_kinds(visit, libraries)))
            + (not set(visit.guide_languages).isdisjoint(wanted.guide_languages))
        )
        return -likeness, abs((visit.leaves_at - wanted.leaves_at).total_seconds()), visit.id

    return tuple(sorted(bookable, key=distance)[:most])


def _kinds(visit: Visit, libraries: dict[str, Library]) -> set[str]:
    return {libraries[stop].kind for stop in visit.stops}
