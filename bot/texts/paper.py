"""The ticket on paper, for who travels without Telegram: plain text, the reader's language first, then the place's."""

from datetime import datetime

from bot.language import Language
from bot.services.booking import Ticket
from bot.texts.markup import words
from bot.texts.visits import zone_name
from storage.records import Congress


def facts(say: Language, shown: Ticket, *, congress: Congress) -> tuple[str, ...]:
    """Return the visit's title and what one must know, a fact a line, in this language."""
    visit, bus = shown.visit, shown.bus
    lines = [say.words(visit.title), f"{say.day(visit.leaves_at)} ({zone_name(say, congress)})"]
    if bus is None or bus.transfer:
        lines.append(say.gettext("Be there at {time}").format(time=say.clock(visit.leaves_at)))
    else:
        where = say.gettext("Bus {bus}, bay {bay}") if bus.bay else say.gettext("Bus {bus}")
        times = say.gettext("Boarding {boards}, departure {departs}")
        lines.append(where.format(bus=bus.label, bay=bus.bay))
        lines.append(times.format(boards=say.clock(bus.boards_at), departs=say.clock(bus.departs_at)))
    point = say.words(congress.meeting_points[visit.meeting_point].name)
    lines.append(say.gettext("Meeting point: {place}").format(place=point))
    lines.append(say.gettext("Back at about {time}").format(time=say.clock(visit.returns_at)))
    if visit.needs_id:
        lines.append(say.gettext("Bring your passport or ID card: without it you will not be let in."))
    return tuple(lines)


def headings(say: Language, shown: Ticket) -> tuple[str, str, str]:
    """Return the page's title, and what stands over the code and over the travellers."""
    travellers = say.gettext("Travellers: {n}").format(n=shown.booking.party)
    return say.gettext("Ticket"), say.gettext("Code"), travellers


def small_print(say: Language, *, congress: Congress, now: datetime) -> tuple[str, ...]:
    """Say of when the page is and whom to ask: paper does not follow changes."""
    contacts = congress.contacts
    desk = f"{say.words(contacts.desk)}, {say.words(contacts.place)}: {contacts.phone}"
    printed = say.gettext("As of {moment} ({zone}). Times can change: ask at the desk.")
    return printed.format(moment=say.moment(now), zone=zone_name(say, congress)), desk


def caption(say: Language, shown: Ticket) -> str:
    """Say under the file what it is."""
    return f"🖨 <b>{words(say, shown.visit.title)}</b>\n" + say.gettext(
        "To be printed, for those who travel with you without Telegram: the code on it is enough to board."
    )
