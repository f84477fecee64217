"""What did not arrive, for organizers: whom the desk must look for, and which messages ended without arriving."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.rules.authority import may_organize
from bot.services.organizers import NoAuthority, UnknownName
from storage import Tx, grants, undelivered, visits
from storage.records import Absent, Bus, Lost, MessageState, Visit


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
    """Return what did not arrive, of the visit or bus of this name, or of everything."""
    if not may_organize(grants.roles_of(tx, actor)):
        return NoAuthority()
    bus = None
    visit_id = None if name is None else visits.by_key(tx, name)
    if name is not None and visit_id is None:
        bus = visits.bus_by_label(tx, name)
        if bus is None:
            return UnknownName(name)
        visit_id = bus.visit_id
    asked = {"visit_id": visit_id, "bus_id": None if bus is None else bus.id}
    known = {visit.id: visit for visit in visits.read_all(tx)}
    return Undelivered(
        visit=None if visit_id is None else known[visit_id],
        bus=bus,
        visits=known,
        absent=undelivered.absent(tx, **asked),
        lost=undelivered.lost(tx, **asked),
        unreachable=undelivered.count_unreachable(tx, **asked),
    )
