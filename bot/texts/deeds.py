"""The words that each kind of dangerous act brings to its card; texts/acts.py keeps the shape of the card."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.language import Language
from bot.texts.markup import words
from storage.records import Act, Visit

Counts = Mapping[str, int]


def _visit_lines(say: Language, visit: Visit, _act: Act) -> list[str]:
    return [f"<b>{words(say, visit.title)}</b>", f"🗓 {say.moment(visit.leaves_at)}"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """How one kind of act is worded, as HTML."""

    kind: str
    """Its command."""
    question: Callable[[Language, Act], str]
    planned: Callable[[Language, Act, str], str]
    """Say that it will happen at this time of the clock."""
    done: Callable[[Language, Act], str]
    """Say that it has happened, with its sign before it."""
    over: Callable[[Language], str]
    """Say that there is nothing left to confirm, and why."""
    summary: Callable[[Language, Counts], str]
    """The numbers in one line."""
    counts: Callable[[Language, Counts], list[str]]
    """All numbers of the preview."""
    rule: Callable[[Language, Act], str]
    """By which rule it is decided who gets what."""
    quote: Callable[[Language, Visit, Act], list[str]]
    """How the news to the people begins."""
    confirm: Callable[[Language, Counts], str]
    """The button, with the number that counts."""
    going: Callable[[Language, Act, object], list[str]] = lambda _say, _act, _going: []
    """How it goes on after it was done, where it does."""
    what: Callable[[Language, Visit, Act], list[str]] = _visit_lines
    """What it is about: the visit and when it leaves, if nothing else is said."""
