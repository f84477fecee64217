"""/my: what a person has and waits for, a few lines each."""

from collections.abc import Sequence

from bot.language import Language
from bot.services.booking import Ticket
from bot.services.standing import Own, Wait
from bot.texts.markup import esc, words
from bot.texts.tickets import bus_and_bay, travellers
from bot.texts.visits import zone_name
from bot.texts.waiting import own_line
from storage.records import Congress


def own(say: Language, shown: Own, *, congress: Congress) -> str:
    """List one's own tickets, then offers and waits."""
    if not shown.tickets and not shown.standing:
        return say.gettext("You are not signed up for any visit yet.")
    zone = esc(zone_name(say, congress))
    lines = []
    if shown.tickets:
        lines += ["<b>" + say.gettext("Your tickets") + "</b>", zone, *_tickets(say, shown.tickets)]
    if shown.standing:
        title = "<b>" + say.gettext("You have no seat on these yet") + "</b>"
        lines += ["", title] if shown.tickets else [title, zone]
        for each in shown.standing:
            is_blocked = isinstance(each, Wait) and shown.is_blocked(each, rules=congress.rules)
            lines.append(own_line(say, each, is_blocked=is_blocked))
    return "\n".join(lines)


def _tickets(say: Language, tickets: Sequence[Ticket]) -> list[str]:
    lines = []
    for each in tickets:
        visit, bus = each.visit, each.bus
        place = "" if bus is None or bus.transfer else f" · {bus_and_bay(say, bus)}"
        lines.append(f"\n<b>{say.moment(visit.leaves_at)}</b>{place}\n{words(say, visit.title)}")
        if each.booking.party > 1:
            lines.append("\n".join(travellers(say, each.booking)))
    return lines
