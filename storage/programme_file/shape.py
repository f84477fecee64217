"""What pydantic says about an event file, in an organiser's words: wrong types, unknown and missing keys."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, Final, get_args, get_origin

import tomli_w
from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from storage.programme_file.congress import ProgrammeFile
from storage.programme_file.faults import Finding, Said, said
from storage.programme_file.lines import Path
from storage.programme_file.values import Record

_KINDS = {
    "string_type": said("write a text in quotes"),
    "int_type": said("write a whole number"),
    "int_from_float": said("write a whole number"),
    "float_type": said("write a number"),
    "bool_type": said("write true or false"),
    "date_type": said("write a date such as {example}", example="2025-08-22"),
    "datetime_type": said("write a moment with its offset, such as {example}", example="2025-08-22T09:00:00+05:00"),
    "tuple_type": said("write a list in [ ]"),
    "mapping_type": said("write a table with one text for each language"),
    "dict_type": said("write a table with one text for each language"),
    "model_type": said("write a table with keys of its own"),
    "model_attributes_type": said("write a table with keys of its own"),
}

_LONGEST_VALUE: Final = 40

_PATTERNS = {
    "id": said("use 1 to {most} of {signs}", most=24, signs="a-z 0-9 -"),
    "bus": said("use 1 to {most} of {signs}", most=12, signs="A-Z a-z 0-9 -"),
    "utc_offset": said("write it like {example}", example='"+05:00"'),
    "language": said("write a language code such as {example}", example='"kk"'),
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
            if meant:
                mend = said("write {value}", value=meant[-1])
            else:
                known = ", ".join(_fields(path[:-1]))
                mend = said("take it out; the keys known here are {known}", known=known)
            return Finding(path, said("{key} is not a key that the bot knows", key=key), mend)
        case "missing":
            return Finding(path, said("{key} is missing", key=key), said("add {setting}", setting=_as_written(path)))
        case "string_too_short" if not _stands(path, raw):
            mend = said("add {setting}, written in that language", setting=f'{key} = "…"')
            return Finding(path, said("there are no words in {key}", key=key), mend)
        case "string_too_short":
            return Finding(path, said("{key} is empty", key=key), said("write the text"))
        case "string_too_long":
            problem = said("too long: {n} characters", n=len(value))
            return Finding(path, problem, said("shorten it to {limit}", limit=context["max_length"]))
        case "unspoken":
            problem = said("{code} is not one of the event’s languages ({known})", **context)
            return Finding(path[:-1], problem, said("take it out, or add the language to {key}", key="event.languages"))
        case "string_pattern_mismatch":
            return Finding(
                path, said("“{value}” does not fit", value=_beginning(value)), _PATTERNS[_pattern_name(path)]
            )
        case "clock_time":
            problem = said("{value} is not a clock time", value=_in_toml(value))
            return Finding(path, problem, said("write it like {example}", example='"18:00"'))
        case "timezone_aware":
            problem = said("{moment} has no UTC offset", moment=value)
            mend = said("write {moment} with it, such as {example}", moment=value.isoformat(), example="+05:00")
            return Finding(path, problem, mend)
        case "literal_error":
            problem = said("{value} is not known here", value=_in_toml(value))
            return Finding(path, problem, said("write one of {known}", known=_choices(context["expected"])))
        case "too_short":
            return Finding(path, said("{key} is empty", key=key), said("name at least one"))
        case "too_long":
            problem = said("{key} names {n}", key=key, n=len(value))
            return Finding(path, problem, said("name at most {limit}", limit=context["max_length"]))
        case "greater_than" | "greater_than_equal" | "less_than" | "less_than_equal":
            return Finding(path, said("{key} is {value}", key=key, value=_in_toml(value)), _bound(context))
        case kind if kind in _KINDS:
            return Finding(path, said("{value} is of the wrong kind", value=_in_toml(value)), _KINDS[kind])
        case _:
            # Translators: {reason} is English, from the reader of such files.
            problem = said("it does not fit here: {reason}", reason=detail["msg"])
            return Finding(path, problem, said("write it as the shipped event file does"))


def _in_toml(value: object) -> str:
    """Return a value of the file as TOML has it, with its beginning only where it is long."""
    match value:
        case Mapping():
            return "{ … }"
        case list():
            return "[ … ]"
        case _:
            return _beginning(tomli_w.dumps({"value": value}).removeprefix("value = ").strip())


def _beginning(text: str) -> str:
    return text if len(text) <= _LONGEST_VALUE else f"{text[:_LONGEST_VALUE]}…"


def _bound(context: Mapping[str, Any]) -> Said:
    match context:
        case {"gt": limit}:
            return said("write more than {limit}", limit=limit)
        case {"ge": limit}:
            return said("write at least {limit}", limit=limit)
        case {"lt": limit}:
            return said("write less than {limit}", limit=limit)
        case _:
            return said("write at most {limit}", limit=context["le"])


def _choices(expected: str) -> str:
    """Pydantic says 'bus' or 'walk'; the word between is English, and our files have other quotes."""
    return expected.replace(" or ", ", ").replace("'", '"')


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
