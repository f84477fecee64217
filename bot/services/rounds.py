"""Lists that go out by themselves: leaders get their bus's roster and what changes on it, hosts get counts alone."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.rules.lateness import KINDS
from bot.rules.reminding import departure
from bot.rules.rounds import class_of, round_due
from bot.services.rosters import ListKind, Roster, Scope, give_to, listed_now
from storage import Tx, bookings, delegates, grants, outbox, rosters, visits
from storage.records import Bus, Congress, Message, NewMessage, Role, Visit, VisitState

LIST, NEWS, COUNTS = "roster", "roster-news", "host-counts"
GIVES = frozenset((LIST, NEWS))
"""Kinds whose facts are noted as given out while they are read: a transaction that writes."""
_RUNS = (VisitState.OPEN, VisitState.CLOSED)


@dataclass(frozen=True, slots=True, kw_only=True)
class HostCounts:
    """What a host hears of who comes: numbers, and nobody's name."""

    visit: Visit
    people: int
    wheelchairs: int
    languages: Mapping[str, int]
    """People by the language in which the bot speaks with who signed them up."""


def send_lists(tx: Tx, *, now: datetime) -> int:
    """Write each leader and host what is due to them, once; and leaders what changed on the list they have.

    Called at each tick; return how many messages are new. Where several changes come before a message goes out, it
    tells all of them, and those after it turn out moot.
    """
    leaders, hosts = grants.by_scope(tx, Role.LEADER), grants.by_scope(tx, Role.HOST)
    if not leaders and not hosts:
        return 0
    messages: list[NewMessage] = []
    for visit in visits.read_all(tx):
        if visit.state not in _RUNS:
            continue
        for bus in visit.buses:
            messages += _to_leaders(tx, visit, bus, leaders.get(bus.label, ()), now=now)
        messages += _to_hosts(tx, visit, hosts.get(visit.key, ()), now=now)
    return outbox.add_many(tx, messages)


def _to_leaders(tx: Tx, visit: Visit, bus: Bus, leaders: Iterable[int], *, now: datetime) -> Iterator[NewMessage]:
    departs_at = departure(visit, bus)
    before = round_due(departs_at, now=now)
    if before is None:
        return
    scope = Scope(visit=visit, bus=bus)
    hours = int(before.total_seconds() // 3600)
    listed = None
    for leader in _agreed(tx, leaders):
        key = f"{LIST}/{bus.id}/{hours}/{leader}"
        if not outbox.known(tx, [key]):
            yield _message(LIST, key, leader, visit, bus, departs_at=departs_at, now=now)
            continue
        has = rosters.had_by(tx, scope.list_name(ListKind.RIDERS), delegate_id=leader)
        listed = listed or listed_now(tx, scope)
        if has is not None and set(has.listed) != set(listed):
            key = f"{NEWS}/{bus.id}/{bus.roster_version}/{leader}"
            yield _message(NEWS, key, leader, visit, bus, departs_at=departs_at, now=now)


def _to_hosts(tx: Tx, visit: Visit, hosts: Iterable[int], *, now: datetime) -> Iterator[NewMessage]:
    before = round_due(visit.leaves_at, now=now)
    if before is None:
        return
    for host in _agreed(tx, hosts):
        key = f"{COUNTS}/{visit.id}/{int(before.total_seconds() // 3600)}/{host}"
        yield _message(COUNTS, key, host, visit, None, departs_at=visit.leaves_at, now=now)


def _message(
    kind: str, key: str, reader: int, visit: Visit, bus: Bus | None, *, departs_at: datetime, now: datetime
) -> NewMessage:
    return NewMessage(
        key=key,
        kind=kind,
        delegate_id=reader,
        slots={"visit": visit.id, "bus": None if bus is None else bus.id},
        message_class=class_of(departs_at, now=now),
        due_at=now,
        expires_at=KINDS[kind].expires_at(now, ends_at=departs_at),
        departs_at=departs_at,
    )


def _agreed(tx: Tx, telegram_ids: Iterable[int]) -> list[int]:
    known = delegates.by_telegram_ids(tx, telegram_ids).values()
    return [person.id for person in known if person.consent is not None]


def leaders_list(tx: Tx, message: Message, *, leader: int | None, congress: Congress, now: datetime) -> Roster | str:
    """Return the list a leader is sent, noted as theirs from now on; or why it must not go.

    `leader` is the reader's Telegram id. News without anything new are none.
    """
    visit = visits.read(tx, message.slots["visit"])
    bus = None if visit is None else visit.bus(message.slots["bus"])
    if visit is None or bus is None or visit.state not in _RUNS:
        return "the bus or its visit does not run any more"
    if leader not in grants.holders(tx, Role.LEADER, bus.label):
        return "the reader does not lead this bus any more"
    scope = Scope(visit=visit, bus=bus)
    if message.kind == NEWS and not message.resumed:
        has = rosters.had_by(tx, scope.list_name(ListKind.RIDERS), delegate_id=message.delegate_id)
        if has is not None and set(has.listed) == set(listed_now(tx, scope)):
            return "the reader has this list already"
    return give_to(tx, scope, reader=message.delegate_id, congress=congress, now=now)


def host_counts(tx: Tx, message: Message, *, host: int | None) -> HostCounts | str:
    """Return what a host is told, or why nothing; `host` is the reader's Telegram id."""
    visit = visits.read(tx, message.slots["visit"])
    if visit is None or visit.state not in _RUNS:
        return "the visit does not run any more"
    if host not in grants.holders(tx, Role.HOST, visit.key):
        return "the reader is no host of this visit any more"
    return counts_of(tx, visit)


def counts_of(tx: Tx, visit: Visit) -> HostCounts:
    """Return what may be said of a visit's guests to who receives them."""
    holders = bookings.passengers(tx, visit_id=visit.id)
    languages: Counter[str] = Counter()
    for holder in holders:
        if holder.language is not None:
            languages[holder.language] += len(holder.booking.riders)
    return HostCounts(
        visit=visit,
        people=sum(len(holder.booking.riders) for holder in holders),
        wheelchairs=sum(rider.wheelchair for holder in holders for rider in holder.booking.riders),
        languages=dict(sorted(languages.items())),
    )
