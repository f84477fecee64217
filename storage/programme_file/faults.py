"""A fault in an event file: where it is, what is wrong and how it is mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.programme_file.lines import Lines, Path


class Said(str):
    """A sentence about a file, in English; whoever shows it can say it in another language.

    `template` is the sentence with its places, as `make words` collects it for translators; `places` fill them.
    """

    __slots__ = ("places", "template")
    template: str
    places: Mapping[str, object]


def said(template: str, /, **places: object) -> Said:
    """Say a sentence; what stands in its places is part of the file, or a number."""
    sentence = Said(template.format(**places))
    sentence.template, sentence.places = template, places
    return sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to mend before the file can be used.

    `place` names file, line and key, counted from 0 inside the file: `wlic2025.toml, line 412,
    visits[4] "nu-pm" .stops[0]`.
    """

    place: Said
    problem: Said
    mend: Said


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that a check found, before its path is looked up in the text."""

    path: Path
    problem: Said
    mend: Said

    def fault(self, raw: Mapping[str, Any], *, lines: Lines, source: str) -> Fault:
        """The same with its place in words."""
        line, key = lines.line_of(self.path), key_path(self.path, raw)
        # Translators: where in a file a fault is, such as: wlic2025.toml, line 412, visits[4] "nu-pm" .stops[0]
        place = said("{file}, line {line}, {key}", file=source, line=line, key=key) if key else on_line(source, line)
        return Fault(place=place, problem=self.problem, mend=self.mend)


def on_line(source: str, line: int) -> Said:
    """The place of a fault that is no key's."""
    return said("{file}, line {line}", file=source, line=line)


def key_path(path: Path, raw: Mapping[str, Any]) -> str:
    """The path in words, with the id of a list's element: `visits[4] "nu-pm" .stops[0]`."""
    words = ""
    node: Any = raw
    for part in path:
        if isinstance(part, int):
            words += f"[{part}]"
            node = node[part]
            if isinstance(node, dict) and "id" in node:
                words += f' "{node["id"]}" '
        else:
            words += f".{part}" if words else part
            node = node.get(part) if isinstance(node, dict) else None
    return words.rstrip()


def format_faults(faults: Iterable[Fault]) -> str:
    """Say every fault for a terminal, one block each: place, problem, mend."""
    return "\n\n".join(f"{fault.place}\n  Problem: {fault.problem}\n  Mend:    {fault.mend}" for fault in faults)
