"""Who is writing: known by numeric id alone, with their consent, language and name; and who has authority."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.services.booking import Booked, book_seat
from bot.services.drafts import BadName, begin_name, rename
from bot.services.people import (
    agree,
    choose_language,
    crew_by_language,
    find_person,
    languages_of,
    mark_reachable,
    name_owners,
)
from storage import Tx, bookings, delegates, tables
from storage.database import Database
from storage.records import Delegate, Role
from tests.makers import OPEN
from tests.services.world import settle, visit_of

EMMA = 7
DAY = timedelta(days=1)


async def agreed(database: Database, **changes: Any) -> Delegate:
    usual: dict[str, Any] = {"telegram_id": EMMA, "name": "Emma Müller", "language": "kk", "notice": "1", "now": OPEN}
    return await database.run(agree, **{**usual, **changes})


def actions(tx: Tx) -> list[tuple[str, str, Any]]:
    rows = tx.execute(select(tables.log).order_by(tables.log.c.id))
    return [(row.action, row.subject, row.after) for row in rows]


async def test_of_a_stranger_nothing_is_known_and_nothing_is_stored(database: Database) -> None:
    person = await database.read(find_person, telegram_id=EMMA, now=OPEN)
    assert (person.delegate, person.roles, person.draft) == (None, frozenset(), None)
    assert await database.read(lambda tx: tx.execute(select(tables.delegates)).all()) == []


async def test_who_agrees_is_known_from_then_on(database: Database) -> None:
    delegate = await agreed(database)
    assert (delegate.telegram_id, delegate.name, delegate.language, delegate.consent) == (
        EMMA,
        "Emma Müller",
        "kk",
        "1",
    )
    person = await database.read(find_person, telegram_id=EMMA, now=OPEN)
    assert person.delegate == delegate
    assert await database.read(actions) == [("agree", f"delegate:{delegate.id}", {"notice": "1"})]


async def test_a_name_that_nobody_can_read_becomes_the_number(database: Database) -> None:
    assert (await agreed(database, name="\u3164")).name == f"Delegate {EMMA}"


async def test_agreeing_again_changes_the_language_alone(database: Database) -> None:
    first = await agreed(database)
    again = await agreed(database, name="Somebody Else", language="ru")
    assert (again.id, again.name, again.language) == (first.id, "Emma Müller", "ru")
    assert len(await database.read(actions)) == 1


async def test_a_new_notice_is_agreed_to_anew_under_the_same_name(database: Database) -> None:
    await agreed(database)
    again = await agreed(database, name="Somebody Else", notice="2", now=OPEN + DAY)
    assert (again.name, again.consent) == ("Emma Müller", "2")
    assert [after for _, _, after in await database.read(actions)] == [{"notice": "1"}, {"notice": "2"}]


async def test_who_was_known_without_consent_gets_their_name_with_it(database: Database) -> None:
    await database.run(delegates.add, telegram_id=EMMA, now=OPEN)
    assert (await agreed(database)).name == "Emma Müller"


async def test_the_chosen_language_stays(database: Database) -> None:
    delegate = await agreed(database)
    await database.run(choose_language, delegate_id=delegate.id, language="en", now=OPEN)
    found = (await database.read(find_person, telegram_id=EMMA, now=OPEN)).delegate
    assert found is not None
    assert found.language == "en"


async def test_who_blocks_the_bot_is_unreachable_until_they_are_back(database: Database) -> None:
    delegate = await agreed(database)

    def since(tx: Tx) -> Any:
        return tx.scalar(select(tables.delegates.c.unreachable_since))

    await database.run(mark_reachable, telegram_id=EMMA, reachable=False, now=OPEN)
    await database.run(mark_reachable, telegram_id=EMMA, reachable=False, now=OPEN + DAY)
    assert await database.read(since) == OPEN
    await database.run(mark_reachable, telegram_id=EMMA, reachable=True, now=OPEN + DAY)
    assert await database.read(since) is None
    await database.run(mark_reachable, telegram_id=EMMA, reachable=False, now=OPEN)
    assert not (await agreed(database)).unreachable  # who taps can be reached
    await database.run(mark_reachable, telegram_id=999, reachable=False, now=OPEN)  # nobody we know
    assert (await database.read(delegates.read, delegate.id)).telegram_id == EMMA


async def test_ones_own_name_changes_on_the_seats_one_holds(database: Database) -> None:
    world = await database.run(settle)
    visit = await database.read(visit_of, "nab-am")
    booked = await database.run(
        book_seat,
        delegate_id=world.people[0],
        visit_id=visit.id,
        visit_version=visit.version,
        congress=world.congress,
        now=OPEN,
        cause="book",
    )
    assert isinstance(booked, Booked)
    await database.run(begin_name, delegate_id=world.people[0], message_id=5, now=OPEN)
    person = await database.read(find_person, telegram_id=1, now=OPEN)
    assert person.draft is not None
    assert (person.draft.kind, person.draft.message_id) == ("name", 5)

    who: dict[str, Any] = {"delegate_id": world.people[0], "now": OPEN, "cause": "typed"}
    assert await database.run(rename, typed=" \u202e ", **who) == BadName(typed=" \u202e ")
    for _ in range(2):  # a repeat after an unknown commit is no second effect
        assert await database.run(rename, typed="<Emma>", **who) == "<Emma>"
    logged = select(func.count()).select_from(tables.log).where(tables.log.c.action == "rename")
    assert await database.read(lambda tx: tx.scalar(logged)) == 1
    shown = await database.read(bookings.read, booked.ticket.booking.id)
    assert shown is not None
    assert [rider.name for rider in shown.riders] == ["<Emma>"]
    assert (await database.read(find_person, telegram_id=1, now=OPEN)).draft is None


async def test_a_draft_is_not_shown_after_its_hour(database: Database) -> None:
    delegate = await agreed(database)
    await database.run(begin_name, delegate_id=delegate.id, message_id=None, now=OPEN)
    later = await database.read(find_person, telegram_id=EMMA, now=OPEN + timedelta(hours=1))
    assert later.draft is None


# Authority.


async def test_owners_follow_the_settings_at_each_start(database: Database) -> None:
    assert await database.run(name_owners, owner_ids=(1, 2), now=OPEN) == ()
    assert await database.run(name_owners, owner_ids=(2, 3), now=OPEN) == (1,)
    roles = [(await database.read(find_person, telegram_id=number, now=OPEN)).roles for number in (1, 2, 3)]
    assert roles == [frozenset(), {Role.OWNER}, {Role.OWNER}]
    assert await database.read(actions) == [
        ("grant", "person:1", {"role": "owner"}),
        ("grant", "person:2", {"role": "owner"}),
        ("grant", "person:3", {"role": "owner"}),
        ("revoke", "person:1", {"role": "owner"}),
    ]


async def test_no_settings_no_owners(database: Database) -> None:
    await database.run(name_owners, owner_ids=(1,), now=OPEN)
    assert await database.run(name_owners, owner_ids=(), now=OPEN) == (1,)
    assert await database.read(crew_by_language, default="en") == ()


@pytest.mark.parametrize("known", [True, False])
async def test_owners_are_met_in_the_language_they_chose(database: Database, known: bool) -> None:
    await database.run(name_owners, owner_ids=(EMMA,), now=OPEN)
    if known:
        await agreed(database)
    code = "kk" if known else "en"
    assert await database.read(crew_by_language, default="en") == ((EMMA, code, frozenset({Role.OWNER})),)
    assert await database.read(languages_of, [EMMA], default="en") == ((EMMA, code),)
