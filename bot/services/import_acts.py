"""An event file that makes buses smaller than what is taken on them: who leaves them is counted first, and told after.

A dangerous act like /seats (services/acts.py), with the whole file in it. Nobody is asked who would go: the file says
what holds, so the rule applies at once (rules/cutting.py), bus by bus in the order of the file, after everything else
that the file changes: who loses a seat may sit on a bus that is new in it. What that comes to is found out by doing it
and taking it back, so what is shown is what happens.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.rules.authority import Right
from bot.services.cutting import Shrinking, let_go, log_seats, people_of, plan_cut, reseat, withdraw, without_telegram
from bot.services.deeds import BeingCut, Busy, Deed, DoesHarm, OtherProgramme, TooManyStay
from bot.services.organizers import CannotBeMoved
from bot.services.programme import Plan, change_rows, plan_programme, spread, write_programme
from bot.services.programme_changes import ROOM, Comparison, Harm, moves_clocks
from bot.services.programme_now import texts_apart
from bot.services.programme_rows import by_id
from storage import Tx, acts, congress, cuts, delegates, queue, visits
from storage.congress import Document
from storage.records import Act, Bus, Congress, Visit, VisitState

_LIMITS = ("capacity", "held_back")
_OVER = (VisitState.CANCELLED, VisitState.DEPARTED, VisitState.RETURNED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Importing:
    """What a file with smaller buses would come to at this moment."""

    shrinking: tuple[Shrinking, ...]

    @property
    def counts(self) -> Mapping[str, int]:
        """Return the numbers of each bus as "leaving/B07"; none when nobody has to leave one any more."""
        return {
            f"{what}/{each.bus.label}": number
            for each in self.shrinking
            for what, number in {**each.counts, "seats": each.seats}.items()
        }


Refused = CannotBeMoved | TooManyStay | BeingCut | DoesHarm | OtherProgramme


def arguments_of(document: Document, compared: Comparison, *, digest: str, name: str) -> Mapping[str, Any]:
    """Return what an act keeps of a file: its text as JSON, its name, what its author has seen of what it changes."""
    seen = {"seen": compared.fingerprint, "buses": list(compared.smaller)}
    return {"document": document, "digest": digest, "name": name, **seen}


def prepare(
    tx: Tx,
    *,
    subject: int,
    arguments: Mapping[str, Any],
    author_id: int,
    congress: Congress,
    now: datetime,
    locked: bool = False,
) -> Importing | Refused | Busy:
    """Say what the file would come to now, or why it cannot be applied.

    It locks people and visits also for a preview, since it tries it out; `locked`: so that it can be done so.
    """
    plan = _locked_plan(tx, arguments, whole=locked)
    if not isinstance(plan, Plan):
        return plan
    smaller = list(_smaller_buses(plan))
    asking = {cut.bus_id: cut for cut in cuts.open_on(tx, [bus.id for _, bus in smaller])}
    for visit, bus in smaller:
        if visit.state in _OVER or now >= visit.leaves_at:
            return CannotBeMoved(visit)
        if bus.id in asking and (bus.closing or not locked):
            return BeingCut(bus=bus, until=asking[bus.id].asks_until)
        if bus.id in asking:  # a new number of seats has ended it; what it holds is given back at the next tick
            return Busy()
    with tx.begin_nested() as trial:
        # What would be sent hangs on an act; this one goes with the trial.
        act_id = acts.add(
            tx,
            kind=Right.IMPORT,
            subject=_find(tx, ""),
            arguments={},
            author_id=author_id,
            preview={},
            now=now,
            cause=f"trial/{author_id}",
        )
        outcome = _apply(tx, plan, arguments, act_id=act_id, actor=None, cause=None, now=now)
        trial.rollback()
    return outcome


def carry_out(tx: Tx, act: Act, prepared: Importing, *, actor: int, congress: Congress, now: datetime) -> None:
    """Do what was prepared under the locks: the file, then its smaller buses; everybody whom that moves is told."""
    plan = _plan(tx, act.arguments)
    done = _apply(tx, plan, act.arguments, act_id=act.id, actor=actor, cause=_cause(act), now=now)
    assert isinstance(done, Importing)


def _locked_plan(tx: Tx, arguments: Mapping[str, Any], *, whole: bool) -> Plan | OtherProgramme | DoesHarm | Busy:
    """Compare the file with what stands, under the locks of everybody on its smaller buses and of all visits."""
    plan = _plan(tx, arguments)
    known = _people(tx, plan)
    delegates.lock_all(tx, known)
    visits.lock(tx, [visit.id for visit in plan.current.values()])
    plan = _plan(tx, arguments)
    late = sorted(_people(tx, plan) - known)
    if not all(queue.try_lock_delegate(tx, person) for person in late) and whole:
        return Busy()
    stored = congress.stored(tx)
    is_known = stored is not None and stored[0] == arguments["digest"]
    if (
        is_known
        or moves_clocks(plan.standing, arguments["document"])
        or plan.comparison.fingerprint != arguments["seen"]
    ):
        return OtherProgramme()
    if plan.comparison.harms and not plan.comparison.can_be_planned:
        return DoesHarm(plan.comparison)
    return plan


def _plan(tx: Tx, arguments: Mapping[str, Any]) -> Plan:
    last = congress.applied(tx)
    assert last is not None
    current = {visit.key: visit for visit in visits.read_all(tx)}
    return plan_programme(tx, last=last[1], document=arguments["document"], current=current)


def _smaller_buses(plan: Plan) -> Iterator[tuple[Visit, Bus]]:
    known = {bus.label: (visit, bus) for visit in plan.current.values() for bus in visit.buses}
    yield from (known[label] for label in plan.comparison.smaller)


def _people(tx: Tx, plan: Plan) -> set[int]:
    return {person for _, bus in _smaller_buses(plan) for person in people_of(tx, bus.id)}


def _apply(
    tx: Tx,
    plan: Plan,
    arguments: Mapping[str, Any],
    *,
    act_id: int,
    actor: int | None,
    cause: str | None,
    now: datetime,
) -> Importing | TooManyStay | DoesHarm:
    """Apply everything but the smaller buses, let people leave these, then apply the rest."""
    document, wanted = arguments["document"], plan.wanted
    roomy = _with_room(plan)
    change_rows(tx, plan.standing, roomy, plan.current)
    texts = texts_apart(document, wanted)
    write_programme(tx, document, texts=texts, digest=arguments["digest"], actor=actor, cause=cause, now=now)
    meeting = congress.read(tx)
    shrinking: list[Shrinking] = []
    for home, known in _smaller_buses(plan):
        standing = {visit.id: visit for visit in visits.read_all(tx)}
        bus = standing[home.id].bus(known.id)
        assert bus is not None
        fresh = _narrowed(standing, wanted)
        visit = fresh[home.id]
        seats = by_id(wanted["buses"])[bus.label]["seats"]
        prepared = plan_cut(tx, visit, bus, seats, fresh=fresh, may_ask=False, congress=meeting, now=now)
        if isinstance(prepared, TooManyStay):
            return prepared
        withdraw(tx, prepared, act_id=act_id, now=now)
        untold = reseat(tx, prepared, act_id=act_id, now=now)
        let_go(tx, prepared, act_id=act_id, follows={}, now=now)
        shrinking.append(prepared)
        log_cause = None if cause is None else f"{cause}/{bus.label}"
        log_seats(tx, prepared, act_id=act_id, untold=untold, actor=actor, cause=log_cause, now=now)
    current = {visit.key: visit for visit in visits.read_all(tx)}
    if crowded := tuple(_crowded(wanted, plan, current)):
        return DoesHarm(replace(plan.comparison, harms=crowded))
    change_rows(tx, roomy, wanted, current)
    spread(tx, plan, now=now)
    return Importing(shrinking=tuple(shrinking))


def _with_room(plan: Plan) -> Document:
    """Return the file, but the smaller buses as they stand, and the limits of visits of which too much is taken."""
    smaller = set(plan.comparison.smaller)
    crowded = {harm.name for harm in plan.comparison.harms if harm.field == ROOM}
    buses, tables = by_id(plan.standing["buses"]), by_id(plan.standing["visits"])
    return {
        **plan.wanted,
        "buses": [buses[each["id"]] if each["id"] in smaller else each for each in plan.wanted["buses"]],
        "visits": [
            {**each, **{limit: tables[each["id"]][limit] for limit in _LIMITS}} if each["id"] in crowded else each
            for each in plan.wanted["visits"]
        ],
    }


def _narrowed(fresh: Mapping[int, Visit], wanted: Document) -> dict[int, Visit]:
    """Return the visits with the room that the file leaves them: nobody gets a seat that is about to go."""
    tables, buses = by_id(wanted["visits"]), by_id(wanted["buses"])
    return {
        key: replace(
            visit,
            host_limit=tables[visit.key]["capacity"],
            held_back=tables[visit.key]["held_back"],
            buses=tuple(replace(bus, seats=min(bus.seats, buses[bus.label]["seats"])) for bus in visit.buses),
        )
        for key, visit in fresh.items()
    }


def _crowded(wanted: Document, plan: Plan, current: Mapping[str, Visit]) -> Iterator[Harm]:
    """Yield the visits of which more is taken than the file leaves them, also once people have left."""
    tables = by_id(wanted["visits"])
    for name in (harm.name for harm in plan.comparison.harms if harm.field == ROOM):
        room, taken = tables[name]["capacity"] - tables[name]["held_back"], current[name].seats_taken
        if room < taken:
            yield Harm("visit", name, ROOM, taken, room)


def _find(tx: Tx, _name: str) -> str:
    return f"congress:{congress.read(tx).id}"


def _visit_of(tx: Tx, _subject: str, arguments: Mapping[str, Any]) -> Visit:
    """The visit of the first bus that gets smaller: how the news of it begins is shown."""
    every = visits.read_all(tx)
    return next((visit for visit in every if any(bus.label in arguments["buses"] for bus in visit.buses)), every[0])


def _missed(tx: Tx, act: Act) -> tuple[str, ...]:
    labels = act.arguments["buses"]
    buses = [bus.id for visit in visits.read_all(tx) for bus in visit.buses if bus.label in labels]
    return without_telegram(tx, act, buses, causes=[f"{_cause(act)}/{label}" for label in labels])


def _cause(act: Act) -> str:
    return f"act/{act.id}/{act.revision}"


DEED = Deed(kind=Right.IMPORT, find=_find, prepare=prepare, carry_out=carry_out, missed=_missed, visit_of=_visit_of)
