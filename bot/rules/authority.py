"""Who may do what: an answer from grants alone, by numeric id."""

from storage.records import Role


def may_organize(roles: frozenset[Role]) -> bool:
    """Owners and organizers run the day: rosters, delays, seats, announcements."""
    return Role.OWNER in roles or Role.ORGANIZER in roles
