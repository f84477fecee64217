"""One's own data as files: a page that any phone opens, and JSON with every column."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from html import escape
from typing import Any, Final

from bot.language import Language
from bot.services.own_data import OwnData
from bot.texts import own_data as texts
from storage.records import Congress

PAGE: Final = "my-data.html"
JSON: Final = "my-data.json"
_STYLE: Final = (
    "body{font:16px/1.5 sans-serif;max-width:46em;margin:1em auto;padding:0 1em;overflow-wrap:anywhere}"
    "h1{font-size:1.3em}h2{font-size:1.1em;margin:1.5em 0 .3em}ul{padding-left:1.2em;margin:0}"
)


def page(say: Language, data: OwnData, *, congress: Congress) -> bytes:
    """Return the page in the reader's language; what people typed is text in it, nothing runs."""
    title = escape(texts.title(say, data, congress=congress))
    body = "".join(_section(heading, lines) for heading, lines in texts.sections(say, data, congress=congress))
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>'
    return _as_bytes(
        f'<!DOCTYPE html><html lang="{say.code}"><head>{head}<style>{_STYLE}</style></head>'
        f"<body><h1>{title}</h1>{body}</body></html>"
    )


def _section(heading: str, lines: Sequence[str]) -> str:
    items = "".join(f'<li dir="auto">{escape(line)}</li>' for line in lines)
    return f"<h2>{escape(heading)}</h2><ul>{items}</ul>"


def as_json(data: OwnData, *, congress: Congress) -> bytes:
    """Return every row about the person by table, moments in UTC, with the titles of the visits."""
    whole: Mapping[str, Any] = {
        "congress": congress.id,
        "taken_at": data.taken_at,
        "visits": {visit.key: {"id": visit.id, "title": visit.title} for visit in data.visits.values()},
        **data.rows,
    }
    return _as_bytes(json.dumps(whole, ensure_ascii=False, indent=1, default=_as_text))


def _as_text(value: object) -> str:
    assert isinstance(value, datetime), value
    return value.isoformat()


def _as_bytes(text: str) -> bytes:
    """Half an emoji, which JSON can spell and no file can hold, is a question mark: the rest is told all the same."""
    return text.encode(errors="replace")
