"""A waiting list as organizers read it: who stands where, and why somebody is passed over."""

from typing import assert_never

from bot.language import Language
from bot.rules.waiting import Standing
from bot.services.queue import Line
from bot.texts.markup import esc, name, pages, words


def line_pages(say: Language, shown: Line) -> list[str]:
    """Return the list, a message a page: counts first, then a party a line."""
    visit = shown.visit
    head = [
        f"⏳ <b>{esc(visit.key)}</b> {words(say, visit.title)}",
        "<b>"
        + say.ngettext("Waiting: {n} sign-up", "Waiting: {n} sign-ups", len(shown.places)).format(n=len(shown.places))
        + "</b> · "
        + say.gettext("seats wished for: {n}").format(n=shown.people),
    ]
    if visit.queue_paused:
        head.append("⏸ " + say.gettext("Paused: nobody moves up, and nobody signs up past them."))
    elif not shown.moves:
        head.append("⌛ " + say.gettext("Nobody moves up any more."))
    elif shown.kept_until is not None and shown.places:
        head.append(
            "🔒 "
            + say.gettext("What is free is kept for the first in the list until {moment}.").format(
                moment=say.moment(shown.kept_until)
            )
        )
    lines = []
    for place, each in enumerate(shown.places, 1):
        booking = each.booking
        names = say.listing(name(rider.name) for rider in booking.riders)
        party = f" · 👥 {booking.party}" if booking.party > 1 else ""
        fewer = f" ({booking.party_least}+)" if booking.party_least < booking.party else ""
        standing = _standing(say, each.standing)
        lines.append(f"{place}. {names}{party}{fewer}" + (f" · <i>{esc(standing)}</i>" if standing else ""))
    return pages("\n".join(head), lines, room=2_500)


def usage_queue(say: Language) -> str:
    """Show how the command is used, by an example that works."""
    return say.gettext("Write the visit: {example}").format(example="<code>/queue nab-am</code>")


def paused_answer(say: Language, *, paused: bool) -> str:
    """The outcome in the tap's own answer."""
    return say.gettext("The waiting list is paused.") if paused else say.gettext("The waiting list goes on.")


def _standing(say: Language, standing: Standing) -> str:
    match standing:
        case Standing.READY | Standing.BUSY:
            return ""
        case Standing.UNREACHABLE:
            return say.gettext("cannot be reached")
        case Standing.OVERLAPS:
            return say.gettext("has another seat at that time")
        case Standing.OFFERED:
            return say.gettext("holds an offer elsewhere")
        case Standing.NO_PLACE:
            return say.gettext("needs a wheelchair place, none is free")
        case Standing.PART_OFFERED:
            return say.gettext("a part of the party holds an offer")
        case _:
            assert_never(standing)
