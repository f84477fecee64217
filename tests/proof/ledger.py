"""What the simulator saw against the rows: who was told of a seat, who has one, and what was left undone.

The rows are read by plain SQL on a connection of its own, not by the code that is to be proved.
"""

import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import asyncpg

from storage.database import parse_url
from tests.phone import Call

Seat = tuple[int, str]
"""A person's Telegram id and the bus they are, or were told to be, on."""

_TOLD = (re.compile(r"^Signed up: bus (\w+),"), re.compile(r"^✅ <b>You are signed up</b>.*?Bus (\w+)", re.DOTALL))

_BUSES = """
    SELECT buses.label, buses.seats, buses.seats_taken, COUNT(riders.id) AS riders
    FROM buses
    LEFT JOIN bookings ON bookings.bus_id = buses.id AND bookings.state IN ('booked', 'offered')
    LEFT JOIN riders ON riders.booking_id = bookings.id
    GROUP BY buses.label, buses.seats, buses.seats_taken
"""
_SEATS = """
    SELECT delegates.telegram_id, buses.label
    FROM bookings JOIN delegates ON delegates.id = bookings.delegate_id JOIN buses ON buses.id = bookings.bus_id
    WHERE bookings.state = 'booked'
"""
_INBOX = "SELECT state, COUNT(*) FROM inbox GROUP BY state"
_OUTBOX = "SELECT state, COUNT(*) FROM outbox GROUP BY state"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """The rows at one moment. `riders` and `seats` by bus; `inbox` and `outbox` by state."""

    riders: dict[str, int]
    seats: dict[str, int]
    counted: dict[str, int]
    booked: list[Seat]
    inbox: dict[str, int]
    outbox: dict[str, int]

    @property
    def oversold(self) -> int:
        """Riders over what the buses hold."""
        return sum(max(0, self.riders[bus] - self.seats[bus]) for bus in self.seats)

    @property
    def miscounted(self) -> list[str]:
        """Buses whose counter is not the number of their riders."""
        return [bus for bus in self.seats if self.counted[bus] != self.riders[bus]]

    @property
    def taken(self) -> int:
        return sum(self.riders.values())

    @property
    def waiting(self) -> int:
        """Updates that are stored and not handled to the end."""
        return self.inbox.get("received", 0)


async def read_rows(database_url: str) -> Rows:
    """Read the rows, also while bots run."""
    buses = await ask(database_url, _BUSES)
    return Rows(
        riders={label: riders for label, _, _, riders in buses},
        seats={label: seats for label, seats, _, _ in buses},
        counted={label: taken for label, _, taken, _ in buses},
        booked=await ask(database_url, _SEATS),
        inbox=dict(await ask(database_url, _INBOX)),
        outbox=dict(await ask(database_url, _OUTBOX)),
    )


async def ask(database_url: str, sql: str) -> list[Any]:
    """Ask the database one question, read only, past all code of ours."""
    url = parse_url(database_url)
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(f"file:{url.database}?mode=ro", uri=True)) as file:
            return file.execute(sql).fetchall()
    connection = await asyncpg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
    try:
        return [tuple(row) for row in await connection.fetch(sql)]
    finally:
        await connection.close()


def reached(call: Call) -> bool:
    """Say whether the call had its effect at Telegram, whatever the bot heard of it."""
    return call.status == 200


def told_of_seats(calls: Iterable[Call]) -> set[Seat]:
    """Return who was told of a seat on which bus, by a ticket on their card or a message.

    Of a tap's answer the simulator writes no chat down; `Crowd.told` knows who tapped. English alone.
    """
    told = set()
    for call in calls:
        text = str(call.params.get("text", ""))
        found = next((found for pattern in _TOLD if (found := pattern.match(text))), None)
        if found is not None and call.chat_id is not None and reached(call):
            told.add((call.chat_id, found[1]))
    return told


def bus_told(answer: str) -> str | None:
    """Return the bus that a tap's answer names as the person's own, if it does."""
    found = _TOLD[0].match(answer)
    return found[1] if found else None
