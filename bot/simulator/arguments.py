"""The arguments of one call, however they came: query, form, JSON or multipart."""

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.simulator.errors import bad_request
from bot.simulator.wire import dumps


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A file that came inside a multipart body."""

    name: str
    mime_type: str
    content: bytes


class Arguments:
    """Values by name, read the way the Bot API server reads them: everything is a string first."""

    __slots__ = ("files", "values")

    def __init__(self, values: dict[str, Any], files: dict[str, Upload] | None = None) -> None:
        self.values = values
        self.files = files or {}

    def text(self, name: str) -> str:
        """The argument as text; empty when it is missing or null."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, str):
            return value
        if type(value) is int:
            return str(value)
        if isinstance(value, bool):
            return "true" if value else "false"
        return dumps(value)

    def integer(self, name: str, default: int = 0) -> int:
        """The argument as a whole number; the default when it is missing or is none."""
        try:
            return int(self.text(name))
        except ValueError:
            return default

    def number(self, name: str) -> float | None:
        """The argument as a number, or nothing."""
        try:
            return float(self.text(name))
        except ValueError:
            return None

    def flag(self, name: str) -> bool:
        """Whether the argument says yes."""
        return self.text(name).lower() in ("true", "yes", "1")

    def json(self, name: str, *, refusal: str) -> Any:
        """The argument as JSON, nothing when it is missing. Refuses broken JSON with the given words."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return json.loads(value)
        except ValueError:
            raise bad_request(refusal) from None

    def file(self, name: str) -> Upload | None:
        """The upload under this name, directly or as "attach://<part>"."""
        if name in self.files:
            return self.files[name]
        value = self.text(name)
        if value.startswith("attach://"):
            return self.files.get(value.removeprefix("attach://"))
        return None


async def read_arguments(request: web.BaseRequest, *, query: str) -> Arguments:
    """The arguments of a call: those of the body over those of the query string.

    Refuses bodies that are not what their Content-Type says, and text that is not UTF-8.
    """
    values: dict[str, Any] = _form(query) if query else {}
    if not request.can_read_body:
        return Arguments(values)
    kind = request.content_type
    if kind == "multipart/form-data":
        return await _multipart(request, values)
    body = await request.read()
    if kind == "application/json":
        try:
            sent = json.loads(body) if body else {}
        except ValueError:
            raise bad_request("can't parse JSON object") from None
        if not isinstance(sent, dict):
            raise bad_request("can't parse JSON object")
        if b"\\ud" in body.lower():
            _check_letters(sent)
        values.update(sent)
    elif kind == "application/x-www-form-urlencoded":
        try:
            values.update(_form(body.decode()))
        except UnicodeDecodeError:
            raise bad_request("strings must be encoded in UTF-8") from None
    return Arguments(values)


def _check_letters(sent: dict[str, Any]) -> None:
    """JSON may spell half of a surrogate pair, which is no letter."""
    try:
        dumps(sent).encode()
    except UnicodeEncodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


def _form(encoded: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(encoded, keep_blank_values=True, errors="strict"))
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None


async def _multipart(request: web.BaseRequest, values: dict[str, Any]) -> Arguments:
    files: dict[str, Upload] = {}
    for name, part in (await request.post()).items():
        if isinstance(part, web.FileField):
            files[name] = Upload(name=part.filename, mime_type=part.content_type, content=part.file.read())
        else:
            values[name] = part if isinstance(part, str) else part.decode()
    return Arguments(values, files)
