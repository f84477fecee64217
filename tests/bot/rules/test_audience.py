"""Whom an announcement is for: names, "and", "or", and where the text begins; texts in several languages."""

import pytest

from bot.rules.audience import EVERYBODY, Addressed, UnknownWord, names_of, only_visit, read_audience
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


def test_everybody_is_called_so_and_others_as_they_were_written() -> None:
    everybody = read_audience("all or nab-am: Hello", names=NAMES)
    some = read_audience("nab-am  or\nB04: Hello", names=NAMES)
    assert isinstance(everybody, Addressed)
    assert isinstance(some, Addressed)
    assert everybody.who == EVERYBODY
    assert everybody.groups == (Who(),)
    assert some.who == "nab-am or B04"


def test_the_passengers_of_one_visit_are_about_that_visit() -> None:
    assert only_visit((Who(visits=(17,)),)) == 17
    for others in (
        (),
        (Who(),),
        (Who(visits=(17, 18)),),
        (Who(visits=(17,), languages=("kk",)),),
        (Who(visits=(17,)), Who(visits=(18,))),
    ):
        assert only_visit(others) is None
