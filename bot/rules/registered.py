"""The list of registered people: which visits are for them alone, how its file is read, what a new one changes.

Excel in Russian and Kazakh writes semicolons, and Windows-1251 or UTF-8 with a mark; other programs write commas.
"""

import csv
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from hashlib import sha256
from io import StringIO
from typing import Final

from bot.rules.naming import one_line
from storage.records import BookingRules, Registered, RegisteredRow, Visit

MOST_WRONG_NUMBERS: Final = 5
"""So many wrong numbers one person may say in a day; then the desk helps."""
WRONG_NUMBERS_FOR: Final = timedelta(hours=24)
MOST_PEOPLE: Final = 20_000
LONGEST_NUMBER: Final = 32
_LONGEST: Final = {"name": 64, "surname": 64, "city": 64, "notes": 200}
_DELIMITERS: Final = ";,\t"

_HEADERS: Final[Mapping[str, tuple[str, ...]]] = {
    "number": (
        *("number", "registration number", "registration no", "registration id", "reg number", "reg no", "badge"),
        *("badge number", "тіркеу нөмірі", "нөмірі", "нөмір", "регистрационный номер", "номер регистрации", "номер"),
        *("рег номер", "номер бейджа", "no", "id", "№"),
    ),
    "name": (
        *("name", "full name", "first name", "given name", "first and last name", "аты жөні", "толық аты", "есімі"),
        *("аты", "имя", "фио", "имя и фамилия", "фамилия и имя", "фамилия имя", "полное имя"),
    ),
    "surname": ("surname", "last name", "family name", "тегі", "фамилия"),
    "language": ("language", "lang", "тілі", "тіл", "язык"),
    "city": ("city", "қала", "қаласы", "город"),
    "notes": ("notes", "note", "comment", "comments", "ескертпе", "ескерту", "примечание", "примечания", "комментарий"),
}
_LANGUAGES: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("en", "eng", "english", "ағылшын", "ағылшынша", "английский", "англ"),
    "kk": ("kk", "kz", "kaz", "kazakh", "қазақ", "қазақша", "казахский", "каз"),
    "ru": ("ru", "rus", "russian", "орыс", "орысша", "русский", "рус"),
}
_LOOK_ALIKE: Final = str.maketrans("АВЕКМНОРСТУХІ", "ABEKMHOPCTYXI")
"""Cyrillic letters that look as Latin ones: nobody sees which of the two a badge has."""


class Wrong(StrEnum):
    """What may be wrong with a list, called by its mend's noun."""

    NO_TEXT = "no text"
    NO_NUMBER_COLUMN = "no number column"
    NO_NAME_COLUMN = "no name column"
    COLUMN_TWICE = "column twice"
    QUOTES = "quotes"
    EMPTY = "empty"
    TOO_MANY = "too many"
    CELLS = "cells"
    NO_NUMBER = "no number"
    BAD_NUMBER = "bad number"
    NUMBER_TWICE = "number twice"
    NO_NAME = "no name"
    LOST_LETTERS = "lost letters"
    TOO_LONG = "too long"
    LANGUAGE = "language"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListFault:
    """One thing to mend: the line of the file, what is wrong, what stands there, and the other line it is about."""

    line: int
    wrong: Wrong
    value: str = ""
    other: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleList:
    """A list without a fault, by the keys of its numbers. `ignored` columns are not taken over."""

    people: Mapping[str, Registered]
    ignored: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """What a list changes in the one that stands, each by number."""

    new: Mapping[str, Registered]
    changed: tuple[tuple[RegisteredRow, Registered], ...]
    gone: tuple[RegisteredRow, ...]

    @property
    def is_empty(self) -> bool:
        return not (self.new or self.changed or self.gone)

    @property
    def joined_and_gone(self) -> int:
        """Count those who have said their number and would be taken off."""
        return sum(row.delegate_id is not None for row in self.gone)

    @property
    def fingerprint(self) -> str:
        """Identify what would happen, so that what is applied is what was seen."""
        said = repr((sorted(self.new.items(), key=lambda each: each[0]), self.changed, self.gone))
        return sha256(said.encode()).hexdigest()[:16]


def is_for_registered(visit: Visit, *, rules: BookingRules) -> bool:
    """Say whether the visit's seats are for registered people alone; its own word beats the congress's."""
    return rules.registered_only if visit.registered_only is None else visit.registered_only


def number_key(number: str) -> str:
    """Return what two spellings of one number share: blanks, dashes, case and look-alike letters tell nothing apart.

    Nor does a number sign, which Unicode would write out as "No".
    """
    plain = unicodedata.normalize("NFKC", number.replace("№", "")).upper().translate(_LOOK_ALIKE)
    return "".join(character for character in plain if character.isalnum())


def read_people(content: bytes) -> PeopleList | tuple[ListFault, ...]:
    """Return the people of a CSV file, or every fault at once in the order of its lines."""
    text = _decoded(content)
    if text is None:
        return (ListFault(line=1, wrong=Wrong.NO_TEXT),)
    skipped = 0
    if text.lower().startswith("sep="):  # Excel's own first line
        text, skipped = text.partition("\n")[2], 1
    head = next((line for line in text.split("\n") if line.strip()), "")
    delimiter = max(_DELIMITERS, key=lambda each: (len(_known(head.split(each))), head.count(each)))
    rows = _rows(text, delimiter, skipped)
    if isinstance(rows, ListFault):
        return (rows,)
    if not rows:
        return (ListFault(line=1, wrong=Wrong.EMPTY),)
    line, header = rows[0]
    columns = [_column(cell) for cell in header]
    faults = list(_of_header(line, header, columns))
    if faults:
        return tuple(faults)
    people: dict[str, Registered] = {}
    lines: dict[str, int] = {}
    for line, cells in rows[1:]:
        if len(cells) > len(header):
            faults.append(ListFault(line=line, wrong=Wrong.CELLS, value=cells[-1]))
            continue
        written = {column: cell.strip() for column, cell in zip(columns, cells, strict=False)}
        found = {column: written.get(column, "") for column in _HEADERS}
        key = number_key(found["number"])
        of_line = list(_of_line(line, found))
        if key and key in lines:
            of_line.append(ListFault(line=line, wrong=Wrong.NUMBER_TWICE, value=found["number"], other=lines[key]))
        lines.setdefault(key, line)
        faults += of_line
        if not of_line:
            people[key] = _person(found)
    if not faults and not people:
        faults.append(ListFault(line=line, wrong=Wrong.EMPTY))
    if len(people) > MOST_PEOPLE:
        faults.append(ListFault(line=line, wrong=Wrong.TOO_MANY))
    ignored = tuple(cell.strip() for cell in header if cell.strip() and _column(cell) is None)
    return tuple(faults) or PeopleList(people=people, ignored=ignored)


def difference(standing: Sequence[RegisteredRow], new: PeopleList) -> Difference:
    """Say what the new list changes: who is new, who is written otherwise, who is gone."""
    known = {number_key(row.person.number): row for row in standing}
    return Difference(
        new={key: person for key, person in new.people.items() if key not in known},
        changed=tuple(
            (known[key], person) for key, person in new.people.items() if key in known and known[key].person != person
        ),
        gone=tuple(row for key, row in known.items() if key not in new.people),
    )


def _decoded(content: bytes) -> str | None:
    """Read UTF-8 with or without a mark, UTF-16 with one, else Windows-1251; None for what is no text."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "cp1251"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        plain = text.replace("\r\n", "\n").replace("\r", "\n")
        return None if any(character < " " and character not in "\n\t" for character in plain) else plain
    return None


def _rows(text: str, delimiter: str, skipped: int) -> list[tuple[int, list[str]]] | ListFault:
    """Each row that is not blank, with the line it begins on; or the line of the one that cannot be read."""
    # Lines end where editors end them: a separator that was pasted into a cell (U+2028) ends none.
    reader = csv.reader(StringIO(text), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    begins = 1 + skipped
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((begins, cells))
            begins = 1 + skipped + reader.line_num
    except csv.Error:
        return ListFault(line=begins, wrong=Wrong.QUOTES)
    return rows


def _plain(cell: str) -> str:
    return " ".join("".join(c if c.isalnum() or c == "№" else " " for c in cell.casefold()).split())


def _column(cell: str) -> str | None:
    written = _plain(cell)
    return next((column for column, names in _HEADERS.items() if written in names), None)


def _known(cells: Sequence[str]) -> list[str]:
    return [column for cell in cells if (column := _column(cell))]


def _of_header(line: int, header: Sequence[str], columns: Sequence[str | None]) -> Iterator[ListFault]:
    for column, wrong in (("number", Wrong.NO_NUMBER_COLUMN), ("name", Wrong.NO_NAME_COLUMN)):
        if column not in columns:
            yield ListFault(line=line, wrong=wrong, value=" · ".join(cell.strip() for cell in header))
    for place, meant in enumerate(columns):
        if meant and meant in columns[:place]:
            yield ListFault(line=line, wrong=Wrong.COLUMN_TWICE, value=header[place].strip())


def _of_line(line: int, found: Mapping[str, str]) -> Iterator[ListFault]:
    number = found["number"]
    if not number:
        yield ListFault(line=line, wrong=Wrong.NO_NUMBER)
    elif not _is_number(number):
        yield ListFault(line=line, wrong=Wrong.BAD_NUMBER, value=number)
    if _full_name(found) is None:
        yield ListFault(line=line, wrong=Wrong.NO_NAME)
    for column, longest in _LONGEST.items():
        value = found[column]
        if column != "notes" and "?" in value:  # what Windows-1251 writes in the place of Kazakh letters
            yield ListFault(line=line, wrong=Wrong.LOST_LETTERS, value=value)
        if len(value) > longest:
            yield ListFault(line=line, wrong=Wrong.TOO_LONG, value=value, other=longest)
    if found["language"] and _language(found["language"]) is None:
        yield ListFault(line=line, wrong=Wrong.LANGUAGE, value=found["language"])


def _is_number(number: str) -> bool:
    """Letters, digits and what joins them. `1,2E+05` is a number that Excel has spoilt."""
    return (
        bool(number_key(number))
        and len(number) <= LONGEST_NUMBER
        and all(character.isalnum() or character in " -/._№#" for character in number)
    )


def _language(written: str) -> str | None:
    return next((code for code, names in _LANGUAGES.items() if _plain(written) in names), None)


def _full_name(found: Mapping[str, str]) -> str | None:
    return one_line(f"{found['name']} {found['surname']}", longest=_LONGEST["name"])


def _person(found: Mapping[str, str]) -> Registered:
    name = _full_name(found)
    assert name is not None
    return Registered(
        number=" ".join(found["number"].split()),
        name=name,
        language=_language(found["language"]),
        city=one_line(found["city"], longest=_LONGEST["city"]),
        notes=one_line(found["notes"], longest=_LONGEST["notes"]),
    )
