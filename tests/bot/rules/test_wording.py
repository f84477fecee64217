"""One text or several: whose language gets which, and who gets none of their own."""

import pytest

from bot.rules.wording import ANY, gaps_of, text_for, texts_of


@pytest.mark.parametrize(
    ("written", "texts"),
    [
        ("The bus is here", {ANY: "The bus is here"}),
        ("en: Here\nru: Здесь", {"en": "Here", "ru": "Здесь"}),
        ("  Hello\nKK : Сәлем\nand more\nRU:\tПривет ", {ANY: "Hello", "kk": "Сәлем\nand more", "ru": "Привет"}),
        ("en:\nkk: Сәлем", {"kk": "Сәлем"}),
        ("Note: see en: route\nsecond line", {ANY: "Note: see en: route\nsecond line"}),
        ("de: Hallo", {ANY: "de: Hallo"}),
        ("", {}),
    ],
)
def test_a_language_begins_at_the_start_of_a_line(written: str, texts: dict[str, str]) -> None:
    assert texts_of(written) == texts


@pytest.mark.parametrize(
    ("texts", "got"),
    [
        ({"kk": "Сәлем", ANY: "Hello", "en": "Hi"}, ("Сәлем", "kk")),
        ({"ru": "Привет", ANY: "Hello", "en": "Hi"}, ("Hello", ANY)),
        ({"ru": "Привет", "en": "Hi"}, ("Hi", "en")),
        ({"ru": "Привет"}, ("Привет", "ru")),
        ({}, ("", ANY)),
    ],
)
def test_who_has_no_text_of_their_own_gets_the_next_best_and_is_told_which(
    texts: dict[str, str], got: tuple[str, str]
) -> None:
    assert text_for(texts, "kk") == got


def test_only_a_text_in_several_languages_has_gaps() -> None:
    people = {"ru": 2, "kk": 1, "en": 5}
    assert gaps_of({}, people) == ()
    assert gaps_of({ANY: "Hello"}, people) == ()
    assert gaps_of({"en": "Hi"}, people) == ("kk", "ru")
    assert gaps_of({ANY: "Hello", "ru": "Привет"}, people) == ("en", "kk")
