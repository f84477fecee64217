"""Sealed columns: names, free texts and raw updates are encrypted at rest when a key is set.

Telegram's terms for bot developers ask for it (4.4). A sealed value starts with `sealed:`; without a key the
value is kept as it is, so a database may hold both and be sealed later.
"""

import json
from collections.abc import Sequence
from typing import Any
from weakref import WeakKeyDictionary

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from sqlalchemy import ColumnElement, Dialect, Text, type_coerce
from sqlalchemy.types import TypeDecorator

_MARK = "sealed:"
_PLAIN = "plain:"
_ENCODE = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class UnreadableSeal(Exception):
    """A sealed value and no key that opens it: BOT_DATA_KEY is missing or another one."""


class Seal:
    """Seals with the first key, opens with any of them (two during rotation). Keys are Fernet keys."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None

    def close(self, text: str) -> str:
        if self._fernet is None:
            return _PLAIN + text if text.startswith((_MARK, _PLAIN)) else text
        return _MARK + self._fernet.encrypt(text.encode()).decode()

    def open(self, stored: str) -> str:
        if stored.startswith(_PLAIN):
            return stored.removeprefix(_PLAIN)
        if not stored.startswith(_MARK):
            return stored
        if self._fernet is None:
            raise UnreadableSeal("the database holds sealed values; set BOT_DATA_KEY to the key that sealed them")
        try:
            return self._fernet.decrypt(stored.removeprefix(_MARK)).decode()
        except InvalidToken:
            raise UnreadableSeal("no key in BOT_DATA_KEY opens a sealed value of this database") from None

    def closed(self, stored: str) -> bool:
        """Say whether a value lies as this seal alone would close it: nothing is to be done about it."""
        if self._fernet is None:
            return not stored.startswith(_MARK)
        try:
            self._fernet.decrypt(stored.removeprefix(_MARK))
        except InvalidToken:
            return False
        return stored.startswith(_MARK)


_NO_SEAL = Seal(())
_SEALS: WeakKeyDictionary[Dialect, Seal] = WeakKeyDictionary()


def seal_with(dialect: Dialect, seal: Seal) -> None:
    """Let every sealed column that goes through this engine's dialect use `seal`."""
    _SEALS[dialect] = seal


def is_sealed(column: ColumnElement[Any]) -> ColumnElement[bool]:
    """Ask whether a sealed column's value lies there encrypted."""
    return type_coerce(column, Text).startswith(_MARK)


class Sealed(TypeDecorator[str]):
    """Text that is encrypted at rest."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _SEALS.get(dialect, _NO_SEAL).close(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else _SEALS.get(dialect, _NO_SEAL).open(value)


class SealedJSON(TypeDecorator[Any]):
    """A JSON value that is encrypted at rest, kept as text."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        if value is None:
            return None
        return _SEALS.get(dialect, _NO_SEAL).close(_ENCODE(value))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(_SEALS.get(dialect, _NO_SEAL).open(value))
