"""The catalogs: fresh, complete, and fit to be filled in, in every language."""

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.plurals import get_plural

from bot.language import LANGUAGES
from tests.locales.catalogs import TEMPLATE, TRANSLATED, catalog_path, extracted, forms, read_catalog, sentences

PLACEHOLDER = re.compile(r"\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>")
COMMAND = re.compile(r"/[a-z]+(?: (?:nab-am|all|B\d+|\d+)\b)*")
"""A command with its example."""
MARKS = re.compile(f"{PLACEHOLDER.pattern}|{TAG.pattern}|{COMMAND.pattern}")
"""What a translation keeps as it is."""
SUFFIX = re.compile(r"\}»?[-‐‑]?[^\W\d_]")
"""A letter right behind a value or its quotes: a case ending, which would fit one value and not the next."""
KAZAKH_PLURAL = re.compile(r"\{n\} \w*[лдт][ае]р\b")
"""A Kazakh noun stays singular behind a number."""
WORD = re.compile(r"[^\W\d_]+")
LATIN, CYRILLIC = re.compile(r"[A-Za-z]"), re.compile(r"[Ѐ-ӿ]")


def translations() -> Iterator[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """(language, msgid and its plural, every form of the translation)."""
    for code in TRANSLATED:
        for message in sentences(read_catalog(catalog_path(code), code=code)):
            yield code, forms(message.id), forms(message.string)


def each_form() -> Iterator[tuple[str, str, str]]:
    """(language, msgid, one form of the translation)."""
    for code, source, said in translations():
        for form in said:
            yield code, source[0], form


def kept(text: str) -> Counter[str]:
    return Counter(MARKS.findall(text))


def test_every_language_has_its_folder_and_no_other_has() -> None:
    folders = {path.parent.parent.name for path in TEMPLATE.parent.glob("*/LC_MESSAGES/bot.po")}

    assert folders == set(LANGUAGES)


@pytest.mark.parametrize("path", [TEMPLATE, *map(catalog_path, LANGUAGES)], ids=["template", *LANGUAGES])
def test_the_catalog_holds_what_the_bot_says_and_nothing_else(path: Path) -> None:
    catalog = read_catalog(path)

    assert {forms(message.id) for message in sentences(catalog)} == extracted(), "run `make words`"
    assert not catalog.obsolete


@pytest.mark.parametrize("code", TRANSLATED)
def test_every_sentence_is_translated_and_none_is_a_guess(code: str) -> None:
    messages = sentences(read_catalog(catalog_path(code), code=code))

    assert [message.id for message in messages if not all(forms(message.string))] == []
    assert [message.id for message in messages if message.fuzzy] == []


@pytest.mark.parametrize("code", LANGUAGES)
def test_plurals_have_as_many_forms_as_the_language(code: str) -> None:
    wanted = get_plural(code)
    catalog = read_catalog(catalog_path(code), code=code)

    assert (catalog.num_plurals, catalog.plural_expr) == (wanted.num_plurals, wanted.plural_expr)
    for message in sentences(catalog):
        if message.pluralizable:
            assert len(forms(message.string)) == wanted.num_plurals, message.id


def test_english_speaks_in_msgids() -> None:
    messages = sentences(read_catalog(catalog_path("en"), code="en"))

    assert [message.id for message in messages if any(forms(message.string))] == []


def test_the_header_names_no_placeholder_person() -> None:
    for code in LANGUAGES:
        header = catalog_path(code).read_text(encoding="utf-8").split("\n\n")[0]
        assert not re.search(r"EMAIL|FULL NAME|LL@li|LANGUAGE <", header), code


def test_values_tags_and_commands_stand_in_every_form_as_often_as_in_the_source() -> None:
    for code, source, said in translations():
        for form in said:
            assert kept(form) == kept(source[0]), (code, form)


def test_the_source_counts_in_every_form() -> None:
    for source in extracted():
        if len(source) == 2:
            assert kept(source[0]) == kept(source[1]), source
            assert "{n}" in source[0], source


def test_kazakh_says_the_same_for_one_and_for_many() -> None:
    for code, _, said in translations():
        if code == "kk":
            assert len(set(said)) == 1, said
            assert not KAZAKH_PLURAL.search(said[0]), said[0]


def test_no_case_ending_hangs_on_a_value() -> None:
    assert [(code, form) for code, _, form in each_form() if SUFFIX.search(form)] == []


def test_no_letter_comes_from_another_alphabet() -> None:
    """Cyrillic "с" and Latin "c" look alike: a word has one alphabet, and a Latin word stands in the source too."""
    for code, source, form in each_form():
        known = set(WORD.findall(MARKS.sub(" ", source)))
        for word in WORD.findall(MARKS.sub(" ", form)):
            assert not (LATIN.search(word) and CYRILLIC.search(word)), (code, word)
            assert not LATIN.search(word) or word in known, (code, word)


def test_quotes_are_those_of_the_language() -> None:
    for code, _, form in each_form():
        assert not re.search(r"[“”„\"]", form), (code, form)
        assert form.count("«") == form.count("»"), (code, form)


def test_nothing_stands_before_or_behind_a_sentence() -> None:
    for code, _, form in each_form():
        assert form == form.strip(), (code, form)
        assert "  " not in form, (code, form)


DASHES = {"kk": "—", "ru": " – "}
"""What each language does not write: the dash is – in Kazakh and — in Russian, – between figures in both."""
SMALL_YOU = {
    "kk": re.compile(r"(?<!\w)сіз(?:ді|дің|ге|ден|бен|ше)?(?!\w)"),
    "ru": re.compile(r"(?<!\w)(?:вы|вас|вам|вами|ваш\w*)(?!\w)"),
}


def test_one_dash_and_a_capital_you() -> None:
    """As locales/README.md says; both had slipped in a sentence at a time."""
    assert [(code, said) for code, _, said in each_form() if DASHES[code] in said] == []
    assert [(code, said) for code, _, said in each_form() if SMALL_YOU[code].search(said)] == []
