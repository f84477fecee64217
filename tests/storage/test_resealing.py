"""Seals anew: every value with the first key, resumable, never over what somebody else writes, refused by its row."""

from typing import Any

import pytest
from cryptography.fernet import Fernet
from sqlalchemy import text, type_coerce, update

from storage import Tx, resealing
from storage.database import Database
from storage.resealing import CannotReseal, Progress, reseal, sealed_columns, some_lie_readable
from storage.seal import Seal
from storage.tables import delegates
from tests.makers import OPEN
from tests.storage.people import MINE, put_two
from tests.storage.rows import put_delegate

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
PLAIN: tuple[str, ...] = ()


def lying(tx: Tx) -> list[str]:
    """Every value of every sealed column as it lies."""
    return [
        value
        for column in sealed_columns()
        for (value,) in tx.execute(text(f'SELECT "{column.name}" FROM "{column.table.name}"'))
        if value is not None
    ]


async def filled(url: str, keys: tuple[str, ...]) -> None:
    database = await Database.open(url, keys=keys, migrate=False)
    await database.run(put_two)
    await database.close()


async def read_names(url: str, keys: tuple[str, ...]) -> list[str]:
    database = await Database.open(url, keys=keys, migrate=False)
    try:
        return await database.read(lambda tx: list(tx.scalars(delegates.select().with_only_columns(delegates.c.name))))
    finally:
        await database.close()


@pytest.mark.parametrize(
    ("before", "opens", "closes"),
    [
        (PLAIN, (NEW,), (NEW,)),
        ((OLD,), (NEW, OLD), (NEW,)),
        ((OLD,), (OLD,), PLAIN),
        ((NEW,), (NEW,), (NEW,)),
        (PLAIN, PLAIN, PLAIN),
    ],
    ids=["sealed later", "rotated", "unsealed", "as it was", "never sealed"],
)
async def test_every_value_lies_as_it_is_wanted_and_reads_as_before(
    database_url: str, before: tuple[str, ...], opens: tuple[str, ...], closes: tuple[str, ...]
) -> None:
    await filled(database_url, before)
    database = await Database.open(database_url, keys=opens, migrate=False)
    told: list[Progress] = []
    seen, renewed = await reseal(database, opens=Seal(opens), closes=Seal(closes), tell=told.append)
    values = await database.read(lying)
    assert seen == len(values) == sum(each.seen for each in told)
    assert renewed == (0 if before == closes else len(values))
    assert all(Seal(closes).closed(value) for value in values)
    assert await database.read(some_lie_readable) == (not closes)
    assert await reseal(database, opens=Seal(opens), closes=Seal(closes), tell=told.append) == (seen, 0)
    await database.close()
    assert await read_names(database_url, closes) == ["mine/delegates.name", "theirs/delegates.name"]


async def test_it_goes_by_batches_to_the_last_row(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resealing, "_AT_ONCE", 2)
    database = await Database.open(database_url, migrate=False)
    for number in range(7):
        await database.run(put_delegate, number + 1, now=OPEN, name=f"Person {number}")
    told: list[Progress] = []
    assert await reseal(database, opens=Seal(()), closes=Seal((NEW,)), tell=told.append) == (7, 7)
    assert [(each.seen, each.renewed) for each in told] == [(2, 2), (4, 4), (6, 6), (7, 7)]
    await database.close()


async def test_a_value_that_no_key_opens_is_named_and_nothing_is_lost(database_url: str) -> None:
    await filled(database_url, (OLD,))
    database = await Database.open(database_url, keys=(OLD,), migrate=False)
    foreign = Seal((OTHER,)).close("Wilhelmina")

    def spoil(tx: Tx) -> None:
        theirs = update(delegates).where(delegates.c.telegram_id != MINE)
        tx.execute(theirs.values({delegates.c.needs: type_coerce(foreign, delegates.c.language.type)}))

    await database.run(spoil)
    with pytest.raises(CannotReseal, match=r"row 2 of delegates, column needs, .*BOT_DATA_KEY=new,old"):
        await reseal(database, opens=Seal((NEW, OLD)), closes=Seal((NEW,)), tell=lambda _: None)
    assert foreign in await database.read(lying)
    # With the key that was missing it goes on.
    every = Seal((NEW, OLD, OTHER))
    await reseal(database, opens=every, closes=Seal((NEW,)), tell=lambda _: None)
    assert all(Seal((NEW,)).closed(value) for value in await database.read(lying))
    await database.close()


@pytest.mark.parametrize("guarded", [True, False], ids=["guarded", "not"])
async def test_what_is_written_meanwhile_is_not_overwritten(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch, guarded: bool
) -> None:
    """A bot beside it renames somebody between the look and the write. Without the comparison the name is lost."""
    await filled(postgresql_url, (OLD,))
    database = await Database.open(postgresql_url, keys=(NEW, OLD), migrate=False)
    some, written = resealing._reseal_some, list[str]()

    def overtaken(tx: Tx, sealed: Any, *, opens: Seal, **asked: Any) -> Any:
        """As if the bot's own write had been committed between the two statements."""

        class Opening(Seal):
            def open(self, stored: str) -> str:
                if sealed is delegates.c.name and not written:
                    written.append("Renamed")
                    tx.execute(update(delegates).where(delegates.c.telegram_id == MINE).values(name="Renamed"))
                return super().open(stored)

        return some(tx, sealed, opens=Opening((NEW, OLD)), **asked)

    monkeypatch.setattr(resealing, "_reseal_some", overtaken)
    if not guarded:
        monkeypatch.setattr(resealing, "and_", lambda mine, _: mine)
    await reseal(database, opens=Seal((NEW, OLD)), closes=Seal((NEW,)), tell=lambda _: None)
    await database.close()
    names = await read_names(postgresql_url, (NEW,))
    assert ("Renamed" in names) is guarded


def test_each_sealed_column_has_one_key_by_which_it_is_found() -> None:
    assert {len(column.table.primary_key.columns) for column in sealed_columns()} == {1}
