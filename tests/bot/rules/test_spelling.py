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
    assert alike(key("Наз"), key("Nazarbayev")) == 0.9
    assert alike(key("Na"), key("Nazarbayev")) == 0
    assert alike(key("Назарбаев"), key("Nazarbayev")) == 1


@pytest.mark.parametrize(
    ("wanted", "name", "likeness"),
    [
        ("сәулеге", "Saule", 0.9),
        ("асановтарға", "Asanov", 0),  # five letters more are no ending
        ("асановтард", "Asanov", 0.9),
        ("сатоға", "Sato", 0),  # so short a name may be the beginning of another
        ("Saito", "Sato", 0.8),
    ],
)
def test_a_name_with_an_ending_is_nearly_the_name(wanted: str, name: str, likeness: float) -> None:
    assert alike(key(wanted), key(name)) == likeness


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


def test_a_word_that_few_bear_says_more_than_one_that_many_do() -> None:
    bags = [frozenset(keys(names)) for names in ("Anna Müller", "Hans Müller", "Otto Müller", "Greta Weber")]
    wanted = keys("Greta Müller")
    assert closest(wanted, bags, least=0.65, most=5) == (3,)  # log(1 + 4/1) of that and log(1 + 4/3)
    assert closest(wanted, bags, least=0.66, most=5) == ()
    assert closest(wanted, bags, least=0.3, most=5) == (3, 0, 1, 2)


def test_who_is_named_in_full_is_good_enough_for_the_strictest() -> None:
    assert closest(keys("Muller"), BAGS, least=1, most=5) == (0, 1)


def test_at_most_so_many() -> None:
    assert closest(keys("Muller"), BAGS * 4, least=0.7, most=5) == (0, 1, 4, 5, 8)
    assert closest(keys("Muller"), [], least=0.7, most=5) == ()
