"""Somebody is seated by somebody of the crew: at the desk by everybody's rules, or past a rule by force.

What was typed and tapped waits in the crew member's own draft until the word; the card shows what would come of it.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.rules.authority import Right
from bot.rules.counter import phone_in
from bot.rules.forcing import Passed
from bot.rules.naming import one_line
from bot.services.authority import NoAuthority, refusal
from bot.services.booking import Ticket, ticket_for, ticket_message
from bot.services.listed import row_of_number
from bot.services.meant import Meant
from bot.services.promotion import promote
from bot.services.seating_draft import Deed, SeatingDraft, keep_seating, read_seating
from bot.services.seating_facts import Asks, Choosing, Seating, look_at
from bot.services.standing import Offered, Wait
from bot.services.waiting import NotJoined, join_line
from storage import Tx, bookings, delegates, drafts, log, outbox, queue, registered, seats, visits
from storage.records import Booking, Congress, Delegate, HeldSeat

LONGEST_REASON = 120


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
    draft = SeatingDraft(
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
    shown = look_at(tx, actor=actor, draft=draft, congress=congress, now=now)
    if not isinstance(shown, NoAuthority):
        keep_seating(tx, author_id, draft, now=now)
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
    draft = SeatingDraft(key=key, deed=Deed.DESK, delegate_id=booking.delegate_id)
    keep_seating(tx, author_id, draft, now=now)
    return look_at(tx, actor=actor, draft=draft, congress=congress, now=now)


def look_at_seating(tx: Tx, *, actor: int, author_id: int, key: int, congress: Congress, now: datetime) -> Looked:
    """Show what it would come to now."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    draft = read_seating(tx, author_id, key=key, now=now)
    return SeatingGone() if draft is None else look_at(tx, actor=actor, draft=draft, congress=congress, now=now)


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
    draft = read_seating(tx, author_id, key=key, now=now)
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
    shown = look_at(tx, actor=actor, draft=draft, congress=congress, now=now)
    if not isinstance(shown, NoAuthority):
        keep_seating(tx, author_id, draft, now=now)
    return shown


def type_in_seating(
    tx: Tx, *, actor: int, author_id: int, typed: str, congress: Congress, now: datetime
) -> Looked | None:
    """Take the typed words for what the card waits for, or for a phone number; None where they are neither."""
    if (refused := refusal(tx, actor, Right.DESK)) is not None:
        return refused
    draft = read_seating(tx, author_id, key=None, now=now)
    before = None if draft is None else look_at(tx, actor=actor, draft=draft, congress=congress, now=now)
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
    keep_seating(tx, author_id, draft, now=now)
    return look_at(tx, actor=actor, draft=draft, congress=congress, now=now)


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
    draft = read_seating(tx, author_id, key=key, now=now)
    if (done := log.outcome_of(tx, cause)) is not None:
        return _repeated(tx, wanted, done)
    if draft is None or draft.deed is not wanted:
        return SeatingGone()
    person = None if draft.delegate_id is None else delegates.lock(tx, draft.delegate_id)
    if person is not None and not person.name:  # erased meanwhile: a seat is a rider with a name
        return SeatingGone()
    row = row_of_number(tx, draft.number, lock=True)
    if draft.visit_id is not None:
        visits.lock(
            tx, {draft.visit_id, *(wait.visit.id for wait in _of_one_wish(tx, draft.delegate_id, draft.visit_id))}
        )
    shown = look_at(tx, actor=actor, draft=draft, congress=congress, now=now)
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
            language=draft.language or (None if row is None else row.person.language),
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
        action="desk" if wanted is Deed.DESK else "force",
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
    draft = read_seating(tx, author_id, key=key, now=now)
    if draft is None or draft.delegate_id is None or draft.visit_id is None:
        return SeatingGone()
    shown = look_at(tx, actor=actor, draft=draft, congress=congress, now=now)
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
        again = look_at(tx, actor=actor, draft=draft, congress=congress, now=now)
        return replace(again, changed=True) if isinstance(again, Seating) else again
    return PutInLine(standing=joined, person=delegates.read(tx, draft.delegate_id))


def _say_number(tx: Tx, draft: SeatingDraft, delegate_id: int, *, now: datetime) -> None:
    """Make the number of the card this person's, where it is listed, free, and they have none."""
    row = None if registered.is_joined(tx, delegate_id) else row_of_number(tx, draft.number, lock=True)
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
