"""What must never be seen: words meant for programmers, calls that Telegram refuses, seats that do not add up."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import func, select

from bot.buttons import Button
from bot.documents.own_data import JSON, PAGE
from bot.services.authority import REFUSED
from storage import Tx, tables
from storage.records import BookingState
from tests.proof.indoors import Heard

PREFIXES = "|".join(sorted(button.prefix for button in Button.__subclasses__() if button.prefix not in ("my", "name")))
FOR_PROGRAMMERS = re.compile(
    r"(?<!\{)\{(?!typed|\{|\})[A-Za-z_][\w.\[\]]*(?:![rs])?(?::[^}\s]*)?\}"  # a placeholder that nobody filled in
    r"|%\((?!typed)\w+\)[sd]|\bNone\b|\bnull\b|Traceback|\b[A-Z]\w+(?:Error|Exception)\b|object at 0x|<class|datetime\."
    rf"|(?<![\w:/])(?:{PREFIXES}):[\w.-]+(?::[\w.-]+)*\b"  # what a button sends
)
HARMLESS = (
    "message is not modified",
    "query is too old",
    "message to edit not found",
    "message can't be edited",
    "there is no text in the message to edit",
    "bot was blocked by the user",
)
"""Refusals that are Telegram's moods: the card shows it already, is gone, or nobody is there."""


def shown_texts(call: Heard) -> Iterator[str]:
    """All that a call lets people read: text, labels of buttons, the pin's words, what a file says."""
    for name in ("text", "caption", "title", "address", "description", "short_description", "name"):
        if name in call.values:
            yield str(call.values[name])
    markup = call.values.get("reply_markup")
    if isinstance(markup, dict):
        for row in markup.get("inline_keyboard", ()):
            yield from (str(button["text"]) for button in row)
    for upload in call.files.values():
        yield upload.name
        if upload.name not in (JSON, PAGE):  # all that a person ever typed, as they typed it
            yield _readable(upload.content)


def _readable(content: bytes) -> str:
    """The words of a file; none of a picture's, a PDF's or a workbook's, whose bytes spell anything now and then."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return ""


def offences(call: Heard, *, strangers: Iterable[str] = ()) -> Iterator[str]:
    """What is wrong with a call; `strangers` are refusals that are due because somebody made the chat up."""
    if call.refusal and not any(known in call.refusal for known in (*HARMLESS, *strangers)):
        yield f"{call.method} refused: {call.refusal}"
    for text in shown_texts(call):
        found = FOR_PROGRAMMERS.search(text)
        if found is not None:
            yield f"{call.method} shows {found[0]!r} in {text[max(0, found.start() - 40) : found.end() + 20]!r}"


def faults_of_seats(tx: Tx) -> list[str]:
    """Where a counter is not the number of riders, a bus or visit holds too many, or somebody holds a visit twice."""
    riders = _riders(tx)
    faults = []
    for bus in tx.execute(select(tables.buses)):
        counted = sum(number for (_, on, _), number in riders.items() if on == bus.id)
        if not counted == bus.seats_taken <= bus.seats:
            faults.append(f"bus {bus.label}: {counted} riders, {bus.seats_taken} counted, {bus.seats} seats")
    for visit in tx.execute(select(tables.visits)):
        counted = sum(number for (on, _, _), number in riders.items() if on == visit.id)
        if not counted == visit.seats_taken <= visit.host_limit - visit.held_back:
            faults.append(
                f"visit {visit.key}: {counted} riders, {visit.seats_taken} counted, {visit.host_limit} at most"
            )
    twice = (
        select(tables.bookings.c.delegate_id, tables.bookings.c.visit_id)
        .where(tables.bookings.c.state == BookingState.BOOKED)
        .group_by(tables.bookings.c.delegate_id, tables.bookings.c.visit_id)
        .having(func.count() > 1)
    )
    faults += [f"delegate {row.delegate_id} holds visit {row.visit_id} twice" for row in tx.execute(twice)]
    parties = (
        select(tables.bookings.c.id, tables.bookings.c.party, func.count(tables.riders.c.id).label("riders"))
        .join(tables.riders, isouter=True)
        .group_by(tables.bookings.c.id, tables.bookings.c.party)
        .having(func.count(tables.riders.c.id) != tables.bookings.c.party)
    )
    return [
        *faults,
        *(f"booking {row.id} is for {row.party} and has {row.riders} riders" for row in tx.execute(parties)),
    ]


def _riders(tx: Tx) -> dict[tuple[int, int | None, int], int]:
    """The riders of live bookings, counted one by one, by visit, bus and booking."""
    live = (
        select(tables.bookings.c.visit_id, tables.bookings.c.bus_id, tables.bookings.c.id, func.count().label("riders"))
        .join(tables.riders)
        .where(tables.bookings.c.state.in_((BookingState.BOOKED, BookingState.OFFERED)))
        .group_by(tables.bookings.c.visit_id, tables.bookings.c.bus_id, tables.bookings.c.id)
    )
    return {(row.visit_id, row.bus_id, row.id): row.riders for row in tx.execute(live)}


def effects(tx: Tx) -> dict[str, Any]:
    """What a repeated update must leave as it is: the log, the seats, and the messages that must arrive.

    That somebody tried what they no longer may is written down, and no effect.
    """
    acts = select(tables.log.c.id, tables.log.c.cause).where(tables.log.c.action != REFUSED).order_by(tables.log.c.id)
    return {"log": [tuple(row) for row in tx.execute(acts)]} | {
        table.name: [tuple(row) for row in tx.execute(select(*columns).order_by(table.c.id))]
        for table, columns in (
            (tables.bookings, (tables.bookings,)),
            (tables.riders, (tables.riders,)),
            (
                tables.visits,
                (tables.visits.c.id, tables.visits.c.version, tables.visits.c.seats_taken, tables.visits.c.leaves_at),
            ),
            (
                tables.buses,
                (tables.buses.c.id, tables.buses.c.seats, tables.buses.c.seats_taken, tables.buses.c.departs_at),
            ),
            (tables.outbox, (tables.outbox.c.id, tables.outbox.c.key)),
            (tables.announcements, (tables.announcements.c.id, tables.announcements.c.text)),
        )
    }
