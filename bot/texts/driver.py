"""A picture for a driver or a guard: where this person must go, in the words of those who live there."""

from collections.abc import Sequence
from datetime import datetime

from bot.language import Language
from bot.rules.reminding import departure
from bot.services.booking import Ticket
from bot.texts.markup import cut, esc
from storage.records import Congress

_LONGEST = 1_000
"""A caption holds 1,024 characters (Bot API)."""


def plea(say: Language, shown: Ticket, *, congress: Congress, now: datetime) -> tuple[str, ...]:
    """Return what the picture says in this language: the request, what is looked for (large), the rest line by line.

    Before the departure the way to the bus or the meeting point, after it to the first library of the visit.
    """
    visit, bus = shown.visit, shown.bus
    phone = congress.contacts.phone.replace(" ", "\u00a0")  # never broken over two lines
    desk = f"{say.words(congress.contacts.desk)}: {phone}"
    if now >= departure(visit, bus):
        library = congress.libraries[visit.stops[0]]
        address = say.gettext("Address: {address}").format(address=say.words(library.address))
        return (say.gettext("Please help me to get to this place:"), say.words(library.name), address, desk)
    point = say.words(congress.meeting_points[visit.meeting_point].name)
    if bus is None or bus.transfer:
        time = say.gettext("Be there at {time}").format(time=say.clock(visit.leaves_at))
        return (say.gettext("Please help me to get to this place:"), point, time, desk)
    return (
        say.gettext("Please help me to find this bus:"),
        say.gettext("Bus {bus}, bay {bay}").format(bus=bus.label, bay=bus.bay)
        if bus.bay
        else say.gettext("Bus {bus}").format(bus=bus.label),
        point,
        say.gettext("Departure: {time}").format(time=say.clock(bus.departs_at)),
        desk,
    )


def caption(say: Language, pleas: Sequence[Sequence[str]]) -> str:
    """Say to the reader what the picture is for; below, its words for who cannot see it or wants to copy them."""
    explained = say.gettext(
        "Open the picture and show it to a driver, a guard or anybody nearby: it asks them to help you."
    )
    said = "\n\n".join("\n".join(lines) for lines in pleas)
    return f"🚕 {explained}\n\n<blockquote>{esc(cut(said, _LONGEST - len(explained)))}</blockquote>"
