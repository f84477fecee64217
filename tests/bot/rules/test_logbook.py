"""How the log is asked, and that whatever is written into it can be asked for."""

import ast
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import bot
from bot.rules.logbook import BOT, BY_CREW, EVERYTHING, WORDS, Filters, acts_of, read_since

ASTANA = ZoneInfo("Asia/Almaty")
NOW = datetime(2025, 8, 22, 7, 40, tzinfo=ASTANA).astimezone(UTC)
IN_VARIABLES = {
    "bot.services.people": {"grant", "revoke"},
    "bot.services.broadcasts": {"announce", "plan announcement"},
    "bot.services.planned": {"announce", "withdraw announcement"},
    "bot.services.forgetting": {"retention", "names retention"},
}
"""Acts that a service chooses in a variable of its own."""


@pytest.mark.parametrize(
    ("word", "moment"),
    [
        ("2h", "2025-08-22T05:40"),
        ("30m", "2025-08-22T07:10"),
        ("1d", "2025-08-21T07:40"),
        ("2ч", "2025-08-22T05:40"),
        ("07:00", "2025-08-22T07:00"),
        ("07:40", "2025-08-22T07:40"),
        ("07:41", "2025-08-21T07:41"),
        ("08.00", "2025-08-21T08:00"),
        ("2025-08-20", "2025-08-20T00:00"),
    ],
)
def test_a_word_means_a_moment_of_the_congress(word: str, moment: str) -> None:
    assert read_since(word, now=NOW, zone=ASTANA) == datetime.fromisoformat(moment).replace(tzinfo=ASTANA)


@pytest.mark.parametrize("word", ["", "B01", "25:00", "2025-13-01", "h", "9999h", "nab-am", "-2h", "2h3"])
def test_other_words_mean_none(word: str) -> None:
    assert read_since(word, now=NOW, zone=ASTANA) is None


def test_moments_lie_in_the_past() -> None:
    for hour in range(24):
        moment = read_since(f"{hour}:30", now=NOW, zone=ASTANA)
        assert moment is not None
        assert timedelta() <= NOW - moment < timedelta(days=1)


def test_without_a_word_the_crews_acts_are_asked_for_and_all_of_one_person() -> None:
    assert acts_of("", by_somebody=False) == BY_CREW
    assert acts_of("", by_somebody=True) is None
    assert acts_of(EVERYTHING, by_somebody=False) is None
    assert acts_of("delay", by_somebody=True) == frozenset({"delay"})


@pytest.mark.parametrize(
    "filters",
    [
        Filters(who="x"),
        Filters(who="-1"),
        Filters(who="٣"),
        Filters(who="²"),
        Filters(who="9" * 30),
        Filters(who="9" * 5000),
        Filters(who=str(2**53)),
        Filters(what="drop"),
        Filters(about="visit:"),
        Filters(about="bus:x"),
        Filters(about=f"visit:{2**31}"),
    ],
)
def test_forged_filters_are_known_as_such(filters: Filters) -> None:
    assert not filters.is_known


@pytest.mark.parametrize(
    "filters",
    [
        Filters(),
        Filters(who="9001", what="delay", about="visit:17"),
        Filters(who=BOT, what=EVERYTHING, about="bus:3"),
        Filters(what="signups"),
        Filters(who=str(2**53 - 1), about=f"visit:{2**31 - 1}"),
    ],
)
def test_what_the_bot_itself_asks_is_known(filters: Filters) -> None:
    assert filters.is_known


def written() -> dict[str, str]:
    """Every act that the services write into the log, and where."""
    root = Path(bot.__file__).parent
    found: dict[str, str] = {}
    for source in root.glob("services/*.py"):
        module = f"bot.services.{source.stem}"
        for call in ast.walk(ast.parse(source.read_text("utf-8"))):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func) == "log.write"):
                continue
            (action,) = [keyword.value for keyword in call.keywords if keyword.arg == "action"]
            found |= dict.fromkeys(_named(action, module), f"{module}:{call.lineno}")
    return found


def _named(action: ast.expr, module: str) -> set[str]:
    match action:
        case ast.Constant(value=str(word)):
            return {word}
        case ast.IfExp(body=one, orelse=other):
            return _named(one, module) | _named(other, module)
        case ast.Attribute(value=ast.Name(id=place), attr=name):
            return {getattr(import_module(f"storage.{place}"), name)}
        case ast.Name(id=name) if hasattr(import_module(module), name):
            return {getattr(import_module(module), name)}
        case _:
            return IN_VARIABLES[module]


def test_every_act_can_be_asked_for() -> None:
    """A new one belongs to a word of rules/logbook.py, and has its own in texts/log.py."""
    known = frozenset[str]().union(*WORDS.values())
    acts = written()
    assert len(acts) > 30
    assert {act: place for act, place in acts.items() if act not in known} == {}
    assert known - set(acts) == set(), "words for acts that nobody writes"
