"""A day of the crew, in order."""

from typing import assert_never

from bot.language import Language
from bot.services.rounds import HostCounts
from bot.services.today import BusOfDay, Day, GuestsOfDay
from bot.texts.markup import esc, name, pages, words
from bot.texts.rounds import host_counts
from bot.texts.tickets import bus_and_bay
from bot.texts.visits import meeting_place
from bot.texts.welcome import desk
from storage.records import Congress


def day_pages(say: Language, shown: Day, *, congress: Congress) -> list[str]:
    """Return the day, a message a page: each bus or visit by the clock, then the desk's contact."""
    head = f"📅 <b>{esc(say.date(shown.day))}</b>"
    entries = [_item(say, item, congress) for item in shown.items]
    if not entries:
        entries = [say.gettext("Nothing for you on this day.")]
        if shown.later is not None:
            entries.append(say.gettext("Your next day: {day}").format(day=esc(say.date(shown.later))))
    return pages(head, [*entries, desk(say, congress.contacts)])


def _item(say: Language, item: BusOfDay | GuestsOfDay, congress: Congress) -> str:
    match item:
        case BusOfDay(is_led=True):
            return "\n".join([*_times(say, item), *_led(say, item, congress)])
        case BusOfDay():
            return "\n".join(_times(say, item))
        case GuestsOfDay():
            return _guests(say, item.counts, congress)
    assert_never(item)


def _times(say: Language, item: BusOfDay) -> list[str]:
    bus, visit = item.bus, item.visit
    # Translators: of a bus: boarding, departure and return, clock times.
    times = say.gettext("be there {boards}, leaves {leaves}, back about {back}")
    leaders = say.listing(map(name, item.leaders)) or say.gettext("no leader")
    hosts = say.listing(map(name, item.hosts))
    lines = [
        f"🚌 <b>{say.clock(bus.boards_at)}</b> {esc(bus_and_bay(say, bus))}",
        words(say, visit.title),
        times.format(
            boards=say.clock(bus.boards_at), leaves=say.clock(bus.departs_at), back=say.clock(visit.returns_at)
        ),
        f"💺 {bus.seats_taken}/{bus.seats} · " + say.gettext("Bus leader: {names}").format(names=leaders),
    ]
    if hosts:
        # Translators: who receives the guests at the library.
        lines.append(say.gettext("Received by: {names}").format(names=hosts))
    return lines


def _led(say: Language, item: BusOfDay, congress: Congress) -> list[str]:
    lines = [f"📍 {meeting_place(say, item.visit, congress)}"]
    stops = [congress.libraries[stop] for stop in item.visit.stops if stop in congress.libraries]
    lines += [f"🏛 {words(say, stop.name)}, {words(say, stop.address)}" for stop in stops]
    return lines


def _guests(say: Language, counts: HostCounts, congress: Congress) -> str:
    buses = say.listing(f"{bus.label} {say.clock(bus.departs_at)} ({bus.seats_taken})" for bus in counts.visit.buses)
    # Translators: to a library: its guests' buses, each with when it leaves and, in brackets, how many people.
    told = say.gettext("Buses, departures, people: {buses}").format(buses=esc(buses))
    return "\n".join([host_counts(say, counts, congress=congress), *([told] if buses else [])])
