"""Names in any script lead to visits; what names nothing leads nowhere. On the shipped programme."""

from collections.abc import AsyncIterator
from datetime import datetime

import pytest

from bot.services.finding import find_named
from bot.services.programme import apply_programme
from storage.database import Database
from tests.makers import LEAVES, OPEN, a_congress, shipped_programme

CONGRESS = a_congress()
NAMED = {
    ("nu-am", "nu-pm"): [
        *("Nazarbayev", "Nazarbaev", "nazarbajev university", "Назарбаев", "Назарбаев Университеті"),
        *("Библиотека Назарбаев Университета", "назарбаева", "NU", "where is Nazarbayev University"),
    ],
    ("nab-am", "nab-pres-pm"): ["NAB", "НАБ", "national academic library", "Natoinal Academic Library"],
    ("enu-am",): ["ENU", "ЕНУ", "ЕҰУ", "Gumilev", "Гумилёв", "Eurasian university", "Отырар", "Otyrar"],
    ("katru-am",): ["Seifullin", "Sejfullin", "Сейфуллин"],
    ("aitu-walk",): ["AITU", "Astana IT University", "it university", "walking"],
    ("school-am",): ["school", "школьная библиотека", "мектеп кітапханасы", "Binom"],
    ("karaganda-day",): ["Karaganda", "Караганда", "Қарағанды", "Gogol", "гогль", "Гоголь", "Abai", "Абай"],
    ("almaty-fly", "almaty-local"): ["Almaty", "Алматы", "алмата", "al-Farabi", "Фараби", "Zhambyl", "Жамбыл"],
    ("pres-am", "nab-pres-pm"): [
        "Presidential Centre",
        "президентский центр",
        "президенттік орталық",
        "archives",
        "архив",
    ],
}
NAMES_NOTHING = [
    *("hello", "what?", "?", "🙂", "thanks", "привет", "рақмет", "сәлем", "library", "библиотека", "кітапхана"),
    *(
        "'; DROP TABLE visits;--",
        "wifi password",
        "spaghetti carbonara",
        "Müller",
        "who are you",
        "nonsense",
        "x" * 4096,
    ),
    *("", " ", "\u00a0", "{name}", "%s", "ң" * 90),
]


@pytest.fixture
async def programme(sqlite_url: str) -> AsyncIterator[Database]:
    database = await Database.open(sqlite_url)
    try:
        await database.run(apply_programme, file=shipped_programme(), digest="shipped", now=OPEN)
        yield database
    finally:
        await database.close()


async def _found(programme: Database, typed: str, *, now: datetime = OPEN) -> tuple[str, ...]:
    choice = await programme.read(find_named, typed=typed, delegate_id=1, congress=CONGRESS, now=now)
    return () if choice is None else tuple(visit.key for visit in choice.visits)


@pytest.mark.parametrize("visits", NAMED)
async def test_a_library_is_found_by_its_name_in_every_script_and_misspelt(
    programme: Database, visits: tuple[str, ...]
) -> None:
    for typed in NAMED[visits]:
        assert set(await _found(programme, typed)) == set(visits), typed


async def test_what_names_no_library_finds_nothing(programme: Database) -> None:
    for typed in NAMES_NOTHING:
        assert await _found(programme, typed) == (), typed


async def test_at_most_five_are_named_and_never_one_that_has_left(programme: Database) -> None:
    assert len(await _found(programme, "university")) == 5
    assert await _found(programme, "Nazarbayev", now=LEAVES) == ("nu-pm",)
