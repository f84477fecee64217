"""Two buses of one visit become one: everybody of the first sits on the second, which has room for them.

`prepare` counts, with or without the locks; `merge` does what it has counted, all at once.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.rules.lateness import KINDS
from bot.rules.merging import DoesNotFit, NotTogether, refuse_merge
from bot.services.cards import renew_ended
from bot.services.cutting import people_of
from bot.services.deeds import BeingCut, Busy, Deed
from bot.services.organizers import CannotBeMoved, UnknownName
from bot.services.promotion import promote
from bot.services.swapping import OTHER_BUS
from storage import Tx, bookings, cuts, delegates, grants, log, outbox, queue, seats, visits
from storage.records import Act, Booking, Bus, Congress, Delegate, Holder, Message, NewMessage, Role, Visit, VisitState

MERGED_CREW = "merged-crew"
_OVER = (VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merging:
    """What putting everybody of one bus on another would come to at this moment."""

    visit: Visit
    bus: Bus
    into: Bus
    passengers: tuple[Holder, ...]
    offers: tuple[Booking, ...]
    """Open offers of seats on the bus: they hold as many on the other."""
    crew: tuple[int, ...]
    """The leaders of both, by delegate id, without who does it."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the numbers of the preview: people who change, those the bot cannot tell, offers, leaders."""
        return {
            "people": sum(holder.booking.party for holder in self.passengers),
            "wheelchairs": sum(holder.booking.wheelchairs for holder in self.passengers),
            "offers": len(self.offers),
            "unreachable": sum(
                holder.booking.party for holder in self.passengers if holder.telegram_id is None or holder.unreachable
            ),
            "crew": len(self.crew),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class MergedCrew:
    """To the leaders of both buses: so many people have changed."""

    reader: Delegate
    visit: Visit
    was: str
    bus: Bus
    people: int


def prepare(
    tx: Tx,
    *,
    subject: int,
    arguments: Mapping[str, Any],
    author_id: int,
    congress: Congress,
    now: datetime,
    locked: bool = False,
) -> Merging | CannotBeMoved | BeingCut | DoesNotFit | NotTogether | UnknownName | Busy | None:
    """Say what putting everybody of the bus on the other one would come to now; or why it cannot be.

    `locked`: under the locks of its people and of the visit, so that it can be done as it was counted.
    """
    other = visits.bus_by_label(tx, arguments["into"])
    if other is None:
        return UnknownName(arguments["into"])
    known = people_of(tx, subject)
    home = visits.of_subject(tx, f"bus:{subject}")
    if locked:
        delegates.lock_all(tx, known)
        visit = visits.lock(tx, [home])[home]
        late = people_of(tx, subject) - known
        if not all(queue.try_lock_delegate(tx, person) for person in sorted(late)):
            return Busy()
    else:
        visit = visits.read_some(tx, [home])[home]
    bus = visit.bus(subject)
    if bus is None:
        return None
    if visit.state in _OVER or now >= visit.leaves_at:
        return CannotBeMoved(visit)
    into = visit.bus(other.id)
    for each in (bus, into):
        if each is not None and each.closing:
            (cut, *_) = cuts.open_on(tx, [each.id])
            return BeingCut(bus=each, until=cut.asks_until)
    if into is None:
        return NotTogether(bus=bus, into=other)
    if (refused := refuse_merge(bus, into)) is not None:
        return refused
    leaders = [person for label in (bus.label, into.label) for person in grants.holders(tx, Role.LEADER, label)]
    crew = {person.id for person in delegates.by_telegram_ids(tx, leaders).values()} - {author_id}
    return Merging(
        visit=visit,
        bus=bus,
        into=into,
        passengers=bookings.passengers(tx, bus_id=bus.id),
        offers=tuple(offer for offer in queue.offers_on(tx, visit.id) if offer.bus_id == bus.id),
        crew=tuple(sorted(crew)),
    )


def merge(tx: Tx, act: Act, prepared: Merging, *, actor: int, congress: Congress, now: datetime) -> None:
    """Do what was prepared under the locks: all sit on the other bus, the empty one has no seats, all are told."""
    visit, bus, into = prepared.visit, prepared.bus, prepared.into
    taken: dict[str, int] = {"riders": bus.seats_taken, "wheelchairs": bus.wheelchairs_taken}
    seats.give_back(tx, visit_id=visit.id, bus_id=bus.id, **taken)
    seats.take(tx, visit_id=visit.id, bus_id=into.id, **taken)
    bookings.move_all_to_bus(tx, bus.id, to=into.id)
    visits.change_bus(tx, bus.id, roster_up=True, seats=0, wheelchair_places=0)
    told = [holder for holder in prepared.passengers if holder.telegram_id is not None]
    renew_ended(tx, [holder.booking for holder in told], visit, now=now)
    slots = {"was": bus.label, "bus": into.id}
    messages = [
        _message(OTHER_BUS, act, visit, holder.booking.delegate_id, holder.booking.id, slots, now=now)
        for holder in told
    ]
    about = {"visit": visit.id, "people": prepared.counts["people"], **slots}
    messages += [_message(MERGED_CREW, act, visit, person, None, about, now=now) for person in prepared.crew]
    outbox.add_many(tx, messages)
    log.write(
        tx,
        at=now,
        actor=actor,
        action="merge",
        subject=f"bus:{bus.id}",
        before={"bus": bus.label, "seats": bus.seats},
        after={"bus": into.label, **prepared.counts},
        outcome={
            "act": act.id,
            "untold": [holder.booking.id for holder in prepared.passengers if holder.telegram_id is None],
        },
        cause=_cause(act),
    )
    promote(tx, visit.id, congress=congress, now=now)


def merged_crew(tx: Tx, message: Message, reader: Delegate, *, now: datetime) -> MergedCrew | str:
    """Look at the facts again; a string says why the news must not go any more."""
    visit = visits.read(tx, message.slots["visit"])
    bus = None if visit is None else visit.bus(message.slots["bus"])
    if visit is None or bus is None or visit.state is VisitState.CANCELLED or now >= visit.leaves_at:
        return "the visit is off, or has left"
    if reader.telegram_id is None or not grants.roles_of(tx, reader.telegram_id):
        return "the reader is no longer of the crew"
    return MergedCrew(reader=reader, visit=visit, was=message.slots["was"], bus=bus, people=message.slots["people"])


def _message(
    kind: str, act: Act, visit: Visit, person: int, booking_id: int | None, slots: Mapping[str, Any], *, now: datetime
) -> NewMessage:
    return NewMessage(
        key=f"{kind}/act{act.id}/{booking_id or person}",
        kind=kind,
        delegate_id=person,
        booking_id=booking_id,
        act_id=act.id,
        slots=slots,
        message_class=KINDS[kind].message_class,
        due_at=now,
        expires_at=KINDS[kind].expires_at(now, ends_at=visit.leaves_at),
        departs_at=visit.leaves_at,
    )


def _cause(act: Act) -> str:
    return f"act/{act.id}/{act.revision}"


def _find(tx: Tx, name: str) -> str | None:
    bus = visits.bus_by_label(tx, name)
    return None if bus is None else f"bus:{bus.id}"


def _missed(tx: Tx, act: Act) -> tuple[str, ...]:
    done = log.outcome_of(tx, _cause(act)) or {}
    return tuple(name for _, name, _ in bookings.owners_of(tx, done.get("untold", ())).values())


DEED = Deed(kind="merge", find=_find, prepare=prepare, carry_out=merge, missed=_missed)
