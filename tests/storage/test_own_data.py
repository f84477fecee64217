"""What names a person: all of it is told by /mydata and gone after /forget, in every table, also in new ones."""

from typing import Any

import pytest
from sqlalchemy import update

from storage import Tx, erasing, inbox
from storage.database import Database
from storage.erasing import Someone
from storage.own_data import LEFT_OUT, rows_about
from storage.tables import log, metadata
from tests.makers import OPEN
from tests.storage.people import MINE, THEIRS, personal, put_two, rows_of

PEOPLES = [table for table in metadata.sorted_tables if personal(table)]


async def test_every_column_of_every_table_with_people_is_told_or_argued_out(database: Database) -> None:
    mine, _ = await database.run(put_two)
    rows = await database.read(rows_about, delegate_id=mine, telegram_id=MINE)
    for table in PEOPLES:
        for column in table.columns:
            name = f"{table.name}.{column.name}"
            if table.name in rows:
                assert rows[table.name], f"the test has no row of {table.name}"
                assert (column.name in rows[table.name][0]) != (name in LEFT_OUT), name
        assert table.name in rows or {f"{table.name}.{column}" for column in personal(table)} <= set(LEFT_OUT), (
            f"{table.name} names people ({personal(table)}): tell of it in storage/own_data.py, erase it in erasing.py"
        )


def marks(whose: str) -> set[str]:
    return {
        f"{whose}/{table.name}.{column}"
        for table in PEOPLES
        for column in personal(table)
        if type(table.c[column].type).__name__.startswith("Sealed")
    }


async def test_all_that_is_mine_is_told_and_nothing_of_anybody_elses(database: Database) -> None:
    mine, theirs = await database.run(put_two)
    for person, telegram_id, other_id, own, others in (
        (mine, MINE, THEIRS, "mine", "theirs"),
        (theirs, THEIRS, MINE, "theirs", "mine"),
    ):
        told = str(await database.read(rows_about, delegate_id=person, telegram_id=telegram_id))
        assert {mark for mark in marks(own) if mark not in told} == set()
        assert f"{own}/after" in told  # what somebody else noted about me
        assert str(telegram_id) in told
        assert f"{others}/" not in told
        assert str(other_id) not in told


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "not"])
async def test_erased_is_erased_in_every_column_and_nobody_else_is_touched(
    database: Database, guarded: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one of its steps the same test finds what is left."""
    mine, theirs = await database.run(put_two)
    before = await database.read(rows_of)
    if not guarded:
        monkeypatch.setattr(erasing, "_erase_log", lambda tx, ids, known: 0)

    def erase(tx: Tx) -> None:
        erasing.erase(tx, [Someone(mine, MINE)], now=OPEN)
        erasing.erase_words(tx, [mine])
        inbox.forget_person(tx, MINE, besides=2**40)

    await database.run(erase)
    after = await database.read(rows_of)
    # A line stands as long as an update of the person is being handled, and no longer (storage/lines.py).
    left = {table: str(rows) for table, rows in after.items() if table != "lines"}
    found = {table for table, said in left.items() if "mine/" in said or str(MINE) in said}
    assert found == (set() if guarded else {"log"})
    assert [_of(rows, theirs) for rows in after.values()] == [_of(rows, theirs) for rows in before.values()]


def _of(rows: list[dict[str, Any]], person: int) -> list[dict[str, Any]]:
    """The rows that are this person's, or marked as theirs; who did something for them may be gone."""
    own = [row for row in rows if row.get("delegate_id") == person or "theirs/" in str(row)]
    return [row | {"actor": None} if row.get("action") == "help" else row for row in own]


async def test_what_the_erased_did_for_others_is_somebodys(database: Database) -> None:
    mine, _ = await database.run(put_two)

    def erase(tx: Tx) -> None:
        tx.execute(update(log).where(log.c.actor == MINE, log.c.action == "help").values(after={"seats": 4}))
        erasing.erase(tx, [Someone(mine, MINE)], now=OPEN)

    await database.run(erase)
    lines = (await database.read(rows_of))["log"]
    assert [(line["actor"], line["after"]) for line in lines if line["action"] == "help"] == [
        (erasing.SOMEBODY, {"seats": 4}),
        (THEIRS, None),
    ]
