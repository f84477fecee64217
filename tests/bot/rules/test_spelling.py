"""One key for all spellings of a name, a near one for its misspellings, another for another name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.rules.spelling import alike, closest, key, keys

ONE_KEY = [
    "Nazarbayev Nazarbaev Назарбаев NAZARBAYEV",
    "Müller Mueller Muller Мюллер MÜLLER Mu\u0308ller",
    "Қасым Kasym Qasym Kassym Касым",
    "Әйгерім Айгерим Aigerim Aygerim",
    "Zhambyl Jambyl Жамбыл",
    "Гумилёв Gumilyov Gumiliov",
    "Weber Вебер",
    "Jürgen Juergen Юрген",
    "Schmidt Шмидт",
    "Щербаков Shcherbakov Scherbakov",
    "Хасан Khassan Hasan Hassan",
    "Чехов Chekhov Čehov",
    "Ғалым Galym Ghalym",
    "Straße Strasse",
    "佐藤 佐藤",
]
NEAR = [
    ("Gumilev", "Gumilyov"),
    ("Sejfullin", "Сейфуллин"),
    ("Nazarbajew", "Назарбаев"),
    ("Назарбаевтың", "Nazarbayev"),
    ("Tchaikovsky", "Чайковский"),
    ("Мухаммед", "Muhammad"),
    ("natoinal", "national"),
]
APART = [
    ("Sato", "Kato"),
    ("Li", "Le"),
    ("Ann", "Anna Maria"),
    ("hello", "help"),
    ("Almaty", "Astana"),
    ("B01", "B02"),
    ("library6", "library7"),
]


@pytest.mark.parametrize("spellings", ONE_KEY)
def test_all_spellings_of_a_name_have_one_key(spellings: str) -> None:
    assert len({key(spelling) for spelling in spellings.split()}) == 1


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_a_misspelt_name_is_near(one: str, other: str) -> None:
    assert alike(key(one), key(other)) > 0


@pytest.mark.parametrize(("one", "other"), APART)
def test_another_name_is_not(one: str, other: str) -> None:
    assert alike(key(one), key(other)) == 0 or key(other).startswith(key(one))
    assert alike(key(other), key(one)) == 0 or key(other).startswith(key(one))


def test_a_beginning_is_nearly_the_name() -> None:
    assert alike(key("Назар"), key("Nazarbayev")) == 0.9
    assert alike(key("Na"), key("Nazarbayev")) == 0


@given(st.text(max_size=30), st.text(max_size=30))
def test_likeness_is_a_share_and_everything_has_keys(one: str, other: str) -> None:
    assert 0 <= alike(key(one), key(other)) <= 1
    assert all(keys(one))


BAGS = [frozenset(keys(names)) for names in ("Anna Müller", "Hans Müller", "Aigerim Qasym", "Kenji Sato")]


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ("Мюллер", (0, 1)),
        ("mueller hans", (1,)),
        ("Пётр Мюллер", ()),  # nobody's first name: half is too little
        ("Қасым", (2,)),
        ("qasim aygerim", (2,)),
        ("Nobody", ()),
        ("", ()),
    ],
)
def test_whom_the_words_name_best_comes_first(wanted: str, found: tuple[int, ...]) -> None:
    assert closest(keys(wanted), BAGS, least=0.7, most=5) == found


def test_at_most_so_many() -> None:
    assert closest(keys("Muller"), BAGS * 4, least=0.7, most=5) == (0, 1, 4, 5, 8)
    assert closest(keys("Muller"), [], least=0.7, most=5) == ()
