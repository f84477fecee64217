"""Tables of the event file, as JSON, become columns of the database."""

from datetime import datetime
from typing import Any

from storage.congress import Document


def by_id(tables: list[Document]) -> dict[str, Document]:
    """Return the tables of a list by their ids."""
    return {table["id"]: table for table in tables}


def visit_columns(document: Document, table: Document, position: int) -> dict[str, Any]:
    """Return the columns of a visit. It leaves with its earliest bus that is no transfer, else at its own start."""
    libraries = by_id(document["libraries"])
    departures = [
        moment(bus["departs"]) for bus in document["buses"] if bus["visit"] == table["id"] and not bus["transfer"]
    ]
    details = {
        **{key: table[key] for key in ("slot", "mode", "title", "about", "bring", "payment", "stops", "tags")},
        **{key: table[key] for key in ("meeting_point", "guide_languages", "price_eur")},
        "needs_id": table["needs_passport"] or any(libraries[stop]["needs_passport"] for stop in table["stops"]),
        "lunch": table["lunch_included"],
        "tentative": table["status"] == "tentative",
        "names_final": table["names_final"],
        "registered_only": table.get("registered_only"),
    }
    return {
        "position": position,
        "city": table["city"],
        "leaves_at": min(departures, default=moment(table["start"])),
        "returns_at": moment(table["end"]),
        "opens_at": moment(table["booking_opens"]) if table["booking_opens"] else None,
        "closes_at": moment(table["booking_closes"]) if table["booking_closes"] else None,
        "host_limit": table["capacity"],
        "held_back": table["held_back"],
        "details": details,
    }


def bus_columns(table: Document) -> dict[str, Any]:
    """Return the columns of a bus but for its label and its visit."""
    return {
        "kind": table["kind"],
        "seats": table["seats"],
        "wheelchair_places": table["wheelchair_places"],
        "boards_at": moment(table["boarding"]),
        "departs_at": moment(table["departs"]),
        "bay": table["bay"],
        "plate": table["plate"],
        "transfer": table["transfer"],
    }


def moment(text: str) -> datetime:
    """Return the moment that the file writes so."""
    return datetime.fromisoformat(text)
