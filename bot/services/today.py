"""A day of the crew, in order: a leader's bus, a host's guests as numbers, and all of it for who runs it."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from bot.rules.authority import Right, about, may
from bot.services.authority import NoAuthority, refusal
from bot.services.rounds import HostCounts, counts_of
from storage import Tx, delegates, grants, visits
from storage.records import Bus, Congress, Role, Visit, VisitState


@dataclass(frozen=True, slots=True, kw_only=True)
class BusOfDay:
    """A bus with who leads it and who receives it; `is_led` by the reader."""

    visit: Visit
    bus: Bus
    leaders: tuple[str, ...]
    hosts: tuple[str, ...]
    is_led: bool

    @property
    def at(self) -> datetime:
        return self.bus.boards_at


@dataclass(frozen=True, slots=True, kw_only=True)
class GuestsOfDay:
    """A visit for who receives it: numbers, and nobody's name."""

    counts: HostCounts

    @property
    def at(self) -> datetime:
        return self.counts.visit.leaves_at


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a person of the crew has on a day, by the clock, and their days before and after it."""

    day: date
    items: tuple[BusOfDay | GuestsOfDay, ...]
    earlier: date | None
    later: date | None


def day_of(tx: Tx, *, actor: int, day: date | None, congress: Congress, now: datetime) -> Day | NoAuthority:
    """Return a day of this person's; today without one. What is called off is no part of it."""
    if (refused := refusal(tx, actor, Right.TODAY)) is not None:
        return refused
    held, zone = grants.of(tx, actor), ZoneInfo(congress.zone)
    running = [each for each in visits.read_all(tx) if each.state not in (VisitState.DRAFT, VisitState.CANCELLED)]
    led = {grant.scope for grant in held if grant.role is Role.LEADER}
    hosted = {grant.scope for grant in held if grant.role is Role.HOST}
    runs = [grant for grant in held if grant.role not in (Role.LEADER, Role.HOST)]
    buses = [
        (visit, bus)
        for visit in running
        for bus in visit.buses
        if bus.label in led or may(runs, Right.TODAY, about(visit, bus))
    ]
    guests = [visit for visit in running if visit.key in hosted]
    wanted = now.astimezone(zone).date() if day is None else day
    days = {visit.leaves_at.astimezone(zone).date() for visit in (*guests, *(visit for visit, _ in buses))}
    buses = [(visit, bus) for visit, bus in buses if visit.leaves_at.astimezone(zone).date() == wanted]
    leaders = grants.leaders(tx, {bus.label for _, bus in buses})
    receive = grants.by_scope(tx, Role.HOST)
    known = delegates.by_telegram_ids(tx, {host for visit, _ in buses for host in receive.get(visit.key, ())})
    items: list[BusOfDay | GuestsOfDay] = [
        BusOfDay(
            visit=visit,
            bus=bus,
            leaders=leaders.get(bus.label, ()),
            hosts=tuple(known[host].name for host in receive.get(visit.key, ()) if host in known),
            is_led=bus.label in led,
        )
        for visit, bus in buses
    ]
    items += [
        GuestsOfDay(counts=counts_of(tx, visit))
        for visit in guests
        if visit.leaves_at.astimezone(zone).date() == wanted
    ]
    return Day(
        day=wanted,
        items=tuple(sorted(items, key=lambda item: item.at)),
        earlier=max((each for each in days if each < wanted), default=None),
        later=min((each for each in days if each > wanted), default=None),
    )
