"""Whether somebody may have a seat as far as the organizers' list of registered people goes."""

from bot.rules.registered import is_for_registered
from storage import Tx, registered
from storage.records import BookingRules, Visit


def may_be_seated(tx: Tx, delegate_id: int, visit: Visit, *, rules: BookingRules) -> bool:
    """Say whether the visit takes everybody, or this person has said a number of the list."""
    return not is_for_registered(visit, rules=rules) or registered.is_joined(tx, delegate_id)
