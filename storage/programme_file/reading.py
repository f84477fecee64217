"""From the text of an event file to a checked `ProgrammeFile`, or to every fault in it."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError

from storage.programme_file.checks import sense_findings
from storage.programme_file.congress import ProgrammeFile
from storage.programme_file.faults import Fault, Finding, on_line
from storage.programme_file.lines import Lines
from storage.programme_file.shape import shape_findings
from storage.programme_file.syntax import BAD_CHARACTER, TOO_DEEP, TOO_LONG, Words, in_our_words
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
    except ValueError:  # the one that is no TOMLDecodeError: Python converts no number of thousands of digits
        return [_fault_on(_line_with_most(text, r"\d"), TOO_LONG, source=source)]
    except RecursionError:
        return [_fault_on(_line_with_most(text, r"[\[{]"), TOO_DEEP, source=source)]
    if _holds_nul(raw):
        return [_fault_on(_line_with_most(text, r"\\(u0000|U00000000)"), BAD_CHARACTER, source=source)]
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
    return _fault_on(line, in_our_words(message[: place.start()] if place else message), source=source)


def _fault_on(line: int, words: Words, *, source: str) -> Fault:
    problem, mend = words
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


def _line_with_most(text: str, sign: str) -> int:
    """Return the line, from 1, in which this regular expression is found most often, the first of several."""
    found = [len(re.findall(sign, row)) for row in text.split("\n")]
    return found.index(max(found)) + 1
