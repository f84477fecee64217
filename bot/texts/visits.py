"""Choosing: the cities, the visits of a city, one visit's card, its libraries."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import assert_never

from bot.language import Language
from bot.rules.agenda import is_coming
from bot.rules.booking import (
    AlreadyLeft,
    BookingClosed,
    OpensLater,
    VisitCancelled,
    refuse_visit,
)
from bot.rules.seats import Fullness, fullness, is_walk, largest_party, seats_left
from bot.services.visits import VisitCard
from bot.texts.agenda import beside_own_seats
from bot.texts.markup import esc, words
from storage.records import BookingState, Bus, City, Congress, HeldSeat, Visit


def cities(say: Language, congress: Congress) -> str:
    """Ask for the city."""
    title = say.gettext("Where would you like to go?")
    return f"<b>{title}</b>\n{say.date(congress.visits_on)}"


def city_label(say: Language, city: City, *, visits: Sequence[Visit]) -> str:
    """Return a city's button: its name and how many visits it has."""
    # Translators: a button, such as "Astana · 10 visits".
    return say.ngettext("{city} · {n} visit", "{city} · {n} visits", len(visits)).format(
        city=say.words(city.name), n=len(visits)
    )


def visit_list(
    say: Language, city: City, visits: Sequence[Visit], *, held: Sequence[HeldSeat], congress: Congress, now: datetime
) -> str:
    """List a page of a city's visits with clock times and seats left, each beside the reader's own seats."""
    # Translators: city_in is a ready-made "in Astana".
    title = say.gettext("Library visits {city_in}").format(city_in=words(say, city.locative))
    lines = [f"<b>{title}</b>", f"{say.date(congress.visits_on)} ({esc(zone_name(say, congress))})"]
    for visit in visits:
        lines += ["", *listed(say, visit, held=held, congress=congress, now=now)]
    return "\n".join(lines)


def listed(say: Language, visit: Visit, *, held: Sequence[HeldSeat], congress: Congress, now: datetime) -> list[str]:
    """A visit in a list: its hours and title, whether it can be had, how it goes with the reader's own seats."""
    hours = f"{say.clock(visit.leaves_at)}–{say.clock(visit.returns_at)}"
    lines = [f"<b>{hours}</b> {words(say, visit.title)}", status(say, visit, congress=congress, now=now)]
    if is_coming(visit, now=now):
        lines += beside_own_seats(say, visit, held, congress=congress)
    return lines


def visit_label(say: Language, visit: Visit) -> str:
    """Return a visit's button: when it leaves and what it is called."""
    return f"{say.clock(visit.leaves_at)} · {say.words(visit.title)}"


def status(say: Language, visit: Visit, *, congress: Congress, now: datetime) -> str:
    """Say in a few words whether the visit can be booked: seats left, filling, full, closed, or when it opens."""
    match refuse_visit(visit, rules=congress.rules, now=now):
        case VisitCancelled():
            return "⛔ " + say.gettext("Will not take place")
        case AlreadyLeft():
            return say.gettext("Has left")
        case OpensLater(opens_at):
            return "🕓 " + say.gettext("Sign-up opens: {moment}").format(moment=say.moment(opens_at))
        case BookingClosed():
            return say.gettext("Sign-up is closed")
        case None:
            return _free_seats(say, visit, congress=congress)
        case refused:
            assert_never(refused)


def _free_seats(say: Language, visit: Visit, *, congress: Congress) -> str:
    left = seats_left(visit)
    free = say.ngettext("{n} seat left", "{n} seats left", left).format(n=left)
    match fullness(visit, filling_share=congress.rules.filling_share):
        case _ if visit.waiting:
            return "🔴 " + say.gettext("Full · on the waiting list: {n}").format(n=visit.waiting)
        case Fullness.FULL:
            return "🔴 " + say.gettext("Full")
        case Fullness.FILLING:
            return f"🟡 {free} · " + say.gettext("filling up")
        case Fullness.FREE:
            return f"🟢 {free}"


def card(say: Language, shown: VisitCard, *, congress: Congress, now: datetime) -> str:
    """Tell all about one visit."""
    visit = shown.visit
    parts = [f"<b>{words(say, visit.title)}</b>"]
    if shown.own is not None:
        known = {
            BookingState.BOOKED: "✅ " + say.gettext("You are signed up for this visit. Your ticket: /my"),
            BookingState.OFFERED: "🎉 " + say.gettext("A seat is kept for you. Please answer: /my"),
            BookingState.WAITING: "⏳ " + say.gettext("You are on the waiting list for this visit: /my"),
        }
        parts.append(known[shown.own.state])
    if visit.tentative:
        parts.append(
            "❔ <i>" + say.gettext("Not yet confirmed. We write to everybody who signed up if it changes.") + "</i>"
        )
    facts = [
        f"🗓 {say.moment(visit.leaves_at)}–{say.clock(visit.returns_at)} ({esc(zone_name(say, congress))})",
        status(say, visit, congress=congress, now=now),
        *_beside(say, shown, congress, now),
        *_until(say, shown, congress),
        *_together(say, visit),
        *transport(say, visit),
        "📍 " + say.gettext("Meeting point: {place}").format(place=meeting_place(say, visit, congress)),
        "🗣 "
        + say.gettext("Guide speaks: {languages}").format(
            languages=esc(say.listing(say.language_name(code) for code in visit.guide_languages))
        ),
        price(say, visit),
    ]
    if visit.lunch:
        facts.append("🍽 " + say.gettext("Lunch included"))
    facts += bring(say, visit)
    facts.append(access(say, visit, congress))
    parts.append("\n".join(facts))
    if visit.about is not None:
        parts.append(words(say, visit.about))
    if visit.tags:
        parts.append("🏷 " + esc(say.listing(say.words(congress.tags[tag]) for tag in visit.tags)))
    parts.append("🏛 " + " · ".join(words(say, congress.libraries[stop].short) for stop in visit.stops))
    return "\n\n".join(parts)


def libraries(say: Language, visit: Visit, *, congress: Congress) -> str:
    """Tell about each library of the visit, in the order of the stops."""
    stops = [congress.libraries[stop] for stop in visit.stops]
    told = [
        f"<b>{words(say, library.name)}</b>\n"
        f"<i>{words(say, congress.kinds[library.kind])} · {words(say, library.address)}</i>\n"
        f"{words(say, library.description)}"
        for library in stops
    ]
    return "\n\n".join([f"🏛 <b>{words(say, visit.title)}</b>", *told])


def similar(say: Language, visit: Visit, others: Sequence[Visit], *, congress: Congress, now: datetime) -> str:
    """Offer what comes nearest to a visit that cannot be had."""
    lines = [f"<b>{words(say, visit.title)}</b>", status(say, visit, congress=congress, now=now), ""]
    lines.append(
        say.gettext("Nearest visits with free seats:")
        if others
        else say.gettext("No similar visit is open for sign-up now.")
    )
    return "\n".join(lines)


def transport(say: Language, visit: Visit) -> list[str]:
    """Say how one gets there: on foot, or by which buses; those that leave together share a line."""
    if is_walk(visit):
        return ["🚶 " + say.gettext("On foot, starts at {time}").format(time=say.clock(visit.leaves_at))]
    together: dict[tuple[datetime, datetime, str], list[Bus]] = {}
    for bus in visit.buses:
        if not bus.transfer:
            together.setdefault((bus.boards_at, bus.departs_at, bus.bay), []).append(bus)
    lines = ["🚌 " + transfer(say, bus) for bus in visit.buses if bus.transfer]
    for (boards_at, departs_at, bay), fleet in together.items():
        # Translators: {bus} is one bus or several: "B01, B02".
        times = say.gettext("Bus {bus}: boarding {boards}, departure {departs}").format(
            bus=esc(say.listing(bus.label for bus in fleet)),
            boards=say.clock(boards_at),
            departs=say.clock(departs_at),
        )
        # Translators: follows the times of a bus, after a comma.
        where = ", " + say.gettext("bay {bay}").format(bay=esc(bay)) if bay else ""
        lines.append(f"🚌 {times}{where}")
    return lines


def transfer(say: Language, bus: Bus) -> str:
    """Name a bus that waits on the way; its times are not the traveller's departure."""
    return say.gettext("Bus {bus} meets you on arrival").format(bus=esc(bus.label))


def meeting_place(say: Language, visit: Visit, congress: Congress) -> str:
    """Name the meeting point."""
    return words(say, congress.meeting_points[visit.meeting_point].name)


def pin_note(say: Language, congress: Congress, *, verified: bool) -> str:
    """Say under a pin whose map data it is, and that it is approximate where nobody has checked it."""
    source = say.words(congress.attribution)
    if verified:
        return source
    return say.gettext("Approximate place. {source}").format(source=source)


def price(say: Language, visit: Visit) -> str:
    """Say what it costs and how that is paid."""
    if visit.price_eur == 0:
        return "💶 " + say.gettext("Free of charge")
    cost = say.gettext("Price: {euros} € for each person").format(euros=visit.price_eur)
    return f"💶 {cost}" + (f". {words(say, visit.payment)}" if visit.payment else "")


def bring(say: Language, visit: Visit) -> list[str]:
    """Say what to bring, an identity document first."""
    lines = []
    if visit.needs_id:
        lines.append(
            "🪪 <b>" + say.gettext("Bring your passport or ID card: without it you will not be let in.") + "</b>"
        )
    if visit.bring is not None:
        lines.append("🎒 " + words(say, visit.bring))
    return lines


def access(say: Language, visit: Visit, congress: Congress) -> str:
    """Say how a wheelchair gets in; what is not known is said to be not known."""
    known: Mapping[str, str] = {
        "yes": say.gettext("Wheelchair access: yes"),
        "partial": say.gettext("Wheelchair access: in part, ask the desk"),
        "no": say.gettext("Wheelchair access: no"),
        "unknown": say.gettext("Wheelchair access: not known yet, ask the desk"),
    }
    worst_first = ("unknown", "no", "partial", "yes")
    found = {congress.libraries[stop].wheelchair for stop in visit.stops}
    return "♿ " + known[next(level for level in worst_first if level in found)]


def zone_name(say: Language, congress: Congress) -> str:
    """Name the clock that all times go by, such as "Astana time, UTC+5"; plain text."""
    hours, rest = divmod(abs(int(congress.utc_offset.total_seconds())), 3600)
    sign = "+" if congress.utc_offset.total_seconds() >= 0 else "−"
    offset = f"UTC{sign}{hours}" + (f":{rest // 60:02}" if rest else "")
    # Translators: the clock that times go by. Do not add endings to {city}: write such as "city: Astana".
    return say.gettext("{city} time, {offset}").format(city=say.words(congress.zone_city), offset=offset)


def _beside(say: Language, shown: VisitCard, congress: Congress, now: datetime) -> list[str]:
    if shown.own is not None or not is_coming(shown.visit, now=now):
        return []
    return beside_own_seats(say, shown.visit, shown.held, congress=congress)


def _until(say: Language, shown: VisitCard, congress: Congress) -> list[str]:
    """When sign-up closes, while it is open: a flight or a day trip closes days before the others."""
    if shown.refusal is not None:
        return []
    closes_at = shown.visit.closes_at or congress.rules.closes_at
    return ["⏳ " + say.gettext("Sign-up until: {moment}").format(moment=say.moment(closes_at))]


def _together(say: Language, visit: Visit) -> list[str]:
    largest = largest_party(visit)
    if not 0 < largest < min(4, seats_left(visit)):
        return []
    return [
        "👥 "
        + say.ngettext(
            "Together in one bus: {n} seat at most", "Together in one bus: {n} seats at most", largest
        ).format(n=largest)
    ]
