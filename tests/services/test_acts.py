"""Dangerous acts: nothing changes before the minute is over, then what was shown happens, once; or nothing does."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.services import acts as services
from bot.services import cancelling
from bot.services.acts import RECALL, ShownAct
from bot.services.auditing import find_deviations
from bot.services.authority import NoAuthority
from bot.services.booking import Booked, book_seat
from bot.services.lines import serve_lines
from bot.services.organizers import CannotBeMoved, UnknownName, set_seats
from bot.services.standing import Offered, Wait, read_standing
from bot.services.waiting import accept_offer, join_line, leave_line
from storage import Tx, acts, tables
from storage.database import Database
from storage.records import ActState, BookingState, VisitState
from tests.house import at
from tests.makers import OPEN
from tests.services.world import OWNER, World, counted, document, put_party, settle, table, visit_of

DUE = OPEN + RECALL
AIGERIM = 9002


@pytest.fixture
async def world(database: Database) -> World:
    """nab-am by two buses is full with five people in four parties; pres-am and nab-pres-pm have two seats each."""
    return await database.run(full_world)


def full_world(tx: Tx) -> World:
    of = document()
    of["visits"] = [visit for visit in of["visits"] if visit["id"] in ("nab-am", "pres-am", "nab-pres-pm")]
    of["buses"] = [bus for bus in of["buses"] if bus["id"] in ("B01", "B02", "B03", "B05")]
    table(of, "visits", "nab-pres-pm")["capacity"] = 2
    world = settle(tx, people=8, file=of)
    put_party(tx, world.people[1], "nab-am", "Zoë", congress=world.congress)
    for who, party in ((0, 1), (1, 2), (2, 1), (3, 1)):
        assert isinstance(book(tx, world, who, party=party), Booked)
    joined = join_line(
        tx,
        delegate_id=world.people[4],
        visit_id=visit_of(tx, "nab-am").id,
        congress=world.congress,
        now=OPEN,
        cause="join/4",
    )
    assert isinstance(joined, Wait)
    for number, (role, scope) in enumerate((("organizer", ""), ("host", "nab-am"), ("leader", "B01"))):
        person = tx.scalar(
            select(tables.delegates.c.telegram_id).where(tables.delegates.c.id == world.people[5 + number])
        )
        assert person is not None
        grant(tx, person, role, scope)
    return world


def grant(tx: Tx, telegram_id: int, role: str, scope: str = "") -> None:
    row = {"telegram_id": telegram_id, "role": role, "scope": scope, "source": "command", "granted_at": OPEN}
    tx.execute(tables.grants.insert().values(row))


def book(tx: Tx, world: World, who: int, *, key: str = "nab-am", party: int = 1, now: Any = OPEN) -> Any:
    visit = visit_of(tx, key)
    return book_seat(
        tx,
        delegate_id=world.people[who],
        visit_id=visit.id,
        visit_version=visit.version,
        party=party,
        congress=world.congress,
        now=now,
        cause=f"book/{who}/{key}",
    )


def owner_of(tx: Tx) -> int:
    """The owner as a delegate, with a row of their own."""
    found = tx.scalar(select(tables.delegates.c.id).where(tables.delegates.c.telegram_id == OWNER))
    if found is None:
        row = {"telegram_id": OWNER, "name": "Gulzhan", "consent": "1", "created_at": OPEN}
        found = tx.scalar(tables.delegates.insert().values(row).returning(tables.delegates.c.id))
    assert found is not None
    return int(found)


def show(tx: Tx, /, world: World, name: str = "nab-am", **changes: Any) -> Any:
    usual: dict[str, Any] = {
        "actor": OWNER,
        "delegate_id": owner_of(tx),
        "now": OPEN,
        "kind": "cancelvisit",
        "cause": "show/1",
        "congress": world.congress,
    }
    return services.show_act(tx, name=name, **{**usual, **changes})


def plan(tx: Tx, /, world: World, shown: ShownAct, **changes: Any) -> Any:
    usual: dict[str, Any] = {
        "actor": OWNER,
        "delegate_id": owner_of(tx),
        "act_id": shown.act.id,
        "revision": shown.act.revision,
        "message_id": 7,
        "congress": world.congress,
        "now": OPEN,
        "cause": "plan/1",
    }
    return services.plan_act(tx, **{**usual, **changes})


def recall(tx: Tx, /, shown: ShownAct, **changes: Any) -> Any:
    usual: dict[str, Any] = {
        "actor": OWNER,
        "delegate_id": owner_of(tx),
        "act_id": shown.act.id,
        "now": OPEN,
        "cause": "recall/1",
    }
    return services.recall_act(tx, **{**usual, **changes})


def stands(tx: Tx, shown: ShownAct) -> ActState:
    act = acts.read(tx, shown.act.id)
    assert act is not None
    return act.state


def planned(tx: Tx, world: World) -> ShownAct:
    shown = show(tx, world)
    assert isinstance(shown, ShownAct)
    waits = plan(tx, world, shown)
    assert waits.act.state is ActState.PLANNED
    return shown


def seats_and_messages(tx: Tx) -> dict[str, int]:
    """All but the act itself and the log."""
    return {name: n for name, n in counted(tx).items() if name not in ("acts", "log", "delegates")}


def follow_ups(tx: Tx, visit_id: int) -> dict[int, list[Any]]:
    """What follows each released booking of the visit."""
    found: dict[int, list[Any]] = {}
    bookings = tables.bookings
    released = (
        bookings.c.visit_id == visit_id,
        bookings.c.reason == cancelling.CANCELLED,
        bookings.c.given_at.is_not(None),
    )
    for row in tx.execute(select(bookings).where(*released)):
        found[row.id] = list(tx.execute(select(bookings).where(bookings.c.replaces == row.id)))
    return found


def news(tx: Tx) -> Counter[str]:
    kinds = select(tables.outbox.c.kind).where(tables.outbox.c.act_id.is_not(None))
    return Counter(tx.scalars(kinds))


def deviations(tx: Tx, now: Any) -> list[Any]:
    return list(find_deviations(tx, now=now, real_now=now))


async def test_nothing_changes_before_the_minute_is_over_and_a_recall_leaves_all_as_it_was(
    database: Database, world: World
) -> None:
    before = await database.read(seats_and_messages)
    shown = await database.run(planned, world)
    almost = DUE - timedelta(seconds=1)
    assert not await database.run(services.run_due, congress=world.congress, now=almost)
    assert await database.read(seats_and_messages) == before
    back = await database.run(recall, shown, now=almost)
    assert back.act.state is ActState.RECALLED
    assert not await database.run(services.run_due, congress=world.congress, now=DUE)
    assert await database.read(seats_and_messages) == before


async def test_what_happens_equals_the_preview_and_everybody_is_told_once(database: Database, world: World) -> None:
    shown = await database.run(planned, world)
    counts = shown.act.preview
    assert counts == {
        "people": 5,
        "held": 4,
        "queued": 1,
        "nothing": 0,
        "unreachable": 0,
        "waiting": 1,
        "crew": 2,
        "team": 1,
    }
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    assert await database.read(stands, shown) is ActState.DONE
    visit = await database.read(visit_of, "nab-am")
    assert (visit.state, visit.seats_taken, visit.waiting) == (VisitState.CANCELLED, 0, 0)
    follows = await database.read(follow_ups, visit.id)
    assert len(follows) == 4  # parties
    assert all(len(each) <= 1 for each in follows.values())
    states = Counter(row.state for each in follows.values() for row in each for _ in range(row.party))
    assert states[BookingState.OFFERED] == counts["held"]
    assert states[BookingState.WAITING] == counts["queued"]
    assert await database.read(news) == {"cancelled": 4, "cancelled-wait": 1, "cancelled-crew": 2, "cancelled-team": 1}
    assert not await database.read(deviations, DUE)
    assert not await database.run(services.run_due, congress=world.congress, now=DUE)
    assert sum((await database.read(news)).values()) == 8


async def test_other_counts_when_due_do_nothing_and_show_what_changed_and_by_whom(
    database: Database, world: World
) -> None:
    shown = await database.run(planned, world)
    aigerim = await database.run(aigerim_changes_seats, world)
    before = await database.read(seats_and_messages)
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    assert await database.read(seats_and_messages) == before
    (changed,) = await database.read(services.open_acts)
    assert changed.act.state is ActState.CHANGED
    assert changed.act.before == shown.act.preview
    assert changed.act.preview["held"] == 3
    assert [(each.name, each.what, each.to) for each in changed.meanwhile] == [("Aigerim", "B05", "1")]
    assert aigerim
    # The old button confirms nothing any more; the new one does.
    stale = await database.run(plan, world, shown, now=DUE, cause="plan/2")
    assert stale.act.state is ActState.CHANGED
    again = await database.run(plan, world, changed, now=DUE, cause="plan/3")
    assert again.act.state is ActState.PLANNED
    assert await database.run(services.run_due, congress=world.congress, now=DUE + RECALL)
    assert await database.read(stands, shown) is ActState.DONE


def aigerim_changes_seats(tx: Tx, world: World) -> bool:
    row = {"telegram_id": AIGERIM, "name": "Aigerim", "consent": "1", "created_at": OPEN}
    tx.execute(tables.delegates.insert().values(row))
    grant(tx, AIGERIM, "organizer")
    tx.execute(update(tables.outbox).values(state="sent"))
    set_seats(tx, actor=AIGERIM, name="B05", seats=1, now=OPEN, cause="seats/aigerim")
    # Counted again as it was but for the seats: the new organizer would be told too.
    tx.execute(tables.grants.delete().where(tables.grants.c.telegram_id == AIGERIM))
    return True


async def test_a_change_before_the_word_is_shown_instead_of_being_confirmed(database: Database, world: World) -> None:
    shown = await database.run(show, world)
    await database.run(aigerim_changes_seats, world)
    answer = await database.run(plan, world, shown)
    assert answer.act.state is ActState.CHANGED
    assert [each.name for each in answer.meanwhile] == ["Aigerim"]
    assert not await database.run(services.run_due, congress=world.congress, now=DUE)


async def test_the_second_organizer_sees_the_act_of_the_first(database: Database, world: World) -> None:
    await database.run(planned, world)
    other = await database.read(organizer_of, world)
    shown = await database.run(show, world, actor=other[0], delegate_id=other[1], cause="show/2")
    answer = await database.run(plan, world, shown, actor=other[0], delegate_id=other[1], cause="plan/2")
    assert (answer.act.state, answer.author, answer.is_own) == (ActState.PLANNED, "Gulzhan", False)
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    late = await database.run(plan, world, shown, actor=other[0], delegate_id=other[1], now=DUE, cause="plan/3")
    assert (late.act.state, late.is_impossible) == (ActState.CHANGED, True)
    assert [(each.action, each.name) for each in late.meanwhile] == [("cancel visit", "Gulzhan")]


def organizer_of(tx: Tx, world: World) -> tuple[int, int]:
    person = world.people[5]
    telegram_id = tx.scalar(select(tables.delegates.c.telegram_id).where(tables.delegates.c.id == person))
    assert telegram_id is not None
    return telegram_id, person


async def test_every_step_handled_twice_has_one_effect(database: Database, world: World) -> None:
    first = await database.run(show, world)
    assert (await database.run(show, world)).act == first.act
    waits = await database.run(plan, world, first)
    assert (await database.run(plan, world, first, now=OPEN + RECALL / 2)).act.due_at == waits.act.due_at
    await asyncio.gather(
        *(database.run(services.run_due, congress=world.congress, now=DUE) for _ in range(5)),
    )
    assert sum((await database.read(news)).values()) == 8
    assert (await database.run(recall, first, now=DUE)).act.state is ActState.DONE


async def test_a_process_that_dies_in_the_middle_leaves_all_for_the_next(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = await database.run(planned, world)
    before = await database.read(counted)

    def dies(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(cancelling, "promote", dies)
        with pytest.raises(RuntimeError):
            await database.run(services.run_due, congress=world.congress, now=DUE)
    assert await database.read(counted) == before
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    assert await database.read(stands, shown) is ActState.DONE


async def test_without_the_comparison_other_numbers_would_happen(
    database: Database, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of `preview equals outcome`: who trusts the old preview does what nobody was shown."""
    shown = await database.run(planned, world)
    await database.run(aigerim_changes_seats, world)
    monkeypatch.setattr(cancelling.CallingOff, "counts", property(lambda _: shown.act.preview))
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    visit = await database.read(visit_of, "nab-am")
    follows = await database.read(follow_ups, visit.id)
    held = sum(row.party for each in follows.values() for row in each if row.state == BookingState.OFFERED)
    assert held != shown.act.preview["held"]


async def test_a_held_seat_is_taken_declined_or_runs_out_and_the_line_is_served(
    database: Database, world: World
) -> None:
    await database.run(planned, world)
    await database.run(services.run_due, congress=world.congress, now=DUE)
    visit = await database.read(visit_of, "nab-am")
    follows = [row for each in (await database.read(follow_ups, visit.id)).values() for row in each]
    taken, declined, *rest = sorted(
        (row for row in follows if row.state == BookingState.OFFERED), key=lambda row: row.id
    )
    now = DUE + timedelta(minutes=1)
    mine: dict[str, Any] = {"congress": world.congress, "now": now}
    outcome = await database.run(
        accept_offer,
        delegate_id=taken.delegate_id,
        booking_id=taken.id,
        booking_version=taken.version,
        cause="take/1",
        **mine,
    )
    assert isinstance(outcome, Booked)
    waits = await database.run(
        join_line, delegate_id=world.people[4], visit_id=declined.visit_id, cause="join/5", **mine
    )
    assert isinstance(waits, Wait)
    await database.run(
        leave_line,
        delegate_id=declined.delegate_id,
        booking_id=declined.id,
        booking_version=declined.version,
        cause="leave/1",
        **mine,
    )
    assert isinstance(await database.read(standing, waits.booking.id), Offered)
    ends = now + timedelta(minutes=30)
    await database.run(serve_lines, congress=world.congress, now=ends)
    states = await database.read(states_of, [row.id for row in rest])
    assert set(states) == {BookingState.RELEASED}
    assert not await database.read(deviations, ends)


def standing(tx: Tx, booking_id: int) -> Any:
    return read_standing(tx, booking_id)


def states_of(tx: Tx, ids: list[int]) -> list[str]:
    return list(tx.scalars(select(tables.bookings.c.state).where(tables.bookings.c.id.in_(ids))))


async def test_only_organizers_and_only_what_can_be_cancelled(database: Database, world: World) -> None:
    assert await database.run(show, world, actor=1) == NoAuthority()
    assert await database.run(show, world, "no-such") == UnknownName("no-such")
    shown = await database.run(show, world)
    assert await database.run(plan, world, shown, actor=1) == NoAuthority()
    assert await database.run(recall, shown, actor=1) == NoAuthority()
    gone = await database.run(show, world, now=at("08-22 12:00"), cause="show/3")
    assert isinstance(gone, CannotBeMoved)


async def test_an_author_who_lost_their_right_meanwhile_does_nothing(database: Database, world: World) -> None:
    shown = await database.run(planned, world)
    await database.run(lambda tx: tx.execute(tables.grants.delete().where(tables.grants.c.telegram_id == OWNER)))
    assert await database.run(services.run_due, congress=world.congress, now=DUE)
    assert await database.read(stands, shown) is ActState.RECALLED
    assert (await database.read(visit_of, "nab-am")).state is VisitState.OPEN
