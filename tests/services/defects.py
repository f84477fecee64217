"""Defects planted into the booking, one at a time: what the story must find."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.rules import booking as rules
from bot.rules import seats as seat_rules
from bot.services import booking
from bot.services.booking import Refused
from storage import Tx, bookings, delegates, log, outbox, requests, seats, visits
from storage.prepared import Prepared, Together

Plant = Callable[[pytest.MonkeyPatch], None]


def forget_to_give_seats_back(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seats, "give_back", lambda tx, **_: None)


def count_a_party_as_one(patch: pytest.MonkeyPatch) -> None:
    take = seats.take
    patch.setattr(seats, "take", lambda tx, **asked: take(tx, **{**asked, "riders": 1}))


def skip_the_overlap(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "_overlap", lambda one, other, rules: False)


def skip_the_changeover(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "_changeover", lambda one, other, rules: one.leaves_at - one.leaves_at)


def let_people_be_in_two_cities(patch: pytest.MonkeyPatch) -> None:
    find = rules.find_clashes
    patch.setattr(
        rules,
        "find_clashes",
        lambda visit, held, rules: find(visit, [seat for seat in held if seat.visit.city == visit.city], rules=rules),
    )


def take_seats_before_refusing(patch: pytest.MonkeyPatch) -> None:
    book = booking.book_seat

    def careless(tx: Tx, **asked: Any) -> Any:
        outcome = book(tx, **asked)
        if isinstance(outcome, Refused) and not asked["visit_id"] % 2:
            seats.take(tx, visit_id=asked["visit_id"], bus_id=None, riders=1, wheelchairs=0)
        return outcome

    patch.setattr(booking, "book_seat", careless)


def forget_the_cause(patch: pytest.MonkeyPatch) -> None:
    lock = requests.lock

    def forgetful(tx: Tx, **asked: Any) -> Any:
        found = lock(tx, **asked)
        return found and replace(found, outcome=None)

    patch.setattr(log, "outcome_of", lambda tx, cause: None)
    patch.setattr(requests, "lock", forgetful)


def choose_any_bus(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(booking, "choose_bus", lambda visit, **_: next(iter(visit.buses), None))


def ignore_the_host(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(seat_rules, "seats_offered", lambda visit: sum(bus.seats for bus in visit.buses) or visit.host_limit)


def give_away_what_is_held_back(patch: pytest.MonkeyPatch) -> None:
    offered = seat_rules.seats_offered
    patch.setattr(seat_rules, "seats_offered", lambda visit: offered(visit) + visit.held_back)


def split_a_party(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "largest_party", seat_rules.seats_left)


def tell_nobody(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(outbox, "add", lambda tx, message, lease=None: None)


def keep_what_is_replaced(patch: pytest.MonkeyPatch) -> None:
    free = booking.free_seats
    patch.setattr(
        booking,
        "free_seats",
        lambda tx, each, reason, now: None if reason == "replaced" else free(tx, each, reason=reason, now=now),
    )


def obey_old_buttons(patch: pytest.MonkeyPatch) -> None:
    refuse = rules.refuse_release
    patch.setattr(
        booking, "refuse_release", lambda each, visit, version, now: refuse(each, visit, version=each.version, now=now)
    )


def never_close(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "refuse_visit", lambda visit, rules, now: None)


def refuse_the_last_seat(patch: pytest.MonkeyPatch) -> None:
    largest = seat_rules.largest_party
    patch.setattr(rules, "largest_party", lambda visit: max(0, largest(visit) - 1))


DEFECTS: list[Plant] = [
    forget_to_give_seats_back,
    count_a_party_as_one,
    skip_the_overlap,
    skip_the_changeover,
    let_people_be_in_two_cities,
    take_seats_before_refusing,
    forget_the_cause,
    choose_any_bus,
    ignore_the_host,
    give_away_what_is_held_back,
    split_a_party,
    tell_nobody,
    keep_what_is_replaced,
    obey_old_buttons,
    never_close,
    refuse_the_last_seat,
]


def take_the_locks_off(patch: pytest.MonkeyPatch) -> None:
    """No defect of a story told one act after the other: only acts at the same time show it."""
    patch.setattr(visits, "_LOCKING", visits._READING)
    patch.setattr(delegates, "_LOCKED", delegates._BY_ID)
    patch.setitem(requests._LOCK, "postgresql", Prepared(requests._BOTH.add_columns(requests._NEW_ID)))
    behind = Together(log.OUTCOME, bookings.LIVE, requests._BUSES, bookings.IS_TAKEN)
    patch.setitem(requests._BEHIND, "postgresql", behind)
