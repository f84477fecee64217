"""People leave: by their own wish with a receipt, or all of them on the promised day. Seats are freed, counts stay."""

from dataclasses import asdict, dataclass
from datetime import datetime
from secrets import choice
from typing import Any
from zlib import crc32
from zoneinfo import ZoneInfo

from bot.rules.booking import refuse_release
from bot.rules.retention import due
from bot.services.booking import free_seats
from bot.services.cards import renew_bus
from bot.services.promotion import promote, take_back
from bot.services.standing import Own, own_of
from storage import Tx, bookings, delegates, erasing, grants, inbox, log, queue, visits
from storage.erasing import Erased, Someone
from storage.records import BookingState, Congress, HeldSeat

_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
_RECEIPT_LENGTH = 8
_AT_ONCE = 50
"""People in one transaction: a tap that waits for it does not notice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """What it would mean to be forgotten now. `key` changes with the seats and waits that would go."""

    own: Own
    kept: int
    """Bookings whose visit has left: they stay as a count."""
    by_settings: bool
    """The person is an owner, named in the bot's settings: their number stays there."""
    key: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Forgotten:
    """The receipt: what went and what stays, in counts, so that it may be kept itself."""

    receipt: str
    at: datetime
    seats: int
    """Seats that are free for others now, offered ones too."""
    waits: int
    companions: int
    kept: int
    by_settings: bool


def look_at_leaving(tx: Tx, *, delegate_id: int, telegram_id: int, now: datetime) -> Leaving:
    """Return what would go and what would stay; writes nothing."""
    own = own_of(tx, delegate_id=delegate_id)
    seats = [*bookings.held_by(tx, delegate_id), *queue.waits_of(tx, delegate_id)]
    going = [seat for seat in seats if not _has_left(seat, now=now)]
    return Leaving(
        own=Own(
            tickets=tuple(each for each in own.tickets if now < each.visit.leaves_at),
            standing=own.standing,
        ),
        kept=len(seats) - len(going),
        by_settings=bool(grants.roles_of(tx, telegram_id)),
        key=crc32(repr(sorted((seat.booking.id, seat.booking.state.value) for seat in going)).encode()) & 0x7FFFFFFF,
    )


def forget(
    tx: Tx, *, delegate_id: int, key: int, congress: Congress, now: datetime, cause: str, update_id: int
) -> Forgotten | Leaving | None:
    """Free the person's seats, serve those who wait, erase what tells who they are; return the receipt.

    `key` is that of the question they answered: has something changed since, nothing happens and the new question is
    returned. Earlier updates of theirs cannot take effect any more. A repeat of `cause` gives the same receipt.
    None for somebody already forgotten.
    """
    person = delegates.lock(tx, delegate_id)
    repeated = receipt_of(tx, cause)
    if repeated is not None or person.telegram_id is None:
        return repeated
    asked = look_at_leaving(tx, delegate_id=delegate_id, telegram_id=person.telegram_id, now=now)
    if asked.key != key:
        return asked
    seats, waits, freed = _leave_all(tx, delegate_id, now=now)
    led = grants.led_by(tx, person.telegram_id)
    gone = erasing.erase(tx, [Someone(delegate_id, person.telegram_id)], now=now)
    for label in led:
        renew_bus(tx, label, now=now)
    inbox.forget_person(tx, person.telegram_id, besides=update_id)
    done = Forgotten(
        receipt="".join(choice(_LETTERS) for _ in range(_RECEIPT_LENGTH)),
        at=now,
        seats=seats,
        waits=waits,
        companions=gone.companions,
        kept=asked.kept,
        by_settings=asked.by_settings,
    )
    outcome = asdict(done) | {"at": now.isoformat()}
    subject = f"receipt:{done.receipt}"
    log.write(tx, at=now, actor=erasing.SOMEBODY, action="forget", subject=subject, outcome=outcome, cause=cause)
    for visit_id in sorted(freed):
        promote(tx, visit_id, congress=congress, now=now)
    return done


def forget_without_account(
    tx: Tx, *, delegate_id: int, by: int, congress: Congress, now: datetime, cause: str
) -> int | None:
    """Free the seats of somebody without Telegram and erase what tells who they are, as they asked the desk to.

    Return how many seats came free; None for somebody who has Telegram or is forgotten already.
    """
    person = delegates.lock(tx, delegate_id)
    if person.telegram_id is not None or not person.name:
        return None
    freed_seats, _, freed = _leave_all(tx, delegate_id, now=now)
    erasing.erase(tx, [Someone(delegate_id, None)], now=now)
    log.write(
        tx,
        at=now,
        actor=by,
        action="desk forget",
        subject=f"delegate:{delegate_id}",
        outcome={"seats": freed_seats},
        cause=cause,
    )
    for visit_id in sorted(freed):
        promote(tx, visit_id, congress=congress, now=now)
    return freed_seats


def receipt_of(tx: Tx, cause: str) -> Forgotten | None:
    """Return the receipt that this update led to, for its repeat: nobody is known by then who could be asked."""
    outcome: dict[str, Any] | None = log.outcome_of(tx, cause)
    if outcome is None or "receipt" not in outcome:
        return None
    return Forgotten(**{**outcome, "at": datetime.fromisoformat(outcome["at"])})


def keep_promises(tx: Tx, *, congress: Congress, now: datetime) -> int:
    """Erase some of what the promised day has come for; return of how many people, 0 when nothing is left.

    Called again until then. Of several processes each takes other people; run again, it finds nothing.
    """
    stage = due(congress.privacy, now=now, zone=ZoneInfo(congress.zone))
    if stage.everything:
        people = erasing.to_erase(tx, most=_AT_ONCE)
        gone = erasing.erase(tx, people, now=now) if people else Erased()
        erasing.erase_words(tx, [person.id for person in people])
        erasing.erase_registered(tx)
        for person in people:
            if person.telegram_id is not None:
                inbox.empty_parked(tx, person.telegram_id)
    elif stage.names:
        people = erasing.to_unlist(tx, most=_AT_ONCE)
        erasing.erase_registered(tx)
        gone = erasing.unlist(tx, [person.id for person in people], now=now) if people else Erased()
    else:
        return 0
    if people:
        action = "retention" if stage.everything else "names retention"
        log.write(tx, at=now, actor=None, action=action, subject=f"congress:{congress.id}", after=asdict(gone))
    return len(people)


def _leave_all(tx: Tx, delegate_id: int, *, now: datetime) -> tuple[int, int, set[int]]:
    """Free every seat that can be freed and end every wait; return seats, waits, and the visits to promote on."""
    first = [*bookings.held_by(tx, delegate_id), *queue.waits_of(tx, delegate_id)]
    fresh = visits.lock(tx, {seat.visit.id for seat in first})
    seats, freed = 0, set()
    for seat in bookings.held_by(tx, delegate_id):
        booking, visit = seat.booking, fresh[seat.visit.id]
        if booking.state is BookingState.OFFERED:
            take_back(tx, booking)
            queue.end(tx, booking, reason="erased", now=now)
        elif refuse_release(booking, visit, version=booking.version, now=now) is None:
            free_seats(tx, booking, reason="erased", now=now)
        else:
            continue
        seats += booking.party
        freed.add(visit.id)
    waits = queue.waits_of(tx, delegate_id)
    for wait in waits:
        queue.end(tx, wait.booking, reason="erased", now=now)
        freed.add(wait.visit.id)
    return seats, len(waits), freed


def _has_left(seat: HeldSeat, *, now: datetime) -> bool:
    return seat.booking.state is BookingState.BOOKED and now >= seat.visit.leaves_at
