"""Somebody is seated by somebody of the crew: at the desk by everybody's rules, or past a rule by force.

What was typed and tapped waits in the crew member's own draft until the word; the card shows what would come of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from bot.rules.authority import Right
from bot.rules.booking import (
    NoSeats,
    NotListed,
    PeopleWait,
    Refusal,
    find_clashes,
    refuse_booking,
    refuse_visit,
)
from bot.rules.counter import phone_in
from bot.rules.forcing import Passed, may_be_forced, rules_passed, taken_from_held_back
from bot.rules.naming import one_line
from bot.rules.registered import is_for_registered, number_key
from bot.rules.seats import choose_bus
from bot.rules.waiting import refuse_joining
from bot.services.alternatives import alternatives_to
from bot.services.authority import NoAuthority, refusal
from bot.services.booking import Ticket, ticket_for, ticket_message, tickets_of
from bot.services.drafts import DRAFT_LIFE
from bot.services.listed import may_be_seated
from bot.services.meant import Meant
from bot.services.promotion import overtakes, promote
from bot.services.standing import MOST_WISHES, Offered, Wait
from bot.services.waiting import NotJoined, join_line
from storage import Tx, bookings, delegates, drafts, log, outbox, queue, registered, seats, visits
from storage.records import Booking, Bus, Congress, Delegate, HeldSeat, RegisteredRow, Rider, Visit

SEATING: Final = "seating"
"""The kind of the draft."""
LONGEST_REASON = 120
_MOST_VISITS = 8


class Deed(StrEnum):
    """How somebody is seated; what the log calls it."""

    DESK = "desk"
    FORCE = "force"

    @property
    def right(self) -> Right:
        return Right.DESK if self is Deed.DESK else Right.FORCE


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


@dataclass(frozen=True, slots=True)
class SeatingGone:
    """The card is older than an hour, or of somebody who has been seated since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """Somebody sits there; `told`: a ticket is on its way to their Telegram."""

    deed: Deed
    ticket: Ticket
    person: Delegate
    told: bool
    rules: tuple[Passed, ...] = ()
    passed: int = 0
    held_back: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PutInLine:
    """The person waits for the visit now, or has an offer already."""

    standing: Wait | Offered
    person: Delegate


Looked = Seating | Choosing | SeatingGone | NoAuthority


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    key: int
    deed: Deed
    visit_id: int | None = None
    delegate_id: int | None = None
    name: str = ""
    by_name: str = ""
    people: tuple[int, ...] = ()
    language: str | None = None
    wheelchair: bool = False
    number: str = ""
    contact: str = ""
    reason: str = ""
    message_id: int | None = None

    @property
    def fields(self) -> dict[str, Any]:
        return {
            "key": self.key,
            "deed": self.deed.value,
            "visit": self.visit_id,
            "delegate": self.delegate_id,
            "name": self.name,
            "by_name": self.by_name,
            "people": list(self.people),
            "language": self.language,
            "wheelchair": self.wheelchair,
            "number": self.number,
            "contact": self.contact,
            "reason": self.reason,
        }


def begin_seating(
    tx: Tx,
    *,
    actor: int,
    author_id: int,
    deed: str,
    meant: Meant,
    people: tuple[int, ...] = (),
    key: int,
    congress: Congress,
    now: datetime,
) -> Looked:
    """Keep who is meant for an hour under `key`, and show what seating them would come to. It changes nothing yet."""
    wanted = Deed(deed)
    if (refused := refusal(tx, actor, wanted.right)) is not None:
        return refused
    draft = _Draft(
        key=key,
        deed=wanted,
        visit_id=None if meant.visit is None else meant.visit.id,
        delegate_id=None if meant.person is None else meant.person.id,
        name=meant.name,
        by_name=meant.by_name,
        people=people,
        language=meant.language,
        number=meant.number,
        contact=meant.contact,
        reason=one_line(meant.reason, longest=LONGEST_REASON) or "",
    )
    shown = _look(tx, actor, draft, congress=congress, now=now)
    if not isinstance(shown, NoAuthority):
        _keep(tx, author_id, draft, now=now)
    return shown


def of_person(meant: Meant, person: Delegate) -> Meant:
    """Return who is meant, the person found."""
    return replace(meant, person=person, by_name="")


def begin_for_person(
    tx: Tx, *, actor: int, author_id: int, booking_id: int, key: int, congress: Congress, now: datetime
) -> Looked | None:
    """Begin with whoever this booking belongs to, the visit still to be chosen.

    None when there is no such booking, or nobody any more whose it is.
    """
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    booking = bookings.read(tx, booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None:
        return None
    if (refused := refusal(tx, actor, Right.DESK, visit=visit)) is not None:
        return refused
    if not delegates.read(tx, booking.delegate_id).name:
        return None
    draft = _Draft(key=key, deed=Deed.DESK, delegate_id=booking.delegate_id)
    _keep(tx, author_id, draft, now=now)
    return _look(tx, actor, draft, congress=congress, now=now)


def look_at_seating(tx: Tx, *, actor: int, author_id: int, key: int, congress: Congress, now: datetime) -> Looked:
    """Show what it would come to now."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    draft = _read(tx, author_id, key=key, now=now)
    return SeatingGone() if draft is None else _look(tx, actor, draft, congress=congress, now=now)


def choose_in_seating(
    tx: Tx,
    *,
    actor: int,
    author_id: int,
    key: int,
    person: int | None = None,
    visit: int | None = None,
    wheelchair: bool | None = None,
    forced: bool = False,
    congress: Congress,
    now: datetime,
) -> Looked:
    """Set one thing of what waits for its word: whom, where, a wheelchair place, or past the rules; show it again."""
    if (refused := refusal(tx, actor, Right.FORCE if forced else Right.DESK)) is not None:
        return refused
    draft = _read(tx, author_id, key=key, now=now)
    if draft is None or (person is not None and person not in draft.people):
        return SeatingGone()
    if person is not None:
        draft = replace(draft, delegate_id=person)
    if visit is not None:
        draft = replace(draft, visit_id=visit)
    if wheelchair is not None:
        draft = replace(draft, wheelchair=wheelchair)
    if forced:
        draft = replace(draft, deed=Deed.FORCE)
    shown = _look(tx, actor, draft, congress=congress, now=now)
    if not isinstance(shown, NoAuthority):
        _keep(tx, author_id, draft, now=now)
    return shown


def type_in_seating(
    tx: Tx, *, actor: int, author_id: int, typed: str, congress: Congress, now: datetime
) -> Looked | None:
    """Take the typed words for what the card waits for, or for a phone number; None where they are neither."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    draft = _read(tx, author_id, key=None, now=now)
    before = None if draft is None else _look(tx, actor, draft, congress=congress, now=now)
    if draft is None or not isinstance(before, Seating):
        return None
    if before.asks is Asks.REASON:
        draft = replace(draft, reason=one_line(typed, longest=LONGEST_REASON) or "")
    elif before.asks is Asks.NUMBER or before.wrong is not None:
        draft = replace(draft, number=typed.strip().removeprefix("#")[:64])
    elif phone_in(typed) and before.person is None:
        draft = replace(draft, contact=phone_in(typed))
    else:
        return None
    _keep(tx, author_id, draft, now=now)
    return _look(tx, actor, draft, congress=congress, now=now)


def seat(
    tx: Tx,
    *,
    actor: int,
    author_id: int,
    key: int,
    deed: str,
    visit_version: int,
    bus_id: int,
    mask: int = 0,
    passed: int = 0,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Seated | Looked:
    """Seat them as it was shown, or show it again where something is otherwise. `bus_id` 0 is on foot.

    Of somebody new the person is written down in the same transaction. A repeat of `cause` answers what the first
    run came to.
    """
    wanted = Deed(deed)
    if (refused := refusal(tx, actor, wanted.right)) is not None:
        return refused
    draft = _read(tx, author_id, key=key, now=now)
    if (done := log.outcome_of(tx, cause)) is not None:
        return _repeated(tx, wanted, done)
    if draft is None or draft.deed is not wanted:
        return SeatingGone()
    person = None if draft.delegate_id is None else delegates.lock(tx, draft.delegate_id)
    if person is not None and not person.name:  # erased meanwhile: a seat is a rider with a name
        return SeatingGone()
    _row_of(tx, draft.number, lock=True)
    if draft.visit_id is not None:
        visits.lock(
            tx, {draft.visit_id, *(wait.visit.id for wait in _of_one_wish(tx, draft.delegate_id, draft.visit_id))}
        )
    shown = _look(tx, actor, draft, congress=congress, now=now)
    if not isinstance(shown, Seating):
        return shown
    bus = 0 if shown.bus is None else shown.bus.id
    if not shown.is_ready or (shown.visit.version, bus, shown.mask, shown.passed) != (
        visit_version,
        bus_id,
        mask,
        passed,
    ):
        return replace(shown, changed=True)
    if person is None:
        new = delegates.add_without_account(
            tx,
            name=shown.riders[0].name,
            language=draft.language,
            wheelchair=draft.wheelchair,
            contact=draft.contact or None,
            now=now,
        )
        person = delegates.read(tx, new)
    elif draft.wheelchair and not person.wheelchair:
        delegates.change(tx, person.id, wheelchair=True)
    _say_number(tx, draft, person.id, now=now)
    booking = _seat(tx, shown, person, author_id=author_id, congress=congress, now=now)
    drafts.end(tx, author_id)
    past: dict[str, Any] = {
        "rules": [each.value for each in shown.rules],
        "passed": shown.passed,
        "held_back": shown.held_back,
        "reason": shown.reason,
    }
    outcome = {"booking": booking.id, **past}
    log.write(
        tx,
        at=now,
        actor=actor,
        action=wanted.value,
        subject=f"booking:{booking.id}",
        after={
            "visit": shown.visit.key,
            "bus": None if shown.bus is None else shown.bus.label,
            "party": booking.party,
            "code": booking.code,
            **(past if wanted is Deed.FORCE else {}),
        },
        outcome=outcome,
        cause=cause,
    )
    return _repeated(tx, wanted, outcome)


def put_in_line(
    tx: Tx, *, actor: int, author_id: int, key: int, congress: Congress, now: datetime, cause: str
) -> PutInLine | Looked:
    """Put the person of the card into the visit's waiting list, as if they had asked for it themselves."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    draft = _read(tx, author_id, key=key, now=now)
    if draft is None or draft.delegate_id is None or draft.visit_id is None:
        return SeatingGone()
    shown = _look(tx, actor, draft, congress=congress, now=now)
    if not isinstance(shown, Seating) or not (shown.may_wait or log.outcome_of(tx, cause) is not None):
        return shown
    delegates.lock(tx, draft.delegate_id)
    _say_number(tx, draft, draft.delegate_id, now=now)
    joined = join_line(
        tx,
        delegate_id=draft.delegate_id,
        visit_id=draft.visit_id,
        by=actor,
        congress=congress,
        now=now,
        cause=cause,
    )
    if joined is None or isinstance(joined, NotJoined):
        return replace(_look_again(tx, actor, draft, congress=congress, now=now, before=shown), changed=True)
    return PutInLine(standing=joined, person=delegates.read(tx, draft.delegate_id))


def _look_again(tx: Tx, actor: int, draft: _Draft, *, congress: Congress, now: datetime, before: Seating) -> Seating:
    shown = _look(tx, actor, draft, congress=congress, now=now)
    return shown if isinstance(shown, Seating) else before


def _look(tx: Tx, actor: int, draft: _Draft, *, congress: Congress, now: datetime) -> Seating | Choosing | NoAuthority:
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
    draft: _Draft,
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


def _people_of(tx: Tx, draft: _Draft) -> tuple[tuple[Delegate, tuple[Ticket, ...]], ...]:
    known = delegates.read_all(tx, draft.people)
    return tuple((known[each], tickets_of(tx, delegate_id=each)) for each in draft.people if each in known)


def _riders(tx: Tx, draft: _Draft, person: Delegate | None, visit: Visit) -> tuple[Rider, ...]:
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
    tx: Tx, draft: _Draft, person: Delegate | None, visit: Visit, *, congress: Congress
) -> tuple[bool, WrongNumber | None]:
    """Say whether the seat may be theirs as far as the list of registered people goes, and why a number is no help."""
    if not is_for_registered(visit, rules=congress.rules) or (
        person is not None and may_be_seated(tx, person.id, visit, rules=congress.rules)
    ):
        return True, None
    if not draft.number:
        return False, None
    row = _row_of(tx, draft.number, lock=False)
    if row is None or row.delegate_id is not None:
        return False, WrongNumber(draft.number, taken=row is not None)
    return True, None


def _row_of(tx: Tx, number: str, *, lock: bool) -> RegisteredRow | None:
    key = number_key(number)
    rows = registered.in_bucket(tx, key, lock=lock) if key else ()
    return next((row for row in rows if number_key(row.person.number) == key), None)


def _say_number(tx: Tx, draft: _Draft, delegate_id: int, *, now: datetime) -> None:
    """Make the number of the card this person's, where it is listed, free, and they have none."""
    row = None if registered.is_joined(tx, delegate_id) else _row_of(tx, draft.number, lock=True)
    if row is not None and registered.join(tx, row.id, delegate_id=delegate_id, now=now):
        delegates.change(tx, delegate_id, registration=row.person.number)


def _seat(tx: Tx, shown: Seating, person: Delegate, *, author_id: int, congress: Congress, now: datetime) -> Booking:
    """Let them sit there; their own wait for the visit ends, and the line moves where that stood in its way."""
    visit, bus_id = shown.visit, None if shown.bus is None else shown.bus.id
    waits = _of_one_wish(tx, person.id, visit.id)
    for wait in waits:
        reason = "replaced" if wait.visit.id == visit.id else "wish fulfilled"
        queue.end(tx, wait.booking, reason=reason, now=now)
    wheelchairs = bookings.wheelchairs_of(shown.riders)
    seats.take(tx, visit_id=visit.id, bus_id=bus_id, riders=len(shown.riders), wheelchairs=wheelchairs)
    if shown.held_back:
        visits.change_visit(tx, visit.id, held_back=visit.held_back - shown.held_back)
    booking = bookings.add_booked(
        tx, visit_id=visit.id, bus_id=bus_id, delegate_id=person.id, party=shown.riders, now=now
    )
    if person.telegram_id is not None:
        outbox.add(tx, replace(ticket_message(booking, visit, now=now), slots={"seated_by": author_id}))
    if waits:
        promote(tx, visit.id, congress=congress, now=now)
    return booking


def _of_one_wish(tx: Tx, delegate_id: int | None, visit_id: int) -> list[HeldSeat]:
    """Return the person's waits for this visit, and those that end with it: either visit was wished for."""
    waits = () if delegate_id is None else queue.waits_of(tx, delegate_id)
    wishes = {wait.booking.wish for wait in waits if wait.visit.id == visit_id} - {None}
    return [wait for wait in waits if wait.visit.id == visit_id or wait.booking.wish in wishes]


def _repeated(tx: Tx, deed: Deed, done: dict[str, Any]) -> Seated | SeatingGone:
    booking = bookings.read(tx, done["booking"])
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None:
        return SeatingGone()
    person = delegates.read(tx, booking.delegate_id)
    return Seated(
        deed=deed,
        ticket=ticket_for(tx, booking, visit),
        person=person,
        told=person.telegram_id is not None and not person.unreachable,
        rules=tuple(Passed(each) for each in done["rules"]),
        passed=done["passed"],
        held_back=done["held_back"],
        reason=done["reason"],
    )


def _keep(tx: Tx, author_id: int, draft: _Draft, *, now: datetime) -> None:
    expires_at = now + DRAFT_LIFE
    drafts.put(tx, author_id, kind=SEATING, fields=draft.fields, message_id=draft.message_id, expires_at=expires_at)


def _read(tx: Tx, author_id: int, *, key: int | None, now: datetime) -> _Draft | None:
    """The crew member's draft of this key, or of any; None when it is older than an hour or has had its word."""
    kept = drafts.read(tx, author_id, now=now)
    if kept is None or kept.kind != SEATING or key not in (None, kept.fields["key"]):
        return None
    fields = kept.fields
    return _Draft(
        key=fields["key"],
        deed=Deed(fields["deed"]),
        visit_id=fields["visit"],
        delegate_id=fields["delegate"],
        name=fields["name"],
        by_name=fields["by_name"],
        people=tuple(fields["people"]),
        language=fields["language"],
        wheelchair=fields["wheelchair"],
        number=fields["number"],
        contact=fields["contact"],
        reason=fields["reason"],
        message_id=kept.message_id,
    )
