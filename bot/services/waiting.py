"""Waiting for seats: join one line or several as one wish, take or leave an offer, leave a line."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.waiting import JoinRefusal, OfferGone, OfferRefusal, refuse_joining, refuse_offer
from bot.services.alternatives import alternatives_to
from bot.services.booking import Booked, free_seats, party_of, repeated, ticket_for, ticket_message
from bot.services.listed import may_be_seated
from bot.services.promotion import offer_key, overtakes, promote, take_back
from bot.services.standing import MOST_WISHES, Offered, Wait, read_standing
from storage import Tx, bookings, delegates, drafts, log, outbox, queue, visits
from storage.records import Booking, BookingState, Congress, HeldSeat, Lease, Rider, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class NotJoined:
    """Nothing has changed; `visit` is fresh, `alternatives` can be booked right now."""

    refusal: JoinRefusal
    visit: Visit
    alternatives: tuple[Visit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """The offer could not be taken."""

    refusal: OfferRefusal
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftLine:
    """The person does not wait for this visit any more."""

    visit: Visit


def join_line(
    tx: Tx,
    *,
    delegate_id: int,
    visit_id: int,
    party: int = 1,
    replaces: int | None = None,
    beside: int | None = None,
    by: int | None = None,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Wait | Offered | NotJoined | None:
    """Put the person's party at the end of a visit's line, or say why not; `by` whom at the desk, if not by themselves.

    `party` counts the person, the companions' names are taken from their draft. `replaces` is the booking they keep
    until the new one is real; where it is one of as many, those who travel on it come along. `beside` is another
    wait of theirs: the same party waits for either visit, and the first that works wins. None when there is no such
    visit, the names are gone, or a booking named is not theirs. A repeat of `cause` answers what the first run came
    to.
    """
    person = delegates.lock(tx, delegate_id)
    done = log.outcome_of(tx, cause)
    if done is not None:
        return read_standing(tx, done["booking"])
    held, waiting = bookings.held_by(tx, delegate_id), queue.waits_of(tx, delegate_id)
    sibling = next((wait.booking for wait in waiting if wait.booking.id == beside), None)
    if beside is not None:
        if sibling is None:
            return None
        party, replaces = sibling.party, sibling.replaces
        if not any(_is_booked(seat, replaces) for seat in held):
            replaces = None  # that seat is gone: the wait follows it
    if replaces is not None and not any(_is_booked(seat, replaces) for seat in held):
        return None
    visit = visits.lock(tx, [visit_id]).get(visit_id)
    if visit is None:
        return None
    moved = _who_moves(tx, replaces, party=party)
    wheelchairs = int(person.wheelchair) if moved is None else bookings.wheelchairs_of(moved)
    if sibling is not None:
        wheelchairs = sibling.wheelchairs
    refusal = refuse_joining(
        visit,
        party=party,
        wheelchairs=wheelchairs,
        held=held,
        waiting=waiting,
        replaces=replaces,
        overtakes=overtakes(tx, visit, congress=congress, now=now),
        most_wishes=MOST_WISHES,
        rules=congress.rules,
        now=now,
        listed=may_be_seated(tx, delegate_id, visit, rules=congress.rules),
    )
    if refusal is not None:
        others = alternatives_to(tx, visit, held=held, party=party, wheelchairs=wheelchairs, congress=congress, now=now)
        return NotJoined(refusal=refusal, visit=visit, alternatives=others)
    if sibling is None:
        riders = moved or party_of(tx, person, visit_id=visit_id, party=party, now=now)
    else:
        riders = list(bookings.riders_of(tx, [sibling.id])[sibling.id])
    if riders is None:
        return None
    booking = queue.join(
        tx,
        visit_id=visit_id,
        delegate_id=delegate_id,
        party=riders,
        least=party if sibling is None else sibling.party_least,
        any_time=False if sibling is None else sibling.any_time,
        replaces=replaces,
        now=now,
    )
    if sibling is not None:
        queue.make_one_wish(tx, sibling, booking)
    elif party > 1:
        drafts.end(tx, delegate_id)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id if by is None else by,
        action="join" if by is None else "desk join",
        subject=f"booking:{booking.id}",
        after={"visit": visit.key, "party": party, "beside": beside, "replaces": replaces},
        outcome={"booking": booking.id},
        cause=cause,
    )
    promote(tx, visit_id, congress=congress, now=now)
    return read_standing(tx, booking.id)


def accept_offer(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    congress: Congress,
    now: datetime,
    cause: str,
    lease: Lease | None = None,
) -> Booked | NotTaken | None:
    """Make an offer real: its seats are the person's, the seat it replaces is free, the rest of its wish ends.

    None for a booking that is not this person's. With a `lease` the ticket's message is the caller's to show.
    """
    person = delegates.lock(tx, delegate_id)
    done = log.outcome_of(tx, cause)
    if done is not None:
        return repeated(tx, done, lease=lease)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    replaced = None if booking.replaces is None else bookings.read(tx, booking.replaces)
    siblings = [each for each in queue.wish_of(tx, booking.wish or 0) if each.id != booking_id]
    fresh = visits.lock(
        tx,
        {booking.visit_id, *(each.visit_id for each in siblings), *([replaced.visit_id] if replaced else [])},
    )
    booking = bookings.read(tx, booking_id)
    assert booking is not None
    visit = fresh[booking.visit_id]
    held = bookings.held_by(tx, delegate_id)
    refusal = refuse_offer(
        booking,
        visit,
        version=booking_version,
        held=held,
        rules=congress.rules,
        now=now,
        listed=may_be_seated(tx, delegate_id, visit, rules=congress.rules),
    )
    if refusal is not None:
        return NotTaken(refusal=refusal, visit=visit)
    given = queue.give(tx, booking, now=now)
    freed = {each.visit_id for each in siblings}
    if replaced is not None and replaced.holds_seat:
        free_seats(tx, replaced, reason="replaced", now=now)
        freed.add(replaced.visit_id)
    for sibling in queue.wish_of(tx, booking.wish or 0):
        if sibling.id != booking_id and sibling.is_waiting:
            queue.end(tx, sibling, reason="wish fulfilled", now=now)
    given_up = [replaced.visit_id] if replaced is not None and replaced.holds_seat else []
    message = ticket_message(given, visit, now=now)
    outbox.add(tx, message, lease=lease)
    bus = visit.bus(given.bus_id)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="accept",
        subject=f"booking:{booking_id}",
        after={"visit": visit.key, "bus": bus.label if bus else None, "party": given.party, "code": given.code},
        outcome={"booking": booking_id, "given_up": given_up, "message": message.key},
        cause=cause,
    )
    for visit_id in sorted(freed):
        promote(tx, visit_id, congress=congress, now=now)
    return Booked(
        ticket=ticket_for(tx, given, visit),
        given_up=tuple(fresh[visit_id] for visit_id in given_up),
    )


def offers_without_a_question(tx: Tx) -> tuple[Booking, ...]:
    """Return the open offers that are not asked about: their parties said "any time", and it is the evening before."""
    offers = queue.offers_to_any_time(tx)
    asked = outbox.known(tx, [offer_key(each) for each in offers])
    return tuple(each for each in offers if offer_key(each) not in asked)


def give_without_question(tx: Tx, booking: Booking, *, congress: Congress, now: datetime) -> bool:
    """Make such an offer real; the ticket tells of it. Say whether it was."""
    outcome = accept_offer(
        tx,
        delegate_id=booking.delegate_id,
        booking_id=booking.id,
        booking_version=booking.version,
        congress=congress,
        now=now,
        cause=f"any-time/{booking.id}/{booking.version}",
    )
    return isinstance(outcome, Booked)


def leave_line(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    congress: Congress,
    now: datetime,
    cause: str,
) -> LeftLine | NotTaken | None:
    """End a wait, or say no to an offer: the person stands in this line no more. None when it is not theirs."""
    person = delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.lock(tx, [booking.visit_id])[booking.visit_id]
    if log.outcome_of(tx, cause) is not None:
        return LeftLine(visit=visit)
    booking = bookings.read(tx, booking_id)
    assert booking is not None
    if booking.state not in (BookingState.WAITING, BookingState.OFFERED) or booking.version != booking_version:
        return NotTaken(refusal=OfferGone(), visit=visit)
    _end(tx, booking, reason="left the line" if booking.is_waiting else "declined", now=now)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="leave" if booking.is_waiting else "decline",
        subject=f"booking:{booking_id}",
        before={"visit": visit.key, "party": booking.party},
        outcome={"booking": booking_id},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress, now=now)
    return LeftLine(visit=visit)


def wait_for_all(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    congress: Congress,
    now: datetime,
    cause: str,
) -> Wait | Offered | NotTaken | None:
    """Say no to an offer for a part of the party: it waits on at its old place, now for seats for all of it."""
    person = delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.lock(tx, [booking.visit_id])[booking.visit_id]
    if log.outcome_of(tx, cause) is not None:
        return read_standing(tx, booking_id)
    booking, rest = bookings.read(tx, booking_id), queue.rest_of(tx, booking_id)
    assert booking is not None
    if booking.state is not BookingState.OFFERED or booking.version != booking_version or rest is None:
        return NotTaken(refusal=OfferGone(), visit=visit)
    take_back(tx, booking)
    queue.unite(tx, booking, rest)
    queue.wait_again(tx, booking, least=booking.party + rest.party)
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="wait for all",
        subject=f"booking:{booking_id}",
        after={"visit": visit.key, "party": booking.party + rest.party},
        outcome={"booking": booking_id},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress, now=now)
    return read_standing(tx, booking_id)


def change_wish(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    booking_version: int,
    fewer: bool | None = None,
    any_time: bool | None = None,
    congress: Congress,
    now: datetime,
) -> Wait | Offered | NotTaken | None:
    """Set whether the party would go with fewer seats too, or takes them any time; what is None stays as it is."""
    delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    if booking is None or booking.delegate_id != delegate_id:
        return None
    visit = visits.lock(tx, [booking.visit_id])[booking.visit_id]
    booking = bookings.read(tx, booking_id)
    assert booking is not None
    if not booking.is_waiting:
        return NotTaken(refusal=OfferGone(), visit=visit)
    least = booking.party_least if fewer is None else 1 if fewer else booking.party
    wanted = booking.any_time if any_time is None else any_time
    if (least, wanted) != (booking.party_least, booking.any_time) and booking.version == booking_version:
        queue.change(tx, booking_id, party_least=least, any_time=wanted)
        promote(tx, visit.id, congress=congress, now=now)
    return read_standing(tx, booking_id)


def _end(tx: Tx, booking: Booking, *, reason: str, now: datetime) -> None:
    if not booking.is_waiting:
        take_back(tx, booking)
        rest = queue.rest_of(tx, booking.id)
        if rest is not None:
            queue.unite(tx, booking, rest)
    queue.end(tx, booking, reason=reason, now=now)


def _who_moves(tx: Tx, replaced: int | None, *, party: int) -> list[Rider] | None:
    """Those who travel on the booking that this wait would replace, when they are as many."""
    riders = [] if replaced is None else bookings.riders_of(tx, [replaced]).get(replaced, ())
    return list(riders) if len(riders) == party else None


def _is_booked(seat: HeldSeat, booking_id: int | None) -> bool:
    return seat.booking.id == booking_id and seat.booking.state is BookingState.BOOKED
