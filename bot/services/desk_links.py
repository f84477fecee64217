"""A seat of the desk comes to its person's own phone: a link that works once, and the same booking is their account's.

The link is a gift's (services/gifts.py) from somebody without Telegram; who opens it takes the booking as it is on the
slip: code, bus and names stay.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.gifts import gift_ends, refuse_giving
from bot.services.authority import NoAuthority
from bot.services.desk import DeskSeat, desk_seat
from bot.services.gifts import NotGiving
from storage import Tx, delegates, gifts, log
from storage.records import Congress, Gift


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneLink:
    """The link has been made; its token is the caller's alone."""

    seat: DeskSeat
    gift: Gift


def link_to_phone(
    tx: Tx, *, actor: int, booking_id: int, token: str, congress: Congress, now: datetime, cause: str
) -> PhoneLink | DeskSeat | NotGiving | NoAuthority | None:
    """Make a link with which the person of this seat has it in their own Telegram; an earlier link is void.

    `token` is the link's secret, and only its digest is kept. A repeat of `cause` puts the new token in the place of
    the one that nobody saw. DeskSeat where the seat has ended, or its person has Telegram by now.
    """
    seat = desk_seat(tx, actor=actor, booking_id=booking_id)
    if not isinstance(seat, DeskSeat):
        return seat
    delegates.lock(tx, seat.person.id)
    seat = desk_seat(tx, actor=actor, booking_id=booking_id)  # it may have been taken before the lock
    if not isinstance(seat, DeskSeat) or seat.is_ended or seat.person.telegram_id is not None:
        return seat
    done = log.outcome_of(tx, cause)
    if done is not None:
        renewed = gifts.renew(tx, done["gift"], token=token)
        return seat if renewed is None else PhoneLink(seat=seat, gift=renewed)
    booking, visit = seat.ticket.booking, seat.ticket.visit
    refusal = refuse_giving(visit, rules=congress.rules, now=now)
    owner = next((rider for rider in booking.riders if rider.is_owner), None)
    if refusal is not None:
        return NotGiving(refusal=refusal, visit=visit)
    if owner is None:
        return seat
    gift = gifts.add(
        tx,
        token=token,
        booking_id=booking.id,
        rider_id=owner.id,
        delegate_id=seat.person.id,
        name=seat.person.name,
        ends_at=gift_ends(visit, now=now),
        now=now,
    )
    log.write(
        tx,
        at=now,
        actor=actor,
        action="desk link",
        subject=f"booking:{booking.id}",
        after={"visit": visit.key, "code": booking.code},
        outcome={"gift": gift.id},
        cause=cause,
    )
    return PhoneLink(seat=seat, gift=gift)
