"""One's own seat as a calendar file (RFC 5545, 5546): UTC instants, one stable UID a booking, and nobody's name."""

from datetime import UTC, datetime

from bot.language import Language
from bot.services.calendar import CalendarFile
from bot.texts import calendar as texts
from storage.records import Congress


def calendar_file(say: Language, file: CalendarFile, *, congress: Congress, now: datetime) -> bytes:
    """Return the entry to be put into a calendar, or the order to take it out.

    UTC and no zone: a phone set to Tokyo shows the same instant, and one whose zone data is of 2023 does too.
    """
    from icalendar import Calendar, Event, vCalAddress, vText

    visit, bus, booking = file.ticket.visit, file.ticket.bus, file.ticket.booking
    point = congress.meeting_points[visit.meeting_point]
    begins = visit.leaves_at if bus is None or bus.transfer else bus.boards_at
    entry = Event()
    entry.add("uid", f"booking-{booking.id}@{congress.id}")
    entry.add("sequence", file.sequence)
    entry.add("dtstamp", now.astimezone(UTC))
    entry.add("dtstart", begins.astimezone(UTC))
    entry.add("dtend", visit.returns_at.astimezone(UTC))
    entry.add("summary", say.words(visit.title))
    entry.add("location", say.words(point.name))
    entry.add("geo", (point.latitude, point.longitude))
    desk = vCalAddress(f"mailto:{congress.contacts.email}")
    desk.params["CN"] = vText(say.words(congress.contacts.desk))
    entry.add("organizer", desk)
    if file.takes_out:
        entry.add("status", "CANCELLED")
    else:
        entry.add("status", "TENTATIVE" if visit.tentative else "CONFIRMED")
        entry.add("description", "\n".join(texts.entry(say, file.ticket, congress=congress)))
    calendar = Calendar()
    calendar.add("version", "2.0")
    calendar.add("prodid", f"-//{congress.id}//library visit bot//{say.code.upper()}")
    calendar.add("method", "CANCEL" if file.takes_out else "PUBLISH")
    calendar.add_component(entry)
    return bytes(calendar.to_ical())


def file_name(file: CalendarFile) -> str:
    """Return such as visit-nab-am.ics; visit-nab-am-cancelled.ics for one that takes the entry out."""
    return f"visit-{file.ticket.visit.key}{'-cancelled' if file.takes_out else ''}.ics"
