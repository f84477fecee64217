"""Who hears that a departure has moved: passengers, hosts and leaders; and whose visits overlap since."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.rules.booking import find_clashes
from bot.rules.lateness import KINDS
from bot.rules.reminding import departure
from storage import Tx, delegates, grants, outbox, queue, visits
from storage.records import BookingRules, Bus, Delegate, Holder, Message, NewMessage, Role, Visit, VisitState

MOVED, MOVED_CREW = "moved", "moved-crew"


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlap:
    """A party whose seat does not go any more with others of its owner; all are kept until the owner chooses."""

    name: str
    code: str
    others: tuple[Visit, ...]
    reachable: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedCrew:
    """To the visit's hosts and leaders: when it leaves now, or one bus of it does."""

    reader: Delegate
    visit: Visit
    bus: Bus | None
    was: datetime


def tell_passengers(
    tx: Tx, before: Visit, after: Visit, passengers: Sequence[Holder], *, key: str, now: datetime
) -> int:
    """Write one message a booking of somebody with Telegram; a newer change makes an unsent one moot."""
    messages = []
    for holder in passengers:
        booking = holder.booking
        if holder.telegram_id is None:
            continue
        leaves_at = departure(after, after.bus(booking.bus_id))
        was = departure(before, before.bus(booking.bus_id))
        messages.append(
            NewMessage(
                key=f"{MOVED}/{booking.id}/{key}",
                kind=MOVED,
                delegate_id=booking.delegate_id,
                booking_id=booking.id,
                slots={"leaves_at": leaves_at.isoformat(), "was": was.isoformat()},
                message_class=KINDS[MOVED].message_class,
                due_at=now,
                expires_at=KINDS[MOVED].expires_at(now, ends_at=leaves_at),
                departs_at=leaves_at,
            )
        )
    outbox.add_many(tx, messages)
    return len(messages)


def without_telegram(passengers: Iterable[Holder]) -> tuple[str, ...]:
    """Return the names of those among the passengers whom no message reaches: somebody must tell them."""
    return tuple(holder.booking.riders[0].name for holder in passengers if holder.telegram_id is None)


def tell_crew(tx: Tx, before: Visit, after: Visit, *, bus: Bus | None, but: int, key: str, now: datetime) -> int:
    """Write to hosts, and to leaders of the buses that move; return how many, without who has moved it."""
    moved = before.buses if bus is None else (bus,)
    leaders = [leader for each in moved for leader in grants.holders(tx, Role.LEADER, each.label)]
    found = delegates.by_telegram_ids(tx, {*grants.holders(tx, Role.HOST, before.key), *leaders} - {but})
    leaves_at = after.leaves_at if bus is None else departure(after, after.bus(bus.id))
    was = before.leaves_at if bus is None else bus.departs_at
    messages = [
        NewMessage(
            key=f"{MOVED_CREW}/{before.id}/{person.id}/{key}",
            kind=MOVED_CREW,
            delegate_id=person.id,
            slots={"visit": before.id, "bus": None if bus is None else bus.id, "was": was.isoformat()},
            message_class=KINDS[MOVED_CREW].message_class,
            due_at=now,
            expires_at=KINDS[MOVED_CREW].expires_at(now, ends_at=leaves_at),
            departs_at=leaves_at,
        )
        for person in found.values()
    ]
    outbox.add_many(tx, messages)
    return len(messages)


def overlaps_of(tx: Tx, visit: Visit, passengers: Sequence[Holder], *, rules: BookingRules) -> tuple[Overlap, ...]:
    """Return the parties whose owners hold seats that do not go with this one as the visit stands now."""
    held = queue.held_by_each(tx, {holder.booking.delegate_id for holder in passengers})
    found = []
    for holder in passengers:
        booking = holder.booking
        others = [seat for seat in held.get(booking.delegate_id, ()) if seat.booking.id != booking.id]
        clashes = find_clashes(visit, others, rules=rules)
        if clashes is not None:
            overlap = Overlap(
                name=booking.riders[0].name,
                code=booking.code,
                others=tuple(seat.visit for seat in clashes.seats),
                reachable=holder.telegram_id is not None and not holder.unreachable,
            )
            found.append(overlap)
    return tuple(found)


def moved_crew(tx: Tx, message: Message, reader: Delegate, *, now: datetime) -> MovedCrew | str:
    """Look at the facts again; a string says why the news must not go any more. It tells the time as it is then."""
    visit = visits.read(tx, message.slots["visit"])
    if visit is None or visit.state is VisitState.CANCELLED or now >= visit.leaves_at:
        return "the visit is off, or has left"
    if reader.telegram_id is None or not grants.roles_of(tx, reader.telegram_id):
        return "the reader is no longer of the crew"
    wanted = message.slots["bus"]
    bus = visit.bus(wanted)
    if wanted is not None and bus is None:
        return "there is no such bus any more"
    was = datetime.fromisoformat(message.slots["was"])
    if was == (visit.leaves_at if bus is None else bus.departs_at):
        return "it has been moved back"
    return MovedCrew(reader=reader, visit=visit, bus=bus, was=was)
