"""What seating somebody would come to, read afresh each time: who, where, what is in the way and what is gone past."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from bot.rules.authority import Right
from bot.rules.booking import NoSeats, NotListed, PeopleWait, Refusal, find_clashes, refuse_booking, refuse_visit
from bot.rules.forcing import Passed, may_be_forced, rules_passed, taken_from_held_back
from bot.rules.registered import is_for_registered
from bot.rules.seats import choose_bus
from bot.rules.waiting import refuse_joining
from bot.services.alternatives import alternatives_to
from bot.services.authority import NoAuthority, refusal
from bot.services.booking import Ticket, tickets_of
from bot.services.listed import may_be_seated, row_of_number
from bot.services.promotion import overtakes
from bot.services.seating_draft import Deed, SeatingDraft
from bot.services.standing import MOST_WISHES
from storage import Tx, bookings, delegates, queue, visits
from storage.records import Bus, Congress, Delegate, HeldSeat, Rider, Visit

_MOST_VISITS = 8


class Asks(StrEnum):
    """What the card waits for to be typed."""

    NUMBER = "number"
    REASON = "reason"


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """The number is not on the list; or `taken`: somebody else has said it."""

    number: str
    taken: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Seating:
    """What seating somebody would come to: nothing has happened. `changed` where something has since the last look."""

    key: int
    deed: Deed
    visit: Visit
    bus: Bus | None
    person: Delegate | None
    """None for somebody new, who has no Telegram."""
    riders: tuple[Rider, ...]
    contact: str = ""
    number: str = ""
    reason: str = ""
    refusal: Refusal | None = None
    wrong: WrongNumber | None = None
    asks: Asks | None = None
    rules: tuple[Passed, ...] = ()
    """What is gone past."""
    passed: int = 0
    """So many other sign-ups wait for the visit and are gone past."""
    held_back: int = 0
    """So many of the seats held back are taken."""
    over_limit: tuple[HeldSeat, ...] = ()
    """The other seats that make it one too many."""
    others: tuple[HeldSeat, ...] = ()
    """All that the person holds."""
    alternatives: tuple[Visit, ...] = ()
    may_wait: bool = False
    """The person can be put into the visit's waiting list."""
    alike: tuple[tuple[Delegate, tuple[Ticket, ...]], ...] = ()
    """Who is known and called as somebody new is, with their seats."""
    is_forceable: bool = False
    """What is refused is a rule that organizers may go past."""
    may_force: bool = False
    """The reader may go past it."""
    changed: bool = False

    @property
    def has_telegram(self) -> bool:
        return self.person is not None and self.person.telegram_id is not None

    @property
    def is_ready(self) -> bool:
        return self.refusal is None and self.wrong is None and self.asks is None

    @property
    def mask(self) -> int:
        """Return the rules gone past as one number, for a button."""
        return sum(1 << place for place, each in enumerate(Passed) if each in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choosing:
    """Which person is meant by the name, or which visit shall it be: as long as one of the two is open."""

    key: int
    deed: Deed
    visit: Visit | None
    person: Delegate | None
    name: str = ""
    people: tuple[tuple[Delegate, tuple[Ticket, ...]], ...] = ()
    visits: tuple[Visit, ...] = ()


def look_at(
    tx: Tx, *, actor: int, draft: SeatingDraft, congress: Congress, now: datetime
) -> Seating | Choosing | NoAuthority:
    """Say what seating this somebody would come to now, or what is still to be chosen; it writes nothing."""
    visit = None if draft.visit_id is None else visits.read(tx, draft.visit_id)
    if visit is not None and (refused := refusal(tx, actor, draft.deed.right, visit=visit)) is not None:
        return refused
    person = None if draft.delegate_id is None else delegates.read(tx, draft.delegate_id)
    if visit is None or (person is None and not draft.name):
        return _choosing(tx, actor, draft, visit, person, congress=congress, now=now)
    held = () if person is None else bookings.held_by(tx, person.id)
    riders = _riders(tx, draft, person, visit)
    party, wheelchairs = len(riders), bookings.wheelchairs_of(riders)
    listed, wrong = _listed(tx, draft, person, visit, congress=congress)
    common: dict[str, Any] = {
        "key": draft.key,
        "deed": draft.deed,
        "visit": visit,
        "bus": choose_bus(visit, party=party, wheelchairs=wheelchairs),
        "person": person,
        "riders": riders,
        "contact": draft.contact if person is None else person.contact or "",
        "number": draft.number,
        "reason": draft.reason,
        "others": held,
        "alike": _people_of(tx, draft) if person is None else (),
    }
    passes = overtakes(tx, visit, congress=congress, now=now)
    if draft.deed is Deed.FORCE:
        return _forced(tx, common, party, wheelchairs, passes=passes, listed=listed, congress=congress, now=now)
    refused_by = refuse_booking(
        visit,
        party=party,
        wheelchairs=wheelchairs,
        held=held,
        rules=congress.rules,
        now=now,
        listed=listed,
    )
    if isinstance(refused_by, NotListed):
        asks = Asks.NUMBER if wrong is None else None
        may_force = _may_force(tx, actor, visit)
        return Seating(**common, wrong=wrong, asks=asks, is_forceable=True, may_force=may_force)
    if refused_by is None and passes:
        refused_by = PeopleWait(visit.waiting)
    if refused_by is None:
        return Seating(**common)
    alternatives = alternatives_to(
        tx, visit, held=held, party=party, wheelchairs=wheelchairs, congress=congress, now=now
    )
    may_wait = (
        isinstance(refused_by, NoSeats | PeopleWait)
        and person is not None
        and person.telegram_id is not None
        and not person.unreachable
        and refuse_joining(
            visit,
            party=1,
            wheelchairs=int(person.wheelchair),
            held=held,
            waiting=queue.waits_of(tx, person.id),
            replaces=None,
            overtakes=passes,
            most_wishes=MOST_WISHES,
            rules=congress.rules,
            now=now,
            listed=listed,
        )
        is None
    )
    return Seating(
        **common,
        refusal=refused_by,
        alternatives=tuple(each for each in alternatives if refusal(tx, actor, Right.DESK, visit=each) is None),
        may_wait=may_wait,
        is_forceable=may_be_forced(visit, refused_by),
        may_force=may_be_forced(visit, refused_by) and _may_force(tx, actor, visit),
    )


def _forced(
    tx: Tx,
    common: dict[str, Any],
    party: int,
    wheelchairs: int,
    *,
    passes: bool,
    listed: bool,
    congress: Congress,
    now: datetime,
) -> Seating:
    visit, person, held = common["visit"], common["person"], common["others"]
    found = rules_passed(
        visit,
        closed=refuse_visit(visit, rules=congress.rules, now=now),
        party=party,
        wheelchairs=wheelchairs,
        held=held,
        overtakes=passes,
        listed=listed,
        rules=congress.rules,
    )
    if not isinstance(found, tuple):
        return Seating(**common, refusal=found)
    waiting = [each for each in queue.line_of(tx, visit.id) if person is None or each.booking.delegate_id != person.id]
    past_line = Passed.LINE in found and bool(waiting)
    rules = tuple(each for each in found if each is not Passed.LINE or past_line)
    clashes = find_clashes(visit, held, rules=congress.rules) if Passed.LIMIT in rules else None
    return Seating(
        **common,
        rules=rules,
        passed=len(waiting) if past_line else 0,
        held_back=taken_from_held_back(visit, party=party),
        over_limit=() if clashes is None else clashes.seats,
        asks=None if common["reason"] else Asks.REASON,
    )


def _may_force(tx: Tx, actor: int, visit: Visit) -> bool:
    return refusal(tx, actor, Right.FORCE, visit=visit) is None


def _choosing(
    tx: Tx,
    actor: int,
    draft: SeatingDraft,
    visit: Visit | None,
    person: Delegate | None,
    *,
    congress: Congress,
    now: datetime,
) -> Choosing:
    found = _people_of(tx, draft) if person is None and not draft.name else ()
    free: list[Visit] = []
    if visit is None:
        held = () if person is None else bookings.held_by(tx, person.id)
        wheelchairs = int(draft.wheelchair if person is None else person.wheelchair)
        free = [
            each
            for each in visits.read_all(tx)
            if not each.waiting
            and refuse_booking(each, party=1, wheelchairs=wheelchairs, held=held, rules=congress.rules, now=now) is None
            and refusal(tx, actor, draft.deed.right, visit=each) is None
        ]
    return Choosing(
        key=draft.key,
        deed=draft.deed,
        visit=visit,
        person=person,
        name=draft.by_name,
        people=found,
        visits=tuple(free[:_MOST_VISITS]),
    )


def _people_of(tx: Tx, draft: SeatingDraft) -> tuple[tuple[Delegate, tuple[Ticket, ...]], ...]:
    known = delegates.read_all(tx, draft.people)
    return tuple((known[each], tickets_of(tx, delegate_id=each)) for each in draft.people if each in known)


def _riders(tx: Tx, draft: SeatingDraft, person: Delegate | None, visit: Visit) -> tuple[Rider, ...]:
    """Return who would travel: the person, with those with whom they wait for this very visit."""
    if person is None:
        return (Rider(name=draft.name, is_owner=True, wheelchair=draft.wheelchair),)
    waits = [wait.booking.id for wait in queue.waits_of(tx, person.id) if wait.visit.id == visit.id]
    parties = bookings.riders_of(tx, waits[:1])
    riders = parties.get(waits[0], ()) if waits else ()
    if not riders:
        riders = (Rider(name=person.name, is_owner=True, wheelchair=person.wheelchair),)
    return tuple(replace(each, wheelchair=each.wheelchair or (each.is_owner and draft.wheelchair)) for each in riders)


def _listed(
    tx: Tx, draft: SeatingDraft, person: Delegate | None, visit: Visit, *, congress: Congress
) -> tuple[bool, WrongNumber | None]:
    """Say whether the seat may be theirs as far as the list of registered people goes, and why a number is no help."""
    if not is_for_registered(visit, rules=congress.rules) or (
        person is not None and may_be_seated(tx, person.id, visit, rules=congress.rules)
    ):
        return True, None
    if not draft.number:
        return False, None
    row = row_of_number(tx, draft.number)
    if row is None or row.delegate_id is not None:
        return False, WrongNumber(draft.number, taken=row is not None)
    return True, None
