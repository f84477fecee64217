"""Authority, asked again in each transaction from the grants as they are; and what was tried without it."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.rules.authority import EVERYTHING, REFUSALS_AN_HOUR, Subject, about, may, may_try, within
from storage import Tx, grants, log
from storage.records import Bus, Visit

REFUSED = "refused"
"""What the log calls an attempt without the right."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class NoAuthority:
    """Who asks may not do this: the caller gets a stranger's answer.

    With `name` they may, but not to what is called so: somebody of the crew reads that it is not theirs.
    """

    name: str = ""


def refusal(
    tx: Tx, actor: int, right: str, *, visit: Visit | None = None, bus: Bus | None = None
) -> NoAuthority | None:
    """Say why this person may not do this to the visit, or to this bus of it; None when they may.

    Without a visit: whether they may do it to any.
    """
    held = grants.of(tx, actor)
    if not may_try((grant.role for grant in held), right):
        return NoAuthority()
    if visit is None or may(held, right, about(visit, bus)):
        return None
    return NoAuthority(visit.key if bus is None else bus.label)


def refusal_for(tx: Tx, actor: int, right: str, subject: Subject = EVERYTHING, *, name: str) -> NoAuthority | None:
    """Say as `refusal` does why this person may not do this to a city, or to everything at once."""
    held = grants.of(tx, actor)
    if not may_try((grant.role for grant in held), right):
        return NoAuthority()
    return None if may(held, right, subject) else NoAuthority(name)


def visits_of(tx: Tx, actor: int, right: str, visits: tuple[Visit, ...]) -> tuple[Visit, ...] | NoAuthority:
    """Return those of the visits to which this person may do this."""
    held = grants.of(tx, actor)
    if not may_try((grant.role for grant in held), right):
        return NoAuthority()
    return within(held, right, visits)


def note_refusal(tx: Tx, *, actor: int, right: str, name: str, now: datetime, cause: str) -> None:
    """Write down that somebody tried what they have no right to, at most twenty times an hour for each person."""
    cause = f"{REFUSED}/{cause}"
    if log.outcome_of(tx, cause) is not None:
        return
    if log.count(tx, action=REFUSED, actor=actor, since=now - _HOUR) >= REFUSALS_AN_HOUR:
        return
    log.write(
        tx,
        at=now,
        actor=actor,
        action=REFUSED,
        subject=f"command:{right}",
        after={"name": name} if name else None,
        outcome={"refused": right},
        cause=cause,
    )
