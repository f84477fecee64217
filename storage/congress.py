"""The congress this database is about: one row, the event file as it was last applied."""

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, insert, select, update

from storage.records import (
    BookingRules,
    City,
    ClockSpan,
    Congress,
    Contacts,
    Library,
    MeetingPoint,
    OfferRules,
    Privacy,
    ReminderRule,
    Words,
)
from storage.tables import congress
from storage.turns import take_turn

PUSHES_A_DAY = 5
"""Of an event file that was applied before there was a limit."""

Document = Mapping[str, Any]
"""An event file as JSON: `ProgrammeFile.model_dump(mode="json")`."""
Texts = Mapping[str, Words]
"""What stands in the place of a document's words, by their path in it, such as libraries/nab/name or contacts/desk."""


def read(tx: Connection) -> Congress:
    """Return the congress; a programme must have been applied before."""
    row = tx.execute(select(congress.c.version, congress.c.document, congress.c.texts)).one()
    return from_document(with_texts(row.document, row.texts or {}), version=row.version)


def applied(tx: Connection) -> tuple[str, Document] | None:
    """Return digest and document of the event file applied last, or None in a new database.

    Nobody else applies one until this transaction ends: of two that start at once, the second finds it applied.
    """
    take_turn(tx)
    return stored(tx)


def stored(tx: Connection) -> tuple[str, Document] | None:
    """Return the same as `applied` to somebody who only looks: another file may be applied right after."""
    row = tx.execute(select(congress.c.digest, congress.c.document)).one_or_none()
    return None if row is None else (row.digest, row.document)


def version(tx: Connection) -> int:
    """Return the version of the programme, which rises with each file that is applied."""
    return int(tx.execute(select(congress.c.version)).scalar_one())


def texts(tx: Connection) -> Texts:
    """Return what organizers have written in the place of the event file's words; a visit's own are in its row."""
    return dict(tx.execute(select(congress.c.texts)).scalar_one() or {})


def put(tx: Connection, document: Document, *, texts: Texts, digest: str, now: datetime) -> None:
    """Make this the event file of the database, with what stands in the place of its words."""
    columns = {"document": document, "texts": dict(texts), "digest": digest, "loaded_at": now}
    changed = tx.execute(update(congress).values(version=congress.c.version + 1, **columns))
    if not changed.rowcount:
        tx.execute(insert(congress).values(id=document["event"]["id"], version=1, **columns))


def put_text(tx: Connection, path: str, words: Words) -> None:
    """Let these words stand at that path from now on. Whoever writes has the turn."""
    kept = {**texts(tx), path: dict(words)}
    tx.execute(update(congress).values(texts=kept, version=congress.c.version + 1))


def with_texts(document: Document, texts: Texts) -> Document:
    """Return the document with these words in the place of its own; a path that it does not have is left out."""
    whole = dict(document)
    for path, words in texts.items():
        section, *middle, field = path.split("/")
        if not middle:
            whole[section] = {**whole[section], field: words}
        else:
            whole[section] = [
                {**table, field: words} if table["id"] == middle[0] else table for table in whole[section]
            ]
    return whole


def from_document(document: Document, *, version: int) -> Congress:
    """Turn a stored event file into the record the rooms read."""
    event, rules = document["event"], document["rules"]
    offset = event["utc_offset"]
    hours, minutes = int(offset[1:3]), int(offset[4:6])
    venue_city = document["venue"]["city"]
    return Congress(
        id=event["id"],
        version=version,
        name=event["name"],
        zone=event["timezone"],
        zone_city=next(city["name"] for city in document["cities"] if city["id"] == venue_city),
        utc_offset=timedelta(hours=hours, minutes=minutes) * (-1 if offset[0] == "-" else 1),
        visits_on=date.fromisoformat(event["visits_date"]),
        languages=tuple(event["languages"]),
        sample_note=event["sample_note"] if event["sample"] else None,
        rules=_booking_rules(rules),
        offers=_offer_rules(rules["offers"]),
        quiet_hours=_clock_span(rules["quiet_hours"]),
        pushes_a_day=rules.get("pushes_a_day", PUSHES_A_DAY),
        feedback_after=_feedback_after(rules.get("feedback")),
        reminders=tuple(_reminder_rule(rule) for rule in rules["reminders"]),
        contacts=Contacts(**document["contacts"]),
        privacy=_privacy(document["privacy"]),
        attribution=document["attribution"]["text"],
        cities={city["id"]: _city(city) for city in document["cities"]},
        libraries={library["id"]: _library(library) for library in document["libraries"]},
        meeting_points={
            point["id"]: MeetingPoint(
                id=point["id"],
                name=point["name"],
                latitude=point["lat"],
                longitude=point["lon"],
                verified=point["location_verified"],
            )
            for point in document["meeting_points"]
        },
        tags=_names(document["tags"]),
        kinds=_names(document["library_kinds"]),
    )


def _names(tables: list[Document]) -> dict[str, Words]:
    return {table["id"]: table["name"] for table in tables}


def _privacy(table: Document) -> Privacy:
    retention_until = date.fromisoformat(table["retention_until"])
    names_until = table.get("names_until")  # an older file does not have it
    return Privacy(
        version=table["version"],
        notice=table["notice"],
        policy=table["policy"],
        retention_until=retention_until,
        names_until=date.fromisoformat(names_until) if names_until else retention_until,
    )


def _city(table: Document) -> City:
    return City(id=table["id"], name=table["name"], locative=table["locative"], travel=table["travel"])


def _library(table: Document) -> Library:
    kept = ("id", "city", "kind", "name", "short", "address", "description", "wheelchair", "website")
    return Library(**{key: table[key] for key in kept})


def _booking_rules(table: Document) -> BookingRules:
    return BookingRules(
        opens_at=datetime.fromisoformat(table["booking_opens"]),
        closes_at=datetime.fromisoformat(table["booking_closes"]),
        party_size=table["seats_per_booking"],
        most_half_days=table["max_half_day_visits"],
        most_full_days=table["max_full_day_visits"],
        changeover_minutes_same_point=table["changeover_minutes"]["same_point"],
        changeover_minutes_other_point=table["changeover_minutes"]["other_point"],
        filling_share=table["filling_share"],
        doors_close_minutes=table["doors_close_minutes_before"],
        registered_only=table.get("registered_only", False),  # an older file does not have it
    )


def _offer_rules(table: Document) -> OfferRules:
    hold = table["hold"]
    return OfferRules(
        deadlines=tuple(
            (timedelta(hours=each["more_than_hours_left"]), timedelta(minutes=each["answer_minutes"]))
            for each in table["deadlines"]
        ),
        clock_stops=_clock_span(table["clock_stops"]),
        never_past=timedelta(minutes=table["never_past_minutes_before"]),
        promotion_ends=timedelta(minutes=table["promotion_ends_minutes_before"]),
        hold_ends_before=timedelta(minutes=hold["ends_minutes_before"]),
        hold_morning_until=time.fromisoformat(hold["morning_until"]),
        hold_evening=time.fromisoformat(hold["evening_before"]),
    )


def _clock_span(table: Document) -> ClockSpan:
    return ClockSpan(start=time.fromisoformat(table["start"]), end=time.fromisoformat(table["end"]))


def _feedback_after(table: Document | None) -> timedelta | None:
    return None if table is None else timedelta(minutes=table["minutes_after_return"])


def _reminder_rule(table: Document) -> ReminderRule:
    return ReminderRule(
        id=table["id"],
        evening_at=time.fromisoformat(table["evening_at"]) if table["evening_at"] else None,
        minutes_before=table["minutes_before"],
        grace=timedelta(minutes=table["grace_minutes"]),
    )
