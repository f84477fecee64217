"""What the catalogs hold and what the code says, for the tests of both."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.pofile import read_po

from bot.language import LANGUAGES, SOURCE

ROOT = Path(__file__).parents[2]
BOT = ROOT / "bot"
FILES = ROOT / "storage" / "programme_file"
TEMPLATE = ROOT / "locales" / "bot.pot"
TRANSLATED = [code for code in LANGUAGES if code != SOURCE]
"""English is the source: its catalog stays empty and speaks in msgids."""

Sentence = tuple[str, ...]
"""A msgid, or a msgid and its plural."""


def catalog_path(code: str) -> Path:
    return ROOT / "locales" / code / "LC_MESSAGES" / "bot.po"


def read_catalog(path: Path, *, code: str | None = None) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=code)


def sentences(catalog: Catalog) -> list[Message]:
    """Every message but the header."""
    return [message for message in catalog if message.id]


def forms(text: object) -> Sentence:
    """The one or more texts of a msgid or msgstr."""
    return (text,) if isinstance(text, str) else tuple(text) if isinstance(text, (list, tuple)) else ()


def extracted() -> set[Sentence]:
    """What `make words` finds in bot/, and in what is said of event files."""
    keywords = {**DEFAULT_KEYWORDS, "said": None}
    return {forms(found[2]) for folder in (BOT, FILES) for found in extract_from_dir(folder, keywords=keywords)}


@dataclass(frozen=True, kw_only=True)
class Call:
    """A call of say.gettext or say.ngettext in the code, or of said() where event files are read."""

    place: str
    texts: Sentence | None
    """None where an argument is no plain string."""
    in_f_string: bool


def gettext_calls() -> Iterator[Call]:
    """Every place where the code words something."""
    for path in sorted([*BOT.rglob("*.py"), *FILES.rglob("*.py")]):
        names = ("said",) if path.is_relative_to(FILES) else ("gettext", "ngettext")
        tree = ast.parse(path.read_text(encoding="utf-8"))
        inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in ast.walk(node)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in names and not _is_said_again(node):
                yield Call(
                    place=f"{path.relative_to(ROOT)}:{node.lineno}",
                    texts=_texts(node.args[: 2 if _called(node) == "ngettext" else 1]),
                    in_f_string=id(node) in inside,
                )


def _is_said_again(call: ast.Call) -> bool:
    """What Language.again says was given to said() before, as a plain string."""
    return [each.attr for each in call.args if isinstance(each, ast.Attribute)] == ["template"]


def _called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def _texts(arguments: list[ast.expr]) -> Sentence | None:
    plain = [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return tuple(plain) if plain and len(plain) == len(arguments) else None
