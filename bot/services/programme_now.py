"""The event file as things stand: the one applied last, with what organizers have changed since.

Three are compared, as with a merge of texts: the last file, what stands, and the new file. A value of the new file
that equals the last file's has not been touched by whoever wrote it, so what organizers set stays; one that equals what
stands is no change either. So an export changes nothing, and an older copy with other words changes the words alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

from bot.services.programme_rows import by_id, moment, visit_columns
from storage import Tx, congress, visits
from storage.congress import Document, Texts, with_texts
from storage.programme_file import from_document
from storage.records import Bus, Visit, VisitState, Words

_LISTED = ("visits", "buses", "libraries", "meeting_points")
_TABLES = ("event", "contacts")
"""In these organizers write texts too (`congress.texts`)."""


def stand(tx: Tx, last: Document) -> tuple[Document, Document]:
    """Return the last event file with every key that is known by now, and the same as things stand."""
    whole = from_document(last).model_dump(mode="json")
    return whole, as_it_stands(with_texts(whole, congress.texts(tx)), visits.read_all(tx))


def as_it_stands(last: Document, known: Sequence[Visit]) -> Document:
    """Return the event file with the times, texts, seats, bays and plates of these visits; what is gone is not in it.

    A visit that is not open counts as closed: the file has no other word for it.
    """
    zone = _zone(last)
    current = {visit.key: visit for visit in known}
    tables = [
        {**table, **_visit_now(last, table, current[table["id"]], zone)}
        for table in last["visits"]
        if table["id"] in current
    ]
    running = {bus.label: (visit.key, bus) for visit in known for bus in visit.buses}
    written = by_id(last["buses"])
    labels = [*(label for label in written if label in running), *(label for label in running if label not in written)]
    buses = [{**written.get(label, {"id": label}), **_bus_now(*running[label], zone)} for label in labels]
    return {**last, "visits": tables, "buses": buses}


def merged(last: Document, standing: Document, new: Document) -> Document:
    """Return the new event file, in which everything that it does not change is as it stands."""
    listed = {name: list(_merged(last, standing, new, name)) for name in _LISTED}
    tables = {name: _kept_table(last[name], standing[name], new[name]) for name in _TABLES}
    return {**new, **listed, **tables}


def texts_apart(document: Document, standing: Document) -> Texts:
    """Return the words outside of visits that stand otherwise than in this document (`congress.put`)."""
    apart: dict[str, Words] = {}
    for name in ("libraries", "meeting_points"):
        for key, table in by_id(standing[name]).items():
            written = by_id(document[name])[key]
            apart |= {f"{name}/{key}/{field}": words for field, words in table.items() if words != written[field]}
    for name in _TABLES:
        apart |= {f"{name}/{field}": words for field, words in standing[name].items() if words != document[name][field]}
    return apart


def rewritten_texts(last: Document, standing: Document, wanted: Document) -> Iterator[str]:
    """Yield each text of organizers that would be another, such as "nab-am title kk" or "libraries/nab name ru"."""
    for name in ("visits", "libraries", "meeting_points"):
        before, known, after = by_id(last[name]), by_id(standing[name]), by_id(wanted[name])
        for key in (key for key in after if key in known and key in before):
            subject = key if name == "visits" else f"{name}/{key}"
            yield from _rewritten(subject, before[key], known[key], after[key])
    for name in _TABLES:
        yield from _rewritten(name, last[name], standing[name], wanted[name])


def _rewritten(subject: str, last: Document, standing: Document, wanted: Document) -> Iterator[str]:
    for field, words in wanted.items():
        written, known, after = (_words(each) for each in (last.get(field), standing.get(field), words))
        for code in sorted(written.keys() | known.keys() | after.keys()):
            if written.get(code) != known.get(code) != after.get(code):
                yield f"{subject} {field} {code}"


def _words(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _merged(last: Document, standing: Document, new: Document, listed: str) -> Iterator[Document]:
    before, known, wanted = by_id(last[listed]), by_id(standing[listed]), by_id(new[listed])
    for key, table in wanted.items():
        if key in known:
            yield _kept_table(before.get(key, {}), known[key], table)
        elif key not in before:  # else organizers have taken it out, and the file does not bring it back
            yield table
    yield from (table for key, table in known.items() if key not in wanted and key not in before)


def _kept_table(former: Document, known: Document, wanted: Document) -> Document:
    return {field: _kept(former.get(field), known.get(field), value) for field, value in wanted.items()}


def _kept(former: Any, known: Any, value: Any) -> Any:
    """What stands, where the file says what it said; of words each language by itself."""
    if value == former:
        return known
    if isinstance(value, Mapping) and isinstance(former, Mapping) and isinstance(known, Mapping):
        return {code: _kept(former.get(code), known.get(code), text) for code, text in value.items()}
    return value


def _visit_now(last: Document, table: Document, visit: Visit, zone: timezone) -> dict[str, Any]:
    columns = visit_columns(last, table, 0)
    shift = visit.leaves_at - columns["leaves_at"]
    room = visit.host_limit
    if visit.buses:
        room = min(room, sum(bus.seats for bus in visit.buses))
    return {
        "start": _written(moment(table["start"]) + shift, zone) if shift else table["start"],
        "end": table["end"] if visit.returns_at == columns["returns_at"] else _written(visit.returns_at, zone),
        "capacity": visit.host_limit,
        "held_back": min(visit.held_back, room),  # more than there is cannot be written
        "closed": visit.state is not VisitState.OPEN,
        **{field: getattr(visit, field) for field in ("title", "about", "bring", "payment")},
    }


def _bus_now(visit: str, bus: Bus, zone: timezone) -> dict[str, Any]:
    return {
        "visit": visit,
        "kind": bus.kind,
        "seats": bus.seats,
        "wheelchair_places": bus.wheelchair_places,
        "bay": bus.bay,
        "plate": bus.plate,
        "transfer": bus.transfer,
        "boarding": _written(bus.boards_at, zone),
        "departs": _written(bus.departs_at, zone),
    }


def _zone(document: Document) -> timezone:
    sign, hours, minutes = (document["event"]["utc_offset"][part] for part in (slice(1), slice(1, 3), slice(4, 6)))
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(-offset if sign == "-" else offset)


def _written(at: datetime, zone: timezone) -> str:
    return at.astimezone(zone).isoformat()
