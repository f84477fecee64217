"""On which line of the text each table and key stands; `tomllib` reads values and keeps no positions."""

import re
import tomllib
from collections.abc import Iterator, Sequence

Path = tuple[str | int, ...]
"""Keys and list positions from the top of the file: ("visits", 4, "stops", 0)."""

_KEY = r"""(?:"(?:\\.|[^"\\\n])*"|'[^'\n]*'|[A-Za-z0-9_-]+)"""
_DOTTED = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_HEADER = re.compile(rf"[ \t]*(\[\[?)[ \t]*({_DOTTED})[ \t]*\]")
_ASSIGNMENT = re.compile(rf"[ \t]*({_DOTTED})[ \t]*=")
_PIECE = re.compile(
    r'"""(?s:\\.|.)*?"""+' r"|'''(?s:.)*?'''+" r'|"(?:\\.|[^"\\\n])*"' r"|'[^'\n]*'" r"|\#[^\n]*|[\[\]{}\n]|."
)


class Lines:
    """The places of one text that TOML accepts."""

    def __init__(self, text: str) -> None:
        self._lines: dict[Path, int] = {}
        for path, line in _statements(text):
            for length in range(1, len(path) + 1):
                self._lines.setdefault(path[:length], line)

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line, from 1, of this key, or of the nearest table around it; 1 when there is none."""
        for length in range(len(path), 0, -1):
            if line := self._lines.get(tuple(path[:length])):
                return line
        return 1


def _statements(text: str) -> Iterator[tuple[Path, int]]:
    """Each table header and each assignment with its line, in the order of the text."""
    text = text.replace("\r\n", "\n")
    counts: dict[Path, int] = {}
    table: Path = ()
    position, line = 0, 1
    while position < len(text):
        if header := _HEADER.match(text, position):
            table = _resolved(_keys(header[2]), counts, opens_element=header[1] == "[[")
            yield table, line
            position = header.end()
        elif assignment := _ASSIGNMENT.match(text, position):
            yield table + _keys(assignment[1]), line
            position = assignment.end()
        end = _end_of_statement(text, position)
        line += text.count("\n", position, end)
        position = end


def _keys(dotted: str) -> tuple[str, ...]:
    return tuple(
        next(iter(tomllib.loads(f"{key} = 0"))) if key[0] in "\"'" else key for key in re.findall(_KEY, dotted)
    )


def _resolved(keys: tuple[str, ...], counts: dict[Path, int], *, opens_element: bool) -> Path:
    """The path of a table header: `[visits.title]` belongs to the last `[[visits]]` before it."""
    path: Path = ()
    for depth, key in enumerate(keys, start=1):
        path += (key,)
        if depth == len(keys) and opens_element:
            counts[path] = counts.get(path, 0) + 1
        if path in counts:
            path += (counts[path] - 1,)
    return path


def _end_of_statement(text: str, position: int) -> int:
    """Just behind the newline that ends the statement; strings and brackets may hold some of their own."""
    depth = 0
    for piece in _PIECE.finditer(text, position):
        if piece[0] in "[{":
            depth += 1
        elif piece[0] in "]}":
            depth -= 1
        elif piece[0] == "\n" and depth <= 0:
            return piece.end()
    return len(text)
