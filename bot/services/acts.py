"""One shape for every dangerous act: a preview, a word, a minute to recall it, and then exactly what was shown.

`show_act` writes down what its author was shown; `plan_act` lets it wait out its recall, in which nothing changes;
`run_due` counts again under the locks and does it where the numbers are the same. Where they are not, nothing is done,
and the new preview is shown with what has changed meanwhile, and by whom.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeGuard

from bot.rules.acting import may_confirm, may_recall
from bot.services import cancelling, cutting, import_acts, merging
from bot.services.authority import NoAuthority, refusal, refusal_for
from bot.services.deeds import Busy, Deed, Going, Impossible, Prepared
from bot.services.organizers import UnknownName
from storage import Tx, acts, delegates, log, outbox, visits
from storage.records import Act, ActState, Congress, DeliveryCounts, Visit

DEEDS: Mapping[str, Deed] = {
    deed.kind: deed for deed in (cancelling.DEED, cutting.DEED, import_acts.DEED, merging.DEED)
}
"""Every kind of dangerous act, by its command."""
RECALL = timedelta(seconds=60)
"""So long nothing has changed after the author's word, and it can be recalled."""
_CONGRESS = "congress"


@dataclass(frozen=True, slots=True, kw_only=True)
class Meanwhile:
    """Something that somebody has changed since an act was shown."""

    name: str
    action: str
    what: str
    """The visit's key or the bus's label."""
    to: str
    """What it was set to; empty where the action says all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownAct:
    """An act as its card shows it."""

    act: Act
    visit: Visit
    author: str
    is_own: bool
    meanwhile: tuple[Meanwhile, ...] = ()
    told: DeliveryCounts | None = None
    """How far its messages are, once it is done."""
    untold: tuple[str, ...] = ()
    """The names of those whom the bot could not tell."""
    going: Going | None = None
    """How it goes on, where it is not over at once."""

    @property
    def is_impossible(self) -> bool:
        """Say whether somebody else was first: there is nothing to confirm any more."""
        return self.act.state is ActState.CHANGED and not self.act.preview

    @property
    def finished(self) -> bool:
        """Say whether its card changes no more by itself."""
        return (self.told is None or self.told.waiting == 0) and (self.going is None or not self.going.is_open)


def show_act(
    tx: Tx,
    *,
    actor: int,
    delegate_id: int,
    kind: str,
    name: str,
    arguments: Mapping[str, Any] | None = None,
    congress: Congress,
    now: datetime,
    cause: str,
) -> ShownAct | NoAuthority | UnknownName | Impossible:
    """Write down what this act on the visit or bus of this name would come to now, and show it.

    Nothing else changes. `arguments` are what its command said beside the name.
    """
    if (refused := refusal(tx, actor, kind)) is not None:
        return refused
    done = acts.of_cause(tx, cause)
    if done is not None:
        return _shown(tx, done, reader=delegate_id)
    deed = DEEDS[kind]
    subject = deed.find(tx, name)
    if subject is None:
        return UnknownName(name)
    if (refused := _refusal(tx, actor, kind, subject)) is not None:
        return refused
    prepared = deed.prepare(
        tx,
        subject=_number_of(subject),
        arguments=arguments or {},
        author_id=delegate_id,
        congress=congress,
        now=now,
    )
    if prepared is None:
        return UnknownName(name)
    if isinstance(prepared, Impossible):
        return prepared
    assert not isinstance(prepared, Busy), "only what waits for locks is ever busy"
    act_id = acts.add(
        tx,
        kind=kind,
        subject=subject,
        arguments=arguments or {},
        author_id=delegate_id,
        preview=prepared.counts,
        now=now,
        cause=cause,
    )
    return _shown(tx, _existing(tx, act_id), reader=delegate_id)


def plan_act(
    tx: Tx,
    *,
    actor: int,
    delegate_id: int,
    act_id: int,
    revision: int,
    message_id: int,
    congress: Congress,
    now: datetime,
    cause: str,
) -> ShownAct | NoAuthority | None:
    """Let the act wait out its recall, if its numbers are still those of the preview; else show the new ones.

    An act of the same kind on the same thing that waits already is shown in its place, with whose it is. Whoever's
    button is older than the preview, or was pressed before, sees how the act stands. None when there is no such act.
    """
    act = acts.lock(tx, act_id)
    if act is None:
        return None
    if (refused := _refusal(tx, actor, act.kind, act.subject)) is not None:
        return refused
    if log.outcome_of(tx, cause) is not None or not may_confirm(act, by=delegate_id, revision=revision):
        return _shown(tx, act, reader=delegate_id)
    other = acts.planned(tx, kind=act.kind, subject=act.subject)
    if other is not None:
        return _shown(tx, other, reader=delegate_id)
    act = acts.change(tx, act.id, message_id=message_id)
    prepared = _prepare(tx, act, congress=congress, now=now, locked=False)
    if not _is_possible(prepared):
        return _shown(tx, acts.see_again(tx, act, preview={}), reader=delegate_id)
    if prepared.counts != act.preview:
        changed = acts.see_again(tx, act, preview=prepared.counts)
        acts.change(tx, act.id, reported_at=now)
        return _shown(tx, changed, reader=delegate_id)
    due_at = now + RECALL
    act = acts.change(tx, act.id, state=ActState.PLANNED, due_at=due_at, seen=acts.last_line(tx), before=None)
    log.write(
        tx,
        at=now,
        actor=actor,
        action=acts.PLANNED,
        subject=act.subject,
        after={"act": act.kind, "due_at": due_at.isoformat(), **act.preview},
        outcome={"act": act.id},
        cause=cause,
    )
    return _shown(tx, act, reader=delegate_id)


def recall_act(
    tx: Tx, *, actor: int, delegate_id: int, act_id: int, now: datetime, cause: str
) -> ShownAct | NoAuthority | None:
    """Take the word back while nothing has changed, as anybody may who may do it. Else show how the act stands."""
    act = acts.lock(tx, act_id)
    if act is None:
        return None
    if (refused := _refusal(tx, actor, act.kind, act.subject)) is not None:
        return refused
    if may_recall(act):
        act = acts.change(tx, act_id, state=ActState.RECALLED, due_at=None)
        log.write(
            tx,
            at=now,
            actor=actor,
            action=acts.RECALLED,
            subject=act.subject,
            after={"act": act.kind},
            outcome={"act": act.id},
            cause=cause,
        )
    return _shown(tx, act, reader=delegate_id)


def act_of(tx: Tx, *, actor: int, delegate_id: int, act_id: int) -> ShownAct | NoAuthority | None:
    """Return how an act stands; None when there is none."""
    act = acts.read(tx, act_id)
    if act is None:
        return None
    return _refusal(tx, actor, act.kind, act.subject) or _shown(tx, act, reader=delegate_id)


def run_due(tx: Tx, *, congress: Congress, now: datetime) -> bool:
    """Do one act that is due, or show its new numbers; say whether there was one that came to an end.

    Called at each tick by every process: the act is claimed in this transaction, so one of them does it.
    """
    act = acts.claim_due(tx, now=now)
    if act is None:
        return False
    author = delegates.read(tx, act.author_id)
    if author.telegram_id is None or _refusal(tx, author.telegram_id, act.kind, act.subject) is not None:
        acts.change(tx, act.id, state=ActState.RECALLED, due_at=None)
        return True
    prepared = _prepare(tx, act, congress=congress, now=now, locked=True)
    if isinstance(prepared, Busy):
        return False  # at the next tick
    if not _is_possible(prepared):
        acts.see_again(tx, act, preview={})
    elif prepared.counts != act.preview:
        acts.see_again(tx, act, preview=prepared.counts)
    else:
        DEEDS[act.kind].carry_out(tx, act, prepared, actor=author.telegram_id, congress=congress, now=now)
        acts.change(tx, act.id, state=ActState.DONE, reported_at=None)
    return True


def open_acts(tx: Tx) -> tuple[ShownAct, ...]:
    """Return the acts that ended by the clock and whose final card its author has not been shown."""
    return tuple(_shown(tx, act, reader=act.author_id) for act in acts.unreported(tx))


def close_act(tx: Tx, *, act_id: int, revision: int, now: datetime) -> None:
    """The author has seen the final card of this preview."""
    act = acts.lock(tx, act_id)
    if act is not None and act.revision == revision and act.state in (ActState.DONE, ActState.CHANGED):
        acts.change(tx, act_id, reported_at=now)


def _number_of(subject: str) -> int:
    """Return the id in a subject of the log; 0 for the congress, which has a name."""
    kind, _, number = subject.partition(":")
    return 0 if kind == _CONGRESS else int(number)


def _refusal(tx: Tx, actor: int, kind: str, subject: str) -> NoAuthority | None:
    """Say why this person may not do such an act to its subject: a bus is its visit's, whose people it touches."""
    if subject.startswith(f"{_CONGRESS}:"):
        return refusal_for(tx, actor, kind, name=subject.partition(":")[2])
    return refusal(tx, actor, kind, visit=visits.read(tx, visits.of_subject(tx, subject)))


def _prepare(
    tx: Tx, act: Act, *, congress: Congress, now: datetime, locked: bool
) -> Prepared | Impossible | Busy | None:
    return DEEDS[act.kind].prepare(
        tx,
        subject=_number_of(act.subject),
        arguments=act.arguments,
        author_id=act.author_id,
        congress=congress,
        now=now,
        locked=locked,
    )


def _is_possible(prepared: Prepared | Impossible | Busy | None) -> TypeGuard[Prepared]:
    return prepared is not None and not isinstance(prepared, Impossible | Busy)


def _shown(tx: Tx, act: Act, *, reader: int) -> ShownAct:
    is_done = act.state is ActState.DONE
    missed = DEEDS[act.kind].missed(tx, act) if is_done else ()
    return ShownAct(
        act=act,
        visit=DEEDS[act.kind].visit_of(tx, act.subject, act.arguments),
        author=delegates.read(tx, act.author_id).name,
        is_own=act.author_id == reader,
        meanwhile=_meanwhile(tx, act) if act.state is ActState.CHANGED else (),
        told=outbox.counts_of_act(tx, act.id) if is_done else None,
        untold=(*missed, *acts.untold(tx, act)) if is_done else (),
        going=DEEDS[act.kind].going(tx, act) if is_done else None,
    )


def _meanwhile(tx: Tx, act: Act) -> tuple[Meanwhile, ...]:
    everything = visits.read_all(tx)
    named = {f"visit:{visit.id}": visit.key for visit in everything}
    named |= {f"bus:{bus.id}": bus.label for visit in everything for bus in visit.buses}
    changes = acts.changes_since(tx, act.seen)
    people = delegates.by_telegram_ids(tx, (actor for actor, *_ in changes))
    return tuple(
        Meanwhile(
            name=people[actor].name if actor in people else "",
            action=action,
            what=named.get(subject, subject),
            to=str((after or {}).get(action, "")),
        )
        for actor, action, subject, after in changes
    )


def _existing(tx: Tx, act_id: int) -> Act:
    act = acts.read(tx, act_id)
    assert act is not None
    return act
