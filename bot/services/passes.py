"""Somebody of the crew checks a traveller's QR pass."""

from dataclasses import dataclass

from bot.rules.authority import Right
from bot.rules.passes import Pass, PassRefusal, refuse_pass
from bot.services.authority import NoAuthority, refusal
from storage import Tx, bookings, visits
from storage.records import Booking, Bus, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPass:
    """A genuine pass with its booking as it stands now; `refusal` says why nobody may board with it."""

    booking: Booking
    visit: Visit
    bus: Bus | None
    refusal: PassRefusal | None


def check_pass(tx: Tx, *, actor: int, signed: Pass) -> CheckedPass | NoAuthority | None:
    """Return what a genuine pass is good for; None when its booking is gone."""
    if (refused := refusal(tx, actor, Right.CHECK_PASS)) is not None:
        return refused
    booking = bookings.read(tx, signed.booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None:
        return None
    bus = visit.bus(booking.bus_id)
    if (refused := refusal(tx, actor, Right.CHECK_PASS, visit=visit, bus=bus)) is not None:
        return refused
    return CheckedPass(booking=booking, visit=visit, bus=bus, refusal=refuse_pass(signed, booking))
