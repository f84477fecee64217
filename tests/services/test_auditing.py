"""The audit finds nothing in a sound database, and each kind of deviation where it is planted."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from typing import Any

import pytest
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Connection, delete, insert, select, update

from bot.services.auditing import Deviation, find_deviations
from bot.services.booking import Booked, book_seat
from storage import Tx, schema
from storage.database import Database, parse_url
from storage.tables import bookings, buses, inbox, outbox, riders, visits
from tests.makers import OPEN
from tests.services.world import DAY, settle, visit_of

REAL_NOW = OPEN + timedelta(minutes=1)
LONG_AGO = OPEN - timedelta(hours=1)


def settle_in(tx: Tx) -> dict[str, Any]:
    """Two people on nab-am, one of them on karaganda's day too; return ids by name."""
    world = settle(tx)
    facts: dict[str, Any] = {"people": world.people}
    for person, key in ((0, "nab-am"), (1, "nab-am"), (2, "karaganda-day")):
        visit = visit_of(tx, key)
        booked = book_seat(
            tx,
            delegate_id=world.people[person],
            visit_id=visit.id,
            visit_version=visit.version,
            congress=world.congress,
            now=OPEN,
            cause=f"tap/{person}",
        )
        assert isinstance(booked, Booked)
        facts[f"booking{person}"] = booked.ticket.booking
    # Delivery has sent the tickets but the last, which waits.
    tickets = select(outbox.c.id).order_by(outbox.c.id).limit(2)
    tx.execute(update(outbox).where(outbox.c.id.in_(tickets)).values(state="sent", message_id=7))
    return facts


def look(tx: Tx, *, later: timedelta = timedelta()) -> list[Deviation]:
    return list(find_deviations(tx, now=OPEN + later, real_now=REAL_NOW + later))


async def test_a_sound_database_has_no_deviation(database: Database) -> None:
    await database.run(settle_in)
    assert await database.read(look) == []


def bus_counter(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(buses).where(buses.c.id == of["booking0"].bus_id).values(seats_taken=1))
    return ["bus B01: 1 seats are counted as taken, but 2 riders hold one"]


def visit_counter(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(visits).where(visits.c.key == "nab-am").values(seats_taken=3))
    return ["visit nab-am: 3 seats are counted as taken, but 2 riders hold one"]


def party_without_rider(tx: Tx, of: dict[str, Any]) -> list[str]:
    code, id = of["booking0"].code, of["booking0"].id
    tx.execute(update(bookings).where(bookings.c.id == id).values(party=2))
    return [f"booking {code}: a party of 2 with 1 riders"]


def bus_of_another_visit(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(bookings).where(bookings.c.id == of["booking2"].id).values(bus_id=of["booking0"].bus_id))
    return [
        "bus B01: 2 seats are counted as taken, but 3 riders hold one",
        "bus B14: 1 seats are counted as taken, but 0 riders hold one",
        f"booking {of['booking2'].code}: visit karaganda-day, but its bus B01 goes elsewhere",
    ]


def no_bus(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(bookings).where(bookings.c.id == of["booking2"].id).values(bus_id=None))
    tx.execute(update(buses).where(buses.c.id == of["booking2"].bus_id).values(seats_taken=0))
    return [f"booking {of['booking2'].code}: holds seats of visit karaganda-day, but of no bus"]


def bus_out_of_service(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(buses).where(buses.c.id == of["booking2"].bus_id).values(state="removed"))
    return [f"booking {of['booking2'].code}: holds seats of bus B14, which is out of service"]


def put_waiting(tx: Tx, of: dict[str, Any], code: str, *, key: str = "almaty-fly", **columns: Any) -> int:
    row = {
        "code": code,
        "visit_id": visit_of(tx, key).id,
        "delegate_id": of["people"][0],
        "state": "waiting",
        "queue_no": 1,
        "party": 1,
        "party_least": 1,
        "made_at": OPEN,
    }
    return int(tx.execute(insert(bookings).values({**row, **columns}).returning(bookings.c.id)).scalar_one())


def same_number_twice(tx: Tx, of: dict[str, Any]) -> list[str]:
    put_waiting(tx, of, "AAAAA")
    put_waiting(tx, of, "BBBBB", delegate_id=of["people"][1])
    put_waiting(tx, of, "CCCCC", delegate_id=of["people"][2], queue_no=2)
    put_waiting(tx, of, "DDDDD", key="pres-am")  # another visit counts for itself
    return ["visit almaty-fly: number 1 of the queue is given to AAAAA, BBBBB"]


def no_number(tx: Tx, of: dict[str, Any]) -> list[str]:
    put_waiting(tx, of, "AAAAA", queue_no=None)
    return ["booking AAAAA: waits without a number in the queue"]


def bus_of_one_who_waits(tx: Tx, of: dict[str, Any]) -> list[str]:
    put_waiting(tx, of, "AAAAA", key="karaganda-day", bus_id=of["booking2"].bus_id)
    return ["booking AAAAA: waits, and has a bus"]


def offer(tx: Tx, of: dict[str, Any], **columns: Any) -> None:
    """An offer of a seat on the walk, which has no bus; it holds its seat."""
    given = {"state": "offered", "offer_until": OPEN + DAY, "delegate_id": of["people"][2], **columns}
    offered = put_waiting(tx, of, "AAAAA", key="aitu-walk", **given)
    tx.execute(insert(riders).values(booking_id=offered, position=0, name="Ә", is_owner=True))
    tx.execute(update(visits).where(visits.c.key == "aitu-walk").values(seats_taken=1))


def offer_without_deadline(tx: Tx, of: dict[str, Any]) -> list[str]:
    offer(tx, of, delegate_id=of["people"][0], offer_until=None, replaces=of["booking0"].id)
    return ["booking AAAAA: is an offer without a deadline"]


def offer_without_seat(tx: Tx, of: dict[str, Any]) -> list[str]:
    offer(tx, of, delegate_id=of["people"][0], replaces=of["booking0"].id)
    tx.execute(update(visits).where(visits.c.key == "aitu-walk").values(seats_taken=0))
    return ["visit aitu-walk: 0 seats are counted as taken, but 1 riders hold one"]


def waits_for_what_is_over(tx: Tx, of: dict[str, Any]) -> list[str]:
    put_waiting(tx, of, "AAAAA")
    tx.execute(update(visits).where(visits.c.key == "almaty-fly").values(state="cancelled"))
    return ["booking AAAAA: is still waiting for visit almaty-fly, which is over"]


def waits_for_what_is_long_past(tx: Tx, of: dict[str, Any]) -> list[str]:
    put_waiting(tx, of, "AAAAA")
    past = {"leaves_at": OPEN - DAY, "returns_at": LONG_AGO}
    tx.execute(update(visits).where(visits.c.key == "almaty-fly").values(past))
    return ["booking AAAAA: is still waiting for visit almaty-fly, which is over"]


def two_seats_at_once(tx: Tx, of: dict[str, Any]) -> list[str]:
    person, first, second = of["people"][0], of["booking0"].code, of["booking2"].code
    tx.execute(update(bookings).where(bookings.c.id == of["booking2"].id).values(delegate_id=person))
    tx.execute(update(outbox).where(outbox.c.booking_id == of["booking2"].id).values(delegate_id=person))
    return [f"delegate {person}: holds seats at the same time: {first} on nab-am and {second} on karaganda-day"]


def no_ticket(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(delete(outbox).where(outbox.c.booking_id == of["booking0"].id))
    return [f"booking {of['booking0'].code}: has no message with its ticket"]


def ticket_of_nothing(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(outbox).where(outbox.c.booking_id == of["booking0"].id).values(key="ticket/999"))
    return [
        "message ticket/999: is the ticket of a booking that does not exist",
        f"booking {of['booking0'].code}: has no message with its ticket",
    ]


def ticket_of_somebody_else(tx: Tx, of: dict[str, Any]) -> list[str]:
    booking = of["booking0"]
    tx.execute(update(outbox).where(outbox.c.booking_id == booking.id).values(delegate_id=of["people"][1]))
    return [f"message ticket/{booking.id}: is the ticket {booking.code}, but goes to somebody else"]


def sent_as_nothing(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(outbox).where(outbox.c.booking_id == of["booking0"].id).values(message_id=None))
    return [f"message ticket/{of['booking0'].id}: was sent, but nobody knows as which message"]


def waits_past_its_expiry(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(outbox).where(outbox.c.booking_id == of["booking2"].id).values(expires_at=LONG_AGO))
    return [f"message ticket/{of['booking2'].id}: still waits, and expired at {LONG_AGO:%Y-%m-%d %H:%M} UTC"]


def stuck_in_sending(tx: Tx, of: dict[str, Any]) -> list[str]:
    stuck = {"state": "sending", "lease_until": LONG_AGO}
    tx.execute(update(outbox).where(outbox.c.booking_id == of["booking2"].id).values(stuck))
    return [f"message ticket/{of['booking2'].id}: is stuck in sending: nobody took it up as its lease ran out"]


def leased_for_ever(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(update(outbox).where(outbox.c.booking_id == of["booking2"].id).values(state="leased"))
    return [f"message ticket/{of['booking2'].id}: is stuck in leased: nobody took it up as its lease ran out"]


def update_that_waits(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(insert(inbox).values(update_id=5, raw="{}", state="received", received_at=LONG_AGO))
    return [f"update 5: waits to be handled since {LONG_AGO:%Y-%m-%d %H:%M} UTC"]


def update_that_is_parked(tx: Tx, of: dict[str, Any]) -> list[str]:
    tx.execute(insert(inbox).values(update_id=5, raw="{}", state="parked", received_at=OPEN))
    return ["update 5: could not be handled and is parked; its content is kept for a day"]


PLANTED: list[Callable[[Tx, dict[str, Any]], list[str]]] = [
    *(bus_counter, visit_counter, party_without_rider, bus_of_another_visit, no_bus, bus_out_of_service),
    *(same_number_twice, no_number, bus_of_one_who_waits, offer_without_deadline, offer_without_seat),
    *(waits_for_what_is_over, waits_for_what_is_long_past, two_seats_at_once, no_ticket, ticket_of_nothing),
    *(ticket_of_somebody_else, sent_as_nothing, waits_past_its_expiry, stuck_in_sending, leased_for_ever),
    *(update_that_waits, update_that_is_parked),
]


@pytest.mark.parametrize("plant", PLANTED, ids=lambda plant: plant.__name__)
async def test_what_is_planted_is_found(database: Database, plant: Callable[[Tx, Any], list[str]]) -> None:
    facts = await database.run(settle_in)
    wanted = await database.run(plant, facts)
    assert [f"{found.where}: {found.what}" for found in await database.read(look)] == wanted


def ordinary_life(tx: Tx) -> None:
    """What looks like a deviation and is none."""
    of = settle_in(tx)
    offer(tx, of, replaces=of["booking2"].id)  # karaganda-day is kept until the walk is real
    put_waiting(tx, of, "BBBBB", key="nab-am", state="released", queue_no=1)
    put_waiting(tx, of, "CCCCC", key="nab-am", delegate_id=of["people"][2], queue_no=1)
    tx.execute(insert(inbox).values(update_id=5, raw=None, state="parked", received_at=OPEN - DAY))
    tx.execute(insert(inbox).values(update_id=6, raw="{}", state="received", received_at=OPEN))
    stranded = {"state": "sending", "lease_until": OPEN - timedelta(minutes=2), "expires_at": OPEN}
    tx.execute(update(outbox).where(outbox.c.booking_id == of["booking2"].id).values(stranded))


async def test_what_is_on_its_way_is_no_deviation(database: Database) -> None:
    await database.run(ordinary_life)
    assert await database.read(look) == []


async def test_rows_that_point_nowhere_are_found(sqlite_url: str) -> None:
    """The database refuses them; a hand in the file with the references off does not."""
    database = await Database.open(sqlite_url)
    await database.run(settle_in)
    await database.close()

    with closing(sqlite3.connect(sqlite_url.removeprefix("sqlite:///"))) as connection, connection:
        connection.execute("UPDATE riders SET out_by = 999")
    beside = await Database.open_beside(sqlite_url)
    found = await beside.read(look)
    await beside.close()
    assert found == [Deviation(where="table riders", what="3 rows point nowhere by out_by")]


async def test_one_key_twice_is_found(database_url: str) -> None:
    """The database refuses it, unless somebody took the wall away."""

    def take_the_wall_away(connection: Connection, _: str = "") -> None:
        operations = Operations(MigrationContext.configure(connection))
        with operations.batch_alter_table("outbox") as batch:
            batch.drop_constraint("one_message_per_key", type_="unique")

    database = await Database.open(database_url)
    await database.run(settle_in)
    if database_url.startswith("sqlite"):
        await database.close()
        schema.on_sqlite(parse_url(database_url), take_the_wall_away, "")
        database = await Database.open(database_url, migrate=False)
    else:
        await database.run(take_the_wall_away)

    def send_again(tx: Tx) -> str:
        row = tx.execute(select(outbox).order_by(outbox.c.id)).mappings().first()
        assert row is not None
        columns = [column for column in outbox.c if column.name != "id"]
        tx.execute(insert(outbox).values({column.name: row[column.name] for column in columns}))
        return str(row["key"])

    key = await database.run(send_again)
    assert await database.read(look) == [Deviation(where=f"message {key}", what="is there 2 times")]
    await database.close()
