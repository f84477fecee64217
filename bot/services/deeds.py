"""What each kind of dangerous act brings: how its subject is named, how it is counted, and how it is done.

services/acts.py keeps preview, word, recall and moment for all of them.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from bot.rules.merging import DoesNotFit, NotTogether
from bot.services.organizers import CannotBeMoved, UnknownName
from bot.services.programme_changes import Comparison
from storage import Tx, visits
from storage.records import Act, Bus, Congress, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class TooManyStay:
    """So many on the bus are never moved, or will not fit elsewhere, that it cannot have fewer seats than `least`."""

    bus: Bus
    wanted: int
    least: int


@dataclass(frozen=True, slots=True, kw_only=True)
class BeingCut:
    """The bus is getting smaller already: its passengers are asked until then."""

    bus: Bus
    until: datetime


@dataclass(frozen=True, slots=True)
class DoesHarm:
    """An event file would harm booked people in ways that nothing is planned for."""

    comparison: Comparison


@dataclass(frozen=True, slots=True)
class OtherProgramme:
    """The event file has been applied, or what it is compared with is another by now."""


Impossible = CannotBeMoved | TooManyStay | BeingCut | DoesNotFit | NotTogether | UnknownName | DoesHarm | OtherProgramme
"""Why an act cannot even be shown: there is nothing to do any more, or not now."""


class Prepared(Protocol):
    """What an act would come to at this moment."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the numbers of the preview; they are compared whole."""


@dataclass(frozen=True, slots=True)
class Busy:
    """Somebody has just come in and is changing their bookings: look again soon."""


class Going(Protocol):
    """How an act goes on after it was carried out, where it does."""

    @property
    def is_open(self) -> bool:
        """Say whether it has not come to its end yet."""


class Prepare(Protocol):
    """Say what the act would come to now; None when its subject is gone.

    `subject` is the id of its visit or bus, 0 where it is about the whole congress.
    `arguments` are what its command said beside the subject. `locked`: under the locks of its people and visits, so
    that it can be done as it was counted.
    """

    def __call__(
        self,
        tx: Tx,
        *,
        subject: int,
        arguments: Mapping[str, Any],
        author_id: int,
        congress: Congress,
        now: datetime,
        locked: bool = False,
    ) -> Prepared | Impossible | Busy | None: ...


class CarryOut(Protocol):
    """Do what was prepared under the locks: rows, everybody's message, one line of the log."""

    def __call__(self, tx: Tx, act: Act, prepared: Any, *, actor: int, congress: Congress, now: datetime) -> None: ...


def _own_visit(tx: Tx, subject: str, _arguments: Mapping[str, Any]) -> Visit:
    visit = visits.read(tx, visits.of_subject(tx, subject))
    assert visit is not None
    return visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """One kind of dangerous act."""

    kind: str
    """Its command."""
    find: Callable[[Tx, str], str | None]
    """Return the subject of this name as the log writes it, such as visit:17, bus:3, or congress:wlic2025."""
    prepare: Prepare
    carry_out: CarryOut
    missed: Callable[[Tx, Act], tuple[str, ...]]
    """Return the names of those whom it concerns and who have no Telegram."""
    going: Callable[[Tx, Act], Going | None] = lambda _tx, _act: None
    """Return how it goes on after it was carried out; None for what is over at once."""
    visit_of: Callable[[Tx, str, Mapping[str, Any]], Visit] = _own_visit
    """Return the visit that its card tells of, by its subject and arguments: a bus is its visit's."""
