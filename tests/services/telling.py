"""Tells so many booking stories; the seed decides which, and a story that breaks a promise comes again by its seed."""

from collections.abc import Sequence

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.services.crowded_story import CrowdedStory
from tests.services.story import Desk, ServerDesk, Story

_SETTINGS = settings(
    database=None,
    deadline=None,
    derandomize=False,
    report_multiple_bugs=False,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
MUST_BE_REACHED = {
    *("Booked", "Released", "Delayed", "SeatsSet", "Refused", "NoneType"),
    *("booked for several", "replaced", "repeated"),
    *("Changed", "BookingClosed", "AlreadyBooked", "Clashes", "NoSeats"),
}
"""Over the short stories each of these happened at least once: no promise held for want of a try."""
MUST_BE_REACHED_IN_CHANGES = {
    *("one given back", "undone", "one undone", "moved", "seat offered by link", "seat taken by link", "forgotten"),
    *("NotUndone", "NotTaken", "repeated"),
}
"""Over the short stories of changed minds each of these happened."""
MUST_BE_REACHED_AT_THE_CONSOLE = {
    *("seats done", "cancelvisit done", "asked", "asking ended", "stays", "reseated", "Swapped", "offered", "taken"),
    *("merge done", "merged with people", "moved to another visit", "moved to another bus"),
    *("import done", "brought a file with smaller buses"),
}
"""Over the short stories of the console each of these happened; test_cutting_promise.py draws what else a cut is."""
MUST_BE_REACHED_IN_A_CROWD = MUST_BE_REACHED | {"booked in a rush", "too late in a rush"}


def tell(
    desk: Desk,
    *,
    stories: int,
    number: int = 0,
    phases: Sequence[Phase] = tuple(Phase),
    of: type[Story] | None = None,
) -> None:
    """Tell so many stories, those of the seed `number`; raise what one of them broke, with its steps as notes.

    `of` is the kind of story: that of booking when left out, in which crowds rush where the database has locks.
    """
    kind = of or (CrowdedStory if isinstance(desk, ServerDesk) else Story)

    class Told(kind):  # type: ignore[misc, valid-type]
        def __init__(self) -> None:
            super().__init__(desk)

    run_state_machine_as_test(seed(number)(Told), settings=settings(_SETTINGS, max_examples=stories, phases=phases))


def steps_to_a_break(desk: Desk, *, stories: int, number: int = 0) -> list[str]:
    """The acts of the first story that breaks a promise, as they were, and what broke; none when all hold."""
    try:
        # Not made shorter: that takes minutes, and tells no more about the seed.
        tell(desk, stories=stories, number=number, phases=[Phase.generate])
    except Exception as broken:  # noqa: BLE001 - handed on as text
        return [*getattr(broken, "__notes__", []), f"{type(broken).__name__}: {broken}"]
    return []
