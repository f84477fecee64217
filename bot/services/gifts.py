"""A seat given to a named colleague: a link that works once, and the seat changes hands without being free between.

A link of the desk's (services/desk_links.py) is a gift from somebody without Telegram: to themselves, on their phone.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.booking import AlreadyReleased
from bot.rules.gifts import GiftRefusal, GivingRefusal, gift_ends, refuse_gift, refuse_giving
from bot.rules.lateness import KINDS
from bot.rules.naming import clean_name
from bot.rules.seats import has_room
from bot.services.booking import Booked, Refused, Ticket, repeated, ticket_for, ticket_message, ticket_of
from bot.services.cards import renew_booking
from bot.services.drafts import DRAFT_LIFE, BadName
from bot.services.listed import may_be_seated
from bot.services.promotion import promote
from storage import Tx, bookings, delegates, drafts, erasing, gifts, log, outbox, queue, registered, seats, visits
from storage.erasing import Someone
from storage.records import Booking, Bus, Congress, Delegate, Gift, Lease, NewMessage, Rider, Visit

GIFT = "gift"
"""The draft that expects a colleague's name."""
GIVEN = "given"
"""The message that tells the giver."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Giving:
    """A ticket whose seats may be given away, and the links that still work."""

    ticket: Ticket
    links: tuple[Gift, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class NotGiving:
    """The seats of this visit cannot be given to anybody."""

    refusal: GivingRefusal
    visit: Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """The link has been made; its token is the caller's alone."""

    gift: Gift
    ticket: Ticket
    rider: Rider


@dataclass(frozen=True, slots=True, kw_only=True)
class Present:
    """What a link leads to: the seat, and who gives it."""

    gift: Gift
    giver: Delegate
    visit: Visit

    @property
    def is_from_desk(self) -> bool:
        """The reader is who stood at the desk, and the seat is theirs already."""
        return _is_from_desk(self.giver)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Nothing has changed hands; `visit` is None where the link leads nowhere."""

    refusal: GiftRefusal
    visit: Visit | None


def giving_of(
    tx: Tx, *, delegate_id: int, booking_id: int, congress: Congress, now: datetime
) -> Giving | NotGiving | Refused | None:
    """Return the person's ticket with its open links; as `ticket_of` where it is no ticket of theirs."""
    ticket = ticket_of(tx, booking_id=booking_id, delegate_id=delegate_id)
    if not isinstance(ticket, Ticket):
        return ticket
    refusal = refuse_giving(ticket.visit, rules=congress.rules, now=now)
    if refusal is not None:
        return NotGiving(refusal=refusal, visit=ticket.visit)
    return Giving(ticket=ticket, links=gifts.open_of(tx, booking_id, now=now))


def begin_gift(
    tx: Tx,
    *,
    delegate_id: int,
    booking_id: int,
    rider_id: int,
    message_id: int | None,
    congress: Congress,
    now: datetime,
) -> Giving | NotGiving | Refused | None:
    """Begin to ask for the name of the colleague who gets this rider's seat; None where there is no such seat."""
    giving = giving_of(tx, delegate_id=delegate_id, booking_id=booking_id, congress=congress, now=now)
    if not isinstance(giving, Giving):
        return giving
    if _rider(giving.ticket.booking, rider_id) is None:
        return None
    fields = {"booking": booking_id, "rider": rider_id}
    drafts.put(tx, delegate_id, kind=GIFT, fields=fields, message_id=message_id, expires_at=now + DRAFT_LIFE)
    return giving


def make_gift(
    tx: Tx, *, delegate_id: int, typed: str, token: str, congress: Congress, now: datetime, cause: str
) -> Given | NotGiving | BadName | Refused | None:
    """Make a link for the colleague whose name was typed; it works once, and the seat is the giver's until then.

    `token` is the link's secret, and only its digest is kept. A repeat of `cause` puts the new token in the place of
    the one that nobody saw. None when no name was asked for.
    """
    person = delegates.lock(tx, delegate_id)
    done = log.outcome_of(tx, cause)
    if done is not None:
        renewed = gifts.renew(tx, done["gift"], token=token)
        return None if renewed is None else _given(tx, renewed)
    draft = drafts.read(tx, delegate_id, now=now)
    if draft is None or draft.kind != GIFT:
        return None
    name = clean_name(typed)
    if name is None:
        return BadName(typed=typed)
    giving = giving_of(tx, delegate_id=delegate_id, booking_id=draft.fields["booking"], congress=congress, now=now)
    drafts.end(tx, delegate_id)
    if not isinstance(giving, Giving):
        return giving
    ticket, rider = giving.ticket, _rider(giving.ticket.booking, draft.fields["rider"])
    if rider is None:
        return Refused(refusal=AlreadyReleased(), visit=ticket.visit)
    gift = gifts.add(
        tx,
        token=token,
        booking_id=ticket.booking.id,
        rider_id=rider.id,
        delegate_id=delegate_id,
        name=name,
        ends_at=gift_ends(ticket.visit, now=now),
        now=now,
    )
    log.write(
        tx,
        at=now,
        actor=person.telegram_id,
        action="offer to a colleague",
        subject=f"booking:{ticket.booking.id}",
        after={"visit": ticket.visit.key, "until": gift.ends_at.isoformat()},
        outcome={"gift": gift.id},
        cause=cause,
    )
    return Given(gift=gift, ticket=ticket, rider=rider)


def withdraw_gift(
    tx: Tx, *, delegate_id: int, gift_id: int, congress: Congress, now: datetime
) -> Giving | NotGiving | Refused | None:
    """Take a link back, if nobody has used it yet; return what stands of the ticket. None for somebody else's."""
    delegates.lock(tx, delegate_id)
    gift = gifts.read(tx, gift_id)
    if gift is None or gift.delegate_id != delegate_id:
        return None
    if gift.is_open:
        gifts.end(tx, gift_id, taken=False)
    return giving_of(tx, delegate_id=delegate_id, booking_id=gift.booking_id, congress=congress, now=now)


def present_of(tx: Tx, *, delegate_id: int, token: str, congress: Congress, now: datetime) -> Present | NotTaken:
    """Return what the link leads to for this reader, or why it does not."""
    found = _look(tx, token, taker_id=delegate_id, congress=congress, now=now)
    if isinstance(found, NotTaken):
        return found
    gift, _, visit = found
    return Present(gift=gift, giver=delegates.read(tx, gift.delegate_id), visit=visit)


def take_gift(
    tx: Tx,
    *,
    delegate_id: int,
    token: str,
    congress: Congress,
    now: datetime,
    cause: str,
    lease: Lease | None = None,
) -> Booked | NotTaken:
    """Give the link's seat to this person and tell the giver, or say why not. The seat is at no moment free.

    By a link of the desk's they have the very booking of the slip, and nobody else is told.
    A repeat of `cause` answers what the first run came to. With a `lease` the ticket's message is the caller's to show.
    """
    gift = gifts.by_token(tx, token)
    # Both people, in the order of their ids, as everybody who locks two.
    people = {
        each: delegates.lock(tx, each) for each in sorted({delegate_id, gift.delegate_id if gift else delegate_id})
    }
    taker = people[delegate_id]
    done = log.outcome_of(tx, cause)
    if done is not None:
        return repeated(tx, done, lease=lease)
    _, _, visit = _behind(tx, token)
    if visit is not None:
        visits.lock(tx, [visit.id])
    found = _look(tx, token, taker_id=delegate_id, congress=congress, now=now)
    if isinstance(found, NotTaken):
        return found
    gift, booking, visit = found
    if _is_from_desk(people[gift.delegate_id]):
        return _take_own(tx, booking, gift, taker, visit=visit, now=now, cause=cause, lease=lease)
    bus = visit.bus(booking.bus_id)
    given = _hand_over(tx, booking, gift, taker, bus=bus, now=now)
    renew_booking(tx, booking, visit, now=now)
    gifts.end(tx, gift.id, taken=True)
    message = ticket_message(given, visit, now=now)
    outbox.add(tx, message, lease=lease)
    outbox.add(tx, _news(gift, given, visit, now=now))
    log.write(
        tx,
        at=now,
        actor=taker.telegram_id,
        action="take from a colleague",
        subject=f"booking:{given.id}",
        before={"booking": booking.id, "party": booking.party},
        after={"visit": visit.key, "bus": bus.label if bus else None, "party": 1, "code": given.code},
        outcome={"booking": given.id, "given_up": [], "message": message.key},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress, now=now)
    return Booked(ticket=ticket_for(tx, given, visit), given_up=())


def _look(
    tx: Tx, token: str, *, taker_id: int, congress: Congress, now: datetime
) -> tuple[Gift, Booking, Visit] | NotTaken:
    """Return what the link leads to for this person, or why it gives them nothing."""
    gift, booking, visit = _behind(tx, token)
    held = bookings.held_by(tx, taker_id)
    travellers = [taker_id]
    if gift is not None and _is_from_desk(delegates.read(tx, gift.delegate_id)):
        travellers.append(gift.delegate_id)  # the desk's link: the same person, whose number comes along
    refusal = refuse_gift(
        gift,
        booking,
        visit,
        taker_id=taker_id,
        held=held,
        rules=congress.rules,
        now=now,
        listed=visit is None or any(may_be_seated(tx, each, visit, rules=congress.rules) for each in travellers),
    )
    if refusal is not None:
        return NotTaken(refusal=refusal, visit=visit)
    assert gift is not None
    assert booking is not None
    assert visit is not None
    return gift, booking, visit


def _hand_over(tx: Tx, booking: Booking, gift: Gift, taker: Delegate, *, bus: Bus | None, now: datetime) -> Booking:
    """End the giver's booking, or the part of it with this rider, and write the taker's on the same bus.

    A wheelchair place of the giver's is free, and the taker has one where they need it and the bus has it.
    """
    rider = _rider(booking, gift.rider_id)
    assert rider is not None
    freed = int(rider.wheelchair)
    rolls = taker.wheelchair and (bus is None or has_room(bus, wheelchairs=1 - freed))
    seats.change_riders(tx, visit_id=booking.visit_id, bus_id=booking.bus_id, wheelchairs=int(rolls) - freed)
    if booking.party > 1:
        booking = bookings.split_off(tx, booking, rider, now=now)
    rest = queue.rest_of(tx, booking.id)
    if rest is not None:
        queue.end(tx, rest, reason=gifts.GIVEN_AWAY, now=now)
    bookings.release(tx, booking.id, reason=gifts.GIVEN_AWAY, now=now)
    return bookings.add_booked(
        tx,
        visit_id=booking.visit_id,
        bus_id=booking.bus_id,
        delegate_id=taker.id,
        party=[Rider(name=taker.name, is_owner=True, wheelchair=rolls)],
        now=now,
    )


def _take_own(
    tx: Tx,
    booking: Booking,
    gift: Gift,
    taker: Delegate,
    *,
    visit: Visit,
    now: datetime,
    cause: str,
    lease: Lease | None,
) -> Booked:
    """Let the booking of somebody without Telegram be their account's, as it is on the slip; number and need too.

    Once nothing is left to the row that the desk wrote, it is erased: who is known by their account alone can be
    forgotten by it.
    """
    bookings.move_to_person(tx, booking.id, delegate_id=taker.id)
    gifts.end(tx, gift.id, taken=True)
    number = registered.of_delegate(tx, gift.delegate_id)
    if number is not None and not registered.is_joined(tx, taker.id):
        registered.pass_on(tx, giver_id=gift.delegate_id, taker_id=taker.id)
        delegates.change(tx, gift.delegate_id, registration=None)
        delegates.change(tx, taker.id, registration=number.person.number)
    if any(rider.is_owner and rider.wheelchair for rider in booking.riders):
        delegates.change(tx, taker.id, wheelchair=True)
    if not bookings.live_of(tx, gift.delegate_id):
        erasing.erase(tx, [Someone(gift.delegate_id, None)], now=now)
    moved = bookings.read(tx, booking.id)
    assert moved is not None
    message = ticket_message(moved, visit, now=now, again=True)
    outbox.add(tx, message, lease=lease)
    log.write(
        tx,
        at=now,
        actor=taker.telegram_id,
        action="take from the desk",
        subject=f"booking:{moved.id}",
        after={"visit": visit.key, "code": moved.code},
        outcome={"booking": moved.id, "given_up": [], "message": message.key},
        cause=cause,
    )
    return Booked(ticket=ticket_for(tx, moved, visit), given_up=())


def _is_from_desk(giver: Delegate) -> bool:
    return giver.telegram_id is None


def _news(gift: Gift, given: Booking, visit: Visit, *, now: datetime) -> NewMessage:
    return NewMessage(
        key=f"{GIVEN}/{gift.id}",
        kind=GIVEN,
        delegate_id=gift.delegate_id,
        booking_id=given.id,
        due_at=now,
        message_class=KINDS[GIVEN].message_class,
        expires_at=KINDS[GIVEN].expires_at(now, ends_at=visit.returns_at),
        departs_at=visit.leaves_at,
    )


def _behind(tx: Tx, token: str) -> tuple[Gift | None, Booking | None, Visit | None]:
    gift = gifts.by_token(tx, token)
    booking = None if gift is None else bookings.read(tx, gift.booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    return gift, booking, visit


def _given(tx: Tx, gift: Gift) -> Given | None:
    ticket = ticket_of(tx, booking_id=gift.booking_id, delegate_id=gift.delegate_id)
    rider = _rider(ticket.booking, gift.rider_id) if isinstance(ticket, Ticket) else None
    return Given(gift=gift, ticket=ticket, rider=rider) if isinstance(ticket, Ticket) and rider is not None else None


def _rider(booking: Booking, rider_id: int) -> Rider | None:
    return next((rider for rider in booking.riders if rider.id == rider_id), None)
