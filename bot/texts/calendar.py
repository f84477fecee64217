"""What a calendar entry says, and what goes with its file. An entry is plain text and names nobody."""

from bot.language import Language
from bot.services.booking import Ticket
from bot.services.calendar import CalendarFile
from bot.texts.markup import words
from bot.texts.visits import zone_name
from storage.records import Congress


def entry(say: Language, shown: Ticket, *, congress: Congress) -> tuple[str, ...]:
    """Return the lines of the entry: times by the congress's clocks, bus and bay, what to bring."""
    visit, bus = shown.visit, shown.bus
    lines = [f"{say.day(visit.leaves_at)} ({zone_name(say, congress)})"]
    if bus is None or bus.transfer:
        lines.append(say.gettext("Be there at {time}").format(time=say.clock(visit.leaves_at)))
    else:
        # Translators: {bay} is where the bus stands; it may be missing.
        where = say.gettext("Bus {bus}, bay {bay}") if bus.bay else say.gettext("Bus {bus}")
        lines.append(where.format(bus=bus.label, bay=bus.bay))
        times = say.gettext("Boarding {boards}, departure {departs}")
        lines.append(times.format(boards=say.clock(bus.boards_at), departs=say.clock(bus.departs_at)))
    lines.append(say.gettext("Back at about {time}").format(time=say.clock(visit.returns_at)))
    if visit.needs_id:
        lines.append(say.gettext("Bring your passport or ID card: without it you will not be let in."))
    lines.append(say.gettext("Times can change: your ticket in the bot has the newest."))
    return tuple(lines)


def caption(say: Language, file: CalendarFile) -> str:
    """Say under the file what opening it does."""
    title = f"📅 <b>{words(say, file.ticket.visit.title)}</b>"
    if file.takes_out:
        return f"{title}\n" + say.gettext("Open the file to take this visit out of your calendar.")
    return f"{title}\n" + say.gettext(
        "Open the file to put this visit into your calendar. After a change, take it again: it replaces the old entry."
    )
