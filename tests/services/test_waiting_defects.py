"""Defects of a queue that a story of chance meets too rarely: each is planted, and a short scripted story finds it.

The scripts are told by the waiting story's own acts, and after each act all that must hold is looked at.
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.services import booking, lines, promotion, waiting
from bot.services.booking import Released
from bot.services.lines import serve_lines
from storage import Tx, queue, seats, tables, visits
from storage.records import Booking
from tests.services.story import FileDesk, ServerDesk
from tests.services.waiting_story import HOUR, WaitingStory

HOLDERS, SEEKER = (0, 1), 2
"""Two people hold nab-am, which is full; the third holds pres-am, which is full too, at the same time."""


class First:
    """Draws the first of what there is."""

    def draw(self, strategy: Any) -> Any:
        return strategy.elements[0]


class Told:
    """A waiting story told act by act."""

    def __init__(self, desk: FileDesk) -> None:
        self.story = WaitingStory(desk)
        self.story.begin()
        self.holds()

    def holds(self) -> None:
        """Look at all that must hold now."""
        for invariant in self.story.invariants:
            invariant.function(self.story)

    def then(self, act: Callable[..., None], **asked: Any) -> None:
        act(self.story, **asked)
        self.holds()


def several_wishes(told: Told) -> None:
    """Wait for either of two visits, keep a seat meanwhile, take the first that is free."""
    told.then(WaitingStory.join_and_keep_a_seat, key="nab-am", data=_Kept(told, SEEKER))
    told.then(WaitingStory.set_seats, label="B03", seats=1)
    told.then(WaitingStory.join_beside, key="nab-pres-pm", data=First())
    told.then(WaitingStory.release_what_is_waited_for, data=First())
    told.then(WaitingStory.take, data=First(), stale=False, foreign=False)


def a_seat_given_up_before_its_move(told: Told) -> None:
    """Wait to move, give the old seat back meanwhile, take the new one."""
    told.then(WaitingStory.join_and_keep_a_seat, key="nab-am", data=_Kept(told, SEEKER))
    (kept,) = [row for row in told.story._rows("booked") if _of(told, row) == SEEKER]
    told.then(_give_back, row=kept)
    told.then(WaitingStory.release_what_is_waited_for, data=First())
    told.then(WaitingStory.take, data=First(), stale=False, foreign=False)


def an_offer_that_nobody_answers(told: Told) -> None:
    """Two wait for one seat; the first sleeps over the offer, and so does the second."""
    for who in HOLDERS:
        told.then(WaitingStory.join_and_keep_a_seat, key="pres-am", data=_Kept(told, who))
    told.then(WaitingStory.release_what_is_waited_for, data=First())
    for _ in range(3):
        told.then(WaitingStory.tick, by=13 * HOUR)


def _give_back(story: WaitingStory, *, row: Any) -> None:
    story._act(
        booking.release_seat,
        succeeds=Released,
        delegate_id=row.delegate_id,
        booking_id=row.id,
        booking_version=row.version,
        congress=story.world.congress,
    )


def _of(told: Told, row: Any) -> int:
    return told.story.world.people.index(row.delegate_id)


class _Kept:
    """Draws the seat of one person."""

    def __init__(self, told: Told, who: int) -> None:
        self._told, self._who = told, who

    def draw(self, strategy: Any) -> Any:
        return next(row for row in strategy.elements if _of(self._told, row) == self._who)


def leave_the_other_waits_of_a_wish(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(queue, "wish_of", lambda tx, wish: ())


def keep_the_seat_that_was_moved_from(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(waiting, "free_seats", lambda tx, replaced, **_: None)


def free_a_seat_that_is_not_held(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Booking, "holds_seat", property(lambda self: True))


def forget_to_promote_after_an_expiry(patch: pytest.MonkeyPatch) -> None:
    run_out, promote = lines._run_out, promotion.promote
    ended: list[int] = []

    def careless_end(tx: Tx, row: Booking, **more: Any) -> None:
        run_out(tx, row, **more)
        ended.append(row.visit_id)

    def careless_promote(tx: Tx, visit_id: int, **more: Any) -> int:
        return 0 if visit_id in ended else promote(tx, visit_id, **more)

    patch.setattr(lines, "_run_out", careless_end)
    patch.setattr(lines, "promote", careless_promote)


Script = Callable[[Told], None]
Plant = Callable[[pytest.MonkeyPatch], None]
DEFECTS: list[tuple[Script, Plant]] = [
    (several_wishes, leave_the_other_waits_of_a_wish),
    (several_wishes, keep_the_seat_that_was_moved_from),
    (a_seat_given_up_before_its_move, free_a_seat_that_is_not_held),
    (an_offer_that_nobody_answers, forget_to_promote_after_an_expiry),
]


@pytest.mark.parametrize("script", [several_wishes, a_seat_given_up_before_its_move, an_offer_that_nobody_answers])
def test_what_is_promised_holds_through_the_script(file_desk: FileDesk, script: Script) -> None:
    WaitingStory.reached.clear()
    script(Told(file_desk))
    reached = "offers ran out" if script is an_offer_that_nobody_answers else "taken"
    assert WaitingStory.reached[reached]


@pytest.mark.parametrize(("script", "plant"), DEFECTS, ids=[plant.__name__ for _, plant in DEFECTS])
def test_a_planted_defect_is_found(
    file_desk: FileDesk, monkeypatch: pytest.MonkeyPatch, script: Script, plant: Plant
) -> None:
    plant(monkeypatch)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a broken promise, or a wall of the database
        script(Told(file_desk))


# Several processes look at one line at the same moment.


@pytest.fixture
def server_desk(postgresql_url: str) -> Iterator[ServerDesk]:
    desk = ServerDesk(postgresql_url)
    yield desk
    desk.close()


def _race(desk: ServerDesk) -> tuple[int, int, int]:
    """Four processes find free seats and one party in line: offers, seats they took, parties that are still counted."""
    story = WaitingStory(desk)
    story.begin()
    story.join_and_keep_a_seat(key="nab-am", data=_Chosen(story, SEEKER))

    def more_seats(tx: Tx) -> int:
        """Without the promotion that would follow: the ticks below are the first to see them."""
        tx.execute(update(tables.buses).where(tables.buses.c.label.in_(("B01", "B02"))).values(seats=5))
        return int(tx.scalar(select(tables.visits.c.seats_taken).where(tables.visits.c.key == "nab-am")) or 0)

    before = desk.run(more_seats)
    desk.run_at_once(serve_lines, [{"congress": story.world.congress, "now": story.now}] * 4)
    story.facts = desk.run(story._facts)
    visit = story._visit("nab-am")
    return len(story._rows("offered")), visit.seats_taken - before, visit.waiting


class _Chosen:
    def __init__(self, story: WaitingStory, who: int) -> None:
        self._story, self._who = story, who

    def draw(self, strategy: Any) -> Any:
        people = self._story.world.people
        return next(row for row in strategy.elements if people.index(row.delegate_id) == self._who)


def _races(desk: ServerDesk) -> None:
    for _ in range(3):
        assert _race(desk) == (1, 1, 0)


def test_several_processes_offer_a_seat_once(server_desk: ServerDesk) -> None:
    _races(server_desk)


def test_without_its_locks_promotion_would_offer_twice(
    server_desk: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: the same race with nobody locking the visit or the person."""
    monkeypatch.setattr(visits, "lock", lambda tx, ids: visits.read_some(tx, set(ids)))
    monkeypatch.setattr(queue, "try_lock_delegate", lambda tx, delegate_id: True)
    take = seats.take

    def slow_take(tx: Tx, **asked: Any) -> None:
        tx.exec_driver_sql("SELECT pg_sleep(0.05)")
        take(tx, **asked)

    monkeypatch.setattr(seats, "take", slow_take)
    with pytest.raises(Exception):  # noqa: B017, PT011 - a wall of the database, or the numbers differ
        _races(server_desk)
