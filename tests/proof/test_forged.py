"""The short form of forged, and its negative control."""

from random import Random
from typing import Any

import pytest

from bot.services import booking
from storage import Tx, bookings
from tests.proof.forged import Outcome, forge


async def some(database_url: str, *verbs: str) -> Outcome:
    random = Random(2025)
    return await forge(database_url, number=56, random=random, victims=4, forgers=6, strangers=2, verbs=verbs)


async def test_what_no_button_says_has_no_effect_and_is_answered(database_url: str) -> None:
    outcome = await some(database_url)
    assert not outcome.unanswered
    assert not outcome.changed
    assert len(outcome.sent) == 7


async def test_without_the_check_of_the_owner_effects_are_seen(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: seats that anybody may give back."""

    def careless(tx: Tx, *, delegate_id: int, booking_id: int, **rest: Any) -> Any:
        held = bookings.read(tx, booking_id)
        owner = held.delegate_id if held else delegate_id
        return booking.release_seat(tx, delegate_id=owner, booking_id=booking_id, **rest)

    monkeypatch.setattr("bot.handlers.tickets.release_seat", careless)
    outcome = await some(sqlite_url, "give")
    assert "bookings" in outcome.changed
