"""Who may do what, and for whom: one table, read by handlers, services, menus and /help alike.

A role gives rights; the scope of its grant says for what. Grants are by numeric id, nothing else gives authority.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from storage.records import Bus, Grant, Role, Visit

INVITATION_LASTS: Final = timedelta(hours=24)
"""Long enough for who is on the road; a link that lies about longer is a danger."""
REFUSALS_AN_HOUR: Final = 20
"""So many refused attempts of one person are written down in an hour: nobody fills the log."""


class Right(StrEnum):
    """What somebody may do, called as its command is; those with a blank have none of their own."""

    STATS = "stats"
    BOARD = "board"
    TODAY = "today"
    ROSTER = "roster"
    ROSTER_FILE = "roster file"
    QUEUE = "queue"
    PAUSE = "queue pause"
    FIND = "find"
    WHY = "why"
    CHECK_PASS = "check pass"
    UNDELIVERED = "undelivered"
    FEEDBACK = "feedback"
    DELAY = "delay"
    DESK = "desk"
    FORCE = "force"
    MOVE = "move"
    MERGE = "merge"
    SEATS = "seats"
    SWAPBUS = "swapbus"
    OPEN = "open"
    CLOSE = "close"
    HOLDBACK = "holdback"
    TEXTS = "texts"
    CANCELVISIT = "cancelvisit"
    ANNOUNCE = "announce"
    PHRASES = "phrases"
    LOG = "log"
    EXPORT = "export"
    IMPORT = "import"
    INVITE = "invite"
    CREW = "crew"


_RUN_IT: Final = frozenset({Role.OWNER, Role.ORGANIZER})
"""They may everything, what is not in the table too: a new right is theirs until it is given to others."""
MATRIX: Final[Mapping[Role, frozenset[Right]]] = {
    Role.OWNER: frozenset(Right),
    Role.ORGANIZER: frozenset(Right),
    Role.CITY: frozenset(Right) - {Right.LOG, Right.EXPORT, Right.IMPORT, Right.INVITE, Right.CREW},
    Role.DESK: frozenset(
        {Right.DESK, Right.FIND, Right.WHY, Right.QUEUE, Right.UNDELIVERED, Right.CHECK_PASS, Right.ROSTER}
    ),
    Role.LEADER: frozenset({Right.TODAY, Right.ROSTER, Right.ROSTER_FILE, Right.UNDELIVERED, Right.CHECK_PASS}),
    Role.HOST: frozenset({Right.STATS, Right.TODAY}),
}
"""Which rights a role gives, within the scope of its grant."""
_GIVES: Final[Mapping[Role, frozenset[Role]]] = {
    Role.OWNER: frozenset(Role),
    Role.ORGANIZER: frozenset({Role.CITY, Role.DESK, Role.LEADER, Role.HOST}),
}
"""Which roles a role gives out and takes back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What something is done to, by the names that scopes have; an empty one is not narrowed to such a thing."""

    city: str = ""
    visit: str = ""
    bus: str = ""


EVERYTHING: Final = Subject()


def about(visit: Visit, bus: Bus | None = None) -> Subject:
    """Return a visit, or a bus of it, as a subject."""
    return Subject(city=visit.city, visit=visit.key, bus="" if bus is None else bus.label)


def may_try(roles: Iterable[Role], right: str) -> bool:
    """Say whether somebody with these roles may do this to anything at all."""
    return any(role in _RUN_IT or right in MATRIX[role] for role in roles)


def may(grants: Iterable[Grant], right: str, subject: Subject = EVERYTHING) -> bool:
    """Say whether somebody with these grants may do this to that."""
    return any(may_try([grant.role], right) and _covers(grant, subject) for grant in grants)


def within(grants: Collection[Grant], right: str, visits: Iterable[Visit]) -> tuple[Visit, ...]:
    """Return those of the visits to which somebody with these grants may do this."""
    return tuple(visit for visit in visits if may(grants, right, about(visit)))


def may_organize(roles: Iterable[Role]) -> bool:
    """Owners and organizers run the whole congress."""
    return not _RUN_IT.isdisjoint(roles)


def roles_to_give(roles: Collection[Role]) -> tuple[Role, ...]:
    """Return the roles that who has these may give to others and take from them, the widest first."""
    given = frozenset[Role]().union(*(_GIVES.get(role, frozenset()) for role in roles))
    return tuple(role for role in Role if role in given)


def _covers(grant: Grant, subject: Subject) -> bool:
    match grant.role:
        case Role.CITY:
            return bool(grant.scope) and subject.city == grant.scope
        case Role.LEADER:
            return bool(grant.scope) and subject.bus == grant.scope
        case Role.HOST:
            return bool(grant.scope) and subject.visit == grant.scope and not subject.bus
        case Role.OWNER | Role.ORGANIZER | Role.DESK:
            return True
