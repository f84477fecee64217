"""How a button's intent becomes callback data and is read back: at most 64 bytes, ids, versions, short plain texts.

Anything else that arrives, forged or from an older bot, parses to None and is answered as an old button.
"""

from dataclasses import dataclass, fields
from typing import Any, ClassVar, NewType, TypeVar

_SEPARATOR = ":"
_LIST = "."
MOST_BYTES = 64
_LARGEST = 2**31 - 1
"""Ids and versions are no larger: PostgreSQL refuses to look for a number that its column cannot hold."""
_LARGEST_UPDATE = 2**53

UpdateId = NewType("UpdateId", int)

B = TypeVar("B", bound="Button")


@dataclass(frozen=True, slots=True)
class Button:
    """A button's intent. Fields are ints, short plain texts, or tuples of (id, version) pairs."""

    prefix: ClassVar[str]

    @property
    def data(self) -> str:
        """Return the callback data; within Telegram's 64 bytes by construction of the fields."""
        data = _SEPARATOR.join([self.prefix, *(_write(getattr(self, field.name)) for field in fields(self))])
        assert len(data.encode()) <= MOST_BYTES, data
        return data

    @classmethod
    def pattern(cls) -> str:
        """Return the expression by which a CallbackQueryHandler knows this button; `parse` reads what follows."""
        return rf"^{cls.prefix}(?:{_SEPARATOR}|$)" if fields(cls) else rf"^{cls.prefix}\Z"

    @classmethod
    def parse(cls: type[B], data: str | None) -> B | None:
        """Return the button of this data, or None for data that no button of this bot carries."""
        prefix, *parts = (data or "").split(_SEPARATOR)
        if prefix != cls.prefix or len(parts) != len(fields(cls)):
            return None
        try:
            return cls(*(_read(part, field.type) for part, field in zip(parts, fields(cls), strict=True)))
        except ValueError:
            return None


def _write(value: Any) -> str:
    if isinstance(value, tuple):
        return _LIST.join(str(number) for pair in value for number in pair)
    return str(value)


def _read(part: str, kind: Any) -> Any:
    if kind is str:
        if not part.isascii():
            raise ValueError(part)
        return part
    if kind is int:
        return _number(part)
    if kind is UpdateId:
        return _number(part, most=_LARGEST_UPDATE)
    numbers = [_number(piece) for piece in part.split(_LIST)]
    if len(numbers) % 2:
        raise ValueError(part)
    return tuple(zip(numbers[::2], numbers[1::2], strict=True))


def _number(part: str, *, most: int = _LARGEST) -> int:
    if not part.isascii() or not part.isdigit() or int(part) > most:
        raise ValueError(part)
    return int(part)


Pairs = tuple[tuple[int, int], ...]
