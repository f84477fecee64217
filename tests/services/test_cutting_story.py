"""The story of buses that shrink would not hold with a defect planted; test_console_story.py tells that it holds."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase

from bot.services import asking, cutting, displacing
from storage import seats
from tests.services.cutting_story import CuttingStory
from tests.services.story import FileDesk
from tests.services.telling import tell

Plant = Callable[[pytest.MonkeyPatch], None]


def hold_without_counting_the_seats(patch: pytest.MonkeyPatch) -> None:
    hold = displacing.hold_all

    def careless(*asked: Any, **more: Any) -> Any:
        with pytest.MonkeyPatch.context() as within:
            within.setattr(seats, "take", lambda _tx, **_: None)
            return hold(*asked, **more)

    patch.setattr(cutting, "hold_all", careless)


def forget_what_was_held(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(asking, "give_up", lambda _tx, _asks, **_: [])


def tell_nobody_that_their_seat_is_gone(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(cutting, "LOST", "seat-kept")


DEFECTS: list[Plant] = [hold_without_counting_the_seats, forget_what_was_held, tell_nobody_that_their_seat_is_gone]


@pytest.mark.parametrize("plant", DEFECTS, ids=lambda plant: plant.__name__)
def test_a_planted_defect_is_found(file_desk: FileDesk, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a broken promise, or a wall of the database
        tell(file_desk, stories=250, number=3, phases=[Phase.generate], of=CuttingStory)
