"""Languages: whose phone speaks what, and moments as the congress's clocks show them."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.language import LANGUAGES, SOURCE, Language, guess_language, load_languages

ZONE = "Asia/Almaty"
SPOKEN = load_languages(ZONE)
BUS_BOARDS = datetime(2025, 8, 22, 3, 40, tzinfo=UTC)
"""08:40 in Astana."""


@pytest.mark.parametrize(
    ("phone", "language"),
    [
        ("en", "en"),
        ("en-US", "en"),
        ("EN_gb", "en"),
        ("ru", "ru"),
        ("ru-KZ", "ru"),
        ("kk", "kk"),
        ("kk-Cyrl-KZ", "kk"),
        ("kz", "kk"),
        ("kaz", "kk"),
        ("qaz", "kk"),
        ("QAZ-Latn", "kk"),
        ("de", None),
        ("uz", None),  # nothing is guessed from neighbours
        ("ky", None),
        ("be", None),
        ("english", None),
        ("", None),
        (None, None),
    ],
)
def test_a_phones_language_is_taken_only_where_the_bot_speaks_it(phone: str | None, language: str | None) -> None:
    assert guess_language(phone) == language


@given(st.text(max_size=12))
def test_whatever_a_phone_says_is_a_language_of_ours_or_none(phone: str) -> None:
    assert guess_language(phone) in {*LANGUAGES, None}


def test_three_languages_are_spoken_and_english_is_the_source() -> None:
    assert {code: say.code for code, say in SPOKEN.items()} == {"en": "en", "kk": "kk", "ru": "ru"}
    assert SOURCE == "en"
    assert SPOKEN["en"].gettext("Agree and continue") == "Agree and continue"
    assert len({say.gettext("Agree and continue") for say in SPOKEN.values()}) == 3


@pytest.mark.parametrize(
    ("code", "day", "moment"),
    [
        ("en", "Friday, 22 August", "Friday, 22 August, 08:40"),
        ("kk", "22 тамыз, жұма", "22 тамыз, жұма, 08:40"),
        ("ru", "пятница, 22 августа", "пятница, 22 августа, 08:40"),
    ],
)
def test_a_moment_reads_as_on_the_congresss_clocks(code: str, day: str, moment: str) -> None:
    say = SPOKEN[code]
    assert say.day(BUS_BOARDS) == day
    assert say.date(date(2025, 8, 22)) == day
    assert say.moment(BUS_BOARDS) == moment


@pytest.mark.parametrize("say", SPOKEN.values(), ids=SPOKEN)
def test_the_day_is_the_one_in_the_congresss_zone(say: Language) -> None:
    late_in_utc = datetime(2025, 8, 21, 19, tzinfo=UTC)
    assert say.clock(late_in_utc) == "00:00"
    assert say.clock(late_in_utc.replace(second=7), seconds=True) == "00:00:07"
    assert say.day(late_in_utc) == say.date(date(2025, 8, 22))


def test_another_congress_has_another_zone() -> None:
    assert load_languages("Europe/Berlin")["en"].moment(BUS_BOARDS) == "Friday, 22 August, 05:40"


@given(st.datetimes(datetime(2024, 3, 2), datetime(2030, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_clock_is_five_hours_ahead_of_utc_whatever_the_language(moment: datetime) -> None:
    shown = {say.clock(moment) for say in SPOKEN.values()}
    assert shown == {f"{(moment.hour + 5) % 24:02}:{moment.minute:02}"}


def test_the_programmes_words_come_in_the_readers_language_or_in_english() -> None:
    words = {"en": "Library", "kk": "Кітапхана", "ru": ""}
    assert [SPOKEN[code].words(words) for code in ("en", "kk", "ru")] == ["Library", "Кітапхана", "Library"]
    assert SPOKEN["kk"].words({"en": "Library"}) == "Library"


def test_languages_are_called_as_the_reader_calls_them() -> None:
    assert [say.language_name("ru") for say in SPOKEN.values()] == ["Russian", "орыс тілі", "русский"]
    assert SPOKEN["ru"].language_name("de") == "немецкий"
    assert SPOKEN["en"].language_name("xx") == "xx"  # an event file may name any code


def test_a_list_is_joined_by_commas() -> None:
    assert SPOKEN["kk"].listing(["а", "б", "в"]) == "а, б, в"
    assert SPOKEN["en"].listing([]) == ""


def test_catalogs_of_another_folder_can_be_read(tmp_path: Path) -> None:
    for code in LANGUAGES:
        folder = tmp_path / code / "LC_MESSAGES"
        folder.mkdir(parents=True)
        header = f'msgid ""\nmsgstr "Language: {code}\\nContent-Type: text/plain; charset=utf-8\\n"\n'
        guessed = '\n#, fuzzy\nmsgid "Bye"\nmsgstr "?"\n'
        (folder / "bot.po").write_text(f'{header}\nmsgid "Hello"\nmsgstr "{code}!"\n{guessed}')
    read = load_languages(ZONE, folder=tmp_path)
    assert [say.gettext("Hello") for say in read.values()] == ["en!", "kk!", "ru!"]
    assert read["kk"].gettext("Bye") == "Bye"  # a guessed sentence never reaches a phone
