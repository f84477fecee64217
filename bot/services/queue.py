"""What organizers see and do of a waiting list: who stands where and why nobody moves, pause and go on."""

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.authority import Right
from bot.rules.hours import hold_ends
from bot.rules.waiting import Candidate, Standing, standing_of, still_promotes
from bot.services.authority import NoAuthority, refusal
from bot.services.organizers import UnknownName
from bot.services.promotion import promote
from storage import Tx, log, queue, visits
from storage.records import Booking, Congress, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """One party of a line and whether it could be offered seats now."""

    booking: Booking
    standing: Standing


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A visit's waiting list. `kept_until`: until then what is free is kept for the head; None once that is over."""

    visit: Visit
    places: tuple[Place, ...]
    moves: bool
    """Whether it still moves: it has not ended and is not paused."""
    kept_until: datetime | None
    may_pause: bool = True
    """Whether the reader may pause it, or only look."""

    @property
    def people(self) -> int:
        return sum(place.booking.party for place in self.places)


def read_line(tx: Tx, *, actor: int, name: str, congress: Congress, now: datetime) -> Line | NoAuthority | UnknownName:
    """Return the waiting list of the visit of this name."""
    if (refused := refusal(tx, actor, Right.QUEUE)) is not None:
        return refused
    visit_id = visits.by_key(tx, name)
    visit = None if visit_id is None else visits.read(tx, visit_id)
    if visit is None:
        return UnknownName(name)
    refused = refusal(tx, actor, Right.QUEUE, visit=visit)
    return refused or _line(tx, visit, actor=actor, congress=congress, now=now)


def pause_line(
    tx: Tx, *, actor: int, name: str, paused: bool, congress: Congress, now: datetime, cause: str
) -> Line | NoAuthority | UnknownName:
    """Let nobody move up on this visit, or let them again: then what is free is offered at once.

    While it is paused, nobody signs up past those who wait either. A repeat of `cause` changes nothing.
    """
    if (refused := refusal(tx, actor, Right.PAUSE)) is not None:
        return refused
    visit_id = visits.by_key(tx, name)
    if visit_id is None:
        return UnknownName(name)
    was = visits.lock(tx, [visit_id])[visit_id]
    if (refused := refusal(tx, actor, Right.PAUSE, visit=was)) is not None:
        return refused
    if log.outcome_of(tx, cause) is None:  # it is written down where it was so already, too: that may be repeated
        visits.change_visit(tx, visit_id, queue_paused=paused)
        log.write(
            tx,
            at=now,
            actor=actor,
            action="pause" if paused else "go on",
            subject=f"visit:{visit_id}",
            before={"paused": was.queue_paused},
            after={"paused": paused},
            outcome={"paused": paused},
            cause=cause,
        )
        promote(tx, visit_id, congress=congress, now=now)
    visit = visits.read(tx, visit_id)
    assert visit is not None
    return _line(tx, visit, actor=actor, congress=congress, now=now)


def _line(tx: Tx, visit: Visit, *, actor: int, congress: Congress, now: datetime) -> Line:
    zone = ZoneInfo(congress.zone)
    ends = hold_ends(visit.leaves_at, congress.offers, zone=zone)
    places = []
    for each in queue.line_of(tx, visit.id):
        candidate = Candidate(
            booking=each.booking, held=each.held, reachable=each.reachable, part_is_offered=each.part_is_offered
        )
        standing = standing_of(candidate, visit, rules=congress.rules)
        places.append(Place(booking=queue.with_riders(tx, each.booking), standing=standing))
    return Line(
        visit=visit,
        places=tuple(places),
        moves=not visit.queue_paused and still_promotes(visit, congress=congress, now=now, zone=zone),
        kept_until=ends if now < ends else None,
        may_pause=refusal(tx, actor, Right.PAUSE, visit=visit) is None,
    )
