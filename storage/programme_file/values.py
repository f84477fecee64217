"""The kinds of value an event file is written in: words, ids, moments, clock times, pins.

Words are checked against the file's own languages, which `read_programme` hands in as validation context: a
language that is missing reads as an empty text, so both are the same fault at the same place.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import time
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    Strict,
    StringConstraints,
    ValidationInfo,
)
from pydantic_core import PydanticCustomError

T = TypeVar("T")


class Record(BaseModel):
    """A table of the file: every key known, every type as written, nothing changed afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


Many = Annotated[tuple[T, ...], Strict(False)]
"""A TOML array. Only the list itself becomes a tuple; what it holds stays strict."""

Some = Annotated[tuple[T, ...], Strict(False), Field(min_length=1)]
"""A TOML array that may not be empty."""

# Caps for the size of a phone; one Telegram message holds 4,096 characters, and a page must fit it.
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=150)]
Paragraph = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400)]
Page = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3500)]


def _every_language(words: Any, info: ValidationInfo) -> Any:
    spoken: Sequence[str] | None = info.context
    if spoken is None or not isinstance(words, Mapping):
        return words
    return dict.fromkeys(spoken, "") | dict(words)


def _spoken(code: str, info: ValidationInfo) -> str:
    spoken: Sequence[str] | None = info.context
    if spoken is not None and code not in spoken:
        raise PydanticCustomError(
            "unspoken",
            "{code} is not one of the event's languages ({known})",
            {"code": code, "known": ", ".join(spoken)},
        )
    return code


Spoken = Annotated[str, AfterValidator(_spoken)]
Names = Annotated[Mapping[Spoken, Line], BeforeValidator(_every_language)]
"""Short words by language code: names, titles, addresses."""
Texts = Annotated[Mapping[Spoken, Paragraph], BeforeValidator(_every_language)]
"""A few sentences by language code."""
Pages = Annotated[Mapping[Spoken, Page], BeforeValidator(_every_language)]
"""A whole page by language code; it fits one message."""

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]{1,24}$")]
"""Ids ride in deep links and in buttons, so they are short and plain."""
BusId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9-]{1,12}$")]
"""What stands on the bus's windscreen, such as B01."""

UTC_OFFSET = r"^[+-]([01]\d|2[0-3]):[0-5]\d$"
"""How an offset is written, such as +05:00."""

Latitude = Annotated[float, Field(ge=-90, le=90)]
Longitude = Annotated[float, Field(ge=-180, le=180)]
Minutes = Annotated[int, Field(gt=0)]
Moment = AwareDatetime


def _clock_time(value: Any) -> Any:
    if isinstance(value, time):
        return value
    if isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value):
        return time.fromisoformat(value)
    raise PydanticCustomError("clock_time", "is not a clock time")


ClockTime = Annotated[
    time,
    BeforeValidator(_clock_time),
    PlainSerializer(lambda value: f"{value:%H:%M}", return_type=str, when_used="json"),
]
"""A local clock time, written "18:00"."""


class ClockSpan(Record):
    """From one clock time to another; it may run over midnight."""

    start: ClockTime
    end: ClockTime

    def holds(self, moment: time) -> bool:
        """Whether the clock time lies inside; the start does, the end does not."""
        if self.start <= self.end:
            return self.start <= moment < self.end
        return moment >= self.start or moment < self.end
