"""What was typed of another coach: the bus, then seats, bay and plate in any order, as `seats=29` or a bare number."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_SEATS = 200
"""More than any coach holds: a larger number is a slip of the thumb."""
_LONGEST = 20
_NAMES = ("seats", "bay", "plate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Coach:
    """What is another on a bus; None for what stays."""

    bus: str
    seats: int | None = None
    bay: str | None = None
    plate: str | None = None


def typed_coach(words: Sequence[str]) -> Coach | None:
    """Return what was typed, or None where it names no bus, nothing that changes, or something that cannot be."""
    if len(words) < 2:
        return None
    given: dict[str, str] = {}
    for word in words[1:]:
        name, is_named, value = word.partition("=")
        name, value = (name.lower(), value) if is_named else ("seats", word)
        if name not in _NAMES or name in given or not value or len(value) > _LONGEST:
            return None
        given[name] = value
    seats = given.get("seats")
    if seats is not None and not (seats.isascii() and seats.isdigit() and 1 <= int(seats) <= MOST_SEATS):
        return None
    return Coach(
        bus=words[0], seats=None if seats is None else int(seats), bay=given.get("bay"), plate=given.get("plate")
    )
