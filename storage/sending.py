"""Claimed messages on their way: begun in turn, ended with a stated outcome, both fenced by the claim's token.

`now` is business time, everything about leases and pauses is real time.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select, update

from storage import pace
from storage.records import MessageState
from storage.tables import delegates, outbox

HELD = (MessageState.LEASED, MessageState.SENDING)
_LONGEST_REASON = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of a claimed row.

    State `due` gives it back, not to be sent before real time `not_before`. So does `sending`, for one that may have
    arrived: whoever claims it then is told (`Message.resumed`).
    """

    id: int
    token: str
    state: MessageState
    message_id: int | None = None
    reason: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """When a row may be sent, in seconds from now. None: nobody may send at present; the row stays leased."""

    seconds: float | None


def start_sending(
    tx: Connection, ids: Sequence[int], *, token: str, lease_until: datetime, gap: timedelta, answers: int = 0
) -> dict[int, Turn]:
    """Mark leased rows as being sent, to be committed before the call, and give each still held its turn.

    Turns lie a `gap` apart, for all senders together; `answers` to taps that this sender's process has made just now
    go before them.
    """
    found = pace.lock(tx)
    held = outbox.c.token == token, outbox.c.state.in_(HELD)
    if found.held_seconds > 0:
        left = tx.scalars(select(outbox.c.id).where(outbox.c.id.in_(ids), *held))
        return dict.fromkeys(left, Turn(None))
    turns: dict[int, Turn] = {}
    turn = found.next_turn(gap=gap, answers=answers)
    for message_id in ids:
        mark = update(outbox).where(outbox.c.id == message_id, *held)
        marked = mark.values(
            state=MessageState.SENDING, lease_until=lease_until, begun_at=turn, tries=outbox.c.tries + 1
        )
        if tx.scalar(marked.returning(outbox.c.id)) is not None:
            turns[message_id] = Turn((turn - found.now).total_seconds())
            turn += gap
    pace.move(tx, next_at=turn)
    return turns


def settle(tx: Connection, outcomes: Iterable[Outcome], *, now: datetime) -> set[int]:
    """Write down what became of claimed rows; return the ids of those their token still held.

    `unreachable` also marks the reader, so that nobody writes to them until they come back.
    """
    settled = set()
    for outcome in outcomes:
        if outcome.state in (MessageState.DUE, MessageState.SENDING):
            values = {**_given_back(outcome), "error": _short(outcome.reason)}
        else:
            values = ended(outcome.state, outcome.reason, now)
        if outcome.message_id is not None:
            values["message_id"] = outcome.message_id
        held = update(outbox).where(outbox.c.id == outcome.id, outbox.c.token == outcome.token)
        reader = tx.scalar(held.values(values).returning(outbox.c.delegate_id))
        if reader is None:
            continue
        settled.add(outcome.id)
        if outcome.state is MessageState.UNREACHABLE:
            gone = update(delegates).where(delegates.c.id == reader, delegates.c.unreachable_since.is_(None))
            tx.execute(gone.values(unreachable_since=now))
    return settled


def settle_leased(tx: Connection, *, token: str, message_id: int, now: datetime) -> bool:
    """Mark what a tap leased as sent with this message; False when its lease had passed to a sender."""
    held = update(outbox).where(outbox.c.state == MessageState.LEASED, outbox.c.token == token)
    sent = held.values({**ended(MessageState.SENT, None, now), "message_id": message_id})
    return bool(tx.scalars(sent.returning(outbox.c.id)).all())


def ended(state: MessageState, reason: str | None, now: datetime) -> dict[str, Any]:
    """Return the columns of a row that has come to its end."""
    # The token stays: a transaction that is run again after a lost connection finds its own row.
    ending: dict[str, Any] = {"state": state, "settled_at": now, "lease_until": None}
    return ending if reason is None else ending | {"error": _short(reason)}


def _given_back(outcome: Outcome) -> dict[str, Any]:
    given = {"state": outcome.state, "token": None, "lease_until": None, "not_before": outcome.not_before}
    if outcome.state is MessageState.SENDING:
        assert outcome.not_before is not None
        given["lease_until"] = outcome.not_before
    return given


def _short(reason: str | None) -> str | None:
    return None if reason is None else reason[:_LONGEST_REASON]
