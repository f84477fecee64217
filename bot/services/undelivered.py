"""What did not arrive, for organizers: whom the desk must look for, and which messages ended without arriving."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.authority import Right, may, within
from bot.services.authority import NoAuthority, refusal
from bot.services.cancelling import CANCELLED
from bot.services.cutting import CUT
from bot.services.organizers import UnknownName
from storage import Tx, grants, undelivered, visits
from storage.records import Absent, Bus, Grant, Lost, MessageState, Role, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Undelivered:
    """Of one bus, one visit or everything: the seats of people who cannot be reached, and the messages lost."""

    visit: Visit | None
    bus: Bus | None
    visits: Mapping[int, Visit]
    """Those of the seats listed, by id."""
    absent: tuple[Absent, ...]
    lost: tuple[Lost, ...]
    unreachable: int
    """Messages that were not sent to people who cannot be reached."""

    def count(self, state: MessageState) -> int:
        return sum(message.state is state for message in self.lost)


def list_undelivered(tx: Tx, *, actor: int, name: str | None) -> Undelivered | NoAuthority | UnknownName:
    """Return what did not arrive, of the visit or bus of this name, or of everything that the reader sees."""
    if (refused := refusal(tx, actor, Right.UNDELIVERED)) is not None:
        return refused
    known = {visit.id: visit for visit in visits.read_all(tx)}
    held = grants.of(tx, actor)
    bus = None
    if name is None and not may(held, Right.UNDELIVERED):
        ids = {visit.id for visit in within(held, Right.UNDELIVERED, known.values())}
        name = None if ids else _led(held)
    else:
        ids = set(known)
    visit_id = None if name is None else visits.by_key(tx, name)
    if name is not None and visit_id is None:
        bus = visits.bus_by_label(tx, name)
        if bus is None:
            return UnknownName(name)
        visit_id = bus.visit_id
    if visit_id is not None:
        if (refused := refusal(tx, actor, Right.UNDELIVERED, visit=known[visit_id], bus=bus)) is not None:
            return refused
        ids = {visit_id}
    of_visits, of_bus = None if ids == set(known) else ids, None if bus is None else bus.id
    return Undelivered(
        visit=None if visit_id is None else known[visit_id],
        bus=bus,
        visits=known,
        absent=undelivered.absent(tx, visit_ids=of_visits, bus_id=of_bus, taken=(CANCELLED, CUT)),
        lost=undelivered.lost(tx, visit_ids=of_visits, bus_id=of_bus),
        unreachable=undelivered.count_unreachable(tx, visit_ids=of_visits, bus_id=of_bus),
    )


def _led(held: frozenset[Grant]) -> str:
    """Return the bus of somebody who sees buses alone; of several, one: the others are asked for by name."""
    return min(grant.scope for grant in held if grant.role is Role.LEADER)
