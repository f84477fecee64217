"""The story of changed minds on both databases, and that it would not hold with a defect planted."""

from collections.abc import Callable
from datetime import timedelta
from types import SimpleNamespace

import pytest
from hypothesis import Phase

from bot.rules import changing as rules
from bot.services import changing, forgetting, gifts
from tests.services.changing_story import ChangingStory
from tests.services.story import FileDesk, ServerDesk
from tests.services.telling import MUST_BE_REACHED_IN_CHANGES, tell

Plant = Callable[[pytest.MonkeyPatch], None]


def test_the_story_holds_on_sqlite(file_desk: FileDesk) -> None:
    ChangingStory.reached.clear()
    tell(file_desk, stories=120, of=ChangingStory)
    assert {what for what in MUST_BE_REACHED_IN_CHANGES if not ChangingStory.reached[what]} == set()


def test_the_story_holds_on_postgresql(server_desk: ServerDesk) -> None:
    tell(server_desk, stories=8, of=ChangingStory)


def undo_for_a_day(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(rules, "UNDO", timedelta(days=1))


def undo_without_counting(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(changing, "seats", SimpleNamespace(take=lambda tx, **asked: None))


def take_whatever_a_link_led_to(patch: pytest.MonkeyPatch) -> None:
    # Forgetting alone that the link was used would harm nobody: its rider sits on another booking by then.
    patch.setattr(gifts, "refuse_gift", lambda *asked, **more: None)


def forget_and_keep_the_seats(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(forgetting, "_leave_all", lambda tx, delegate_id, now: (0, 0, set()))


DEFECTS: list[Plant] = [undo_for_a_day, undo_without_counting, take_whatever_a_link_led_to, forget_and_keep_the_seats]


@pytest.mark.parametrize("plant", DEFECTS, ids=lambda plant: plant.__name__)
def test_a_planted_defect_is_found(file_desk: FileDesk, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a broken promise, or a wall of the database
        tell(file_desk, stories=400, phases=[Phase.generate], of=ChangingStory)
