"""Tickets: what a traveller reads in a noisy street, and what a tap answers."""

from collections.abc import Sequence

from bot.language import Language
from bot.rules.seats import is_walk
from bot.services.booking import Booked, Released, Ticket
from bot.texts.markup import cut, esc, name, words
from bot.texts.visits import bring, meeting_place, price, transfer, zone_name
from storage.records import Booking, Bus, Congress, Visit


def ticket(say: Language, shown: Ticket, *, congress: Congress) -> str:
    """The ticket: visit, bus, bay, boarding and departure, meeting point, travellers, code."""
    booking, visit = shown.booking, shown.visit
    lines = [
        "✅ <b>" + say.gettext("You are signed up") + "</b>",
        f"<b>{words(say, visit.title)}</b>",
        "",
        *departure_lines(say, visit, shown.bus, congress=congress),
        *leaders(say, shown),
        "↩️ " + say.gettext("Back at about {time}").format(time=say.clock(visit.returns_at)),
        "",
        *travellers(say, booking),
        "🔖 " + say.gettext("Code: {code}").format(code=f"<code>{esc(booking.code)}</code>"),
    ]
    extras = bring(say, visit)
    if visit.price_eur:
        extras.append(price(say, visit))
    if visit.tentative:
        extras.append("❔ <i>" + say.gettext("Not yet confirmed. We write to you if it changes.") + "</i>")
    if extras:
        lines += ["", *extras]
    return "\n".join(lines)


def departure_lines(say: Language, visit: Visit, bus: Bus | None, *, congress: Congress) -> list[str]:
    """When and where one boards and leaves, a fact a line, the zone by its name."""
    lines = [f"🗓 {say.day(visit.leaves_at)} ({esc(zone_name(say, congress))})"]
    if bus is None or bus.transfer:
        label = say.gettext("Start: {time}") if is_walk(visit) else say.gettext("Be there at {time}")
        lines.append(f"{'🚶' if is_walk(visit) else '🕘'} <b>{label.format(time=say.clock(visit.leaves_at))}</b>")
    else:
        lines.append("🚌 <b>" + bus_and_bay(say, bus) + "</b>")
        times = say.gettext("Boarding {boards}, departure {departs}").format(
            boards=f"<b>{say.clock(bus.boards_at)}</b>", departs=f"<b>{say.clock(bus.departs_at)}</b>"
        )
        lines.append(f"🕘 {times}")
    lines.append("📍 " + say.gettext("Meeting point: {place}").format(place=meeting_place(say, visit, congress)))
    if bus is not None and bus.transfer:
        lines.append("🚌 " + transfer(say, bus))
    return lines


def bus_and_bay(say: Language, bus: Bus) -> str:
    """Name the bus and where it stands."""
    if not bus.bay:
        return say.gettext("Bus {bus}").format(bus=esc(bus.label))
    return say.gettext("Bus {bus}, bay {bay}").format(bus=esc(bus.label), bay=esc(bus.bay))


def travellers(say: Language, booking: Booking) -> list[str]:
    """Name those who travel on the booking, where there are several."""
    if booking.party == 1:
        return []
    names = say.listing(name(rider.name) for rider in booking.riders)
    return ["👥 " + say.gettext("Travellers ({n}): {names}").format(n=booking.party, names=names)]


def leaders(say: Language, shown: Ticket) -> list[str]:
    """Name whom to look for at the bus, where somebody leads it."""
    if not shown.leaders:
        return []
    # Translators: on a ticket: who goes along with the bus and has its list of passengers; one name or several.
    names = say.listing(name(each) for each in shown.leaders)
    return ["🙋 " + say.gettext("Bus leader: {names}").format(names=names)]


def booked_answer(say: Language, booked: Booked) -> str:
    """The outcome in the tap's own answer."""
    bus, visit = booked.ticket.bus, booked.ticket.visit
    if bus is None or bus.transfer:
        return say.gettext("Signed up. Be there at {time}.").format(time=say.clock(visit.leaves_at))
    return say.gettext("Signed up: bus {bus}, boarding {boards}.").format(
        bus=bus.label, boards=say.clock(bus.boards_at)
    )


def given_up(say: Language, visits: Sequence[Visit]) -> str:
    """Say on the new ticket which visits were given up for it."""
    titles = say.listing(words(say, visit.title) for visit in visits)
    return "↪️ " + say.gettext("Given up for it: {visits}").format(visits=titles)


def ticket_label(say: Language, each: Ticket) -> str:
    """Return a ticket's button."""
    return cut(f"🎫 {say.clock(each.visit.leaves_at)} · {say.words(each.visit.title)}", 60)


def ask_release(say: Language, shown: Ticket) -> str:
    """Ask before all seats are given back."""
    text = say.ngettext(
        "Give {n} seat on “{visit}” back? Others can take it at once.",
        "Give all {n} seats on “{visit}” back? Others can take them at once.",
        shown.booking.party,
    )
    return text.format(n=shown.booking.party, visit=words(say, shown.visit.title))


def released(say: Language, done: Released) -> str:
    """Confirm that the seats are given back."""
    return "☑️ " + say.gettext("You have given up “{visit}”. It is free for others now.").format(
        visit=words(say, done.visit.title)
    )


def released_answer(say: Language) -> str:
    """The outcome in the tap's own answer."""
    return say.gettext("Done: given back.")
