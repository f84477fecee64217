"""The event file comes into the database: whole at first, later only where no booking is harmed."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.services.cards import renew_visit
from bot.services.programme_changes import MOVES_TRAVELLERS, Comparison, Harm, compare
from bot.services.programme_now import merged, stand, texts_apart
from bot.services.programme_rows import bus_columns, by_id, visit_columns
from bot.services.promotion import promote
from storage import Tx, congress, log, visits
from storage.congress import Document, Texts
from storage.programme_file import ProgrammeFile
from storage.records import Visit, VisitState

PROGRAMME = "programme"
"""What the log calls it when an event file was applied."""
_ON_EVERY_TICKET = ("meeting_points", "libraries", "cities", "contacts")


@dataclass(frozen=True, slots=True)
class Unchanged:
    """The file is the one applied last."""


@dataclass(frozen=True, slots=True)
class Applied:
    """The file is in the database; `first` when it was empty before."""

    first: bool


@dataclass(frozen=True, slots=True)
class Harmful:
    """Nothing was applied."""

    harms: tuple[Harm, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a file is compared with before it is applied, and what came of it."""

    last: Document
    standing: Document
    wanted: Document
    current: Mapping[str, Visit]
    comparison: Comparison


def apply_programme(tx: Tx, *, file: ProgrammeFile, digest: str, now: datetime) -> Unchanged | Applied | Harmful:
    """Bring the event file of the settings into the database, or say what it would harm.

    `digest` identifies the file's text: the one applied last does nothing, nor does the one that the last start
    brought, since organizers may have imported another after it. Of a changed file only what changed against the
    last one is applied, so what organizers set meanwhile (a delay, other seats) stays.
    """
    document = file.model_dump(mode="json")
    previous = congress.applied(tx)
    if previous is None:
        for position, table in enumerate(document["visits"]):
            _add_visit(tx, document, table, position)
        write_programme(tx, document, texts={}, digest=digest, actor=None, cause=None, now=now)
        return Applied(first=True)
    brought = log.last(tx, action=PROGRAMME, actor=None)
    if digest == previous[0] or (brought is not None and brought.get("digest") == digest):
        return Unchanged()
    current = visits.lock(tx, [visit.id for visit in visits.read_all(tx)])
    plan = plan_programme(
        tx, last=previous[1], document=document, current={visit.key: visit for visit in current.values()}
    )
    if plan.comparison.harms:
        return Harmful(plan.comparison.harms)
    carry_out(tx, plan, document, digest=digest, actor=None, cause=None, now=now)
    return Applied(first=False)


def plan_programme(tx: Tx, *, last: Document, document: Document, current: Mapping[str, Visit]) -> Plan:
    """Compare what stands with a file. Who carries it out has the turn (`congress.applied`) and locks the visits."""
    whole, standing = stand(tx, last)
    wanted = merged(whole, standing, document)
    comparison = compare(tx, whole, standing, wanted, current)
    return Plan(last=whole, standing=standing, wanted=wanted, current=current, comparison=comparison)


def carry_out(
    tx: Tx, plan: Plan, document: Document, *, digest: str, actor: int | None, cause: str | None, now: datetime
) -> None:
    """Apply a file that harms nobody: rows, the tickets that say something else now, seats for those who wait."""
    change_rows(tx, plan.standing, plan.wanted, plan.current)
    texts = texts_apart(document, plan.wanted)
    write_programme(tx, document, texts=texts, digest=digest, actor=actor, cause=cause, now=now)
    spread(tx, plan, now=now)


def spread(tx: Tx, plan: Plan, *, now: datetime) -> None:
    """Let tickets say what has changed, and offer to those who wait what is free now; the file has been applied."""
    everywhere = any(plan.standing[section] != plan.wanted[section] for section in _ON_EVERY_TICKET)
    _renew_tickets(tx, plan.current, all_of_them=everywhere, now=now)
    fresh = congress.read(tx)
    for visit in visits.read_all(tx):
        if visit.waiting:
            promote(tx, visit.id, congress=fresh, now=now)


def write_programme(
    tx: Tx,
    document: Document,
    *,
    texts: Texts,
    digest: str,
    actor: int | None,
    cause: str | None,
    now: datetime,
) -> None:
    """Keep the file as the one applied last, and log who brought it; None is the start of a process."""
    congress.put(tx, document, texts=texts, digest=digest, now=now)
    log.write(
        tx,
        at=now,
        actor=actor,
        action=PROGRAMME,
        subject=f"congress:{document['event']['id']}",
        after={"digest": digest},
        outcome={"digest": digest},
        cause=cause,
    )


def change_rows(tx: Tx, old: Document, new: Document, current: Mapping[str, Visit]) -> None:
    """Bring visits and buses from one document to another; `current` are the visits by their keys, locked."""
    before, wanted = by_id(old["visits"]), by_id(new["visits"])
    for key, visit in current.items():  # what goes, first: a bus's label may stand on another visit now
        if key in wanted:
            _take_buses_out(tx, new, visit)
        else:
            visits.remove_visit(tx, visit.id)
    for position, table in enumerate(new["visits"]):
        known = current.get(table["id"])
        if known is None:
            _add_visit(tx, new, table, position)
            continue
        _apply_buses(tx, old, new, known)
        previous = before[known.key]
        columns = _differences(
            visit_columns(old, previous, old["visits"].index(previous)), visit_columns(new, table, position)
        )
        if previous["closed"] != table["closed"] and known.state in (VisitState.OPEN, VisitState.CLOSED):
            columns["state"] = _state(table)
        must_hear = any(previous[field] != table[field] for field in MOVES_TRAVELLERS)
        _apply_visit(tx, known, columns, must_hear=must_hear)


def _renew_tickets(tx: Tx, before: Mapping[str, Visit], *, all_of_them: bool, now: datetime) -> None:
    """Let the tickets of what has changed say so: other words, or a bus whose passengers are not harmed."""
    for visit in visits.read_some(tx, [visit.id for visit in before.values() if visit.seats_taken]).values():
        if all_of_them or _without_counts(visit) != _without_counts(before[visit.key]):
            renew_visit(tx, visit, now=now)


def _without_counts(visit: Visit) -> Visit:
    """Return the visit as tickets tell of it: how many seats are taken is not on them."""
    buses = tuple(replace(bus, seats_taken=0, wheelchairs_taken=0) for bus in visit.buses)
    return replace(visit, seats_taken=0, waiting=0, buses=buses)


def _take_buses_out(tx: Tx, new: Document, visit: Visit) -> None:
    staying = {table["id"] for table in new["buses"] if table["visit"] == visit.key}
    for bus in visit.buses:
        if bus.label not in staying:
            visits.remove_bus(tx, bus.id)


def _apply_buses(tx: Tx, old: Document, new: Document, visit: Visit) -> None:
    before = by_id(old["buses"])
    known = {bus.label: bus for bus in visit.buses}
    for table in new["buses"]:
        if table["visit"] != visit.key:
            continue
        bus, columns = known.get(table["id"]), bus_columns(table)
        if bus is None:
            visits.add_bus(tx, {"visit_id": visit.id, "label": table["id"], **columns})
        elif changed := _differences(bus_columns(before[bus.label]), columns):
            visits.change_bus(tx, bus.id, roster_up=True, **changed)


def _apply_visit(tx: Tx, known: Visit, columns: dict[str, Any], *, must_hear: bool) -> None:
    """Set what differs. A visit leaves with its earliest bus as that stands by now, delayed or not.

    Its version rises only with what travellers must hear of: a message about a move would be taken for outdated.
    """
    fresh = visits.read(tx, known.id)
    assert fresh is not None
    departures = [bus.departs_at for bus in fresh.buses if not bus.transfer]
    leaves_at = min(departures, default=columns.get("leaves_at", known.leaves_at))
    must_hear = must_hear or leaves_at != known.leaves_at
    columns = {**columns, "leaves_at": leaves_at}
    visits.change_visit(tx, known.id, version_up=must_hear, **columns)


def _add_visit(tx: Tx, document: Document, table: Document, position: int) -> None:
    visit_id = visits.add_visit(
        tx, {"key": table["id"], "state": _state(table), **visit_columns(document, table, position)}
    )
    for bus in document["buses"]:
        if bus["visit"] == table["id"]:
            visits.add_bus(tx, {"visit_id": visit_id, "label": bus["id"], **bus_columns(bus)})


def _state(table: Document) -> VisitState:
    return VisitState.CLOSED if table["closed"] else VisitState.OPEN


def _differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in after.items() if before[key] != value}
