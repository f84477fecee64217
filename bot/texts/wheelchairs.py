"""Wheelchair places: what is kept, where there is none, and who helps then."""

from bot.language import Language
from bot.services.booking import Ticket
from bot.services.wheelchairs import Places
from bot.texts.markup import esc, name, words
from bot.texts.tickets import bus_and_bay
from storage.records import Congress, Rider


def places(say: Language, shown: Places, *, congress: Congress) -> str:
    """Say what is kept on each ticket, and where a place is missing."""
    lines = [
        "♿ <b>" + say.gettext("Wheelchair places") + "</b>",
        say.gettext("A place on the bus is kept together with the seat, and the bus crew sees it on their list."),
    ]
    for ticket in shown.tickets:
        riders = [rider for rider in ticket.booking.riders if rider.wheelchair or shown.lacks(rider)]
        if not riders:
            continue
        lines += ["", f"<b>{say.clock(ticket.visit.leaves_at)} {words(say, ticket.visit.title)}</b>"]
        lines += [_rider(say, ticket, rider, kept=rider.wheelchair) for rider in riders]
    if any(shown.lacks(rider) for ticket in shown.tickets for rider in ticket.booking.riders):
        phone = esc(congress.contacts.phone)
        lines += ["", say.gettext("Where no place is left, please call the desk: {phone}").format(phone=phone)]
    return "\n".join(lines)


def rider_label(say: Language, *, rider: str, time: str, chosen: bool) -> str:
    """A switch of one companion on the visit that leaves at this time."""
    return ("☑️ " if chosen else "◻️ ") + f"{time} · {rider}"


def need_answer(say: Language, *, wanted: bool) -> str:
    """The outcome in the tap's own answer."""
    if wanted:
        return say.gettext("Noted: a wheelchair place is needed.")
    return say.gettext("Noted: no wheelchair place is needed.")


def _rider(say: Language, ticket: Ticket, rider: Rider, *, kept: bool) -> str:
    who = name(rider.name)
    if not kept:
        return "⚠️ " + say.gettext("{name}: no wheelchair place is left").format(name=who)
    if ticket.bus is None:
        return "☑️ " + say.gettext("{name}: noted on the list of the group").format(name=who)
    # Translators: bus is a ready-made "Bus B04, bay 2".
    return "☑️ " + say.gettext("{name}: place kept ({bus})").format(name=who, bus=bus_and_bay(say, ticket.bus))
