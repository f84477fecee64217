"""What organizers let into a visit: open and close it for sign-ups, and hold seats back."""

from dataclasses import dataclass, replace
from datetime import datetime

from bot.rules.authority import Right
from bot.rules.seats import seats_there_are
from bot.services.authority import NoAuthority, refusal
from bot.services.organizers import CannotBeMoved, UnknownName
from bot.services.promotion import promote
from storage import Tx, log, visits
from storage.records import Congress, Visit, VisitState

_CAN_CHANGE = (VisitState.OPEN, VisitState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorSet:
    """The visit is open or closed; `was` is the visit before, the same where it was so already."""

    visit: Visit
    was: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """So many seats are held back; `was` is the visit before. Seats of `offered` waiting parties are theirs to take."""

    visit: Visit
    was: Visit
    offered: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyHeld:
    """Not so many seats can be held back: at most `most`, the others are taken."""

    visit: Visit
    wanted: int
    most: int


def set_door(
    tx: Tx, *, actor: int, name: str, is_open: bool, now: datetime, cause: str
) -> DoorSet | NoAuthority | UnknownName | CannotBeMoved:
    """Let people sign up for a visit and join its waiting list, or let nobody new in; who has a seat keeps it.

    Those who wait move up in a closed visit too. Its version stays: a button in somebody's hands is refused because the
    visit is closed, and what is being told of a departure stays true.
    """
    visit = _locked(tx, actor, name, Right.OPEN if is_open else Right.CLOSE)
    if not isinstance(visit, Visit):
        return visit
    wanted = VisitState.OPEN if is_open else VisitState.CLOSED
    done = log.outcome_of(tx, cause)
    if done is not None:
        return DoorSet(visit=visit, was=replace(visit, state=VisitState(done["was"])))
    if visit.state not in _CAN_CHANGE:
        return CannotBeMoved(visit)
    visits.change_visit(tx, visit.id, state=wanted)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="open" if is_open else "close",
        subject=f"visit:{visit.id}",
        before={"state": visit.state},
        after={"state": wanted},
        outcome={"was": visit.state},
        cause=cause,
    )
    return DoorSet(visit=replace(visit, state=wanted), was=visit)


def hold_back(
    tx: Tx, *, actor: int, name: str, seats: int, congress: Congress, now: datetime, cause: str
) -> HeldBack | TooManyHeld | NoAuthority | UnknownName | CannotBeMoved:
    """Keep so many seats of a visit from delegates; those that come free are offered to who waits, in their order.

    Never a seat that is taken. Fewer than now is always possible.
    """
    visit = _locked(tx, actor, name, Right.HOLDBACK)
    if not isinstance(visit, Visit):
        return visit
    done = log.outcome_of(tx, cause)
    if done is not None:
        return HeldBack(visit=visit, was=replace(visit, held_back=done["was"]), offered=done["offered"])
    if visit.state not in _CAN_CHANGE:
        return CannotBeMoved(visit)
    most = max(0, seats_there_are(visit) - visit.seats_taken)
    if seats > max(most, visit.held_back):
        return TooManyHeld(visit=visit, wanted=seats, most=most)
    visits.change_visit(tx, visit.id, held_back=seats)
    offered = promote(tx, visit.id, congress=congress, now=now)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="hold back",
        subject=f"visit:{visit.id}",
        before={"held_back": visit.held_back},
        after={"held_back": seats},
        outcome={"was": visit.held_back, "offered": offered},
        cause=cause,
    )
    fresh = visits.read(tx, visit.id)
    assert fresh is not None
    return HeldBack(visit=fresh, was=visit, offered=offered)


def _locked(tx: Tx, actor: int, name: str, right: Right) -> Visit | NoAuthority | UnknownName:
    if (refused := refusal(tx, actor, right)) is not None:
        return refused
    visit_id = visits.by_key(tx, name)
    if visit_id is None:
        return UnknownName(name)
    visit = visits.lock(tx, [visit_id])[visit_id]
    return refusal(tx, actor, right, visit=visit) or visit
