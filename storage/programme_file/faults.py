"""A fault in an event file: where it is, what is wrong and how it is mended."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from storage.programme_file.lines import Lines, Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One thing to mend before the file can be used.

    `place` names file, line and key, counted from 0 inside the file: `wlic2025.toml, line 412,
    visits[4] "nu-pm" .stops[0]`.
    """

    place: str
    problem: str
    mend: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A fault that a check found, before its path is looked up in the text."""

    path: Path
    problem: str
    mend: str

    def fault(self, raw: Mapping[str, Any], *, lines: Lines, source: str) -> Fault:
        """The same with its place in words."""
        place = f"{source}, line {lines.line_of(self.path)}, {key_path(self.path, raw)}".removesuffix(", ")
        return Fault(place=place, problem=self.problem, mend=self.mend)


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
