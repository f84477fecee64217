"""The list of registered people: applied as seen, one number one account, guessing ends, seats for the listed."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.rules.booking import NotListed
from bot.rules.registered import MOST_WRONG_NUMBERS
from bot.services.authority import NoAuthority
from bot.services.booking import Booked, Refused, book_seat, tickets_of
from bot.services.forgetting import keep_promises
from bot.services.gifts import NotTaken as GiftNotTaken
from bot.services.registered import (
    ListImported,
    NumberIsYours,
    NumberRefused,
    SameList,
    ShownList,
    TooManyNumbers,
    UnderstoodList,
    import_list,
    look_again_at_list,
    say_number,
    show_list,
    understand_list,
)
from bot.services.waiting import NotJoined, join_line
from storage import Tx, erasing, registered, tables
from storage.database import Database
from storage.erasing import Someone
from tests.house import OWNER
from tests.makers import OPEN
from tests.services.test_gifts import give, take
from tests.services.world import World, document, settle, table, visit_of

EMMA, DANA, IVAN = 0, 1, 2
LIST = "number;name;city\nA-001;Emma;Oslo\nA-002;Dana;Astana\nA-003;Ivan;\n"


@pytest.fixture
async def world(database: Database) -> World:
    file = document()
    file["rules"]["registered_only"] = True
    table(file, "visits", "aitu-walk")["registered_only"] = False
    return await database.run(settle, file=file)


def read(text: str) -> UnderstoodList:
    understood = understand_list(text.encode())
    assert isinstance(understood, UnderstoodList), understood
    return understood


def bring(tx: Tx, /, text: str = LIST, *, cause: str = "list", actor: int = OWNER) -> Any:
    """Look at the list and apply what is seen."""
    shown = look_again_at_list(tx, actor=actor, understood=read(text))
    if not isinstance(shown, ShownList):
        return shown
    seen = shown.difference.fingerprint
    return import_list(tx, actor=actor, understood=read(text), seen=seen, now=OPEN, cause=cause)


def number(tx: Tx, /, world: World, who: int, typed: str, *, cause: str | None = None, now: Any = OPEN) -> Any:
    cause = cause or f"number/{who}/{typed}"
    return say_number(tx, delegate_id=world.people[who], typed=typed, now=now, cause=cause)


def book(tx: Tx, /, world: World, who: int, key: str = "nab-am") -> Any:
    visit = visit_of(tx, key)
    return book_seat(
        tx,
        delegate_id=world.people[who],
        visit_id=visit.id,
        visit_version=visit.version,
        congress=world.congress,
        now=OPEN,
        cause=f"book/{who}/{key}",
    )


def numbers(tx: Tx, /) -> dict[str, int | None]:
    return {row.person.number: row.delegate_id for row in registered.read_all(tx)}


async def test_a_list_is_applied_once_and_the_same_one_changes_nothing(database: Database, world: World) -> None:
    assert await database.run(bring) == ListImported(people=3, new=3, changed=0, gone=0)
    assert await database.run(bring, cause="again") == SameList()
    assert await database.run(number, world, EMMA, "a 001") == NumberIsYours("A-001")
    fresh = "name,number\nDana Omarova,A-002\nEmma,A-001\nNew,A-004\n"
    assert await database.run(bring, fresh, cause="fresh") == ListImported(people=3, new=1, changed=2, gone=1)
    assert await database.read(numbers) == {"A-001": world.people[EMMA], "A-002": None, "A-004": None}
    # a repeat of the tap that has applied it
    again: dict[str, Any] = {"actor": OWNER, "understood": read(fresh), "seen": "0", "now": OPEN, "cause": "fresh"}
    assert await database.run(import_list, **again) == ListImported(people=3, new=1, changed=2, gone=1)


async def test_what_changed_meanwhile_is_shown_and_nothing_is_applied(database: Database, world: World) -> None:
    shown = await database.read(look_again_at_list, actor=OWNER, understood=read(LIST))
    assert isinstance(shown, ShownList)
    other = "number;name\nB-1;Somebody\n"
    await database.run(bring, other)
    usual: dict[str, Any] = {"actor": OWNER, "understood": read(LIST), "now": OPEN, "cause": "late"}
    late = await database.run(import_list, seen=shown.difference.fingerprint, **usual)
    assert isinstance(late, ShownList)
    assert late.changed
    assert await database.read(numbers) == {"B-1": None}


async def test_two_who_apply_a_list_at_once_put_everybody_on_it_once(database: Database, world: World) -> None:
    done = await asyncio.gather(*(database.run(bring, cause=f"list/{each}") for each in range(2)))
    assert sorted(type(each).__name__ for each in done) in (
        ["ListImported", "SameList"],
        ["ListImported", "ShownList"],
    )
    assert await database.read(numbers) == {"A-001": None, "A-002": None, "A-003": None}


async def test_nobody_else_brings_a_list(database: Database, world: World) -> None:
    usual: dict[str, Any] = {"understood": read(LIST), "now": OPEN}
    assert await database.run(bring, actor=1) == NoAuthority()
    assert await database.run(import_list, actor=1, seen="", cause="x", **usual) == NoAuthority()
    shown: dict[str, Any] = {"actor": 1, "delegate_id": world.people[EMMA], "file_id": "f", "name": "n", "key": 1}
    assert await database.run(show_list, **shown, **usual) == NoAuthority()
    assert await database.read(numbers) == {}


async def test_a_seat_needs_a_listed_number_where_the_programme_demands_it(database: Database, world: World) -> None:
    await database.run(bring)
    refused = await database.run(book, world, EMMA)
    assert isinstance(refused, Refused)
    assert refused.refusal == NotListed()
    assert isinstance(await database.run(book, world, EMMA, "aitu-walk"), Booked)  # its own word beats the rules'
    waits: dict[str, Any] = {
        "delegate_id": world.people[EMMA],
        "congress": world.congress,
        "now": OPEN,
        "cause": "wait",
    }
    visit = await database.read(visit_of, "nab-am")
    joined = await database.run(join_line, visit_id=visit.id, **waits)
    assert isinstance(joined, NotJoined)
    assert joined.refusal == NotListed()
    assert await database.run(number, world, DANA, "A-002") == NumberIsYours("A-002")
    booked = await database.run(book, world, DANA)
    assert isinstance(booked, Booked)
    (ticket,) = await database.read(tickets_of, delegate_id=world.people[DANA])
    await database.run(give, world, DANA, ticket.booking)
    taken = await database.run(take, world, IVAN)
    assert isinstance(taken, GiftNotTaken)
    assert taken.refusal == NotListed()
    await database.run(number, world, IVAN, "A-003")
    assert isinstance(await database.run(take, world, IVAN, cause="second try"), Booked)


async def test_a_number_is_one_accounts_whoever_is_quicker(database: Database, world: World) -> None:
    await database.run(bring)
    said = await asyncio.gather(*(database.run(number, world, who, "A-001") for who in (EMMA, DANA)))
    assert sorted(type(each).__name__ for each in said) == ["NumberIsYours", "NumberRefused"]
    refused = next(each for each in said if isinstance(each, NumberRefused))
    assert refused.taken
    (owner,) = [each for each in (await database.read(numbers)).values() if each is not None]
    who = world.people.index(owner)
    # who has one keeps it, whatever they say
    assert await database.run(number, world, who, "A-003") == NumberIsYours("A-001")
    assert (await database.read(numbers))["A-003"] is None


async def test_guessing_ends_after_five_wrong_numbers_a_day(database: Database, world: World) -> None:
    await database.run(bring)
    for tried in range(MOST_WRONG_NUMBERS):
        left = MOST_WRONG_NUMBERS - tried - 1
        wanted = NumberRefused(left=left, taken=False)
        assert await database.run(number, world, EMMA, f"X-{tried}") == wanted
        assert await database.run(number, world, EMMA, f"X-{tried}") == wanted  # a repeat counts once
    assert await database.run(number, world, EMMA, "A-001") == TooManyNumbers()
    assert await database.run(number, world, DANA, "A-002") == NumberIsYours("A-002")
    tomorrow = OPEN + timedelta(hours=25)
    assert await database.run(number, world, EMMA, "A-001", cause="later", now=tomorrow) == NumberIsYours("A-001")


async def test_who_is_forgotten_is_off_the_list_and_retention_takes_it_all(database: Database, world: World) -> None:
    await database.run(bring)
    await database.run(number, world, EMMA, "A-001")
    await database.run(erasing.erase, [Someone(world.people[EMMA], 1)], now=OPEN)
    assert await database.read(numbers) == {"A-002": None, "A-003": None}
    late = OPEN + timedelta(days=400)
    while await database.run(keep_promises, congress=world.congress, now=late):
        pass
    assert await database.read(numbers) == {}


async def test_no_log_line_tells_a_number(database: Database, world: World) -> None:
    await database.run(bring)
    await database.run(number, world, EMMA, "A-001", cause="right")
    await database.run(number, world, DANA, "A-0099", cause="wrong")
    rows = await database.read(lambda tx: [repr(row) for row in tx.execute(select(tables.log))])
    assert not [row for row in rows if "A-00" in row]
