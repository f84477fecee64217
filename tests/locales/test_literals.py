"""Sentences stand in bot/texts, whole, where Babel and translators find them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.locales.catalogs import BOT, ROOT, extracted, gettext_calls

QUIET = {"debug", "info", "warning", "error", "exception", "critical", "log"}
"""Words for the log are English and nobody's translation."""


def test_gettext_is_given_plain_strings() -> None:
    """Babel silently skips gettext(f"...") and gettext(variable); the sentence would stay English for everybody."""
    assert [call.place for call in gettext_calls() if call.texts is None] == []


def test_no_sentence_hides_in_an_f_string() -> None:
    """Before Python 3.12 Babel does not look inside f"{say.gettext('...')}", so the sentence stays English."""
    assert [f"{call.place} {call.texts}" for call in gettext_calls() if call.in_f_string] == []


def test_babel_finds_every_sentence_of_the_code() -> None:
    assert {call.texts for call in gettext_calls()} == extracted()


def test_handlers_say_nothing_of_their_own() -> None:
    spoken = [
        f"{path.relative_to(ROOT)}:{line} {text}"
        for path in sorted((BOT / "handlers").rglob("*.py"))
        for line, text in strings(path)
        if is_sentence(text)
    ]

    assert spoken == []


def is_sentence(text: str) -> bool:
    """Whether it reads like something said to a person: words, and an end or some length."""
    has_words = " " in text and any(character.isalpha() for character in text)
    return has_words and (text.rstrip().endswith((".", "!", "?", "…")) or len(text) > 40)


def strings(path: Path) -> Iterator[tuple[int, str]]:
    """Every string of the file but docstrings and what goes to the log."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    skipped = {id(part) for node in ast.walk(tree) if _is_aside(node) for part in ast.walk(node)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in skipped:
            yield node.lineno, node.value


def _is_aside(node: ast.AST) -> bool:
    """A bare string (a docstring, or one under a name) or a call of the log."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        owner = node.func.value
        return node.func.attr in QUIET and isinstance(owner, ast.Name) and owner.id == "log"
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
