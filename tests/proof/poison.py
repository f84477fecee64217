"""poison: updates that nobody can read stand in one batch with good ones. Those are answered, the poison is put aside.

Telegram would bring the same batch again and again until the bot confirms it. What people wrote stays out of the logs,
also where it cannot be read.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from typing import Any

from tests.proof.crowd import Crowd
from tests.proof.fleet import fleet
from tests.proof.ledger import ask, reached, read_rows
from tests.proof.people import hand_out_phones, prepare
from tests.proof.raw import text_update
from tests.proof.trial import POSTGRESQL, SQLITE, Line, Trial

GOOD = 80
MOST_POLLS_A_SECOND = 2
MARK = "Nightingale"
"""Stands in each update; nowhere else."""
_POISONER = 77
_PATIENCE = 60.0

_TAP = {"id": MARK, "from": {"id": _POISONER, "is_bot": False, "first_name": MARK}, "chat_instance": "1", "data": MARK}


def _message(**changes: Any) -> dict[str, Any]:
    """A message that is as it should be but for this."""
    usual: dict[str, Any] = text_update(_POISONER, MARK)["message"]
    return {"message": {name: value for name, value in (usual | changes).items() if value is not None}}


UNREADABLE: Mapping[str, dict[str, Any]] = {
    "a date in words": _message(date=MARK),
    "a date after the end of time": _message(date=10**20),
    "dates": _message(date=[1, 2]),
    "a number for a sender": _message(**{"from": 5}),
    "a sender without a name": _message(**{"from": {"id": _POISONER}}),
    "a word for a chat": _message(chat=MARK),
    "a chat of no kind": _message(chat={"id": _POISONER, "first_name": MARK}),
    "a word for a message": {"message": MARK},
    "an empty message": {"message": {}},
    "a message without its id": _message(message_id=None),
    "an empty tap": {"callback_query": {}},
    "a tap on a word": {"callback_query": {**_TAP, "message": MARK}},
    "a word for entities": _message(entities=MARK),
    "an entity of no kind": _message(entities=[{"offset": 0, "length": 1, "url": MARK}]),
    "a reply to a word": _message(reply_to_message=MARK),
    "half a place": _message(location={"latitude": 51.1}),
    "a contact without a number": _message(contact={"first_name": MARK}),
}
"""The library raises as it reads these: parked at the first try."""
CHOKING: Mapping[str, dict[str, Any]] = {
    "a text that is none": _message(text={"words": MARK}),
    "a sender beyond all numbers": _message(**{"from": {"id": 10**30, "is_bot": False, "first_name": MARK}}),
}
"""These can be read, and break what handles them: parked after five tries, a quarter of a minute later."""
NAMELESS: Mapping[str, dict[str, Any]] = {"a word for an id": {"update_id": MARK, **_message()}}
"""Cannot be stored: there is nothing to know a repeat by. Counted in the log."""


async def prove(trial: Trial) -> AsyncIterator[Line]:
    """On both databases; the short form leaves out what takes five tries."""
    for database in (SQLITE, POSTGRESQL):
        yield await _swallow(trial, database)


async def _swallow(trial: Trial, database: str) -> Line:
    parking = {**UNREADABLE, **(CHOKING if trial.full else {})}
    poison = [*parking.values(), *NAMELESS.values()]
    url = trial.database(database)
    prepared = await prepare(url, people=GOOD)
    batch = [*poison, *(text_update(person, f"{MARK} {person}") for person in prepared.people)]
    trial.random("poison").shuffle(batch)
    async with fleet(url) as telegram:
        crowd = Crowd(fleet=telegram, cards=await hand_out_phones(telegram, prepared.people))
        bot = await telegram.start_bot()
        await crowd.look()
        crowd.calls.clear()
        await telegram.telegram.put_updates(*batch)
        began = time.monotonic()
        while time.monotonic() - began < _PATIENCE:
            await asyncio.sleep(1)
            if not await telegram.telegram.pending() and not (await read_rows(url)).waiting:
                break
        await crowd.look()
        code = await bot.stop()
        await crowd.look()
    answered = {call.chat_id for call in crowd.calls if call.method == "sendMessage" and reached(call)}
    polls = _most_in_a_second([call.at for call in crowd.calls if call.method == "getUpdates"])
    rows = await read_rows(url)
    parked = rows.inbox.get("parked", 0)
    left_out = sum("no usable id" in line for line in bot.lines)
    told = sum(MARK in line for line in bot.lines)
    told += sum(MARK in str(error) for (error,) in await ask(url, "SELECT error FROM inbox WHERE error IS NOT NULL"))
    good = len(answered & set(prepared.people))
    return Line(
        name="poison, 1 replica",
        database=database,
        figure=f"{good} of {GOOD} good ones answered, {parked} of {len(parking)} parked and {left_out} of "
        f"{len(NAMELESS)} counted in the log, {rows.waiting} left, {polls} getUpdates in a second at most, "
        f"{told} lines with content, exit {code}",
        bar=f"{GOOD} answered, {len(poison)} kinds put aside, at most {MOST_POLLS_A_SECOND} getUpdates a second, "
        "0 lines with content",
        holds=good == GOOD
        and parked == len(parking)
        and left_out == len(NAMELESS)
        and polls <= MOST_POLLS_A_SECOND
        and not any((rows.waiting, told, code)),
    )


def _most_in_a_second(moments: list[float]) -> int:
    return max((sum(first <= at < first + 1 for at in moments) for first in moments), default=0)
