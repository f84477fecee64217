"""Calendar files of one's own seats: what a person gets now, numbered so that in the calendar the newer one wins."""

from dataclasses import dataclass
from datetime import datetime

from bot.rules.reminding import departure
from bot.services.booking import Ticket
from storage import Tx, bookings, calendars, delegates, visits
from storage.records import BookingState, Bus, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarFile:
    """What the file says. `sequence` is higher than in every earlier file of this booking that said otherwise."""

    ticket: Ticket
    sequence: int

    @property
    def takes_out(self) -> bool:
        """The seat was given back: the file takes the entry out of the calendar."""
        return self.ticket.booking.state is not BookingState.BOOKED


def give_calendar(tx: Tx, *, booking_id: int, delegate_id: int, now: datetime) -> CalendarFile | None:
    """Return the file of the person's booking as things stand, and remember that it was given out.

    None for a booking that is not theirs, and for one without a seat of which no file was ever given out.
    """
    delegates.lock(tx, delegate_id)
    booking = bookings.read(tx, booking_id)
    visit = None if booking is None else visits.read(tx, booking.visit_id)
    if booking is None or visit is None or booking.delegate_id != delegate_id:
        return None
    given = calendars.read(tx, booking_id)
    has_seat = booking.state is BookingState.BOOKED
    if given is None and not has_seat:
        return None
    bus = visit.bus(booking.bus_id)
    facts = calendar_facts(visit, bus) if has_seat else str(booking.state)
    sequence = 0 if given is None else given.sequence + (given.facts != facts)
    if given is None or given.facts != facts:
        calendars.put(tx, booking_id, sequence=sequence, facts=facts, now=now)
    return CalendarFile(ticket=Ticket(booking=booking, visit=visit, bus=bus), sequence=sequence)


def calendar_facts(visit: Visit, bus: Bus | None) -> str:
    """Return what travellers must hear of, when it changes: times, bus, bay and meeting point."""
    place = () if bus is None else (bus.label, bus.bay, bus.boards_at.isoformat())
    return "|".join((departure(visit, bus).isoformat(), visit.returns_at.isoformat(), visit.meeting_point, *place))
