"""The story of the waiting lists on both databases, and that it would not hold with a defect planted."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import Phase

from bot.services import promotion
from storage import outbox, queue, seats
from tests.services.story import FileDesk, ServerDesk
from tests.services.telling import tell
from tests.services.waiting_story import WaitingStory

HOUR = timedelta(hours=1)
MUST_BE_REACHED = {
    *("Wait", "offered", "taken", "joined keeping", "LeftLine", "NotTaken"),
    *("join SeatsAreFree", "join Clashes"),
}
"""Over the short stories each of these happened; the rarer ends of a wait have journeys of their own."""


def test_the_story_holds_on_sqlite(file_desk: FileDesk) -> None:
    WaitingStory.reached.clear()
    tell(file_desk, stories=60, of=WaitingStory)
    assert {what for what in MUST_BE_REACHED if not WaitingStory.reached[what]} == set()


def test_the_story_holds_on_postgresql(server_desk: ServerDesk) -> None:
    tell(server_desk, stories=5, of=WaitingStory)


Plant = Callable[[pytest.MonkeyPatch], None]


def offer_without_counting_the_seats(patch: pytest.MonkeyPatch) -> None:
    offer = promotion._offer

    def careless(tx: Any, *asked: Any, **more: Any) -> None:
        take = seats.take
        seats.take = lambda tx, **_: None
        try:
            offer(tx, *asked, **more)
        finally:
            seats.take = take

    patch.setattr(promotion, "_offer", careless)


def tell_nobody_of_offers(patch: pytest.MonkeyPatch) -> None:
    add = outbox.add

    def careless(tx: Any, message: Any, lease: Any = None) -> Any:
        return None if message.kind == "offer" else add(tx, message, lease=lease)

    patch.setattr(outbox, "add", careless)


def miscount_the_line(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queue, "_count", lambda tx, visit_id, change: None)


DEFECTS: list[Plant] = [
    offer_without_counting_the_seats,
    tell_nobody_of_offers,
    miscount_the_line,
]


@pytest.mark.parametrize("plant", DEFECTS, ids=lambda plant: plant.__name__)
def test_a_planted_defect_is_found(file_desk: FileDesk, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a broken promise, or a wall of the database
        tell(file_desk, stories=250, phases=[Phase.generate], of=WaitingStory)
