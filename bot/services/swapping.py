"""Another coach comes in the place of a bus: its seats, its bay, its plate; the label in its window stays."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.authority import Right
from bot.rules.lateness import KINDS
from bot.services.authority import NoAuthority, refusal
from bot.services.cards import renew_visit
from bot.services.delaying import without_telegram
from bot.services.organizers import CannotBeMoved, SeatsBelowTaken, UnknownName
from bot.services.promotion import promote
from storage import Tx, acts, bookings, congress, log, outbox, visits
from storage.records import Bus, Holder, NewMessage, Visit, VisitState

OTHER_BUS = "other-bus"
_OVER = (VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Swapped:
    """Another coach stands there; so many sign-ups are being told. `visit` is fresh."""

    bus: Bus
    was: int
    """Its seats before."""
    visit: Visit
    told: int
    untold: tuple[str, ...] = ()
    """Who has no Telegram and must be told by somebody."""


def swap_bus(
    tx: Tx,
    *,
    actor: int,
    name: str,
    seats: int | None = None,
    bay: str | None = None,
    plate: str | None = None,
    now: datetime,
    cause: str,
) -> Swapped | SeatsBelowTaken | NoAuthority | UnknownName | CannotBeMoved:
    """Set what is another on a bus and tell its passengers; refused where fewer seats than are taken are left.

    That is services/cutting.py's, after a preview. What is None stays. Seats gained are offered to those who wait.
    """
    if (refused := refusal(tx, actor, Right.SWAPBUS)) is not None:
        return refused
    found = visits.bus_by_label(tx, name)
    if found is None:
        return UnknownName(name)
    visit = visits.lock(tx, [found.visit_id])[found.visit_id]
    bus = visit.bus(found.id)
    if bus is None:
        return UnknownName(name)
    if (refused := refusal(tx, actor, Right.SWAPBUS, visit=visit, bus=bus)) is not None:
        return refused
    done = log.outcome_of(tx, cause)
    if done is not None:
        untold = without_telegram(bookings.passengers(tx, bus_id=bus.id))
        return Swapped(bus=bus, was=done["was"], visit=visit, told=done["told"], untold=untold)
    if visit.state in _OVER or now >= visit.leaves_at:
        return CannotBeMoved(visit)
    if (seats is not None and seats < bus.seats_taken) or acts.of_cause(tx, cause) is not None:
        return SeatsBelowTaken(bus=bus, wanted=seats or 0)
    if seats is not None:
        places = min(bus.wheelchair_places, seats)
        visits.change_bus(tx, bus.id, roster_up=True, seats=seats, wheelchair_places=places)
    passengers = bookings.passengers(tx, bus_id=bus.id)
    told = tell_of_coach(tx, visit, bus, passengers, bay=bay, plate=plate, now=now)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="swap bus",
        subject=f"bus:{bus.id}",
        before={"seats": bus.seats, "bay": bus.bay, "plate": bus.plate},
        after=_without_none({"seats": seats, "bay": bay, "plate": plate}),
        outcome={"was": bus.seats, "told": told},
        cause=cause,
    )
    promote(tx, visit.id, congress=congress.read(tx), now=now)
    fresh = visits.read(tx, visit.id)
    changed = None if fresh is None else fresh.bus(bus.id)
    assert fresh is not None
    assert changed is not None
    return Swapped(bus=changed, was=bus.seats, visit=fresh, told=told, untold=without_telegram(passengers))


def tell_of_coach(
    tx: Tx,
    visit: Visit,
    bus: Bus,
    passengers: Iterable[Holder],
    *,
    bay: str | None,
    plate: str | None,
    act_id: int | None = None,
    now: datetime,
) -> int:
    """Set bay and plate of a bus and tell these passengers; return how many sign-ups are told. Tickets follow."""
    visits.change_bus(tx, bus.id, **_without_none({"bay": bay, "plate": plate}))
    kind = KINDS[OTHER_BUS]
    messages = [
        NewMessage(
            key=f"{OTHER_BUS}/{bus.id}.{bus.version}/{holder.booking.id}",
            kind=OTHER_BUS,
            delegate_id=holder.booking.delegate_id,
            booking_id=holder.booking.id,
            act_id=act_id,
            slots={"was": bus.label, "bus": bus.id},
            message_class=kind.message_class,
            due_at=now,
            expires_at=kind.expires_at(now, ends_at=visit.leaves_at),
            departs_at=visit.leaves_at,
        )
        for holder in passengers
        if holder.telegram_id is not None
    ]
    outbox.add_many(tx, messages)
    renew_visit(tx, visit, now=now)
    return len(messages)


def _without_none(columns: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in columns.items() if value is not None}
