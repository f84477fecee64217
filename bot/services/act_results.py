"""What a dangerous act came to for each person, to be given out as a file: whom to phone, and who has a seat where."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.services.acts import DEEDS, ShownAct, act_of
from bot.services.authority import NoAuthority
from storage import Tx, acts, bookings, log, visits
from storage.records import ActMessage, ActState, Booking, Visit

ACT_FILE = "act file"
"""What the log calls it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultRow:
    """One person's part; without a `message` they have no Telegram. `follows` is what they got instead, as of now."""

    name: str
    booking: Booking | None = None
    message: ActMessage | None = None
    follows: Booking | None = None
    visit: Visit | None = None
    """The visit of what follows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActResult:
    """The act, and everybody whom it touched: who was told, in the order of the sign-ups, then who has no Telegram."""

    shown: ShownAct
    rows: tuple[ResultRow, ...]


def give_result(
    tx: Tx, *, actor: int, delegate_id: int, act_id: int, now: datetime, cause: str
) -> ActResult | ShownAct | NoAuthority | None:
    """Return what the act came to so far, and write down that it was given out; how it stands, where it is not done."""
    shown = act_of(tx, actor=actor, delegate_id=delegate_id, act_id=act_id)
    if not isinstance(shown, ShownAct) or shown.act.state is not ActState.DONE:
        return shown
    messages = acts.messages(tx, shown.act)
    about = {each for message in messages for each in (message.booking_id, message.follows_id) if each is not None}
    known = bookings.read_some(tx, about)
    every = {visit.id: visit for visit in visits.read_all(tx)}
    rows = [_row(message, known, every) for message in messages]
    rows += [ResultRow(name=name) for name in DEEDS[shown.act.kind].missed(tx, shown.act)]
    if log.outcome_of(tx, cause) is None:
        log.write(
            tx,
            at=now,
            actor=actor,
            action=ACT_FILE,
            subject=shown.act.subject,
            after={"act": shown.act.kind, "rows": len(rows)},
            outcome={"rows": len(rows)},
            cause=cause,
        )
    return ActResult(shown=shown, rows=tuple(rows))


def _row(message: ActMessage, known: Mapping[int, Booking], every: Mapping[int, Visit]) -> ResultRow:
    follows = None if message.follows_id is None else known.get(message.follows_id)
    return ResultRow(
        name=message.name,
        booking=None if message.booking_id is None else known.get(message.booking_id),
        message=message,
        follows=follows,
        visit=None if follows is None else every.get(follows.visit_id),
    )
