"""The crew: a link makes one person a member, once, while who made it may; and nobody takes the last owner away."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.services.authority import NoAuthority
from bot.services.crew import (
    AlreadyInCrew,
    CannotRevoke,
    InvitationGone,
    Invited,
    Joined,
    NotToGive,
    Revoked,
    crew,
    invite,
    join,
    revoke,
)
from bot.services.organizers import UnknownName
from storage import Tx, delegates, grants, log
from storage.database import Database
from storage.records import Delegate, Grant, Role
from storage.tables import log as rows
from tests.makers import OPEN
from tests.services.world import OWNER, World, settle

ANNA, MARAT = 1, 2
TOKEN = "abcdefghijklmnop"
DAY = timedelta(hours=24)


@pytest.fixture
async def world(database: Database) -> World:
    return await database.run(settle)


def person(tx: Tx, telegram_id: int) -> Delegate:
    found = delegates.by_telegram_id(tx, telegram_id)
    assert found is not None
    return found


def link(tx: Tx, role: Role = Role.LEADER, scope: str = "b01", *, actor: int = OWNER, token: str = TOKEN) -> object:
    return invite(tx, actor=actor, role=role, scope=scope, token=token, now=OPEN)


def opened(tx: Tx, who: int = ANNA, *, token: str = TOKEN, later: timedelta = timedelta()) -> object:
    return join(tx, delegate=person(tx, who), token=token, now=OPEN + later)


def members(tx: Tx) -> dict[tuple[int, Grant], int]:
    listed = crew(tx, actor=OWNER)
    assert isinstance(listed, tuple)
    return {(each.held.telegram_id, each.held.grant): each.held.id for each in listed}


async def test_the_first_who_opens_the_link_has_the_role_and_nobody_after(database: Database, world: World) -> None:
    leads = Grant(Role.LEADER, "B01")
    assert await database.run(link) == Invited(grant=leads, ends_at=OPEN + DAY)
    assert await database.run(link) == Invited(grant=leads, ends_at=OPEN + DAY), "a repeat makes the same link"
    assert await database.run(opened) == Joined(leads, frozenset({Role.LEADER}))
    assert await database.run(opened) == Joined(leads, frozenset({Role.LEADER})), "a repeat"
    assert await database.run(opened, MARAT) == InvitationGone()
    assert await database.read(grants.holders, Role.LEADER, "B01") == (ANNA,)


async def test_of_two_who_open_the_link_at_once_one_joins(database: Database, world: World) -> None:
    await database.run(link)
    outcomes = await asyncio.gather(database.run(opened, ANNA), database.run(opened, MARAT))
    assert sorted(type(each).__name__ for each in outcomes) == ["InvitationGone", "Joined"]
    assert len(await database.read(grants.holders, Role.LEADER, "B01")) == 1


async def test_who_has_the_role_leaves_the_link_to_another(database: Database, world: World) -> None:
    await database.run(link)
    await database.run(opened)
    await database.run(link, token="another")
    assert await database.run(opened, token="another") == AlreadyInCrew(Grant(Role.LEADER, "B01"))
    assert isinstance(await database.run(opened, MARAT, token="another"), Joined)


async def test_a_link_ends_after_a_day_and_with_the_right_of_who_made_it(database: Database, world: World) -> None:
    await database.run(link)
    assert await database.run(opened, later=DAY) == InvitationGone()
    await database.run(grants.follow_settings, (MARAT,), now=OPEN)
    assert await database.run(opened) == InvitationGone()
    await database.run(grants.follow_settings, (OWNER,), now=OPEN)
    assert isinstance(await database.run(opened, later=DAY - timedelta(seconds=1)), Joined)
    assert await database.run(opened, token="never made") == InvitationGone()


async def test_roles_are_given_by_who_stands_above_them(database: Database, world: World) -> None:
    assert await database.run(link, actor=ANNA) == NoAuthority()
    await database.run(link, Role.ORGANIZER, "")
    await database.run(opened)
    assert await database.run(link, Role.ORGANIZER, "", actor=ANNA, token="x") == NotToGive(Role.ORGANIZER)
    assert isinstance(await database.run(link, Role.HOST, "nab-am", actor=ANNA, token="y"), Invited)
    assert await database.run(link, Role.OWNER, "", actor=ANNA, token="z") == NotToGive(Role.OWNER)
    assert await database.run(link, Role.CITY, "Алматы", token="c") == Invited(
        grant=Grant(Role.CITY, "almaty"), ends_at=OPEN + DAY
    )
    assert await database.run(link, Role.DESK, "", actor=ANNA, token="d") == Invited(
        grant=Grant(Role.DESK), ends_at=OPEN + DAY
    )
    for role, scope in (
        (Role.CITY, "B01"),
        (Role.CITY, ""),
        (Role.DESK, "astana"),
        (Role.LEADER, "B99"),
        (Role.HOST, "B01"),
        (Role.ORGANIZER, "nab-am"),
        (Role.LEADER, ""),
    ):
        assert await database.run(link, role, scope, token=f"{role}{scope}") == UnknownName(scope)


async def test_a_role_taken_back_does_not_come_again_with_its_link(database: Database, world: World) -> None:
    await database.run(link)
    await database.run(opened)
    number = (await database.read(members))[ANNA, Grant(Role.LEADER, "B01")]
    assert await database.run(revoke, actor=ANNA, grant_id=number, now=OPEN, cause="update/7") == NoAuthority()
    done = await database.run(revoke, actor=OWNER, grant_id=number, now=OPEN, cause="update/8")
    assert isinstance(done, Revoked)
    assert done.roles == frozenset()
    assert await database.run(revoke, actor=OWNER, grant_id=number, now=OPEN, cause="update/8") is None
    assert await database.run(opened) == InvitationGone()
    assert await database.read(grants.holders, Role.LEADER, "B01") == ()


async def test_owners_of_the_settings_and_the_last_owner_stay(database: Database, world: World) -> None:
    by_settings = (await database.read(members))[OWNER, Grant(Role.OWNER)]
    refused = await database.run(revoke, actor=OWNER, grant_id=by_settings, now=OPEN, cause="update/9")
    assert isinstance(refused, CannotRevoke)
    await database.run(link, Role.OWNER, "")
    await database.run(opened)
    await database.run(grants.follow_settings, (), now=OPEN)

    def last(tx: Tx) -> object:
        (number,) = [each.id for each in grants.everybody(tx)]
        return revoke(tx, actor=ANNA, grant_id=number, now=OPEN, cause="update/10")

    assert isinstance(await database.run(last), CannotRevoke)


async def test_what_happened_is_in_the_log(database: Database, world: World) -> None:
    await database.run(link)
    await database.run(opened)
    number = (await database.read(members))[ANNA, Grant(Role.LEADER, "B01")]
    await database.run(revoke, actor=OWNER, grant_id=number, now=OPEN, cause="update/8")
    assert await database.read(log.outcome_of, "update/8") is None
    for action, actor in (("invite", OWNER), ("join crew", ANNA), ("revoke", OWNER)):
        assert await database.read(_lines, action, actor) == 1


def _lines(tx: Tx, action: str, actor: int) -> int:
    return int(tx.scalar(select(func.count()).where(rows.c.action == action, rows.c.actor == actor)) or 0)
