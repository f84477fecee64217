"""Whom an announcement is for: names, "and", "or", and where the text begins; texts in several languages."""

import pytest

from bot.rules.audience import Addressed, UnknownWord, names_of, only_visit, read_audience
from bot.rules.wording import ANY, gaps_of, text_for, texts_of
from storage.records import Who
from tests.makers import a_bus, a_congress, a_visit

NAMES = names_of(
    [a_visit(a_bus(id=3, label="B03"), id=17, key="nab-am"), a_visit(a_bus(id=4, label="B04"), id=18, key="nu-pm")],
    a_congress().cities,
)


@pytest.mark.parametrize(
    ("written", "groups", "text"),
    [
        ("all The hall is open.", (Who(),), "The hall is open."),
        ("nab-am Booked people wait.", (Who(visits=(17,)),), "Booked people wait."),
        ("NAB-AM or B04: and now?", (Who(visits=(17,)), Who(buses=(4,))), "and now?"),
        ("nab-am, nu-pm Come down", (Who(visits=(17,)), Who(visits=(18,))), "Come down"),
        ("karaganda and kk or B03 and waiting\nText", (
            Who(cities=("karaganda",), languages=("kk",)), Who(buses=(3,), states=("waiting",))), "Text"),
        ("Қарағанды және қазақша: Сәлем", (Who(cities=("karaganda",), languages=("kk",)),), "Сәлем"),
        ("nab-am and silent Are you coming?", (Who(visits=(17,), states=("silent",)),), "Are you coming?"),
        ("leader + owner  Meet at seven", (Who(roles=("leader", "owner")),), "Meet at seven"),
        ("nab-am", (Who(visits=(17,)),), ""),
    ],
)  # fmt: skip
def test_the_audience_ends_where_no_joining_word_follows(written: str, groups: tuple[Who, ...], text: str) -> None:
    found = read_audience(written, names=NAMES)
    assert isinstance(found, Addressed)
    assert (found.groups, found.text) == (groups, text)


@pytest.mark.parametrize(
    ("written", "word"),
    [("nowhere Hello", "nowhere"), ("nab-am or B99: Hello", "B99"), ("nab-am and", "nab-am and"), ("", "")],
)
def test_a_word_that_is_no_name_is_named(written: str, word: str) -> None:
    assert read_audience(written, names=NAMES) == UnknownWord(word)


def test_the_passengers_of_one_visit_are_about_that_visit() -> None:
    assert only_visit((Who(visits=(17,)),)) == 17
    for others in ((Who(),), (Who(visits=(17,), languages=("kk",)),), (Who(visits=(17,)), Who(visits=(18,)))):
        assert only_visit(others) is None


def test_texts_in_several_languages_and_who_reads_what() -> None:
    texts = texts_of("en: Come down.\nPlease.\nKK : Төменге түсіңіз.")
    assert texts == {"en": "Come down.\nPlease.", "kk": "Төменге түсіңіз."}
    assert text_for(texts, "kk") == ("Төменге түсіңіз.", "kk")
    assert text_for(texts, "ru") == ("Come down.\nPlease.", "en")
    assert gaps_of(texts, {"en": 3, "ru": 2, "kk": 1}) == ("ru",)
    assert text_for({"kk": "Сәлем"}, "en") == ("Сәлем", "kk")


def test_a_text_without_marks_is_for_everybody_and_has_no_gaps() -> None:
    texts = texts_of("Note: see en: route\nsecond line")
    assert texts == {ANY: "Note: see en: route\nsecond line"}
    assert text_for(texts, "kk") == (texts[ANY], ANY)
    assert gaps_of(texts, {"kk": 1}) == ()
