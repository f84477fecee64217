"""Statements that a tap says: SQLAlchemy words each once for a database, from then on the driver is told it directly.

SQLAlchemy spends about three times as long on a small statement as SQLite does, and half as long again as PostgreSQL
with the way there and back (tests/benchmarks/README.md); a booking says eleven. Only constants of a module are
prepared; what is built as it is needed, or names a list of any length, is executed as everything else is.

On PostgreSQL each statement is a way there and back. What a screen asks goes together (`Together`); what writes, and
whose answer nobody waits for (`Prepared.later`), goes with the next statement that has nothing to do with it, or goes
before the commit.
"""

import itertools
import re
from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import BindParameter, Connection, Dialect, Executable, Insert, Select, Table, Update
from sqlalchemy.sql import visitors
from sqlalchemy.sql.compiler import SQLCompiler

T = TypeVar("T")

_WAITING: WeakKeyDictionary[Connection, list[tuple["Worded", tuple[Any, ...]]]] = WeakKeyDictionary()
"""What is to be said later, of each transaction: in one statement each table is written once at most."""
_named: Any = namedtuple
"""Its names come as the program runs, which a type checker does not know."""


class Single:
    """Stands for a connection where one prepared statement is all that is said, and its rows all that is wanted."""

    __slots__ = ("dialect", "tell")

    def __init__(self, dialect: Dialect, tell: Callable[["Worded", tuple[Any, ...]], Sequence[Any]]) -> None:
        self.dialect = dialect
        self.tell = tell


class _Said(ABC):
    """What is worded once for each database and names of values, and said as often as somebody wants."""

    def __init__(self) -> None:
        self._worded: WeakKeyDictionary[Dialect, dict[tuple[str, ...], Worded]] = WeakKeyDictionary()

    def _say(
        self,
        tx: Connection,
        values: Mapping[str, Any],
        read: Callable[["Worded", Any], T],
        *,
        others: Sequence[Mapping[str, Any]] = (),
    ) -> T:
        worded = self._worded_for(tx.dialect, tuple(values))
        if isinstance(tx, Single):
            if others or worded.writes:
                raise TypeError(f"only rows come back from {worded.text}, where each statement is by itself")
            return read(worded, _Found(tx.tell(worded, worded.parameters(values))))
        if others:
            say_what_waits(tx)
            many = [worded.parameters(each) for each in (values, *others)]
            return _tell(tx, lambda cursor: tx.dialect.do_executemany(cursor, worded.text, many), worded, read)
        if not worded.may_be_said_with([before for before, _ in _WAITING.get(tx, ())]):
            say_what_waits(tx)
        waiting = _WAITING.pop(tx, [])
        return _tell_one(tx, waiting, worded, worded.parameters(values), read)

    def _worded_for(self, dialect: Dialect, names: tuple[str, ...]) -> "Worded":
        try:
            return self._worded[dialect][names]
        except KeyError:
            worded = self._worded.setdefault(dialect, {})[names] = self._word(dialect, names)
            return worded

    @abstractmethod
    def _word(self, dialect: Dialect, names: tuple[str, ...]) -> "Worded":
        """Word it for this database and values of these names."""


class Prepared(_Said):
    """A statement whose parameters are named when it is said: its bindparams, or the columns of an INSERT.

    Rows have the names of the statement's columns. Errors are those that SQLAlchemy raises for the same statement; a
    value that its column cannot take raises what the type says of it, unwrapped. A transaction must have begun.
    """

    def __init__(self, statement: Executable) -> None:
        super().__init__()
        # Of an INSERT without RETURNING nobody wants the new id; else SQLAlchemy has PostgreSQL tell it.
        self._statement: Any = statement
        if isinstance(statement, Insert) and len(statement.exported_columns) == 0:
            self._statement = statement.inline()

    def all(self, tx: Connection, /, **values: Any) -> list[Any]:
        """Say it, and return its rows."""
        return self._say(tx, values, lambda worded, cursor: worded.rows(cursor.fetchall()))

    def first(self, tx: Connection, /, **values: Any) -> Any | None:
        """Say it, and return its first row, or None where there is none."""
        rows = self.all(tx, **values)
        return rows[0] if rows else None

    def one(self, tx: Connection, /, **values: Any) -> Any:
        """Say it, and return its only row; raise ValueError where there are none or more."""
        [row] = self.all(tx, **values)
        return row

    def value(self, tx: Connection, /, **values: Any) -> Any | None:
        """Say it, and return the first column of its first row, or None where there is none."""
        rows = self.all(tx, **values)
        return rows[0][0] if rows else None

    def do(self, tx: Connection, /, **values: Any) -> int:
        """Say it, and return how many rows it was about."""
        return self._say(tx, values, lambda _, cursor: int(cursor.rowcount))

    def later(self, tx: Connection, /, **values: Any) -> None:
        """Say it before anything that could see it, or before the commit; on SQLite, where that saves nothing, at once.

        It writes, and nobody waits for its answer: what the database refuses, it may refuse as late as the commit.
        """
        if tx.dialect.name != "postgresql":
            self.do(tx, **values)
            return
        worded = self._worded_for(tx.dialect, tuple(values))
        if not worded.writes:
            raise TypeError(f"somebody waits for the answer to {worded.text}")
        if isinstance(tx, Single):
            raise TypeError(f"nothing comes after {worded.text}, where each statement is by itself")
        if not worded.may_be_said_with([before for before, _ in _WAITING.get(tx, ())]):
            say_what_waits(tx)
        _WAITING.setdefault(tx, []).append((worded, worded.parameters(values)))

    def do_many(self, tx: Connection, some: Sequence[Mapping[str, Any]]) -> None:
        """Say it once for each of these, all with the same names."""
        if some:
            self._say(tx, some[0], lambda *_: None, others=some[1:])

    def _word(self, dialect: Dialect, names: tuple[str, ...]) -> "Worded":
        return _OneWorded(self._statement, dialect, names)


class Together(_Said):
    """Questions about one moment that are asked at once: on PostgreSQL one statement, and one way there and back."""

    def __init__(self, *questions: Select[Any]) -> None:
        super().__init__()
        self._questions = [(question, Prepared(question), _names_in(question)) for question in questions]

    def all(self, tx: Connection, /, **values: Any) -> list[list[Any]]:
        """Ask them, and return the rows of each; each takes of the values those that it names."""
        if tx.dialect.name == "postgresql":
            return self._say(tx, values, lambda worded, cursor: worded.rows(cursor.fetchall()))
        return [alone.all(tx, **{name: values[name] for name in names}) for _, alone, names in self._questions]

    def _word(self, dialect: Dialect, names: tuple[str, ...]) -> "Worded":
        return _ManyWorded([_OneWorded(question, dialect, own) for question, _, own in self._questions])


def say_what_waits(tx: Connection) -> None:
    """Say what is to be said later: in one statement, which sees the database as it was before all of it."""
    waiting = _WAITING.pop(tx, None)
    if waiting:
        *before, (worded, parameters) = waiting
        _tell_one(tx, before, worded, parameters, lambda *_: None)


def forget_what_waits(tx: Connection) -> None:
    """Say nothing of it any more: what it belongs to is rolled back."""
    _WAITING.pop(tx, None)


def _tell_one(
    tx: Connection,
    waiting: Sequence[tuple["Worded", tuple[Any, ...]]],
    worded: "Worded",
    parameters: tuple[Any, ...],
    read: Callable[["Worded", Any], T],
) -> T:
    text = worded.text
    if waiting:
        text = worded.text_after(tuple(before for before, _ in waiting))
        parameters = (*itertools.chain.from_iterable(said for _, said in waiting), *parameters)
    return _tell(tx, lambda cursor: tx.dialect.do_execute(cursor, text, parameters), worded, read)


def _tell(tx: Connection, execute: Callable[[Any], None], worded: "Worded", read: Callable[["Worded", Any], T]) -> T:
    cursor = tx.connection.cursor()
    try:
        execute(cursor)
        return read(worded, cursor)
    except BaseException as error:  # noqa: BLE001
        # SQLAlchemy makes of it what it makes of its own: wrapped, and the connection given up where it is gone.
        tx._handle_dbapi_exception(error, None, None, cursor, None)


class _Found:
    """What a statement on its own has found, in the shape of a cursor."""

    __slots__ = ("_rows",)

    def __init__(self, rows: Sequence[Any]) -> None:
        self._rows = rows

    def fetchall(self) -> Sequence[Any]:
        return self._rows


class Worded(ABC):
    """What is said to one database for values of some names: what goes into it, and what comes back."""

    text: str
    writes: bool
    """It is an INSERT or UPDATE that answers nothing; what a DELETE takes along from other tables it does not say."""
    tables: frozenset[str]
    """All that it reads or writes."""
    stands_alone: bool
    """It locks rows that it reads, or begins with tables of its own: nothing goes before it in the same statement."""
    number: int
    """How many parameters it has."""
    parts: Sequence["_OneWorded"]
    """The questions that it asks; itself, where it is one."""

    def __init__(self) -> None:
        self._after: dict[tuple[Worded, ...], str] = {}
        self._times: dict[int, Worded] = {}

    def times(self, number: int) -> "Worded":
        """Return one statement that asks this so many times; its parameters are those of each, one after the other."""
        if number not in self._times:
            self._times[number] = _ManyWorded([part for _ in range(number) for part in self.parts])
        return self._times[number]

    @abstractmethod
    def apart(self, found: Sequence[Any], number: int) -> list[Sequence[Any]]:
        """Return of what was found when this was asked so many times what each would have found alone."""

    def may_be_said_with(self, others: Sequence["Worded"]) -> bool:
        """Say whether nothing changes when they are one statement: none sees another's tables, or waits for locks."""
        return not self.stands_alone and self.tables.isdisjoint(itertools.chain(*(each.tables for each in others)))

    def text_after(self, others: tuple["Worded", ...]) -> str:
        """Return the words of one statement that says those and then this one."""
        if others not in self._after:
            before, parts = 0, []
            for place, each in enumerate(others):
                parts.append(f"said_{place} AS ({_renumbered(each.text, before)})")
                before += each.number
            self._after[others] = f"WITH {', '.join(parts)} {_renumbered(self.text, before)}"
        return self._after[others]

    @abstractmethod
    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return what the driver is given, in its order."""

    @abstractmethod
    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        """Return what the driver has found, with the columns' names and as their types read it."""


class _OneWorded(Worded):
    """A statement in the words of one database."""

    def __init__(self, statement: Any, dialect: Dialect, names: tuple[str, ...]) -> None:
        super().__init__()
        compiled = statement.compile(dialect=dialect, column_keys=list(names))
        assert isinstance(compiled, SQLCompiler)
        self.text = compiled.string
        places = [compiled.binds[name] for name in compiled.positiontup or ()]
        asked = {place.key for place in places if place.required}
        lists = any(place.expanding for place in places)
        if asked != set(names) or lists or compiled.insert_prefetch or compiled.update_prefetch:
            raise TypeError(f"this statement cannot be prepared for {', '.join(names)}: {self.text}")
        self._places = [_place(place, dialect) for place in places]
        self.number = len(places)
        self.parts = [self]
        self.tables = frozenset(part.name for part in visitors.iterate(statement) if isinstance(part, Table))
        columns = statement.exported_columns
        self.writes = isinstance(statement, Insert | Update) and len(columns) == 0
        locks = isinstance(statement, Select) and statement._for_update_arg is not None
        self.stands_alone = locks or self.text.startswith("WITH ")
        self._row = _named("Row", [column.key for column in columns], rename=True)._make
        self._read = [
            (number, process)
            for number, column in enumerate(columns)
            if (process := column.type.dialect_impl(dialect).result_processor(dialect, None)) is not None
        ]

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(
            [
                constant if name is None else values[name] if process is None else process(values[name])
                for name, constant, process in self._places
            ]
        )

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        if not self._read:
            return [self._row(row) for row in found]
        rows = []
        for row in found:
            cells = list(row)
            for number, process in self._read:
                cells[number] = process(cells[number])
            rows.append(self._row(cells))
        return rows

    def apart(self, found: Sequence[Any], number: int) -> list[Sequence[Any]]:
        [arrays] = found
        return list(arrays)


class _ManyWorded(Worded):
    """Questions in the words of PostgreSQL, each in the place of a column: the array of its rows, in its own order."""

    def __init__(self, questions: Sequence[_OneWorded]) -> None:
        super().__init__()
        self.parts = questions
        self.writes = False
        self.tables = frozenset(itertools.chain.from_iterable(question.tables for question in questions))
        self.stands_alone = any(question.stands_alone for question in questions)
        columns, before = [], 0
        for question in questions:
            columns.append(f"ARRAY(SELECT found_ FROM ({_renumbered(question.text, before)}) AS found_)")
            before += question.number
        self.text, self.number = f"SELECT {', '.join(columns)}", before

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(itertools.chain.from_iterable(question.parameters(values) for question in self.parts))

    def rows(self, found: Iterable[Sequence[Any]]) -> list[Any]:
        [arrays] = found
        return [question.rows(array) for question, array in zip(self.parts, arrays, strict=True)]

    def apart(self, found: Sequence[Any], number: int) -> list[Sequence[Any]]:
        [arrays] = found
        size = len(self.parts)
        return [[arrays[each * size : (each + 1) * size]] for each in range(number)]


def _renumbered(text: str, before: int) -> str:
    return re.sub(r"\$(\d+)", lambda place: f"${int(place[1]) + before}", text)


def _names_in(question: Select[Any]) -> tuple[str, ...]:
    """Return the names of the values that a question asks for."""
    parts = visitors.iterate(question)
    return tuple(dict.fromkeys(part.key for part in parts if isinstance(part, BindParameter) and part.required))


def _place(place: BindParameter[Any], dialect: Dialect) -> tuple[str | None, Any, Callable[[Any], Any] | None]:
    """Return (name, None, how it is written), or (None, the value that is always the same, None)."""
    process = place.type.dialect_impl(dialect).bind_processor(dialect)
    if place.required:
        return place.key, None, process
    value = place.effective_value
    return None, value if process is None else process(value), None
