"""Whom an organizer may have meant: candidates, a few lines each."""

from bot.language import Language
from bot.services.searching import Candidate, Candidates
from bot.texts.markup import cut, esc, name, words
from bot.texts.tickets import bus_and_bay, travellers

_LONGEST = 60


def candidates(say: Language, shown: Candidates) -> str:
    """List who may be meant, or say that nobody is."""
    typed = name(cut(shown.typed, _LONGEST))
    if not shown.found:
        return say.gettext("Nobody with a seat is called like “{typed}”, and no booking has this code.").format(
            typed=typed
        )
    title = say.gettext("Possibly meant by “{typed}”:").format(typed=typed)
    return "\n\n".join([f"🔎 <b>{title}</b>", *(_candidate(say, each) for each in shown.found)])


def _candidate(say: Language, each: Candidate) -> str:
    booking, visit = each.booking, each.visit
    bus = visit.bus(booking.bus_id)
    place = "" if bus is None else f" · {bus_and_bay(say, bus)}"
    lines = [
        f"<b>{name(each.name)}</b> · <code>{esc(booking.code)}</code>",
        f"{say.clock(visit.leaves_at)} {words(say, visit.title)}{place}",
        *travellers(say, booking),
    ]
    if not each.reachable:
        lines.append("🔕 " + say.gettext("cannot be reached by the bot"))
    return "\n".join(lines)


def usage_find(say: Language) -> str:
    """Say how /find is written."""
    return say.gettext("Write such as /find Müller, /find Қасым or a booking’s code: /find K7PW2")
