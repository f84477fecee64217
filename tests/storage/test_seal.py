"""Sealed columns: unreadable at rest with a key, plain without one, and readable through a change of keys."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from hypothesis import example, given
from hypothesis import strategies as st
from sqlalchemy import Text, insert, select, type_coerce

from storage import Tx, drafts, log, outbox
from storage.database import Database
from storage.records import Lease, NewMessage
from storage.seal import Seal, Sealed, SealedJSON, UnreadableSeal
from storage.tables import announcements, delegates, feedback, gifts, inbox, metadata, registered, riders
from storage.tables import log as log_table
from tests.makers import OPEN
from tests.storage.rows import put_booking, put_delegate, put_visit

OLD, NEW, OTHER = (Fernet.generate_key().decode() for _ in range(3))
SECRET = "Айгерім-Серікқызы-7QX"
SEALED_COLUMNS = {
    "announcements.text",
    "delegates.contact",
    "delegates.name",
    "delegates.needs",
    "delegates.registration",
    "drafts.fields",
    "feedback.comment",
    "gifts.name",
    "inbox.raw",
    "log.after",
    "log.before",
    "log.outcome",
    "outbox.slots",
    "registered.city",
    "registered.name",
    "registered.notes",
    "registered.number",
    "riders.name",
    "riders.needs",
}


def test_names_free_texts_and_updates_are_sealed() -> None:
    sealed = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, Sealed | SealedJSON)
    }
    assert sealed == SEALED_COLUMNS


@given(st.text())
@example("sealed:")
@example("plain:")
@example("sealed:gAAAAA")
@example("plain:sealed:x")
def test_what_is_sealed_or_kept_plain_comes_back_as_it_was(text: str) -> None:
    plain, sealing = Seal(()), Seal((OLD,))
    text = text.encode(errors="ignore").decode()
    assert plain.open(plain.close(text)) == text
    assert sealing.open(sealing.close(text)) == text
    assert sealing.open(plain.close(text)) == text  # a database may be sealed later


def test_with_a_key_nothing_of_the_text_can_be_read() -> None:
    stored = Seal((OLD,)).close(SECRET)
    assert stored.startswith("sealed:")
    assert SECRET not in stored
    assert stored != Seal((OLD,)).close(SECRET)  # nor that two people have one name


def test_without_a_key_the_text_stands_as_it_is() -> None:
    assert Seal(()).close(SECRET) == SECRET


def test_during_rotation_both_keys_open_and_the_first_seals() -> None:
    before, during, after = Seal((OLD,)), Seal((NEW, OLD)), Seal((NEW,))
    assert during.open(before.close(SECRET)) == SECRET
    assert after.open(during.close(SECRET)) == SECRET


@pytest.mark.parametrize(("keys", "says"), [((), "set BOT_DATA_KEY"), ((OTHER,), "no key in BOT_DATA_KEY")])
def test_a_missing_or_wrong_key_says_so(keys: tuple[str, ...], says: str) -> None:
    with pytest.raises(UnreadableSeal, match=says):
        Seal(keys).open(Seal((OLD,)).close(SECRET))


def fill_every_sealed_column(tx: Tx) -> None:
    """One row in each table with sealed columns, the secret in each of them."""
    person = put_delegate(tx, 1, now=OPEN, name=SECRET, registration=SECRET, needs=SECRET, contact=SECRET)
    visit = put_visit(tx, leaves_at=OPEN + timedelta(days=2))
    booking = put_booking(tx, visit, None, person, given_at=OPEN)
    tx.execute(
        insert(riders).values(id=1, booking_id=booking, position=0, name=SECRET, needs=SECRET, is_owner=True),
    )
    link = {"booking_id": booking, "rider_id": 1, "delegate_id": person, "name": SECRET}
    tx.execute(insert(gifts).values(digest="of a link", made_at=OPEN, ends_at=OPEN + timedelta(hours=1), **link))
    secrets = dict.fromkeys(("number", "name", "city", "notes"), SECRET)
    tx.execute(insert(registered).values(bucket=1, listed_at=OPEN, **secrets))
    drafts.put(tx, person, kind="companions", fields={"names": [SECRET]}, message_id=None, expires_at=OPEN)
    tx.execute(insert(inbox).values(update_id=1, raw=SECRET, received_at=OPEN))
    log.write(
        tx,
        at=OPEN,
        actor=1,
        action="test",
        subject="test",
        before={"name": SECRET},
        after={"name": SECRET},
        outcome={"name": SECRET},
        cause="test/1",
    )
    outbox.add(
        tx,
        NewMessage(
            key="test/1",
            kind="test",
            delegate_id=person,
            slots={"name": SECRET},
            due_at=OPEN,
            expires_at=OPEN + timedelta(hours=1),
        ),
        lease=Lease(token="t", until=OPEN, edits=None),
    )
    tx.execute(insert(announcements).values(author_id=person, text=SECRET, made_at=OPEN))
    tx.execute(insert(feedback).values(booking_id=booking, score=5, comment=SECRET, given_at=OPEN))


def stored_and_read(tx: Tx) -> dict[str, tuple[str, Any]]:
    """Each sealed column's value as it lies there and as it is read."""
    found = {}
    for name in SEALED_COLUMNS:
        table, column = name.split(".")
        values = metadata.tables[table].c[column]
        row = tx.execute(select(type_coerce(values, Text).label("stored"), values.label("read"))).one()
        found[name] = (row.stored, row.read)
    return found


@pytest.mark.parametrize("keys", [(), (OLD,)], ids=["plain", "sealed"])
async def test_every_sealed_column_is_unreadable_with_a_key_and_plain_without(
    database_url: str, keys: tuple[str, ...]
) -> None:
    database = await Database.open(database_url, keys=keys, migrate=False)
    await database.run(fill_every_sealed_column)
    found = await database.read(stored_and_read)
    await database.close()
    assert {name: SECRET in str(read) for name, (_, read) in found.items()} == dict.fromkeys(SEALED_COLUMNS, True)
    assert {name: SECRET in stored for name, (stored, _) in found.items()} == dict.fromkeys(SEALED_COLUMNS, not keys)


def contents(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("test.sqlite*"))


@pytest.mark.parametrize("keys", [(), (OLD,)], ids=["plain", "sealed"])
async def test_the_file_on_disk_holds_no_name_when_a_key_is_set(
    sqlite_url: str, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    database = await Database.open(sqlite_url, keys=keys, migrate=False)
    await database.run(fill_every_sealed_column)
    on_disk = contents(tmp_path)  # the log of what is not yet in the file, too
    await database.close()
    on_disk += contents(tmp_path)
    assert (SECRET.encode() in on_disk) == (not keys)


async def test_a_database_sealed_later_is_read_whole_and_keys_can_be_changed(database_url: str) -> None:
    for number, keys in enumerate([(), (OLD,), (NEW, OLD), (NEW, OLD)]):
        database = await Database.open(database_url, keys=keys, migrate=False)
        await database.run(log_a_name, f"name {number}")
        names = await database.read(
            lambda tx: [row.after["name"] for row in tx.execute(select(log_table.c.after).order_by(log_table.c.id))]
        )
        await database.close()
        assert names == [f"name {each}" for each in range(number + 1)]


def log_a_name(tx: Tx, name: str) -> None:
    log.write(tx, at=OPEN, actor=None, action="test", subject="test", after={"name": name})


@pytest.mark.parametrize(
    ("sealed_with", "opened_with"),
    [
        ([(OLD,)], ()),
        ([(OLD,)], (OTHER,)),
        ([(), (OLD,)], ()),  # sealed later
        ([(OLD,), (NEW, OLD)], (NEW,)),  # the old key is still needed
        ([(OLD,), (NEW, OLD)], (OLD,)),  # and the new one too
    ],
)
async def test_a_database_that_these_keys_do_not_open_is_not_opened(
    database_url: str, sealed_with: list[tuple[str, ...]], opened_with: tuple[str, ...]
) -> None:
    """Told at the start, not at the first name."""
    for keys in sealed_with:
        database = await Database.open(database_url, keys=keys)
        await database.run(log_a_name, SECRET)
        await database.close()
    with pytest.raises(UnreadableSeal, match="BOT_DATA_KEY"):
        await Database.open(database_url, keys=opened_with)
    database = await Database.open(database_url, keys=(NEW, OLD))  # it was left as it was
    await database.close()


async def test_nothing_is_sealed_as_nothing(database: Database) -> None:
    def write(tx: Tx) -> Any:
        put_delegate(tx, 1, now=OPEN)
        log.write(tx, at=OPEN, actor=None, action="test", subject="test")
        person = tx.execute(select(delegates.c.registration, delegates.c.needs)).one()
        line = tx.execute(select(log_table.c.before, log_table.c.after, log_table.c.outcome)).one()
        return [*person, *line]

    assert await database.run(write) == [None] * 5
