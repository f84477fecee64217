"""Whom an announcement is for, as organizers write it: names joined by "and" and "or", then the text.

"and" binds closer than "or"; a comma is "or". A state belongs to the places beside it: `nab-am and waiting` are those
who wait for nab-am.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Literal

from storage.records import City, Role, Visit, Who

Kind = Literal["all", "visits", "buses", "cities", "languages", "states", "roles"]

AND = frozenset({"and", "&", "+", "және", "и"})
OR = frozenset({"or", "|", "/", "немесе", "или"})
EVERYBODY = "all"
"""How an audience without a limit is called."""
_ALL = (EVERYBODY, "everybody", "бәрі", "все")
_LANGUAGES = {
    "en": ("en", "english", "ағылшынша", "английский"),
    "kk": ("kk", "kz", "kazakh", "қазақша", "казахский"),
    "ru": ("ru", "russian", "орысша", "русский"),
}
_STATES = {
    "booked": ("booked", "жазылған", "записанные"),
    "waiting": ("waiting", "күтетін", "ждущие"),
    "silent": ("silent", "үнсіз", "молчащие"),
}
"""Silent: with a seat, and they have not said that they come."""


@dataclass(frozen=True, slots=True)
class Term:
    """One name: of what kind, and what it stands for."""

    kind: Kind
    value: int | str


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressed:
    """An audience, as it was written, and the text after it. `groups`: who is in any of them."""

    who: str
    groups: tuple[Who, ...]
    text: str


@dataclass(frozen=True, slots=True)
class UnknownWord:
    """No name: at the beginning, or after "and" or "or"."""

    word: str


def names_of(visits: Iterable[Visit], cities: Mapping[str, City]) -> dict[str, Term]:
    """Return every name that can be written, in lower case, with what it stands for."""
    names: dict[str, Term] = {}
    for key, city in cities.items():
        names |= {word.lower(): Term("cities", key) for word in (key, *city.name.values())}
    for code, words in _LANGUAGES.items():
        names |= dict.fromkeys(words, Term("languages", code))
    for state, words in _STATES.items():
        names |= dict.fromkeys(words, Term("states", state))
    names |= {role.value: Term("roles", role.value) for role in Role}
    names |= dict.fromkeys(_ALL, Term("all", ""))
    for visit in visits:
        names[visit.key.lower()] = Term("visits", visit.id)
        names |= {bus.label.lower(): Term("buses", bus.id) for bus in visit.buses}
    return names


def read_audience(written: str, *, names: Mapping[str, Term]) -> Addressed | UnknownWord:
    """Split what follows /announce into whom it is for and the text. The audience ends where no "and" or "or" follows.

    A colon ends it too, so that a text may begin with such a word.
    """
    groups, group = [], Who()
    ends, joined = 0, True
    for match in re.finditer(r"\S+", written):
        word = match[0].lower()
        if joined:
            bare = word.rstrip(":,")
            term = names.get(bare)
            if term is None:
                return UnknownWord(match[0].rstrip(":,"))
            group = _with(group, term)
            ends, joined = match.start() + len(bare), word.endswith(",")
            if joined:
                groups.append(group)
                group = Who()
            if word.endswith(":"):
                break
        elif word in AND or word in OR:
            if word in OR:
                groups.append(group)
                group = Who()
            joined = True
        else:
            break
    if joined:
        return UnknownWord(written.strip())
    text = written[ends:].lstrip(": \t\r\n")
    every = (*groups, group)
    who = EVERYBODY if Who() in every else " ".join(written[:ends].split())
    return Addressed(who=who, groups=(Who(),) if Who() in every else every, text=text)


def only_visit(groups: tuple[Who, ...]) -> int | None:
    """Return the visit whose passengers the audience is, and nobody else; or None."""
    match groups:
        case (Who(visits=(visit,)) as group,) if group == Who(visits=(visit,)):
            return visit
        case _:
            return None


def _with(group: Who, term: Term) -> Who:
    if term.kind == "all":
        return group
    return replace(group, **{term.kind: (*getattr(group, term.kind), term.value)})
