"""The booking story on both databases, and that it would not hold with a defect planted.

`make proof PROOF=story` tells more of them.
"""

import pytest
from hypothesis import Phase

from tests.services.defects import DEFECTS, Plant, forget_to_give_seats_back, take_the_locks_off
from tests.services.story import FileDesk, ServerDesk, Story
from tests.services.telling import MUST_BE_REACHED, steps_to_a_break, tell


def test_the_story_holds_on_sqlite(file_desk: FileDesk) -> None:
    Story.reached.clear()
    tell(file_desk, stories=60)
    assert {what for what in MUST_BE_REACHED if not Story.reached[what]} == set()


def test_the_story_holds_on_postgresql(server_desk: ServerDesk) -> None:
    Story.reached.clear()
    tell(server_desk, stories=15, number=1)  # a seed that comes too late
    assert Story.reached["booked in a rush"]
    assert Story.reached["too late in a rush"]


def test_without_locks_a_rush_breaks_it(server_desk: ServerDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    take_the_locks_off(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a broken promise, or a wall of the database
        tell(server_desk, stories=50, phases=[Phase.generate])


@pytest.mark.parametrize("plant", DEFECTS, ids=lambda plant: plant.__name__)
def test_a_planted_defect_is_found(file_desk: FileDesk, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a broken promise, or a wall of the database
        tell(file_desk, stories=400, phases=[Phase.generate])


def test_a_broken_story_comes_again_by_its_seed(file_desk: FileDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    forget_to_give_seats_back(monkeypatch)
    assert steps_to_a_break(file_desk, stories=60) == steps_to_a_break(file_desk, stories=60) != []
