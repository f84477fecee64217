"""Half-typed input: companions' names, one's own name, an announcement. It lives an hour, one a person."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.booking import AlreadyBooked, NoSeats, NotListed, Refusal, refuse_visit
from bot.rules.naming import clean_name
from bot.rules.seats import largest_ever, largest_party, seats_left
from bot.services.cards import renew_bus, renew_own
from bot.services.listed import may_be_seated
from storage import Tx, bookings, delegates, drafts, grants, log, visits
from storage.records import Congress, Visit

COMPANIONS = "companions"
NAME = "name"
ANNOUNCEMENT = "announcement"
FEEDBACK = "feedback"

DRAFT_LIFE = timedelta(hours=1)
_CAUSES_KEPT = 20
"""So many updates of one person may wait at once (intake/queues.py): any of them may come again after a crash."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """The travellers typed so far, the delegate not among them, and how many more may come along."""

    visit: Visit
    names: tuple[str, ...]
    room: int
    message_id: int | None
    causes: tuple[str, ...] = ()
    """What has been added and taken back already: a repeat has no second effect."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BadName:
    """Nothing of what was typed can stand on a badge."""

    typed: str


def move_draft(tx: Tx, *, delegate_id: int, message_id: int | None) -> None:
    """Remember on which message the draft is shown now."""
    drafts.move(tx, delegate_id, message_id=message_id)


def end_draft(tx: Tx, *, delegate_id: int) -> bool:
    """Drop what was begun; say whether there was anything."""
    return drafts.end(tx, delegate_id)


def begin_party(
    tx: Tx, *, delegate_id: int, visit_id: int, message_id: int | None, congress: Congress, now: datetime
) -> Party | Refusal | None:
    """Begin to ask for companions' names; None for a visit that does not exist. Nothing is held meanwhile.

    Refused where the names would be typed in vain: booking is closed, the person has a seat, or no bus holds two. Where
    no two seats are left, the party can wait.
    """
    visit = visits.read(tx, visit_id)
    if visit is None:
        return None
    closed = refuse_visit(visit, rules=congress.rules, now=now)
    if closed is not None:
        return closed
    own = next((seat.booking for seat in bookings.held_by(tx, delegate_id) if seat.visit.id == visit_id), None)
    if own is not None:
        return AlreadyBooked(own)
    if not may_be_seated(tx, delegate_id, visit, rules=congress.rules):
        return NotListed()
    if largest_ever(visit) < 2:
        return NoSeats(left=seats_left(visit), largest=largest_party(visit))
    return _keep_party(tx, delegate_id, visit, [], causes=[], message_id=message_id, congress=congress, now=now)


def add_companions(
    tx: Tx, *, delegate_id: int, typed: str, message_id: int | None, congress: Congress, now: datetime, cause: str
) -> Party | BadName | None:
    """Add the typed names, one a line, as far as there is room; None when no party is being put together.

    A repeat of `cause` adds nothing.
    """
    party = read_party(tx, delegate_id=delegate_id, congress=congress, now=now)
    if party is None or cause in party.causes:
        return party
    cleaned = [clean_name(line) for line in typed.splitlines() if line.strip()]
    if not cleaned or None in cleaned:
        return BadName(typed=typed)
    names = [*party.names, *(name for name in cleaned if name)][: congress.rules.party_size - 1]
    causes = [*party.causes, cause]
    return _keep_party(
        tx, delegate_id, party.visit, names, causes=causes, message_id=message_id, congress=congress, now=now
    )


def drop_companion(
    tx: Tx, *, delegate_id: int, visit_id: int, message_id: int | None, congress: Congress, now: datetime, cause: str
) -> Party | None:
    """Take the last typed name back; None when no party for this visit is being put together.

    A repeat of `cause` takes no other.
    """
    party = read_party(tx, delegate_id=delegate_id, congress=congress, now=now)
    if party is None or party.visit.id != visit_id:
        return None
    if cause in party.causes:
        return party
    causes, names = [*party.causes, cause], list(party.names[:-1])
    return _keep_party(
        tx, delegate_id, party.visit, names, causes=causes, message_id=message_id, congress=congress, now=now
    )


def read_party(tx: Tx, *, delegate_id: int, congress: Congress, now: datetime) -> Party | None:
    """Return the party being put together, or None."""
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != COMPANIONS:
        return None
    visit = visits.read(tx, draft.fields["visit"])
    if visit is None:
        return None
    names = tuple(draft.fields["names"])
    return Party(
        visit=visit,
        names=names,
        room=congress.rules.party_size - 1 - len(names),
        message_id=draft.message_id,
        causes=tuple(draft.fields["causes"]),
    )


def _keep_party(
    tx: Tx,
    delegate_id: int,
    visit: Visit,
    names: list[str],
    *,
    causes: list[str],
    message_id: int | None,
    congress: Congress,
    now: datetime,
) -> Party:
    drafts.put(
        tx,
        delegate_id,
        kind=COMPANIONS,
        fields={"visit": visit.id, "names": names, "causes": causes[-_CAUSES_KEPT:]},
        message_id=message_id,
        expires_at=now + DRAFT_LIFE,
    )
    room = congress.rules.party_size - 1 - len(names)
    return Party(visit=visit, names=tuple(names), room=room, message_id=message_id)


def begin_name(tx: Tx, *, delegate_id: int, message_id: int | None, now: datetime) -> None:
    """Begin to ask for the person's own name as it shall stand on the list."""
    drafts.put(tx, delegate_id, kind=NAME, fields={}, message_id=message_id, expires_at=now + DRAFT_LIFE)


def rename(tx: Tx, *, delegate_id: int, typed: str, now: datetime, cause: str) -> str | BadName:
    """Let the person be called so from now on, on the seats they hold too; or say that it is no name.

    A repeat of `cause` changes nothing and logs nothing.
    """
    name = clean_name(typed)
    if name is None:
        return BadName(typed=typed)
    person = delegates.lock(tx, delegate_id)
    if log.outcome_of(tx, cause) is not None:
        return name
    delegates.change(tx, delegate_id, name=name)
    delegates.rename_rider(tx, delegate_id, name=name)
    renew_own(tx, delegate_id, now=now)
    for label in grants.led_by(tx, person.telegram_id):
        renew_bus(tx, label, now=now)
    drafts.end(tx, delegate_id)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="rename",
        subject=f"delegate:{delegate_id}",
        outcome={"renamed": delegate_id},
        cause=cause,
    )
    return name
