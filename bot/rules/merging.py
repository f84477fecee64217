"""May everybody of one bus sit on another one of the same visit?"""

from dataclasses import dataclass

from storage.records import Bus


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTogether:
    """They are one and the same, of two visits, or leave from two places (a transfer)."""

    bus: Bus
    into: Bus


@dataclass(frozen=True, slots=True, kw_only=True)
class DoesNotFit:
    """So many seats and wheelchair places are too few on the other bus."""

    bus: Bus
    into: Bus
    seats: int
    wheelchairs: int


def refuse_merge(bus: Bus, into: Bus) -> NotTogether | DoesNotFit | None:
    """Say why not, or None. Seats that are offered are kept for those who are asked, so they need room too."""
    if bus.id == into.id or bus.visit_id != into.visit_id or bus.transfer != into.transfer:
        return NotTogether(bus=bus, into=into)
    seats = bus.seats_taken - (into.seats - into.seats_taken)
    wheelchairs = bus.wheelchairs_taken - (into.wheelchair_places - into.wheelchairs_taken)
    if seats > 0 or wheelchairs > 0:
        return DoesNotFit(bus=bus, into=into, seats=max(0, seats), wheelchairs=max(0, wheelchairs))
    return None
