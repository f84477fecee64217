"""The story of the whole console on both databases, and that it would not hold with a defect planted."""

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from hypothesis import Phase

from bot.rules.moving import refuse_move
from bot.services import merging, moving
from storage import Tx, bookings, seats
from tests.services.console_story import ConsoleStory
from tests.services.story import FileDesk, ServerDesk
from tests.services.telling import MUST_BE_REACHED_AT_THE_CONSOLE, tell

Plant = Callable[[pytest.MonkeyPatch], None]


def test_the_story_holds_on_sqlite(file_desk: FileDesk) -> None:
    ConsoleStory.reached.clear()
    tell(file_desk, stories=120, of=ConsoleStory)
    assert {what for what in MUST_BE_REACHED_AT_THE_CONSOLE if not ConsoleStory.reached[what]} == set()


def test_the_story_holds_on_postgresql(server_desk: ServerDesk) -> None:
    tell(server_desk, stories=5, of=ConsoleStory)


def merge_without_looking_for_room(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(merging, "refuse_merge", lambda _bus, _into: None)


def leave_a_party_behind(patch: pytest.MonkeyPatch) -> None:
    def move_some(tx: Tx, bus_id: int, *, to: int) -> None:
        for holder in bookings.passengers(tx, bus_id=bus_id)[:-1]:
            bookings.move_to_bus(tx, holder.booking.id, bus_id=to)

    patch.setattr(bookings, "move_all_to_bus", move_some)


def move_without_counting(patch: pytest.MonkeyPatch) -> None:
    uncounted = SimpleNamespace(take=lambda _tx, **_: None, give_back=seats.give_back)
    patch.setattr(moving, "seats", uncounted)


def move_over_the_day(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(moving, "refuse_move", lambda *asked, **more: refuse_move(*asked, **{**more, "held": ()}))


DEFECTS: list[Plant] = [
    merge_without_looking_for_room,
    leave_a_party_behind,
    move_without_counting,
    move_over_the_day,
]


@pytest.mark.parametrize("plant", DEFECTS, ids=lambda plant: plant.__name__)
def test_a_planted_defect_is_found(file_desk: FileDesk, monkeypatch: pytest.MonkeyPatch, plant: Plant) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a broken promise, or a wall of the database
        tell(file_desk, stories=250, phases=[Phase.generate], of=ConsoleStory)
