"""Whom an organizer may have meant: candidates, a few lines each."""

from bot.language import Language
from bot.services.searching import Candidate, Candidates, NumberOf
from bot.texts.markup import cut, esc, name, words
from bot.texts.tickets import bus_and_bay, travellers

_LONGEST = 60


def candidates(say: Language, shown: Candidates) -> str:
    """List who may be meant, or say that nobody is."""
    typed = name(cut(shown.typed, _LONGEST))
    if shown.number is not None and not shown.found:
        return "🔎 " + _without_seat(say, shown.number)
    if not shown.found:
        return say.gettext("Nobody with a seat is called like “{typed}”, and no booking has this code.").format(
            typed=typed
        )
    title = say.gettext("Possibly meant by “{typed}”:").format(typed=typed)
    return "\n\n".join([f"🔎 <b>{title}</b>", *(_candidate(say, each) for each in shown.found)])


def _without_seat(say: Language, number: NumberOf) -> str:
    """Say of a number of the list that nobody with it has a seat; the name only to who may read it."""
    who = f"<code>{esc(cut(number.number, _LONGEST))}</code>" + (
        f" · <b>{name(number.name)}</b>" if number.name else ""
    )
    if number.delegate_id is None:
        # Translators: of a registration number: it is listed, but its owner has not typed it to the bot.
        return f"{who}\n" + say.gettext("On the list of registered people. Nobody has told the bot this number yet.")
    return f"{who}\n" + say.gettext("On the list of registered people. No seat that you may see.")


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
    return say.gettext(
        "Write such as /find Müller or /find Қасым, a registration number: /find WLIC-1042, "
        "or a booking’s code: /find K7PW2"
    )
