"""What pydantic says about an event file, in an organiser's words: wrong types, unknown and missing keys."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args, get_origin

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from storage.programme_file.congress import ProgrammeFile
from storage.programme_file.faults import Finding
from storage.programme_file.lines import Path
from storage.programme_file.values import Record

_KINDS = {
    "string_type": "a text in quotes",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "date_type": "a date such as 2025-08-22",
    "datetime_type": "a moment with its offset, such as 2025-08-22T09:00:00+05:00",
    "tuple_type": "a list in [ ]",
    "mapping_type": "a table with one text for each language",
    "dict_type": "a table with one text for each language",
    "model_type": "a table with keys of its own",
    "model_attributes_type": "a table with keys of its own",
}

_PATTERNS = {
    "id": "use 1 to 24 of a-z, 0-9 and -",
    "bus": "use 1 to 12 of A-Z, a-z, 0-9 and -",
    "utc_offset": 'write it like "+05:00"',
    "language": 'write a language code such as "kk"',
}


def shape_findings(error: ValidationError, raw: Mapping[str, Any]) -> Iterator[Finding]:
    """Every fault of shape. A key that is misspelt is one fault, not an unknown key and a missing one."""
    details = error.errors(include_url=False)
    guesses = {
        guess
        for detail in details
        if detail["type"] == "extra_forbidden" and (guess := _meant(detail["loc"], raw)) is not None
    }
    for detail in details:
        if detail["type"] == "missing" and detail["loc"] in guesses:
            continue
        if detail["type"] == "too_short" and detail["input"]:
            # Pydantic counts the elements that are well: a list with one wrong element names 0.
            continue
        yield _finding(detail, raw)


def _finding(detail: ErrorDetails, raw: Mapping[str, Any]) -> Finding:
    path, value = detail["loc"], detail["input"]
    context = detail.get("ctx", {})
    key = str(path[-1])
    match detail["type"]:
        case "extra_forbidden":
            meant = _meant(path, raw)
            known = ", ".join(_fields(path[:-1]))
            mend = f"write {meant[-1]}" if meant else f"take it out; the keys known here are {known}"
            return Finding(path, f"{key} is not a key that the bot knows", mend)
        case "missing":
            return Finding(path, f"{key} is missing", f"add {_as_written(path)}")
        case "string_too_short" if not _stands(path, raw):
            return Finding(path, f"there are no words in {key}", f'add {key} = "…", written in that language')
        case "string_too_short":
            return Finding(path, f"{key} is empty", "write the text")
        case "string_too_long":
            longest = context["max_length"]
            return Finding(path, f"{len(value)} characters are too long", f"shorten it to {longest}")
        case "unspoken":
            mend = "take it out, or add the language to event.languages"
            return Finding(path[:-1], detail["msg"], mend)
        case "string_pattern_mismatch":
            return Finding(path, f'"{value}" does not fit', _PATTERNS[_pattern_name(path)])
        case "clock_time":
            return Finding(path, f"{value!r} is not a clock time", 'write it like "18:00"')
        case "timezone_aware":
            return Finding(path, f"{value} has no UTC offset", f"write {value.isoformat()} with it, such as +05:00")
        case "literal_error":
            return Finding(path, f"{value!r} is not known here", f"write {context['expected']}")
        case "too_short":
            return Finding(path, f"{key} is empty", "name at least one")
        case "too_long":
            return Finding(path, f"{key} names {len(value)}", f"name at most {context['max_length']}")
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            limit = detail["msg"].removeprefix("Input should be ")
            return Finding(path, f"{key} is {value}", f"write a number {limit}")
        case kind if kind in _KINDS:
            return Finding(path, f"{value!r} is of the wrong kind", f"write {_KINDS[kind]}")
        case _:
            return Finding(path, detail["msg"], "write it as the shipped event file does")


def _stands(path: Path, raw: Any) -> bool:
    for part in path:
        if isinstance(raw, dict) and part not in raw:
            return False
        raw = raw[part]
    return True


def _pattern_name(path: Path) -> str:
    match path:
        case ("buses", int(), "id"):
            return "bus"
        case (*_, "utc_offset"):
            return "utc_offset"
        case (*_, "default_language") | (*_, "languages" | "guide_languages", int()):
            return "language"
        case _:
            return "id"


def _meant(path: Path, raw: Mapping[str, Any]) -> Path | None:
    """The key that the unknown one at `path` was meant to be: the nearest that does not stand there yet."""
    free = [name for name in _fields(path[:-1]) if not _stands((*path[:-1], name), raw)]
    nearest = get_close_matches(str(path[-1]), free, n=1, cutoff=0.75)
    return (*path[:-1], nearest[0]) if nearest else None


def _fields(path: Path) -> dict[str, FieldInfo]:
    """The keys known in the table at `path`."""
    record: type[Record] = ProgrammeFile
    for part in path:
        if isinstance(part, str):
            inner = _record_in(record.model_fields[part].annotation)
            assert inner is not None, path
            record = inner
    return record.model_fields


def _as_written(path: Path) -> str:
    """How the key at `path` begins in the text: `[visits.title]`, `[[cities]]` or `seats = …`."""
    annotation = _fields(path[:-1])[str(path[-1])].annotation
    header = ".".join(part for part in path if isinstance(part, str))
    if get_origin(annotation) is Mapping:
        return f"[{header}] with the words in each language"
    if _record_in(annotation):
        return f"[[{header}]]" if get_origin(annotation) is tuple else f"[{header}]"
    return f"{path[-1]} = …"


def _record_in(annotation: Any) -> type[Record] | None:
    if isinstance(annotation, type) and issubclass(annotation, Record):
        return annotation
    return next((record for part in get_args(annotation) if (record := _record_in(part))), None)
