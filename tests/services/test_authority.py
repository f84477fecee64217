"""Authority in the services, under their own transactions: the scope holds whatever a handler let through."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.rules.authority import REFUSALS_AN_HOUR
from bot.rules.passes import Pass, PassEnded
from bot.services import acts
from bot.services.acts import RECALL, ShownAct
from bot.services.authority import REFUSED, NoAuthority, note_refusal
from bot.services.booking import release_seat
from bot.services.broadcasts import NobodyListens, Preview, preview_announcement
from bot.services.feedback import opinions
from bot.services.forgetting import forget, look_at_leaving
from bot.services.opening import DoorSet, HeldBack, hold_back, set_door
from bot.services.organizers import Delayed, SeatsSet, all_visits, delay_visit, set_seats, sign_ups
from bot.services.passes import CheckedPass, check_pass
from bot.services.queue import Line, pause_line, read_line
from bot.services.rosters import ListKind, Roster, give_roster, read_roster
from bot.services.searching import seated_on
from bot.services.undelivered import Undelivered, list_undelivered
from storage import Tx, bookings, erasing, grants, tables
from storage.database import Database
from storage.records import ActState, Grant, Role, VisitState
from tests.makers import OPEN
from tests.services.test_organizers import booked_world
from tests.services.world import World, counted, visit_of

TEAM, OTHERS, DESK, LEADER, HOST = 3, 2, 101, 102, 103
"""Telegram ids: Astana's team, Almaty's, and who has the other roles. The first two are delegates."""


@pytest.fixture
async def world(database: Database) -> World:
    """Persons 1 and 2 are booked on nab-am; 3 is of Astana's team, 2 of Almaty's."""
    return await database.run(_world)


def _world(tx: Tx) -> World:
    world = booked_world(tx)
    for who, grant in (
        (TEAM, Grant(Role.CITY, "astana")),
        (OTHERS, Grant(Role.CITY, "almaty")),
        (DESK, Grant(Role.DESK)),
        (LEADER, Grant(Role.LEADER, "B01")),
        (HOST, Grant(Role.HOST, "nab-am")),
    ):
        grants.give(tx, who, grant, now=OPEN)
    return world


def asked(world: World) -> dict[str, tuple[Callable[..., Any], type]]:
    """What a city's team does to nab-am, and what it comes to where it is theirs."""
    usual: dict[str, Any] = {"now": OPEN}
    both: dict[str, Any] = usual | {"congress": world.congress}
    return {
        "nab-am": (partial(delay_visit, name="nab-am", minutes=15, **usual), Delayed),
        "B01": (partial(set_seats, name="B01", seats=40, **usual), SeatsSet),
        "nab-am ": (partial(set_door, name="nab-am", is_open=False, **usual), DoorSet),
        "nab-am  ": (partial(hold_back, name="nab-am", seats=0, **both), HeldBack),
        "nab-am   ": (partial(pause_line, name="nab-am", paused=True, **both), Line),
        "B01 ": (partial(give_roster, name="B01", kind=ListKind.RIDERS, form="csv", **both), Roster),
        "astana": (partial(give_roster, name="astana", kind=ListKind.RIDERS, form="csv", **both), Roster),
    }


async def test_a_citys_team_does_to_its_visits_what_another_citys_may_not(database: Database, world: World) -> None:
    for number, (name, (service, done)) in enumerate(asked(world).items()):
        before = await database.read(counted)
        refused = await database.run(service, actor=OTHERS, cause=f"try/{number}")
        assert refused == NoAuthority(name.strip()), name
        assert await database.read(counted) == before
        assert isinstance(await database.run(service, actor=TEAM, cause=f"do/{number}"), done), name


async def test_what_is_read_holds_what_is_theirs_alone(database: Database, world: World) -> None:
    async def keys(actor: int) -> set[str]:
        seen = await database.read(all_visits, actor=actor)
        assert isinstance(seen, tuple)
        return {visit.key for visit in seen}

    assert await keys(HOST) == {"nab-am"}
    assert await keys(OTHERS) == {"almaty-fly"}
    assert "nab-am" in await keys(TEAM)
    assert "almaty-fly" not in await keys(TEAM)
    assert await database.read(sign_ups, actor=OTHERS) == ()
    given = await database.read(sign_ups, actor=HOST)
    assert isinstance(given, tuple)
    assert len(given) == 2
    assert await database.read(all_visits, actor=DESK) == NoAuthority()

    nab = (await database.read(visit_of, "nab-am")).id
    assert await database.read(seated_on, actor=OTHERS, visit_id=nab) == ()
    seated = await database.read(seated_on, actor=DESK, visit_id=nab)
    assert isinstance(seated, tuple)
    assert len(seated) == 3
    assert await database.read(seated_on, actor=LEADER, visit_id=nab) == NoAuthority()
    assert await database.read(opinions, actor=OTHERS, name="nab-am") == NoAuthority("nab-am")
    assert await database.read(opinions, actor=TEAM, name=None) == ()
    line = partial(read_line, name="nab-am", congress=world.congress, now=OPEN)
    looked = await database.read(line, actor=DESK)
    assert isinstance(looked, Line)
    assert not looked.may_pause
    shown = await database.read(read_roster, actor=DESK, name="nab-am", congress=world.congress, now=OPEN)
    assert isinstance(shown, Roster)
    assert not shown.is_to_take
    for name, found in (("B01", Roster), ("B02", NoAuthority), ("nab-am", NoAuthority), ("astana", NoAuthority)):
        got = await database.read(read_roster, actor=LEADER, name=name, congress=world.congress, now=OPEN)
        assert isinstance(got, found), name


async def test_what_did_not_arrive_is_told_of_what_is_theirs(database: Database, world: World) -> None:
    def blocked(tx: Tx) -> None:
        tx.execute(tables.delegates.update().values(unreachable_since=OPEN))

    await database.run(blocked)
    everything = await database.read(list_undelivered, actor=DESK, name=None)
    theirs = await database.read(list_undelivered, actor=TEAM, name=None)
    others = await database.read(list_undelivered, actor=OTHERS, name=None)
    led = await database.read(list_undelivered, actor=LEADER, name=None)
    assert isinstance(everything, Undelivered)
    assert isinstance(theirs, Undelivered)
    assert isinstance(others, Undelivered)
    assert isinstance(led, Undelivered)
    assert everything.absent == theirs.absent != ()
    assert others.absent == ()
    assert {seat.bus for seat in led.absent} <= {"B01"}
    assert led.bus is not None
    assert await database.read(list_undelivered, actor=OTHERS, name="nab-am") == NoAuthority("nab-am")


@pytest.mark.parametrize(
    ("who", "theirs"),
    [
        ("nab-am", True),
        ("astana", True),
        ("nab-am and waiting or B02", True),
        ("nab-am and almaty", True),
        ("all", False),
        ("en", False),
        ("leader", False),
        ("almaty", False),
        ("nab-am or almaty", False),
    ],
)
async def test_a_citys_team_writes_to_its_own_people_alone(
    database: Database, world: World, who: str, theirs: bool
) -> None:
    """A part joined by "and" is theirs where one of its places is; of parts joined by "or" each must be."""
    shown = await database.run(
        preview_announcement,
        actor=TEAM,
        delegate_id=world.people[2],
        name=who,
        text=": The hall is open.",
        draft_key=1,
        congress=world.congress,
        now=OPEN,
    )
    assert isinstance(shown, (Preview, NobodyListens) if theirs else NoAuthority), shown


async def test_an_act_is_not_done_when_its_authors_right_has_ended(database: Database, world: World) -> None:
    usual: dict[str, Any] = {"delegate_id": world.people[2], "congress": world.congress}
    show = partial(acts.show_act, kind="cancelvisit", name="nab-am", now=OPEN, **usual)
    assert await database.run(show, actor=OTHERS, cause="no") == NoAuthority("nab-am")
    shown = await database.run(show, actor=TEAM, cause="show")
    assert isinstance(shown, ShownAct)
    plan = partial(acts.plan_act, act_id=shown.act.id, revision=1, message_id=1, now=OPEN, cause="plan", **usual)
    assert await database.run(plan, actor=OTHERS) == NoAuthority("nab-am")
    assert isinstance(await database.run(plan, actor=TEAM), ShownAct)

    def ends(tx: Tx) -> None:
        (mine,) = [held.id for held in grants.everybody(tx) if held.telegram_id == TEAM]
        grants.take_back(tx, mine)
        grants.give(tx, TEAM, Grant(Role.CITY, "almaty"), now=OPEN)

    await database.run(ends)
    assert await database.run(acts.run_due, congress=world.congress, now=OPEN + RECALL)
    assert (await database.read(visit_of, "nab-am")).state is VisitState.OPEN
    states = await database.read(lambda tx: list(tx.scalars(select(tables.acts.c.state))))
    assert states == [ActState.RECALLED]


async def test_a_pass_is_checked_by_who_sees_its_bus(database: Database, world: World) -> None:
    (booking, *_) = await database.read(bookings.held_by, world.people[0])
    visit = await database.read(visit_of, "nab-am")
    bus = visit.bus(booking.booking.bus_id)
    assert bus is not None
    signed = Pass(booking_id=booking.booking.id, version=booking.booking.version, issued_at=OPEN)
    good = await database.read(check_pass, actor=DESK, signed=signed)
    assert isinstance(good, CheckedPass)
    assert good.refusal is None
    led = await database.read(check_pass, actor=LEADER, signed=signed)
    assert isinstance(led, CheckedPass if bus.label == "B01" else NoAuthority)
    assert isinstance(await database.read(check_pass, actor=OTHERS, signed=signed), NoAuthority)
    assert await database.read(check_pass, actor=HOST, signed=signed) == NoAuthority()
    await database.run(
        release_seat,
        delegate_id=world.people[0],
        booking_id=booking.booking.id,
        booking_version=booking.booking.version,
        congress=world.congress,
        now=OPEN,
        cause="give back",
    )
    ended = await database.read(check_pass, actor=DESK, signed=signed)
    assert isinstance(ended, CheckedPass)
    assert ended.refusal == PassEnded()


def refusals(tx: Tx, actor: int) -> int:
    mine = tables.log.c.action == REFUSED, tables.log.c.actor == actor
    return int(tx.scalar(select(func.count()).select_from(tables.log).where(*mine)) or 0)


async def test_attempts_are_written_once_and_at_most_so_many_an_hour(database: Database, world: World) -> None:
    async def tries(actor: int, number: int, *, later: timedelta = timedelta()) -> None:
        await database.run(
            note_refusal, actor=actor, right="delay", name="", now=OPEN + later, cause=f"update/{actor}{number}"
        )

    for _ in range(3):
        await tries(1, 0)
    assert await database.read(refusals, 1) == 1, "a repeat is written once"
    for number in range(REFUSALS_AN_HOUR + 5):
        await tries(1, number)
    assert await database.read(refusals, 1) == REFUSALS_AN_HOUR
    await tries(2, 0)
    assert await database.read(refusals, 2) == 1, "everybody has an hour of their own"
    await tries(1, 99, later=timedelta(hours=1))
    assert await database.read(refusals, 1) == REFUSALS_AN_HOUR + 1


async def test_who_is_forgotten_leaves_attempts_of_nobody(database: Database, world: World) -> None:
    await database.run(note_refusal, actor=1, right="delay", name="", now=OPEN, cause="update/1")

    def leaves(tx: Tx) -> None:
        asked = look_at_leaving(tx, delegate_id=world.people[0], telegram_id=1, now=OPEN)
        forget(
            tx,
            delegate_id=world.people[0],
            key=asked.key,
            update_id=7,
            congress=world.congress,
            now=OPEN,
            cause="update/7",
        )

    await database.run(leaves)
    assert await database.read(refusals, 1) == 0
    assert await database.read(refusals, erasing.SOMEBODY) == 1
