"""From the text of an event file to a checked `ProgrammeFile`, or to every fault in it."""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from storage.programme_file.checks import sense_findings
from storage.programme_file.congress import ProgrammeFile
from storage.programme_file.faults import Fault, Finding, on_line, said
from storage.programme_file.lines import Lines
from storage.programme_file.shape import shape_findings
from storage.programme_file.syntax import in_our_words
from storage.programme_file.written import Table


def read_programme(text: str, *, source: str) -> ProgrammeFile | list[Fault]:
    """Give the programme, or every fault at once in the order of the text.

    `source` is the file's name, for the places. What is no TOML at all is one fault, since nothing else can
    be read then.
    """
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_syntax_fault(str(error), text=text, source=source)]
    except (ValueError, RecursionError):
        return [_beyond_reading(text, source=source)]
    if _holds_nul(raw):
        return [_nul_fault(text, source=source)]
    try:
        programme = ProgrammeFile.model_validate(raw, context=_languages(raw))
        shape: Iterator[Finding] = iter(())
    except ValidationError as error:
        programme = None
        shape = shape_findings(error, raw)
    findings = [*shape, *sense_findings(Table(raw))]
    if programme is not None and not findings:
        return programme
    lines = Lines(text)
    findings.sort(key=lambda finding: lines.line_of(finding.path))
    return [finding.fault(raw, lines=lines, source=source) for finding in findings]


def _languages(raw: Mapping[str, Any]) -> list[str] | None:
    return [code for _, code in Table(raw).table("event").texts("languages")] or None


def _syntax_fault(message: str, *, text: str, source: str) -> Fault:
    place = re.search(r" \(at (?:line (\d+)|end of document).*\)$", message)
    line = int(place[1]) if place and place[1] else text.count("\n") + 1
    problem, mend = in_our_words(message[: place.start()] if place else message)
    return Fault(place=on_line(source, line), problem=problem, mend=mend)


def _holds_nul(value: object) -> bool:
    """Say whether a text within has the one sign that TOML can spell and PostgreSQL cannot hold."""
    match value:
        case str():
            return "\0" in value
        case dict():
            return any(map(_holds_nul, value.values()))
        case list():
            return any(map(_holds_nul, value))
        case _:
            return False


def _nul_fault(text: str, *, source: str) -> Fault:
    lines = (number for number, row in enumerate(text.split("\n"), 1) if re.search(r"\\(u0000|U00000000)", row))
    problem, mend = in_our_words("Illegal character")
    return Fault(place=on_line(source, next(lines)), problem=problem, mend=mend)


def _beyond_reading(text: str, *, source: str) -> Fault:
    """Name the line for which the reader has no message of its own: it gives up on it."""
    rows = text.split("\n")
    digits = [max(map(len, re.findall(r"[\d_]+", row)), default=0) for row in rows]
    if max(digits) >= sys.int_info.default_max_str_digits:
        line = digits.index(max(digits)) + 1
        return Fault(place=on_line(source, line), problem=said("this number is too long"), mend=said("shorten it"))
    brackets = [sum(row.count(sign) for sign in "[{") for row in rows]
    return Fault(
        place=on_line(source, brackets.index(max(brackets)) + 1),
        problem=said("more lists in lists stand here than can be read"),
        mend=said("close each list before the next begins"),
    )
