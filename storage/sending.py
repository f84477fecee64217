"""Claimed messages on their way: begun in turn, ended with a stated outcome, both fenced by the claim's token.

`now` is business time, everything about leases and pauses is real time.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Connection,
    String,
    bindparam,
    case,
    column,
    func,
    literal,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import distinct_on

from storage import cards, pace
from storage.leases import real_time
from storage.prepared import Prepared
from storage.records import MessageState
from storage.tables import delegates, outbox

TICKET = "ticket"
"""The kind of message that becomes the card of its booking."""
HELD = (MessageState.LEASED, MessageState.SENDING)
_LONGEST_REASON = 300
_SETTLED = outbox.c.delegate_id, outbox.c.booking_id, outbox.c.kind
_SHOW = (
    update(outbox)
    .where(outbox.c.state == MessageState.LEASED)
    .values(state=MessageState.SENT, settled_at=bindparam("now"), lease_until=None)
)
_SHOWN = Prepared(
    _SHOW.where(outbox.c.token == bindparam("held_by")).values(message_id=bindparam("shown_on")).returning(*_SETTLED)
)


def _all_shown() -> Prepared:
    """On PostgreSQL messages of several tokens are marked, and the tickets among them remembered, in one statement."""
    tokens = bindparam("tokens", type_=ARRAY(String)), bindparam("message_ids", type_=ARRAY(BigInteger))
    told = func.unnest(*tokens).table_valued(column("token", String), column("message_id", BigInteger)).render_derived()
    shown = (
        _SHOW.where(outbox.c.token == told.c.token)
        .values(message_id=told.c.message_id)
        .returning(outbox.c.id, outbox.c.token, outbox.c.message_id, *_SETTLED)
        .cte("shown")
    )
    # Of a booking whose ticket was shown twice since, the newer card stays: no row is written twice in one statement.
    tickets = (
        select(shown.c.delegate_id, literal(TICKET), shown.c.booking_id, shown.c.message_id)
        .where(shown.c.kind == TICKET, shown.c.booking_id.is_not(None))
        .ext(distinct_on(shown.c.delegate_id, shown.c.booking_id))
        .order_by(shown.c.delegate_id, shown.c.booking_id, shown.c.id.desc())
    )
    return Prepared(select(shown.c.token).add_cte(cards.putting(tickets).cte("put")))


_ALL_SHOWN = _all_shown()


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
    instead_of: int | None = None
    """The card that was to be edited and is gone; the new message takes its place."""
    reason: str | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """When a row may be sent, in seconds from now. None: nobody may send at present; the row stays leased."""

    seconds: float | None

    def after(self, elapsed: float) -> "Turn":
        """Return the same turn so many seconds later."""
        return self if self.seconds is None else Turn(max(0.0, self.seconds - elapsed))


def start_sending(
    tx: Connection,
    tokens: Mapping[int, str],
    *,
    lease_until: datetime,
    gap: timedelta,
    answers: int = 0,
    resumed: Collection[int] = (),
) -> dict[int, Turn]:
    """Mark leased rows (id -> token) as being sent, to be committed before the call; give each still held its turn.

    Those in `resumed` may have been sent by a sender that died: they stay in doubt where there is no turn now.

    Turns lie a `gap` apart, for all senders together; `answers` to taps that this sender's process has made just now
    go before them. The pace is taken last: while one process has it, all others wait.
    """
    held = tuple_(outbox.c.id, outbox.c.token).in_(list(tokens.items())), outbox.c.state.in_(HELD)
    mark = update(outbox).where(*held).values(state=MessageState.SENDING, lease_until=lease_until)
    marked = set(tx.scalars(mark.values(begun_at=real_time(tx), tries=outbox.c.tries + 1).returning(outbox.c.id)))
    ids = [message_id for message_id in tokens if message_id in marked]
    if not ids:
        return {}
    turns = pace.take_turns(tx, len(ids), gap=gap, answers=answers)
    if turns is None:
        unmark = update(outbox).where(outbox.c.id.in_(ids)).values(tries=outbox.c.tries - 1)
        tx.execute(unmark)
        unsent = outbox.c.id.in_([each for each in ids if each not in resumed])
        tx.execute(update(outbox).where(unsent).values(state=MessageState.LEASED, begun_at=None))
        return dict.fromkeys(ids, Turn(None))
    return dict(zip(ids, map(Turn, turns), strict=True))


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
        # The reader rests from the end of the call on; its turn may have come well after the mark.
        values["begun_at"] = case((outbox.c.state == MessageState.SENDING, real_time(tx)), else_=outbox.c.begun_at)
        held = update(outbox).where(outbox.c.id == outcome.id, outbox.c.token == outcome.token)
        row = tx.execute(held.values(values).returning(*_SETTLED)).one_or_none()
        if row is None:
            continue
        reader = row.delegate_id
        settled.add(outcome.id)
        _keep_card(tx, row, message_id=outcome.message_id, instead_of=outcome.instead_of)
        if outcome.state is MessageState.UNREACHABLE:
            gone = update(delegates).where(delegates.c.id == reader, delegates.c.unreachable_since.is_(None))
            tx.execute(gone.values(unreachable_since=now))
    return settled


def settle_leased(tx: Connection, shown: Mapping[str, int], *, now: datetime) -> set[str]:
    """Mark what taps leased (by token) as sent with these messages; return the tokens that held their leases still.

    The others' leases have passed to a sender. On PostgreSQL one statement.
    """
    if tx.dialect.name == "postgresql":
        rows = _ALL_SHOWN.all(tx, tokens=list(shown), message_ids=list(shown.values()), now=now)
        return {row.token for row in rows}
    held = set()
    for token, message_id in shown.items():
        for row in _SHOWN.all(tx, held_by=token, shown_on=message_id, now=now):
            held.add(token)
            _keep_card(tx, row, message_id=message_id)
    return held


def _keep_card(tx: Connection, row: Any, *, message_id: int | None, instead_of: int | None = None) -> None:
    """Remember the message of a ticket, and the one that took the place of its card."""
    if message_id is None or row.booking_id is None:
        return
    if row.kind == TICKET:
        cards.put(tx, delegate_id=row.delegate_id, booking_id=row.booking_id, message_id=message_id)
    elif instead_of is not None:
        cards.replace(
            tx, delegate_id=row.delegate_id, booking_id=row.booking_id, gone=instead_of, message_id=message_id
        )


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
