"""The file as it is written, faults and all: what does not stand there in its right type reads as nothing.

So each check looks at what it can and every fault is told at once, however many others there are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from storage.programme_file.faults import Finding, Said
from storage.programme_file.lines import Path


@dataclass(frozen=True, slots=True)
class Table:
    """One table of the file and its path."""

    raw: Mapping[str, Any]
    path: Path = ()

    @property
    def id(self) -> str:
        """Its id, or an empty text."""
        return self.text("id") or ""

    def text(self, key: str) -> str | None:
        value = self.raw.get(key)
        return value if isinstance(value, str) else None

    def number(self, key: str) -> int | None:
        value = self.raw.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def says(self, key: str) -> bool:
        """Whether the key stands there as `true`."""
        return self.raw.get(key) is True

    def day(self, key: str) -> date | None:
        value = self.raw.get(key)
        return value if isinstance(value, date) and not isinstance(value, datetime) else None

    def clock(self, key: str) -> datetime | None:
        """What the clock on the wall shows at the moment: the offset is left out.

        The whole file is in one zone. `zone_findings` checks the offsets, so that a wrong one is told once
        and not again as a bus that leaves an hour early.
        """
        value = self.raw.get(key)
        return value.replace(tzinfo=None) if isinstance(value, datetime) else None

    def texts(self, key: str) -> list[tuple[int, str]]:
        """The texts of a list, each with its position."""
        value = self.raw.get(key)
        listed = value if isinstance(value, list) else []
        return [(position, each) for position, each in enumerate(listed) if isinstance(each, str)]

    def table(self, key: str) -> "Table":
        """The table at the key; an empty one when there is none."""
        value = self.raw.get(key)
        return Table(value if isinstance(value, dict) else {}, (*self.path, key))

    def tables(self, key: str) -> Iterator["Table"]:
        """The tables of a list."""
        value = self.raw.get(key)
        for position, each in enumerate(value if isinstance(value, list) else []):
            if isinstance(each, dict):
                yield Table(each, (*self.path, key, position))

    def finding(self, key: str, problem: Said, *, mend: Said, at: int | None = None) -> Finding:
        """A finding at the key, or at one position of its list."""
        path = (*self.path, key)
        return Finding(path if at is None else (*path, at), problem, mend)


def buses_of(visit: Table, file: Table) -> list[Table]:
    """The buses that name this visit."""
    return [bus for bus in file.tables("buses") if bus.text("visit") == visit.id]


def leaves_at(visit: Table, file: Table) -> datetime | None:
    """When the visit leaves: its earliest bus that is not a transfer, or its own start."""
    buses = [bus.clock("departs") for bus in buses_of(visit, file) if not bus.says("transfer")]
    return min((clock for clock in buses if clock), default=visit.clock("start"))
