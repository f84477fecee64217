"""The preview of a smaller bus is a promise: exactly that happens if nobody answers, and never worse if somebody does.

Buses, parties, lines and answers are drawn by Hypothesis, on both databases.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, event, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot.rules import cutting as rule
from bot.rules.cutting import ASKED_FOR
from bot.services import acts as services
from bot.services import cutting
from bot.services.acts import RECALL, ShownAct
from bot.services.asking import end_asking, stay_on_bus
from bot.services.booking import Booked, release_seat
from bot.services.cutting import CUT
from bot.services.deeds import TooManyStay
from bot.services.lines import serve_lines
from bot.services.standing import Wait
from bot.services.waiting import accept_offer, leave_line
from storage import Tx, cuts, tables
from storage.records import Act, BookingState
from tests.makers import OPEN
from tests.services.story import Desk, FileDesk, ServerDesk
from tests.services.test_acts import deviations, plan
from tests.services.test_cutting import book, bus, join, show_cut
from tests.services.world import World, document, put_party, settle, table

DUE = OPEN + RECALL
MINUTE = timedelta(minutes=1)
PROMISED = ("other_bus", "leaving", "held", "queued", "nothing", "unreachable")
MOST = 8


@dataclass(frozen=True, kw_only=True)
class Coach:
    """One bus and the world around it. A party is (people, needs a wheelchair place, has Telegram)."""

    parties: Sequence[tuple[int, bool, bool]]
    line: int
    beside: int | None
    """Seats of another bus of the visit; None where there is none."""
    elsewhere: tuple[int, int]
    """Seats of the buses of two other visits."""
    back: tuple[int, int]
    """So many of them are held back: as good as taken."""
    guarded: bool
    """Somebody waits for the first visit elsewhere."""
    fewer: int
    """By so many seats the bus gets smaller than what is taken."""
    answers: Sequence[str]


parties = st.tuples(
    st.sampled_from([1, 1, 1, 2, 3]), st.sampled_from([False] * 5 + [True]), st.sampled_from([True] * 5 + [False])
)
coaches = st.builds(
    Coach,
    parties=st.lists(parties, min_size=3, max_size=MOST),
    line=st.integers(0, 2),
    beside=st.sampled_from([None, None, 0, 1, 2]),
    elsewhere=st.tuples(st.integers(2, 9), st.integers(2, 9)),
    back=st.tuples(st.integers(0, 3), st.integers(0, 3)),
    guarded=st.booleans(),
    fewer=st.integers(1, 6),
    answers=st.lists(st.sampled_from(["take", "stay", "decline", "release", "silent", "silent"]), max_size=MOST),
)


def a_coach(tx: Tx, coach: Coach) -> World:
    """The bus is full with its parties, and has room for one offer more; others wait."""
    for each in reversed(tables.metadata.sorted_tables):
        tx.execute(each.delete())
    of = document()
    of["visits"] = [visit for visit in of["visits"] if visit["id"] in ("nab-am", "pres-am", "nab-pres-pm")]
    of["buses"] = [each for each in of["buses"] if each["id"] in ("B01", "B02", "B03", "B05")]
    taken = sum(party for party, _, _ in coach.parties)
    for key in ("nab-am", "pres-am", "nab-pres-pm"):
        table(of, "visits", key)["capacity"] = 90
    for label, seats in (("B01", taken + 1), ("B02", 1), ("B05", coach.elsewhere[0]), ("B03", coach.elsewhere[1])):
        table(of, "buses", label)["seats"] = max(1, seats)
    table(of, "buses", "B01")["wheelchair_places"] = 4
    world = settle(tx, people=MOST + 4, file=of)
    closed = tables.buses.c.label == "B02"
    tx.execute(tables.buses.update().where(closed).values(state="removed"))
    for who, (party, wheelchair, _) in enumerate(coach.parties):
        if party > 1:
            put_party(tx, world.people[who], "nab-am", *["Zoë", "Łukasz"][: party - 1], congress=world.congress)
        person = tables.delegates.c.id == world.people[who]
        tx.execute(tables.delegates.update().where(person).values(wheelchair=wheelchair))
        booked = book(tx, world, who, party=party, now=OPEN - (30 - who) * MINUTE)
        if not isinstance(booked, Booked):  # its wheelchair places are taken
            continue
    taken = bus(tx).seats_taken
    tx.execute(tables.buses.update().where(tables.buses.c.label == "B01").values(seats=taken))
    for who in range(coach.line):
        assert isinstance(join(tx, world, MOST + who), Wait)
    tx.execute(tables.buses.update().where(tables.buses.c.label == "B01").values(seats=taken + min(1, coach.line)))
    if coach.guarded:  # full at the moment of joining
        limit = tables.visits.update().where(tables.visits.c.key == "pres-am")
        tx.execute(limit.values(held_back=90))
        assert isinstance(join(tx, world, MOST + 3, key="pres-am"), Wait)
        tx.execute(limit.values(held_back=0))
    for key, back in zip(("pres-am", "nab-pres-pm"), coach.back, strict=True):
        tx.execute(tables.visits.update().where(tables.visits.c.key == key).values(held_back=back))
    serve_lines(tx, congress=world.congress, now=OPEN)
    if coach.beside is not None:
        tx.execute(tables.buses.update().where(closed).values(state="active", label="B02", seats=coach.beside))
    for who, (_, _, has_telegram) in enumerate(coach.parties):
        if not has_telegram:
            person = tables.delegates.c.id == world.people[who]
            tx.execute(tables.delegates.update().where(person).values(telegram_id=None))
    return world


def seats_of(tx: Tx) -> dict[int, Any]:
    """Each booking of the bus that was ever booked, by id."""
    return {row.id: row for row in tx.execute(select(tables.bookings).where(tables.bookings.c.given_at.is_not(None)))}


def followers(tx: Tx) -> dict[int, Any]:
    """What follows each lost seat and stands now, by the lost one."""
    rows = tx.execute(select(tables.bookings).where(tables.bookings.c.replaces.is_not(None)))
    return {row.replaces: row for row in rows if row.state in (BookingState.OFFERED, BookingState.WAITING)}


def came_to(tx: Tx, act: Act) -> dict[str, int]:
    """Count by bare rows what the cut came to."""
    lost = [row for row in seats_of(tx).values() if row.reason == CUT and row.state == BookingState.RELEASED]
    follows = followers(tx)
    states = {row.id: follows[row.id].state if row.id in follows else None for row in lost}
    moved = tx.execute(select(tables.outbox.c.booking_id, tables.outbox.c.kind)).all()
    others = {row.booking_id for row in moved if row.kind == "other-bus"}
    known = {row.id for row in tx.execute(select(tables.delegates).where(tables.delegates.c.telegram_id.is_not(None)))}

    def people(state: str | None) -> int:
        return sum(row.party for row in lost if states[row.id] == state)

    by_bus = tables.buses.c.label == "B02"
    other = tx.scalar(select(tables.buses.c.id).where(by_bus))
    reseated = sum(row.party for row in seats_of(tx).values() if row.bus_id == other and row.state == "booked")
    assert others <= {row.id for row in seats_of(tx).values() if row.bus_id == other}
    return {
        "other_bus": reseated,
        "leaving": sum(row.party for row in lost),
        "held": people(BookingState.OFFERED),
        "queued": people(BookingState.WAITING),
        "nothing": people(None),
        "unreachable": sum(row.party for row in lost if row.delegate_id not in known),
    }


def shown_and_due(desk: Desk, world: World, coach: Coach) -> ShownAct | None:
    """Show the cut, agree, let the minute pass; None where it cannot be."""
    shown = desk.run(show_cut, world, max(1, desk.run(bus).seats_taken - coach.fewer))
    if isinstance(shown, TooManyStay):
        event("too many cannot be moved")
        return None
    assert isinstance(shown, ShownAct), shown
    desk.run(plan, world, shown)
    assert desk.run(services.run_due, congress=world.congress, now=DUE)
    return shown


def nobody_answers(desk: Desk, coach: Coach) -> None:
    world = desk.run(a_coach, coach)
    shown = shown_and_due(desk, world, coach)
    if shown is None:
        return
    counts = shown.act.preview
    cut = desk.run(cuts.of_act, shown.act.id)
    event(f"asked: {cut is not None}")
    for what in ("offers", "other_bus", "held", "queued", "nothing"):
        if counts[what]:
            event(what)
    assert (cut is not None) == bool(counts["asked"])
    ends = DUE
    if cut is not None:
        assert cut.asked >= counts["asked"]
        assert cut.asked <= 2 * counts["too_many"] + 4  # whole parties: one more on each side
        ends = cut.asks_until
        assert ends == DUE + ASKED_FOR
        assert desk.run(end_asking, congress=world.congress, now=ends)
    assert {what: counts[what] for what in PROMISED} == desk.run(came_to, shown.act)
    after = desk.run(bus)
    assert (after.seats, after.closing) == (shown.act.arguments["seats"], False)
    assert after.seats_taken <= after.seats
    assert not desk.run(deviations, ends)


def somebody_answers(desk: Desk, coach: Coach) -> None:
    world = desk.run(a_coach, coach)
    before = desk.run(seats_of)
    shown = shown_and_due(desk, world, coach)
    cut = None if shown is None else desk.run(cuts.of_act, shown.act.id)
    if shown is None or cut is None:
        return
    asks = desk.run(cuts.asks_of, cut.id)
    would_leave = {ask.booking_id for ask in asks if ask.is_last}
    silent, most = set(would_leave), desk.run(bus).seats_taken
    now = DUE + MINUTE
    for number, (ask, answer) in enumerate(zip(asks, coach.answers, strict=False)):
        answer_with(desk, world, ask, answer, now=now, cause=f"answer/{number}")
        event(answer)
        if answer != "silent":
            silent.discard(ask.booking_id)
        assert desk.run(bus).seats_taken <= most
    desk.run(end_asking, congress=world.congress, now=cut.asks_until)
    after = desk.run(seats_of)
    lost = {row.id for row in after.values() if row.reason == CUT and row.state == BookingState.RELEASED}
    counts = shown.act.preview
    assert sum(before[each].party for each in lost) <= counts["leaving"]
    # Who was held a seat, said nothing and had to leave, still has it.
    follows = desk.run(followers)
    for each in lost & silent:
        assert follows[each].state == BookingState.OFFERED
    # Nobody leaves whom the rule would not have moved, and nobody on wheels.
    all_by_rule = counts["leaving"] - sum(before[each].party for each in would_leave)
    assert sum(before[each].party for each in lost - would_leave) <= all_by_rule
    assert not any(before[each].wheelchairs for each in lost)
    assert desk.run(bus).seats == shown.act.arguments["seats"]
    assert not desk.run(deviations, cut.asks_until)


def answer_with(desk: Desk, world: World, ask: Any, answer: str, *, now: datetime, cause: str) -> None:
    mine: dict[str, Any] = {"delegate_id": ask.hold.delegate_id, "congress": world.congress, "now": now, "cause": cause}
    held = {"booking_id": ask.hold.id, "booking_version": ask.hold.version}
    match answer:
        case "take":
            assert isinstance(desk.run(accept_offer, **held, **mine), Booked)
        case "stay":
            assert desk.run(stay_on_bus, hold_id=ask.hold.id, **mine) is not None
        case "decline":
            desk.run(leave_line, **held, **mine)
        case "silent":
            pass
        case _:
            seat = desk.run(seats_of)[ask.booking_id]
            desk.run(release_seat, booking_id=seat.id, booking_version=seat.version, **mine)


quickly = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.reuse, Phase.generate, Phase.shrink],
)
a_few = settings(quickly, max_examples=12)


@quickly
@given(coach=coaches)
def test_what_happens_equals_the_preview_on_sqlite(file_desk: FileDesk, coach: Coach) -> None:
    nobody_answers(file_desk, coach)


@quickly
@given(coach=coaches)
def test_answers_make_it_better_and_never_worse_on_sqlite(file_desk: FileDesk, coach: Coach) -> None:
    somebody_answers(file_desk, coach)


@a_few
@given(coach=coaches)
def test_what_happens_equals_the_preview_on_postgresql(server_desk: ServerDesk, coach: Coach) -> None:
    nobody_answers(server_desk, coach)


@a_few
@given(coach=coaches)
def test_answers_make_it_better_and_never_worse_on_postgresql(server_desk: ServerDesk, coach: Coach) -> None:
    somebody_answers(server_desk, coach)


A_COACH = Coach(
    parties=[(1, False, True)] * 6,
    line=0,
    beside=None,
    elsewhere=(6, 6),
    back=(0, 0),
    guarded=False,
    fewer=2,
    answers=["silent"] * 6,
)


@settings(quickly, max_examples=1)
@given(coach=st.just(A_COACH))
def test_without_the_order_of_signing_up_the_promise_is_broken(file_desk: FileDesk, coach: Coach) -> None:
    """The negative control: a rule that begins anew at the end moves people whom nobody was shown."""
    first = rule.leaving
    again: list[int] = []

    def forgetful(parties: Any, *, too_many: int) -> Any:
        again.append(1)
        by_rule = first(parties, too_many=too_many)
        return by_rule if len(again) < 4 else tuple(reversed(first(parties, too_many=99)))[: len(by_rule)]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cutting, "leaving", forgetful)
        with pytest.raises((AssertionError, KeyError)):
            somebody_answers(file_desk, coach)
