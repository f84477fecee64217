"""Canaries: a copy of each reminder for those who watch, and an alarm to the owners when one does not arrive."""

from datetime import datetime
from zoneinfo import ZoneInfo

from bot.rules.lateness import KINDS
from bot.rules.reminding import DueMoment, moments_due
from bot.rules.watching import PATIENCE, copies_due, is_alarming
from storage import Tx, canaries, congress, delegates, grants, outbox, visits
from storage.records import Canary, Delegate, MessageClass, NewMessage


def send_canaries(tx: Tx, *, canary_ids: tuple[int, ...], now: datetime) -> int:
    """Write each canary (by Telegram id, agreed) one copy of each reminder that is due to somebody; return how many.

    Called at each tick, as the reminders' own planning is; a copy is written once for a rule and due moment.
    """
    watching = _agreed(tx, canary_ids)
    if not watching:
        return 0
    meeting = congress.read(tx)
    due = [
        moment
        for moment in moments_due(visits.read_all(tx), meeting.reminders, now=now, zone=ZoneInfo(meeting.zone))
        if canaries.has_passengers(tx, visit_id=moment.visit_id, bus_id=moment.bus_id, due_at=moment.due_at)
    ]
    copies = [_copy(moment, canary) for moment in copies_due(due) for canary in watching]
    return outbox.add_many(tx, copies)


def raise_alarms(tx: Tx, *, now: datetime) -> tuple[Canary, ...]:
    """Write every owner of each copy that has not been sent in time, once; return the copies that are news."""
    late = [
        canary
        for canary in canaries.not_sent(tx, before=now - PATIENCE)
        if is_alarming(canary.state, due_at=canary.due_at, now=now)
    ]
    if not late:
        return ()
    owners = _agreed(tx, grants.owners(tx))
    return tuple(canary for canary in late if outbox.add_many(tx, [_alarm(canary, owner, now) for owner in owners]))


def _agreed(tx: Tx, telegram_ids: tuple[int, ...]) -> list[Delegate]:
    known = (delegates.by_telegram_id(tx, telegram_id) for telegram_id in telegram_ids)
    return [person for person in known if person is not None and person.consent is not None]


def _copy(moment: DueMoment, canary: Delegate) -> NewMessage:
    due_at = moment.due_at.isoformat()
    return NewMessage(
        key=f"canary/{moment.rule_id}/{due_at}/{canary.id}",
        kind=canaries.KIND,
        delegate_id=canary.id,
        slots={"rule": moment.rule_id, "visit": moment.visit_id, "bus": moment.bus_id},
        message_class=MessageClass.NORMAL if moment.evening else MessageClass.URGENT,
        due_at=moment.due_at,
        expires_at=moment.expires_at,
        departs_at=moment.departs_at,
    )


def _alarm(canary: Canary, owner: Delegate, now: datetime) -> NewMessage:
    return NewMessage(
        key=f"alarm/{canary.id}/{owner.id}",
        kind=canaries.ALARM,
        delegate_id=owner.id,
        slots={"canary": canary.id},
        message_class=KINDS["alarm"].message_class,
        due_at=now,
        expires_at=KINDS["alarm"].expires_at(now),
    )
