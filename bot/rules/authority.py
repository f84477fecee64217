"""Who may do what: an answer from grants alone, by numeric id."""

from collections.abc import Collection, Mapping
from datetime import timedelta
from typing import Final

from storage.records import Role

INVITATION_LASTS: Final = timedelta(hours=24)
"""Long enough for who is on the road; a link that lies about longer is a danger."""
_GIVES: Final[Mapping[Role, frozenset[Role]]] = {
    Role.OWNER: frozenset({Role.OWNER, Role.ORGANIZER, Role.LEADER, Role.HOST}),
    Role.ORGANIZER: frozenset({Role.LEADER, Role.HOST}),
}
"""Which roles a role gives out and takes back. City and desk are given to nobody until there is something to do."""


def may_organize(roles: frozenset[Role]) -> bool:
    """Owners and organizers run the day: rosters, delays, seats, announcements."""
    return Role.OWNER in roles or Role.ORGANIZER in roles


def roles_to_give(roles: Collection[Role]) -> tuple[Role, ...]:
    """Return the roles that who has these may give to others and take from them, the widest first."""
    given = frozenset[Role]().union(*(_GIVES.get(role, frozenset()) for role in roles))
    return tuple(role for role in Role if role in given)
