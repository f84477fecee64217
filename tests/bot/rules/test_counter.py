"""Words at the desk are read as they are typed with a queue in front."""

import pytest

from bot.rules.counter import Words, number_in, phone_in, read_desk, read_force

KEYS = {"nab-am", "pres-am"}


def test_nothing_typed_is_nobody() -> None:
    for typed in ("", "+77011234567"):
        assert read_desk(typed, keys=KEYS).who == ""
    assert not read_desk("K7PW2 nab-am", keys=KEYS).is_new


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("nab-am Aigerim Serikova", Words(visit="nab-am", who="Aigerim Serikova", is_new=True)),
        ("NAB-AM Әлия", Words(visit="nab-am", who="Әлия", is_new=True)),
        (
            "nab-am Aigerim Serikova +7 701 123 45 67",
            Words(visit="nab-am", who="Aigerim Serikova", contact="+7 701 123 45 67", is_new=True),
        ),
        (
            "nab-am Aigerim +7(701)123-45-67 A-1234",
            Words(visit="nab-am", who="Aigerim A-1234", contact="+7(701)123-45-67", is_new=True),
        ),
        ("K7PW2 nab-am", Words(visit="nab-am", who="K7PW2")),
        ("Aigerim Serikova pres-am", Words(visit="pres-am", who="Aigerim Serikova")),
        ("K7PW2", Words(who="K7PW2")),
        ("nab-am", Words(visit="nab-am", is_new=True)),
        ("nab-xx Aigerim", Words(who="nab-xx Aigerim")),
    ],
)
def test_the_desk_s_words(typed: str, words: Words) -> None:
    assert read_desk(typed, keys=KEYS) == words


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("K7PW2 nab-am", Words(visit="nab-am", who="K7PW2")),
        (
            "Aigerim Serikova Nab-Am wife of a speaker",
            Words(visit="nab-am", who="Aigerim Serikova", rest="wife of a speaker"),
        ),
        ("12345 pres-am moved from nab-am", Words(visit="pres-am", who="12345", rest="moved from nab-am")),
        ("nab-am K7PW2", None),
        ("nab-am", None),
        ("Aigerim", None),
        ("", None),
    ],
)
def test_the_words_of_force(typed: str, words: Words | None) -> None:
    assert read_force(typed, keys=KEYS) == words


@pytest.mark.parametrize(
    ("typed", "phone"),
    [
        ("+77011234567", "+77011234567"),
        ("call +7 701 123 45 67", "+7 701 123 45 67"),
        ("87011234567", ""),
        ("+7", ""),
        ("a+77011234567", ""),
    ],
)
def test_a_phone_begins_with_a_plus(typed: str, phone: str) -> None:
    assert phone_in(typed) == phone


@pytest.mark.parametrize(
    ("who", "found"),
    [
        ("Aigerim Serikova", ("Aigerim Serikova", "")),
        ("Aigerim Serikova 12345", ("Aigerim Serikova", "12345")),
        ("#A-12", ("", "A-12")),
        ("№77", ("", "77")),
        ("", ("", "")),
    ],
)
def test_a_last_word_with_a_digit_may_be_a_number(who: str, found: tuple[str, str]) -> None:
    assert number_in(who) == found
