"""The organizers' list of registered people: whether somebody may have a seat by it, and whose number this is."""

from bot.rules.registered import is_for_registered, number_key
from storage import Tx, registered
from storage.records import BookingRules, RegisteredRow, Visit


def may_be_seated(tx: Tx, delegate_id: int, visit: Visit, *, rules: BookingRules) -> bool:
    """Say whether the visit takes everybody, or this person has said a number of the list."""
    return not is_for_registered(visit, rules=rules) or registered.is_joined(tx, delegate_id)


def row_of_number(tx: Tx, number: str, *, lock: bool = False) -> RegisteredRow | None:
    """Return the line that has this number, in any spelling; `lock` for who will say whose it is."""
    key = number_key(number)
    rows = registered.in_bucket(tx, key, lock=lock) if key else ()
    return next((row for row in rows if number_key(row.person.number) == key), None)
